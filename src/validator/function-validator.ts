// Checks one expression at a time: a function body or a constant expression (spec 3.4 and the appendix's algorithm).
// Owns dispatch and the rules of control and variables; regular instructions go by the table, other rules are in *-rules.ts.
// Also the type-tracker of whoever re-reads a checked body: same calls, and the stacks are readable in between.

import type { Instruction } from "../isa/instruction.ts";
import { BlockKind } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import type { LocalRun } from "../module/module.ts";
import type { ValType } from "../module/types.ts";
import { isRef, NumType } from "../module/types.ts";
import { checkAggregate } from "./aggregate-rules.ts";
import { checkBulk } from "./bulk-rules.ts";
import { checkCall, checkCatches, tagParamsOf } from "./call-rules.ts";
import type { CheckedModule } from "./checked-module.ts";
import { Locals } from "./locals.ts";
import { checkReference } from "./reference-rules.ts";
import {
  Check,
  isExtendedConstant,
  NO_TYPE,
  OP_SUB_BITS,
  OP_SUB_MASK,
  type Rule,
  type Rules,
} from "./rules.ts";
import { TypeStack } from "./type-stack.ts";

const NO_TYPES: readonly ValType[] = [];
/**
 * Validates expressions of one module, one after the other, without allocating per
 * instruction. Every method but `begin…` throws a `ValidationError` where the
 * code is invalid, a `LimitError` where a limit is exceeded.
 */
export class FunctionValidator extends TypeStack {
  private readonly rules: Rules;
  private readonly bytes: Uint8Array;
  private constant = false;
  private readonly locals: Locals;
  private readonly listedLocals: readonly ValType[];
  /** Whether memory 0 is there and addressed by i32. */
  private hasMemory32 = false;

  /** @param rules those of the module's features */
  constructor(checked: CheckedModule, rules: Rules) {
    super(checked);
    this.locals = new Locals(checked.limits.locals);
    this.listedLocals = this.locals.listed;
    this.rules = rules;
    this.bytes = checked.module.bytes;
  }

  /** Starts a function body. `offset` is for errors in its locals. */
  begin(funcIdx: number, locals: readonly LocalRun[], offset = 0): void {
    this.clear();
    this.funcIdx = funcIdx;
    this.offset = offset;
    this.constant = false;
    this.hasMemory32 = this.checked.memoryTypes[0]?.is64 === false;
    const type = this.calleeTypeOf(funcIdx);
    this.locals.begin(type.params);
    for (const { count, type: declared } of locals) this.locals.add(count, this.canonical(declared));
    this.pushFrame(Op.Block, NO_TYPES, type.results, 0);
  }

  /** Starts a constant expression that must give one value of the canonical type `expected`. */
  beginConstant(expected: ValType, offset = 0): void {
    this.clear();
    this.funcIdx = undefined;
    this.offset = offset;
    this.constant = true;
    this.locals.begin(NO_TYPES);
    this.pushFrame(Op.Block, NO_TYPES, this.singleton(expected), 0);
  }

  /** Whether local `idx` is readable at this point: it has been set, or its type has a default. */
  isInitialized(idx: number): boolean {
    return this.locals.isInitialized(idx);
  }

  /** Canonical types of the current body's parameters and locals. */
  localTypes(): ValType[] {
    return this.locals.types();
  }

  /**
   * Judges the next instruction and moves the stacks past it. What most instructions are is judged here without a call: reading a local,
   * and one or two operands of the very types of a signature.
   */
  instruction(instruction: Instruction): void {
    const op = instruction.op;
    this.offset = instruction.offset;
    const { stack } = this;
    if (op >= Op.LocalGet && op <= Op.LocalTee) {
      const type = this.listedLocals[instruction.index];
      if (type !== undefined && type !== 0) {
        if (op === Op.LocalGet) {
          stack[this.height++] = type;
          return;
        }
        const below = this.height - 1;
        if (below >= this.frame.height && stack[below] === type) {
          if (op === Op.LocalSet) this.height = below;
          return;
        }
      }
    }
    const rule = this.rules.made[op >>> OP_SUB_BITS]?.[op & OP_SUB_MASK] ?? this.rules.make(op);
    if (this.constant && !rule.constant) {
      const hint = isExtendedConstant(op) ? ", which needs the feature extended-const" : "";
      this.fail(`constant expression required: found ${rule.mnemonic}${hint}`);
    }
    if (rule.check === Check.Irregular) {
      this.irregular(instruction);
      return;
    }
    if (
      rule.check !== Check.Nothing &&
      (rule.check !== Check.MemArg ||
        instruction.align > rule.naturalAlign ||
        instruction.memIdx !== 0 ||
        instruction.hi !== 0 ||
        !this.hasMemory32)
    ) {
      this.regular(instruction, rule);
      return;
    }
    const { arity } = rule;
    let { height } = this;
    if (arity > 0) {
      if (
        height - arity < this.frame.height ||
        stack[height - 1] !== rule.last ||
        (arity > 1 && stack[height - 2] !== rule.lastButOne)
      ) {
        this.apply(rule.params, rule.results);
        return;
      }
      height -= arity;
    }
    if (rule.result !== NO_TYPE) stack[height++] = rule.result;
    this.height = height;
  }

