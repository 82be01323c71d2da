// Text that a guest, a module or a file name made, in a form for people: no longer than they read, and harmless to a terminal.
// Owns which characters are escaped and where names are cut. Text for programs is left whole by whoever writes it.

/** UTF-16 units of a name that are shown. Mangled names of C++ have some hundred; a guest can make one of gigabytes. */
export const LONGEST_NAME = 300;

/** All of `text`, with what could disturb a terminal as `\u{…}`. */
export function printable(text: string): string {
  // Controls (C0 and C1), invisible formatting (among it the marks that reorder text) and line separators. V8 takes 0.2 ms to read what
  // classes these are: most runs have nothing to show.
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** The beginning of `text`, at most `most` UTF-16 units, and how many there are if that is not all. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  // No half of a surrogate pair at the end.
  const end = (text.charCodeAt(most - 1) & 0xfc00) === 0xd800 ? most - 1 : most;
  return `${text.slice(0, end)}… (${text.length} characters)`;
}

/** A name, cut before anything else is done with it, and printable. */
export function shownName(name: string): string {
  return printable(shortened(name, LONGEST_NAME));
}

/** The same in double quotes, with those inside escaped. */
export function quotedName(name: string): string {
  return `"${shownName(name).replace(/"/g, '\\"')}"`;
}
