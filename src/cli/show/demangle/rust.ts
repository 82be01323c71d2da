// Names of Rust functions in both of its schemes: the legacy one, which borrows that of C++, and v0 (RFC 2603).
// Disambiguating hashes are left out, as Rust's own tools do it.

import { Cursor } from "./cursor.ts";

// ------------------------------------------------------------------ legacy

/** `_ZN4core3fmt5write17h0123456789abcdefE`: the last component is a hash. */
const LEGACY = /^_?_?ZN.*17h[0-9a-f]{16}E(?:\.[\w.]+)?$/s;

const LEGACY_ESCAPES: Readonly<Record<string, string>> = {
  SP: "@",
  BP: "*",
  RF: "&",
  LT: "<",
  GT: ">",
  LP: "(",
  RP: ")",
  C: ",",
};

function legacyComponent(text: string): string {
  return text
    .replace(/^_\$/, "$")
    .replace(/\$([A-Z]{1,2}|u[0-9a-f]{1,5})\$/g, (whole, code: string) => {
      if (!code.startsWith("u")) return LEGACY_ESCAPES[code] ?? whole;
      return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    })
    .replaceAll("..", "::");
}

/** Whether a name is of the legacy scheme, and not of C++, whose form it has. */
export function isLegacyRust(name: string): boolean {
  return LEGACY.test(name);
}

/** Throws NotMangledError. */
export function demangleLegacyRust(name: string): string {
  const cursor = new Cursor(name, name.indexOf("ZN") + 2);
  const components: string[] = [];
  while (!cursor.skip("E")) components.push(legacyComponent(cursor.chars(cursor.decimal())));
  return components.slice(0, -1).join("::");
}

// ------------------------------------------------------------------ v0

const BASIC_TYPES: Readonly<Record<string, string>> = {
  a: "i8",
  b: "bool",
  c: "char",
  d: "f64",
  e: "str",
  f: "f32",
  h: "u8",
  i: "isize",
  j: "usize",
  l: "i32",
  m: "u32",
  n: "i128",
  o: "u128",
  p: "_",
  s: "i16",
  t: "u16",
  u: "()",
  v: "...",
  x: "i64",
  y: "u64",
  z: "!",
};

/** Throws NotMangledError. */
export function demangleRustV0(name: string): string {
  const reader = new V0Reader(name);
  return reader.symbol();
}

class V0Reader {
  readonly #cursor: Cursor;
  readonly #start: number;
  /** Lifetimes that binders around have introduced. */
  #lifetimes = 0;

  constructor(name: string) {
    this.#start = name.indexOf("R") + 1;
    this.#cursor = new Cursor(name, this.#start);
  }

  symbol(): string {
    const cursor = this.#cursor;
    // An encoding version would come first; there is none yet.
    if (cursor.isDigit()) cursor.fail();
    const path = this.#path(true);
    if (/[A-Z]/.test(cursor.peek())) this.#path(false);
    // Suffixes are the compiler's: `.llvm.123`.
    if (cursor.peek() !== "" && cursor.peek() !== "." && cursor.peek() !== "$") cursor.fail();
    return path;
  }

  /** `inValue`: generic arguments are written with `::`. */
  #path(inValue: boolean): string {
    const cursor = this.#cursor;
    return cursor.nested(() => {
      switch (cursor.take()) {
        case "C":
          return this.#identifier().text;
        case "M":
          this.#implPath();
          return `<${this.#type()}>`;
        case "X":
          this.#implPath();
          return `<${this.#type()} as ${this.#path(false)}>`;
        case "Y":
          return `<${this.#type()} as ${this.#path(false)}>`;
        case "N":
          return this.#nestedPath(inValue);
        case "I":
          return cursor.bounded(this.#genericPath(inValue));
        case "B":
          return this.#backReference(() => this.#path(inValue));
        default:
          return cursor.fail();
      }
    });
  }

