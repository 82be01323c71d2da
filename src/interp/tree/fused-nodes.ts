// The closures that trees are made of where nothing compiles JavaScript, in a form for each kind of operand.
// Generated from scripts/generate-fused.mjs and scripts/cases by scripts/generate-trees.mjs: change those, then run `npm run generate`.

import type { FunctionInstance } from "../../runtime/function.ts";
import type { GlobalInstance } from "../../runtime/global.ts";
import { Code, FIRST_RARE } from "../code/code.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { Operation } from "../code/node-data.ts";
import * as i64 from "../ops/numeric/i64.ts";
import { RARE_ARITHMETIC } from "../ops/rare.ts";
import { bulk } from "./bulk.ts";
import { type Binary, LEAVING, type Unary } from "./environment.ts";
import type { Closure, Flow, Frame, FusedCallee, NodeFactory, Site, Step, Test, Value } from "./frame.ts";
import { Counter, type Exit, LEFT, type Machine } from "./machine.ts";

export function createFusedNodes(
  machine: Machine,
  frames: Frame[],
  fuel: number,
  room: number,
  G: readonly GlobalInstance[],
  M8: Uint8Array,
  M32: Int32Array,
  MF32: Float32Array,
  MF64: Float64Array,
  spare: Int32Array,
  ml: number,
  last1: number,
  last2: number,
  last4: number,
  last8: number,
) {
  const { C } = machine;
  const words = new Int32Array(2);
  const float = new Float32Array(words.buffer);
  const double = new Float64Array(words.buffer);

  function frameAt(at: number): Frame {
    let frame = frames[at >> 1];
    if (frame === undefined) {
      frame = Object.assign(machine.R.subarray(at), { F: machine.F.subarray(at), D: machine.D.subarray(at >> 1), start: at });
      frames[at >> 1] = frame;
    }
    return frame;
  }
  function leave(L: Frame, exit: Exit): number {
    machine.exit = exit;
    machine.fp = L.start;
    return LEFT;
  }
  function quit(L: Frame, exit: Exit): never {
    leave(L, exit);
    throw LEAVING;
  }
  function trap(L: Frame, { exit, operands }: Site): never {
    for (const { word, value } of operands) L[word] = value(L);
    return quit(L, exit);
  }
  function nan64(L: Frame, d: number): void {
    L[2 * d] = 0;
    L[2 * d + 1] = 0x7ff80000;
  }
  function load32(bytes: Uint8Array, e: number): number {
    return bytes[e]! | (bytes[e + 1]! << 8) | (bytes[e + 2]! << 16) | (bytes[e + 3]! << 24);
  }
  function store32(bytes: Uint8Array, e: number, v: number): void {
    bytes[e] = v;
    bytes[e + 1] = v >> 8;
    bytes[e + 2] = v >> 16;
    bytes[e + 3] = v >> 24;
  }
  function farF32(e: number): number {
    words[0] = load32(M8, e);
    return float[0]!;
  }
  function farF64(e: number): number {
    words[0] = load32(M8, e);
    words[1] = load32(M8, e + 4);
    return double[0]!;
  }
  function putF32(e: number, v: number): void {
    float[0] = v;
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    store32(M8, e, v === v ? words[0]! : 0x7fc00000);
  }
  function putF64(e: number, v: number): void {
    double[0] = v;
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    const isNumber = v === v;
    store32(M8, e, isNumber ? words[0]! : 0);
    store32(M8, e + 4, isNumber ? words[1]! : 0x7ff80000);
  }
  function callIndirect(L: Frame, node: CodeNode, site: number, exit: Exit): number {
    const { instance } = machine.V;
    const elements = instance!.tables[node.c]?.elements as (FunctionInstance | null)[];
    const func = elements[L[node.a]! >>> 0];
    // What traps, converts or crosses instances is the interpreter's.
    if (func === undefined || func === null) return leave(L, exit);
    if (func.typeId !== node.b || func.instance !== instance) return leave(L, exit);
    const callee = (func.code as FunctionCode).tree?.callee as FusedCallee | undefined;
    if (callee === undefined || room === 0 || fuel < callee.fuel) return leave(L, exit);
    fuel -= callee.fuel;
    C[room--] = site;
    if (callee.onFrame(frameAt(L.start + node.d)) < 0) return LEFT;
    room++;
    return 0;
  }
  function rare(L: Frame, exit: Exit): void {
    if (exit.node.op === Code.Heavy) {
      if (!bulk(machine.V, machine.R, exit.node, L.start)) quit(L, exit);
      return;
    }
    try {
      RARE_ARITHMETIC[exit.node.op - FIRST_RARE]?.(machine, exit.node, L.start);
    } catch {
      // It traps again where the interpreter executes it.
      quit(L, exit);
    }
  }

  const nodes: Readonly<Record<string, NodeFactory>> = {
    get: (a: number): Closure => (L: Frame) => L[a]!,
    constant: (k: number): Closure => () => k,
    set: (d: number, x: Value): Closure => (L: Frame) => { L[d] = x(L); },
    setK: (d: number, k: number): Closure => (L: Frame) => { L[d] = k; },
    move: (d: number, a: number): Closure => (L: Frame) => { L[d] = L[a]!; },
    addLL: (a: number, b: number): Closure => (L: Frame) => L[a]! + L[b]! | 0,
    setAddLL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = L[a]! + L[b]! | 0; },
    addLK: (a: number, k: number): Closure => (L: Frame) => L[a]! + k | 0,
    setAddLK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = L[a]! + k | 0; },
    addLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! + y(L) | 0,
    setAddLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = L[a]! + y(L) | 0; },
    addEL: (x: Value, b: number): Closure => (L: Frame) => x(L) + L[b]! | 0,
    setAddEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = x(L) + L[b]! | 0; },
    addEK: (x: Value, k: number): Closure => (L: Frame) => x(L) + k | 0,
    setAddEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = x(L) + k | 0; },
    addEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) + y(L) | 0,
    setAddEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = x(L) + y(L) | 0; },
    subLL: (a: number, b: number): Closure => (L: Frame) => L[a]! - L[b]! | 0,
    setSubLL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = L[a]! - L[b]! | 0; },
    subLK: (a: number, k: number): Closure => (L: Frame) => L[a]! - k | 0,
    setSubLK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = L[a]! - k | 0; },
    subLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! - y(L) | 0,
    setSubLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = L[a]! - y(L) | 0; },
    subEL: (x: Value, b: number): Closure => (L: Frame) => x(L) - L[b]! | 0,
    setSubEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = x(L) - L[b]! | 0; },
    subEK: (x: Value, k: number): Closure => (L: Frame) => x(L) - k | 0,
    setSubEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = x(L) - k | 0; },
    subEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) - y(L) | 0,
    setSubEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = x(L) - y(L) | 0; },
    mulLL: (a: number, b: number): Closure => (L: Frame) => Math.imul(L[a]!, L[b]!),
    setMulLL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = Math.imul(L[a]!, L[b]!); },
    mulLK: (a: number, k: number): Closure => (L: Frame) => Math.imul(L[a]!, k),
    setMulLK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = Math.imul(L[a]!, k); },
    mulLE: (a: number, y: Value): Closure => (L: Frame) => Math.imul(L[a]!, y(L)),
    setMulLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = Math.imul(L[a]!, y(L)); },
    mulEL: (x: Value, b: number): Closure => (L: Frame) => Math.imul(x(L), L[b]!),
    setMulEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = Math.imul(x(L), L[b]!); },
    mulEK: (x: Value, k: number): Closure => (L: Frame) => Math.imul(x(L), k),
    setMulEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = Math.imul(x(L), k); },
    mulEE: (x: Value, y: Value): Closure => (L: Frame) => Math.imul(x(L), y(L)),
    setMulEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = Math.imul(x(L), y(L)); },
    andLL: (a: number, b: number): Closure => (L: Frame) => L[a]! & L[b]!,
    setAndLL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = L[a]! & L[b]!; },
    andLK: (a: number, k: number): Closure => (L: Frame) => L[a]! & k,
    setAndLK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = L[a]! & k; },
    andLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! & y(L),
    setAndLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = L[a]! & y(L); },
    andEL: (x: Value, b: number): Closure => (L: Frame) => x(L) & L[b]!,
    setAndEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = x(L) & L[b]!; },
    andEK: (x: Value, k: number): Closure => (L: Frame) => x(L) & k,
    setAndEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = x(L) & k; },
    andEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) & y(L),
    setAndEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = x(L) & y(L); },
    orLL: (a: number, b: number): Closure => (L: Frame) => L[a]! | L[b]!,
    setOrLL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = L[a]! | L[b]!; },
    orLK: (a: number, k: number): Closure => (L: Frame) => L[a]! | k,
    setOrLK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = L[a]! | k; },
    orLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! | y(L),
    setOrLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = L[a]! | y(L); },
    orEL: (x: Value, b: number): Closure => (L: Frame) => x(L) | L[b]!,
    setOrEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = x(L) | L[b]!; },
    orEK: (x: Value, k: number): Closure => (L: Frame) => x(L) | k,
    setOrEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = x(L) | k; },
    orEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) | y(L),
    setOrEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = x(L) | y(L); },
    xorLL: (a: number, b: number): Closure => (L: Frame) => L[a]! ^ L[b]!,
    setXorLL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = L[a]! ^ L[b]!; },
    xorLK: (a: number, k: number): Closure => (L: Frame) => L[a]! ^ k,
    setXorLK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = L[a]! ^ k; },
    xorLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! ^ y(L),
    setXorLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = L[a]! ^ y(L); },
    xorEL: (x: Value, b: number): Closure => (L: Frame) => x(L) ^ L[b]!,
    setXorEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = x(L) ^ L[b]!; },
    xorEK: (x: Value, k: number): Closure => (L: Frame) => x(L) ^ k,
    setXorEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = x(L) ^ k; },
    xorEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) ^ y(L),
    setXorEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = x(L) ^ y(L); },
    shlLL: (a: number, b: number): Closure => (L: Frame) => L[a]! << L[b]!,
    setShlLL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = L[a]! << L[b]!; },
    shlLK: (a: number, k: number): Closure => (L: Frame) => L[a]! << k,
    setShlLK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = L[a]! << k; },
    shlLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! << y(L),
    setShlLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = L[a]! << y(L); },
    shlEL: (x: Value, b: number): Closure => (L: Frame) => x(L) << L[b]!,
    setShlEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = x(L) << L[b]!; },
    shlEK: (x: Value, k: number): Closure => (L: Frame) => x(L) << k,
    setShlEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = x(L) << k; },
    shlEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) << y(L),
    setShlEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = x(L) << y(L); },
    shrSLL: (a: number, b: number): Closure => (L: Frame) => L[a]! >> L[b]!,
    setShrSLL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = L[a]! >> L[b]!; },
    shrSLK: (a: number, k: number): Closure => (L: Frame) => L[a]! >> k,
    setShrSLK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = L[a]! >> k; },
    shrSLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! >> y(L),
    setShrSLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = L[a]! >> y(L); },
    shrSEL: (x: Value, b: number): Closure => (L: Frame) => x(L) >> L[b]!,
    setShrSEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = x(L) >> L[b]!; },
    shrSEK: (x: Value, k: number): Closure => (L: Frame) => x(L) >> k,
    setShrSEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = x(L) >> k; },
    shrSEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) >> y(L),
    setShrSEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = x(L) >> y(L); },
    shrULL: (a: number, b: number): Closure => (L: Frame) => L[a]! >>> L[b]! | 0,
    setShrULL: (d: number, a: number, b: number): Closure => (L: Frame) => { L[d] = L[a]! >>> L[b]! | 0; },
    shrULK: (a: number, k: number): Closure => (L: Frame) => L[a]! >>> k | 0,
    setShrULK: (d: number, a: number, k: number): Closure => (L: Frame) => { L[d] = L[a]! >>> k | 0; },
    shrULE: (a: number, y: Value): Closure => (L: Frame) => L[a]! >>> y(L) | 0,
    setShrULE: (d: number, a: number, y: Value): Closure => (L: Frame) => { L[d] = L[a]! >>> y(L) | 0; },
    shrUEL: (x: Value, b: number): Closure => (L: Frame) => x(L) >>> L[b]! | 0,
    setShrUEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { L[d] = x(L) >>> L[b]! | 0; },
    shrUEK: (x: Value, k: number): Closure => (L: Frame) => x(L) >>> k | 0,
    setShrUEK: (d: number, x: Value, k: number): Closure => (L: Frame) => { L[d] = x(L) >>> k | 0; },
    shrUEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) >>> y(L) | 0,
    setShrUEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { L[d] = x(L) >>> y(L) | 0; },
    rotlLK: (a: number, k: number, m: number): Closure => (L: Frame) => L[a]! << k | L[a]! >>> m,
    rotlEK: (x: Value, k: number, m: number): Closure => (L: Frame) => { const v = x(L); return v << k | v >>> m; },
    subKX: (k: number, x: Value): Closure => (L: Frame) => k - x(L) | 0,
    clz: (x: Value): Closure => (L: Frame) => Math.clz32(x(L)),
    unary: (f1: Unary, x: Value): Closure => (L: Frame) => f1(x(L)),
    binary: (f2: Binary, x: Value, y: Value): Closure => (L: Frame) => f2(x(L), y(L)),
    eqLL: (a: number, b: number): Closure => (L: Frame) => L[a]! === L[b]!,
    loopEqLL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! === L[b]!)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    eqLK: (a: number, k: number): Closure => (L: Frame) => L[a]! === k,
    loopEqLK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! === k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    eqLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! === y(L),
    eqEL: (x: Value, b: number): Closure => (L: Frame) => x(L) === L[b]!,
    eqEK: (x: Value, k: number): Closure => (L: Frame) => x(L) === k,
    eqEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) === y(L),
    neLL: (a: number, b: number): Closure => (L: Frame) => L[a]! !== L[b]!,
    loopNeLL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! !== L[b]!)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    neLK: (a: number, k: number): Closure => (L: Frame) => L[a]! !== k,
    loopNeLK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! !== k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    neLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! !== y(L),
    neEL: (x: Value, b: number): Closure => (L: Frame) => x(L) !== L[b]!,
    neEK: (x: Value, k: number): Closure => (L: Frame) => x(L) !== k,
    neEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) !== y(L),
    ltSLL: (a: number, b: number): Closure => (L: Frame) => L[a]! < L[b]!,
    loopLtSLL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! < L[b]!)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    ltSLK: (a: number, k: number): Closure => (L: Frame) => L[a]! < k,
    loopLtSLK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! < k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    ltSLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! < y(L),
    ltSEL: (x: Value, b: number): Closure => (L: Frame) => x(L) < L[b]!,
    ltSEK: (x: Value, k: number): Closure => (L: Frame) => x(L) < k,
    ltSEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) < y(L),
    gtSLL: (a: number, b: number): Closure => (L: Frame) => L[a]! > L[b]!,
    loopGtSLL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! > L[b]!)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    gtSLK: (a: number, k: number): Closure => (L: Frame) => L[a]! > k,
    loopGtSLK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! > k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    gtSLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! > y(L),
    gtSEL: (x: Value, b: number): Closure => (L: Frame) => x(L) > L[b]!,
    gtSEK: (x: Value, k: number): Closure => (L: Frame) => x(L) > k,
    gtSEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) > y(L),
    leSLL: (a: number, b: number): Closure => (L: Frame) => L[a]! <= L[b]!,
    loopLeSLL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! <= L[b]!)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    leSLK: (a: number, k: number): Closure => (L: Frame) => L[a]! <= k,
    loopLeSLK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! <= k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    leSLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! <= y(L),
    leSEL: (x: Value, b: number): Closure => (L: Frame) => x(L) <= L[b]!,
    leSEK: (x: Value, k: number): Closure => (L: Frame) => x(L) <= k,
    leSEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) <= y(L),
    geSLL: (a: number, b: number): Closure => (L: Frame) => L[a]! >= L[b]!,
    loopGeSLL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >= L[b]!)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    geSLK: (a: number, k: number): Closure => (L: Frame) => L[a]! >= k,
    loopGeSLK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >= k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    geSLE: (a: number, y: Value): Closure => (L: Frame) => L[a]! >= y(L),
    geSEL: (x: Value, b: number): Closure => (L: Frame) => x(L) >= L[b]!,
    geSEK: (x: Value, k: number): Closure => (L: Frame) => x(L) >= k,
    geSEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) >= y(L),
    ltULL: (a: number, b: number): Closure => (L: Frame) => L[a]! >>> 0 < L[b]! >>> 0,
    loopLtULL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >>> 0 < L[b]! >>> 0)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    ltULK: (a: number, k: number): Closure => (L: Frame) => L[a]! >>> 0 < k,
    loopLtULK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >>> 0 < k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    ltULE: (a: number, y: Value): Closure => (L: Frame) => L[a]! >>> 0 < y(L) >>> 0,
    ltUEL: (x: Value, b: number): Closure => (L: Frame) => x(L) >>> 0 < L[b]! >>> 0,
    ltUEK: (x: Value, k: number): Closure => (L: Frame) => x(L) >>> 0 < k,
    ltUEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) >>> 0 < y(L) >>> 0,
    gtULL: (a: number, b: number): Closure => (L: Frame) => L[a]! >>> 0 > L[b]! >>> 0,
    loopGtULL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >>> 0 > L[b]! >>> 0)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    gtULK: (a: number, k: number): Closure => (L: Frame) => L[a]! >>> 0 > k,
    loopGtULK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >>> 0 > k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    gtULE: (a: number, y: Value): Closure => (L: Frame) => L[a]! >>> 0 > y(L) >>> 0,
    gtUEL: (x: Value, b: number): Closure => (L: Frame) => x(L) >>> 0 > L[b]! >>> 0,
    gtUEK: (x: Value, k: number): Closure => (L: Frame) => x(L) >>> 0 > k,
    gtUEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) >>> 0 > y(L) >>> 0,
    leULL: (a: number, b: number): Closure => (L: Frame) => L[a]! >>> 0 <= L[b]! >>> 0,
    loopLeULL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >>> 0 <= L[b]! >>> 0)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    leULK: (a: number, k: number): Closure => (L: Frame) => L[a]! >>> 0 <= k,
    loopLeULK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >>> 0 <= k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    leULE: (a: number, y: Value): Closure => (L: Frame) => L[a]! >>> 0 <= y(L) >>> 0,
    leUEL: (x: Value, b: number): Closure => (L: Frame) => x(L) >>> 0 <= L[b]! >>> 0,
    leUEK: (x: Value, k: number): Closure => (L: Frame) => x(L) >>> 0 <= k,
    leUEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) >>> 0 <= y(L) >>> 0,
    geULL: (a: number, b: number): Closure => (L: Frame) => L[a]! >>> 0 >= L[b]! >>> 0,
    loopGeULL: (s: Step, a: number, b: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >>> 0 >= L[b]! >>> 0)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    geULK: (a: number, k: number): Closure => (L: Frame) => L[a]! >>> 0 >= k,
    loopGeULK: (s: Step, a: number, k: number, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!(L[a]! >>> 0 >= k)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    geULE: (a: number, y: Value): Closure => (L: Frame) => L[a]! >>> 0 >= y(L) >>> 0,
    geUEL: (x: Value, b: number): Closure => (L: Frame) => x(L) >>> 0 >= L[b]! >>> 0,
    geUEK: (x: Value, k: number): Closure => (L: Frame) => x(L) >>> 0 >= k,
    geUEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) >>> 0 >= y(L) >>> 0,
    isZeroL: (a: number): Closure => (L: Frame) => L[a]! === 0,
    isZero: (x: Value): Closure => (L: Frame) => x(L) === 0,
    isSetL: (a: number): Closure => (L: Frame) => L[a]! !== 0,
    isSet: (x: Value): Closure => (L: Frame) => x(L) !== 0,
    not: (c: Test): Closure => (L: Frame) => !c(L),
    both: (c: Test, e: Test): Closure => (L: Frame) => c(L) && e(L),
    either: (c: Test, e: Test): Closure => (L: Frame) => c(L) || e(L),
    bit: (c: Test): Closure => (L: Frame) => c(L) ? 1 : 0,
    select: (c: Test, x: Value, y: Value): Closure => (L: Frame) => c(L) ? x(L) : y(L),
    setSelect: (d: number, c: Test, a: number, b: number): Closure => (L: Frame) => { L[d] = c(L) ? L[a]! : L[b]!; },
    hold: (k: number, x: Value): Closure => (L: Frame) => { spare[k] = x(L); },
    held: (k: number): Closure => () => spare[k]!,
    get32: (a: number): Closure => (L: Frame) => L.F[a]!,
    get64: (a: number): Closure => (L: Frame) => L.D[a]!,
    fAddLL: (a: number, b: number): Closure => (L: Frame) => L.D[a]! + L.D[b]!,
    setFAddLL: (d: number, a: number, b: number): Closure => (L: Frame) => { const v = L.D[a]! + L.D[b]!; if (v === v) L.D[d] = v; else nan64(L, d); },
    fAddLE: (a: number, y: Value): Closure => (L: Frame) => L.D[a]! + y(L),
    setFAddLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { const v = L.D[a]! + y(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    fAddEL: (x: Value, b: number): Closure => (L: Frame) => x(L) + L.D[b]!,
    setFAddEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { const v = x(L) + L.D[b]!; if (v === v) L.D[d] = v; else nan64(L, d); },
    fAddEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) + y(L),
    setFAddEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { const v = x(L) + y(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    fSubLL: (a: number, b: number): Closure => (L: Frame) => L.D[a]! - L.D[b]!,
    setFSubLL: (d: number, a: number, b: number): Closure => (L: Frame) => { const v = L.D[a]! - L.D[b]!; if (v === v) L.D[d] = v; else nan64(L, d); },
    fSubLE: (a: number, y: Value): Closure => (L: Frame) => L.D[a]! - y(L),
    setFSubLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { const v = L.D[a]! - y(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    fSubEL: (x: Value, b: number): Closure => (L: Frame) => x(L) - L.D[b]!,
    setFSubEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { const v = x(L) - L.D[b]!; if (v === v) L.D[d] = v; else nan64(L, d); },
    fSubEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) - y(L),
    setFSubEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { const v = x(L) - y(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    fMulLL: (a: number, b: number): Closure => (L: Frame) => L.D[a]! * L.D[b]!,
    setFMulLL: (d: number, a: number, b: number): Closure => (L: Frame) => { const v = L.D[a]! * L.D[b]!; if (v === v) L.D[d] = v; else nan64(L, d); },
    fMulLE: (a: number, y: Value): Closure => (L: Frame) => L.D[a]! * y(L),
    setFMulLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { const v = L.D[a]! * y(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    fMulEL: (x: Value, b: number): Closure => (L: Frame) => x(L) * L.D[b]!,
    setFMulEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { const v = x(L) * L.D[b]!; if (v === v) L.D[d] = v; else nan64(L, d); },
    fMulEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) * y(L),
    setFMulEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { const v = x(L) * y(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    fDivLL: (a: number, b: number): Closure => (L: Frame) => L.D[a]! / L.D[b]!,
    setFDivLL: (d: number, a: number, b: number): Closure => (L: Frame) => { const v = L.D[a]! / L.D[b]!; if (v === v) L.D[d] = v; else nan64(L, d); },
    fDivLE: (a: number, y: Value): Closure => (L: Frame) => L.D[a]! / y(L),
    setFDivLE: (d: number, a: number, y: Value): Closure => (L: Frame) => { const v = L.D[a]! / y(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    fDivEL: (x: Value, b: number): Closure => (L: Frame) => x(L) / L.D[b]!,
    setFDivEL: (d: number, x: Value, b: number): Closure => (L: Frame) => { const v = x(L) / L.D[b]!; if (v === v) L.D[d] = v; else nan64(L, d); },
    fDivEE: (x: Value, y: Value): Closure => (L: Frame) => x(L) / y(L),
    setFDivEE: (d: number, x: Value, y: Value): Closure => (L: Frame) => { const v = x(L) / y(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    fRound: (x: Value): Closure => (L: Frame) => Math.fround(x(L)),
    fSqrt: (x: Value): Closure => (L: Frame) => Math.sqrt(x(L)),
    unsigned: (x: Value): Closure => (L: Frame) => x(L) >>> 0,
    fEq: (x: Value, y: Value): Closure => (L: Frame) => x(L) === y(L),
    fNe: (x: Value, y: Value): Closure => (L: Frame) => x(L) !== y(L),
    fLt: (x: Value, y: Value): Closure => (L: Frame) => x(L) < y(L),
    fGt: (x: Value, y: Value): Closure => (L: Frame) => x(L) > y(L),
    fLe: (x: Value, y: Value): Closure => (L: Frame) => x(L) <= y(L),
    fGe: (x: Value, y: Value): Closure => (L: Frame) => x(L) >= y(L),
    set32: (d: number, x: Value): Closure => (L: Frame) => { const v = x(L); if (v === v) L.F[d] = v; else L[d] = 0x7fc00000; },
    set64: (d: number, x: Value): Closure => (L: Frame) => { const v = x(L); if (v === v) L.D[d] = v; else nan64(L, d); },
    copy64: (d: number, a: number): Closure => { const d1 = d + 1, a1 = a + 1; return (L: Frame) => { L[d] = L[a]!; L[d1] = L[a1]!; }; },
    const64: (d: number, k: number, m: number): Closure => { const d1 = d + 1; return (L: Frame) => { L[d] = k; L[d1] = m; }; },
    load8L: (a: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0; if (e > last1) return trap(L, i); return M8[e]!; },
    setLoad8L: (d: number, a: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0; if (e > last1) return trap(L, i); L[d] = M8[e]!; },
    load8LK: (a: number, k: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last1) return trap(L, i); return M8[e]!; },
    setLoad8LK: (d: number, a: number, k: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last1) return trap(L, i); L[d] = M8[e]!; },
    load8E: (x: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0; if (e > last1) return trap(L, i); return M8[e]!; },
    setLoad8E: (d: number, x: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0; if (e > last1) return trap(L, i); L[d] = M8[e]!; },
    load8EK: (x: Value, k: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last1) return trap(L, i); return M8[e]!; },
    setLoad8EK: (d: number, x: Value, k: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last1) return trap(L, i); L[d] = M8[e]!; },
    load16L: (a: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0; if (e > last2) return trap(L, i); return M8[e]! | M8[e + 1]! << 8; },
    setLoad16L: (d: number, a: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0; if (e > last2) return trap(L, i); L[d] = M8[e]! | M8[e + 1]! << 8; },
    load16LK: (a: number, k: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last2) return trap(L, i); return M8[e]! | M8[e + 1]! << 8; },
    setLoad16LK: (d: number, a: number, k: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last2) return trap(L, i); L[d] = M8[e]! | M8[e + 1]! << 8; },
    load16E: (x: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0; if (e > last2) return trap(L, i); return M8[e]! | M8[e + 1]! << 8; },
    setLoad16E: (d: number, x: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0; if (e > last2) return trap(L, i); L[d] = M8[e]! | M8[e + 1]! << 8; },
    load16EK: (x: Value, k: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last2) return trap(L, i); return M8[e]! | M8[e + 1]! << 8; },
    setLoad16EK: (d: number, x: Value, k: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last2) return trap(L, i); L[d] = M8[e]! | M8[e + 1]! << 8; },
    load32L: (a: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0; if (e > last4) return trap(L, i); return (e & 3) === 0 ? M32[e >> 2]! : load32(M8, e); },
    setLoad32L: (d: number, a: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0; if (e > last4) return trap(L, i); L[d] = (e & 3) === 0 ? M32[e >> 2]! : load32(M8, e); },
    load32LK: (a: number, k: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last4) return trap(L, i); return (e & 3) === 0 ? M32[e >> 2]! : load32(M8, e); },
    setLoad32LK: (d: number, a: number, k: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last4) return trap(L, i); L[d] = (e & 3) === 0 ? M32[e >> 2]! : load32(M8, e); },
    load32E: (x: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0; if (e > last4) return trap(L, i); return (e & 3) === 0 ? M32[e >> 2]! : load32(M8, e); },
    setLoad32E: (d: number, x: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0; if (e > last4) return trap(L, i); L[d] = (e & 3) === 0 ? M32[e >> 2]! : load32(M8, e); },
    load32EK: (x: Value, k: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last4) return trap(L, i); return (e & 3) === 0 ? M32[e >> 2]! : load32(M8, e); },
    setLoad32EK: (d: number, x: Value, k: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last4) return trap(L, i); L[d] = (e & 3) === 0 ? M32[e >> 2]! : load32(M8, e); },
    loadF32L: (a: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0; if (e > last4) return trap(L, i); return (e & 3) === 0 ? MF32[e >> 2]! : farF32(e); },
    loadF32LK: (a: number, k: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last4) return trap(L, i); return (e & 3) === 0 ? MF32[e >> 2]! : farF32(e); },
    loadF32E: (x: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0; if (e > last4) return trap(L, i); return (e & 3) === 0 ? MF32[e >> 2]! : farF32(e); },
    loadF32EK: (x: Value, k: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last4) return trap(L, i); return (e & 3) === 0 ? MF32[e >> 2]! : farF32(e); },
    loadF64L: (a: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0; if (e > last8) return trap(L, i); return (e & 7) === 0 ? MF64[e >> 3]! : farF64(e); },
    loadF64LK: (a: number, k: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last8) return trap(L, i); return (e & 7) === 0 ? MF64[e >> 3]! : farF64(e); },
    loadF64E: (x: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0; if (e > last8) return trap(L, i); return (e & 7) === 0 ? MF64[e >> 3]! : farF64(e); },
    loadF64EK: (x: Value, k: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last8) return trap(L, i); return (e & 7) === 0 ? MF64[e >> 3]! : farF64(e); },
    load64L: (a: number, d: number, i: Site): Closure => { const d1 = d + 1; return (L: Frame) => { const e = L[a]! >>> 0; if (e > last8) return trap(L, i); if ((e & 3) === 0) { L[d] = M32[e >> 2]!; L[d1] = M32[(e >> 2) + 1]!; } else { L[d] = load32(M8, e); L[d1] = load32(M8, e + 4); } }; },
    load64LK: (a: number, k: number, d: number, i: Site): Closure => { const d1 = d + 1; return (L: Frame) => { const e = (L[a]! >>> 0) + k; if (e > last8) return trap(L, i); if ((e & 3) === 0) { L[d] = M32[e >> 2]!; L[d1] = M32[(e >> 2) + 1]!; } else { L[d] = load32(M8, e); L[d1] = load32(M8, e + 4); } }; },
    load64E: (x: Value, d: number, i: Site): Closure => { const d1 = d + 1; return (L: Frame) => { const e = x(L) >>> 0; if (e > last8) return trap(L, i); if ((e & 3) === 0) { L[d] = M32[e >> 2]!; L[d1] = M32[(e >> 2) + 1]!; } else { L[d] = load32(M8, e); L[d1] = load32(M8, e + 4); } }; },
    load64EK: (x: Value, k: number, d: number, i: Site): Closure => { const d1 = d + 1; return (L: Frame) => { const e = (x(L) >>> 0) + k; if (e > last8) return trap(L, i); if ((e & 3) === 0) { L[d] = M32[e >> 2]!; L[d1] = M32[(e >> 2) + 1]!; } else { L[d] = load32(M8, e); L[d1] = load32(M8, e + 4); } }; },
    store8L_L: (a: number, b: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = L[b]!; if (e > last1) return trap(L, i); M8[e] = v; },
    store8L_E: (a: number, y: Value, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = y(L); if (e > last1) return trap(L, i); M8[e] = v; },
    store8L_K: (a: number, n: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = n; if (e > last1) return trap(L, i); M8[e] = v; },
    store8LK_L: (a: number, k: number, b: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = L[b]!; if (e > last1) return trap(L, i); M8[e] = v; },
    store8LK_E: (a: number, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = y(L); if (e > last1) return trap(L, i); M8[e] = v; },
    store8LK_K: (a: number, k: number, n: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = n; if (e > last1) return trap(L, i); M8[e] = v; },
    store8E_L: (x: Value, b: number, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = L[b]!; if (e > last1) return trap(L, i); M8[e] = v; },
    store8E_E: (x: Value, y: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = y(L); if (e > last1) return trap(L, i); M8[e] = v; },
    store8E_K: (x: Value, n: number, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = n; if (e > last1) return trap(L, i); M8[e] = v; },
    store8EK_L: (x: Value, k: number, b: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = L[b]!; if (e > last1) return trap(L, i); M8[e] = v; },
    store8EK_E: (x: Value, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = y(L); if (e > last1) return trap(L, i); M8[e] = v; },
    store8EK_K: (x: Value, k: number, n: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = n; if (e > last1) return trap(L, i); M8[e] = v; },
    store16L_L: (a: number, b: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = L[b]!; if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16L_E: (a: number, y: Value, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = y(L); if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16L_K: (a: number, n: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = n; if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16LK_L: (a: number, k: number, b: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = L[b]!; if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16LK_E: (a: number, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = y(L); if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16LK_K: (a: number, k: number, n: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = n; if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16E_L: (x: Value, b: number, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = L[b]!; if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16E_E: (x: Value, y: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = y(L); if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16E_K: (x: Value, n: number, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = n; if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16EK_L: (x: Value, k: number, b: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = L[b]!; if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16EK_E: (x: Value, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = y(L); if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store16EK_K: (x: Value, k: number, n: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = n; if (e > last2) return trap(L, i); M8[e] = v; M8[e + 1] = v >> 8; },
    store32L_L: (a: number, b: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = L[b]!; if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32L_E: (a: number, y: Value, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = y(L); if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32L_K: (a: number, n: number, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = n; if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32LK_L: (a: number, k: number, b: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = L[b]!; if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32LK_E: (a: number, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = y(L); if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32LK_K: (a: number, k: number, n: number, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = n; if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32E_L: (x: Value, b: number, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = L[b]!; if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32E_E: (x: Value, y: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = y(L); if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32E_K: (x: Value, n: number, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = n; if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32EK_L: (x: Value, k: number, b: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = L[b]!; if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32EK_E: (x: Value, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = y(L); if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    store32EK_K: (x: Value, k: number, n: number, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = n; if (e > last4) return trap(L, i); if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v); },
    storeF32L_E: (a: number, y: Value, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = y(L); if (e > last4) return trap(L, i); if ((e & 3) === 0 && v === v) MF32[e >> 2] = v; else putF32(e, v); },
    storeF32LK_E: (a: number, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = y(L); if (e > last4) return trap(L, i); if ((e & 3) === 0 && v === v) MF32[e >> 2] = v; else putF32(e, v); },
    storeF32E_E: (x: Value, y: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = y(L); if (e > last4) return trap(L, i); if ((e & 3) === 0 && v === v) MF32[e >> 2] = v; else putF32(e, v); },
    storeF32EK_E: (x: Value, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = y(L); if (e > last4) return trap(L, i); if ((e & 3) === 0 && v === v) MF32[e >> 2] = v; else putF32(e, v); },
    storeF64L_E: (a: number, y: Value, i: Site): Closure => (L: Frame) => { const e = L[a]! >>> 0, v = y(L); if (e > last8) return trap(L, i); if ((e & 7) === 0 && v === v) MF64[e >> 3] = v; else putF64(e, v); },
    storeF64LK_E: (a: number, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (L[a]! >>> 0) + k, v = y(L); if (e > last8) return trap(L, i); if ((e & 7) === 0 && v === v) MF64[e >> 3] = v; else putF64(e, v); },
    storeF64E_E: (x: Value, y: Value, i: Site): Closure => (L: Frame) => { const e = x(L) >>> 0, v = y(L); if (e > last8) return trap(L, i); if ((e & 7) === 0 && v === v) MF64[e >> 3] = v; else putF64(e, v); },
    storeF64EK_E: (x: Value, k: number, y: Value, i: Site): Closure => (L: Frame) => { const e = (x(L) >>> 0) + k, v = y(L); if (e > last8) return trap(L, i); if ((e & 7) === 0 && v === v) MF64[e >> 3] = v; else putF64(e, v); },
    global: (k: number): Closure => () => { const g = G[k]!; return g.bits[g.at]!; },
    globalHigh: (k: number): Closure => () => { const g = G[k]!; return g.bits[g.at + 1]!; },
    globalSet: (k: number, x: Value): Closure => (L: Frame) => { const g = G[k]!; g.bits[g.at] = x(L); },
    globalSetHigh: (k: number, x: Value): Closure => (L: Frame) => { const g = G[k]!; g.bits[g.at + 1] = x(L); },
    checked: (x: Value, i: Site): Closure => (L: Frame) => x(L) ?? trap(L, i),
    when0: (c: Test, p: Flow, q: Flow): Closure => (L: Frame) => {  return c(L) ? p(L) : q(L); },
    flow0: (p: Flow, q: Flow): Closure => (L: Frame) => {  return p(L) || q(L); },
    exit0: (c: Test, n: number, k: number, j: Exit, q: Flow): Closure => (L: Frame) => {  if (c(L)) { if ((fuel -= n) < 0) quit(L, j); return k; } return q(L); },
    jump0: (n: number, k: number, j: Exit): Closure => (L: Frame) => {  if ((fuel -= n) < 0) quit(L, j); return k; },
    then1: (s: Step, p: Flow): Closure => (L: Frame) => { s(L); return p(L); },
    go1: (s: Step, k: number): Closure => (L: Frame) => { s(L); return k; },
    when1: (s: Step, c: Test, p: Flow, q: Flow): Closure => (L: Frame) => { s(L); return c(L) ? p(L) : q(L); },
    flow1: (s: Step, p: Flow, q: Flow): Closure => (L: Frame) => { s(L); return p(L) || q(L); },
    exit1: (s: Step, c: Test, n: number, k: number, j: Exit, q: Flow): Closure => (L: Frame) => { s(L); if (c(L)) { if ((fuel -= n) < 0) quit(L, j); return k; } return q(L); },
    jump1: (s: Step, n: number, k: number, j: Exit): Closure => (L: Frame) => { s(L); if ((fuel -= n) < 0) quit(L, j); return k; },
    loop1: (s: Step, c: Test, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); if (!c(L)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    steps2: (s: Step, t: Step): Closure => (L: Frame) => { s(L); t(L); },
    then2: (s: Step, t: Step, p: Flow): Closure => (L: Frame) => { s(L); t(L); return p(L); },
    go2: (s: Step, t: Step, k: number): Closure => (L: Frame) => { s(L); t(L); return k; },
    when2: (s: Step, t: Step, c: Test, p: Flow, q: Flow): Closure => (L: Frame) => { s(L); t(L); return c(L) ? p(L) : q(L); },
    flow2: (s: Step, t: Step, p: Flow, q: Flow): Closure => (L: Frame) => { s(L); t(L); return p(L) || q(L); },
    exit2: (s: Step, t: Step, c: Test, n: number, k: number, j: Exit, q: Flow): Closure => (L: Frame) => { s(L); t(L); if (c(L)) { if ((fuel -= n) < 0) quit(L, j); return k; } return q(L); },
    jump2: (s: Step, t: Step, n: number, k: number, j: Exit): Closure => (L: Frame) => { s(L); t(L); if ((fuel -= n) < 0) quit(L, j); return k; },
    loop2: (s: Step, t: Step, c: Test, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); t(L); if (!c(L)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    steps3: (s: Step, t: Step, u: Step): Closure => (L: Frame) => { s(L); t(L); u(L); },
    then3: (s: Step, t: Step, u: Step, p: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); return p(L); },
    go3: (s: Step, t: Step, u: Step, k: number): Closure => (L: Frame) => { s(L); t(L); u(L); return k; },
    when3: (s: Step, t: Step, u: Step, c: Test, p: Flow, q: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); return c(L) ? p(L) : q(L); },
    flow3: (s: Step, t: Step, u: Step, p: Flow, q: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); return p(L) || q(L); },
    exit3: (s: Step, t: Step, u: Step, c: Test, n: number, k: number, j: Exit, q: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); if (c(L)) { if ((fuel -= n) < 0) quit(L, j); return k; } return q(L); },
    jump3: (s: Step, t: Step, u: Step, n: number, k: number, j: Exit): Closure => (L: Frame) => { s(L); t(L); u(L); if ((fuel -= n) < 0) quit(L, j); return k; },
    loop3: (s: Step, t: Step, u: Step, c: Test, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); t(L); u(L); if (!c(L)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    steps4: (s: Step, t: Step, u: Step, v: Step): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); },
    then4: (s: Step, t: Step, u: Step, v: Step, p: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); return p(L); },
    go4: (s: Step, t: Step, u: Step, v: Step, k: number): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); return k; },
    when4: (s: Step, t: Step, u: Step, v: Step, c: Test, p: Flow, q: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); return c(L) ? p(L) : q(L); },
    flow4: (s: Step, t: Step, u: Step, v: Step, p: Flow, q: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); return p(L) || q(L); },
    exit4: (s: Step, t: Step, u: Step, v: Step, c: Test, n: number, k: number, j: Exit, q: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); if (c(L)) { if ((fuel -= n) < 0) quit(L, j); return k; } return q(L); },
    jump4: (s: Step, t: Step, u: Step, v: Step, n: number, k: number, j: Exit): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); if ((fuel -= n) < 0) quit(L, j); return k; },
    loop4: (s: Step, t: Step, u: Step, v: Step, c: Test, n: number, j: Exit): Closure => (L: Frame) => { for (;;) { s(L); t(L); u(L); v(L); if (!c(L)) return 0; if ((fuel -= n) < 0) quit(L, j); } },
    steps5: (s: Step, t: Step, u: Step, v: Step, w: Step): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); w(L); },
    then5: (s: Step, t: Step, u: Step, v: Step, w: Step, p: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); w(L); return p(L); },
    go5: (s: Step, t: Step, u: Step, v: Step, w: Step, k: number): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); w(L); return k; },
    steps6: (s: Step, t: Step, u: Step, v: Step, w: Step, z: Step): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); w(L); z(L); },
    then6: (s: Step, t: Step, u: Step, v: Step, w: Step, z: Step, p: Flow): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); w(L); z(L); return p(L); },
    go6: (s: Step, t: Step, u: Step, v: Step, w: Step, z: Step, k: number): Closure => (L: Frame) => { s(L); t(L); u(L); v(L); w(L); z(L); return k; },
    loop: (p: Flow): Closure => (L: Frame) => { for (;;) { const c = p(L); if (c !== 1) return c; } },
    code: (n: number): Closure => () => n,
    spend: (n: number, j: Exit): Closure => (L: Frame) => { if ((fuel -= n) < 0) quit(L, j); },
    leaveAt: (j: Exit): Closure => (L: Frame) => leave(L, j),
    block: (p: Flow): Closure => (L: Frame) => { const c = p(L); return c > 0 ? c - 1 : c; },
    blockOne: (p: Flow): Closure => (L: Frame) => { const c = p(L); return c < 0 ? c : 0; },
    zero: (a: number, b: number): Closure => (L: Frame) => { for (let k = a; k < b; k++) L[k] = 0; },
    table: (x: Value, m: number, pp: readonly Flow[]): Closure => (L: Frame) => { const v = x(L) >>> 0; return pp[v < m ? v : m]!(L); },
    tableL: (a: number, m: number, pp: readonly Flow[]): Closure => (L: Frame) => { const v = L[a]! >>> 0; return pp[v < m ? v : m]!(L); },
    wholeCall: (g: FusedCallee, a: number, k: number, j: Exit): Closure => (L: Frame) => {
    const at = L.start + a;
    if (room === 0 || fuel < g.fuel) return leave(L, j);
    fuel -= g.fuel;
    C[room--] = k;
    if (g.onFrame(frames[at >> 1] ?? frameAt(at)) < 0) return -1;
    room++;
    return 0;
  },
    callIndirect: (o: CodeNode, k: number, j: Exit): Closure => (L: Frame) => callIndirect(L, o, k, j),
    rare: (j: Exit): Closure => (L: Frame) => { rare(L, j); },
  };

  /** An operation with its operands in registers, as the loop has it; `undefined` where it is none of these. */
  function operation(op: Operation, d: number, a: number, b: number, c: number, j: Exit): Step | undefined {
    switch (op) {
    case Code.Select64: { const dd = d + 1; return (L: Frame) => { let s = 0; s = L[c]! !== 0 ? a : b; L[d] = L[s]!; L[dd] = L[s + 1]!; }; }
    case Code.GlobalGet64: { const dd = d + 1; return (L: Frame) => { const g = G[a]!; L[d] = g.bits[g.at]!; L[dd] = g.bits[g.at + 1]!; }; }
    case Code.GlobalSet64: { const aa = a + 1; return (L: Frame) => { const g = G[b]!; g.bits[g.at] = L[a]!; g.bits[g.at + 1] = L[aa]!; }; }
    case Code.I64Add: { const dd = d + 1, aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, l = 0; al = L[a]!; l = al + L[b]! | 0; L[dd] = L[aa]! + L[bb]! + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; L[d] = l; }; }
    case Code.I64AddI: { const dd = d + 1, aa = a + 1; return (L: Frame) => { let al = 0, l = 0; al = L[a]!; l = al + b | 0; L[dd] = L[aa]! + c + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; L[d] = l; }; }
    case Code.I64Sub: { const dd = d + 1, aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, bl = 0; al = L[a]!; bl = L[b]!; L[dd] = L[aa]! - L[bb]! - ((al >>> 0) < (bl >>> 0) ? 1 : 0) | 0; L[d] = al - bl | 0; }; }
    case Code.I64SubI: { const dd = d + 1, aa = a + 1; return (L: Frame) => { let al = 0, bl = 0; al = L[a]!; bl = b; L[dd] = L[aa]! - c - ((al >>> 0) < (bl >>> 0) ? 1 : 0) | 0; L[d] = al - bl | 0; }; }
    case Code.I64Mul: { const dd = d + 1, bb = b + 1, aa = a + 1; return (L: Frame) => { let al = 0, bl = 0, a0 = 0, a1 = 0, b0 = 0, b1 = 0, m = 0, t = 0; al = L[a]!; bl = L[b]!; a1 = al >>> 16; a0 = al & 65535; b1 = bl >>> 16; b0 = bl & 65535;
      m = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16) | 0; t = (m & 65535) + Math.imul(a0, b1) | 0;
      L[dd] = Math.imul(a1, b1) + (m >>> 16) + (t >>> 16) + Math.imul(al, L[bb]!) + Math.imul(L[aa]!, bl) | 0; L[d] = Math.imul(al, bl); }; }
    case Code.I64MulI: { const dd = d + 1, aa = a + 1; return (L: Frame) => { let al = 0, bl = 0, a0 = 0, a1 = 0, b0 = 0, b1 = 0, m = 0, t = 0; al = L[a]!; bl = b; a1 = al >>> 16; a0 = al & 65535; b1 = bl >>> 16; b0 = bl & 65535;
      m = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16) | 0; t = (m & 65535) + Math.imul(a0, b1) | 0;
      L[dd] = Math.imul(a1, b1) + (m >>> 16) + (t >>> 16) + Math.imul(al, c) + Math.imul(L[aa]!, bl) | 0; L[d] = Math.imul(al, bl); }; }
    case Code.I64And: { const dd = d + 1, aa = a + 1, bb = b + 1; return (L: Frame) => { L[dd] = L[aa]! & L[bb]!; L[d] = L[a]! & L[b]!; }; }
    case Code.I64AndI: { const dd = d + 1, aa = a + 1; return (L: Frame) => { L[dd] = L[aa]! & c; L[d] = L[a]! & b; }; }
    case Code.I64Or: { const dd = d + 1, aa = a + 1, bb = b + 1; return (L: Frame) => { L[dd] = L[aa]! | L[bb]!; L[d] = L[a]! | L[b]!; }; }
    case Code.I64OrI: { const dd = d + 1, aa = a + 1; return (L: Frame) => { L[dd] = L[aa]! | c; L[d] = L[a]! | b; }; }
    case Code.I64Xor: { const dd = d + 1, aa = a + 1, bb = b + 1; return (L: Frame) => { L[dd] = L[aa]! ^ L[bb]!; L[d] = L[a]! ^ L[b]!; }; }
    case Code.I64XorI: { const dd = d + 1, aa = a + 1; return (L: Frame) => { L[dd] = L[aa]! ^ c; L[d] = L[a]! ^ b; }; }
    case Code.I64Eq: { const aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = L[b]!; bh = L[bb]!; L[d] = al === bl && ah === bh ? 1 : 0; }; }
    case Code.I64EqI: { const aa = a + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = b; bh = b >> 31; L[d] = al === bl && ah === bh ? 1 : 0; }; }
    case Code.I64LtS: { const aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = L[b]!; bh = L[bb]!; L[d] = ah < bh || ah === bh && (al >>> 0) < (bl >>> 0) ? 1 : 0; }; }
    case Code.I64LtU: { const aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = L[b]!; bh = L[bb]!; L[d] = (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0) ? 1 : 0; }; }
    case Code.I64GtS: { const aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = L[b]!; bh = L[bb]!; L[d] = ah > bh || ah === bh && (al >>> 0) > (bl >>> 0) ? 1 : 0; }; }
    case Code.I64Eqz: { const aa = a + 1; return (L: Frame) => { L[d] = (L[a]! | L[aa]!) === 0 ? 1 : 0; }; }
    case Code.I64ShlLow: { const aa = a + 1, dd = d + 1; return (L: Frame) => { let l = 0, h = 0; l = L[a]!; h = L[aa]!; L[d] = l << b; L[dd] = h << b | l >>> 32 - b; }; }
    case Code.I64ShlHigh: { const dd = d + 1; return (L: Frame) => { let l = 0; l = L[a]!; L[d] = 0; L[dd] = l << b; }; }
    case Code.I64ShrULow: { const aa = a + 1, dd = d + 1; return (L: Frame) => { let l = 0, h = 0; l = L[a]!; h = L[aa]!; L[d] = l >>> b | h << 32 - b; L[dd] = h >>> b; }; }
    case Code.I64ShrUHigh: { const aa = a + 1, dd = d + 1; return (L: Frame) => { let h = 0; h = L[aa]!; L[d] = h >>> b; L[dd] = 0; }; }
    case Code.I64ShrSLow: { const aa = a + 1, dd = d + 1; return (L: Frame) => { let l = 0, h = 0; l = L[a]!; h = L[aa]!; L[d] = l >>> b | h << 32 - b; L[dd] = h >> b; }; }
    case Code.I64ShrSHigh: { const aa = a + 1, dd = d + 1; return (L: Frame) => { let h = 0; h = L[aa]!; L[d] = h >> b; L[dd] = h >> 31; }; }
    case Code.I64RotlLow: { const aa = a + 1, dd = d + 1; return (L: Frame) => { let l = 0, h = 0; l = L[a]!; h = L[aa]!; L[d] = l << b | h >>> 32 - b; L[dd] = h << b | l >>> 32 - b; }; }
    case Code.I64RotlHigh: { const aa = a + 1, dd = d + 1; return (L: Frame) => { let l = 0, h = 0; l = L[a]!; h = L[aa]!; L[d] = h << b | l >>> 32 - b; L[dd] = l << b | h >>> 32 - b; }; }
    case Code.I64Swap: { const aa = a + 1, dd = d + 1; return (L: Frame) => { let l = 0, h = 0; l = L[a]!; h = L[aa]!; L[d] = h; L[dd] = l; }; }
    case Code.I64Shl: { const aa = a + 1; return (L: Frame) => { i64.shlInto(L, d, L[a]!, L[aa]!, L[b]!); }; }
    case Code.I64ShrS: { const aa = a + 1; return (L: Frame) => { i64.shrSInto(L, d, L[a]!, L[aa]!, L[b]!); }; }
    case Code.I64ShrU: { const aa = a + 1; return (L: Frame) => { i64.shrUInto(L, d, L[a]!, L[aa]!, L[b]!); }; }
    case Code.I64ExtendI32S: { const dd = d + 1; return (L: Frame) => { let l = 0; l = L[a]!; L[d] = l; L[dd] = l >> 31; }; }
    case Code.I64ExtendI32U: { const dd = d + 1; return (L: Frame) => { L[d] = L[a]!; L[dd] = 0; }; }
    case Code.F64Neg: { const dd = d + 1, aa = a + 1; return (L: Frame) => { L[dd] = L[aa]! ^ 0x80000000; L[d] = L[a]!; }; }
    case Code.F64Abs: { const dd = d + 1, aa = a + 1; return (L: Frame) => { L[dd] = L[aa]! & 0x7fffffff; L[d] = L[a]!; }; }
    case Code.I64Load8U: { const dd = d + 1; return (L: Frame) => { let e = 0; e = (L[a]! >>> 0) + c; if (e > ml - 1) quit(L, j); L[d] = M8[e]!; L[dd] = 0; }; }
    case Code.I64Load16U: { const dd = d + 1; return (L: Frame) => { let e = 0; e = (L[a]! >>> 0) + c; if (e > ml - 2) quit(L, j); L[d] = M8[e]! | M8[e + 1]! << 8; L[dd] = 0; }; }
    case Code.I64Load32S: { const dd = d + 1; return (L: Frame) => { let l = 0, e = 0; e = (L[a]! >>> 0) + c; if (e > ml - 4) quit(L, j); l = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); L[d] = l; L[dd] = l >> 31; }; }
    case Code.I64Load32U: { const dd = d + 1; return (L: Frame) => { let e = 0; e = (L[a]! >>> 0) + c; if (e > ml - 4) quit(L, j); L[d] = ((e & 3) === 0 ? M32[e >>> 2]! : load32(M8, e)); L[dd] = 0; }; }
    case Code.I64Store: { const bb = b + 1; return (L: Frame) => { let l = 0, h = 0, e = 0; e = (L[a]! >>> 0) + c; if (e > ml - 8) quit(L, j); l = L[b]!; h = L[bb]!; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); } }; }
      default: return undefined;
    }
  }

  /** The condition of an operation that branches. */
  function condition(op: Operation, a: number, b: number): Test | undefined {
    switch (op) {
    case Code.BrI64Eq: { const aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = L[b]!; bh = L[bb]!; return al === bl && ah === bh; }; }
    case Code.BrI64EqI: { const aa = a + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = b; bh = b >> 31; return al === bl && ah === bh; }; }
    case Code.BrI64Ne: { const aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = L[b]!; bh = L[bb]!; return al !== bl || ah !== bh; }; }
    case Code.BrI64NeI: { const aa = a + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = b; bh = b >> 31; return al !== bl || ah !== bh; }; }
    case Code.BrI64LtS: { const aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = L[b]!; bh = L[bb]!; return ah < bh || ah === bh && (al >>> 0) < (bl >>> 0); }; }
    case Code.BrI64LtSI: { const aa = a + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = b; bh = b >> 31; return ah < bh || ah === bh && (al >>> 0) < (bl >>> 0); }; }
    case Code.BrI64LtU: { const aa = a + 1, bb = b + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = L[b]!; bh = L[bb]!; return (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0); }; }
    case Code.BrI64LtUI: { const aa = a + 1; return (L: Frame) => { let al = 0, ah = 0, bl = 0, bh = 0; al = L[a]!; ah = L[aa]!; bl = b; bh = b >> 31; return (ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0); }; }
    case Code.BrI64Eqz: { const aa = a + 1; return (L: Frame) => { return (L[a]! | L[aa]!) === 0; }; }
    case Code.BrI64Nez: { const aa = a + 1; return (L: Frame) => { return (L[a]! | L[aa]!) !== 0; }; }
      default: return undefined;
    }
  }

  /** Runs `flow` on the frame at `at`, with the counters and views that the machine has. */
  function run(flow: Flow, at: number): number {
    const { Z, V } = machine;
    fuel = Z[Counter.Fuel]!;
    room = Z[Counter.Room]!;
    ({ globals: G, u8: M8, i32: M32, f32: MF32, f64: MF64 } = V);
    ml = M8.length;
    last1 = ml - 1;
    last2 = ml - 2;
    last4 = ml - 4;
    last8 = ml - 8;
    try {
      return flow(frameAt(at));
    } finally {
      Z[Counter.Fuel] = fuel;
      Z[Counter.Room] = room;
    }
  }

  return { nodes, operation, condition, run };
}

