// The component suite's runner.

import { nodeProgram } from "../../scripts/node-program.ts";

export default nodeProgram({
  entry: { run: "run.ts" },
  outDir: "../.build/components",
  outside: [/^wasmeter/],
});
