// Which files are tests. The heavy ones import the built package, which vitest must leave to Node:
// its own per-file transform makes the interpreter's loop some forty times slower.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,tests,spec-tests,fuzz,bench}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "dist/**", "spec-tests/testsuite/**"],
    reporters: ["default", "./tests/summary-reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { external: [/\/dist\/.*\.js$/] } },
  },
});