export const WHOLE: ReadonlySet<Operation> = /* @__PURE__ */ new Set<Operation>([
  Code.Select64,
  Code.GlobalGet64,
  Code.GlobalSet64,
  Code.I64Add,
  Code.I64AddI,
  Code.I64Sub,
  Code.I64SubI,
  Code.I64Mul,
  Code.I64MulI,
  Code.I64And,
  Code.I64AndI,
  Code.I64Or,
  Code.I64OrI,
  Code.I64Xor,
  Code.I64XorI,
  Code.I64Eq,
  Code.I64EqI,
  Code.I64LtS,
  Code.I64LtU,
  Code.I64GtS,
  Code.I64Eqz,
  Code.I64ShlLow,
  Code.I64ShlHigh,
  Code.I64ShrULow,
  Code.I64ShrUHigh,
  Code.I64ShrSLow,
  Code.I64ShrSHigh,
  Code.I64RotlLow,
  Code.I64RotlHigh,
  Code.I64Swap,
  Code.I64Shl,
  Code.I64ShrS,
  Code.I64ShrU,
  Code.I64ExtendI32S,
  Code.I64ExtendI32U,
  Code.F64Neg,
  Code.F64Abs,
  Code.I64Load8U,
  Code.I64Load16U,
  Code.I64Load32S,
  Code.I64Load32U,
  Code.I64Store,
]);
export const CONDITIONS: ReadonlySet<Operation> = /* @__PURE__ */ new Set<Operation>([
  Code.BrI64Eq,
  Code.BrI64EqI,
  Code.BrI64Ne,
  Code.BrI64NeI,
  Code.BrI64LtS,
  Code.BrI64LtSI,
  Code.BrI64LtU,
  Code.BrI64LtUI,
  Code.BrI64Eqz,
  Code.BrI64Nez,
]);
