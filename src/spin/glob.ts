// Patterns of file names: `*` and `?` in a name, `**` for any number of directories, `[a-z]` and `[!a-z]`.
// Owns the syntax; walks no directory but by what is asked of it.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Files below one pattern, and directories deep: more is a slip such as a pattern in a home directory. */
const MOST_FILES = 100_000;
const DEEPEST = 64;

/** Too many files, or directories too deep. */
export class TooManyFilesError extends Error {
  override name = "TooManyFilesError";
}

/** @param pattern relative, with slashes. @throws SyntaxError for a bracket that is not closed */
export function globToRegExp(pattern: string): RegExp {
  const words = pattern.split("/").filter((word) => word !== "" && word !== ".");
  let source = "";
  for (const [k, word] of words.entries()) {
    const isLast = k === words.length - 1;
    if (word === "**") source += isLast ? ".+" : "(?:[^/]+/)*";
    else source += wordSource(word) + (isLast ? "" : "/");
  }
  return new RegExp(`^${source}$`, "su");
}

function wordSource(word: string): string {
  let source = "";
  for (let k = 0; k < word.length; k++) {
    const char = word[k] as string;
    if (char === "*") {
      // Stars in a row are one: several would be tried in every combination.
      while (word[k + 1] === "*") k++;
      source += "[^/]*";
    } else if (char === "?") source += "[^/]";
    else if (char === "[") {
      const close = word.indexOf("]", k + 2);
      if (close < 0) throw new SyntaxError(`'[' has no ']' behind it in ${word}`);
      const negated = word[k + 1] === "!";
      const set = word.slice(k + (negated ? 2 : 1), close).replace(/[\\\]^[&~]/g, "\\$&");
      source += `[${negated ? "^/" : ""}${set}]`;
      k = close;
    } else source += char.replace(/[\\^$.|+(){}]/g, "\\$&");
  }
  return source;
}

/**
 * Files that match, as paths relative to `root` with slashes, in order. Links to files are followed, links to directories not.
 * @throws SyntaxError, TooManyFilesError
 */
export function filesMatching(root: string, pattern: string): string[] {
  const regExp = globToRegExp(pattern);
  const words = pattern.split("/").filter((word) => word !== "" && word !== ".");
  const firstWild = words.findIndex((word) => /[*?[]/.test(word));
  // Nothing outside the part without wildcards can match.
  const start = words.slice(0, firstWild < 0 ? words.length - 1 : firstWild).join("/");
  return filesBelow(root, start).filter((path) => regExp.test(path));
}

/** All files below a directory of `root`, as {@link filesMatching} gives them; none if it is not there. */
export function filesBelow(root: string, start: string): string[] {
  const found: string[] = [];
  const pending: { path: string; depth: number }[] = [{ path: start, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > DEEPEST)
      throw new TooManyFilesError(`${next.path} is more than ${DEEPEST} directories deep`);
    for (const entry of entriesOf(join(root, next.path))) {
      const path = next.path === "" ? entry.name : `${next.path}/${entry.name}`;
      if (entry.isDirectory()) pending.push({ path, depth: next.depth + 1 });
      else if (entry.isFile() || (entry.isSymbolicLink() && isFile(join(root, path)))) found.push(path);
      if (found.length > MOST_FILES) throw new TooManyFilesError(`there are more than ${MOST_FILES} files`);
    }
  }
  return found.sort();
}

function entriesOf(directory: string) {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    // What cannot be read has no files for a guest.
    return [];
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
