// Reads the S-expressions of a .wast script: atoms, strings, lists, and modules as untouched ranges.
// Owns lexical structure (comments, annotations, escapes); knows nothing of what a directive means.

/** A keyword, number or identifier. `$"quoted"` identifiers are normalised to `$` plus their content. */
export interface Atom {
  readonly kind: "atom";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A string literal. Every char of `bytes` is one byte, escapes resolved. */
export interface StringLiteral {
  readonly kind: "string";
  readonly bytes: string;
  readonly start: number;
  readonly end: number;
}

/** A parenthesised list. */
export interface List {
  readonly kind: "list";
  readonly items: readonly Node[];
  readonly start: number;
  readonly end: number;
}

/** A `(module …)` list. Its fields are not read: `bodyStart` is where they begin, `end` is after the `)`. */
export interface ModuleNode {
  readonly kind: "module";
  /** `definition`, `instance`, or neither. */
  readonly variant: "plain" | "definition" | "instance";
  /** How the module is written. `instance` nodes have `text` and no body. */
  readonly form: "text" | "binary" | "quote";
  /** Identifiers after the keyword: at most one, for `instance` at most two. */
  readonly ids: readonly string[];
  /** The literals of `binary` and `quote`. */
  readonly strings: readonly string[];
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
}

export type Node = Atom | StringLiteral | List | ModuleNode;

/** A script that cannot be read. The message names the line. */
export class ScriptSyntaxError extends Error {
  override name = "ScriptSyntaxError";
}

const LF = 10;
const CR = 13;
const QUOTE = 34;
const OPEN = 40;
const CLOSE = 41;
const SEMICOLON = 59;
const AT = 64;
const BACKSLASH = 92;

/** Line of `offset` in `source`, starting at 1. Only line feeds count, as in editors. */
export function lineAt(source: string, offset: number): number {
  let line = 1;
  for (let at = source.indexOf("\n"); at !== -1 && at < offset; at = source.indexOf("\n", at + 1)) line++;
  return line;
}

/**
 * Reads every top-level node of `source`, in which each char stands for one byte of the file.
 * Throws {@link ScriptSyntaxError} on unbalanced parentheses, unfinished strings and comments.
 */
export function readNodes(source: string): Node[] {
  const reader = new Reader(source);
  const nodes: Node[] = [];
  for (;;) {
    reader.skipBlanks();
    if (reader.at >= source.length) return nodes;
    nodes.push(reader.node());
  }
}

class Reader {
  at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  /** Skips white space, comments and whole annotations. */
  skipBlanks(): void {
    const source = this.#source;
    for (;;) {
      const char = source.charCodeAt(this.at);
      if (char === 32 || (char >= 9 && char <= 13)) this.at++;
      else if (char === SEMICOLON && source.charCodeAt(this.at + 1) === SEMICOLON) this.#lineComment();
      else if (char === OPEN && source.charCodeAt(this.at + 1) === SEMICOLON) this.#blockComment();
      else if (char === OPEN && source.charCodeAt(this.at + 1) === AT) this.#skipList();
      else return;
    }
  }

  node(): Node {
    const start = this.at;
    const char = this.#source.charCodeAt(start);
    if (char === QUOTE) {
      const bytes = this.#string();
      return { kind: "string", bytes, start, end: this.at };
    }
    if (char === OPEN) return this.#list();
    if (char === CLOSE) throw this.#error(start, "unexpected )");
    const text = this.#atom();
    return { kind: "atom", text, start, end: this.at };
  }

  #list(): List | ModuleNode {
    const start = this.at++;
    const items: Node[] = [];
    for (;;) {
      this.skipBlanks();
      if (this.at >= this.#source.length) throw this.#error(start, "unclosed (");
      if (this.#source.charCodeAt(this.at) === CLOSE) {
        this.at++;
        return { kind: "list", items, start, end: this.at };
      }
      const item = this.node();
      if (items.length === 0 && item.kind === "atom" && item.text === "module") return this.#module(start);
      items.push(item);
    }
  }

