// The operand stack as the lowering sees it: where each operand is, or what it would be if it were computed.
// Owns slots and folded operands. Emits the moves that put an operand into its own slot.

import type { ValType } from "../../module/types.ts";
import { isRef, NumType } from "../../module/types.ts";
import { Code } from "../code/code.ts";
import type { Fixup } from "../code/node.ts";
import type { Emitter } from "./emitter.ts";

export const enum OperandKind {
  /** In its own slot. */
  Slot,
  /** The value of a local, not copied yet: `a` is the local's word offset. */
  Local,
  /** A constant, not written yet: words `a` and `b`, or `data`. */
  Const32,
  Const64,
  Const128,
  Null,
}

export interface Operand {
  readonly type: ValType;
  /** Word offset of its own slot in the frame. */
  readonly slot: number;
  kind: OperandKind;
  a: number;
  b: number;
  data: Int32Array | null;
  /** The nearest reference below; with {@link settled} it lets a place in code remember its operands for nothing. */
  readonly refBelow: Operand | null;
  /** Number of nodes from which on it is in its own slot. */
  settled: number;
}

/** Words that a value takes in the register file: whole slots of two words. */
export function wordsOf(type: ValType): number {
  return type === NumType.V128 ? 4 : 2;
}

export function wordsOfAll(types: readonly ValType[]): number {
  let words = 0;
  for (const type of types) words += wordsOf(type);
  return words;
}

/** The move that copies a value of this type. */
export function copyCode(type: ValType): Code {
  if (isRef(type)) return Code.CopyRef;
  if (type === NumType.I32 || type === NumType.F32) return Code.Copy32;
  return type === NumType.V128 ? Code.Copy128 : Code.Copy64;
}

/**
 * So many operands stay folded at a time, so that what looks through them (a write to a local, a region's end)
 * takes bounded time and memory, however high the stack.
 */
const MOST_FOLDED = 32;

/**
 * So many operands stay folded where a region ends. Each region's end remembers them, and a call takes two bytes: with 32 for
 * each, four megabytes of code made two gigabytes of notes. What is below a call is mostly another call's arguments, which
 * must be in their slots sooner or later anyway.
 */
const MOST_FOLDED_BELOW = 4;

const NO_FIXUPS: readonly Fixup[] = [];

export class OperandStack {
  readonly operands: Operand[] = [];
  /** Those not in their own slots, in the stack's order. */
  readonly #folded: Operand[] = [];
  readonly #emitter: Emitter;
  /** The operands of the last region's end that left some folded, and what it noted: mostly the next one's too. */
  #noted: readonly Operand[] = [];
  #fixups: readonly Fixup[] = NO_FIXUPS;
  /** The topmost reference. */
  #topRef: Operand | null = null;
  #top: number;
  /** Highest word offset that any operand has reached. */
  maxWords: number;

  constructor(emitter: Emitter, base: number) {
    this.#emitter = emitter;
    this.#top = base;
    this.maxWords = base;
  }

  get height(): number {
    return this.operands.length;
  }

  /** Word offset at which the next operand's slot would be. */
  get top(): number {
    return this.#top;
  }

  /** The topmost reference among the operands below the topmost `skip`. */
  topRef(skip = 0): Operand | null {
    if (skip === 0) return this.#topRef;
    const top = this.operands[this.operands.length - 1 - skip];
    if (top === undefined) return null;
    return isRef(top.type) ? top : top.refBelow;
  }

  /** The operand `depth` below the top. */
  peek(depth = 0): Operand {
    return this.operands[this.operands.length - 1 - depth]!;
  }