  #genericPath(inValue: boolean): string {
    const path = this.#path(inValue);
    const args = this.#list(() => this.#genericArg());
    return `${path}${inValue ? "::" : ""}<${args.join(", ")}>`;
  }

  #nestedPath(inValue: boolean): string {
    const cursor = this.#cursor;
    const namespace = cursor.take();
    const path = this.#path(inValue);
    const { text, disambiguator } = this.#identifier();
    if (/[a-z]/.test(namespace)) return cursor.bounded(text === "" ? path : `${path}::${text}`);
    if (!/[A-Z]/.test(namespace)) cursor.fail();
    const kind = namespace === "C" ? "closure" : namespace === "S" ? "shim" : namespace;
    return `${path}::{${kind}${text === "" ? "" : `:${text}`}#${disambiguator}}`;
  }

  /** Where an implementation stands; tools do not show it. */
  #implPath(): void {
    this.#disambiguator();
    this.#path(false);
  }

  #genericArg(): string {
    const cursor = this.#cursor;
    if (cursor.skip("L")) return this.#lifetime(this.#base62());
    if (cursor.skip("K")) return this.#constant();
    return this.#type();
  }

  #type(): string {
    const cursor = this.#cursor;
    return cursor.nested(() => {
      const basic = BASIC_TYPES[cursor.peek()];
      if (basic !== undefined) {
        cursor.take();
        return basic;
      }
      return cursor.bounded(this.#compoundType());
    });
  }

  #compoundType(): string {
    const cursor = this.#cursor;
    const start = cursor.at;
    switch (cursor.take()) {
      case "A":
        return `[${this.#type()}; ${this.#constant()}]`;
      case "S":
        return `[${this.#type()}]`;
      case "T": {
        const types = this.#list(() => this.#type());
        return `(${types.join(", ")}${types.length === 1 ? "," : ""})`;
      }
      case "R":
        return `&${this.#referenceLifetime()}${this.#type()}`;
      case "Q":
        return `&${this.#referenceLifetime()}mut ${this.#type()}`;
      case "P":
        return `*const ${this.#type()}`;
      case "O":
        return `*mut ${this.#type()}`;
      case "F":
        return this.#bound(() => this.#functionType());
      case "D": {
        const bounds = this.#bound(() => this.#list(() => this.#dynTrait()).join(" + "));
        cursor.expect("L");
        const lifetime = this.#base62();
        return `dyn ${bounds}${lifetime === 0 ? "" : ` + ${this.#lifetime(lifetime)}`}`;
      }
      case "B":
        return this.#backReference(() => this.#type());
      default:
        cursor.at = start;
        return this.#path(false);
    }
  }

  #referenceLifetime(): string {
    if (!this.#cursor.skip("L")) return "";
    const lifetime = this.#base62();
    return lifetime === 0 ? "" : `${this.#lifetime(lifetime)} `;
  }

  #functionType(): string {
    const cursor = this.#cursor;
    const unsafe = cursor.skip("U") ? "unsafe " : "";
    let abi = "";
    if (cursor.skip("K")) {
      const name = cursor.skip("C") ? "C" : this.#undisambiguated().replaceAll("_", "-");
      abi = `extern "${name}" `;
    }
    const params = this.#list(() => this.#type());
    const result = this.#type();
    return `${unsafe}${abi}fn(${params.join(", ")})${result === "()" ? "" : ` -> ${result}`}`;
  }

  /** A trait with its associated types, which stand among its arguments. */
  #dynTrait(): string {
    const path = this.#path(false);
    const bindings: string[] = [];
    while (this.#cursor.skip("p")) bindings.push(`${this.#undisambiguated()} = ${this.#type()}`);
    if (bindings.length === 0) return path;
    const list = bindings.join(", ");
    return path.endsWith(">") ? `${path.slice(0, -1)}, ${list}>` : `${path}<${list}>`;
  }

  /** What stands behind a binder, as `for<'a> …` if it introduces lifetimes. */
  #bound(read: () => string): string {
    if (!this.#cursor.skip("G")) return read();
    const count = this.#base62() + 1;
    if (count > 26) this.#cursor.fail();
    const outer = this.#lifetimes;
    this.#lifetimes += count;
    const names = Array.from({ length: count }, (_, i) => this.#lifetime(count - i));
    const text = `for<${names.join(", ")}> ${read()}`;
    this.#lifetimes = outer;
    return text;
  }

  /** De Bruijn: 1 is the innermost one, 0 is erased. */
  #lifetime(index: number): string {
    if (index === 0) return "'_";
    const depth = this.#lifetimes - index;
    if (depth < 0) this.#cursor.fail();
    return depth < 26 ? `'${String.fromCharCode(97 + depth)}` : `'_${depth}`;
  }

  #constant(): string {
    const cursor = this.#cursor;
    return cursor.nested(() => {
      if (cursor.skip("p")) return "_";
      if (cursor.skip("B")) return this.#backReference(() => this.#constant());
      const type = cursor.take();
      const sign = cursor.skip("n") ? "-" : "";
      let digits = "";
      while (!cursor.skip("_")) digits += cursor.take();
      if (!/^[0-9a-f]{0,32}$/.test(digits)) cursor.fail();
      const value = BigInt(`0x${digits || "0"}`);
      if (type === "b") return value === 0n ? "false" : "true";
      if (type === "c")
        return `'${value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : cursor.fail()}'`;
      if (!/[ahijlmnostxy]/.test(type)) cursor.fail();
      return `${sign}${value}`;
    });
  }

  #list(read: () => string): string[] {
    const items: string[] = [];
    while (!this.#cursor.skip("E")) items.push(read());
    return items;
  }

  #backReference(read: () => string): string {
    const cursor = this.#cursor;
    const from = cursor.at - 1;
    const target = this.#start + this.#base62();
    if (target >= from) cursor.fail();
    const after = cursor.at;
    cursor.at = target;
    const text = cursor.bounded(read());
    cursor.at = after;
    return text;
  }

  #identifier(): { text: string; disambiguator: number } {
    const disambiguator = this.#disambiguator();
    return { text: this.#undisambiguated(), disambiguator };
  }

  /** 0 where there is none. */
  #disambiguator(): number {
    return this.#cursor.skip("s") ? this.#base62() + 1 : 0;
  }

  #undisambiguated(): string {
    const cursor = this.#cursor;
    const isPunycode = cursor.skip("u");
    const length = cursor.decimal();
    // Parts the length from a name that begins with a digit or underscore.
    cursor.skip("_");
    const text = cursor.chars(length);
    return isPunycode ? `punycode{${text.replace(/_(?=[^_]*$)/, "-")}}` : text;
  }

  /** `_` is 0, `0_` 1, … Those that are hashes are not exact, and not shown. */
  #base62(): number {
    const cursor = this.#cursor;
    if (cursor.skip("_")) return 0;
    let value = 0;
    while (!cursor.skip("_")) {
      const digit = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(cursor.take());
      if (digit < 0) cursor.fail();
      value = 62 * value + digit;
    }
    return value + 1;
  }
}
