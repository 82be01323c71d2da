// Reads the file of `--env-file`: the part of the dotenv format on which Node, Docker Compose and shells agree.
// Owns the syntax. Which variable wins, and where the bytes come from, is decided elsewhere.

import { InputError } from "../usage-error.ts";

/** One variable. Without a value it is to be taken from the environment of whoever runs the command. */
export interface Variable {
  readonly key: string;
  readonly value: string | undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

const BLANK_LINE = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
/** Names of variables are free in POSIX but for `=`; blanks and quotes in one are slips. */
const KEY = /[^\S\n]*(?:export[ \t]+)?([^\s='"`#]+)[ \t]*(?:(=)[^\S\n]*|(?=\n|$))/y;
const REST_OF_LINE = /[^\n]*/y;

/**
 * The variables in the order of the file.
 * @param name shown in errors
 * @throws InputError `name:line: …`
 */
export function parseEnvFile(name: string, bytes: Uint8Array): Variable[] {
  const text = decode(name, bytes);
  const variables: Variable[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const fail = (problem: string): InputError =>
    new InputError(`${name}:${text.slice(0, at).split("\n").length}: ${problem}`);

  while (at < text.length) {
    if (match(BLANK_LINE) !== null) continue;
    const [, key, equals] = match(KEY) ?? [];
    if (key === undefined) throw fail("not KEY=VALUE");
    const quote = text[at];
    let value: string | undefined;
    if (quote === '"' || quote === "'" || quote === "`") {
      const end = closingQuote(text, at);
      if (end === undefined) throw fail(`no closing ${quote}`);
      const inner = text.slice(at + 1, end);
      value = quote === '"' ? unescaped(inner) : inner;
      at = end + 1;
      if (match(BLANK_LINE) === null) throw fail(`something follows the closing ${quote}`);
    } else if (equals !== undefined) {
      value = match(REST_OF_LINE)![0]
        .replace(/(^|\s)#.*$/s, "")
        .trimEnd();
    }
    variables.push({ key, value });
  }
  return variables;
}

/** Index of the quote that ends the string which begins at `start`. A value may have several lines. */
function closingQuote(text: string, start: number): number | undefined {
  const quote = text[start];
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === quote) return i;
    if (text[i] === "\\" && quote === '"') i++;
  }
  return undefined;
}

/** Unknown escapes stay as they are, so that `"C:\dir"` is a path. */
function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (whole, char: string) => ESCAPES[char] ?? whole);
}

/** The text, with lines that end in `\n`. Looked at line by line, to name the one that is wrong. */
function decode(name: string, bytes: Uint8Array): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const lines: string[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const fail = (problem: string): InputError => new InputError(`${name}:${lines.length + 1}: ${problem}`);
    let line: string;
    try {
      line = decoder.decode(bytes.subarray(start, end));
    } catch {
      throw fail("not UTF-8");
    }
    if (line.includes("\0")) throw fail("a NUL character, which no variable can hold");
    if (lines.length === 0) line = line.replace(/^\uFEFF/, "");
    lines.push(line.replace(/\r$/, ""));
    start = end + 1;
  }
  return lines.join("\n");
}
