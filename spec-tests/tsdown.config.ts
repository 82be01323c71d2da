// How the suite runner is built: three Node programs in the git-ignored `.build`, packages left outside.

import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { run: "run.ts", assemble: "assembling/main.ts", "round-trip": "round-trip/main.ts" },
  outDir: ".build",
  format: "esm",
  platform: "node",
  target: "es2022",
  fixedExtension: false,
  dts: false,
  deps: { neverBundle: [/^@mdn\//, "wabt"] },
});
