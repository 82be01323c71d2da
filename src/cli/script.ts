// What the command's first script gives, dist/command.cjs: a classic script, as V8 keeps compiled code of those alone for Node 20. What is
// imported dynamically is in the second one, dist/command-rest.cjs.
// Owns the list; start/load-command.ts loads it.

import type { CommandFacts } from "../oci/rewrite.ts";

export { runInContainer } from "./container/guest.ts";
export { main } from "./dispatch.ts";
export { processIo } from "./io.ts";

/** Loaded by the wrapper alone, as it brings all commands. */
export async function commandFacts(): Promise<CommandFacts> {
  return (await import("./container/command-facts.ts")).commandFacts;
}
