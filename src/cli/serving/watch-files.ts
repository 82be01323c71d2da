// Tells when files have changed, by looking at them twice a second: the same on every system and file system.
// Owns the looking; which files are meant is given from outside.

import { statSync } from "node:fs";
import { join } from "node:path";
import { filesMatching, TooManyFilesError } from "../../spin/glob.ts";

/** Files of one directory. */
export interface Watched {
  readonly directory: string;
  /** Relative to it. */
  readonly patterns: readonly string[];
}

const LOOK_MS = 500;

/** What a change can be seen by: times and sizes of all files. @throws SyntaxError for a pattern that is none */
export function stateOf(watched: readonly Watched[]): string {
  const lines: string[] = [];
  for (const { directory, patterns } of watched) {
    for (const pattern of patterns) {
      for (const path of matching(directory, pattern)) {
        const stat = statSync(join(directory, path), { throwIfNoEntry: false });
        if (stat !== undefined) lines.push(`${directory}/${path} ${stat.mtimeMs} ${stat.size}`);
      }
    }
  }
  return lines.join("\n");
}

function matching(directory: string, pattern: string): string[] {
  try {
    return filesMatching(directory, pattern);
  } catch (error) {
    // So many files are not looked at; the rest is.
    if (error instanceof TooManyFilesError) return [];
    throw error;
  }
}

/** Resolves when the state is another than `before`, and the same twice: whoever writes has come to an end. */
export async function changed(
  watched: () => readonly Watched[],
  before: string,
  signal: AbortSignal,
): Promise<string> {
  let last = before;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS).unref());
    if (signal.aborted) return before;
    const now = stateOf(watched());
    if (now !== before && now === last) return now;
    last = now;
  }
}
