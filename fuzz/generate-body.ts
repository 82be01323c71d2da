// Generates one function body: random, valid, and certain to end.
// Works like the validator, on a stack of operand types, and prefers to use what is already on the stack:
// operands that stay pending across blocks, branches and calls are what a register lowering gets wrong.
// Owns operands, variables and control; every other kind of instruction is a group of its own.
//
// Ends for certain: every way back to a loop's label, and every entry of a function that calls, counts something down.

import type {
  BodyWriter,
  Choice,
  Control,
  FunctionShape,
  InstructionGroup,
  ModuleShape,
  Step,
} from "./body-writer.ts";
import {
  F32,
  F64,
  I32,
  I64,
  isNullable,
  isRef,
  littleEndian,
  signed,
  type Type,
  typeBytes,
  unsigned,
  V128,
} from "./encode.ts";
import { AGGREGATES } from "./generate-aggregates.ts";
import { CALLS } from "./generate-calls.ts";
import { EXCEPTIONS } from "./generate-exceptions.ts";
import { FAR, MEMORY } from "./generate-memory.ts";
import { toNumber } from "./generate-observers.ts";
import { OPERATORS, operator } from "./generate-operators.ts";
import { constantReference, REFERENCES } from "./generate-references.ts";
import { TABLES } from "./generate-tables.ts";
import { sameTypes } from "./generate-types.ts";
import type { Random } from "./random.ts";
import { edgeF32, edgeF64, edgeI32, edgeI64 } from "./values.ts";

const GROUPS: readonly InstructionGroup[] = [
  OPERATORS,
  CALLS,
  MEMORY,
  TABLES,
  REFERENCES,
  AGGREGATES,
  EXCEPTIONS,
];

export interface Body {
  readonly locals: readonly Type[];
  readonly steps: readonly Step[];
}

const MAX_NESTING = 6;
/** Turns of the innermost loop for one entry of the function, at most. */
const MAX_TURNS = 48;

export function generateBody(random: Random, shape: ModuleShape, self: FunctionShape, size: number): Body {
  return new BodyGenerator(random, shape, self, size).run();
}

class BodyGenerator implements BodyWriter {
  readonly random: Random;
  readonly shape: ModuleShape;
  readonly self: FunctionShape;
  readonly #size: number;
  readonly #steps: Step[] = [];
  readonly stack: Type[] = [];
  readonly #controls: Control[] = [];
  readonly #locals: Type[];
  /** Locals that only their owner writes: loop counters, scratch. */
  readonly #reserved = new Set<number>();
  readonly #scratch = new Map<Type, number>();
  dead = false;
  #turns = 1;
  /** Operands below this height are spoken for: an expression must not use them up. */
  #floor = 0;

  constructor(random: Random, shape: ModuleShape, self: FunctionShape, size: number) {
    this.random = random;
    this.shape = shape;
    this.self = self;
    this.#size = size;
    this.#locals = [...self.type.params];
    const defaultable = shape.types.filter((type) => !isRef(type) || isNullable(type));
    for (let left = random.below(5); left > 0; left--) this.#locals.push(random.pick(defaultable));
  }

