// The locals of one body at a time: their types, and which of those without default value have been set.
// A body of a few bytes may declare 50,000 locals, and a module have a million bodies: nothing here takes time by their number.

import { LimitError } from "../errors.ts";
import type { ValType } from "../module/types.ts";
import { isDefaultable } from "./type-stack.ts";

/** So many parameters and locals of a body are listed one by one; the others stay in ranges. */
const MOST_LISTED = 256;

/** Locals of one type that stand one behind the other: those up to `end`. */
interface Range {
  readonly end: number;
  readonly type: ValType;
}

/** All types are canonical. */
export class Locals {
  /**
   * Types of the first parameters and locals, as far as they have a value from the start: they can be read, set and forgotten by
   * their type alone. 0 for the others.
   */
  readonly listed: ValType[] = [];
  readonly #limit: number;
  #params: readonly ValType[] = [];
  /** Parameters and locals. */
  #count = 0;
  /** All locals behind the parameters. */
  readonly #ranges: Range[] = [];
  /** By local: number of the body that has set it. Only looked at for locals without default value. */
  readonly #setBy: number[] = [];
  #body = 0;
  /** Locals without default value in the order in which they were set. */
  readonly #set: number[] = [];

  /** @param limit most parameters and locals of a body */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Starts a body that has no locals but its parameters yet. */
  begin(params: readonly ValType[]): void {
    const { listed } = this;
    const count = params.length;
    this.#params = params;
    this.#count = count;
    const end = Math.min(count, MOST_LISTED);
    // Never longer by its length, which would make it an array with holes for V8.
    if (listed.length > end) listed.length = end;
    for (let i = 0; i < end; i++) listed[i] = params[i]!;
    if (this.#ranges.length > 0) this.#ranges.length = 0;
    if (this.#set.length > 0) this.#set.length = 0;
    this.#body++;
  }

  /** Declares `count` more locals. @throws LimitError */
  add(count: number, type: ValType): void {
    const total = this.#count + count;
    if (total > this.#limit) throw new LimitError("locals", total, this.#limit, "locals of a function");
    this.#count = total;
    this.#ranges.push({ end: total, type });
    const { listed } = this;
    const listedType = isDefaultable(type) ? type : 0;
    for (let end = Math.min(total, MOST_LISTED), i = listed.length; i < end; i++) listed[i] = listedType;
  }

  /** The type of local `idx`; `undefined` if there is none. */
  type(idx: number): ValType | undefined {
    const params = this.#params;
    if (idx < params.length) return params[idx];
    if (idx >= this.#count) return undefined;
    const ranges = this.#ranges;
    let low = 0;
    let high = ranges.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (idx < ranges[middle]!.end) high = middle;
      else low = middle + 1;
    }
    return ranges[low]?.type;
  }

  types(): ValType[] {
    return Array.from({ length: this.#count }, (_, idx) => this.type(idx)!);
  }

  /** Whether local `idx`, which exists, has a value. */
  isInitialized(idx: number): boolean {
    return idx < this.#params.length || this.#setBy[idx] === this.#body || isDefaultable(this.type(idx)!);
  }

  /** How many have been set that had no value before; to be given to {@link forget}. */
  get setCount(): number {
    return this.#set.length;
  }

  set(idx: number): void {
    if (this.isInitialized(idx)) return;
    while (this.#setBy.length <= idx) this.#setBy.push(0);
    this.#setBy[idx] = this.#body;
    this.#set.push(idx);
  }

  /** At the end of a block, the locals that it set first are unset again. */
  forget(setCount: number): void {
    while (this.#set.length > setCount) this.#setBy[this.#set.pop()!] = 0;
  }
}
