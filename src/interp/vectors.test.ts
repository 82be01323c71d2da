// Every vector instruction without memory access, in the vector loop against two references, plain code on BigInt lanes
// and the host's own WebAssembly where there is one; and in trees against the loop.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { Engine, Linker, type Memory, Module, Store } from "../index.ts";
import { INSTRUCTIONS } from "../isa/instructions.ts";
import { Op } from "../isa/op.ts";
import type { ModuleInstance } from "../runtime/instance.ts";
import { setTier } from "../testing/index.ts";
import { Code } from "./code/code.ts";
import { CodeNode, type FunctionCode } from "./code/node.ts";
import type { VectorOp } from "./lower/lowered-by.ts";
import { createVectorViews } from "./ops/simd/views.ts";
import { executeVectors } from "./vector-loop.ts";

const TYPE_NAMES: Readonly<Record<number, string>> = {
  127: "i32",
  126: "i64",
  125: "f32",
  124: "f64",
  123: "v128",
};
const typeName = (type: number): string => TYPE_NAMES[type] ?? fail(`no name for type ${type}`);
const TYPE_BYTES: Readonly<Record<string, number>> = { i32: 4, i64: 8, f32: 4, f64: 8, v128: 16 };

function fail(message: string): never {
  throw new Error(message);
}

interface Instruction {
  readonly op: VectorOp;
  readonly mnemonic: string;
  readonly params: readonly string[];
  readonly result: string;
  readonly lanes: number;
  readonly takesBytes: boolean;
}

const instructions: Instruction[] = Object.entries(INSTRUCTIONS)
  // A constant is a node of the main loop.
  .filter(([op, row]) => Number(op) >> 12 === 0xfd && row.accessBytes === 0 && Number(op) !== Op.V128Const)
  .map(([op, row]) => ({
    op: Number(op) as VectorOp,
    mnemonic: row.mnemonic,
    params: row.signature?.params.map((type) => typeName(type)) ?? [],
    result: typeName(row.signature?.results[0] ?? 0x7b),
    lanes: row.lanes,
    takesBytes: row.immediates.includes("shuffle"),
  }));

/** Results of float arithmetic, whose NaNs are canonical here and anything on the host. */
const ARITHMETIC =
  /^f\w+\.(add|sub|mul|div|min|max|sqrt|ceil|floor|trunc|nearest|demote\w*|promote\w*|relaxed_\w+)$/;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

// Operands as 16 bytes each; a scalar is the first of them.

const pick = (bytes: number, values: readonly bigint[]) =>
  fc
    .array(fc.constantFrom(...values), { minLength: 16 / bytes, maxLength: 16 / bytes })
    .map((lanes) => pack(lanes, bytes * 8));

