// Translates one validated function from stack code to linked register code, in one pass over its bytes.
// Owns control flow and folding: what a Wasm instruction becomes. emitter.ts knows fuel, operand-stack.ts slots.
//
// Two lowerings share this code and the frame layout. The fast one folds locals and constants into operands,
// fuses compare and branch, and prepays fuel by region; the exact one does none of that and puts a charge
// before every instruction.

import { RuntimeError } from "../../errors.ts";
import { BlockKind, type Instruction } from "../../isa/instruction.ts";
import { Op } from "../../isa/op.ts";
import { toCanonical } from "../../module/canonical.ts";
import type { FuncType, ValType } from "../../module/types.ts";
import { HeapType, isRef, NumType, refType } from "../../module/types.ts";
import type { CheckedModule } from "../../validator/checked-module.ts";
import { Code, type Form, FormKind } from "../code/code.ts";
import type { CodeNode, ExactCode, FunctionCode, HandlerTable } from "../code/node.ts";
import type { DataOf, Operation } from "../code/node-data.ts";
import type { CallTarget, Indices, MemoryAccess } from "../code/operations.ts";
import { Emitter, type Label, MAX_REGION } from "./emitter.ts";
import { leaveRegion, lowerCatch, lowerDelegate, lowerException } from "./exception.ts";
import { Lowerer } from "./lowered-by.ts";
import type { Control, LoweringContext, LoweringTools } from "./lowering-context.ts";
import { copyCode, type Operand, OperandKind, OperandStack, wordsOf, wordsOfAll } from "./operand-stack.ts";
import type { Recipe } from "./recipes.ts";
import { lowerWide } from "./wide.ts";

/** Moves and a branch that stand at the function's end, away from the straight path. */
interface Stub {
  readonly label: Label;
  readonly at: number;
  readonly emit: () => void;
}

/** Words of declared locals, up to which clearing them is part of a call's ordinary time. */
const MOST_QUICK_WORDS = 512;
/** Larger static offsets take the slow path, which has 64-bit arithmetic. */
const MAX_FAST_OFFSET = 2 ** 30;
// Bytes on the host's heap, measured in V8 and rounded up.
/** What any function's code takes. */
const CODE_BYTES = 400;
/** Exact code by its place. */
const PLACE_BYTES = 48;
/** The start of a loop, with the node by which a tree is entered there. */
const LOOP_BYTES = 352;
/** What emits a stub. */
const STUB_BYTES = 512;
/** The references at a node. */
const LIVE_REFS_BYTES = 176;
/** A try region. */
const REGION_BYTES = 160;
/** A few milliseconds' worth, where every one of them is a call with a thousand operands. */
const INSTRUCTIONS_PER_POLL = 1024;
/** Branches that carry more operands than this move them all at once. */
const LONG_MOVE = 8;
const NO_INDICES: Indices = { index: 0, index2: 0 };
const NULL_REF: ValType = refType(HeapType.Any, true);

function makeLabel(key = 0, surcharge = 0): Label {
  return { position: -1, key, surcharge, used: false };
}

/**
 * Lowers `func`, piece by piece: {@link advance} until it is done, then {@link finish}, which installs its entry, frame size
 * and loop heads; or, `exact`, returns the exact code.
 */
export class Lowering implements LoweringContext {
  readonly tools: LoweringTools;
  readonly func: FunctionCode;
  readonly exact: boolean;
  readonly out: Emitter;
  readonly stack: OperandStack;
  readonly controls: Control[] = [];
  readonly handlers: HandlerTable = { starts: [], regions: [] };
  readonly stubs: Stub[] = [];
  readonly localAt: number[] = [];
  readonly localTypes: readonly ValType[];
  /** Exact code: charge node by key. Fast code: position of each loop's start by offset. */
  readonly places = new Map<number, CodeNode>();
  readonly loops = new Map<number, Label>();
  /** What entering the function costs by itself. */
  readonly entryCost: number;
  /** Blocks opened in unreachable code, which is not lowered. */
  skipped = 0;
  dead = false;
  /** How much of {@link heapBytes} its module has counted. */
  counted = 0;
  /** Nodes for which references were noted. */
  #refsNoted = 0;
  /** Byte offsets of what comes next and of the body's end. */
  #position: number;
  readonly #end: number;

  constructor(tools: LoweringTools, func: FunctionCode, exact: boolean) {
    this.tools = tools;
    this.func = func;
    this.exact = exact;
    this.out = new Emitter(func, exact);
    this.localTypes = localTypes(tools.checked, func);
    let at = 0;
    for (const type of this.localTypes) {
      this.localAt.push(at);
      at += wordsOf(type);
    }
    this.stack = new OperandStack(this.out, at);
    const { costs } = tools;
    const body = tools.checked.module.code[func.definedIdx] as { codeStart: number; end: number };
    func.codeStart = body.codeStart;
    this.#position = body.codeStart;
    this.#end = body.end;
    this.out.at = body.codeStart;
    const declared = this.localTypes.length - func.type.params.length;
    this.entryCost = costs.functionEntry + declared * costs.perLocal;
    if (exact && this.entryCost > 0) this.charge(this.entryCost);
    if (!exact && costs.canBeFree) this.boundary(Code.Tick, 0, 0, 0, 0, null, 0);
    this.controls.push({
      op: Op.Block,
      height: 0,
      base: this.stack.top,
      label: makeLabel(body.end),
      otherwise: undefined,
      startTypes: [],
      endTypes: func.type.results,
      region: null,
      body: null,
    });
  }

