// Whose compiled code is kept: runs of guests. What other commands compile is little of it, and would stand in its place.
// Owns which ones those are, so that no command need be loaded to know it.

import { COMMAND_NAMES } from "../commands/names.ts";

const RUN = "run";
const SERVERS: Readonly<Record<string, string>> = { serve: "serve", up: "up", watch: "up" };

/** The name that goes with a command line; `undefined` for one that runs no guest. */
export function keptName(argv: readonly string[]): string | undefined {
  const [first = ""] = argv;
  if (Object.hasOwn(SERVERS, first)) return SERVERS[first];
  if (first !== RUN && COMMAND_NAMES.includes(first)) return undefined;
  return argv.some((word) => !word.startsWith("-") && word !== RUN) ? RUN : undefined;
}

/** Whether a run that ended with this status came as far as its guest: 1 and 2 are those of what did not even begin. */
export function cameToGuest(status: number): boolean {
  return status !== 1 && status !== 2;
}