const F32_EDGES = [
  0n,
  0x80000000n,
  1n,
  0x80000001n,
  0x007fffffn,
  0x3f000000n,
  0xbf000000n,
  0x3fc00000n,
  0xbf800000n,
  0x40200000n,
  0x4b000001n,
  0x4effffffn,
  0x4f000000n,
  0xcf000000n,
  0x4f7fffffn,
  0x4f800000n,
  0x7f7fffffn,
  0x7f800000n,
  0xff800000n,
  0x7fc00000n,
  0xffc00000n,
  0x7f800001n,
  0xffffffffn,
];
const F64_EDGES = [
  0n,
  0x8000000000000000n,
  1n,
  0x3fe0000000000000n,
  0xbfe0000000000000n,
  0x3ff8000000000000n,
  0x4004000000000000n,
  0xbff0000000000000n,
  0x4330000000000001n,
  0x432fffffffffffffn,
  0x41dfffffffc00000n,
  0x41e0000000000000n,
  0xc1e0000000000000n,
  0xc1e0000000100000n,
  0x41efffffffe00000n,
  0x41f0000000000000n,
  0x3690000000000000n,
  0x47efffffefffffffn,
  0x47effffff0000000n,
  0x7fefffffffffffffn,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0xfff8000000000000n,
  0x7ff0000000000001n,
  0xffffffffffffffffn,
];
const vector = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  pick(1, [0n, 1n, 2n, 15n, 16n, 31n, 0x7fn, 0x80n, 0x81n, 0xfen, 0xffn]),
  pick(2, [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x100n, 0x7fffn, 0x8000n, 0x8001n, 0xff7fn, 0xff80n, 0xffffn]),
  pick(4, [
    0n,
    1n,
    31n,
    32n,
    0x7fffn,
    0x8000n,
    0xffffn,
    0x10000n,
    0x7fffffffn,
    0x80000000n,
    0xffff7fffn,
    0xffffffffn,
  ]),
  pick(4, F32_EDGES),
  pick(8, [
    0n,
    1n,
    63n,
    64n,
    0x7fffffffn,
    0x80000000n,
    0xffffffffn,
    1n << 63n,
    (1n << 63n) - 1n,
    (1n << 64n) - 1n,
  ]),
  pick(8, F64_EDGES),
);
/** Three operands; often equal ones, which comparisons rarely meet otherwise. */
const operands = fc.oneof(
  fc.tuple(vector, vector, vector),
  fc.tuple(vector, vector).map(([a, b]) => [a, a, b] as const),
);
const immediate = fc.tuple(
  fc.nat({ max: 15 }),
  fc.uint8Array({ min: 0, max: 31, minLength: 16, maxLength: 16 }),
);

function signatureLanes({ lanes, takesBytes }: Instruction, lane: number): number {
  return lanes === 0 || takesBytes ? 0 : lane % lanes;
}

/** Words of a register file: four vectors. */
const WORDS = 16;
const buffer = new ArrayBuffer(4 * WORDS);
const inLoop = {
  R: new Int32Array(buffer),
  F: new Float32Array(buffer),
  D: new Float64Array(buffer),
  X: [],
  vectorViews: createVectorViews(buffer),
  store: { fuel: { counter: 1000 } },
  // No instruction here touches a memory.
  ...{ u8: new Uint8Array(), i32: new Int32Array(), memoryLength: 0, instance: {} as ModuleInstance },
};
/** No node's code is looked at. */
const owner = {} as FunctionCode;

const end = new CodeNode(owner, Code.Return, 0, 0, 0, 0, null);
const file = Buffer.from(buffer);

/** Operands lie at slots 2, 4 and 6; the destination is slot 0 or an operand. All places must agree. */
function execute(
  instruction: Instruction,
  args: readonly Uint8Array[],
  lane: number,
  bytes: Uint8Array,
): string {
  const size = TYPE_BYTES[instruction.result]!;
  const before = Buffer.alloc(4 * WORDS);
  for (const [i, arg] of args.entries()) before.set(arg, 16 * (i + 1));
  const c = instruction.lanes > 0 ? lane : instruction.params.length > 2 ? 12 : 0;
  const results = new Set<string>();
  for (const d of [0, ...instruction.params.map((_, i) => 4 * (i + 1))]) {
    const node = new CodeNode(owner, instruction.op, d, 4, 8, c, instruction.takesBytes ? bytes : null);
    node.next = end;
    file.set(before);
    if (executeVectors(inLoop, node, 0) !== end) fail("the loop has handed the node back");
    const result = file.toString("hex", 4 * d, 4 * d + size);
    file.set(before.subarray(4 * d, 4 * d + size), 4 * d);
    results.add(file.equals(before) ? result : `${result}, and wrote elsewhere`);
  }
  return results.size === 1 ? [...results][0]! : `depends on the place: ${[...results].join(" ")}`;
}

// The first reference.

interface Lane {
  /** The lane read as signed, and as unsigned. */
  readonly s: bigint;
  readonly u: bigint;
}

