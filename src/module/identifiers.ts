// How a module's text calls the members of its index spaces: `$name` where the name is an identifier of the text
// format and no other member has it, else the number. Names come from the module and may be hostile.

import type { Module } from "./module.ts";
import type { ModuleNames, NameMap } from "./names.ts";
import { quote } from "./quote.ts";

/** Index spaces whose members may have names. `local` is by function, `field` by type. */
export type NamedSpace =
  | "func"
  | "type"
  | "local"
  | "field"
  | "global"
  | "table"
  | "memory"
  | "tag"
  | "elem"
  | "data";

/** What an identifier may consist of (spec section 6.3.5). */
const IDENTIFIER = /^[\w!#$%&'*+\-./:<=>?@\\^`|~]+$/;

/** A longer name is cut in comments, and no identifier. */
const MAX_LENGTH = 200;

const NO_NAMES: NameMap = new Map();

const KEYS = {
  func: "functions",
  type: "types",
  global: "globals",
  table: "tables",
  memory: "memories",
  tag: "tags",
  elem: "elements",
  data: "data",
} as const satisfies Partial<Record<NamedSpace, keyof ModuleNames>>;

/** Identifiers and names of one module. */
export class Identifiers {
  readonly #names: ModuleNames | undefined;
  /** Names that functions are exported under, for those that have no other. */
  readonly #exportNames = new Map<number, string>();
  readonly #ids = new Map<NameMap, NameMap>();

  constructor(module: Module, names: ModuleNames | undefined) {
    this.#names = names;
    for (const { kind, index, name } of module.exports) {
      if (kind === "func" && !this.#exportNames.has(index)) this.#exportNames.set(index, name);
    }
  }

  /** The module's own: ` $name`, ` (@name "…")`, or nothing. */
  module(): string {
    const name = this.#names?.module;
    if (name === undefined) return "";
    return isIdentifier(name) ? ` $${name}` : ` (@name ${quote(name)})`;
  }

  /** `$name` if the member has one. `owner`: the function of a local, the type of a field. */
  id(space: NamedSpace, index: number, owner = 0): string | undefined {
    const names = this.#map(space, owner);
    if (names.size === 0) return undefined;
    let ids = this.#ids.get(names);
    if (ids === undefined) {
      ids = uniqueIdentifiers(names);
      this.#ids.set(names, ids);
    }
    return ids.get(index);
  }

  /** At the place of definition: `$name`, or `(@name "…")` for a name that is no identifier, or nothing. */
  definition(space: NamedSpace, index: number, owner = 0): string | undefined {
    const id = this.id(space, index, owner);
    if (id !== undefined) return id;
    const name = this.#map(space, owner).get(index);
    return name === undefined ? undefined : `(@name ${quote(name)})`;
  }

  /** Where it is used: `$name`, or the number, with the name in a comment if there is one. */
  reference(space: NamedSpace, index: number, owner = 0): string {
    return this.id(space, index, owner) ?? `${index}${this.comment(space, index, owner)}`;
  }

  /** ` (;name;)` or nothing. Whatever could end the comment, or play tricks on a terminal, is replaced. */
  comment(space: NamedSpace, index: number, owner = 0): string {
    const exported = space === "func" ? this.#exportNames.get(index) : undefined;
    const name = this.#map(space, owner).get(index) ?? exported;
    if (name === undefined || name === "") return "";
    return ` (;${name.slice(0, MAX_LENGTH).replace(/[^\p{L}\p{N}!#$%&'*+\-./:<=>?@\\^_`|~ ]/gu, "_")};)`;
  }

  /** Whether a parameter or local of the function has a name. */
  hasLocals(funcIdx: number): boolean {
    return this.#map("local", funcIdx).size > 0;
  }

  #map(space: NamedSpace, owner: number): NameMap {
    const names = this.#names;
    if (names === undefined) return NO_NAMES;
    if (space === "local") return names.locals.get(owner) ?? NO_NAMES;
    if (space === "field") return names.fields.get(owner) ?? NO_NAMES;
    return names[KEYS[space]];
  }
}

function isIdentifier(name: string): boolean {
  return name.length <= MAX_LENGTH && IDENTIFIER.test(name);
}

/** Of equal names none becomes an identifier: which one is meant would be a guess for the reader. */
function uniqueIdentifiers(names: NameMap): NameMap {
  const owners = new Map<string, number | undefined>();
  for (const [index, name] of names) {
    if (isIdentifier(name)) owners.set(name, owners.has(name) ? undefined : index);
  }
  const ids = new Map<number, string>();
  for (const [name, index] of owners) if (index !== undefined) ids.set(index, `$${name}`);
  return ids;
}
