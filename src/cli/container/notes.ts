// What the wrapper has to say to whoever reads a container's log, as words before the command's.

const NOTE = "--note=";

/** A container's command line in its parts. */
export function splitNotes(words: readonly string[]): {
  readonly notes: string[];
  readonly command: string[];
} {
  const begin = words.findIndex((word) => !word.startsWith(NOTE));
  const end = begin === -1 ? words.length : begin;
  return { notes: words.slice(0, end).map((word) => word.slice(NOTE.length)), command: words.slice(end) };
}
