// TOML 1.0 with the line of every key and value, for messages that say where. Throws TomlError.
// Owns the syntax; knows nothing of manifests. Dates are kept as their text: nothing here needs them as times.

import { numberOf } from "./toml-numbers.ts";

/** A value and the line, from 1, where it begins. */
export interface TomlNode {
  readonly line: number;
  readonly value: TomlValue;
}

export type TomlValue = string | number | bigint | boolean | TomlDate | TomlTable | readonly TomlNode[];

/** A date, time or both, as it was written. */
export class TomlDate {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Keys in the order of the file; a node's line is that of its key. */
export type TomlTable = ReadonlyMap<string, TomlNode>;

/** The text is not TOML. */
export class TomlError extends Error {
  override name = "TomlError";
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/** Arrays and inline tables in one another. Nobody writes more, and the reader recurses. */
const DEEPEST_NESTING = 64;

/** What may still be added to a table: TOML lets a table be written once only. */
type Origin = "implied" | "header" | "dotted" | "inline" | "array";

class MutableTable extends Map<string, { line: number; value: MutableValue }> {
  origin: Origin;

  constructor(origin: Origin) {
    super();
    this.origin = origin;
  }
}

type MutableNode = { line: number; value: MutableValue };
type MutableValue = string | number | bigint | boolean | TomlDate | MutableTable | MutableNode[];

const BARE_KEY = /[A-Za-z0-9_-]+/y;
const BLANKS = /[ \t]*/y;
const SPACE = /[ \t\n]*/y;
const COMMENT = /#[^\n]*/y;
/** What ends numbers, dates and booleans. */
const WORD = /[^\s,\]}#=]+/y;
const DATE =
  /^(\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?)?|\d{2}:\d{2}:\d{2}(\.\d+)?)$/;
/** The time behind a date may be parted from it by a blank. */
const TIME_AFTER_BLANK = / \d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what TOML forbids in text are exactly these
const FORBIDDEN = /[\x00-\x08\x0b-\x1f\x7f]/;

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  '"': '"',
  "\\": "\\",
};

/** Reads a document. Throws TomlError. */
export function parseToml(text: string): TomlTable {
  return new Reader(text).document();
}

