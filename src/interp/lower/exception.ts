// Translates exception handling: try_table and throw, and the legacy try, catch, delegate and rethrow.
// Owns what goes into a function's handler table; who looks into it is exceptions.ts.
//
// A legacy catch keeps the exception for `rethrow` in a hidden slot below its operands.

import { CatchKind, type Instruction } from "../../isa/instruction.ts";
import { Op } from "../../isa/op.ts";
import { HeapType, refType, type ValType } from "../../module/types.ts";
import { Code } from "../code/code.ts";
import type { CatchHandler, CodeNode, TryRegion } from "../code/node.ts";
import type { Label } from "./emitter.ts";
import type { Control, LoweringContext } from "./lowering-context.ts";
import { wordsOfAll } from "./operand-stack.ts";

const EXN_REF = refType(HeapType.Exn, false);

function makeLabel(key = 0): Label {
  return { position: -1, key, surcharge: 0, used: false };
}

/** Lowers `instruction` if it is one of these; returns whether it was. */
export function lowerException(context: LoweringContext, instruction: Instruction): boolean {
  const { stack } = context;
  switch (instruction.op) {
    case Op.TryTable:
      openTryTable(context, instruction);
      return true;
    case Op.Try:
      openBody(context, instruction, [], true);
      return true;
    case Op.Catch:
    case Op.CatchAll:
      lowerCatch(context, instruction);
      return true;
    case Op.Delegate:
      lowerDelegate(context, instruction);
      return true;
    case Op.Throw: {
      const count = tagParams(context, instruction.index).length;
      stack.materialiseTop(count);
      const payload = count > 0 ? stack.peek(count - 1).slot : stack.top;
      raise(context, payload, instruction.index, Op.Throw);
      return true;
    }
    case Op.ThrowRef:
      raise(context, stack.register(stack.peek()), 0, Op.ThrowRef);
      return true;
    case Op.Rethrow:
      raise(context, context.control(instruction.index).base, 0, Op.Rethrow);
      return true;
    default:
      return false;
  }
}

function innermost(context: LoweringContext): Control {
  return context.controls[context.controls.length - 1]!;
}

function tagParams({ tools }: LoweringContext, tagIdx: number): readonly ValType[] {
  const { checked } = tools;
  return checked.registry.funcType(checked.tagTypeIds[tagIdx]!).params;
}

function raise(context: LoweringContext, a: number, tagIdx: number, op: Op): void {
  // Its operands are still there while it executes, and making the exception may need room for it.
  context.boundary(Code.Raise, -1, a, tagIdx, op, null, 0);
  context.die();
}

/** From byte `offset` on, `region` is in force. */
function enterRegion({ handlers }: LoweringContext, offset: number, region: TryRegion | null): void {
  handlers.starts.push(offset);
  handlers.regions.push(region);
}

/** If `control`, which has just been closed, was a try body: the region around it is in force again. */
export function leaveRegion(context: LoweringContext, control: Control, offset: number): void {
  const { controls } = context;
  if (controls.length === 0) return;
  const { region } = innermost(context);
  if (control.region !== region) enterRegion(context, offset, region);
}

function openTryTable(context: LoweringContext, instruction: Instruction): void {
  // Many clauses may go to few labels, as in a branch table: equal ones share an edge.
  const edges = new Map<Label, CodeNode>();
  // The clauses' labels count from outside of the block.
  const handlers = instruction.catches.map(({ kind, tagIdx, label }): CatchHandler => {
    const target = context.control(label);
    const ofTag = kind === CatchKind.Catch || kind === CatchKind.CatchRef;
    const withRef = kind === CatchKind.CatchRef || kind === CatchKind.CatchAllRef;
    const edge = edges.get(target.label) ?? context.out.edgeTo(target.label);
    edges.set(target.label, edge);
    const words = ofTag ? wordsOfAll(tagParams(context, tagIdx)) : 0;
    return {
      tagIdx: ofTag ? tagIdx : -1,
      payload: words > 0 ? target.base : -1,
      reference: withRef ? target.base + words : -1,
      edge,
    };
  });
  openBody(context, instruction, handlers, false);
}

function openBody(
  context: LoweringContext,
  instruction: Instruction,
  handlers: CatchHandler[],
  legacy: boolean,
): void {
  const region: TryRegion = { handlers, outer: innermost(context).region };
  const control = context.open(instruction, makeLabel());
  context.controls[context.controls.length - 1] = { ...control, region, body: legacy ? region : null };
  enterRegion(context, instruction.offset, region);
}

/** Ends a legacy try's body, or the catch before, and begins a catch. */
export function lowerCatch(context: LoweringContext, instruction: Instruction): void {
  const { stack, out, controls } = context;
  const before = controls.pop()!;
  leaveRegion(context, before, instruction.offset);
  if (!context.dead) {
    context.settle(before);
    out.emitBranch(Code.Br, before.label);
  }
  out.pending = 0;
  context.revive(before, []);
  controls.push({ ...before, op: instruction.op, region: innermost(context).region });
  const ofTag = instruction.op === Op.Catch;
  const params = ofTag ? tagParams(context, instruction.index) : [];
  const reference = stack.push(EXN_REF).slot;
  const payload = params.length > 0 ? stack.top : -1;
  stack.pushAll(params);
  const label = makeLabel(instruction.end);
  out.place(label, false);
  before.body?.handlers.push({
    tagIdx: ofTag ? instruction.index : -1,
    payload,
    reference,
    edge: out.edgeTo(label),
  });
}

/** Ends a legacy try whose exceptions are handled as if a block further out had thrown them. */
export function lowerDelegate(context: LoweringContext, instruction: Instruction): void {
  const { body } = innermost(context);
  // The label counts from outside of the try.
  if (body !== null) body.outer = context.control(instruction.index + 1).region;
  context.lowerEnd(instruction);
}
