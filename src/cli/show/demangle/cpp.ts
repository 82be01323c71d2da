// Names of C++ functions and data in the scheme of the Itanium C++ ABI (section 5.1), which compilers for WebAssembly use.
// Not read are expressions and decltype in types: names with them stay as they are.

import { BUILTIN_TYPES, D_TYPES, LITERAL_SUFFIXES, OPERATORS, SPECIAL, STANDARD } from "./cpp-tables.ts";
import { Cursor } from "./cursor.ts";

/** A type or template argument. C++ writes some around what they declare: `int (*)(long)`. */
interface Text {
  readonly left: string;
  readonly right: string;
  /** A function or array, which needs parentheses where something points to it. */
  readonly isInner?: boolean;
  /** Its elements, if it is a pack of arguments. */
  readonly pack?: readonly Text[];
  /** `&` or `&&`: references to references collapse. */
  readonly reference?: "&" | "&&";
}

interface Name {
  readonly text: string;
  /** Ends in template arguments: a function's type begins with its result. */
  readonly isTemplate: boolean;
  /** Constructors, destructors and conversions have no result. */
  readonly hasNoResult: boolean;
  /** ` const`, ` &&`: what stands behind a member function's parameters. */
  readonly qualifiers: string;
}

const plain = (left: string): Text => ({ left, right: "" });

const shown = ({ left, right }: Text): string => `${left}${right}`;

/** Throws NotMangledError. */
export function demangleCpp(name: string): string {
  const reader = new CppReader(new Cursor(name, name.indexOf("Z") + 1));
  return reader.symbol();
}

class CppReader {
  readonly #cursor: Cursor;
  readonly #substitutions: Text[] = [];
  /** What `T_`, `T0_` … stand for: the arguments of the name that is read. */
  #templateArgs: readonly Text[] = [];
  /** Which element of a pack is read, inside of a pack expansion. */
  #packIndex: number | undefined;
  /** Length of the packs that were met in it. */
  #packLength: number | undefined;

  constructor(cursor: Cursor) {
    this.#cursor = cursor;
  }

  symbol(): string {
    const cursor = this.#cursor;
    const text = this.#encoding();
    // Copies that the optimiser makes: `.cold`, `.llvm.123`.
    if (cursor.peek() === ".") return `${text} (${cursor.text.slice(cursor.at)})`;
    if (cursor.peek() !== "") cursor.fail();
    return text;
  }

