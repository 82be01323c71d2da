// TOML 1.0 with the line of every key and value, for messages that say where. Throws TomlError.
// The syntax is the library's; owns the form in which the rest of the project reads it. Knows nothing of manifests.

import { type AST, ParseError, parseTOML } from "toml-eslint-parser";
import { printable, shortened } from "../printable.ts";

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

type MutableTable = Map<string, { line: number; value: MutableValue }>;
type MutableNode = { line: number; value: MutableValue };
type MutableValue = string | number | bigint | boolean | TomlDate | MutableTable | MutableNode[];

/** Arrays and inline tables in one another. Nobody writes more, and the walk below recurses. */
const DEEPEST_NESTING = 64;

/** Reads a document. Throws TomlError. */
export function parseToml(text: string): TomlTable {
  const [document] = parsed(text.replace(/^\uFEFF/, "")).body;
  const root: MutableTable = new Map();
  for (const item of document.body) {
    if (item.type === "TOMLKeyValue") addPair(root, item, 0);
    else {
      const table = openTable(root, item);
      for (const pair of item.body) addPair(table, pair, 0);
    }
  }
  return root;
}

function parsed(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text, { tomlVersion: "1.0" });
  } catch (error) {
    // The library recurses, too.
    if (error instanceof RangeError) throw new TomlError(1, "there are too many levels of nesting");
    if (!(error instanceof ParseError)) throw error;
    // What is missing at a line's end the library notices at the next thing that is there.
    const before = text.slice(0, error.index).trimEnd();
    const hasNoValue = before.endsWith("=") && /\n|^\s*$/.test(text.slice(before.length, error.index + 1));
    const isBefore = hasNoValue || /^(Unterminated|The key, equals sign)/.test(error.message);
    const line = isBefore ? before.split("\n").length : error.lineNumber;
    const shown = text.split("\n", line)[line - 1]?.trim() ?? "";
    const message = hasNoValue ? "there is no value behind '='" : error.message;
    throw new TomlError(line, shown === "" ? message : `${message}: ${printable(shortened(shown, 60))}`);
  }
}

/** The table that a header opens. What may not be opened again the library has refused. */
function openTable(root: MutableTable, { key, kind, loc }: AST.TOMLTable): MutableTable {
  const { line } = loc.start;
  const path = key.keys.map(nameOf);
  const last = path.pop() ?? "";
  const parent = descend(root, path, line);
  const found = parent.get(last);
  if (kind === "array") {
    const element: MutableNode = { line, value: new Map() };
    if (Array.isArray(found?.value)) found.value.push(element);
    else parent.set(last, { line, value: [element] });
    return element.value as MutableTable;
  }
  if (found?.value instanceof Map) {
    // A header below it has implied it so far.
    found.line = line;
    return found.value;
  }
  const table: MutableTable = new Map();
  parent.set(last, { line, value: table });
  return table;
}

/** The table below dotted keys, made where it is missing; of an array of tables the newest. */
function descend(table: MutableTable, path: readonly string[], line: number): MutableTable {
  let at = table;
  for (const key of path) {
    const found = at.get(key)?.value;
    const next = Array.isArray(found) ? found.at(-1)?.value : found;
    if (next instanceof Map) at = next;
    else {
      const made: MutableTable = new Map();
      at.set(key, { line, value: made });
      at = made;
    }
  }
  return at;
}

function addPair(table: MutableTable, { key, value, loc }: AST.TOMLKeyValue, depth: number): void {
  const { line } = loc.start;
  const path = key.keys.map(nameOf);
  const last = path.pop() ?? "";
  descend(table, path, line).set(last, { line, value: contentOf(value, depth) });
}

function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === "TOMLBare" ? key.name : key.value;
}

function contentOf(node: AST.TOMLContentNode, depth: number): MutableValue {
  const { line } = node.loc.start;
  if (depth > DEEPEST_NESTING) throw new TomlError(line, `more than ${DEEPEST_NESTING} levels of nesting`);
  if (node.type === "TOMLArray") {
    return node.elements.map((each) => ({ line: each.loc.start.line, value: contentOf(each, depth + 1) }));
  }
  if (node.type === "TOMLInlineTable") {
    const table: MutableTable = new Map();
    for (const pair of node.body) addPair(table, pair, depth + 1);
    return table;
  }
  switch (node.kind) {
    case "integer":
      return integerOf(node, line);
    case "string":
    case "float":
    case "boolean":
      return node.value;
    default:
      return new TomlDate(node.datetime);
  }
}

/** One that a double cannot hold is a bigint. */
function integerOf({ bigint, number }: AST.TOMLIntegerValue, line: number): number | bigint {
  if (BigInt.asIntN(64, bigint) !== bigint)
    throw new TomlError(line, `${shortened(number, 60)} has more than the 64 bits of an integer`);
  const value = Number(bigint);
  return Number.isSafeInteger(value) ? value : bigint;
}
