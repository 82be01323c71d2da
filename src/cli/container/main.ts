// The process in a container, behind bin/wasmeter-init. Compiled code comes from beside the script, where installing put it.

import { keptName } from "../start/kept-runs.ts";
import { loadCommand } from "../start/load-command.ts";
import { splitNotes } from "./notes.ts";

const words = process.argv.slice(2);
const { exports } = loadCommand(keptName(splitNotes(words).command), undefined);
process.exit(await exports.runInContainer(words));
