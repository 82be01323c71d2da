// The differential fuzzer.

import { nodeProgram } from "../scripts/node-program.ts";

export default nodeProgram({
  entry: { run: "run.ts" },
  outDir: ".build",
  outside: ["wasmeter", "#testing", /^@mdn\//],
});
