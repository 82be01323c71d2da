// `npm run test:kubernetes`: containers under a containerd of its own. Not among the other tests, as it needs root, and installs
// what it lacks.

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["kubernetes-tests/**/*.test.ts"],
    reporters: ["default", "./tests/summary-reporter.ts"],
    // One containerd, one file after another: what is measured must not disturb itself.
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
});