function unpack(bytes: Uint8Array, width: number): Lane[] {
  return Array.from({ length: 128 / width }, (_, i) => {
    let u = 0n;
    for (let k = width / 8 - 1; k >= 0; k--) u = (u << 8n) | BigInt(bytes[(i * width) / 8 + k]!);
    return { s: BigInt.asIntN(width, u), u };
  });
}

function pack(lanes: readonly bigint[], width: number): Uint8Array {
  const bytes: number[] = [];
  for (const lane of lanes) {
    for (let k = 0; k < width; k += 8) bytes.push(Number((lane >> BigInt(k)) & 0xffn));
  }
  return new Uint8Array(bytes);
}

function floats(bytes: Uint8Array, width: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: 128 / width }, (_, i) =>
    width === 32 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true),
  );
}

function packFloats(lanes: readonly number[], width: number): Uint8Array {
  const view = new DataView(new ArrayBuffer((lanes.length * width) / 8));
  for (const [i, x] of lanes.entries()) {
    if (width === 32) {
      if (Number.isNaN(x)) view.setUint32(4 * i, 0x7fc00000, true);
      else view.setFloat32(4 * i, x, true);
    } else if (Number.isNaN(x)) view.setBigUint64(8 * i, 0x7ff8000000000000n, true);
    else view.setFloat64(8 * i, x, true);
  }
  return new Uint8Array(view.buffer);
}

const saturate = (x: bigint, width: number, signed: boolean) => {
  const min = signed ? -(1n << BigInt(width - 1)) : 0n;
  const max = signed ? -min - 1n : (1n << BigInt(width)) - 1n;
  return x < min ? min : x > max ? max : x;
};
const sorted = (x: bigint, y: bigint) => (x < y ? [x, y] : [y, x]);
const flag = (holds: boolean) => (holds ? -1n : 0n);
const truncate = (x: number, signed: boolean) => {
  if (Number.isNaN(x)) return 0n;
  return saturate(Number.isFinite(x) ? BigInt(Math.trunc(x)) : x > 0 ? 1n << 99n : -(1n << 99n), 32, signed);
};
const popcnt = (x: bigint) => BigInt(x.toString(2).replaceAll("0", "").length);

