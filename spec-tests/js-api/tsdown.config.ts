// The runner of the JS-API tests; the engine is imported as built.

import { nodeProgram } from "../../scripts/node-program.ts";

export default nodeProgram({
  entry: { run: "run.ts", worker: "worker.ts" },
  outDir: "../.build/js-api",
  outside: [/^wasmeter/],
});
