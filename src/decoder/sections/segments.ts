// The element, data count and data sections (spec sections 5.5.12, 5.5.14 and 5.5.16).

import type { ConstExpr, ElementSegment } from "../../module/module.ts";
import { HeapType, refType, type ValType } from "../../module/types.ts";
import {
  DATA_SEGMENT_BYTES,
  ELEMENT_EXPRESSION_BYTES,
  ELEMENT_INDEX_BYTES,
  ELEMENT_SEGMENT_BYTES,
} from "../definition-bytes.ts";
import { hexByte } from "../hex.ts";
import type { DecoderContext } from "../module-builder.ts";

/** Bits of an element segment's flags. */
const NOT_ACTIVE = 1;
/** Active: a table index follows. Otherwise: declarative. */
const EXPLICIT = 2;
const EXPRESSIONS = 4;
const DECLARATIVE = NOT_ACTIVE | EXPLICIT;

export function decodeElements(context: DecoderContext): void {
  const { cursor, module } = context;
  const count = context.count("segments", "element segments");
  for (let i = 0; i < count; i++) {
    const offset = cursor.position;
    const flags = cursor.u32();
    if (flags > 7) cursor.fail(`malformed elements segment kind ${flags}`, offset);
    if (flags !== 0 && !context.has("bulk-memory")) {
      cursor.fail(`malformed elements segment kind ${flags}: needs the feature bulk-memory`, offset);
    }
    if ((flags & DECLARATIVE) === DECLARATIVE && !context.has("reference-types")) {
      cursor.fail(`malformed elements segment kind ${flags}: needs the feature reference-types`, offset);
    }
    context.take(ELEMENT_SEGMENT_BYTES);
    module.elements.push(elementSegment(context, i, flags, offset));
  }
}

function elementSegment(
  context: DecoderContext,
  index: number,
  flags: number,
  offset: number,
): ElementSegment {
  const { cursor } = context;
  const active = (flags & NOT_ACTIVE) === 0;
  const explicit = (flags & EXPLICIT) !== 0;
  const tableIdx = active && explicit ? cursor.u32() : 0;
  const offsetExpr = active
    ? context.constExpr("element-offset", index, context.offsetType(context.tableIs64, tableIdx))
    : undefined;
  const hasExprs = (flags & EXPRESSIONS) !== 0;
  const type = elementType(context, hasExprs, !active || explicit);
  const funcIdxs: number[] = [];
  const exprs: ConstExpr[] = [];
  const count = context.count("segmentElements", "elements of a segment");
  for (let i = 0; i < count; i++) {
    context.take(hasExprs ? ELEMENT_EXPRESSION_BYTES : ELEMENT_INDEX_BYTES);
    if (hasExprs) exprs.push(context.constExpr("element", index, type));
    else funcIdxs.push(cursor.u32());
  }
  return {
    mode: active ? "active" : explicit ? "declarative" : "passive",
    tableIdx,
    offsetExpr,
    type,
    funcIdxs,
    exprs,
    offset,
  };
}

/** Without a type of their own, function indices are non-null references, expressions nullable ones. */
function elementType({ cursor, types }: DecoderContext, hasExprs: boolean, written: boolean): ValType {
  if (written && hasExprs) return types.refType();
  if (written) {
    const kind = cursor.byte();
    if (kind !== 0) cursor.fail(`malformed element kind ${hexByte(kind)}`, cursor.position - 1);
  }
  return refType(HeapType.Func, hasExprs);
}

export function decodeDataCount({ cursor, module }: DecoderContext): void {
  module.dataCount = cursor.u32();
}

export function decodeData(context: DecoderContext): void {
  const { cursor, module } = context;
  const count = context.count("segments", "data segments");
  for (let i = 0; i < count; i++) {
    const offset = cursor.position;
    const flags = cursor.u32();
    if (flags > 2) cursor.fail(`malformed data segment kind ${flags}`, offset);
    if (flags !== 0 && !context.has("bulk-memory")) {
      cursor.fail(`malformed data segment kind ${flags}: needs the feature bulk-memory`, offset);
    }
    const memIdx = flags === 2 ? cursor.u32() : 0;
    const active = flags !== 1;
    const offsetExpr = active
      ? context.constExpr("data-offset", i, context.offsetType(context.memoryIs64, memIdx))
      : undefined;
    const length = cursor.length();
    const start = cursor.skip(length);
    context.take(DATA_SEGMENT_BYTES);
    module.data.push({
      mode: active ? "active" : "passive",
      memIdx,
      offsetExpr,
      start,
      end: start + length,
      offset,
    });
  }
}