type IntBinary = (x: Lane, y: Lane, width: number) => bigint;
const INT_BINARY: Readonly<Record<string, IntBinary>> = {
  add: (x, y) => x.u + y.u,
  sub: (x, y) => x.u - y.u,
  mul: (x, y) => x.u * y.u,
  eq: (x, y) => flag(x.u === y.u),
  ne: (x, y) => flag(x.u !== y.u),
  lt_s: (x, y) => flag(x.s < y.s),
  lt_u: (x, y) => flag(x.u < y.u),
  gt_s: (x, y) => flag(x.s > y.s),
  gt_u: (x, y) => flag(x.u > y.u),
  le_s: (x, y) => flag(x.s <= y.s),
  le_u: (x, y) => flag(x.u <= y.u),
  ge_s: (x, y) => flag(x.s >= y.s),
  ge_u: (x, y) => flag(x.u >= y.u),
  add_sat_s: (x, y, w) => saturate(x.s + y.s, w, true),
  add_sat_u: (x, y, w) => saturate(x.u + y.u, w, false),
  sub_sat_s: (x, y, w) => saturate(x.s - y.s, w, true),
  sub_sat_u: (x, y, w) => saturate(x.u - y.u, w, false),
  min_s: (x, y) => sorted(x.s, y.s)[0]!,
  min_u: (x, y) => sorted(x.u, y.u)[0]!,
  max_s: (x, y) => sorted(x.s, y.s)[1]!,
  max_u: (x, y) => sorted(x.u, y.u)[1]!,
  avgr_u: (x, y) => (x.u + y.u + 1n) / 2n,
  q15mulr_sat_s: (x, y, w) => saturate((x.s * y.s + 0x4000n) >> 15n, w, true),
};
const INT_UNARY: Readonly<Record<string, (x: Lane) => bigint>> = {
  neg: (x) => -x.s,
  abs: (x) => (x.s < 0n ? -x.s : x.s),
  popcnt: (x) => popcnt(x.u),
};
const nearest = (x: number) => {
  const below = Math.floor(x);
  const up = x - below > 0.5 || (x - below === 0.5 && below % 2 !== 0);
  const rounded = up ? below + 1 : below;
  return x < 0 && rounded === 0 ? -0 : Number.isInteger(x) ? x : rounded;
};
const FLOAT_UNARY: Readonly<Record<string, (x: number) => number>> = {
  sqrt: Math.sqrt,
  ceil: Math.ceil,
  floor: Math.floor,
  trunc: Math.trunc,
  nearest,
};
const FLOAT_BINARY: Readonly<Record<string, (x: number, y: number) => number>> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: (x, y) => (x < y || Object.is(x, -0) || Number.isNaN(x) ? (Number.isNaN(y) || y < x ? y : x) : y),
  max: (x, y) => -(FLOAT_BINARY.min as (x: number, y: number) => number)(-x, -y),
};
const FLOAT_COMPARE: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  gt: (x, y) => x > y,
  le: (x, y) => x <= y,
  ge: (x, y) => x >= y,
};
/** In the deterministic profile these relaxed operations are strict ones (spec 4.3.6). */
const STRICT: Readonly<Record<string, string>> = {
  "i8x16.relaxed_swizzle": "i8x16.swizzle",
  "i32x4.relaxed_trunc_f32x4_s": "i32x4.trunc_sat_f32x4_s",
  "i32x4.relaxed_trunc_f32x4_u": "i32x4.trunc_sat_f32x4_u",
  "i32x4.relaxed_trunc_f64x2_s_zero": "i32x4.trunc_sat_f64x2_s_zero",
  "i32x4.relaxed_trunc_f64x2_u_zero": "i32x4.trunc_sat_f64x2_u_zero",
  "i8x16.relaxed_laneselect": "v128.bitselect",
  "i16x8.relaxed_laneselect": "v128.bitselect",
  "i32x4.relaxed_laneselect": "v128.bitselect",
  "i64x2.relaxed_laneselect": "v128.bitselect",
  "f32x4.relaxed_min": "f32x4.min",
  "f32x4.relaxed_max": "f32x4.max",
  "f64x2.relaxed_min": "f64x2.min",
  "f64x2.relaxed_max": "f64x2.max",
  "i16x8.relaxed_q15mulr_s": "i16x8.q15mulr_sat_s",
};