  /** Checks the immediates of a regular instruction, then its operands. */
  private regular(instruction: Instruction, rule: Rule): void {
    let is64 = false;
    if (rule.memory !== "none") {
      const memIdx = rule.memory === "memArg" ? instruction.memIdx : instruction.index;
      const memory = this.checked.memoryTypes[memIdx] ?? this.fail(`unknown memory ${memIdx}`);
      is64 = memory.is64;
      if (rule.memory === "memArg") {
        if (instruction.align > rule.naturalAlign) {
          this.fail(
            `alignment must not be larger than natural: 2^${instruction.align} of ${rule.mnemonic}, at most 2^${rule.naturalAlign}`,
          );
        }
        if (rule.atomic && instruction.align !== rule.naturalAlign) {
          this.fail(`atomic alignment must be natural: ${rule.mnemonic} needs 2^${rule.naturalAlign}`);
        }
        if (!is64 && instruction.hi !== 0) this.fail("offset out of range: it needs more than 32 bits");
      }
    }
    if (rule.lanes !== 0 && instruction.lane >= rule.lanes) this.badLane(instruction.lane, rule.lanes);
    if (rule.shuffleLanes !== 0) {
      for (const lane of this.bytes.subarray(instruction.bytesAt, instruction.bytesAt + 16)) {
        if (lane >= rule.shuffleLanes) this.badLane(lane, rule.shuffleLanes);
      }
    }
    if (is64) this.apply(rule.params64, rule.results64);
    else this.apply(rule.params, rule.results);
  }

  /** Pops `params`, pushes `results`. Operands of these very types are no list that is moved. */
  private apply(params: readonly ValType[], results: readonly ValType[]): void {
    const { stack } = this;
    const height = this.height - params.length;
    let fits = height >= this.frame.height;
    for (let i = 0; fits && i < params.length; i++) fits = stack[height + i] === params[i];
    if (fits) this.height = height;
    else this.popAll(params);
    for (let i = 0; i < results.length; i++) this.push(results[i]!);
  }

  /**
   * The most frequent first: V8 counts how many bytes of bytecode stand before a function's return, and optimises one that has counted
   * many.
   */
  private irregular(instruction: Instruction): void {
    switch (instruction.op) {
      case Op.End: {
        const { opcode, startTypes, endTypes, initHeight } = this.popFrame();
        if (opcode === Op.If) this.checkMissingElse(startTypes, endTypes);
        this.locals.forget(initHeight);
        this.pushAll(endTypes);
        return;
      }
      case Op.Block:
      case Op.Loop:
      case Op.If:
      case Op.Try:
        this.openBlock(instruction, instruction.op);
        return;
      case Op.BrIf:
        this.pop(NumType.I32);
        this.retype(this.labelTypes(this.frameOf(instruction.index)));
        return;
      case Op.Call: {
        const type = this.calleeTypeOf(instruction.index);
        this.popAll(type.params);
        this.pushAll(type.results);
        return;
      }
      case Op.Br:
        this.popAll(this.labelTypes(this.frameOf(instruction.index)));
        this.setUnreachable();
        return;
      case Op.GlobalGet:
        this.push(this.readableGlobal(instruction.index));
        return;
      case Op.GlobalSet: {
        const idx = instruction.index;
        const global = this.checked.globalTypes[idx] ?? this.fail(`unknown global ${idx}`);
        if (!global.mutable) this.fail(`immutable global ${idx}`);
        this.pop(global.type);
        return;
      }
      case Op.Drop:
        this.popAny();
        return;
      case Op.Select:
        this.select();
        return;
      case Op.Return:
        this.leave();
        return;
      case Op.Unreachable:
        this.setUnreachable();
        return;
      case Op.BrTable:
        this.branchTable(instruction.labels);
        return;
      case Op.Else: {
        if (this.frame.opcode !== Op.If) this.fail("type mismatch: else without if");
        const { startTypes, endTypes, initHeight } = this.popFrame();
        this.locals.forget(initHeight);
        this.pushFrame(Op.Else, startTypes, endTypes, initHeight);
        return;
      }
      case Op.LocalGet: {
        const idx = instruction.index;
        const type = this.localType(idx);
        if (!this.isInitialized(idx)) this.fail(`uninitialized local ${idx}`);
        this.push(type);
        return;
      }
      case Op.LocalSet:
        this.setLocal(instruction.index);
        return;
      case Op.LocalTee:
        this.push(this.setLocal(instruction.index));
        return;
      case Op.SelectT: {
        const [listed, ...others] = instruction.types;
        if (listed === undefined || others.length > 0) {
          throw this.fail(`invalid result arity: select takes one type, not ${instruction.types.length}`);
        }
        const type = this.canonical(listed);
        this.pop(NumType.I32);
        this.pop(type);
        this.pop(type);
        this.push(type);
        return;
      }
      case Op.TryTable:
        checkCatches(this, instruction);
        this.openBlock(instruction, Op.TryTable);
        return;
      case Op.Catch: {
        const params = tagParamsOf(this, instruction.index);
        this.openHandler(Op.Catch);
        this.pushAll(params);
        return;
      }
      case Op.CatchAll:
        this.openHandler(Op.CatchAll);
        return;
      case Op.Delegate: {
        if (this.frame.opcode !== Op.Try) this.fail("type mismatch: delegate without try");
        const { endTypes, initHeight } = this.popFrame();
        this.locals.forget(initHeight);
        this.frameOf(instruction.index);
        this.pushAll(endTypes);
        return;
      }
      default:
        if (checkCall(this, instruction)) return;
        if (checkReference(this, instruction)) return;
        if (checkAggregate(this, instruction)) return;
        if (checkBulk(this, instruction)) return;
        throw new Error(`no validation rule for opcode 0x${instruction.op.toString(16)}`);
    }
  }

