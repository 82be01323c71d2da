// The import, export and start sections (spec sections 5.5.5, 5.5.10 and 5.5.11).

import type { ExternKind, ImportDesc } from "../../module/module.ts";
import { hexByte } from "../hex.ts";
import type { DecoderContext } from "../module-builder.ts";

const EXACT_FUNC = 0x20;
const KINDS: readonly ExternKind[] = ["func", "table", "memory", "global", "tag"];
const TAG = 4;

export function decodeImports(context: DecoderContext): void {
  const { cursor, module, imported } = context;
  const count = context.count("imports", "imports");
  for (let i = 0; i < count; i++) {
    const offset = cursor.position;
    const moduleName = cursor.name();
    const name = cursor.name();
    const desc = importDesc(context);
    imported[desc.kind]++;
    module.imports.push({ module: moduleName, name, desc, offset });
  }
  context.limit("functions", imported.func, "functions");
  for (const kind of KINDS)
    if (kind !== "func") context.limit("definitions", imported[kind], `${kind} imports`);
}

function importDesc(context: DecoderContext): ImportDesc {
  const { cursor, types } = context;
  const offset = cursor.position;
  const kind = cursor.byte();
  switch (kind) {
    case 0:
      return { kind: "func", typeIdx: cursor.u32(), exact: false };
    case 1: {
      const type = types.tableType();
      context.tableIs64.push(type.is64);
      return { kind: "table", type };
    }
    case 2: {
      const type = types.memoryType();
      context.memoryIs64.push(type.is64);
      return { kind: "memory", type };
    }
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

export function hasTags(context: DecoderContext): boolean {
  return context.has("exceptions") || context.has("legacy-exceptions");
}

/** A tag's type: an attribute byte, which has one value only, and a type index. */
export function tagType({ cursor }: DecoderContext): number {
  if (cursor.byte() !== 0) cursor.fail("zero byte expected as a tag's attribute", cursor.position - 1);
  return cursor.u32();
}

function hint(kind: number): string {
  if (kind === TAG) return ": needs the feature exceptions";
  return kind === EXACT_FUNC ? ": needs the feature custom-descriptors" : "";
}

export function decodeExports(context: DecoderContext): void {
  const { cursor, module } = context;
  const count = context.count("exports", "exports");
  for (let i = 0; i < count; i++) {
    const offset = cursor.position;
    const name = cursor.name();
    const code = cursor.byte();
    const kind: ExternKind | undefined = KINDS[code];
    if (kind === undefined || (code === TAG && !hasTags(context))) {
      const advice = code === TAG ? hint(code) : "";
      cursor.fail(`malformed export kind ${hexByte(code)}${advice}`, cursor.position - 1);
    }
    module.exports.push({ name, kind, index: cursor.u32(), offset });
  }
}

export function decodeStart({ cursor, module }: DecoderContext): void {
  const offset = cursor.position;
  module.start = { funcIdx: cursor.u32(), offset };
}