  /** What it holds on the host's heap, rather more than less. */
  get heapBytes(): number {
    return (
      CODE_BYTES +
      this.out.heapBytes +
      PLACE_BYTES * this.places.size +
      LOOP_BYTES * this.loops.size +
      STUB_BYTES * this.stubs.length +
      LIVE_REFS_BYTES * this.#refsNoted +
      REGION_BYTES * this.handlers.starts.length
    );
  }

  /** Reads on. Returns whether the function is done; if not, since `stop` said so, this can be called again. */
  advance(stop: () => boolean): boolean {
    const { reader, recipes } = this.tools;
    const { instruction } = reader;
    const end = this.#end;
    reader.seek(this.#position);
    let position = this.#position;
    for (let count = 1; position < end; count++) {
      const op = reader.read();
      position = instruction.end;
      if (this.dead) this.skip(instruction);
      else this.lower(instruction, recipes.of(op));
      if (count % INSTRUCTIONS_PER_POLL !== 0) continue;
      this.#position = position;
      if (stop()) return false;
    }
    return true;
  }

  /** Makes the function forget what was noted of nodes: they will not be run. */
  discard(): void {
    const { fixups, liveRefs } = this.func;
    for (const node of this.out.nodes) {
      fixups.delete(node);
      liveRefs.delete(node);
    }
  }

  /** Puts together what {@link advance} has made. Exact code is returned, fast code installed. */
  finish(): ExactCode | undefined {
    const { func, out } = this;
    this.emitStubs();
    const heads = out.link();
    this.measureFrame(at(this.localAt, func.type.params.length, this.localTypes));
    const handlers = this.handlers.starts.length > 0 ? this.handlers : null;
    if (!this.exact) out.fuse(this.tools.pairs);
    if (this.exact) {
      return { handlers, nodes: this.places, entry: out.nodes[0]! };
    }
    func.handlers = handlers;
    func.entry = out.nodes[0]!;
    func.entryFuel = this.entryCost + out.entryCost;
    const loopHeads = new Map<number, { node: CodeNode; cost: number }>();
    for (const [offset, label] of this.loops) {
      loopHeads.set(offset, {
        node: out.nodes[label.position]!,
        cost: heads[label.position]!,
      });
    }
    func.loopHeads = loopHeads;
    return undefined;
  }

  measureFrame(zeroFrom: number): void {
    const func = this.func;
    const params = func.type.params.length;
    const locals = this.localTypes;
    func.zeroFrom = zeroFrom;
    func.zeroTo = wordsOfAll(locals);
    func.resultWords = wordsOfAll(func.type.results);
    func.frameWords = Math.max(this.stack.maxWords, func.resultWords);
    const refs: number[] = [];
    for (let k = params; k < locals.length; k++) {
      if (isRef(locals[k]!)) refs.push(this.localAt[k]! >> 1);
    }
    func.refLocals = refs.length > 0 ? refs : null;
    func.isSlow = func.zeroTo - func.zeroFrom > MOST_QUICK_WORDS;
  }

  // ------------------------------------------------------------------ fuel

  /** Puts a charge before an instruction of exact code. */
  chargeExactly(offset: number, cost: number): void {
    const node = this.charge(cost);
    this.places.set(offset, node);
    this.noteRefs(node, this.stack.topRef());
  }

  /** Pays at once for what has been lowered since the last region's end, where that is as much as a region may cost. */
  endFullRegion(): void {
    this.out.flush();
    this.boundary(Code.Recharge, 0, 0, 0, 0, null, 0);
  }

  charge(cost: number, op: Code = Code.Charge): CodeNode {
    const node = this.out.emit(op);
    node.fuel = cost;
    this.out.barrier = this.out.nodes.length;
    return node;
  }

  /** A node that ends a region, with the topmost `operands` already in their slots and not popped yet. */
  boundary<O extends Operation>(
    op: O,
    d: number,
    a: number,
    b: number,
    c: number,
    data: DataOf<O>,
    operands: number,
  ): CodeNode {
    const node = this.out.emitBoundary(op, d, a, b, c, data, this.stack.fixupsBelow(operands));
    // A call's arguments are its callee's; other operands are still there while the node executes.
    this.noteRefs(node, this.stack.topRef(op === Code.Heavy ? 0 : operands));
    return node;
  }

  noteRefs(node: CodeNode, top: Operand | null): void {
    if (top === null) return;
    this.#refsNoted++;
    this.func.liveRefs.set(node, { top, position: this.out.nodes.length - 1 });
  }

  // ------------------------------------------------------------------ every instruction

  /**
   * Lowers an instruction that can be reached. Most code is lowered once, before the host has compiled any of this: what is
   * frequent is found by few steps.
   */
  lower(instruction: Instruction, recipe: Recipe): void {
    const out = this.out;
    out.at = instruction.offset;
    if (this.exact) {
      this.chargeExactly(instruction.offset, recipe.cost);
    } else {
      if (out.region > MAX_REGION) this.endFullRegion();
      out.pending += recipe.cost;
    }
    const { form, lowerer } = recipe;
    if (form !== undefined) {
      this.lowerRegular(instruction, form, recipe.result);
      return;
    }
    switch (lowerer) {
      case Lowerer.Local:
        if (instruction.op === Op.LocalGet) this.localGet(instruction.index);
        else this.localSet(instruction.index, instruction.op === Op.LocalTee);
        return;
      case Lowerer.Constant:
        this.lowerConstant(instruction);
        return;
      case Lowerer.Control:
        this.lowerControl(instruction);
        return;
      case Lowerer.Call:
        this.lowerCall(instruction);
        return;
      case Lowerer.Plain:
        this.lowerPlain(instruction);
        return;
      default:
        if (this.lowerPart(instruction, lowerer)) return;
        throw new RuntimeError(
          `not executable yet: ${this.tools.rows.byOp(instruction.op)?.mnemonic ?? instruction.op} at byte ${instruction.offset}`,
        );
    }
  }

  /** What has files, or parts of the engine, of its own. Returns whether it was lowered. */
  lowerPart(instruction: Instruction, lowerer: Lowerer | undefined): boolean {
    const { vectors, aggregates, atomics } = this.tools.parts;
    switch (lowerer) {
      case Lowerer.Exception:
        return lowerException(this, instruction);
      case Lowerer.Vector:
        return vectors?.lower(this, instruction) ?? false;
      case Lowerer.Wide:
        return lowerWide(this, instruction);
      case Lowerer.Aggregate:
        return aggregates?.lower(this, instruction) ?? false;
      case Lowerer.Cast:
        return aggregates?.lowerCast(this, instruction) ?? false;
      case Lowerer.Atomic:
        return atomics?.lower(this, instruction) ?? false;
      default:
        return false;
    }
  }

  // ------------------------------------------------------------------ control

  /** Unreachable code: only nesting matters. */
  skip(instruction: Instruction): void {
    switch (instruction.op) {
      case Op.Block:
      case Op.Loop:
      case Op.If:
      case Op.TryTable:
      case Op.Try:
        this.skipped++;
        return;
      case Op.End:
        if (this.skipped > 0) this.skipped--;
        else this.lowerEnd(instruction);
        return;
      case Op.Delegate:
        if (this.skipped > 0) this.skipped--;
        else lowerDelegate(this, instruction);
        return;
      case Op.Else:
        if (this.skipped === 0) this.lowerElse(instruction);
        return;
      case Op.Catch:
      case Op.CatchAll:
        if (this.skipped === 0) lowerCatch(this, instruction);
        return;
      default:
        return;
    }
  }

  lowerControl(instruction: Instruction): void {
    const stack = this.stack;
    const out = this.out;
    switch (instruction.op) {
      case Op.Unreachable:
        out.emit(Code.Unreachable);
        this.die();
        return;
      case Op.Nop:
        return;
      case Op.Block:
        this.open(instruction, makeLabel());
        return;
      case Op.Loop:
        this.loop(instruction);
        return;
      case Op.If: {
        const otherwise = makeLabel();
        const condition = stack.peek();
        // What is below must be in place on both ways; the condition may be a comparison still to be fused.
        if (stack.isFoldedBelow(1)) {
          stack.register(condition);
          stack.materialiseAll();
        }
        this.branchIf(condition, false, otherwise);
        stack.pop();
        this.open(instruction, makeLabel()).otherwise = otherwise;
        return;
      }
      case Op.Else:
        this.lowerElse(instruction);
        return;
      case Op.End:
        this.lowerEnd(instruction);
        return;
      case Op.Br:
        this.branch(instruction.index);
        this.die();
        return;
      case Op.BrIf: {
        const condition = stack.pop();
        this.branchIf(condition, true, this.branchLabel(instruction.index, instruction.offset));
        return;
      }
      case Op.BrTable: {
        const index = stack.register(stack.pop());
        const shared = new Map<number, Label>();
        const labels = instruction.labels.map((label) => {
          let target = shared.get(label);
          if (target === undefined) {
            target = this.branchLabel(label, instruction.offset);
            shared.set(label, target);
          }
          return target;
        });
        out.emitTable(index, labels);
        this.die();
        return;
      }
      case Op.Return:
        this.lowerReturn();
        this.die();
        return;
      case Op.BrOnNull:
      case Op.BrOnNonNull: {
        const reference = stack.pop();
        const a = stack.register(reference);
        if (instruction.op === Op.BrOnNull) {
          out.emitBranch(Code.BrIfNull, this.branchLabel(instruction.index, instruction.offset), a);
          stack.push(reference.type, OperandKind.Slot);
          this.move(a, stack.peek());
        } else {
          stack.push(reference.type, OperandKind.Slot);
          this.move(a, stack.peek());
          out.emitBranch(
            Code.BrIfNotNull,
            this.branchLabel(instruction.index, instruction.offset),
            stack.peek().slot,
          );
          stack.pop();
        }
        return;
      }
      default:
        return;
    }
  }

  move(from: number, operand: Operand): void {
    if (from !== operand.slot) this.out.emit(copyCode(operand.type), operand.slot, from);
  }

  open(instruction: Instruction, label: Label): Control {
    const stack = this.stack;
    const [startTypes, endTypes] = this.blockTypes(instruction);
    stack.materialiseAll();
    const height = stack.height - startTypes.length;
    const base = startTypes.length > 0 ? stack.operands[height]!.slot : stack.top;
    const control: Control = {
      op: instruction.op,
      height,
      base,
      label,
      otherwise: undefined,
      startTypes,
      endTypes,
      region: this.controls[this.controls.length - 1]!.region,
      body: null,
    };
    this.controls.push(control);
    return control;
  }

  loop(instruction: Instruction): void {
    const { costs } = this.tools;
    const out = this.out;
    const { offset } = instruction;
    const start = makeLabel(offset);
    // In exact code a branch back goes through a charge of its own.
    const reentry = this.exact ? makeLabel(~offset) : makeLabel(~offset, costs.loopReentry);
    this.open(instruction, reentry);
    const refs = this.stack.topRef();
    out.place(start, true);
    if (!this.exact) {
      reentry.position = start.position;
      this.loops.set(offset, start);
      // The way on behind it begins with the next instruction: `loop` itself has been paid on every way here.
      if (costs.canBeFree) this.boundary(Code.Tick, 0, 0, 0, 0, null, 0).at = instruction.end;
      return;
    }
    this.stubs.push({
      label: reentry,
      at: offset,
      emit: () => {
        const node = this.charge(costs.loopReentry, Code.LoopHeader);
        this.noteRefs(node, refs);
        this.places.set(~offset, node);
        out.emitBranch(Code.Br, start);
      },
    });
    reentry.used = true;
  }

  blockTypes(instruction: Instruction): readonly [readonly ValType[], readonly ValType[]] {
    switch (instruction.blockKind) {
      case BlockKind.Empty:
        return [[], []];
      case BlockKind.Value:
        return [[], [this.canonical(instruction.blockType)]];
      case BlockKind.TypeIdx: {
        const type = this.funcTypeOf(instruction.blockType);
        return [type.params, type.results];
      }
    }
  }

  lowerElse(instruction: Instruction): void {
    const control = this.controls[this.controls.length - 1]!;
    if (!this.dead) {
      this.stack.materialiseTop(control.endTypes.length);
      this.out.emitBranch(Code.Br, control.label);
    }
    this.out.pending = 0;
    this.revive(control, control.startTypes);
    const otherwise = control.otherwise!;
    otherwise.key = instruction.end;
    this.out.place(otherwise, false);
    control.otherwise = undefined;
  }

  lowerEnd(instruction: Instruction): void {
    const control = this.controls.pop()!;
    const out = this.out;
    const fallsThrough = !this.dead;
    leaveRegion(this, control, instruction.offset);
    if (fallsThrough) this.settle(control);
    if (this.controls.length === 0) {
      this.endFunction(control, fallsThrough);
      return;
    }
    const loop = control.op === Op.Loop;
    // An `if` without `else` arrives here with its parameters, which are its results.
    const reached = fallsThrough || control.otherwise !== undefined || (!loop && control.label.used);
    if (!reached) {
      // Nothing comes here: the code behind is dead too.
      this.stack.truncate(control.height);
      this.die();
      return;
    }
    if (!loop) {
      control.label.key = instruction.end;
      out.place(control.label, fallsThrough);
      if (control.otherwise !== undefined) {
        control.otherwise.key = instruction.end;
        out.place(control.otherwise, false);
      }
    }
    this.revive(control, control.endTypes);
  }

  endFunction(control: Control, fallsThrough: boolean): void {
    const { label } = control;
    if (!fallsThrough && !label.used) return;
    const out = this.out;
    out.place(label, fallsThrough);
    this.revive(control, control.endTypes);
    const first = out.nodes.length;
    const refs = this.stack.topRef();
    this.lowerReturn();
    if (this.exact) {
      const node = out.nodes[first]!;
      this.places.set(label.key, node);
      this.noteRefs(node, refs);
    }
    this.die();
  }

  settle(control: Control): void {
    const { length } = control.endTypes;
    this.stack.materialiseTop(length);
    // Only in a legacy catch do they not stand in place: the exception is below them.
    if (!this.inPlace(control, control.endTypes)) this.moveOperands(this.top(length), control.base, false);
  }

  revive(control: Control, types: readonly ValType[]): void {
    this.dead = false;
    this.stack.truncate(control.height);
    this.stack.pushAll(types);
  }

  die(): void {
    this.dead = true;
    this.out.pending = 0;
  }

  control(label: number): Control {
    return this.controls[this.controls.length - 1 - label]!;
  }

  labelTypes(control: Control): readonly ValType[] {
    return control.op === Op.Loop ? control.startTypes : control.endTypes;
  }

  /** Whether a branch to `control` finds the operands it carries where the label wants them. */
  inPlace(control: Control, types: readonly ValType[]): boolean {
    const stack = this.stack;
    const count = types.length;
    if (count === 0) return true;
    const { slot } = stack.peek(count - 1);
    return slot === control.base && !stack.isFoldedFrom(slot);
  }

  /** An unconditional branch, with the moves that it needs. */
  branch(index: number): void {
    const control = this.control(index);
    const types = this.labelTypes(control);
    if (this.controls.length - 1 === index) {
      this.lowerReturn();
      return;
    }
    if (!this.inPlace(control, types)) this.moveOperands(this.top(types.length), control.base, false);
    this.out.emitBranch(Code.Br, control.label);
  }

  /** Where a conditional branch should go: the label itself, or a stub that moves operands first. */
  branchLabel(index: number, at: number): Label {
    const control = this.control(index);
    const types = this.labelTypes(control);
    if (this.inPlace(control, types)) return control.label;
    // Many operands are first put in place, so that the stub need not remember them one by one.
    if (types.length > LONG_MOVE) {
      this.stack.materialiseTop(types.length);
      if (this.inPlace(control, types)) return control.label;
    }
    const from = this.stack.peek(types.length - 1).slot;
    const operands =
      types.length > LONG_MOVE ? [] : this.top(types.length).map((operand) => ({ ...operand }));
    const label = makeLabel();
    control.label.used = true;
    this.stubs.push({
      label,
      at,
      emit: () => {
        if (types.length > LONG_MOVE) this.moveRange(types, from, control.base);
        else this.moveOperands(operands, control.base, false);
        this.out.emitBranch(Code.Br, control.label);
      },
    });
    return label;
  }

  /** Moves values of these types, all in their slots from `from` on, to `base`. */
  moveRange(types: readonly ValType[], from: number, base: number): void {
    if (from === base) return;
    const { out } = this;
    out.emit(types.some(isRef) ? Code.CopyRangeRefs : Code.CopyRange, base, from, wordsOfAll(types));
    // It writes many slots: nobody may redirect the first alone.
    out.barrier = out.nodes.length;
  }

  /** Copies of the topmost operands, lowest first. */
  top(count: number): readonly Operand[] {
    return this.stack.operands.slice(this.stack.height - count);
  }

  /**
   * Puts operands at `base` upwards. Slots only move down, so that ascending order never overwrites a source;
   * unless `overLocals`, where the destination may be a local that another operand stands for.
   */
  moveOperands(operands: readonly Operand[], base: number, overLocals: boolean): void {
    const stack = this.stack;
    const long = operands.length > LONG_MOVE;
    if (long || (overLocals && operands.length > 1)) {
      for (const operand of operands) stack.materialise(operand);
    }
    if (long) {
      const types = operands.map(({ type }) => type);
      this.moveRange(types, operands[0]!.slot, base);
      return;
    }
    let d = base;
    for (const operand of operands) {
      if (operand.kind !== OperandKind.Slot || operand.slot !== d) stack.writeTo(operand, d);
      d += wordsOf(operand.type);
    }
  }

  emitStubs(): void {
    for (let k = 0; k < this.stubs.length; k++) {
      const stub = this.stubs[k]!;
      if (!stub.label.used) continue;
      this.out.at = stub.at;
      this.out.place(stub.label, false);
      stub.emit();
    }
  }

  /** Branches to `label` when `condition`, just popped or about to be, is nonzero (or zero). */
  branchIf(condition: Operand, when: boolean, label: Label): void {
    const out = this.out;
    if (!this.exact && condition.kind === OperandKind.Slot) {
      const compare = out.lastDefinition(condition.slot);
      const codes = compare === undefined ? undefined : this.tools.branches.get(compare.op);
      if (compare !== undefined && codes !== undefined) {
        out.takeBack();
        out.emitBranch(codes[when ? 0 : 1], label, compare.a, compare.b);
        return;
      }
    }
    const a = this.stack.register(condition);
    out.emitBranch(when ? Code.BrIfNonZero : Code.BrIfZero, label, a);
  }

  /** Returns the topmost operands as the function's results. */
  lowerReturn(): void {
    const out = this.out;
    const results = this.func.type.results;
    const [type] = results;
    if (results.length === 1 && type !== undefined && !isRef(type) && type !== NumType.V128) {
      const a = this.stack.register(this.stack.peek());
      out.emit(type === NumType.I32 || type === NumType.F32 ? Code.Return32 : Code.Return64, 0, a);
      return;
    }
    this.moveOperands(this.top(results.length), 0, true);
    out.emit(Code.Return);
  }

  // ------------------------------------------------------------------ calls

  lowerCall(instruction: Instruction): void {
    const { checked } = this.tools;
    const stack = this.stack;
    switch (instruction.op) {
      case Op.Call: {
        const funcIdx = instruction.index;
        const type = this.functionType(funcIdx);
        const definedIdx = funcIdx - checked.importCounts.func;
        if (definedIdx < 0) this.call(type, Code.CallImport, 0, funcIdx, 0, 0, null);
        else this.call(type, Code.Call, 0, 0, 0, 0, this.func.module.func(definedIdx));
        return;
      }
      case Op.CallIndirect: {
        const type = this.funcTypeOf(instruction.index);
        const a = this.tableIndex(instruction.index2);
        this.call(
          type,
          Code.CallIndirect,
          1,
          a,
          checked.typeIds[instruction.index]!,
          instruction.index2,
          null,
        );
        return;
      }
      case Op.CallRef: {
        const type = this.funcTypeOf(instruction.index);
        this.call(type, Code.CallRef, 1, stack.register(stack.peek()), 0, 0, null);
        return;
      }
      case Op.ReturnCall:
      case Op.ReturnCallIndirect:
      case Op.ReturnCallRef:
        this.tailCall(instruction);
        this.die();
        return;
      default:
        return;
    }
  }

  canonical(type: ValType): ValType {
    return toCanonical(type, this.tools.checked.typeIds);
  }

  funcTypeOf(typeIdx: number): FuncType {
    const { checked } = this.tools;
    return checked.registry.funcType(checked.typeIds[typeIdx]!);
  }

  functionType(funcIdx: number): FuncType {
    const { checked } = this.tools;
    return checked.registry.funcType(checked.functionTypeIds[funcIdx]!);
  }

  /** Word offset of a table index, 32 bits wide whatever the table's index type. */
  tableIndex(tableIdx: number): number {
    const stack = this.stack;
    const operand = stack.peek();
    const a = stack.register(operand);
    if (!this.tools.checked.tableTypes[tableIdx]?.is64) return a;
    this.out.emit(Code.Special, operand.slot, a, 0, Op.I32WrapI64, NO_INDICES);
    stack.settle(operand);
    return operand.slot;
  }

  /** A call whose arguments stand below `extra` operands that are the callee's designation. */
  call<O extends Operation>(
    type: FuncType,
    op: O,
    extra: number,
    a: number,
    b: number,
    c: number,
    data: DataOf<O>,
  ): void {
    const stack = this.stack;
    const count = type.params.length;
    stack.popMany(extra);
    stack.materialiseTop(count);
    const base = count > 0 ? stack.peek(count - 1).slot : stack.top;
    this.boundary(op, base, a, b, c, data, count);
    stack.popMany(count);
    stack.pushAll(type.results);
  }

  tailCall(instruction: Instruction): void {
    const { checked } = this.tools;
    const stack = this.stack;
    let target: CallTarget;
    let type: FuncType;
    let a = 0;
    if (instruction.op === Op.ReturnCall) {
      type = this.functionType(instruction.index);
      target = { kind: "func", funcIdx: instruction.index, tableIdx: 0, typeId: 0 };
    } else {
      type = this.funcTypeOf(instruction.index);
      const indirect = instruction.op === Op.ReturnCallIndirect;
      if (indirect) this.tableIndex(instruction.index2);
      // In its slot it is safe from the arguments' move over the locals.
      stack.materialise(stack.peek());
      a = stack.peek().slot;
      const typeId = checked.typeIds[instruction.index]!;
      target = { kind: indirect ? "table" : "ref", funcIdx: 0, tableIdx: instruction.index2, typeId };
      stack.pop();
    }
    const count = type.params.length;
    stack.materialiseTop(count);
    const from = count > 0 ? stack.peek(count - 1).slot : stack.top;
    this.out.emitBoundary(Code.TailCall, from, a, wordsOfAll(type.params), 0, target, []);
  }

  // ------------------------------------------------------------------ everything else

  lowerPlain(instruction: Instruction): void {
    const stack = this.stack;
    switch (instruction.op) {
      case Op.Drop:
        stack.pop();
        return;
      case Op.Select:
      case Op.SelectT:
        this.select();
        return;
      case Op.GlobalGet:
        this.globalGet(instruction.index);
        return;
      case Op.GlobalSet:
        this.globalSet(instruction.index);
        return;
      case Op.RefNull:
        this.constant(
          this.canonical(refType(instruction.heap, true, instruction.exact)),
          OperandKind.Null,
          0,
          0,
        );
        return;
      case Op.RefFunc:
        this.special(instruction, 0, [refType(HeapType.Func, false)]);
        return;
      case Op.RefAsNonNull: {
        const { type } = stack.peek();
        this.special(instruction, 1, [type]);
        return;
      }
      case Op.TableGet: {
        const type = this.tools.checked.tableTypes[instruction.index]?.element ?? NULL_REF;
        this.tableIndex(instruction.index);
        this.special(instruction, 1, [type]);
        return;
      }
      case Op.TableSet: {
        const value = stack.pop();
        this.tableIndex(instruction.index);
        stack.restore(value);
        this.special(instruction, 2, []);
        return;
      }
      case Op.TableSize:
        this.special(instruction, 0, [
          this.indexType(this.tools.checked.tableTypes[instruction.index]?.is64),
        ]);
        return;
      case Op.MemorySize:
        this.special(instruction, 0, [this.memoryIndexType(instruction.index)]);
        return;
      case Op.ElemDrop:
      case Op.DataDrop:
        this.special(instruction, 0, []);
        return;
      case Op.MemoryGrow:
        this.heavy(instruction, 1, [this.memoryIndexType(instruction.index)]);
        return;
      case Op.TableGrow:
        this.heavy(instruction, 2, [this.indexType(this.tools.checked.tableTypes[instruction.index]?.is64)]);
        return;
      case Op.MemoryFill:
      case Op.MemoryCopy:
      case Op.MemoryInit:
      case Op.TableFill:
      case Op.TableCopy:
      case Op.TableInit:
        this.heavy(instruction, 3, []);
        return;
      default:
        return;
    }
  }

  indexType(is64: boolean | undefined): ValType {
    return is64 ? NumType.I64 : NumType.I32;
  }

  memoryIndexType(memIdx: number): ValType {
    return this.indexType(this.tools.checked.memoryTypes[memIdx]?.is64);
  }

  lowerConstant(instruction: Instruction): void {
    const { lo, hi } = instruction;
    switch (instruction.op) {
      case Op.I32Const:
        this.constant(NumType.I32, OperandKind.Const32, lo, 0);
        return;
      case Op.F32Const:
        this.constant(NumType.F32, OperandKind.Const32, lo, 0);
        return;
      case Op.I64Const:
        this.constant(NumType.I64, OperandKind.Const64, lo, hi);
        return;
      default:
        this.constant(NumType.F64, OperandKind.Const64, lo, hi);
    }
  }

  constant(type: ValType, kind: OperandKind, a: number, b: number, data: Int32Array | null = null): void {
    const operand = this.stack.push(type, kind, a, b, data);
    if (this.exact) this.stack.materialise(operand);
  }

  localGet(index: number): void {
    const operand = this.stack.push(this.localTypes[index]!, OperandKind.Local, this.localAt[index]!);
    if (this.exact) this.stack.materialise(operand);
  }

  localSet(index: number, keep: boolean): void {
    const out = this.out;
    const stack = this.stack;
    const local = this.localAt[index]!;
    const type = this.localTypes[index]!;
    const value = stack.pop();
    const wasRead = stack.releaseLocal(local);
    if (value.kind !== OperandKind.Local || value.a !== local) {
      const last =
        this.exact || wasRead || value.kind !== OperandKind.Slot ? undefined : out.lastDefinition(value.slot);
      if (last === undefined) {
        stack.writeTo(value, local);
      } else {
        last.d = local;
        out.foldPending();
      }
    }
    if (!keep) return;
    if (this.exact) stack.push(type);
    else stack.push(type, OperandKind.Local, local);
  }

  globalGet(index: number): void {
    const type = this.tools.checked.globalTypes[index]?.type ?? NumType.I32;
    const { slot } = this.stack.push(type);
    if (isRef(type) || type === NumType.V128) this.out.emit(Code.GlobalGetSlow, slot, index, type);
    else this.out.emit(isWide(type) ? Code.GlobalGet64 : Code.GlobalGet32, slot, index);
  }

  globalSet(index: number): void {
    const value = this.stack.pop();
    const type = this.tools.checked.globalTypes[index]?.type ?? NumType.I32;
    const a = this.stack.register(value);
    const op =
      isRef(type) || type === NumType.V128
        ? Code.GlobalSetSlow
        : isWide(type)
          ? Code.GlobalSet64
          : Code.GlobalSet32;
    // d is no destination here: it must not look like a definition of the operand's slot.
    this.out.emit(op, -1, a, index, type);
  }

  select(): void {
    const stack = this.stack;
    const c = stack.register(stack.peek(0));
    const b = stack.register(stack.peek(1));
    const a = stack.register(stack.peek(2));
    const { type } = stack.peek(1);
    stack.popMany(3);
    const { slot } = stack.push(type);
    if (isRef(type) || type === NumType.V128) this.out.emit(Code.SelectSlow, slot, a, b, c, type);
    else this.out.emit(isWide(type) ? Code.Select64 : Code.Select32, slot, a, b, c);
  }

  /** An instruction executed outside the loop that neither grows nor takes long. */
  special(instruction: Instruction, operands: number, results: readonly ValType[]): void {
    const stack = this.stack;
    const at: number[] = [];
    for (let k = operands - 1; k >= 0; k--) at.push(stack.register(stack.peek(k)));
    stack.popMany(operands);
    const d = results.length > 0 ? stack.top : -1;
    stack.pushAll(results);
    this.out.emit(Code.Special, d, at[0] ?? 0, at[1] ?? 0, instruction.op, immediatesOf(instruction));
  }

  /** An instruction that may grow, take long or cost by size: it ends the region, with its operands in their slots. */
  heavy(instruction: Instruction, operands: number, results: readonly ValType[]): void {
    const stack = this.stack;
    stack.materialiseTop(operands);
    const a = operands > 0 ? stack.peek(operands - 1).slot : stack.top;
    this.boundary(
      Code.Heavy,
      a,
      a,
      this.tools.costs.of(instruction.op),
      instruction.op,
      immediatesOf(instruction),
      operands,
    );
    stack.popMany(operands);
    stack.pushAll(results);
  }

  lowerRegular(instruction: Instruction, form: Form, result: ValType): void {
    const stack = this.stack;
    const out = this.out;
    const exact = this.exact;
    switch (form.kind) {
      case FormKind.Unary: {
        const a = stack.register(stack.pop());
        out.emit(form.rr, stack.push(result).slot, a, 0, instruction.op);
        return;
      }
      case FormKind.Load:
        this.load(instruction, form, result);
        return;
      case FormKind.Store:
        this.store(instruction, form);
        return;
      default:
        break;
    }
    const y = stack.peek(0);
    const x = stack.peek(1);
    if (!exact && y.kind === OperandKind.Const32 && form.ri !== (-1 as Code)) {
      const a = stack.register(x);
      stack.popMany(2);
      out.emit(form.ri, stack.push(result).slot, a, y.a);
      return;
    }
    if (!exact && y.kind === OperandKind.Const64) {
      if (form.kind === FormKind.Binary64) {
        const a = stack.register(x);
        stack.popMany(2);
        out.emit(form.ri, stack.push(result).slot, a, y.a, y.b);
        return;
      }
      if (form.kind === FormKind.Compare64 && fitsOneWord(y)) {
        const a = stack.register(x);
        stack.popMany(2);
        out.emit(form.ri, stack.push(result).slot, a, y.a);
        return;
      }
      if (form.kind === FormKind.Shift64) {
        const a = stack.register(x);
        stack.popMany(2);
        this.shift64(instruction.op, stack.push(result).slot, a, y.a & 63);
        return;
      }
    }
    if (!exact && x.kind === OperandKind.Const32) {
      const code = form.commutative ? form.ri : form.swappedI;
      if (code !== (-1 as Code)) {
        const b = stack.register(y);
        stack.popMany(2);
        out.emit(code, stack.push(result).slot, b, x.a);
        return;
      }
    }
    if (!exact && x.kind === OperandKind.Const64 && form.kind === FormKind.Compare64 && fitsOneWord(x)) {
      const b = stack.register(y);
      stack.popMany(2);
      out.emit(form.swappedI, stack.push(result).slot, b, x.a);
      return;
    }
    if (!exact && x.kind === OperandKind.Const64 && form.kind === FormKind.Binary64 && form.commutative) {
      const b = stack.register(y);
      stack.popMany(2);
      out.emit(form.ri, stack.push(result).slot, b, x.a, x.b);
      return;
    }
    const a = stack.register(x);
    const b = stack.register(y);
    stack.popMany(2);
    out.emit(form.rr, stack.push(result).slot, a, b, instruction.op);
  }

  /** A 64-bit shift or rotation by a constant from 0 to 63. */
  shift64(op: Op, d: number, a: number, count: number): void {
    const out = this.out;
    const rotation = op === Op.I64Rotl || op === Op.I64Rotr;
    const by = op === Op.I64Rotr ? (64 - count) & 63 : count;
    if (by === 0) {
      out.emit(Code.Copy64, d, a);
      return;
    }
    if (rotation && by === 32) {
      out.emit(Code.I64Swap, d, a);
      return;
    }
    const low = by < 32;
    let code: Code;
    if (rotation) code = low ? Code.I64RotlLow : Code.I64RotlHigh;
    else if (op === Op.I64Shl) code = low ? Code.I64ShlLow : Code.I64ShlHigh;
    else if (op === Op.I64ShrU) code = low ? Code.I64ShrULow : Code.I64ShrUHigh;
    else code = low ? Code.I64ShrSLow : Code.I64ShrSHigh;
    out.emit(code, d, a, low ? by : by - 32);
  }

  /** The static offset, when the access can take the loop's fast path; else -1. */
  fastOffset(instruction: Instruction): number {
    if (instruction.memIdx !== 0 || instruction.hi !== 0) return -1;
    if (this.tools.checked.memoryTypes[0]?.is64) return -1;
    const offset = instruction.lo >>> 0;
    return offset < MAX_FAST_OFFSET ? offset : -1;
  }

  access(instruction: Instruction): MemoryAccess {
    return {
      memIdx: instruction.memIdx,
      offset: (instruction.hi >>> 0) * 2 ** 32 + (instruction.lo >>> 0),
      is64: this.tools.checked.memoryTypes[instruction.memIdx]?.is64 === true,
      bytes: this.tools.rows.byOp(instruction.op)?.accessBytes ?? 0,
      lane: instruction.lane,
    };
  }

  load(instruction: Instruction, form: Form, result: ValType): void {
    const stack = this.stack;
    const a = stack.register(stack.pop());
    const { slot } = stack.push(result);
    const offset = this.fastOffset(instruction);
    if (offset >= 0) this.out.emit(form.rr, slot, a, 0, offset);
    else this.out.emit(Code.Special, slot, a, 0, instruction.op, this.access(instruction));
  }

  store(instruction: Instruction, form: Form): void {
    const stack = this.stack;
    const value = stack.peek(0);
    const address = stack.peek(1);
    const offset = this.fastOffset(instruction);
    const a = stack.register(address);
    const immediate =
      !this.exact && offset >= 0 && value.kind === OperandKind.Const32 && form.ri !== (-1 as Code);
    const b = immediate ? value.a : stack.register(value);
    stack.popMany(2);
    if (offset < 0) this.out.emit(Code.Special, -1, a, b, instruction.op, this.access(instruction));
    else this.out.emit(immediate ? form.ri : form.rr, -1, a, b, offset);
  }
}

/** Whether a 64-bit constant is its low word, sign-extended. */
function fitsOneWord(constant: Operand): boolean {
  return constant.b === constant.a >> 31;
}

function isWide(type: ValType): boolean {
  return type === NumType.I64 || type === NumType.F64;
}

function at(localAt: readonly number[], index: number, types: readonly ValType[]): number {
  return localAt[index] ?? wordsOfAll(types);
}

/** Parameters and declared locals, canonical. */
function localTypes(checked: CheckedModule, func: FunctionCode): ValType[] {
  const types = [...func.type.params];
  for (const run of checked.module.code[func.definedIdx]?.locals ?? []) {
    const type = toCanonical(run.type, checked.typeIds);
    for (let k = 0; k < run.count; k++) types.push(type);
  }
  return types;
}

/** The immediates that the executing side needs; the record is only valid while reading. */
function immediatesOf(instruction: Instruction): Indices {
  return { index: instruction.index, index2: instruction.index2 };
}
