// What nodes capture besides their operands: the machine's registers and views, and helpers longer than a node may be.
// Owns memory accesses, calls and leaving as nodes see them. Each helper has its captured variables in its nearest context.

import type { FunctionInstance } from "../../runtime/function.ts";
import type { GlobalInstance } from "../../runtime/global.ts";
import { Code, FIRST_RARE } from "../code/code.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import { RARE_ARITHMETIC } from "../ops/rare.ts";
import { bulk } from "./bulk.ts";
import { type Exit, LEFT, type Machine, NONE, type TrapSite, type Views } from "./machine.ts";
import type { Helper } from "./strangers.ts";

export type Unary = (x: number) => number;
export type Binary = (x: number, y: number) => number;
/** A load or store: `undefined` outside of the memory. */
type Load = (e: number) => number;
type Store = (e: number, value: number) => number;

export interface Environment {
  readonly R: Int32Array;
  readonly F: Float32Array;
  readonly D: Float64Array;
  readonly B: Uint8Array;
  readonly H: Float64Array;
  readonly Z: Int32Array;
  readonly V: Views;
  readonly imul: Binary;
  readonly clz32: Unary;
  readonly sqrt: Unary;
  readonly fround: Unary;
  /** Pays for a region; whether the slice does not cover it. */
  readonly pay: (fuel: number) => boolean;
  readonly leave: (fp: number, exit: Exit) => number;
  /** Leaves the tree from within a node. */
  readonly quit: (fp: number, exit: Exit) => never;
  readonly trap: (fp: number, site: TrapSite) => never;
  readonly load16: Load;
  readonly load32: Load;
  readonly loadF32: Load;
  readonly loadF64: Load;
  readonly store8: Store;
  readonly store16: Store;
  readonly store32: Store;
  readonly storeF32: Store;
  readonly storeF64: Store;
  /** Write a float to a register, NaN in its canonical form. */
  readonly nan32: (at: number, value: number) => void;
  readonly nan64: (at: number, value: number) => void;
  /** Copy 64 bits as a double where they are no NaN: within the registers, and from memory. */
  readonly copy64: (to: number, from: number) => void;
  readonly load64: (e: number, to: number) => number;
  readonly lowOf: (global: GlobalInstance) => number;
  readonly highOf: (global: GlobalInstance) => number;
  readonly setLow: Put;
  readonly setHigh: Put;
  /** Pays for entering a function and takes room for its frame; whether there was enough of both. */
  readonly pass: (fuel: number, site: number) => boolean;
  readonly callIndirect: (fp: number, node: CodeNode, site: number, exit: Exit) => number;
  readonly rare: (fp: number, exit: Exit) => void;
}

/** Thrown through a tree's closures to leave it from within an expression. */
export const LEAVING: unique symbol = Symbol("a tree is left");

export function createEnvironment(machine: Machine): Environment {
  const { R, F, D, B, H, Z, V, C } = machine;
  const registers = { R, F, D };
  const leave = (fp: number, exit: Exit): number => {
    machine.exit = exit;
    machine.fp = fp;
    return LEFT;
  };
  const quit = (fp: number, exit: Exit): never => {
    leave(fp, exit);
    throw LEAVING;
  };
  const pass = makePass(makeCommit(makePut(Z)), makeTake(Z), makeMark(Z, C));
  return {
    R,
    F,
    D,
    B,
    H,
    Z,
    V,
    imul: Math.imul,
    clz32: Math.clz32,
    sqrt: Math.sqrt,
    fround: Math.fround,
    pay: makePay(makeSettle(Z), makeTake(Z)),
    leave,
    quit,
    trap: (fp, { exit, operands }) => {
      for (const { word, value } of operands) R[fp + word] = value(fp);
      return quit(fp, exit);
    },
    ...createLoads(V, R, D),
    ...createStores(V),
    nan32: makeSet32(makePut32(F), makeNan32(R)),
    nan64: makeSet64(makePut64(D), makeNan64(R)),
    copy64: makeCopy64(makeGet64(D), makeSettle64(makePutIn64(D), copyWords(R))),
    lowOf: function lowOfPart({ bits, at }) {
      return bits[at]!;
    },
    highOf: function highOfPart({ bits, at }) {
      return bits[at + 1]!;
    },
    setLow: makeSetLow(makeGlobal(V), function putLowPart({ bits, at }, value) {
      bits[at] = value;
    }),
    setHigh: makeSetHigh(makeGlobal(V), function putHighPart({ bits, at }, value) {
      bits[at + 1] = value;
    }),
    pass,
    callIndirect: (fp, node, site, exit) => {
      const { instance } = V;
      const elements = instance!.tables[node.c]?.elements as (FunctionInstance | null)[];
      const func = elements[R[fp + node.a]! >>> 0];
      // What traps, converts or crosses instances is the interpreter's.
      if (func === undefined || func === null) return leave(fp, exit);
      if (func.typeId !== node.b || func.instance !== instance) return leave(fp, exit);
      const { tree } = func.code as FunctionCode;
      if (tree === undefined || !pass(tree.callee.fuel, site)) return leave(fp, exit);
      return tree.flow(fp + node.d);
    },
    rare: (fp, exit) => {
      const { node } = exit;
      if (node.op === Code.Heavy) {
        if (!bulk(V, R, node, fp)) quit(fp, exit);
        return;
      }
      try {
        RARE_ARITHMETIC[node.op - FIRST_RARE]?.(registers, node, fp);
      } catch {
        // It traps again where the interpreter executes it.
        quit(fp, exit);
      }
    },
  };
}

