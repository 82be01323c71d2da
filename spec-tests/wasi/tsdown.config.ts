// The runner of the official WASI tests.

import { nodeProgram } from "../../scripts/node-program.ts";

export default nodeProgram({ entry: { run: "run.ts", p3: "p3/run.ts" }, outDir: "../.build/wasi" });
