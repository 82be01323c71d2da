// What the command's one script gives, dist/command.cjs: a classic script, as V8 keeps compiled code of those alone for Node 20.
// Owns the list; start/load-command.ts loads it.

export { commandFacts } from "./container/command-facts.ts";
export { runInContainer } from "./container/guest.ts";
export { main } from "./dispatch.ts";
export { processIo } from "./io.ts";