class Reader {
  readonly #text: string;
  #at = 0;
  /** The line of `#counted`, which is never behind `#at` by more than was read since. */
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    const unified = text.replace(/^\uFEFF/, "").replace(/\r\n/g, "\n");
    const bad = FORBIDDEN.exec(unified);
    this.#text = unified;
    if (bad !== null) {
      this.#at = bad.index;
      throw this.#error(`a control character, U+${hex(bad[0])}, is not allowed`);
    }
  }

  document(): TomlTable {
    const root = new MutableTable("header");
    let table = root;
    for (;;) {
      this.#match(SPACE);
      if (this.#match(COMMENT) !== undefined) continue;
      if (this.#at >= this.#text.length) return root;
      if (this.#text[this.#at] === "[") table = this.#header(root);
      else this.#pair(table, "dotted");
      this.#endOfLine();
    }
  }

  // ------------------------------------------------------------------ tables

  #header(root: MutableTable): MutableTable {
    const isArray = this.#text.startsWith("[[", this.#at);
    this.#at += isArray ? 2 : 1;
    const path = this.#keyPath();
    this.#expect(isArray ? "]]" : "]");
    const last = path.pop() ?? "";
    let table = root;
    for (const key of path) table = this.#descend(table, key);
    return isArray ? this.#element(table, last) : this.#table(table, last);
  }

  /** The table below a key of a header's path, which headers to come may still define. */
  #descend(table: MutableTable, key: string): MutableTable {
    const found = table.get(key)?.value;
    if (found === undefined) return this.#add(table, key, new MutableTable("implied"));
    if (found instanceof MutableTable && found.origin !== "inline") return found;
    const newest = Array.isArray(found) ? found.at(-1)?.value : undefined;
    if (newest instanceof MutableTable && newest.origin === "array") return newest;
    throw this.#error(`${key} is not a table that can be added to`);
  }

  #table(parent: MutableTable, key: string): MutableTable {
    const found = parent.get(key);
    if (found === undefined) return this.#add(parent, key, new MutableTable("header"));
    if (!(found.value instanceof MutableTable) || found.value.origin !== "implied") {
      throw this.#error(`${key} is there already, since line ${found.line}`);
    }
    found.value.origin = "header";
    found.line = this.#lineNow();
    return found.value;
  }

  #element(parent: MutableTable, key: string): MutableTable {
    const element = new MutableTable("array");
    const node = { line: this.#lineNow(), value: element };
    const found = parent.get(key);
    if (found === undefined) parent.set(key, { line: node.line, value: [node] });
    else {
      const first = Array.isArray(found.value) ? found.value[0]?.value : undefined;
      if (!Array.isArray(found.value) || !(first instanceof MutableTable) || first.origin !== "array") {
        throw this.#error(`${key} is there already, since line ${found.line}, and is no array of tables`);
      }
      found.value.push(node);
    }
    return element;
  }

  #add(table: MutableTable, key: string, value: MutableTable): MutableTable {
    table.set(key, { line: this.#lineNow(), value });
    return value;
  }

  /** `key = value`, also with dots in the key. */
  #pair(table: MutableTable, origin: "dotted" | "inline", depth = 0): void {
    const line = this.#lineNow();
    const path = this.#keyPath();
    const last = path.pop() ?? "";
    let target = table;
    for (const key of path) {
      const found = target.get(key)?.value;
      if (found === undefined) target = this.#add(target, key, new MutableTable("dotted"));
      else if (found instanceof MutableTable && found.origin === "dotted") target = found;
      else throw this.#error(`${key} is there already, and cannot be added to here`);
    }
    this.#expect("=");
    this.#match(BLANKS);
    const value = this.#value(depth);
    const before = target.get(last);
    if (before !== undefined) {
      throw new TomlError(line, `${last} is given twice, the first time in line ${before.line}`);
    }
    target.set(last, { line, value });
    if (origin === "inline") freeze(value);
  }

  #keyPath(): string[] {
    const path: string[] = [];
    for (;;) {
      this.#match(BLANKS);
      path.push(this.#key());
      this.#match(BLANKS);
      if (this.#text[this.#at] !== ".") return path;
      this.#at++;
    }
  }

  #key(): string {
    const char = this.#text[this.#at];
    if (char === '"' || char === "'") {
      if (this.#text.startsWith(char.repeat(3), this.#at))
        throw this.#error("a key cannot have several lines");
      return this.#string(char);
    }
    const bare = this.#match(BARE_KEY);
    if (bare === undefined) throw this.#error(`a key is expected, not ${this.#here()}`);
    return bare;
  }

  // ------------------------------------------------------------------ values

  #value(depth: number): MutableValue {
    if (depth > DEEPEST_NESTING) throw this.#error(`more than ${DEEPEST_NESTING} levels of nesting`);
    const char = this.#text[this.#at];
    if (char === '"' || char === "'") return this.#string(char);
    if (char === "[") return this.#array(depth);
    if (char === "{") return this.#inlineTable(depth);
    const start = this.#at;
    let word = this.#match(WORD);
    if (word === undefined) throw this.#error(`a value is expected, not ${this.#here()}`);
    if (/^\d{4}-\d{2}-\d{2}$/.test(word)) word += this.#match(TIME_AFTER_BLANK) ?? "";
    if (word === "true" || word === "false") return word === "true";
    if (DATE.test(word)) return new TomlDate(word);
    const number = numberOf(word);
    if (number !== undefined) return number;
    this.#at = start;
    throw this.#error(`${shown(word)} is no value; text stands in quotes: "${shown(word)}"`);
  }

  #array(depth: number): MutableNode[] {
    this.#at++;
    const items: MutableNode[] = [];
    for (;;) {
      this.#blankLines();
      if (this.#take("]")) return items;
      const line = this.#lineNow();
      const value = this.#value(depth + 1);
      freeze(value);
      items.push({ line, value });
      this.#blankLines();
      if (this.#take(",")) continue;
      if (this.#take("]")) return items;
      throw this.#error(`',' or ']' is expected, not ${this.#here()}`);
    }
  }

  #inlineTable(depth: number): MutableTable {
    this.#at++;
    const table = new MutableTable("inline");
    this.#match(BLANKS);
    if (this.#take("}")) return table;
    for (;;) {
      this.#match(BLANKS);
      this.#pair(table, "inline", depth + 1);
      this.#match(BLANKS);
      if (this.#take(",")) continue;
      if (this.#take("}")) break;
      throw this.#error(`',' or '}' is expected, not ${this.#here()}: a table in braces stands in one line`);
    }
    freeze(table);
    return table;
  }

  #string(quote: string): string {
    const isLong = this.#text.startsWith(quote.repeat(3), this.#at);
    if (isLong) return this.#longString(quote.repeat(3));
    const start = this.#at++;
    let text = "";
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined || char === "\n") {
        this.#at = start;
        throw this.#error(`the text that begins here lacks its ${quote}`);
      }
      this.#at++;
      if (char === quote) return text;
      text += char === "\\" && quote === '"' ? this.#escape() : char;
    }
  }

  #longString(quotes: string): string {
    const start = this.#at;
    this.#at += 3;
    this.#take("\n");
    let text = "";
    for (;;) {
      if (this.#text.startsWith(quotes, this.#at)) {
        this.#at += 3;
        // Up to two quotes more are part of the text.
        for (let more = 0; more < 2 && this.#text[this.#at] === quotes[0]; more++, this.#at++)
          text += quotes[0];
        return text;
      }
      const char = this.#text[this.#at];
      if (char === undefined) {
        this.#at = start;
        throw this.#error(`the text that begins here lacks its ${quotes}`);
      }
      this.#at++;
      if (char !== "\\" || quotes[0] !== '"') text += char;
      else if (/^[ \t]*\n/.test(this.#text.slice(this.#at, this.#at + 256))) this.#match(SPACE);
      else text += this.#escape();
    }
  }

  #escape(): string {
    const char = this.#text[this.#at++] ?? "";
    const simple = ESCAPES[char];
    if (simple !== undefined) return simple;
    const length = char === "u" ? 4 : char === "U" ? 8 : 0;
    const digits = this.#text.slice(this.#at, this.#at + length);
    const code = length > 0 && /^[0-9A-Fa-f]+$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
    const isScalar = digits.length === length && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    if (!isScalar)
      throw this.#error(`\\${shown(char)}${shown(digits)} is no escape; a backslash is written \\\\`);
    this.#at += length;
    return String.fromCodePoint(code);
  }

  // ------------------------------------------------------------------ characters

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined || found === "") return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw this.#error(`'${text}' is expected, not ${this.#here()}`);
  }

  #blankLines(): void {
    do this.#match(SPACE);
    while (this.#match(COMMENT) !== undefined);
  }

  #endOfLine(): void {
    this.#match(BLANKS);
    this.#match(COMMENT);
    if (this.#at >= this.#text.length || this.#text[this.#at] === "\n") return;
    throw this.#error(`the line should end here, and goes on with ${this.#here()}`);
  }

  #here(): string {
    const char = this.#text[this.#at];
    if (char === undefined) return "the end of the file";
    return char === "\n" ? "the end of the line" : `'${shown(char)}'`;
  }

  #lineNow(): number {
    for (let at = this.#text.indexOf("\n", this.#counted); at >= 0 && at < this.#at; ) {
      this.#line++;
      this.#counted = at + 1;
      at = this.#text.indexOf("\n", this.#counted);
    }
    return this.#line;
  }

  #error(message: string): TomlError {
    // From the start: the place may be before the last one that was counted.
    let line = 1;
    for (let at = this.#text.indexOf("\n"); at >= 0 && at < this.#at; at = this.#text.indexOf("\n", at + 1))
      line++;
    return new TomlError(line, message);
  }
}

/** Nothing can be added to a value that stands in an array or in braces, however deep. */
function freeze(value: MutableValue): void {
  if (!(value instanceof MutableTable)) return;
  value.origin = "inline";
  for (const node of value.values()) {
    if (node.value instanceof MutableTable && node.value.origin !== "inline") freeze(node.value);
  }
}

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
}

/** The beginning of what stands there. */
function shown(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
