// How the component suite's runner is built: one Node program in the git-ignored `spec-tests/.build`.

import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { run: "run.ts" },
  outDir: "../.build/components",
  format: "esm",
  platform: "node",
  target: "es2022",
  fixedExtension: false,
  dts: false,
  deps: { neverBundle: [/^wasmeter/] },
});
