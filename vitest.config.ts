// Which files are tests. The heavy ones import the built package, which vitest must leave to Node:
// its own per-file transform makes the interpreter's loop some forty times slower.

import { defineConfig } from "vitest/config";

const EXCLUDED = ["**/node_modules/**", "dist/**", "spec-tests/testsuite/**"];

/** Tests beside the code that race threads, run a thousand guests, or compare thousands of operations with the host's. */
const LONG = [
  "src/api/scheduler.test.ts",
  "src/wasi/escape-{race,matrix}.test.ts",
  "src/wasi/fs/equivalence.test.ts",
  "src/component-wasi/filesystem/escape.test.ts",
];

const shared = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  server: { deps: { external: [/\/dist\/.*\.js$/] } },
};

export default defineConfig({
  test: {
    // One for each core: the default leaves a core free, on two cores half of all, and the whole took 15 minutes instead of 8.
    maxWorkers: "100%",
    reporters: ["default", "./tests/summary-reporter.ts"],
    projects: [
      // Needs no build and takes seconds: `npm run test:unit`.
      // Its files share a process: half of the time went to starting one for each and to importing the sources again.
      {
        test: {
          ...shared,
          name: "unit",
          isolate: false,
          include: ["src/**/*.test.ts"],
          exclude: [...EXCLUDED, ...LONG],
        },
      },
      {
        test: {
          ...shared,
          name: "whole",
          include: [...LONG, "{tests,spec-tests,fuzz,bench}/**/*.test.ts"],
          exclude: EXCLUDED,
        },
      },
    ],
  },
});
