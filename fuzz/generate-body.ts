// Generates one function body: random, valid, and certain to end.
// Works like the validator, on a stack of operand types, and prefers to use what is already on the stack:
// operands that stay pending across blocks, branches and calls are what a register lowering gets wrong.
//
// Ends for certain: every way back to a loop's label, and every entry of a function that calls, counts something down.

import type { RegularInstruction } from "./catalogue.ts";
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FunctionType,
  I32,
  I64,
  littleEndian,
  signed,
  type Type,
  unsigned,
  V128,
} from "./encode.ts";
import type { Random } from "./random.ts";
import { edgeF32, edgeF64, edgeI32, edgeI64 } from "./values.ts";

/** One instruction or delimiter, as bytes. */
export interface Step {
  readonly op: string;
  readonly bytes: readonly number[];
}

export interface FunctionShape {
  readonly type: FunctionType;
  /** Contains no calls, so that it ends without looking at the budget. */
  readonly leaf: boolean;
}

/** What a body may refer to: the module's index spaces. */
export interface ModuleShape {
  readonly regular: readonly RegularInstruction[];
  /** Value types that are in use. */
  readonly types: readonly Type[];
  readonly functions: readonly FunctionShape[];
  readonly globals: readonly { readonly type: Type; readonly mutable: boolean }[];
  /** A mutable i32 global that every loop or function entry may count down, and no other code writes. */
  readonly budget: number;
  readonly tables: readonly { readonly element: Type; readonly size: number }[];
  readonly memory: boolean;
  readonly dataSegments: number;
  /** Element types of the element segments. */
  readonly elementSegments: readonly Type[];
  readonly tailCalls: boolean;
  /** Canonicalise NaN results, so that their bits may be looked at; else no bit of a float gets out. */
  readonly canonicalNaN: boolean;
  /** Index of a function type, added if need be. */
  typeIdx(type: FunctionType): number;
}

interface Control {
  readonly labelTypes: readonly Type[];
  readonly endTypes: readonly Type[];
  /** Operands below it. */
  readonly height: number;
  /** Of a loop: emits what counts down and leaves an i32, nonzero if the loop may be turned again. */
  readonly guard: (() => void) | undefined;
  readonly isLoop: boolean;
}

export interface Body {
  readonly locals: readonly Type[];
  readonly steps: readonly Step[];
}

const MAX_NESTING = 5;
/** Turns of the innermost loop for one entry of the function, at most. */
const MAX_TURNS = 48;
const MAKES_NAN =
  /^f(32|64)(x4|x2)?\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_|promote_)/;
/** These let a float's bits be seen. */
const SHOWS_BITS = /reinterpret_f|copysign|^f(32|64)\.store/;

export function generateBody(random: Random, shape: ModuleShape, self: FunctionShape, size: number): Body {
  return new BodyGenerator(random, shape, self, size).run();
}

class BodyGenerator {
  readonly #random: Random;
  readonly #shape: ModuleShape;
  readonly #self: FunctionShape;
  readonly #size: number;
  readonly #steps: Step[] = [];
  readonly #stack: Type[] = [];
  readonly #controls: Control[] = [];
  readonly #locals: Type[];
  /** Locals that only their owner writes: loop counters, scratch. */
  readonly #reserved = new Set<number>();
  readonly #scratch = new Map<Type, number>();
  readonly #byResult = new Map<Type, RegularInstruction[]>();
  #dead = false;
  #turns = 1;
  /** Operands below this height are spoken for: an expression must not use them up. */
  #floor = 0;

  constructor(random: Random, shape: ModuleShape, self: FunctionShape, size: number) {
    this.#random = random;
    this.#shape = shape;
    this.#self = self;
    this.#size = size;
    this.#locals = [...self.type.params];
    for (let left = random.below(5); left > 0; left--) this.#locals.push(random.pick(shape.types));
    for (const instruction of this.#usable()) {
      const [result] = instruction.results;
      if (result === undefined || instruction.results.length > 1) continue;
      const list = this.#byResult.get(result) ?? [];
      list.push(instruction);
      this.#byResult.set(result, list);
    }
  }