  #module(start: number): ModuleNode {
    let variant: ModuleNode["variant"] = "plain";
    let form: ModuleNode["form"] = "text";
    const ids: string[] = [];
    const strings: string[] = [];
    let bodyStart = this.at;
    for (;;) {
      this.skipBlanks();
      const char = this.#source.charCodeAt(this.at);
      if (Number.isNaN(char)) throw this.#error(start, "unclosed (module");
      if (char === OPEN || char === CLOSE) break;
      const item = this.node();
      if (item.kind === "string") strings.push(item.bytes);
      else if (item.kind !== "atom") throw this.#error(item.start, "unexpected list");
      else if (item.text === "definition" || item.text === "instance") variant = item.text;
      else if (item.text === "binary" || item.text === "quote") form = item.text;
      else if (item.text.startsWith("$")) ids.push(item.text);
      else throw this.#error(item.start, `unexpected ${item.text} in a module`);
      // The identifier stays part of the body: names in a text module reach its name section.
      if (item.kind === "atom" && !item.text.startsWith("$")) bodyStart = this.at;
    }
    this.at = start;
    this.#skipList();
    return { kind: "module", variant, form, ids, strings, start, bodyStart, end: this.at };
  }

  /** Skips a list without building it; iterative, so that deep nesting costs no stack. */
  #skipList(): void {
    const source = this.#source;
    const start = this.at;
    let depth = 0;
    while (this.at < source.length) {
      const char = source.charCodeAt(this.at);
      if (char === OPEN) {
        if (source.charCodeAt(this.at + 1) === SEMICOLON) {
          this.#blockComment();
          continue;
        }
        depth++;
      } else if (char === CLOSE) {
        if (--depth === 0) {
          this.at++;
          return;
        }
      } else if (char === QUOTE) {
        this.#skipString();
        continue;
      } else if (char === SEMICOLON && source.charCodeAt(this.at + 1) === SEMICOLON) {
        this.#lineComment();
        continue;
      }
      this.at++;
    }
    throw this.#error(start, "unclosed (");
  }

  #lineComment(): void {
    for (let char = 0; this.at < this.#source.length; this.at++) {
      char = this.#source.charCodeAt(this.at);
      if (char === LF || char === CR) return;
    }
  }

  #blockComment(): void {
    const start = this.at;
    let depth = 0;
    while (this.at < this.#source.length) {
      const char = this.#source.charCodeAt(this.at);
      const next = this.#source.charCodeAt(this.at + 1);
      if (char === OPEN && next === SEMICOLON) {
        depth++;
        this.at += 2;
      } else if (char === SEMICOLON && next === CLOSE) {
        this.at += 2;
        if (--depth === 0) return;
      } else this.at++;
    }
    throw this.#error(start, "unclosed comment");
  }

  #atom(): string {
    const source = this.#source;
    const start = this.at;
    for (; this.at < source.length; this.at++) {
      const char = source.charCodeAt(this.at);
      if (char <= 32 || char === OPEN || char === CLOSE || char === QUOTE || char === SEMICOLON) break;
    }
    if (this.at === start) throw this.#error(start, "unexpected character");
    const text = source.slice(start, this.at);
    return text === "$" && source.charCodeAt(this.at) === QUOTE ? `$${this.#string()}` : text;
  }

  #skipString(): void {
    const start = this.at++;
    for (; this.at < this.#source.length; this.at++) {
      const char = this.#source.charCodeAt(this.at);
      if (char === BACKSLASH) this.at++;
      else if (char === QUOTE) {
        this.at++;
        return;
      }
    }
    throw this.#error(start, "unclosed string");
  }

  #string(): string {
    const start = this.at;
    this.#skipString();
    const raw = this.#source.slice(start + 1, this.at - 1);
    return raw.includes("\\")
      ? raw.replace(ESCAPE, (whole, body: string) => this.#escape(whole, body, start))
      : raw;
  }

  #escape(whole: string, body: string, start: number): string {
    const simple = SIMPLE_ESCAPES[body];
    if (simple !== undefined) return simple;
    if (/^[0-9a-fA-F]{2}$/.test(body)) return String.fromCharCode(Number.parseInt(body, 16));
    if (body.startsWith("u{")) {
      const codePoint = Number.parseInt(body.slice(2, -1).replaceAll("_", ""), 16);
      return utf8Bytes(String.fromCodePoint(codePoint));
    }
    throw this.#error(start, `unknown escape ${whole}`);
  }

  #error(offset: number, what: string): ScriptSyntaxError {
    return new ScriptSyntaxError(`line ${lineAt(this.#source, offset)}: ${what}`);
  }
}

const ESCAPE = /\\(u\{[0-9a-fA-F_]+\}|[0-9a-fA-F]{2}|[\s\S])/g;
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  t: "\t",
  n: "\n",
  r: "\r",
  "'": "'",
  '"': '"',
  "\\": "\\",
};

/** The UTF-8 bytes of `text`, one char each. */
export function utf8Bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The text that the UTF-8 in `bytes` (one char each) spells; ill-formed sequences become U+FFFD. */
export function utf8Text(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range is meant
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}
