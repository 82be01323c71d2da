// The import, export and start sections (spec sections 5.5.5, 5.5.10 and 5.5.11).

import type { ExternKind, ImportDesc } from "../../module/module.ts";
import { EXPORT_BYTES, IMPORT_BYTES, NAME_UNIT_BYTES } from "../definition-bytes.ts";
import { hexByte } from "../hex.ts";
import type { DecoderContext } from "../module-builder.ts";
import { type Rest, readEach } from "./read-each.ts";
import type { TypeContext } from "./types.ts";

const EXACT_FUNC = 0x20;
const KINDS: readonly ExternKind[] = ["func", "table", "memory", "global", "tag"];
const TAG = 4;

/** Instead of a kind, after an empty name: imports of one module, each with its type (compact-imports proposal). */
const GROUP = 0x7f;
/** The same with one type for all. */
const GROUP_OF_ONE_TYPE = 0x7e;

export function* decodeImports(context: DecoderContext): Generator<void, void> {
  const { imported } = context;
  yield* readEach(context, context.count("imports", "imports"), readImport);
  context.limit("functions", imported.func, "functions");
  for (const kind of KINDS)
    if (kind !== "func") context.limit("definitions", imported[kind], `${kind} imports`);
}

function readImport(context: DecoderContext): Rest {
  const { cursor } = context;
  const offset = cursor.position;
  const moduleName = cursor.name();
  const name = cursor.name();
  // After any other name these bytes are no kinds, as the suite has it.
  const isGroup = name === "" && (cursor.peek() === GROUP || cursor.peek() === GROUP_OF_ONE_TYPE);
  if (isGroup && context.has("compact-imports")) return decodeGroup(context, moduleName);
  return addImport(context, moduleName, name, importDesc(context), offset);
}

function addImport(
  context: DecoderContext,
  from: string,
  name: string,
  desc: ImportDesc,
  offset: number,
): void {
  const { imported, module, tableIs64, memoryIs64 } = context;
  context.take(IMPORT_BYTES + NAME_UNIT_BYTES * (from.length + name.length));
  imported[desc.kind]++;
  if (desc.kind === "table") tableIs64.push(desc.type.is64);
  else if (desc.kind === "memory") memoryIs64.push(desc.type.is64);
  module.imports.push({ module: from, name, desc, offset });
}

function decodeGroup(context: DecoderContext, from: string): Rest {
  const { cursor, module } = context;
  module.hasCompactImports = true;
  const shared = cursor.byte() === GROUP ? undefined : importDesc(context);
  const count = context.count("imports", "imports", module.imports.length);
  return readEach(context, count, () => {
    const offset = cursor.position;
    const name = cursor.name();
    addImport(context, from, name, shared ?? importDesc(context), offset);
  });
}

/** What an import asks for: a kind and its type. */
export function importDesc(context: TypeContext): ImportDesc {
  const { cursor, types } = context;
  const offset = cursor.position;
  const kind = cursor.byte();
  switch (kind) {
    case 0:
      return { kind: "func", typeIdx: cursor.u32(), exact: false };
    case 1:
      return { kind: "table", type: types.tableType() };
    case 2:
      return { kind: "memory", type: types.memoryType() };
    case 3:
      return { kind: "global", type: types.globalType() };
    case TAG:
      if (!hasTags(context)) break;
      return { kind: "tag", typeIdx: tagType(context) };
    case EXACT_FUNC:
      if (!context.has("custom-descriptors")) break;
      return { kind: "func", typeIdx: cursor.u32(), exact: true };
    default:
  }
  return cursor.fail(`malformed import kind ${hexByte(kind)}${hint(kind)}`, offset);
}

export function hasTags(context: TypeContext): boolean {
  return context.has("exceptions") || context.has("legacy-exceptions");
}

/** A tag's type: an attribute byte, which has one value only, and a type index. */
export function tagType({ cursor }: TypeContext): number {
  if (cursor.byte() !== 0) cursor.fail("zero byte expected as a tag's attribute", cursor.position - 1);
  return cursor.u32();
}

function hint(kind: number): string {
  if (kind === TAG) return ": needs the feature exceptions";
  if (kind === GROUP || kind === GROUP_OF_ONE_TYPE) {
    return ": a group of imports, which needs the feature compact-imports and an empty name before it";
  }
  return kind === EXACT_FUNC ? ": needs the feature custom-descriptors" : "";
}

export function decodeExports(context: DecoderContext): Rest {
  return readEach(context, context.count("exports", "exports"), readExport);
}

function readExport(context: DecoderContext): void {
  const { cursor, module } = context;
  const offset = cursor.position;
  const name = cursor.name();
  const code = cursor.byte();
  const kind: ExternKind | undefined = KINDS[code];
  if (kind === undefined || (code === TAG && !hasTags(context))) {
    const advice = code === TAG ? hint(code) : "";
    throw cursor.fail(`malformed export kind ${hexByte(code)}${advice}`, cursor.position - 1);
  }
  context.take(EXPORT_BYTES + NAME_UNIT_BYTES * name.length);
  module.exports.push({ name, kind, index: cursor.u32(), offset });
}

export function decodeStart({ cursor, module }: DecoderContext): void {
  const offset = cursor.position;
  module.start = { funcIdx: cursor.u32(), offset };
}
