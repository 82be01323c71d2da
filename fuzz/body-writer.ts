// What the groups of instructions share while a function body is generated: the interface that generate-body.ts
// implements, and the shape of the module that a body may refer to. Owns no choice of what to generate.

import type { RegularInstructions } from "./catalogue.ts";
import type { FunctionType, Type } from "./encode.ts";
import type { TypeSpace } from "./generate-types.ts";
import type { Random } from "./random.ts";

/** One instruction or delimiter, as bytes. */
export interface Step {
  /** The mnemonic; with ` t` or ` null` behind it where two opcodes share one. */
  readonly op: string;
  readonly bytes: readonly number[];
}

export interface FunctionShape {
  readonly type: FunctionType;
  readonly typeIdx: number;
  /** Contains no calls, so that it ends without looking at the budget. */
  readonly leaf: boolean;
}

export interface TableShape {
  readonly element: Type;
  readonly size: number;
  readonly is64: boolean;
}

export interface MemoryShape {
  readonly is64: boolean;
  readonly shared: boolean;
}

/** What a body may refer to: the module's index spaces. */
export interface ModuleShape {
  readonly regular: RegularInstructions;
  /** Value types that are in use. */
  readonly types: readonly Type[];
  readonly space: TypeSpace;
  readonly functions: readonly FunctionShape[];
  readonly importedFunctions: number;
  readonly globals: readonly { readonly type: Type; readonly mutable: boolean }[];
  /** A mutable i32 global that every loop or function entry may count down, and no other code writes. */
  readonly budget: number;
  /** A mutable i64 global into which bodies mix what they compute, and no other code writes. */
  readonly accumulator: number;
  readonly tables: readonly TableShape[];
  readonly memories: readonly MemoryShape[];
  /** Payload types of the tags. */
  readonly tags: readonly (readonly Type[])[];
  readonly dataSegments: number;
  /** Element types of the element segments. */
  readonly elementSegments: readonly Type[];
  readonly tailCalls: boolean;
  /** References have types of their own: typed function references, structs, arrays, casts. */
  readonly aggregates: boolean;
  /** The function that makes a number of an object's contents; see generate-observers.ts. */
  readonly look: number | undefined;
  readonly exceptions: ExceptionStyle;
  /** Canonicalise NaN results, so that their bits may be looked at; else no bit of a float gets out. */
  readonly canonicalNaN: boolean;
}

/** A module that uses the instructions of both proposals is rejected by V8. */
export type ExceptionStyle = "none" | "modern" | "legacy";

export interface Control {
  readonly labelTypes: readonly Type[];
  readonly endTypes: readonly Type[];
  /** Operands below it. */
  readonly height: number;
  /** Of a loop: emits what counts down and leaves an i32, nonzero if the loop may be turned again. */
  readonly guard?: (() => void) | undefined;
  readonly isLoop?: boolean;
  /** Of a legacy handler: `rethrow` may name it. */
  readonly isHandler?: boolean;
}

/** Something to generate, by weight. */
export type Choice = readonly [weight: number, generate: () => void];

/** A kind of instructions. */
export interface InstructionGroup {
  /** Ways to leave one operand of a type, whatever is on the stack. */
  expressions(writer: BodyWriter, type: Type, depth: number): Choice[];
  /** Anything else. */
  statements(writer: BodyWriter): Choice[];
}

/** Writes constant expressions, and the part of bodies that could be one. */
export interface ConstantWriter {
  readonly random: Random;
  readonly shape: ModuleShape;
  /** Types of the operands; the last is the topmost. A type noted here may be a supertype of the validator's. */
  readonly stack: Type[];

  emit(op: string, ...bytes: readonly number[]): void;
  /** Emits an instruction and notes what it does to the stack. */
  instruction(op: string, bytes: readonly number[], pops: number, ...pushes: readonly Type[]): void;
  i32(value: number): void;
  i64(value: bigint): void;
  /** A constant of any type; for references one that is made on the spot. */
  constant(type: Type): void;
}

export interface BodyWriter extends ConstantWriter {
  readonly self: FunctionShape;
  /** Operands below the innermost block. */
  readonly height: number;
  /** Whether the body is as long as it should be. */
  readonly full: boolean;
  /** Whether another block may be opened. */
  readonly canNest: boolean;
  /** Whether what comes now is not reached. */
  readonly dead: boolean;

  /** Leaves one more operand of this type, whatever is on the stack. */
  push(type: Type, depth: number): void;
  /** Makes the topmost operands be of these types, with as many as possible of those that are there. */
  match(types: readonly Type[], depth?: number): void;
  /** Leaves an i32, mostly below `bound`, a power of two. */
  small(bound: number, depth: number): void;
  /** Likewise an i64 if `is64`: now and then one of more than 32 bits. */
  index(is64: boolean, bound: number, depth: number): void;
  /** Leaves an i32 that is often a comparison. */
  condition(depth: number): void;
  newLocal(type: Type, reserve: boolean): number;
  /** A local for whoever sets and reads it at once; nobody else reads it. */
  scratchLocal(type: Type): number;

  /** `params` are what is on the stack already. */
  open(control: Omit<Control, "height">, params: readonly Type[]): void;
  /** Behind `end`. */
  close(): void;
  /** Emits `end`, and closes. */
  end(): void;
  /** Starts another arm of the innermost block, with these operands; with `isHandler`, one that `rethrow` may name. */
  nextArm(operands: readonly Type[], isHandler?: boolean): void;
  statements(most: number): void;
  /** Brings the operands of the innermost block to exactly these types. */
  finish(types: readonly Type[]): void;
  /** What follows is not reached. */
  die(): void;
  labels(accept: (control: Control) => boolean): number[];
  labelTypes(label: number): readonly Type[];
  blockType(params: readonly Type[], results: readonly Type[]): number[];
  /** Parameters of a block: some of what is on top of the stack. */
  someOperands(): Type[];
  someTypes(usually: number): Type[];
  /** Generates a body that is run so many times; nothing if what is around it is run too often already. */
  manyTurns(turns: number, body: () => void): void;
  /** Function indices that this body may call. */
  callees(fits: (type: FunctionType, typeIdx: number) => boolean): number[];
}
