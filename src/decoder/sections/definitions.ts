// The function, table, memory, tag and global sections (spec sections 5.5.6 to 5.5.9 and 5.5.17).

import type { ConstExpr } from "../../module/module.ts";
import { GLOBAL_BYTES, MEMORY_BYTES, TABLE_BYTES, TAG_BYTES } from "../definition-bytes.ts";
import type { DecoderContext } from "../module-builder.ts";
import { tagType } from "./imports.ts";
import { type Rest, readEach } from "./read-each.ts";

/** Instead of an element type: a table with an initialiser. */
const TABLE_WITH_INIT = 0x40;

export function decodeFunctions(context: DecoderContext): Rest {
  return readEach(context, context.count("functions", "functions", context.imported.func), readFunction);
}

function readFunction({ cursor, module }: DecoderContext): void {
  module.functions.push(cursor.u32());
}

export function decodeTables(context: DecoderContext): Rest {
  return readEach(context, context.count("definitions", "tables", context.imported.table), readTable);
}

function readTable(context: DecoderContext, index: number): Rest {
  const { cursor, module, types } = context;
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
  const add = (init: ConstExpr | undefined): void => {
    context.tableIs64.push(type.is64);
    context.take(TABLE_BYTES);
    module.tables.push({ type, init, offset });
  };
  return hasInit ? context.constExpr("table", index, type.element, add) : add(undefined);
}

export function decodeMemories(context: DecoderContext): Rest {
  return readEach(context, context.count("definitions", "memories", context.imported.memory), readMemory);
}

function readMemory(context: DecoderContext): void {
  const { cursor, module, types } = context;
  const offset = cursor.position;
  const type = types.memoryType();
  context.memoryIs64.push(type.is64);
  context.take(MEMORY_BYTES);
  module.memories.push({ type, offset });
}

export function decodeTags(context: DecoderContext): Rest {
  return readEach(context, context.count("definitions", "tags", context.imported.tag), readTag);
}

function readTag(context: DecoderContext): void {
  const { cursor, module } = context;
  const offset = cursor.position;
  context.take(TAG_BYTES);
  module.tags.push({ typeIdx: tagType(context), offset });
}

export function decodeGlobals(context: DecoderContext): Rest {
  return readEach(context, context.count("definitions", "globals", context.imported.global), readGlobal);
}

function readGlobal(context: DecoderContext, index: number): Rest {
  const { cursor, module, types } = context;
  const offset = cursor.position;
  const type = types.globalType();
  return context.constExpr("global", index, type.type, (init) => {
    context.take(GLOBAL_BYTES);
    module.globals.push({ type, init, offset });
  });
}