  /** Pops what local `idx` is set to; gives the local's type. */
  private setLocal(idx: number): ValType {
    const type = this.localType(idx);
    this.pop(type);
    this.locals.set(idx);
    return type;
  }

  private localType(idx: number): ValType {
    return this.locals.type(idx) ?? this.fail(`unknown local ${idx}`);
  }

  private readableGlobal(idx: number): ValType {
    const { globalTypes, importCounts, features } = this.checked;
    const global = globalTypes[idx];
    if (global === undefined) this.fail(`unknown global ${idx}`);
    if (this.constant) {
      // Before the GC proposal only imported globals were visible to constant expressions.
      if (idx >= importCounts.global && !features.has("gc")) {
        this.fail(`unknown global ${idx}: one that is not imported needs the feature gc`);
      }
      if (global.mutable) this.fail(`constant expression required: global ${idx} is mutable`);
    }
    return global.type;
  }

  private openBlock(instruction: Instruction, opcode: Op): void {
    let startTypes = NO_TYPES;
    let endTypes = NO_TYPES;
    if (instruction.blockKind === BlockKind.Value) {
      endTypes = this.singleton(this.canonical(instruction.blockType));
    } else if (instruction.blockKind === BlockKind.TypeIdx) {
      const type = this.funcTypeOf(instruction.blockType);
      startTypes = type.params;
      endTypes = type.results;
    }
    if (opcode === Op.If) this.pop(NumType.I32);
    this.popAll(startTypes);
    this.pushFrame(opcode, startTypes, endTypes, this.locals.setCount);
  }

  /** An `if` without `else` passes its parameters on as its results. */
  private checkMissingElse(params: readonly ValType[], results: readonly ValType[]): void {
    this.countMoves(params.length);
    if (!this.registry.allMatch(params, results)) {
      this.fail(
        `type mismatch: block requires ${this.text(results)} but stack has ${this.text(params)}, since the if has no else`,
      );
    }
  }

  /** Ends a legacy `try` or one of its `catch` parts and opens the next part. */
  private openHandler(opcode: Op.Catch | Op.CatchAll): void {
    if (this.frame.opcode !== Op.Try && this.frame.opcode !== Op.Catch) {
      this.fail("type mismatch: catch without try");
    }
    const { endTypes, initHeight } = this.popFrame();
    this.locals.forget(initHeight);
    this.pushFrame(opcode, NO_TYPES, endTypes, initHeight);
  }

  private branchTable(labels: readonly number[]): void {
    this.pop(NumType.I32);
    const targets = [...labels];
    const last = this.labelTypes(this.frameOf(targets.pop()!)); // the default, which is always there
    this.peekAll(last);
    let previous = last;
    for (const target of targets) {
      const types = this.labelTypes(this.frameOf(target));
      if (types === previous) continue;
      if (types.length !== last.length) {
        this.fail(
          `type mismatch: label ${target} requires ${this.text(types)} but the default label ${this.text(last)}`,
        );
      }
      this.peekAll(types);
      previous = types;
    }
    this.popAll(last);
    this.setUnreachable();
  }

  private leave(): void {
    this.popAll(this.bodyResults);
    this.setUnreachable();
  }

  private select(): void {
    this.pop(NumType.I32);
    const second = this.popAny();
    const first = this.popAny();
    if (isRef(first) || isRef(second)) {
      const found = this.textOf(isRef(first) ? first : second);
      this.fail(`type mismatch: instruction requires numeric or vector type but stack has ${found}`);
    }
    if (first !== second && first !== NumType.Bottom && second !== NumType.Bottom) {
      this.fail(
        `type mismatch: instruction requires ${this.text([first, first])} but stack has ${this.text([first, second])}`,
      );
    }
    this.push(first === NumType.Bottom ? second : first);
  }

  private badLane(lane: number, lanes: number): never {
    this.fail(`invalid lane index ${lane}: there are ${lanes}`);
  }
}