/** In two steps, each of them small enough. As integers: V8 would compare a difference of integers as a double. */
const makePay = (settle: (left: number) => boolean, take: Unary): Environment["pay"] =>
  function payPart(fuel) {
    return settle(take(fuel));
  };
const makeTake = (Z: Int32Array): Unary =>
  function takePart(fuel) {
    return (Z[0]! - fuel) | 0;
  };
const makeSettle = (Z: Int32Array) =>
  function settlePart(left: number): boolean {
    Z[0] = left;
    return left < 0;
  };

const makePass = (
  commit: (left: number, room: number) => boolean,
  take: Unary,
  mark: Unary,
): Environment["pass"] =>
  function passPart(fuel, site) {
    return commit(take(fuel), mark(site));
  };
const makeCommit = (put: (left: number, room: number) => boolean) =>
  function commitPart(left: number, room: number): boolean {
    return (left | room) >= 0 && put(left, room);
  };
const makePut = (Z: Int32Array) =>
  function putPart(left: number, room: number): boolean {
    Z[0] = left;
    Z[1] = room;
    return true;
  };
/** Writes down a call, also where it is not made after all; the room that it leaves. */
const makeMark = (Z: Int32Array, C: Int32Array): Unary =>
  function markPart(site) {
    const room = Z[1]!;
    C[room] = site;
    return (room - 1) | 0;
  };

type Put = (at: number, value: number) => void;
/** Writes a double to a register, or, if it is NaN, the words that it was read from. */
type Settle = (to: number, value: number, from: number) => number;

type GlobalAt = (index: number) => GlobalInstance;
type PutGlobal = (global: GlobalInstance, value: number) => void;

const makeGlobal = (V: Views): GlobalAt =>
  function globalPart(index) {
    return V.globals[index]!;
  };
const makeSetLow = (globalAt: GlobalAt, put: PutGlobal): Put =>
  function setLowPart(index, value) {
    put(globalAt(index), value);
  };
const makeSetHigh = (globalAt: GlobalAt, put: PutGlobal): Put =>
  function setHighPart(index, value) {
    put(globalAt(index), value);
  };
const makePut32 = (F: Float32Array): Put =>
  function put32Part(at, value) {
    F[at] = value;
  };
const makePut64 = (D: Float64Array): Put =>
  function put64Part(at, value) {
    D[at >> 1] = value;
  };
const makeNan32 = (R: Int32Array): Put =>
  function nan32Part(at) {
    R[at] = 0x7fc00000;
  };
const makeNan64 =
  (R: Int32Array): Put =>
  (at) => {
    R[at] = 0;
    R[at + 1] = 0x7ff80000;
  };
const makeCopy64 = (load: Load, settle: Settle): Environment["copy64"] =>
  function copy64Part(to, from) {
    settle(to, load(from), from);
  };
const makeGet64 = (D: Float64Array): Load =>
  function get64Part(at) {
    return D[at >> 1]!;
  };
const copyWords =
  (R: Int32Array): Store =>
  (to, from) => {
    R.copyWithin(to, from, from + 2);
    return 0;
  };
/** What is outside of the memory becomes NaN. */
const makeLoad64 = (
  load: Load,
  settle: (to: number, value: number, e: number) => number,
): Environment["load64"] =>
  function load64Part(e, to) {
    return settle(to, +load(e), e);
  };
