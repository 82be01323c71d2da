// The `name` custom section (spec appendix 7.7.1 and the extended-name-section proposal), read when someone asks.
// Owns its leniency: a damaged subsection is worth nothing, and never an error.

import { MalformedError } from "../errors.ts";
import type { Module } from "../module/module.ts";
import type { ModuleNames, NameMap } from "../module/names.ts";
import { ByteReader } from "./byte-reader.ts";
import { readCustomSection } from "./custom-section.ts";

type FlatKey = "functions" | "types" | "tables" | "memories" | "globals" | "elements" | "data" | "tags";
type IndirectKey = "locals" | "labels" | "fields";

const FUNCTIONS = 1;
const FLAT: ReadonlyMap<number, FlatKey> = new Map([
  [FUNCTIONS, "functions"],
  [4, "types"],
  [5, "tables"],
  [6, "memories"],
  [7, "globals"],
  [8, "elements"],
  [9, "data"],
  [11, "tags"],
]);
const INDIRECT: ReadonlyMap<number, IndirectKey> = new Map([
  [2, "locals"],
  [3, "labels"],
  [10, "fields"],
]);

/**
 * Names of `module`, from its first section called `name`. Never throws. A subsection that does not decode,
 * or that does not end where its size says, is ignored whole; the others count. With `"functions"` only the module's name and
 * those of functions that there are, which bounds what they take.
 */
export function decodeNames(module: Module, which: "all" | "functions" = "all"): ModuleNames {
  const names: { -readonly [Key in keyof ModuleNames]: ModuleNames[Key] } = {
    module: undefined,
    functions: new Map(),
    locals: new Map(),
    labels: new Map(),
    types: new Map(),
    tables: new Map(),
    memories: new Map(),
    globals: new Map(),
    elements: new Map(),
    data: new Map(),
    tags: new Map(),
    fields: new Map(),
  };
  const end = which === "all" ? undefined : functionCount(module);
  readCustomSection(module, "name", (cursor) => {
    while (cursor.position < cursor.end) {
      const id = cursor.byte();
      const size = cursor.u32();
      const start = cursor.skip(size);
      const subsection = new ByteReader(module.bytes, start, start + size);
      tolerate(() => {
        const flat = which === "all" || id === FUNCTIONS ? FLAT.get(id) : undefined;
        const indirect = which === "all" ? INDIRECT.get(id) : undefined;
        if (id === 0) names.module = whole(subsection, (reader) => reader.name());
        else if (flat !== undefined) names[flat] = whole(subsection, (reader) => nameMap(reader, end));
        else if (indirect !== undefined) names[indirect] = whole(subsection, indirectNameMap);
      });
    }
  });
  return names;
}

function functionCount({ imports, functions }: Module): number {
  return functions.length + imports.filter(({ desc }) => desc.kind === "func").length;
}

/** Runs `read`, and lets what is malformed pass. */
function tolerate(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
  }
}

function whole<T>(reader: ByteReader, read: (reader: ByteReader) => T): T {
  const value = read(reader);
  if (reader.position !== reader.end) reader.fail("section size mismatch");
  return value;
}

/** Names by index; those of indices from `end` on are read and forgotten. */
function nameMap(reader: ByteReader, end = Number.POSITIVE_INFINITY): Map<number, string> {
  const count = reader.length();
  const names = new Map<number, string>();
  for (let i = 0; i < count; i++) {
    const index = reader.u32();
    const name = reader.name();
    if (index < end) names.set(index, name);
  }
  return names;
}

function indirectNameMap(reader: ByteReader): Map<number, NameMap> {
  const count = reader.length();
  const maps = new Map<number, NameMap>();
  for (let i = 0; i < count; i++) {
    const index = reader.u32();
    maps.set(index, nameMap(reader));
  }
  return maps;
}
