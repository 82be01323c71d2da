// The fuzzers: of modules, and of components.

import { nodeProgram } from "../scripts/node-program.ts";

export default nodeProgram({
  entry: { run: "run.ts", "run-components": "run-components.ts" },
  outDir: ".build",
  outside: [/^wasmeter(\/|$)/, "#testing", /^@mdn\//],
});
