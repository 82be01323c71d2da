// The code section (spec section 5.5.13): function bodies, each read once and shown to the visitor.

import type { LocalRun } from "../../module/module.ts";
import { ITEM } from "../../module/steps.ts";
import { FUNCTION_BYTES, LOCALS_BYTES } from "../definition-bytes.ts";
import type { DecoderContext } from "../module-builder.ts";

export function* decodeCode(context: DecoderContext): Generator<void, void> {
  const { cursor, module, guard, expressions, instructions, steps } = context;
  // Only bodies need the data count section; constant expressions do not (spec section 5.5.18).
  instructions.firstDataUse = -1;
  const count = cursor.length();
  for (let i = 0; i < count; i++) {
    // A body without a function is found out at the end; until then there is no type to check it against.
    if (i >= module.functions.length) guard.stop();
    const start = cursor.position;
    const size = cursor.length();
    context.limit("functionBytes", size, "bytes of a function body");
    const end = cursor.position + size;
    const { locals, localCount } = readLocals(context, i);
    const codeStart = cursor.position;
    guard.beginBody(module, i, locals, codeStart);
    expressions.begin();
    while (!expressions.read()) yield;
    if (cursor.position !== end) cursor.fail("section size mismatch", start);
    context.take(FUNCTION_BYTES + LOCALS_BYTES * locals.length);
    module.code.push({ start, codeStart, end, locals, localCount });
    if (steps.isDue(ITEM + cursor.position - start)) yield;
  }
  context.firstDataUse = instructions.firstDataUse;
}

/** Runs are summed and never expanded: two bytes can declare four billion locals. */
function readLocals(
  context: DecoderContext,
  definedIdx: number,
): { locals: readonly LocalRun[]; localCount: number } {
  const { cursor, module, types } = context;
  const offset = cursor.position;
  const runs = cursor.length();
  context.limit("locals", runs, "runs of locals of a function");
  const locals: LocalRun[] = [];
  let localCount = 0;
  for (let i = 0; i < runs; i++) {
    const count = cursor.u32();
    const type = types.valType();
    localCount += count;
    // Empty runs mean nothing, and past the limit only the sum matters: so runs cannot outnumber the limit.
    if (count > 0 && localCount <= context.limits.locals) locals.push({ count, type });
  }
  if (localCount >= 2 ** 32) cursor.fail("too many locals", offset);
  const typeIdx = module.functions[definedIdx];
  const composite = typeIdx === undefined ? undefined : module.types[typeIdx]?.composite;
  const params = composite?.kind === "func" ? composite.params.length : 0;
  context.limit("locals", params + localCount, "locals of a function");
  return { locals, localCount };
}