  push(type: ValType, kind = OperandKind.Slot, a = 0, b = 0, data: Int32Array | null = null): Operand {
    const slot = this.#top;
    const isFolded = kind !== OperandKind.Slot;
    const settled = isFolded ? Number.POSITIVE_INFINITY : 0;
    const operand: Operand = { type, slot, kind, a, b, data, refBelow: this.#topRef, settled };
    this.operands.push(operand);
    if (isFolded) {
      if (this.#folded.length >= MOST_FOLDED) this.materialise(this.#folded[0]!);
      this.#folded.push(operand);
    }
    const top = slot + wordsOf(type);
    this.#top = top;
    if (top > this.maxWords) this.maxWords = top;
    if (isRef(type)) this.#topRef = operand;
    return operand;
  }

  pushAll(types: readonly ValType[]): void {
    for (const type of types) this.push(type);
  }

  pop(): Operand {
    const operand = this.operands.pop()!;
    this.#top = operand.slot;
    if (operand.kind !== OperandKind.Slot) this.#folded.pop();
    if (operand === this.#topRef) this.#topRef = operand.refBelow;
    return operand;
  }

  /** Puts an operand back that {@link pop} has just given, unchanged. */
  restore(operand: Operand): void {
    this.operands.push(operand);
    this.#top = operand.slot + wordsOf(operand.type);
    if (operand.kind !== OperandKind.Slot) this.#folded.push(operand);
    if (isRef(operand.type)) this.#topRef = operand;
  }

  popMany(count: number): void {
    for (let k = 0; k < count; k++) this.pop();
  }

  truncate(height: number): void {
    this.popMany(this.operands.length - height);
  }

  /** Word offset from which to read an operand; a constant is written to its slot first. */
  register(operand: Operand): number {
    if (operand.kind === OperandKind.Slot) return operand.slot;
    if (operand.kind === OperandKind.Local) return operand.a;
    this.materialise(operand);
    return operand.slot;
  }

  /** Puts an operand into its own slot. */
  materialise(operand: Operand): void {
    if (operand.kind === OperandKind.Slot) return;
    this.writeTo(operand, operand.slot);
    this.settle(operand);
  }

  /** Notes that an operand is in its own slot from here on. */
  settle(operand: Operand): void {
    operand.kind = OperandKind.Slot;
    operand.settled = this.#emitter.nodes.length;
    const at = this.#folded.lastIndexOf(operand);
    if (at >= 0) this.#folded.splice(at, 1);
  }

  /** Puts the topmost `count` operands into their own slots. */
  materialiseTop(count: number): void {
    if (count === 0) return;
    const { slot } = this.operands[this.operands.length - count]!;
    let first = this.#folded.length;
    while (first > 0 && this.#folded[first - 1]!.slot >= slot) first--;
    while (this.#folded.length > first) this.materialise(this.#folded[first]!);
  }

  materialiseAll(): void {
    this.materialiseTop(this.operands.length);
  }

  /** Whether an operand below the topmost `above` is not in its own slot. */
  isFoldedBelow(above: number): boolean {
    const [lowest] = this.#folded;
    return lowest !== undefined && lowest.slot < this.#slotBelow(above);
  }

  /** Whether an operand from word offset `slot` upwards is not in its own slot. */
  isFoldedFrom(slot: number): boolean {
    const highest = this.#folded[this.#folded.length - 1];
    return highest !== undefined && highest.slot >= slot;
  }

  /** Copies the operands that stand for a local, before the local changes. Returns whether there were any. */
  releaseLocal(local: number): boolean {
    let found = false;
    if (this.#folded.length === 0) return false;
    for (const operand of [...this.#folded]) {
      if (operand.kind !== OperandKind.Local || operand.a !== local) continue;
      this.materialise(operand);
      found = true;
    }
    return found;
  }

  /** Emits what puts the operand's value at word offset `d`. */
  writeTo(operand: Operand, d: number): void {
    const { op, a, b, c, data } = moveTo(operand, d);
    this.#emitter.emit(op, d, a, b, c, data);
  }

  /**
   * What it would take to put the operands below the topmost `above` into their slots; emits the moves of those that are too
   * many.
   */
  fixupsBelow(above: number): readonly Fixup[] {
    const end = this.#slotBelow(above);
    let count = 0;
    while (count < this.#folded.length && this.#folded[count]!.slot < end) count++;
    for (; count > MOST_FOLDED_BELOW; count--) this.materialise(this.#folded[0]!);
    if (count === 0) return NO_FIXUPS;
    const noted = this.#noted;
    const asBefore = noted.length === count && noted.every((operand, k) => operand === this.#folded[k]);
    if (!asBefore) {
      this.#noted = this.#folded.slice(0, count);
      this.#fixups = this.#noted.map((operand) => moveTo(operand, operand.slot));
    }
    return this.#fixups;
  }

  /** Word offset above the operands below the topmost `above`. */
  #slotBelow(above: number): number {
    return this.operands[this.operands.length - above]?.slot ?? this.#top;
  }
}

function moveTo(operand: Operand, slot: number): Fixup {
  const { type, a, b, data } = operand;
  switch (operand.kind) {
    case OperandKind.Slot:
      return { slot, op: copyCode(type), a: operand.slot, b: 0, c: 0, data: null };
    case OperandKind.Local:
      return { slot, op: copyCode(type), a, b: 0, c: 0, data: null };
    case OperandKind.Const32:
      return { slot, op: Code.Const32, a: 0, b: a, c: 0, data: null };
    case OperandKind.Const64:
      return { slot, op: Code.Const64, a: 0, b: a, c: b, data: null };
    case OperandKind.Const128:
      return { slot, op: Code.Const128, a: 0, b: 0, c: 0, data };
    case OperandKind.Null:
      return { slot, op: Code.ConstRef, a: 0, b: 0, c: 0, data: null };
  }
}