function reference(
  relaxed: string,
  args: readonly Uint8Array[],
  lane: number,
  bytes: Uint8Array,
): Uint8Array {
  const mnemonic = STRICT[relaxed] ?? relaxed;
  const [shape = "", op = ""] = mnemonic.split(".");
  const width = shape === "v128" ? 128 : Number(shape.slice(1, shape.indexOf("x")));
  const count = 128 / width;
  const signed = op.endsWith("_s") || op.includes("_s_");
  const [a = [], b = [], c = []] = args.map((arg) => unpack(arg, width));
  const narrow = (at: number) => unpack(args[at]!, width / 2).map((x) => (signed ? x.s : x.u));
  const half = op.includes("_high_") ? count : 0;
  const i32 = (x: bigint) => pack([x], 32);

  if (shape === "v128") {
    if (op === "const") return bytes;
    const [x, y, z] = [a[0]?.u ?? 0n, b[0]?.u ?? 0n, c[0]?.u ?? 0n];
    if (op === "any_true") return i32(x === 0n ? 0n : 1n);
    const results: Record<string, bigint> = {
      not: ~x,
      and: x & y,
      andnot: x & ~y,
      or: x | y,
      xor: x ^ y,
      bitselect: (x & z) | (y & ~z),
    };
    return pack([results[op]!], 128);
  }
  if (op === "shuffle") return bytes.map((from) => (from < 16 ? args[0]![from]! : args[1]![from - 16]!));
  if (op === "swizzle") return args[1]!.map((from) => args[0]![from] ?? 0);
  if (op === "splat") return pack(Array(count).fill(a[0]!.u), width);
  if (op.startsWith("extract_lane")) {
    const x = signed ? a[lane]!.s : a[lane]!.u;
    return pack([x], Math.max(32, width));
  }
  if (op === "replace_lane")
    return pack(
      a.map((x, i) => (i === lane ? b[0]!.u : x.u)),
      width,
    );
  if (op === "all_true") return i32(a.every((x) => x.u !== 0n) ? 1n : 0n);
  if (op === "bitmask") return i32(a.reduce((mask, x, i) => mask | (x.s < 0n ? 1n << BigInt(i) : 0n), 0n));

  if (shape.startsWith("i")) {
    if (op in INT_UNARY) return pack(a.map(INT_UNARY[op]!), width);
    if (op in INT_BINARY)
      return pack(
        a.map((x, i) => INT_BINARY[op]!(x, b[i]!, width)),
        width,
      );
    if (op.startsWith("sh")) {
      const n = unpack(args[1]!, 32)[0]!.u % BigInt(width);
      return pack(
        a.map((x) => (op === "shl" ? x.u << n : (op === "shr_s" ? x.s : x.u) >> n)),
        width,
      );
    }
    if (op.startsWith("extend")) return pack(narrow(0).slice(half, half + count), width);
    if (op.startsWith("extmul")) {
      const [x, y] = [narrow(0), narrow(1)];
      return pack(
        Array.from({ length: count }, (_, i) => x[i + half]! * y[i + half]!),
        width,
      );
    }
    if (op.startsWith("extadd")) {
      const x = narrow(0);
      return pack(
        Array.from({ length: count }, (_, i) => x[2 * i]! + x[2 * i + 1]!),
        width,
      );
    }
    if (op.startsWith("narrow")) {
      const wide = [...unpack(args[0]!, 2 * width), ...unpack(args[1]!, 2 * width)];
      return pack(
        wide.map((x) => saturate(x.s, width, signed)),
        width,
      );
    }
    if (op === "dot_i16x8_s") {
      const [x, y] = [narrow(0), narrow(1)];
      return pack(
        Array.from({ length: 4 }, (_, i) => x[2 * i]! * y[2 * i]! + x[2 * i + 1]! * y[2 * i + 1]!),
        32,
      );
    }
    if (op.startsWith("relaxed_dot")) {
      const [x, y] = [unpack(args[0]!, 8), unpack(args[1]!, 8)];
      const pairs = Array.from({ length: 8 }, (_, i) =>
        saturate(x[2 * i]!.s * y[2 * i]!.s + x[2 * i + 1]!.s * y[2 * i + 1]!.s, 16, true),
      );
      if (width === 16) return pack(pairs, 16);
      return pack(
        c.map((z, i) => pairs[2 * i]! + pairs[2 * i + 1]! + z.s),
        32,
      );
    }
    const from = op.includes("f32x4") ? 32 : 64;
    const truncated = floats(args[0]!, from).map((x) => truncate(x, signed));
    return pack(from === 32 ? truncated : [...truncated, 0n, 0n], 32);
  }

  const top = 1n << BigInt(width - 1);
  if (op === "neg")
    return pack(
      a.map((x) => x.u ^ top),
      width,
    );
  if (op === "abs")
    return pack(
      a.map((x) => x.u & ~top),
      width,
    );
  if (op === "convert_i32x4_s" || op === "convert_low_i32x4_s") {
    return packFloats(
      unpack(args[0]!, 32)
        .slice(0, count)
        .map((x) => Number(x.s)),
      width,
    );
  }
  if (op === "convert_i32x4_u" || op === "convert_low_i32x4_u") {
    return packFloats(
      unpack(args[0]!, 32)
        .slice(0, count)
        .map((x) => Number(x.u)),
      width,
    );
  }
  if (op === "demote_f64x2_zero") return packFloats([...floats(args[0]!, 64), 0, 0], 32);
  if (op === "promote_low_f32x4") return packFloats(floats(args[0]!, 32).slice(0, 2), 64);
  const x = floats(args[0]!, width);
  if (op in FLOAT_UNARY) return packFloats(x.map(FLOAT_UNARY[op]!), width);
  const y = floats(args[1]!, width);
  if (op in FLOAT_BINARY)
    return packFloats(
      x.map((_, i) => FLOAT_BINARY[op]!(x[i]!, y[i]!)),
      width,
    );
  if (op in FLOAT_COMPARE)
    return pack(
      x.map((_, i) => flag(FLOAT_COMPARE[op]!(x[i]!, y[i]!))),
      width,
    );
  if (op === "pmin")
    return pack(
      x.map((_, i) => (y[i]! < x[i]! ? b[i]!.u : a[i]!.u)),
      width,
    );
  if (op === "pmax")
    return pack(
      x.map((_, i) => (x[i]! < y[i]! ? b[i]!.u : a[i]!.u)),
      width,
    );
  if (op === "relaxed_madd" || op === "relaxed_nmadd") {
    const products = x.map((_, i) => (op === "relaxed_madd" ? x[i]! : -x[i]!) * y[i]!);
    const rounded = floats(packFloats(products, width), width);
    return packFloats(
      floats(args[2]!, width).map((z, i) => rounded[i]! + z),
      width,
    );
  }
  throw new Error(`no reference for ${mnemonic}`);
}

