// What fused nodes work on: a frame as a list of its own, and functions of it. Owns these types.

import { type Callee, type Exit, LEFT } from "./machine.ts";

/** A frame: the registers from its first word on. One for each place that a frame can begin at, for ever. */
export interface Frame extends Int32Array {
  readonly F: Float32Array;
  readonly D: Float64Array;
  /** Where it begins. */
  readonly start: number;
}

export type Value = (L: Frame) => number;
export type Test = (L: Frame) => boolean;
export type Step = (L: Frame) => void;
export type Flow = (L: Frame) => number;
export type Closure = Value | Test | Step;

/** A place that may trap, as machine.ts has it. */
export interface Site {
  readonly exit: Exit;
  readonly operands: readonly { readonly word: number; readonly value: Value }[];
}

export class FusedCallee implements Callee {
  fuel: number;
  onFrame: Flow = () => LEFT;

  constructor(fuel: number) {
    this.fuel = fuel;
  }
}

/** Makes a node's closure of its operands. */
export type NodeFactory = (...operands: never[]) => Closure;
