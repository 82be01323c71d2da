#!/usr/bin/env node
// The process around the command: argv in, exit status out. Everything else is in dispatch.ts.

import { usersFolder } from "./start/code-cache.ts";
import { cameToGuest, keptName } from "./start/kept-runs.ts";
import { loadCommand } from "./start/load-command.ts";

const argv = process.argv.slice(2);
const { exports, begun, keepCode } = loadCommand(keptName(argv), usersFolder());
const running = exports.main(argv, exports.processIo());
begun();
void running.then((status) => {
  if (cameToGuest(status)) keepCode();
  // All output is written synchronously, so nothing is lost; pending reads of stdin must not keep the process alive.
  process.exit(status);
});