const makePutIn64 = (D: Float64Array): Store =>
  function putIn64Part(to, value) {
    D[to >> 1] = value;
    return 0;
  };
const makeSettle64 = (put: Store, words: Store): Settle =>
  function settle64Part(to, value, e) {
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    return value === value ? put(to, value) : words(to, e);
  };
const makeSet32 = (put: Put, nan: Put): Put =>
  function set32Part(at, value) {
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    if (value === value) put(at, value);
    else nan(at, value);
  };
const makeSet64 = (put: Put, nan: Put): Put =>
  function set64Part(at, value) {
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    if (value === value) put(at, value);
    else nan(at, value);
  };

// An access of more than a byte is split where it is not aligned; the parts that V8 inlines stay below 27 bytes of bytecode.

function createLoads(V: Views, R: Int32Array, D: Float64Array) {
  const slow16 = (e: number): number => {
    const { u8 } = V;
    return e + 1 < u8.length ? u8[e]! | (u8[e + 1]! << 8) : NONE;
  };
  const slow32 = (e: number): number => {
    const { u8 } = V;
    if (e + 3 >= u8.length) return NONE;
    const low = u8[e]! | (u8[e + 1]! << 8);
    return low | (u8[e + 2]! << 16) | (u8[e + 3]! << 24);
  };
  const words = new Int32Array(2);
  const float = new Float32Array(words.buffer);
  const double = new Float64Array(words.buffer);
  const slowF32 = (e: number): number => {
    const word = slow32(e);
    if (word === undefined) return NONE;
    words[0] = word;
    return float[0]!;
  };
  const slowF64 = (e: number): number => {
    const high = slow32(e + 4);
    if (high === undefined) return NONE;
    words[0] = slow32(e);
    words[1] = high;
    return double[0]!;
  };
  const words64 = (to: number, e: number): number => {
    const high = slow32(e + 4);
    if (high === undefined) return NONE;
    R[to] = slow32(e);
    R[to + 1] = high;
    return 0;
  };
  const loadF64 = makeLoadF64(slowF64, makeAlignedF64(V));
  return {
    load64: makeLoad64(loadF64, makeSettle64(makePutIn64(D), words64)),
    load16: makeLoad16(slow16, makeAligned16(V)),
    load32: makeLoad32(slow32, makeAligned32(V)),
    loadF32: makeLoadF32(slowF32, makeAlignedF32(V)),
    loadF64,
  };
}

const makeAligned16 = (V: Views): Load =>
  function aligned16Part(e) {
    return V.u16[e >>> 1]!;
  };
const makeAligned32 = (V: Views): Load =>
  function aligned32Part(e) {
    return V.i32[e >>> 2]!;
  };
const makeAlignedF32 = (V: Views): Load =>
  function alignedF32Part(e) {
    return V.f32[e >>> 2]!;
  };
const makeAlignedF64 = (V: Views): Load =>
  function alignedF64Part(e) {
    return V.f64[e >>> 3]!;
  };
const makeLoad16 = (slow: Load, aligned: Load): Load =>
  function load16Part(e) {
    return e & 1 ? slow(e) : aligned(e);
  };
const makeLoad32 = (slow: Load, aligned: Load): Load =>
  function load32Part(e) {
    return e & 3 ? slow(e) : aligned(e);
  };
const makeLoadF32 = (slow: Load, aligned: Load): Load =>
  function loadF32Part(e) {
    return e & 3 ? slow(e) : aligned(e);
  };
const makeLoadF64 = (slow: Load, aligned: Load): Load =>
  function loadF64Part(e) {
    return e & 7 ? slow(e) : aligned(e);
  };

