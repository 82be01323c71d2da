// What all trees of a process work on: registers, counters, and the current instance's views, at addresses that never change.
// Owns the constants that V8 folds into compiled trees. Nothing here knows how trees are built or entered.

import type { GlobalInstance } from "../../runtime/global.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { CodeNode } from "../code/node.ts";

/** An expression: its value as a 32-bit integer or a double. `undefined` where it would trap. */
export type Value = (fp: number) => number;
/** A condition. */
export type Test = (fp: number) => boolean;
/** A statement that always goes on. */
export type Step = (fp: number) => void;
/** Control: 0 goes on, n leaves n labels, {@link LEFT} leaves the tree. */
export type Flow = (fp: number) => number;

/** The tree was left: {@link Machine.exit} says where the interpreter goes on. */
export const LEFT = -1;

/** What an expression gives that would trap. */
export const NONE = undefined as unknown as number;

/** Where the interpreter goes on when a tree is left. */
export interface Exit {
  readonly node: CodeNode;
  /** Fuel that was subtracted and is to be given back. */
  readonly refund: number;
  /** Whether the node has been executed, and what comes behind it has to be paid for. */
  readonly isBehind: boolean;
}

/** A place that may trap: the interpreter executes the node again, with the operands in their registers, and traps itself. */
export interface TrapSite {
  readonly exit: Exit;
  readonly operands: readonly { readonly word: number; readonly value: Value }[];
}

/** A function as its callers in trees see it. */
export interface Callee {
  /** Fuel of entering it; {@link NOT_READY} while it has no tree. */
  fuel: number;
}

/** A part of a tree that is compiled by itself. */
export interface Cut {
  flow: Flow;
}

/** More than a slice has. */
export const NOT_READY = 0x7fffffff;

/** How trees call a function. */
export interface Linked {
  readonly callee: Callee;
  /** Its driver: gives back the frame's room, and 0, where the function returns. */
  readonly flow: Flow;
}

/** Words of the counters. */
export const enum Counter {
  /** What is left of the slice of fuel. */
  Fuel,
  /** Frames that calls in the tree may still make; a call without room leaves it. */
  Room,
  /** From here on words are of the nodes alone: values while what they come from is overwritten. */
  Spare = 4,
}

/** Words of the register file of trees. Deeper frames are the interpreter's. */
export const TREE_WORDS = 2 ** 16;
/** Calls of trees by trees that may be under way. */
export const MAX_ROOM = 100;
/** Words of the largest frame that a tree makes for what it calls. With it, room for frames is room for their words. */
export const MAX_FRAME_WORDS = 512;

/** Views of the instance that runs. One object for ever: trees are shared by all instances of a module. */
export interface Views {
  u8: Uint8Array;
  u16: Uint16Array;
  i32: Int32Array;
  f32: Float32Array;
  f64: Float64Array;
  /** For what need not be aligned. */
  bytes: DataView;
  globals: readonly GlobalInstance[];
  instance: ModuleInstance | undefined;
}

export class Machine {
  readonly R: Int32Array;
  readonly F: Float32Array;
  readonly D: Float64Array;
  readonly B: Uint8Array;
  /** Here and below a buffer is given, since V8 has small typed arrays without on its heap, at addresses that are no constants. */
  readonly Z = new Int32Array(new ArrayBuffer(32));
  /** Floats on their way to registers that others are still read from. */
  readonly H = new Float64Array(new ArrayBuffer(32));
  readonly V: Views;
  /** Calls under way, by the room that there was for each: numbers by which the module has them. */
  readonly C = new Int32Array(MAX_ROOM + 1);
  /** Why the tree was left, and the frame that was the innermost one then. */
  exit: Exit | undefined;
  fp = 0;

  constructor(words = TREE_WORDS) {
    const buffer = new ArrayBuffer(words * 4);
    this.R = new Int32Array(buffer);
    this.F = new Float32Array(buffer);
    this.D = new Float64Array(buffer);
    this.B = new Uint8Array(buffer);
    const none = new ArrayBuffer(0);
    this.V = {
      u8: new Uint8Array(none),
      u16: new Uint16Array(none),
      i32: new Int32Array(none),
      f32: new Float32Array(none),
      f64: new Float64Array(none),
      bytes: new DataView(none),
      globals: [],
      instance: undefined,
    };
  }

  /** Shows the memory's bytes to trees; whole words only, so that an access past the end finds nothing. */
  show(u8: Uint8Array, byteLength: number): void {
    const { V } = this;
    if (V.u8.buffer === u8.buffer && V.u8.length === byteLength) return;
    const { buffer } = u8;
    V.u8 = new Uint8Array(buffer, 0, byteLength);
    V.u16 = new Uint16Array(buffer, 0, byteLength >>> 1);
    V.i32 = new Int32Array(buffer, 0, byteLength >>> 2);
    V.f32 = new Float32Array(buffer, 0, byteLength >>> 2);
    V.f64 = new Float64Array(buffer, 0, byteLength >>> 3);
    V.bytes = new DataView(buffer, 0, byteLength);
  }
}
