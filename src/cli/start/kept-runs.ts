// Whose compiled code is kept: runs of guests. What other commands compile is little of it, and would stand in its place.
// Owns the names, so that the command need not be loaded to know them; kept-runs.test.ts holds them to the commands that there are.

const SERVERS: Readonly<Record<string, string>> = { serve: "serve", up: "up", watch: "up" };
const OTHERS = ["validate", "inspect", "disassemble", "types", "image", "kubernetes", "completions", "help"];

/** The name that goes with a command line; `undefined` for one that runs no guest. */
export function keptName(argv: readonly string[]): string | undefined {
  const [first = ""] = argv;
  if (Object.hasOwn(SERVERS, first)) return SERVERS[first];
  if (OTHERS.includes(first)) return undefined;
  return argv.some((word) => !word.startsWith("-") && word !== "run") ? "run" : undefined;
}

/** Whether a run that ended with this status came as far as its guest: 1 and 2 are those of what did not even begin. */
export function cameToGuest(status: number): boolean {
  return status !== 1 && status !== 2;
}