function createStores(V: Views) {
  const slow16 = (e: number, value: number): number => {
    const { u8 } = V;
    if (e + 1 >= u8.length) return NONE;
    u8[e] = value;
    u8[e + 1] = value >> 8;
    return 0;
  };
  const slow32 = (e: number, value: number): number => {
    const { u8 } = V;
    if (e + 3 >= u8.length) return NONE;
    u8[e] = value;
    u8[e + 1] = value >> 8;
    u8[e + 2] = value >> 16;
    u8[e + 3] = value >> 24;
    return 0;
  };
  const words = new Int32Array(2);
  const float = new Float32Array(words.buffer);
  const double = new Float64Array(words.buffer);
  const slowF32 = (e: number, value: number): number => {
    float[0] = value;
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    return slow32(e, value === value ? words[0]! : 0x7fc00000);
  };
  const slowF64 = (e: number, value: number): number => {
    double[0] = value;
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    const isNumber = value === value;
    if (slow32(e + 4, isNumber ? words[1]! : 0x7ff80000) === undefined) return NONE;
    return slow32(e, isNumber ? words[0]! : 0);
  };
  return {
    store8: makeStore8(V),
    store16: makeStore16(slow16, makeIndex16(makeAligned16To(V))),
    store32: makeStore32(slow32, makeIndex32(makeAligned32To(V))),
    storeF32: makeStoreF32(slowF32, makeNumberF32(slowF32, makeIndexF32(makeAlignedF32To(V)))),
    storeF64: makeStoreF64(slowF64, makeNumberF64(slowF64, makeIndexF64(makeAlignedF64To(V)))),
  };
}

// A store past the end of a typed array is no error, so it is looked at first; V8 sees that both have one bounds check.
const makeStore8 = (V: Views): Store =>
  function store8Part(e, value) {
    const view = V.u8;
    if (view[e] === undefined) return undefined!;
    view[e] = value;
    return 0;
  };
const makeAligned16To = (V: Views): Store =>
  function aligned16ToPart(index, value) {
    const view = V.u16;
    if (view[index] === undefined) return undefined!;
    view[index] = value;
    return 0;
  };
const makeAligned32To = (V: Views): Store =>
  function aligned32ToPart(index, value) {
    const view = V.i32;
    if (view[index] === undefined) return undefined!;
    view[index] = value;
    return 0;
  };
const makeAlignedF32To = (V: Views): Store =>
  function alignedF32ToPart(index, value) {
    const view = V.f32;
    if (view[index] === undefined) return undefined!;
    view[index] = value;
    return 0;
  };
const makeAlignedF64To = (V: Views): Store =>
  function alignedF64ToPart(index, value) {
    const view = V.f64;
    if (view[index] === undefined) return undefined!;
    view[index] = value;
    return 0;
  };
const makeIndex16 = (put: Store): Store =>
  function index16Part(e, value) {
    return put(e >>> 1, value);
  };
const makeIndex32 = (put: Store): Store =>
  function index32Part(e, value) {
    return put(e >>> 2, value);
  };
const makeIndexF32 = (put: Store): Store =>
  function indexF32Part(e, value) {
    return put(e >>> 2, value);
  };
const makeIndexF64 = (put: Store): Store =>
  function indexF64Part(e, value) {
    return put(e >>> 3, value);
  };
const makeStore16 = (slow: Store, aligned: Store): Store =>
  function store16Part(e, value) {
    return e & 1 ? slow(e, value) : aligned(e, value);
  };
const makeStore32 = (slow: Store, aligned: Store): Store =>
  function store32Part(e, value) {
    return e & 3 ? slow(e, value) : aligned(e, value);
  };
const makeStoreF32 = (slow: Store, aligned: Store): Store =>
  function storeF32Part(e, value) {
    return e & 3 ? slow(e, value) : aligned(e, value);
  };
const makeStoreF64 = (slow: Store, aligned: Store): Store =>
  function storeF64Part(e, value) {
    return e & 7 ? slow(e, value) : aligned(e, value);
  };
const makeNumberF32 = (slow: Store, put: Store): Store =>
  function numberF32Part(e, value) {
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    return value === value ? put(e, value) : slow(e, value);
  };
const makeNumberF64 = (slow: Store, put: Store): Store =>
  function numberF64Part(e, value) {
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    return value === value ? put(e, value) : slow(e, value);
  };

/** How helpers are made of others, for the warm-up: these must not be inlined where a helper is compiled by itself. */
export const HELPER_FACTORIES: readonly ((first: Helper, second: Helper, third: Helper) => Helper)[] = [
  makePay,
  makePass,
  makeCommit,
  makeSetLow,
  makeSetHigh,
  makeLoad16,
  makeLoad32,
  makeLoadF32,
  makeLoadF64,
  makeLoad64,
  makeCopy64,
  makeSettle64,
  makeSet32,
  makeSet64,
  makeIndex16,
  makeIndex32,
  makeIndexF32,
  makeIndexF64,
  makeStore16,
  makeStore32,
  makeStoreF32,
  makeStoreF64,
  makeNumberF32,
  makeNumberF64,
] as readonly unknown[] as readonly ((first: Helper, second: Helper, third: Helper) => Helper)[];