  #encoding(): string {
    const cursor = this.#cursor;
    return cursor.nested(() => {
      const special = SPECIAL[cursor.text.slice(cursor.at, cursor.at + 2)];
      if (special !== undefined) {
        cursor.at += 2;
        return (
          special +
          (special.startsWith("guard") || special.startsWith("TLS") ? this.#name().text : shown(this.#type()))
        );
      }
      if (cursor.skip("Th") || cursor.skip("Tv")) return this.#thunk();
      const name = this.#name();
      if (cursor.peek() === "" || cursor.peek() === "E" || cursor.peek() === ".") return name.text;
      const result = name.isTemplate && !name.hasNoResult ? this.#type() : undefined;
      const params = this.#parameters(
        () => cursor.peek() === "" || cursor.peek() === "E" || cursor.peek() === ".",
      );
      const declared = `${name.text}(${params})${name.qualifiers}`;
      if (result === undefined) return cursor.bounded(declared);
      return cursor.bounded(`${result.left} ${declared}${result.right}`);
    });
  }

  #thunk(): string {
    const cursor = this.#cursor;
    const kind = cursor.text[cursor.at - 1] === "h" ? "non-virtual thunk to " : "virtual thunk to ";
    const offsets = kind.startsWith("non") ? 1 : 2;
    for (let i = 0; i < offsets; i++) {
      cursor.skip("n");
      cursor.decimal();
      cursor.expect("_");
    }
    return kind + this.#encoding();
  }

  /** Types up to the end that `isEnd` sees; `void` alone is none. */
  #parameters(isEnd: () => boolean): string {
    const cursor = this.#cursor;
    if (cursor.peek() === "v") {
      cursor.take();
      if (!isEnd()) cursor.fail();
      return "";
    }
    const params: string[] = [];
    do params.push(shown(this.#type()));
    while (!isEnd());
    return params.filter((param) => param !== "").join(", ");
  }

  // ---------------------------------------------------------------- names

  #name(): Name {
    const cursor = this.#cursor;
    if (cursor.skip("N")) return this.#nestedName();
    if (cursor.skip("Z")) return this.#localName();
    let text: string;
    if (cursor.peek() === "S" && !cursor.text.startsWith("St", cursor.at)) {
      text = shown(this.#substitution());
      if (cursor.peek() !== "I") cursor.fail();
    } else {
      text = cursor.skip("St") ? `std::${this.#unqualified("").text}` : this.#unqualified("").text;
      if (cursor.peek() === "I") this.#substitutions.push(plain(text));
    }
    const isTemplate = cursor.peek() === "I";
    if (isTemplate) text += this.#ownTemplateArgs();
    return { text, isTemplate, hasNoResult: text.startsWith("operator ") && !isTemplate, qualifiers: "" };
  }

  #nestedName(): Name {
    const cursor = this.#cursor;
    const qualifiers = this.#memberQualifiers();
    let text = "";
    /** The last component without its arguments: what constructors are called. */
    let base = "";
    let isTemplate = false;
    let hasNoResult = false;
    while (!cursor.skip("E")) {
      cursor.skip("L");
      const isStart = text === "";
      isTemplate = false;
      if (cursor.peek() === "S" && isStart) {
        if (cursor.skip("St")) {
          text = "std";
          continue;
        }
        text = shown(this.#substitution());
        base = lastComponent(text);
        continue;
      }
      if (cursor.peek() === "T" && isStart) text = shown(this.#templateParam());
      else if (cursor.peek() === "I" && !isStart) {
        text += this.#ownTemplateArgs();
        isTemplate = true;
      } else {
        const part = this.#unqualified(base);
        text = isStart ? part.text : `${text}::${part.text}`;
        base = part.text.replace(/\[abi:.*$/, "");
        hasNoResult = part.hasNoResult;
      }
      cursor.bounded(text);
      if (cursor.peek() !== "E") this.#substitutions.push(plain(text));
    }
    if (text === "") cursor.fail();
    return { text, isTemplate, hasNoResult, qualifiers };
  }

  #memberQualifiers(): string {
    const cursor = this.#cursor;
    let text = "";
    cursor.skip("r");
    const isVolatile = cursor.skip("V");
    if (cursor.skip("K")) text += " const";
    if (isVolatile) text += " volatile";
    if (cursor.skip("R")) text += " &";
    else if (cursor.skip("O")) text += " &&";
    return text;
  }

  /** A name inside a function. */
  #localName(): Name {
    const cursor = this.#cursor;
    const outerArgs = this.#templateArgs;
    const outer = this.#encoding();
    cursor.expect("E");
    if (cursor.skip("s")) {
      this.#discriminator();
      return { text: `${outer}::string literal`, isTemplate: false, hasNoResult: false, qualifiers: "" };
    }
    if (cursor.skip("d")) {
      if (cursor.isDigit()) cursor.decimal();
      cursor.expect("_");
    }
    this.#templateArgs = outerArgs.length > 0 ? outerArgs : this.#templateArgs;
    const inner = this.#name();
    this.#discriminator();
    return { ...inner, text: `${outer}::${inner.text}` };
  }

  #discriminator(): void {
    const cursor = this.#cursor;
    if (!cursor.skip("_")) return;
    const isLong = cursor.skip("_");
    cursor.decimal();
    if (isLong) cursor.expect("_");
  }

  /** One component. `owner` is the class that a constructor would be of. */
  #unqualified(owner: string): { text: string; hasNoResult: boolean } {
    const cursor = this.#cursor;
    cursor.skip("L");
    let text: string;
    let hasNoResult = false;
    const next = cursor.peek();
    if (cursor.isDigit()) text = this.#sourceName();
    else if (next === "U") text = this.#unnamed();
    else if (next === "C" || (next === "D" && /^D[0-5]/.test(cursor.text.slice(cursor.at, cursor.at + 2)))) {
      cursor.take();
      if (cursor.skip("I") || !/[0-5]/.test(cursor.take()) || owner === "") cursor.fail();
      text = next === "D" ? `~${owner}` : owner;
      hasNoResult = true;
    } else if (cursor.skip("cv")) {
      text = `operator ${shown(this.#type())}`;
      hasNoResult = true;
    } else if (cursor.skip("li")) text = `operator"" ${this.#sourceName()}`;
    else {
      const symbol = OPERATORS[cursor.chars(2)];
      text = `operator${symbol ?? cursor.fail()}`;
    }
    while (cursor.skip("B")) text += `[abi:${this.#sourceName()}]`;
    return { text, hasNoResult };
  }

  #sourceName(): string {
    const cursor = this.#cursor;
    const text = cursor.chars(cursor.decimal());
    return /^_GLOBAL_[._$]N/.test(text) ? "(anonymous namespace)" : text;
  }

  /** Lambdas, and types without a name; they are numbered in their function from 1. */
  #unnamed(): string {
    const cursor = this.#cursor;
    const number = (): number => {
      const value = cursor.isDigit() ? cursor.decimal() + 2 : 1;
      cursor.expect("_");
      return value;
    };
    if (cursor.skip("Ut")) return `{unnamed type#${number()}}`;
    cursor.expect("Ul");
    const params = this.#parameters(() => cursor.peek() === "E");
    cursor.expect("E");
    return `{lambda(${params})#${number()}}`;
  }

  // ---------------------------------------------------------------- template arguments

  /** Those of the name itself: parameters in its type refer to them. */
  #ownTemplateArgs(): string {
    const args = this.#templateArgList();
    this.#templateArgs = args;
    return this.#argsText(args);
  }

  #templateArgList(): Text[] {
    const cursor = this.#cursor;
    cursor.expect("I");
    const args: Text[] = [];
    while (!cursor.skip("E")) args.push(this.#templateArg());
    return args;
  }

  #argsText(args: readonly Text[]): string {
    const texts = args
      .flatMap((arg) => arg.pack ?? [arg])
      .map(shown)
      .filter((text) => text !== "");
    const list = texts.join(", ");
    return this.#cursor.bounded(`<${list}${list.endsWith(">") ? " " : ""}>`);
  }

  #templateArg(): Text {
    const cursor = this.#cursor;
    return cursor.nested(() => {
      if (cursor.skip("L")) return plain(this.#literal());
      if (!cursor.skip("J")) return this.#type();
      const pack: Text[] = [];
      while (!cursor.skip("E")) pack.push(this.#templateArg());
      return { ...plain(pack.map(shown).join(", ")), pack };
    });
  }

  #literal(): string {
    const cursor = this.#cursor;
    if (cursor.skip("_Z")) {
      const text = this.#encoding();
      cursor.expect("E");
      return text;
    }
    const code = cursor.peek();
    const type = this.#type();
    const sign = cursor.skip("n") ? "-" : "";
    const start = cursor.at;
    while (cursor.peek() !== "E") cursor.take();
    const value = `${sign}${cursor.text.slice(start, cursor.at)}`;
    cursor.take();
    if (code === "b") return value === "0" ? "false" : value === "1" ? "true" : `(bool)${value}`;
    const suffix = LITERAL_SUFFIXES[code];
    if (suffix !== undefined) return `${value}${suffix}`;
    if (shown(type) === D_TYPES.n) return "nullptr";
    return `(${shown(type)})${value}`;
  }

  #templateParam(): Text {
    const cursor = this.#cursor;
    cursor.expect("T");
    const index = cursor.isDigit() ? cursor.decimal() + 1 : 0;
    cursor.expect("_");
    const arg = this.#templateArgs[index] ?? cursor.fail();
    if (arg.pack === undefined || this.#packIndex === undefined) return arg;
    this.#packLength = arg.pack.length;
    return arg.pack[this.#packIndex] ?? plain("");
  }

  // ---------------------------------------------------------------- types

  #type(): Text {
    const cursor = this.#cursor;
    return cursor.nested(() => {
      const builtin = BUILTIN_TYPES[cursor.peek()];
      if (builtin !== undefined) {
        cursor.take();
        return plain(builtin);
      }
      if (cursor.peek() === "D") {
        const named = D_TYPES[cursor.text.charAt(cursor.at + 1)];
        if (named !== undefined) {
          cursor.at += 2;
          return plain(named);
        }
        if (cursor.skip("Dp")) return this.#packExpansion();
        // Function types that throw nothing.
        if (!cursor.skip("Do")) cursor.fail();
      }
      if (cursor.peek() === "S" && !cursor.text.startsWith("St", cursor.at)) {
        const substituted = this.#substitution();
        if (cursor.peek() !== "I") return substituted;
        return this.#remember(plain(`${shown(substituted)}${this.#argsText(this.#templateArgList())}`));
      }
      const type = this.#compoundType();
      cursor.bounded(shown(type));
      return this.#remember(type);
    });
  }

  #remember(type: Text): Text {
    this.#substitutions.push(type);
    return type;
  }

  #compoundType(): Text {
    const cursor = this.#cursor;
    switch (cursor.peek()) {
      case "P":
        cursor.take();
        return pointing(this.#type(), "*");
      case "R":
        cursor.take();
        return referring(this.#type(), "&");
      case "O":
        cursor.take();
        return referring(this.#type(), "&&");
      case "r":
      case "V":
      case "K":
        return this.#qualified();
      case "F":
        return this.#functionType();
      case "A":
        return this.#arrayType();
      case "M":
        return this.#memberPointer();
      case "C":
        cursor.take();
        return plain(`${shown(this.#type())} complex`);
      case "T": {
        const param = this.#templateParam();
        if (cursor.peek() !== "I") return param;
        this.#substitutions.push(param);
        return plain(`${shown(param)}${this.#argsText(this.#templateArgList())}`);
      }
      case "u":
        cursor.take();
        return plain(this.#sourceName());
      default:
        return this.#className();
    }
  }

  /** A class's own template arguments are none of the function's. */
  #className(): Text {
    const outer = this.#templateArgs;
    const { text } = this.#name();
    this.#templateArgs = outer;
    return plain(text);
  }

  #qualified(): Text {
    const cursor = this.#cursor;
    const isRestrict = cursor.skip("r");
    const isVolatile = cursor.skip("V");
    const isConst = cursor.skip("K");
    const words = [isConst && " const", isVolatile && " volatile", isRestrict && " __restrict"];
    const suffix = words.filter((word) => word !== false).join("");
    const type = this.#type();
    // What is said of a function or array stands behind it.
    return type.isInner
      ? { ...type, right: `${type.right}${suffix}` }
      : { ...type, left: `${type.left}${suffix}` };
  }

  #functionType(): Text {
    const cursor = this.#cursor;
    cursor.expect("F");
    cursor.skip("Y");
    const result = this.#type();
    const isEnd = (): boolean =>
      cursor.peek() === "E" || /^[RO]E/.test(cursor.text.slice(cursor.at, cursor.at + 2));
    const params = this.#parameters(isEnd);
    const reference = cursor.skip("R") ? " &" : cursor.skip("O") ? " &&" : "";
    cursor.expect("E");
    return { left: `${result.left} `, right: `(${params})${reference}${result.right}`, isInner: true };
  }

  #arrayType(): Text {
    const cursor = this.#cursor;
    cursor.expect("A");
    const size = cursor.isDigit() ? String(cursor.decimal()) : "";
    cursor.expect("_");
    const element = this.#type();
    return { left: element.left, right: ` [${size}]${element.right.trimStart()}`, isInner: true };
  }

  #memberPointer(): Text {
    const cursor = this.#cursor;
    cursor.expect("M");
    const owner = shown(this.#type());
    const member = this.#type();
    if (!member.isInner) return plain(`${member.left} ${owner}::*${member.right}`);
    return { left: `${member.left}(${owner}::*`, right: `)${member.right}` };
  }

  /** As often as the packs in it have elements. */
  #packExpansion(): Text {
    const cursor = this.#cursor;
    const start = cursor.at;
    const known = this.#substitutions.length;
    const outer = { index: this.#packIndex, length: this.#packLength };
    this.#packIndex = 0;
    this.#packLength = undefined;
    const texts = [this.#type()];
    const length = this.#lengthOfPacks();
    const learnt = this.#substitutions.slice(known);
    const end = cursor.at;
    for (let i = 1; i < length; i++) {
      this.#packIndex = i;
      this.#substitutions.length = known;
      cursor.at = start;
      texts.push(this.#type());
    }
    this.#substitutions.length = known;
    for (const each of learnt) this.#substitutions.push(each);
    cursor.at = end;
    this.#packIndex = outer.index;
    this.#packLength = outer.length;
    const pack = length === 0 ? [] : texts;
    return this.#remember({ ...plain(pack.map(shown).join(", ")), pack });
  }

  /** 1 where nothing in the pattern is a pack. */
  #lengthOfPacks(): number {
    return this.#packLength ?? 1;
  }

  #substitution(): Text {
    const cursor = this.#cursor;
    cursor.expect("S");
    const standard = STANDARD[cursor.peek()];
    if (standard !== undefined) {
      cursor.take();
      return plain(standard);
    }
    let index = 0;
    if (cursor.peek() !== "_") {
      while (cursor.peek() !== "_") {
        const digit = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(cursor.take());
        if (digit < 0 || index > cursor.text.length) cursor.fail();
        index = 36 * index + digit;
      }
      index++;
    }
    cursor.expect("_");
    return this.#substitutions[index] ?? cursor.fail();
  }
}

function pointing(type: Text, mark: string): Text {
  if (!type.isInner) return { left: `${type.left}${mark}`, right: type.right };
  return { left: `${type.left.trimEnd()} (${mark}`, right: `)${type.right}` };
}

function referring(type: Text, mark: "&" | "&&"): Text {
  if (type.reference === undefined) return { ...pointing(type, mark), reference: mark };
  if (type.reference === "&" || mark === "&&") return type;
  return { ...type, left: type.left.replace(/&&$/, "&"), reference: "&" };
}

/** `basic_string` of `std::basic_string<char>`. */
function lastComponent(text: string): string {
  const end = text.indexOf("<");
  const name = end < 0 ? text : text.slice(0, end);
  return name.slice(name.lastIndexOf("::") + 1).replace(/^:+/, "");
}