  run(): Body {
    const { results } = this.self.type;
    this.open({ labelTypes: results, endTypes: results }, []);
    if (!this.self.leaf) this.#enterFunction();
    this.#locals.forEach((type, k) => {
      if (k < this.self.type.params.length || !isRef(type) || !this.random.chance(0.6)) return;
      this.constant(type);
      this.#indexed("local.set", 0x21, k, 1);
    });
    while (this.#steps.length < this.#size && !this.dead) this.#statement();
    this.finish(results);
    this.#controls.pop();
    this.emit("end", 0x0b);
    return { locals: this.#locals.slice(this.self.type.params.length), steps: this.#steps };
  }

  // ------------------------------------------------------------------ emitting

  emit(op: string, ...bytes: readonly number[]): void {
    this.#steps.push({ op, bytes });
  }

  instruction(op: string, bytes: readonly number[], pops: number, ...pushes: readonly Type[]): void {
    this.#steps.push({ op, bytes });
    this.stack.length -= pops;
    this.stack.push(...pushes);
  }

  get full(): boolean {
    return this.#steps.length >= this.#size;
  }

  get height(): number {
    return (this.#controls.at(-1) as Control).height;
  }

  get canNest(): boolean {
    return this.#controls.length < MAX_NESTING;
  }

  i32(value: number): void {
    this.emit("i32.const", 0x41, ...signed(BigInt(value | 0)));
    this.stack.push(I32);
  }

  i64(value: bigint): void {
    this.emit("i64.const", 0x42, ...signed(BigInt.asIntN(64, value)));
    this.stack.push(I64);
  }

  /** An instruction without immediates. */
  #plain(op: string, opcode: number, pops: number, ...pushes: readonly Type[]): void {
    this.instruction(op, [opcode], pops, ...pushes);
  }

  #indexed(op: string, opcode: number, index: number, pops: number, ...pushes: readonly Type[]): void {
    this.instruction(op, [opcode, ...unsigned(index)], pops, ...pushes);
  }

  // ------------------------------------------------------------------ operands

  match(types: readonly Type[], depth = 2): void {
    const available = this.stack.length - Math.max(this.height, this.#floor);
    let have = Math.min(available, types.length);
    while (have > 0 && !this.#endsWith(types.slice(0, have))) have--;
    // Now and then fresh ones all the same.
    if (have > 0 && this.random.chance(0.15)) have = 0;
    for (let k = have; k < types.length; k++) this.push(types[k] as Type, depth);
  }

  #endsWith(types: readonly Type[]): boolean {
    const from = this.stack.length - types.length;
    return types.every((type, k) => this.#fits(this.stack[from + k] as Type, type));
  }

  #fits(type: Type, wanted: Type): boolean {
    return this.shape.space.isSubtype(type, wanted);
  }

  /** The topmost operands are of these types from now on, supertypes of what they were. */
  #settle(types: readonly Type[]): void {
    this.stack.splice(this.stack.length - types.length, types.length, ...types);
  }

  /** Locals that can be read as this type. */
  #readable(type: Type): number[] {
    const scratch = new Set(this.#scratch.values());
    // What is in scratch locals may be a NaN whose bits nobody must see.
    return [...this.#locals.keys()].filter(
      (k) => this.#fits(this.#locals[k] as Type, type) && !scratch.has(k),
    );
  }

  /** Locals to which this type can be written. */
  #writable(type: Type): number[] {
    return [...this.#locals.keys()].filter(
      (k) => this.#fits(type, this.#locals[k] as Type) && !this.#reserved.has(k),
    );
  }

  #globals(accept: (type: Type) => boolean, write: boolean): number[] {
    const { globals, budget, accumulator } = this.shape;
    return [...globals.keys()].filter((k) => {
      const { type, mutable } = globals[k] as { type: Type; mutable: boolean };
      return accept(type) && !(write && (!mutable || k === budget || k === accumulator));
    });
  }

  newLocal(type: Type, reserve: boolean): number {
    const index = this.#locals.push(type) - 1;
    if (reserve) this.#reserved.add(index);
    return index;
  }

  scratchLocal(type: Type): number {
    const index = this.#scratch.get(type) ?? this.newLocal(type, true);
    this.#scratch.set(type, index);
    return index;
  }

  constant(type: Type): void {
    const { random } = this;
    switch (type) {
      case I32:
        this.i32(edgeI32(random));
        return;
      case I64:
        this.i64(edgeI64(random));
        return;
      case F32:
        this.emit("f32.const", 0x43, ...littleEndian(BigInt(edgeF32(random)), 4));
        break;
      case F64:
        this.emit("f64.const", 0x44, ...littleEndian(edgeF64(random), 8));
        break;
      case V128: {
        const halves = [edgeI64(random), edgeI64(random)].map((half) => BigInt.asUintN(64, half));
        this.emit("v128.const", 0xfd, 12, ...halves.flatMap((half) => littleEndian(half, 8)));
        break;
      }
      default:
        constantReference(this, type);
        return;
    }
    this.stack.push(type);
  }

  small(bound: number, depth: number): void {
    const { random } = this;
    if (random.chance(0.5)) {
      this.i32(random.below(bound));
    } else if (random.chance(0.03)) {
      this.push(I32, depth);
    } else {
      this.push(I32, depth);
      this.i32(bound - 1);
      this.#plain("i32.and", 0x71, 2, I32);
    }
  }

  index(is64: boolean, bound: number, depth: number): void {
    const { random } = this;
    if (!is64) this.small(bound, depth);
    else if (random.chance(0.6)) this.i64(BigInt(random.below(bound)));
    else if (random.chance(0.04)) this.i64(random.pick(FAR));
    else if (random.chance(0.03)) this.push(I64, depth);
    else {
      this.push(I64, depth);
      this.i64(BigInt(bound - 1));
      this.#plain("i64.and", 0x83, 2, I64);
    }
  }

  condition(depth: number): void {
    const { random } = this;
    if (random.chance(0.4)) this.push(I32, depth);
    else this.#fresh(() => operator(this, random.pick(this.shape.regular.comparisons), depth - 1));
  }

  #leaf(type: Type): void {
    const { random } = this;
    const locals = this.#readable(type);
    const globals = this.#globals((held) => this.#fits(held, type), false);
    random.weighted([
      [3, () => this.constant(type)],
      [locals.length > 0 ? 6 : 0.01, () => this.#localGet(type, locals)],
      [globals.length > 0 ? 2 : 0, () => this.#globalGet(random.pick(globals))],
    ])();
  }

  #localGet(type: Type, locals: readonly number[]): void {
    if (locals.length === 0 && isRef(type) && !isNullable(type)) {
      this.constant(type);
      return;
    }
    const index = locals.length > 0 ? this.random.pick(locals) : this.newLocal(type, false);
    this.#indexed("local.get", 0x20, index, 0, this.#locals[index] as Type);
  }

  #globalGet(index: number): void {
    this.#indexed("global.get", 0x23, index, 0, (this.shape.globals[index] as { type: Type }).type);
  }

  push(type: Type, depth: number): void {
    this.#fresh(() => this.#expression(type, depth));
  }

  #fresh(generate: () => void): void {
    const floor = this.#floor;
    this.#floor = this.stack.length;
    generate();
    this.#floor = floor;
  }

  #expression(type: Type, depth: number): void {
    if (depth <= 0 || this.full) {
      this.#leaf(type);
      return;
    }
    const choices: Choice[] = [
      [6, () => this.#leaf(type)],
      [1.2, () => this.#tee(type, depth - 1)],
      [1, () => this.#select(type, depth - 1)],
    ];
    if (this.canNest) {
      choices.push([0.7, () => this.#block([], [type])]);
      choices.push([0.7, () => this.#if([], [type])]);
      choices.push([0.4, () => this.#loop([], [type])]);
    }
    for (const group of GROUPS) choices.push(...group.expressions(this, type, depth - 1));
    this.random.weighted(choices)();
  }

  #tee(type: Type, depth: number): void {
    this.push(type, depth);
    const locals = this.#writable(type).filter((k) => this.#locals[k] === type);
    if (locals.length > 0) this.#indexed("local.tee", 0x22, this.random.pick(locals), 1, type);
  }

  #select(type: Type, depth: number): void {
    this.match([type, type], depth);
    this.condition(depth);
    if (isRef(type) || this.random.chance(0.2)) {
      this.instruction("select t", [0x1c, 1, ...typeBytes(type)], 3, type);
    } else {
      this.instruction("select", [0x1b], 3, type);
    }
  }

  /** Function indices that this body may call. */
  callees(fits: (type: FunctionShape["type"], typeIdx: number) => boolean): number[] {
    if (this.self.leaf) return [];
    const { functions } = this.shape;
    return [...functions.keys()].filter((k) => {
      const { type, typeIdx } = functions[k] as FunctionShape;
      return fits(type, typeIdx);
    });
  }

  /** Out of budget: gives up, or returns at once; else counts down. */
  #enterFunction(): void {
    const { budget } = this.shape;
    this.#indexed("global.get", 0x23, budget, 0, I32);
    this.i32(0);
    this.#plain("i32.le_s", 0x4c, 2, I32);
    this.stack.length -= 1;
    this.emit("if", 0x04, 0x40);
    if (this.random.chance(0.3)) {
      this.emit("unreachable", 0x00);
    } else {
      for (const type of this.self.type.results) this.constant(type);
      this.stack.length -= this.self.type.results.length;
      this.emit("return", 0x0f);
    }
    this.emit("end", 0x0b);
    this.#indexed("global.get", 0x23, budget, 0, I32);
    this.i32(-1);
    this.#plain("i32.add", 0x6a, 2, I32);
    this.#indexed("global.set", 0x24, budget, 1);
  }

  // ------------------------------------------------------------------ control

  blockType(params: readonly Type[], results: readonly Type[]): number[] {
    if (params.length === 0 && results.length === 0 && this.random.chance(0.9)) return [0x40];
    if (params.length === 0 && results.length === 1 && this.random.chance(0.8))
      return typeBytes(results[0] as Type);
    return signed(BigInt(this.shape.space.functionIndex({ params, results })));
  }

  someOperands(): Type[] {
    const available = Math.min(this.stack.length - this.height, this.random.chance(0.1) ? 12 : 4);
    const count = this.random.below(available + 1);
    return count === 0 ? [] : this.stack.slice(-count);
  }

  someTypes(usually: number): Type[] {
    const most = this.random.chance(0.05) ? 12 : usually;
    return Array.from({ length: this.random.below(most + 1) }, () => this.random.pick(this.shape.types));
  }

  open(control: Omit<Control, "height">, params: readonly Type[]): void {
    this.#controls.push({ ...control, height: this.stack.length - params.length });
    this.dead = false;
  }

  close(): void {
    const { height, endTypes } = this.#controls.pop() as Control;
    this.stack.length = height;
    this.stack.push(...endTypes);
    this.dead = false;
  }

  end(): void {
    this.emit("end", 0x0b);
    this.close();
  }

  nextArm(operands: readonly Type[], isHandler = false): void {
    this.#controls.push({ ...(this.#controls.pop() as Control), isHandler });
    this.stack.length = this.height;
    this.stack.push(...operands);
    this.dead = false;
  }

  statements(most: number): void {
    for (let left = this.random.below(most + 1); left > 0 && !this.full; left--) {
      if (this.dead && this.random.chance(0.5)) return;
      this.#statement();
    }
  }

  #block(params: readonly Type[], results: readonly Type[]): void {
    const type = this.blockType(params, results);
    this.emit("block", 0x02, ...type);
    this.open({ labelTypes: results, endTypes: results }, params);
    this.statements(5);
    this.finish(results);
    this.end();
  }

  #if(params: readonly Type[], results: readonly Type[]): void {
    const type = this.blockType(params, results);
    this.condition(2);
    this.emit("if", 0x04, ...type);
    this.stack.pop();
    this.open({ labelTypes: results, endTypes: results }, params);
    this.statements(4);
    this.finish(results);
    if (!sameTypes(params, results) || this.random.chance(0.6)) {
      this.emit("else", 0x05);
      this.nextArm(params);
      this.statements(4);
      this.finish(results);
    }
    this.end();
  }

  #loop(params: readonly Type[], results: readonly Type[]): void {
    const random = this.random;
    const turns = random.between(1, 6);
    const outerTurns = this.#turns;
    const byBudget = !this.self.leaf && (random.chance(0.3) || this.#turns * turns > MAX_TURNS);
    if (!byBudget && this.#turns * turns > MAX_TURNS) {
      this.#block(params, results);
      return;
    }
    // A loop with a single way back may test its counter for zero alone.
    const single = random.chance(0.5);
    const guard = byBudget ? () => this.#budgetGuard() : this.#counterGuard(turns, single);
    const type = this.blockType(params, results);
    this.emit("loop", 0x03, ...type);
    const again = single ? undefined : guard;
    this.open({ labelTypes: params, endTypes: results, guard: again, isLoop: true }, params);
    if (!byBudget) this.#turns *= turns;
    this.statements(6);
    if (!this.dead) {
      this.finish(params);
      guard();
      this.#indexed("br_if", 0x0d, 0, 1);
      this.#settle(params);
    }
    this.finish(results);
    this.end();
    this.#turns = outerTurns;
  }

  manyTurns(turns: number, body: () => void): void {
    const outer = this.#turns;
    if (outer * turns > MAX_TURNS) return;
    this.#turns *= turns;
    body();
    this.#turns = outer;
  }

  #budgetGuard(): void {
    const { budget } = this.shape;
    this.#indexed("global.get", 0x23, budget, 0, I32);
    this.i32(1);
    this.#plain("i32.sub", 0x6b, 2, I32);
    this.#indexed("global.set", 0x24, budget, 1);
    this.#indexed("global.get", 0x23, budget, 0, I32);
    this.i32(0);
    this.#plain("i32.gt_s", 0x4a, 2, I32);
  }

  /** Sets up a counter; the function returned counts it down and leaves whether it is still above zero. */
  #counterGuard(turns: number, single: boolean): () => void {
    const random = this.random;
    const wide = random.chance(0.3);
    const type = wide ? I64 : I32;
    const counter = this.newLocal(type, true);
    if (wide) this.i64(BigInt(turns));
    else this.i32(turns);
    this.#indexed("local.set", 0x21, counter, 1);
    const form = random.below(single && !wide ? 5 : 4);
    const constant = (value: number): void => (wide ? this.i64(BigInt(value)) : this.i32(value));
    const get = (): void => this.#indexed("local.get", 0x20, counter, 0, type);
    const countDown = (): void => {
      get();
      if (form % 2 === 0) {
        constant(-1);
        if (wide) this.#plain("i64.add", 0x7c, 2, I64);
        else this.#plain("i32.add", 0x6a, 2, I32);
      } else {
        constant(1);
        if (wide) this.#plain("i64.sub", 0x7d, 2, I64);
        else this.#plain("i32.sub", 0x6b, 2, I32);
      }
    };
    return () => {
      countDown();
      switch (form) {
        case 0:
        case 1:
          this.#indexed("local.tee", 0x22, counter, 1, type);
          constant(0);
          if (wide) this.#plain("i64.gt_s", 0x55, 2, I32);
          else this.#plain("i32.gt_s", 0x4a, 2, I32);
          return;
        case 2:
          this.#indexed("local.set", 0x21, counter, 1);
          constant(0);
          get();
          if (wide) this.#plain("i64.lt_s", 0x53, 2, I32);
          else this.#plain("i32.lt_s", 0x48, 2, I32);
          return;
        case 3:
          this.#indexed("local.tee", 0x22, counter, 1, type);
          constant(1);
          if (wide) this.#plain("i64.lt_s", 0x53, 2, I32);
          else this.#plain("i32.lt_s", 0x48, 2, I32);
          this.#plain("i32.eqz", 0x45, 1, I32);
          return;
        default:
          this.#indexed("local.tee", 0x22, counter, 1, I32);
      }
    };
  }

  die(): void {
    this.dead = true;
    this.stack.length = this.height;
  }

  /** Brings the operands of the innermost block to exactly these types. */
  finish(types: readonly Type[]): void {
    const height = this.height;
    if (this.dead && this.stack.length === height && this.random.chance(0.5)) {
      this.stack.push(...types);
      return;
    }
    let same = 0;
    while (same < types.length && this.#fitsAt(height + same, types[same] as Type)) same++;
    while (this.stack.length > height + same) this.#consume();
    for (let k = same; k < types.length; k++) this.push(types[k] as Type, 1);
  }

  #fitsAt(at: number, wanted: Type): boolean {
    const type = this.stack[at];
    return type !== undefined && this.#fits(type, wanted);
  }

  /** Gets rid of the topmost operand. */
  #consume(): void {
    const type = this.stack.at(-1) as Type;
    const locals = this.#writable(type);
    const globals = this.#globals((held) => this.#fits(type, held), true);
    if (locals.length > 0 && this.random.chance(0.5)) {
      this.#indexed("local.set", 0x21, this.random.pick(locals), 1);
    } else if (globals.length > 0 && this.random.chance(0.3)) {
      this.#indexed("global.set", 0x24, this.random.pick(globals), 1);
    } else {
      this.#plain("drop", 0x1a, 1);
    }
  }

  labels(accept: (control: Control) => boolean): number[] {
    const found: number[] = [];
    for (let label = 0; label < this.#controls.length; label++) {
      if (accept(this.#controls[this.#controls.length - 1 - label] as Control)) found.push(label);
    }
    return found;
  }

  labelTypes(label: number): readonly Type[] {
    return (this.#controls[this.#controls.length - 1 - label] as Control).labelTypes;
  }

  #branch(): void {
    const random = this.random;
    const backward = this.labels(({ guard }) => guard !== undefined);
    if (backward.length > 0 && random.chance(0.3)) {
      this.#branchBack(random.pick(backward));
      return;
    }
    const forward = this.labels(({ isLoop }) => !isLoop);
    const label = random.pick(forward);
    const types = this.labelTypes(label);
    this.match(types);
    if (random.chance(0.75)) {
      this.condition(2);
      this.#indexed("br_if", 0x0d, label, 1);
      this.#settle(types);
      return;
    }
    if (random.chance(0.4)) {
      this.emit("br", 0x0c, ...unsigned(label));
    } else {
      const fitting = this.labels(
        (control) => !control.isLoop && this.shape.space.areSubtypes(types, control.labelTypes),
      );
      const count = random.between(0, 6);
      const table = Array.from({ length: count }, () => unsigned(random.pick(fitting)));
      this.small(random.pick([2, 4, 8]), 2);
      this.emit("br_table", 0x0e, ...unsigned(count), ...table.flat(), ...unsigned(label));
    }
    this.die();
  }

  #branchBack(label: number): void {
    const random = this.random;
    const { guard, labelTypes } = this.#controls[this.#controls.length - 1 - label] as Control;
    this.match(labelTypes);
    (guard as () => void)();
    const others = this.labels(
      (control) => !control.isLoop && this.shape.space.areSubtypes(labelTypes, control.labelTypes),
    );
    if (others.length > 0 && random.chance(0.3)) {
      const other = unsigned(random.pick(others));
      this.emit("br_table", 0x0e, 2, ...other, ...unsigned(label), ...other);
      this.die();
    } else if (random.chance(0.3)) {
      const type = this.blockType(labelTypes, labelTypes);
      this.emit("if", 0x04, ...type);
      this.emit("br", 0x0c, ...unsigned(label + 1));
      this.emit("end", 0x0b);
      this.stack.pop();
      this.#settle(labelTypes);
    } else {
      this.#indexed("br_if", 0x0d, label, 1);
      this.#settle(labelTypes);
    }
  }

  #statement(): void {
    const { random } = this;
    const { types } = this.shape;
    const choices: Choice[] = [
      [4, () => this.push(random.pick(types), random.chance(0.6) ? 0 : 3)],
      [4, () => this.#setLocal()],
      [1, () => this.#setGlobal()],
      [1, () => this.#select(random.pick(types), 2)],
      [0.3, () => this.emit("nop", 0x01)],
      [2.2, () => this.#branch()],
      [3.5, () => this.#observe()],
      [0.12, () => this.#return()],
      [0.02, () => this.#unreachable()],
    ];
    if (this.stack.length > this.height) {
      choices.push([this.stack.length > 12 ? 9 : 2, () => this.#consume()]);
    }
    if (this.canNest) {
      choices.push([1.2, () => this.#block(this.someOperands(), this.someTypes(3))]);
      choices.push([1.2, () => this.#if(this.someOperands(), this.someTypes(3))]);
      choices.push([1.2, () => this.#loop(this.someOperands(), this.someTypes(3))]);
    }
    for (const group of GROUPS) choices.push(...group.statements(this));
    random.weighted(choices)();
  }

  /**
   * Something computed by a group of instructions, every group alike, mixed into the accumulator: what is left on the
   * stack is often dropped before anybody sees it.
   */
  #observe(): void {
    const { random, shape } = this;
    const type = random.pick(shape.types);
    const fitting = GROUPS.map((group) => group.expressions(this, type, 2)).filter(
      ({ length }) => length > 0,
    );
    const { length } = this.stack;
    this.#fresh(fitting.length > 0 ? random.weighted(random.pick(fitting)) : () => this.#leaf(type));
    const emit = this.emit.bind(this);
    toNumber(emit, shape, this.stack[length] as Type, () => {
      this.emit("i32.const", 0x41, 2);
      this.emit("call", 0x10, ...unsigned(shape.look as number));
    });
    this.stack.length = length;
    const accumulator = unsigned(shape.accumulator);
    this.emit("global.get", 0x23, ...accumulator);
    this.emit("i64.const", 0x42, 31);
    this.emit("i64.mul", 0x7e);
    this.emit("i64.add", 0x7c);
    this.emit("global.set", 0x24, ...accumulator);
  }

  #return(): void {
    this.match(this.self.type.results);
    this.emit("return", 0x0f);
    this.die();
  }

  #unreachable(): void {
    this.emit("unreachable", 0x00);
    this.die();
  }

  #setLocal(): void {
    const type = this.random.pick(this.shape.types);
    const locals = this.#writable(type);
    if (locals.length === 0) return;
    this.match([type], 3);
    const local = this.random.pick(locals);
    if (this.random.chance(0.3)) this.#indexed("local.tee", 0x22, local, 1, this.#locals[local] as Type);
    else this.#indexed("local.set", 0x21, local, 1);
  }

  #setGlobal(): void {
    const type = this.random.pick(this.shape.types);
    const globals = this.#globals((held) => this.#fits(type, held), true);
    if (globals.length === 0) return;
    this.match([type], 2);
    this.#indexed("global.set", 0x24, this.random.pick(globals), 1);
  }
}
