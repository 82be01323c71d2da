// What the interpreter may be without: vectors, what the GC proposal brings, atomics, trees. Owns how all others see these parts:
// by interfaces that hang on lowered code, so that a bundle has the code only of the parts that it names.

import type { Instruction } from "../isa/instruction.ts";
import type { CodeNode, FunctionCode } from "./code/node.ts";
import type { Operation } from "./code/node-data.ts";
import type { LoweringContext } from "./lower/lowering-context.ts";
import type { WaitState } from "./ops/atomic.ts";
import type { HeavyOutcome } from "./ops/chunks.ts";
import type { ArrayState } from "./ops/heavy-array.ts";
import type { InstanceRegisters } from "./run/values.ts";
import type { Machine } from "./tree/machine.ts";
import type { Translation } from "./tree/translate.ts";
import type { Vectors } from "./tree/vectors.ts";
import type { VectorRun } from "./vectors.ts";

/** Translates `instruction` if it is of the part; returns whether it was. */
type Lowered = (context: LoweringContext, instruction: Instruction) => boolean;

export interface VectorPart {
  readonly lower: Lowered;
  /** Executes from node `i` on, as far as it can; returns where the main loop goes on. @throws Trap where `i` itself traps */
  readonly execute: (run: VectorRun, i: CodeNode, fp: number) => CodeNode;
  /** What vectors are in trees. */
  readonly translate: (t: Translation, node: CodeNode, op: Operation) => boolean;
  readonly createVectors: (machine: Machine) => Vectors;
  /** Words of registers that a node reads as doubles. */
  readonly doublesOf: (node: CodeNode, op: Operation) => readonly number[];
}

export interface AggregatePart {
  readonly lower: Lowered;
  /** The same for casts that branch. */
  readonly lowerCast: Lowered;
  /** As a {@link VectorPart}'s. */
  readonly execute: (run: InstanceRegisters, i: CodeNode, fp: number) => CodeNode;
  /** Whether the cast at `i` branches. */
  readonly test: (run: InstanceRegisters, i: CodeNode, fp: number) => boolean;
  /** What takes long on arrays; operands stand from word `at` on. */
  readonly executeHeavy: (run: ArrayState, i: CodeNode, at: number) => HeavyOutcome;
}

export interface AtomicPart {
  readonly lower: Lowered;
  readonly execute: (run: InstanceRegisters, i: CodeNode, fp: number) => void;
  /** Waits; false where the run must be suspended for it. Operands stand from word `at` on. */
  readonly wait: (run: WaitState, i: CodeNode, at: number) => boolean;
}

/** Puts into fast code what leads to other code. */
export interface CodeKeeper {
  /** The function's fast code has been made. */
  prepare(func: FunctionCode): void;
  /** About as much fuel as `fuel` has been used since the last time, and the run is in `func`. */
  sample(run: CallStack, func: FunctionCode, fuel: number): void;
}

/** Calls that are under way. */
export interface CallStack {
  readonly sp: number;
  /** Call nodes of the suspended frames, outermost first. */
  readonly callers: readonly CodeNode[];
}

/** The parts that an engine has. Validation lets nothing through that needs another one. */
export interface Parts {
  readonly vectors: VectorPart | undefined;
  readonly aggregates: AggregatePart | undefined;
  readonly atomics: AtomicPart | undefined;
  readonly tier: CodeKeeper | undefined;
}

export const NO_PARTS: Parts = {
  vectors: undefined,
  aggregates: undefined,
  atomics: undefined,
  tier: undefined,
};

/** A part for which `node` was made by that part itself. */
export function partOf<Name extends keyof Parts>(node: CodeNode, name: Name): NonNullable<Parts[Name]> {
  const part = node.owner.module.parts[name];
  if (part === undefined) throw new Error(`a node of ${name}, which the engine is without`);
  return part;
}
