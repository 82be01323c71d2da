// Reads a TOML table key by key: each by its type, and in the end what was not asked for is an unknown key.
// Owns the messages for wrong types and unknown keys; knows no key by name.

import { didYouMean } from "../checks/suggest.ts";
import { printable, shortened } from "../printable.ts";
import type { Problems } from "./problems.ts";
import { TomlDate, type TomlNode, type TomlTable, type TomlValue } from "./toml.ts";

/** A value and where it stands. */
export interface Located<T> {
  readonly line: number;
  readonly value: T;
}

export function isTable(value: TomlValue): value is TomlTable {
  return value instanceof Map;
}

export function isList(value: TomlValue): value is readonly TomlNode[] {
  return Array.isArray(value);
}

export class TableReader {
  readonly line: number;
  /** E.g. `component.hello`; empty for the whole file. */
  readonly path: string;
  readonly problems: Problems;
  readonly #table: TomlTable;
  readonly #known = new Set<string>();

  constructor(table: TomlTable, line: number, path: string, problems: Problems) {
    this.#table = table;
    this.line = line;
    this.path = path;
    this.problems = problems;
  }

  /** `component.hello` and `source` are `component.hello.source`. */
  pathOf(key: string): string {
    const name = /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
    return this.path === "" ? name : `${this.path}.${name}`;
  }

  lineOf(key: string): number {
    return this.#table.get(key)?.line ?? this.line;
  }

  has(key: string): boolean {
    return this.#table.has(key);
  }

  /** Whatever stands there. */
  node(key: string): TomlNode | undefined {
    this.#known.add(key);
    return this.#table.get(key);
  }

  fail(key: string, message: string): void {
    this.problems.error(this.lineOf(key), this.pathOf(key), message);
  }

  warn(key: string, message: string): void {
    this.problems.warn(this.lineOf(key), this.pathOf(key), message);
  }

  string(key: string): Located<string> | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (typeof node.value === "string") return { line: node.line, value: node.value };
    this.fail(key, `expected text in quotes, got ${describeToml(node.value)}`);
    return undefined;
  }

  /** @param example how it is written */
  requiredString(key: string, example: string): Located<string> | undefined {
    if (!this.has(key)) {
      this.#known.add(key);
      this.problems.error(
        this.line,
        this.path === "" ? undefined : this.path,
        `${key} is missing; write ${example}`,
      );
      return undefined;
    }
    return this.string(key);
  }

  boolean(key: string): boolean | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (typeof node.value === "boolean") return node.value;
    this.fail(key, `expected true or false, got ${describeToml(node.value)}`);
    return undefined;
  }

  integer(key: string, least: number, most: number): number | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const { value } = node;
    if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
    this.fail(key, `expected a whole number from ${least} to ${most}, got ${describeToml(value)}`);
    return undefined;
  }

  /** A list of texts. Empty if it is not there. */
  strings(key: string): Located<string>[] {
    return this.list(key).flatMap(({ line, value }, k) => {
      if (typeof value === "string") return [{ line, value }];
      this.problems.error(
        line,
        `${this.pathOf(key)}[${k}]`,
        `expected text in quotes, got ${describeToml(value)}`,
      );
      return [];
    });
  }

  list(key: string): readonly TomlNode[] {
    const node = this.node(key);
    if (node === undefined) return [];
    if (isList(node.value)) return node.value;
    this.fail(key, `expected a list, got ${describeToml(node.value)}; write ${key} = [ … ]`);
    return [];
  }

  table(key: string): TableReader | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    if (isTable(node.value)) return new TableReader(node.value, node.line, this.pathOf(key), this.problems);
    this.fail(key, `expected a table, got ${describeToml(node.value)}; write [${this.pathOf(key)}]`);
    return undefined;
  }

  /** The keys of a table whose names are the author's. */
  keys(): readonly string[] {
    return [...this.#table.keys()];
  }

  /** A table of texts under names of the author's. Empty if it is not there. */
  stringMap(key: string): ReadonlyMap<string, Located<string>> {
    const read = new Map<string, Located<string>>();
    const table = this.table(key);
    for (const name of table?.keys() ?? []) {
      const value = table?.string(name);
      if (value !== undefined) read.set(name, value);
    }
    return read;
  }

  /** A list of tables, as `[[…]]` makes one. */
  tables(key: string): TableReader[] {
    return this.list(key).flatMap(({ line, value }, k) => {
      const path = `${this.pathOf(key)}[${k}]`;
      if (isTable(value)) return [new TableReader(value, line, path, this.problems)];
      this.problems.error(line, path, `expected a table, got ${describeToml(value)}`);
      return [];
    });
  }

  /** Every key that was not asked for is an error. */
  finish(): void {
    for (const [key, { line }] of this.#table) {
      if (this.#known.has(key)) continue;
      const near = didYouMean(key, this.#known);
      const advice = near === "" ? `; there ${listed([...this.#known])}` : near;
      this.problems.error(line, this.pathOf(key), `there is no such key${advice}`);
    }
  }
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? `is ${names[0]}` : `are ${names.join(", ")}`;
}

/** A value, for messages. */
export function describeToml(value: TomlValue): string {
  if (typeof value === "string") return `the text ${printable(shortened(JSON.stringify(value), 60))}`;
  if (value instanceof TomlDate) return `the date ${value.text}`;
  if (isTable(value)) return "a table";
  if (isList(value)) return "a list";
  return String(value);
}
