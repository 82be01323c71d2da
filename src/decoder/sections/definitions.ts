// The function, table, memory, tag and global sections (spec sections 5.5.6 to 5.5.9 and 5.5.17).

import { GLOBAL_BYTES, MEMORY_BYTES, TABLE_BYTES, TAG_BYTES } from "../definition-bytes.ts";
import type { DecoderContext } from "../module-builder.ts";
import { tagType } from "./imports.ts";

/** Instead of an element type: a table with an initialiser. */
const TABLE_WITH_INIT = 0x40;

export function decodeFunctions(context: DecoderContext): void {
  const { cursor, module } = context;
  const count = context.count("functions", "functions", context.imported.func);
  for (let i = 0; i < count; i++) module.functions.push(cursor.u32());
}

export function decodeTables(context: DecoderContext): void {
  const { cursor, module, types } = context;
  const count = context.count("definitions", "tables", context.imported.table);
  for (let i = 0; i < count; i++) {
    const offset = cursor.position;
    const hasInit = cursor.peek() === TABLE_WITH_INIT;
    if (hasInit) {
      if (!context.has("function-references")) {
        cursor.fail("malformed reference type 0x40: an initial value needs the feature function-references");
      }
      cursor.position++;
      if (cursor.byte() !== 0) cursor.fail("zero byte expected", cursor.position - 1);
    }
    const type = types.tableType();
    const init = hasInit ? context.constExpr("table", i, type.element) : undefined;
    context.tableIs64.push(type.is64);
    context.take(TABLE_BYTES);
    module.tables.push({ type, init, offset });
  }
}

export function decodeMemories(context: DecoderContext): void {
  const { cursor, module, types } = context;
  const count = context.count("definitions", "memories", context.imported.memory);
  for (let i = 0; i < count; i++) {
    const offset = cursor.position;
    const type = types.memoryType();
    context.memoryIs64.push(type.is64);
    context.take(MEMORY_BYTES);
    module.memories.push({ type, offset });
  }
}

export function decodeTags(context: DecoderContext): void {
  const { cursor, module } = context;
  const count = context.count("definitions", "tags", context.imported.tag);
  for (let i = 0; i < count; i++) {
    const offset = cursor.position;
    context.take(TAG_BYTES);
    module.tags.push({ typeIdx: tagType(context), offset });
  }
}

export function decodeGlobals(context: DecoderContext): void {
  const { cursor, module, types } = context;
  const count = context.count("definitions", "globals", context.imported.global);
  for (let i = 0; i < count; i++) {
    const offset = cursor.position;
    const type = types.globalType();
    const init = context.constExpr("global", i, type.type);
    context.take(GLOBAL_BYTES);
    module.globals.push({ type, init, offset });
  }
}
