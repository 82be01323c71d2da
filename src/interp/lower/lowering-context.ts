// What the parts of the lowering share: the function under translation, its operand stack, its open blocks.
// Owns the interface only. lower.ts implements it; lower-*.ts translate one group of instructions each.

import type { InstructionReader } from "../../decoder/instruction-reader.ts";
import type { Instruction } from "../../isa/instruction.ts";
import type { InstructionLookup } from "../../isa/instructions.ts";
import type { Op } from "../../isa/op.ts";
import type { FuncType, ValType } from "../../module/types.ts";
import type { CheckedModule } from "../../validator/checked-module.ts";
import type { Code } from "../code/code.ts";
import type { Costs } from "../code/cost-model.ts";
import type { CodeNode, FunctionCode, HandlerTable, TryRegion } from "../code/node.ts";
import type { DataOf, Operation } from "../code/node-data.ts";
import type { MemoryAccess } from "../code/operations.ts";
import type { Parts } from "../parts.ts";
import type { Emitter, Label } from "./emitter.ts";
import type { Operand, OperandStack } from "./operand-stack.ts";
import type { Recipes } from "./recipes.ts";

/** What the lowerings of one module's functions share. */
export interface LoweringTools {
  readonly checked: CheckedModule;
  readonly costs: Costs;
  readonly reader: InstructionReader;
  readonly recipes: Recipes;
  /** How a comparison's node becomes a branch: when true, when false. */
  readonly branches: ReadonlyMap<Operation, readonly [Code, Code]>;
  /** Operations that do two at once, by {@link pairKey}. */
  readonly pairs: ReadonlyMap<number, Code>;
  readonly rows: InstructionLookup;
  readonly parts: Parts;
}

export interface Control {
  readonly op: Op;
  /** Operands below the block, its parameters not counted. */
  readonly height: number;
  /** Word offset of the block's first parameter and result. */
  readonly base: number;
  /** Where a branch to the block goes. */
  readonly label: Label;
  /** Where an `if` goes when its condition is zero; placed at `else` or `end`. */
  otherwise: Label | undefined;
  readonly startTypes: readonly ValType[];
  readonly endTypes: readonly ValType[];
  /** The try region that its instructions are in; `null` for none. */
  readonly region: TryRegion | null;
  /** Of a legacy `try` and its catches: the region of its body. */
  readonly body: TryRegion | null;
}

/** One function's lowering, as its parts see it. */
export interface LoweringContext {
  readonly tools: LoweringTools;
  readonly func: FunctionCode;
  readonly exact: boolean;
  readonly out: Emitter;
  readonly stack: OperandStack;
  readonly controls: Control[];
  readonly handlers: HandlerTable;
  /** Whether what is being read cannot be reached. */
  readonly dead: boolean;
  /** The block that label index `label` names. */
  control(label: number): Control;
  labelTypes(control: Control): readonly ValType[];
  /** Opens a block: operands are put in place, and the block's parameters stay on the stack. */
  open(instruction: Instruction, label: Label): Control;
  /** Where a conditional branch should go: the label itself, or a stub that moves operands first. */
  branchLabel(index: number, at: number): Label;
  /** Puts a block's results, which end it by falling through, where its label wants them. */
  settle(control: Control): void;
  /** What follows can be reached, with `types` in their slots on what was below the block. */
  revive(control: Control, types: readonly ValType[]): void;
  /** Ends the innermost block. */
  lowerEnd(instruction: Instruction): void;
  /** What follows cannot be reached. */
  die(): void;
  /** Copies word offset `from` to an operand's slot, unless it is there already. */
  move(from: number, operand: Operand): void;
  canonical(type: ValType): ValType;
  funcTypeOf(typeIdx: number): FuncType;
  /** An instruction executed outside the loop that neither grows nor takes long. */
  special(instruction: Instruction, operands: number, results: readonly ValType[]): void;
  /** An instruction that may grow, take long or cost by size: it ends the region, with its operands in their slots. */
  heavy(instruction: Instruction, operands: number, results: readonly ValType[]): void;
  /** A node that ends a region, with the topmost `operands` already in their slots and not popped yet. */
  boundary<O extends Operation>(
    op: O,
    d: number,
    a: number,
    b: number,
    c: number,
    data: DataOf<O>,
    operands: number,
  ): CodeNode;
  /** Remembers which references are alive at `node`, just emitted: `top` and those below it. */
  noteRefs(node: CodeNode, top: Operand | null): void;
  /** The memory immediate as the executing side wants it. */
  access(instruction: Instruction): MemoryAccess;
  /** The static offset when the access can take the loop's fast path (memory 0, 32-bit, small offset); else -1. */
  fastOffset(instruction: Instruction): number;
}
