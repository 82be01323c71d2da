// How the differential fuzzer is built: a Node program in the git-ignored `.build`, the package left outside.

import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { run: "run.ts" },
  outDir: ".build",
  format: "esm",
  platform: "node",
  target: "es2022",
  fixedExtension: false,
  dts: false,
  deps: { neverBundle: ["wasmeter", "#testing", /^@mdn\//] },
});
