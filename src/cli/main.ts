#!/usr/bin/env node
// The process around the command: argv in, exit status out. Everything else is in dispatch.ts.

import { main } from "./dispatch.ts";
import { processIo } from "./io.ts";

// All output is written synchronously, so nothing is lost; pending reads of stdin must not keep the process alive.
process.exit(await main(process.argv.slice(2), processIo()));