describe("vector instructions against BigInt lanes", () => {
  it("are all of the table", () => {
    expect(instructions.length).toBe(256 - 22 - 1);
  });

  it.each(instructions)("$mnemonic", (instruction) => {
    fc.assert(
      fc.property(operands, immediate, (args, [anyLane, bytes]) => {
        const lane = signatureLanes(instruction, anyLane);
        const expected = reference(instruction.mnemonic, args, lane, bytes);
        expect(execute(instruction, args, lane, bytes)).toBe(hex(expected));
      }),
      { numRuns: 150 },
    );
  });
});

// The second reference.

interface NativeInstance {
  readonly exports: Record<string, unknown>;
}
interface NativeWebAssembly {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => NativeInstance;
  validate(bytes: Uint8Array): boolean;
}
const native = (globalThis as { WebAssembly?: NativeWebAssembly }).WebAssembly;
const strict = instructions.filter(({ mnemonic }) => !mnemonic.includes("relaxed"));
const SHUFFLES = [
  [0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23],
  [31, 0, 0, 15, 16, 30, 1, 14, 7, 7, 23, 8, 25, 9, 2, 11],
].map((pattern) => new Uint8Array(pattern));

/**
 * Every variant of each instruction as exports that read operands at 0, 16, 32, and write the result to 48: computed from
 * what is loaded, and from locals, of which one is overwritten where it can be; then all locals are written back.
 */
