// How the runner of the JS-API tests is built; the engine is imported as built.

import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { run: "run.ts", worker: "worker.ts" },
  outDir: "../.build/js-api",
  format: "esm",
  platform: "node",
  target: "es2022",
  fixedExtension: false,
  dts: false,
  deps: { neverBundle: [/^wasmeter/] },
});
