// The process in a container, behind bin/wasmeter-init. Compiled code comes from beside the script, where installing put it.

import { LOADER, loaderWords } from "../../oci/places.ts";
import { keptName } from "../start/kept-runs.ts";
import { type LateFlag, loadCommand } from "../start/load-command.ts";
import { splitNotes } from "./notes.ts";

// To the system the program is the loader that started Node, and what Node starts of itself has to be started in the same way.
if (process.execPath === LOADER) process.execArgv.unshift(...loaderWords("node"));
const words = process.argv.slice(2);
const name = keptName(splitNotes(words).command);
// In a program's heap of 24 MiB that would begin before the guest does, and take a tenth of its start; all at once is 10 ms, and seldom.
// A server's requests are not to wait for it.
const marking: LateFlag = { late: "--no-incremental-marking", usual: "--incremental-marking" };
const { exports, begun } = loadCommand(name, undefined, name === "run" ? [marking] : []);
const running = exports.runInContainer(words);
begun();
void running.then((status) => process.exit(status));
