// The core suite's runner, and what assembles for it.

import { nodeProgram } from "../scripts/node-program.ts";

export default nodeProgram({
  entry: { run: "run.ts", assemble: "assembling/main.ts", "round-trip": "round-trip/main.ts" },
  outDir: ".build",
  outside: [/^@mdn\//, "wabt"],
});