function textOf(instructions: readonly Instruction[]): string {
  const functions = instructions.flatMap((instruction) => {
    const { mnemonic, params, result } = instruction;
    const loads = params.map((type, i) => `(${type}.load (i32.const ${16 * i}))`);
    const declared = params.map((type) => `(local ${type})`).join(" ");
    const sets = loads.map((load, i) => `(local.set ${i} ${load})`).join(" ");
    const gets = params.map((_, i) => `(local.get ${i})`).join(" ");
    const stores = params
      .map((type, i) => `(${type}.store (i32.const ${16 * i}) (local.get ${i}))`)
      .join(" ");
    const over = params.indexOf(result);
    return variantsOf(instruction).flatMap((immediates, i) => {
      const value = (operands: string) => `(${mnemonic} ${immediates} ${operands})`;
      const kept = `(${result}.store (i32.const 48) ${value(gets)})`;
      const overwritten = `(local.set ${over} ${value(gets)}) (${result}.store (i32.const 48) (local.get ${over}))`;
      return [
        `(func (export "${mnemonic}#${i}") (${result}.store (i32.const 48) ${value(loads.join(" "))}))`,
        `(func (export "${mnemonic}#${i} locals") ${declared} ${sets} ${over < 0 ? kept : overwritten} ${stores})`,
      ];
    });
  });
  return `(module (memory (export "memory") 1) ${functions.join("\n")})`;
}

function variantsOf({ takesBytes, lanes }: Instruction): string[] {
  if (takesBytes) return SHUFFLES.map((pattern) => pattern.join(" "));
  return lanes > 0 ? Array.from({ length: lanes }, (_, i) => String(i)) : [""];
}

describe.skipIf(native === undefined)("vector instructions against the host's WebAssembly", () => {
  const instance = native && new native.Instance(new native.Module(wat(textOf(strict))));
  const memory = instance && new Uint8Array((instance.exports.memory as { buffer: ArrayBuffer }).buffer);

  function executeNative(
    { mnemonic, result }: Instruction,
    args: readonly Uint8Array[],
    variant: number,
  ): string {
    if (instance === undefined || memory === undefined) throw new Error("no host WebAssembly");
    for (const [i, arg] of args.entries()) memory.set(arg, 16 * i);
    (instance.exports[`${mnemonic}#${variant}`] as () => void)();
    const bytes = memory.slice(48, 48 + TYPE_BYTES[result]!);
    if (!ARITHMETIC.test(mnemonic)) return hex(bytes);
    const width = mnemonic.startsWith("f32") ? 32 : 64;
    return hex(packFloats(floats(bytes, width), width));
  }

  it.each(strict)("$mnemonic", (instruction) => {
    fc.assert(
      fc.property(operands, immediate, (args, [anyLane]) => {
        const lane = signatureLanes(instruction, anyLane);
        const variant = instruction.takesBytes ? anyLane % SHUFFLES.length : lane;
        const actual = execute(instruction, args, lane, SHUFFLES[anyLane % SHUFFLES.length]!);
        expect(actual).toBe(executeNative(instruction, args, variant));
      }),
      { numRuns: 150 },
    );
  });
});

describe("vector instructions in trees", () => {
  const engine = new Engine();
  setTier(engine, "always");
  const module = new Module(engine, wat(textOf(instructions)));
  const instance = new Linker(engine).instantiate(new Store(engine), module);
  const memory = instance.exports.memory as Memory;

  it.each(instructions)("$mnemonic", (instruction) => {
    const { mnemonic, params, result } = instruction;
    const size = TYPE_BYTES[result]!;
    const over = params.indexOf(result);
    fc.assert(
      fc.property(operands, immediate, (args, [anyLane]) => {
        const lane = signatureLanes(instruction, anyLane);
        const variant = instruction.takesBytes ? anyLane % SHUFFLES.length : lane;
        const expected = execute(instruction, args, lane, SHUFFLES[anyLane % SHUFFLES.length]!);
        for (const [i, arg] of args.entries()) memory.write(16 * i, arg);
        instance.call(`${mnemonic}#${variant}`);
        expect(hex(memory.read(48, size))).toBe(expected);
        instance.call(`${mnemonic}#${variant} locals`);
        expect(hex(memory.read(48, size))).toBe(expected);
        for (const [i, arg] of args.entries()) {
          const kept = hex(arg);
          expect(hex(memory.read(16 * i, 16))).toBe(i === over ? expected + kept.slice(2 * size) : kept);
        }
      }),
      { numRuns: 100 },
    );
  });
});