  run(): Body {
    const { results } = this.#self.type;
    this.#controls.push({
      labelTypes: results,
      endTypes: results,
      height: 0,
      guard: undefined,
      isLoop: false,
    });
    if (!this.#self.leaf) this.#enterFunction();
    while (this.#steps.length < this.#size && !this.#dead) this.#statement();
    this.#finish(results);
    this.#controls.pop();
    this.#emit("end", 0x0b);
    return { locals: this.#locals.slice(this.#self.type.params.length), steps: this.#steps };
  }

  // ------------------------------------------------------------------ emitting

  #emit(op: string, ...bytes: readonly number[]): void {
    this.#steps.push({ op, bytes });
  }

  get #full(): boolean {
    return this.#steps.length >= this.#size;
  }

  get #height(): number {
    return (this.#controls.at(-1) as Control).height;
  }

  #usable(): readonly RegularInstruction[] {
    const { regular, canonicalNaN } = this.#shape;
    return regular.filter(({ mnemonic }) => canonicalNaN || !SHOWS_BITS.test(mnemonic));
  }

  #i32(value: number): void {
    this.#emit("i32.const", 0x41, ...signed(BigInt(value | 0)));
    this.#stack.push(I32);
  }

  #i64(value: bigint): void {
    this.#emit("i64.const", 0x42, ...signed(BigInt.asIntN(64, value)));
    this.#stack.push(I64);
  }

  /** An instruction without immediates; the caller says what it does to the stack. */
  #plain(op: string, opcode: number, pops: number, ...pushes: readonly Type[]): void {
    this.#emit(op, opcode);
    this.#stack.length -= pops;
    this.#stack.push(...pushes);
  }

  #indexed(op: string, opcode: number, index: number, pops: number, ...pushes: readonly Type[]): void {
    this.#emit(op, opcode, ...unsigned(index));
    this.#stack.length -= pops;
    this.#stack.push(...pushes);
  }

  // ------------------------------------------------------------------ operands

  /** Makes the topmost operands be of these types, with as many as possible of those that are there. */
  #match(types: readonly Type[], depth = 2): void {
    const available = this.#stack.length - Math.max(this.#height, this.#floor);
    let have = Math.min(available, types.length);
    while (have > 0 && !this.#endsWith(types.slice(0, have))) have--;
    // Now and then fresh ones all the same.
    if (have > 0 && this.#random.chance(0.15)) have = 0;
    for (let k = have; k < types.length; k++) this.#push(types[k] as Type, depth);
  }

  #endsWith(types: readonly Type[]): boolean {
    const from = this.#stack.length - types.length;
    return types.every((type, k) => this.#stack[from + k] === type);
  }

  #localsOf(type: Type, writable: boolean): number[] {
    const found: number[] = [];
    this.#locals.forEach((local, k) => {
      // What is in scratch locals may be a NaN whose bits nobody must see.
      if (local !== type || this.#scratch.get(type) === k) return;
      if (!(writable && this.#reserved.has(k))) found.push(k);
    });
    return found;
  }

  #globalsOf(type: Type, writable: boolean): number[] {
    const found: number[] = [];
    this.#shape.globals.forEach((global, k) => {
      if (global.type !== type || (writable && (!global.mutable || k === this.#shape.budget))) return;
      found.push(k);
    });
    return found;
  }

  #newLocal(type: Type, reserve: boolean): number {
    const index = this.#locals.push(type) - 1;
    if (reserve) this.#reserved.add(index);
    return index;
  }

  #scratchLocal(type: Type): number {
    const index = this.#scratch.get(type) ?? this.#newLocal(type, true);
    this.#scratch.set(type, index);
    return index;
  }

  #const(type: Type): void {
    const random = this.#random;
    switch (type) {
      case I32:
        this.#i32(edgeI32(random));
        return;
      case I64:
        this.#i64(edgeI64(random));
        return;
      case F32:
        this.#emit("f32.const", 0x43, ...littleEndian(BigInt(edgeF32(random)), 4));
        break;
      case F64:
        this.#emit("f64.const", 0x44, ...littleEndian(edgeF64(random), 8));
        break;
      case V128: {
        const halves = [edgeI64(random), edgeI64(random)];
        this.#emit(
          "v128.const",
          0xfd,
          12,
          ...halves.flatMap((half) => littleEndian(BigInt.asUintN(64, half), 8)),
        );
        break;
      }
      case FUNCREF:
        if (random.chance(0.5)) {
          const func = random.below(this.#shape.functions.length);
          this.#emit("ref.func", 0xd2, ...unsigned(func));
        } else {
          this.#emit("ref.null", 0xd0, type);
        }
        break;
      default:
        this.#emit("ref.null", 0xd0, type);
    }
    this.#stack.push(type);
  }

  #leaf(type: Type): void {
    const random = this.#random;
    const locals = this.#localsOf(type, false);
    const globals = this.#globalsOf(type, false);
    random.weighted([
      [3, () => this.#const(type)],
      [locals.length > 0 ? 6 : 0.01, () => this.#localGet(type, locals)],
      [globals.length > 0 ? 2 : 0, () => this.#globalGet(type, globals)],
    ])();
  }

  #localGet(type: Type, locals: readonly number[]): void {
    const index = locals.length > 0 ? this.#random.pick(locals) : this.#newLocal(type, false);
    this.#indexed("local.get", 0x20, index, 0, type);
  }

  #globalGet(type: Type, globals: readonly number[]): void {
    this.#indexed("global.get", 0x23, this.#random.pick(globals), 0, type);
  }

  /** Leaves one more operand of this type, whatever is on the stack. */
  #push(type: Type, depth: number): void {
    this.#fresh(() => this.#expression(type, depth));
  }

  #fresh(generate: () => void): void {
    const floor = this.#floor;
    this.#floor = this.#stack.length;
    generate();
    this.#floor = floor;
  }

  #expression(type: Type, depth: number): void {
    if (depth <= 0 || this.#full) {
      this.#leaf(type);
      return;
    }
    const random = this.#random;
    const operators = this.#byResult.get(type) ?? [];
    const choices: (readonly [number, () => void])[] = [
      [6, () => this.#leaf(type)],
      [1.2, () => this.#tee(type, depth - 1)],
      [1, () => this.#select(type, depth - 1)],
    ];
    if (operators.length > 0) choices.push([8, () => this.#operator(random.pick(operators), depth - 1)]);
    if (this.#controls.length < MAX_NESTING) {
      choices.push([0.7, () => this.#block([], [type])]);
      choices.push([0.7, () => this.#if([], [type])]);
      choices.push([0.4, () => this.#loop([], [type])]);
    }
    const callees = this.#callees(({ results }) => results.length === 1 && results[0] === type);
    if (callees.length > 0) choices.push([1, () => this.#call(random.pick(callees), depth - 1)]);
    if (type === I32) {
      if (this.#shape.memory) {
        choices.push([0.4, () => this.#indexed("memory.size", 0x3f, 0, 0, I32)]);
        choices.push([0.2, () => this.#memoryGrow()]);
      }
      if (this.#shape.tables.length > 0) {
        choices.push([0.3, () => this.#tableSize()]);
        choices.push([0.15, () => this.#tableGrow()]);
        choices.push([0.3, () => this.#isNull(depth - 1)]);
      }
    }
    if (type === FUNCREF || type === EXTERNREF) choices.push([1, () => this.#tableGet(type)]);
    random.weighted(choices)();
  }

  #tee(type: Type, depth: number): void {
    const locals = this.#localsOf(type, true);
    this.#push(type, depth);
    if (locals.length > 0) this.#indexed("local.tee", 0x22, this.#random.pick(locals), 1, type);
  }

  #select(type: Type, depth: number): void {
    this.#match([type, type], depth);
    this.#condition(depth);
    if (type === FUNCREF || type === EXTERNREF || this.#random.chance(0.2)) {
      this.#emit("select t", 0x1c, 1, type);
    } else {
      this.#emit("select", 0x1b);
    }
    this.#stack.length -= 3;
    this.#stack.push(type);
  }

  /** An i32 that is often a comparison. */
  #condition(depth: number): void {
    const random = this.#random;
    if (random.chance(0.4)) {
      this.#push(I32, depth);
      return;
    }
    const comparisons = (this.#byResult.get(I32) ?? []).filter(({ mnemonic }) =>
      /\.(eqz|eq|ne|[lg][te](_[su])?)$/.test(mnemonic),
    );
    this.#fresh(() => this.#operator(random.pick(comparisons), depth - 1));
  }

  // ------------------------------------------------------------------ regular instructions

  #operator(instruction: RegularInstruction, depth: number): void {
    const { mnemonic, params, accessBytes } = instruction;
    const random = this.#random;
    if (accessBytes > 0) {
      if (!this.#shape.memory) {
        this.#leaf(instruction.results[0] ?? I32);
        return;
      }
      const offset = this.#address(accessBytes, depth);
      for (const type of params.slice(1)) this.#push(type, depth);
      const align = random.below(Math.log2(accessBytes) + 1);
      this.#finishOperator(instruction, [align, ...unsigned(offset)]);
      return;
    }
    if (/\.(div|rem)_[su]$/.test(mnemonic) && random.chance(0.85)) {
      this.#match(params.slice(0, 1), depth);
      this.#nonZero(params[1] as Type, depth);
    } else if (/trunc_f(32|64)_[su]$/.test(mnemonic) && random.chance(0.75)) {
      this.#push(I32, depth);
      this.#i32(random.pick([0x7f, 0xffff, 0x7fffff]));
      this.#plain("i32.and", 0x71, 2, I32);
      if (params[0] === F32) this.#plain("f32.convert_i32_s", 0xb2, 1, F32);
      else this.#plain("f64.convert_i32_s", 0xb7, 1, F64);
    } else {
      this.#match(params, depth);
    }
    this.#finishOperator(instruction, []);
  }

  #finishOperator(instruction: RegularInstruction, memArg: readonly number[]): void {
    const { mnemonic, opcode, params, results, immediates, lanes } = instruction;
    const random = this.#random;
    const bytes = [...opcode, ...memArg];
    for (const immediate of immediates) {
      if (immediate === "lane") bytes.push(random.below(lanes));
      else if (immediate === "shuffle") bytes.push(...this.#shuffleLanes());
    }
    this.#emit(mnemonic, ...bytes);
    this.#stack.length -= params.length;
    this.#stack.push(...results);
    if (this.#shape.canonicalNaN && MAKES_NAN.test(mnemonic)) this.#canonicalise(mnemonic);
  }

  #shuffleLanes(): number[] {
    const random = this.#random;
    if (random.chance(0.5)) return Array.from({ length: 16 }, () => random.below(32));
    return Array.from({ length: 4 }, () => 4 * random.below(8)).flatMap((at) => [at, at + 1, at + 2, at + 3]);
  }

  /** `x == x ? x : nan`, lane by lane for vectors. */
  #canonicalise(mnemonic: string): void {
    const type = this.#stack.at(-1) as Type;
    const scratch = this.#scratchLocal(type);
    this.#indexed("local.tee", 0x22, scratch, 1, type);
    if (type === V128) {
      const wide = /^f64x2/.test(mnemonic);
      const nan = wide ? [0, 0, 0, 0, 0, 0, 0xf8, 0x7f] : [0, 0, 0xc0, 0x7f, 0, 0, 0xc0, 0x7f];
      this.#emit("v128.const", 0xfd, 12, ...nan, ...nan);
      this.#emit("local.get", 0x20, ...unsigned(scratch));
      this.#emit("local.get", 0x20, ...unsigned(scratch));
      if (wide) this.#emit("f64x2.eq", 0xfd, 0x47);
      else this.#emit("f32x4.eq", 0xfd, 0x41);
      this.#emit("v128.bitselect", 0xfd, 0x52);
      return;
    }
    if (type === F32) this.#emit("f32.const", 0x43, 0, 0, 0xc0, 0x7f);
    else this.#emit("f64.const", 0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f);
    this.#emit("local.get", 0x20, ...unsigned(scratch));
    this.#emit("local.get", 0x20, ...unsigned(scratch));
    if (type === F32) this.#emit("f32.eq", 0x5b);
    else this.#emit("f64.eq", 0x61);
    this.#emit("select", 0x1b);
  }

  #nonZero(type: Type, depth: number): void {
    const random = this.#random;
    if (type === I32) {
      if (random.chance(0.5)) {
        this.#i32(edgeI32(random) || 7);
        return;
      }
      this.#push(I32, depth);
      this.#i32(1);
      this.#plain("i32.or", 0x72, 2, I32);
      return;
    }
    if (random.chance(0.5)) {
      this.#i64(edgeI64(random) || 7n);
      return;
    }
    this.#push(I64, depth);
    this.#i64(1n);
    this.#plain("i64.or", 0x84, 2, I64);
  }

  // ------------------------------------------------------------------ memory and tables

  /** Leaves an address; returns the static offset that goes with it. Mostly within the first page. */
  #address(bytes: number, depth: number): number {
    const random = this.#random;
    return random.weighted([
      [
        60,
        () => {
          this.#push(I32, depth);
          this.#i32(random.pick([0xff, 0xfff, 0xfff8, 0xffff]));
          this.#plain("i32.and", 0x71, 2, I32);
          return random.chance(0.5) ? 0 : random.below(80);
        },
      ],
      [
        25,
        () => {
          this.#i32(random.pick([0, 1, 2, 3, 5, 8, 63, 1021, 65_536 - 2 * bytes, 65_536 - bytes - 1]));
          return random.pick([0, 1, 4, 5, 16]);
        },
      ],
      [
        5,
        () => {
          // Around the end of one to three pages.
          this.#i32(65_536 * random.between(1, 3) - bytes + random.between(-2, 2));
          return random.pick([0, 0, 1]);
        },
      ],
      [
        8,
        () => {
          this.#localGet(I32, this.#localsOf(I32, false));
          return random.pick([0, 8, 1000]);
        },
      ],
      [
        1,
        () => {
          this.#push(I32, depth);
          return random.pick([0, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 32 - 1, 65_535, 65_536]);
        },
      ],
    ])();
  }

  /** Leaves an i32, mostly below `bound`, a power of two. */
  #small(bound: number, depth: number): void {
    const random = this.#random;
    if (random.chance(0.5)) {
      this.#i32(random.below(bound));
    } else if (random.chance(0.03)) {
      this.#push(I32, depth);
    } else {
      this.#push(I32, depth);
      this.#i32(bound - 1);
      this.#plain("i32.and", 0x71, 2, I32);
    }
  }

  #memoryGrow(): void {
    this.#small(this.#random.pick([1, 2, 4]), 1);
    this.#indexed("memory.grow", 0x40, 0, 1, I32);
  }

  #bulkMemory(): void {
    const random = this.#random;
    const { dataSegments } = this.#shape;
    switch (random.below(dataSegments > 0 ? 4 : 2)) {
      case 0:
        this.#small(0x10000, 1);
        this.#push(I32, 1);
        this.#small(0x100, 1);
        this.#emit("memory.fill", 0xfc, 11, 0);
        this.#stack.length -= 3;
        return;
      case 1:
        this.#small(0x10000, 1);
        this.#small(0x10000, 1);
        this.#small(0x200, 1);
        this.#emit("memory.copy", 0xfc, 10, 0, 0);
        this.#stack.length -= 3;
        return;
      case 2:
        this.#small(0x10000, 1);
        this.#small(8, 1);
        this.#small(8, 1);
        this.#emit("memory.init", 0xfc, 8, ...unsigned(random.below(dataSegments)), 0);
        this.#stack.length -= 3;
        return;
      default:
        this.#emit("data.drop", 0xfc, 9, ...unsigned(random.below(dataSegments)));
    }
  }

  #tableOf(element: Type): number {
    return this.#shape.tables.findIndex((table) => table.element === element);
  }

  #tableGet(element: Type): void {
    const table = this.#tableOf(element);
    if (table < 0) {
      this.#const(element);
      return;
    }
    this.#small(8, 1);
    this.#indexed("table.get", 0x25, table, 1, element);
  }

  #tableSize(): void {
    this.#emit("table.size", 0xfc, 16, ...unsigned(this.#random.below(this.#shape.tables.length)));
    this.#stack.push(I32);
  }

  #tableGrow(): void {
    const table = this.#random.below(this.#shape.tables.length);
    this.#push((this.#shape.tables[table] as { element: Type }).element, 1);
    this.#small(2, 1);
    this.#emit("table.grow", 0xfc, 15, ...unsigned(table));
    this.#stack.length -= 2;
    this.#stack.push(I32);
  }

  #isNull(depth: number): void {
    this.#match([this.#random.pick([FUNCREF, EXTERNREF])], depth);
    this.#plain("ref.is_null", 0xd1, 1, I32);
  }

  #tableStatement(): void {
    const random = this.#random;
    const { tables, elementSegments } = this.#shape;
    const table = random.below(tables.length);
    const { element } = tables[table] as { element: Type };
    const segments = [...elementSegments.keys()].filter((k) => elementSegments[k] === element);
    switch (random.below(segments.length > 0 ? 5 : 3)) {
      case 0:
        this.#small(8, 1);
        this.#push(element, 1);
        this.#indexed("table.set", 0x26, table, 2);
        return;
      case 1:
        this.#small(8, 1);
        this.#push(element, 1);
        this.#small(4, 1);
        this.#emit("table.fill", 0xfc, 17, ...unsigned(table));
        this.#stack.length -= 3;
        return;
      case 2: {
        const others = [...tables.keys()].filter((k) => tables[k]?.element === element);
        this.#small(8, 1);
        this.#small(8, 1);
        this.#small(4, 1);
        this.#emit("table.copy", 0xfc, 14, ...unsigned(table), ...unsigned(random.pick(others)));
        this.#stack.length -= 3;
        return;
      }
      case 3:
        this.#small(8, 1);
        this.#small(4, 1);
        this.#small(4, 1);
        this.#emit("table.init", 0xfc, 12, ...unsigned(random.pick(segments)), ...unsigned(table));
        this.#stack.length -= 3;
        return;
      default:
        this.#emit("elem.drop", 0xfc, 13, ...unsigned(random.pick(segments)));
    }
  }

  // ------------------------------------------------------------------ calls

  /** Function indices that this body may call. */
  #callees(fits: (type: FunctionType) => boolean): number[] {
    if (this.#self.leaf) return [];
    const found: number[] = [];
    this.#shape.functions.forEach(({ type }, k) => {
      if (fits(type)) found.push(k);
    });
    return found;
  }

  #call(funcIdx: number, depth: number): void {
    const { type } = this.#shape.functions[funcIdx] as FunctionShape;
    this.#match(type.params, depth);
    this.#indexed("call", 0x10, funcIdx, type.params.length, ...type.results);
  }

  #callIndirect(): void {
    const tables = [...this.#shape.tables.keys()].filter((k) => this.#shape.tables[k]?.element === FUNCREF);
    if (this.#self.leaf || tables.length === 0) return;
    const { type } = this.#random.pick(this.#shape.functions);
    this.#match(type.params, 2);
    this.#small(8, 1);
    const table = this.#random.pick(tables);
    this.#emit("call_indirect", 0x11, ...unsigned(this.#shape.typeIdx(type)), ...unsigned(table));
    this.#stack.length -= type.params.length + 1;
    this.#stack.push(...type.results);
  }

  #tailCall(): void {
    const { results } = this.#self.type;
    const callees = this.#callees((type) => sameTypes(type.results, results));
    if (callees.length === 0) return;
    const funcIdx = this.#random.pick(callees);
    const { type } = this.#shape.functions[funcIdx] as FunctionShape;
    this.#match(type.params, 2);
    const table = this.#tableOf(FUNCREF);
    if (table >= 0 && this.#random.chance(0.4)) {
      this.#small(8, 1);
      this.#emit("return_call_indirect", 0x13, ...unsigned(this.#shape.typeIdx(type)), ...unsigned(table));
    } else {
      this.#emit("return_call", 0x12, ...unsigned(funcIdx));
    }
    this.#die();
  }

  /** Out of budget: gives up, or returns at once; else counts down. */
  #enterFunction(): void {
    const { budget } = this.#shape;
    this.#indexed("global.get", 0x23, budget, 0, I32);
    this.#i32(0);
    this.#plain("i32.le_s", 0x4c, 2, I32);
    this.#stack.length -= 1;
    this.#emit("if", 0x04, 0x40);
    if (this.#random.chance(0.3)) {
      this.#emit("unreachable", 0x00);
    } else {
      for (const type of this.#self.type.results) this.#const(type);
      this.#stack.length -= this.#self.type.results.length;
      this.#emit("return", 0x0f);
    }
    this.#emit("end", 0x0b);
    this.#indexed("global.get", 0x23, budget, 0, I32);
    this.#i32(-1);
    this.#plain("i32.add", 0x6a, 2, I32);
    this.#indexed("global.set", 0x24, budget, 1);
  }

  // ------------------------------------------------------------------ control

  #blockType(params: readonly Type[], results: readonly Type[]): number[] {
    if (params.length === 0 && results.length === 0 && this.#random.chance(0.9)) return [0x40];
    if (params.length === 0 && results.length === 1 && this.#random.chance(0.8)) return [results[0] as Type];
    return signed(BigInt(this.#shape.typeIdx({ params, results })));
  }

  /** Parameters of a block: some of what is on top of the stack. */
  #someOperands(): Type[] {
    const available = Math.min(this.#stack.length - this.#height, this.#random.chance(0.1) ? 12 : 4);
    const count = this.#random.below(available + 1);
    return count === 0 ? [] : this.#stack.slice(-count);
  }

  #someTypes(usually: number): Type[] {
    const most = this.#random.chance(0.05) ? 12 : usually;
    return Array.from({ length: this.#random.below(most + 1) }, () => this.#random.pick(this.#shape.types));
  }

  #open(
    params: readonly Type[],
    labelTypes: readonly Type[],
    endTypes: readonly Type[],
    guard?: () => void,
    isLoop = false,
  ): void {
    const height = this.#stack.length - params.length;
    this.#controls.push({ labelTypes, endTypes, height, guard, isLoop });
    this.#dead = false;
  }

  #close(): void {
    const { height, endTypes } = this.#controls.pop() as Control;
    this.#stack.length = height;
    this.#stack.push(...endTypes);
    this.#dead = false;
  }

  #statements(most: number): void {
    for (let left = this.#random.below(most + 1); left > 0 && !this.#full; left--) {
      if (this.#dead && this.#random.chance(0.5)) return;
      this.#statement();
    }
  }

  #block(params: readonly Type[], results: readonly Type[]): void {
    const type = this.#blockType(params, results);
    this.#emit("block", 0x02, ...type);
    this.#open(params, results, results);
    this.#statements(5);
    this.#finish(results);
    this.#emit("end", 0x0b);
    this.#close();
  }

  #if(params: readonly Type[], results: readonly Type[]): void {
    const type = this.#blockType(params, results);
    this.#condition(2);
    this.#emit("if", 0x04, ...type);
    this.#stack.pop();
    this.#open(params, results, results);
    this.#statements(4);
    this.#finish(results);
    if (!sameTypes(params, results) || this.#random.chance(0.6)) {
      this.#emit("else", 0x05);
      this.#stack.length = this.#height;
      this.#stack.push(...params);
      this.#dead = false;
      this.#statements(4);
      this.#finish(results);
    }
    this.#emit("end", 0x0b);
    this.#close();
  }

  #loop(params: readonly Type[], results: readonly Type[]): void {
    const random = this.#random;
    const turns = random.between(1, 6);
    const outerTurns = this.#turns;
    const byBudget = !this.#self.leaf && (random.chance(0.3) || this.#turns * turns > MAX_TURNS);
    if (!byBudget && this.#turns * turns > MAX_TURNS) {
      this.#block(params, results);
      return;
    }
    // A loop with a single way back may test its counter for zero alone.
    const single = random.chance(0.5);
    const guard = byBudget ? () => this.#budgetGuard() : this.#counterGuard(turns, single);
    const type = this.#blockType(params, results);
    this.#emit("loop", 0x03, ...type);
    this.#open(params, params, results, single ? undefined : guard, true);
    if (!byBudget) this.#turns *= turns;
    this.#statements(6);
    if (!this.#dead) {
      this.#finish(params);
      guard();
      this.#indexed("br_if", 0x0d, 0, 1);
    }
    this.#finish(results);
    this.#emit("end", 0x0b);
    this.#close();
    this.#turns = outerTurns;
  }

  #budgetGuard(): void {
    const { budget } = this.#shape;
    this.#indexed("global.get", 0x23, budget, 0, I32);
    this.#i32(1);
    this.#plain("i32.sub", 0x6b, 2, I32);
    this.#indexed("global.set", 0x24, budget, 1);
    this.#indexed("global.get", 0x23, budget, 0, I32);
    this.#i32(0);
    this.#plain("i32.gt_s", 0x4a, 2, I32);
  }

  /** Sets up a counter; the function returned counts it down and leaves whether it is still above zero. */
  #counterGuard(turns: number, single: boolean): () => void {
    const random = this.#random;
    const wide = random.chance(0.3);
    const type = wide ? I64 : I32;
    const counter = this.#newLocal(type, true);
    if (wide) this.#i64(BigInt(turns));
    else this.#i32(turns);
    this.#indexed("local.set", 0x21, counter, 1);
    const form = random.below(single && !wide ? 5 : 4);
    const constant = (value: number): void => (wide ? this.#i64(BigInt(value)) : this.#i32(value));
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

  #die(): void {
    this.#dead = true;
    this.#stack.length = this.#height;
  }

  /** Brings the operands of the innermost block to exactly these types. */
  #finish(types: readonly Type[]): void {
    const height = this.#height;
    if (this.#dead && this.#stack.length === height && this.#random.chance(0.5)) {
      this.#stack.push(...types);
      return;
    }
    let same = 0;
    while (same < types.length && this.#stack[height + same] === types[same]) same++;
    while (this.#stack.length > height + same) this.#consume();
    for (let k = same; k < types.length; k++) this.#push(types[k] as Type, 1);
  }

  /** Gets rid of the topmost operand. */
  #consume(): void {
    const type = this.#stack.at(-1) as Type;
    const locals = this.#localsOf(type, true);
    const globals = this.#globalsOf(type, true);
    if (locals.length > 0 && this.#random.chance(0.5)) {
      this.#indexed("local.set", 0x21, this.#random.pick(locals), 1);
    } else if (globals.length > 0 && this.#random.chance(0.3)) {
      this.#indexed("global.set", 0x24, this.#random.pick(globals), 1);
    } else {
      this.#plain("drop", 0x1a, 1);
    }
  }

  #labels(accept: (control: Control) => boolean): number[] {
    const found: number[] = [];
    for (let label = 0; label < this.#controls.length; label++) {
      if (accept(this.#controls[this.#controls.length - 1 - label] as Control)) found.push(label);
    }
    return found;
  }

  #labelTypes(label: number): readonly Type[] {
    return (this.#controls[this.#controls.length - 1 - label] as Control).labelTypes;
  }

  #branch(): void {
    const random = this.#random;
    const backward = this.#labels(({ guard }) => guard !== undefined);
    if (backward.length > 0 && random.chance(0.3)) {
      this.#branchBack(random.pick(backward));
      return;
    }
    const forward = this.#labels(({ isLoop }) => !isLoop);
    const label = random.pick(forward);
    const types = this.#labelTypes(label);
    this.#match(types);
    if (random.chance(0.75)) {
      this.#condition(2);
      this.#indexed("br_if", 0x0d, label, 1);
      return;
    }
    if (random.chance(0.4)) {
      this.#emit("br", 0x0c, ...unsigned(label));
    } else {
      const fitting = this.#labels((control) => !control.isLoop && sameTypes(control.labelTypes, types));
      const count = random.between(0, 6);
      const table = Array.from({ length: count }, () => unsigned(random.pick(fitting)));
      this.#small(random.pick([2, 4, 8]), 2);
      this.#emit("br_table", 0x0e, ...unsigned(count), ...table.flat(), ...unsigned(label));
    }
    this.#die();
  }

  #branchBack(label: number): void {
    const random = this.#random;
    const { guard, labelTypes } = this.#controls[this.#controls.length - 1 - label] as Control;
    this.#match(labelTypes);
    (guard as () => void)();
    const others = this.#labels((control) => !control.isLoop && sameTypes(control.labelTypes, labelTypes));
    if (others.length > 0 && random.chance(0.3)) {
      const other = unsigned(random.pick(others));
      this.#emit("br_table", 0x0e, 2, ...other, ...unsigned(label), ...other);
      this.#die();
    } else if (random.chance(0.3)) {
      const type = this.#blockType(labelTypes, labelTypes);
      this.#emit("if", 0x04, ...type);
      this.#emit("br", 0x0c, ...unsigned(label + 1));
      this.#emit("end", 0x0b);
      this.#stack.pop();
    } else {
      this.#indexed("br_if", 0x0d, label, 1);
    }
  }

  #statement(): void {
    const random = this.#random;
    const { types, memory, tables } = this.#shape;
    const nested = this.#controls.length < MAX_NESTING;
    const choices: (readonly [number, () => void])[] = [
      [4, () => this.#push(random.pick(types), random.chance(0.6) ? 0 : 3)],
      [4, () => this.#setLocal()],
      [7, () => this.#operator(random.pick(this.#usable()), 3)],
      [1, () => this.#setGlobal()],
      [1, () => this.#select(random.pick(types), 2)],
      [0.3, () => this.#emit("nop", 0x01)],
      [2.2, () => this.#branch()],
    ];
    if (this.#stack.length > this.#height)
      choices.push([this.#stack.length > 12 ? 9 : 2, () => this.#consume()]);
    if (nested) {
      choices.push([1.2, () => this.#block(this.#someOperands(), this.#someTypes(3))]);
      choices.push([1.2, () => this.#if(this.#someOperands(), this.#someTypes(3))]);
      choices.push([1.2, () => this.#loop(this.#someOperands(), this.#someTypes(3))]);
    }
    if (!this.#self.leaf) {
      choices.push([1.5, () => this.#call(random.below(this.#shape.functions.length), 2)]);
      choices.push([0.8, () => this.#callIndirect()]);
      if (this.#shape.tailCalls) choices.push([0.15, () => this.#tailCall()]);
    }
    if (memory) choices.push([0.8, () => this.#bulkMemory()]);
    if (tables.length > 0) choices.push([0.8, () => this.#tableStatement()]);
    choices.push([0.12, () => this.#return()]);
    choices.push([0.02, () => this.#unreachable()]);
    random.weighted(choices)();
  }

  #return(): void {
    this.#match(this.#self.type.results);
    this.#emit("return", 0x0f);
    this.#die();
  }

  #unreachable(): void {
    this.#emit("unreachable", 0x00);
    this.#die();
  }

  #setLocal(): void {
    const type = this.#random.pick(this.#shape.types);
    const locals = this.#localsOf(type, true);
    if (locals.length === 0) return;
    this.#match([type], 3);
    const local = this.#random.pick(locals);
    if (this.#random.chance(0.3)) this.#indexed("local.tee", 0x22, local, 1, type);
    else this.#indexed("local.set", 0x21, local, 1);
  }

  #setGlobal(): void {
    const type = this.#random.pick(this.#shape.types);
    const globals = this.#globalsOf(type, true);
    if (globals.length === 0) return;
    this.#match([type], 2);
    this.#indexed("global.set", 0x24, this.#random.pick(globals), 1);
  }
}

/** Whether every instruction whose NaN may be any is followed by what makes it canonical, as the generator has it. */
export function isCanonicalised(steps: readonly Step[]): boolean {
  return steps.every(({ op }, k) => {
    if (!MAKES_NAN.test(op)) return true;
    const behind = steps.slice(k + 1, k + 7).map((step) => step.op);
    return /^local\.tee \w+\.const local\.get local\.get \w+\.eq (select|v128\.bitselect)$/.test(
      behind.join(" "),
    );
  });
}

export function sameTypes(a: readonly Type[], b: readonly Type[]): boolean {
  return a.length === b.length && a.every((type, k) => type === b[k]);
}
