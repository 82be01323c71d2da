// The element, data count and data sections (spec sections 5.5.12, 5.5.14 and 5.5.16).

import type { ConstExpr } from "../../module/module.ts";
import { INDICES_PER_STEP } from "../../module/steps.ts";
import { HeapType, refType, type ValType } from "../../module/types.ts";
import {
  DATA_SEGMENT_BYTES,
  ELEMENT_EXPRESSION_BYTES,
  ELEMENT_INDEX_BYTES,
  ELEMENT_SEGMENT_BYTES,
} from "../definition-bytes.ts";
import { hexByte } from "../hex.ts";
import type { DecoderContext } from "../module-builder.ts";
import { type Rest, readEach } from "./read-each.ts";

/** Bits of an element segment's flags. */
const NOT_ACTIVE = 1;
/** Active: a table index follows. Otherwise: declarative. */
const EXPLICIT = 2;
const EXPRESSIONS = 4;
const DECLARATIVE = NOT_ACTIVE | EXPLICIT;

export function decodeElements(context: DecoderContext): Rest {
  return readEach(context, context.count("segments", "element segments"), readElementSegment);
}

function readElementSegment(context: DecoderContext, index: number): Rest {
  const { cursor } = context;
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
  const active = (flags & NOT_ACTIVE) === 0;
  const explicit = (flags & EXPLICIT) !== 0;
  const tableIdx = active && explicit ? cursor.u32() : 0;
  const readElements = (offsetExpr: ConstExpr | undefined): Rest => {
    const hasExprs = (flags & EXPRESSIONS) !== 0;
    const type = elementType(context, hasExprs, !active || explicit);
    const funcIdxs: number[] = [];
    const exprs: ConstExpr[] = [];
    const count = context.count("segmentElements", "elements of a segment");
    context.module.elements.push({
      mode: active ? "active" : explicit ? "declarative" : "passive",
      tableIdx,
      offsetExpr,
      type,
      funcIdxs,
      exprs,
      offset,
    });
    if (!hasExprs) {
      const isDone = readFunctionIndices(context, count, funcIdxs);
      return isDone ? undefined : restOfFunctionIndices(context, count, funcIdxs);
    }
    return readEach(context, count, () => {
      context.take(ELEMENT_EXPRESSION_BYTES);
      return context.constExpr("element", index, type, (expr) => {
        exprs.push(expr);
      });
    });
  };
  if (!active) return readElements(undefined);
  const type = context.offsetType(context.tableIs64, tableIdx);
  return context.constExpr("element-offset", index, type, readElements);
}

function* restOfFunctionIndices(
  context: DecoderContext,
  count: number,
  funcIdxs: number[],
): Generator<void, void> {
  do yield;
  while (!readFunctionIndices(context, count, funcIdxs));
}

/** Reads a step's indices; true if those were the last. */
function readFunctionIndices(context: DecoderContext, count: number, funcIdxs: number[]): boolean {
  const { cursor } = context;
  const end = Math.min(count, funcIdxs.length + INDICES_PER_STEP);
  while (funcIdxs.length < end) {
    context.take(ELEMENT_INDEX_BYTES);
    funcIdxs.push(cursor.u32());
  }
  return end === count;
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

export function decodeData(context: DecoderContext): Rest {
  return readEach(context, context.count("segments", "data segments"), readDataSegment);
}

function readDataSegment(context: DecoderContext, index: number): Rest {
  const { cursor, module } = context;
  const offset = cursor.position;
  const flags = cursor.u32();
  if (flags > 2) cursor.fail(`malformed data segment kind ${flags}`, offset);
  if (flags !== 0 && !context.has("bulk-memory")) {
    cursor.fail(`malformed data segment kind ${flags}: needs the feature bulk-memory`, offset);
  }
  const memIdx = flags === 2 ? cursor.u32() : 0;
  const active = flags !== 1;
  const readBytes = (offsetExpr: ConstExpr | undefined): void => {
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
  };
  if (!active) return readBytes(undefined);
  const type = context.offsetType(context.memoryIs64, memIdx);
  return context.constExpr("data-offset", index, type, readBytes);
}
