// Lowered code: linked nodes, and the functions that own them.
// Owns the shapes only. One class for every operation keeps the loop's property loads monomorphic.

import type { FuncType } from "../../module/types.ts";
import type { LoweredFunction } from "../../runtime/function.ts";
import type { Operand } from "../lower/operand-stack.ts";
import type { Parts } from "../parts.ts";
import type { Linked } from "../tree/machine.ts";
import type { Code } from "./code.ts";
import type { Costs } from "./cost-model.ts";
import type { DataOf, Operation } from "./node-data.ts";

/** One internal instruction. What d, a, b, c and data hold is said by its operation's case in the loop. */
export class CodeNode<O extends Operation = Operation> {
  // Declared, as the fields of a class would each be defined before the constructor sets them.
  declare op: O;
  /** Destination: word offset in the frame. Of a call: where the callee's frame begins. */
  declare d: number;
  declare a: number;
  declare b: number;
  declare c: number;
  declare next: CodeNode;
  /** Where a branch goes; of a call, its lazily made way back into another instance. */
  declare target: CodeNode;
  /**
   * Fuel. Of a branch: E(target) - E(behind it). Of a call or other region end: E(behind it).
   * Otherwise: the prepaid cost behind the point where it may trap.
   */
  declare fuel: number;
  /** Byte offset in the module of the Wasm instruction; of a branch, of the place it goes to. */
  declare at: number;
  declare readonly owner: FunctionCode;
  /** What {@link DataOf} says. */
  declare data: DataOf<O>;
  /** Whether this node is a call by the host, below which no frames of the run stand. */
  declare isStart: boolean;

  constructor(owner: FunctionCode, op: O, d: number, a: number, b: number, c: number, data: DataOf<O>) {
    this.op = op;
    this.d = d;
    this.a = a;
    this.b = b;
    this.c = c;
    this.next = this;
    this.target = this;
    this.fuel = 0;
    this.at = 0;
    this.owner = owner;
    this.data = data;
    this.isStart = false;
  }
}

/** Says how an operand slot that the fast lowering left folded gets its value. */
export interface Fixup {
  /** Word offset of the operand's own slot. */
  readonly slot: number;
  /** Copy32, Copy64, Copy128, CopyRef, Const32, Const64, Const128 or ConstRef. */
  readonly op: Code;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly data: unknown;
}

/** The references on the operand stack at a node. */
export interface LiveRefs {
  /** The topmost one; each knows the next. */
  readonly top: Operand;
  /** The node's place in code: those settled behind it are not in their slots yet. */
  readonly position: number;
}

/** Takes exceptions in a try region. */
export interface CatchHandler {
  /** Index of the tag that it takes, in the function's module; -1 for all. */
  readonly tagIdx: number;
  /** Word offset in the frame at which the payload goes; -1 where it is not asked for. */
  readonly payload: number;
  /** Word offset at which the reference to the exception goes; -1 where it is not asked for. */
  readonly reference: number;
  /** A branch to where the run goes on. */
  readonly edge: CodeNode;
}

/** The body of a try block. */
export interface TryRegion {
  /** Asked in this order. */
  readonly handlers: CatchHandler[];
  /** Where an exception goes on that no handler takes; `null` for the function's caller. */
  outer: TryRegion | null;
}

/** Which region a throwing instruction is in: `regions[k]` from byte offset `starts[k]` to the next start. */
export interface HandlerTable {
  readonly starts: number[];
  readonly regions: (TryRegion | null)[];
}

/** The exact lowering of one function: one charge per Wasm instruction. */
export interface ExactCode {
  /** `null` for a function without try blocks. */
  readonly handlers: HandlerTable | null;
  /** Where a Wasm instruction's charge stands, by byte offset; a loop's re-entry under `~offset`. */
  readonly nodes: ReadonlyMap<number, CodeNode>;
  readonly entry: CodeNode;
}

/** A guest function of a module, shared by the module's instances. */
export class FunctionCode implements LoweredFunction {
  readonly module: ModuleCode;
  readonly funcIdx: number;
  readonly definedIdx: number;
  readonly type: FuncType;
  /** First node; `null` until the first call. */
  entry: CodeNode | null = null;
  /** Byte offset of the first instruction, once lowered. */
  codeStart = 0;
  /** Fuel of entering: function entry, locals, and the first region. */
  entryFuel = 0;
  /** Words of parameters, locals and operands at their maximum. */
  frameWords = 0;
  /** Whether calls must be prepared outside of the loop: it is not lowered yet, or clearing its frame takes long. */
  isSlow = true;
  /** The declared locals, which start out as zero, are words `zeroFrom` to `zeroTo`. */
  zeroFrom = 0;
  zeroTo = 0;
  /** Slots of the declared locals that are references; `null` when there are none. */
  refLocals: readonly number[] | null = null;
  /** Words of the results. */
  resultWords = 0;
  /** By which the host calls this function. */
  start: CodeNode | null = null;
  exact: ExactCode | null = null;
  /** Places at which the exact lowering may hand back: the fast node at a loop's start, with its E. */
  loopHeads: ReadonlyMap<number, { readonly node: CodeNode; readonly cost: number }> | null = null;
  /** Of the fast code where there is one, else of the exact code. `null`: the function has no try block. */
  handlers: HandlerTable | null = null;
  /** What its code takes on the host's heap. */
  codeBytes = 0;
  /** How trees call this function; `undefined` while no tree does. */
  tree: Linked | undefined = undefined;
  /** Operands left folded at region ends. */
  readonly fixups: Map<CodeNode, readonly Fixup[]>;
  /** References on the operand stack where a run can stop or allocate; nodes without any are not in it. */
  readonly liveRefs: Map<CodeNode, LiveRefs>;

  /** `fixups`, `liveRefs`: of code that is not lowered there are none, and many can have the same. */
  constructor(
    module: ModuleCode,
    funcIdx: number,
    definedIdx: number,
    type: FuncType,
    fixups: FunctionCode["fixups"] = new Map(),
    liveRefs: FunctionCode["liveRefs"] = new Map(),
  ) {
    this.fixups = fixups;
    this.liveRefs = liveRefs;
    this.module = module;
    this.funcIdx = funcIdx;
    this.definedIdx = definedIdx;
    this.type = type;
  }
}

/** What a function's lowering needs of its module. Implemented by `ModuleCompiler`. */
export interface ModuleCode {
  readonly costs: Costs;
  readonly parts: Parts;
  readonly moduleName: string | undefined;
  functionName(funcIdx: number): string | undefined;
  /** Lowers a function, and says whether it is done: not if `stop`, which is asked now and then, says so or throws. */
  lower(func: FunctionCode, stop: () => boolean): boolean;
  /** @throws LimitError when the module may not take as much of the host's heap; so does {@link lower} */
  lowerExact(func: FunctionCode): ExactCode;
  /** Counts a tree of the function, or of a loop in it; false where there is no room for one. */
  takeForTree(func: FunctionCode): boolean;
  /** Calls that trees make, by the numbers that they know them by. */
  readonly callsOfTrees: CodeNode[];
  func(definedIdx: number): FunctionCode;
  /** Byte offset behind the instruction at byte `at`. */
  instructionEnd(at: number): number;
  /** Cost of the instruction at byte `at`. */
  costAt(at: number): number;
  /** The instruction at byte `at` in text form. */
  instructionText(at: number): string;
}
