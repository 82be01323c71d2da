// THE instruction table: what each opcode is called, which immediates it carries, how a regular one is typed.
// Drives decoding, validation, disassembly, cost classes and docs/instructions.md; knows nothing of what
// instructions do, nor of modules. Groups follow spec section 5.4.

import type { Feature } from "./features.ts";
import type { Immediate, InstructionClass, InstructionRow } from "./instruction.ts";
import { ADDRESS } from "./instruction.ts";
import { Op } from "./op.ts";

/** Bits of an {@link Op} below its prefix. */
const SUB_BITS = 12;
const SUB_MASK = 0xfff;
const LAST_PREFIX = 0xfe;

/** Binary codes of the types that regular instructions use (spec 5.3.1). */
const TYPE_CODES: Readonly<Record<string, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  addr: ADDRESS,
};

interface RowOptions {
  readonly feature?: Feature;
  readonly traps?: boolean;
  /** Exclusive bound of the lane immediates. */
  readonly lanes?: number;
  readonly bytes?: number;
}

/** A module has some fifty of the instructions: signatures are parsed when they are asked for, as all of them take 1 ms. */
class Row implements InstructionRow {
  readonly mnemonic: string;
  readonly immediates: readonly Immediate[];
  readonly feature: Feature | undefined;
  readonly traps: boolean;
  readonly class: InstructionClass;
  readonly accessBytes: number;
  readonly lanes: number;
  readonly #text: string | undefined;
  #signature: InstructionRow["signature"];

  constructor(
    mnemonic: string,
    signature: string | undefined,
    immediates: readonly Immediate[],
    cls: InstructionClass,
    { feature, traps = false, lanes = 0, bytes = 0 }: RowOptions,
  ) {
    this.mnemonic = mnemonic;
    this.immediates = immediates;
    this.feature = feature;
    this.traps = traps;
    this.class = cls;
    this.accessBytes = bytes;
    this.lanes = lanes;
    this.#text = signature;
  }

  get signature(): InstructionRow["signature"] {
    if (this.#text !== undefined) this.#signature ??= parseSignature(this.#text);
    return this.#signature;
  }
}

const NO_OPTIONS: RowOptions = {};

/**
 * Every instruction, by number. A missing row does not compile.
 *
 * - Regular rows (with a signature) need nothing but that signature, the checks on their memory
 *   immediate (`memArg` or `memory`: it exists, its alignment) and on their lane. Every other index is
 *   context: an instruction that carries one is irregular, even where its operands are fixed (`data.drop`).
 * - Immediates stand in the order of the binary format, which is not always the text's:
 *   `call_indirect` has its type first, `table.init` and `memory.init` their segment.
 * - `traps` is true where the instruction itself can trap, be it for want of call stack or GC heap.
 * - `feature` is the proposal that introduced the instruction, `undefined` for the MVP's. Where the
 *   immediates of an old instruction grew (a memory index, a block type that is a type index), reading
 *   them is the decoder's business.
 * - A row of class `atomic` that has a `memArg` demands natural alignment; every other access permits less.
 *
 * To look rows up while decoding use {@link createInstructionLookup}: sparse keys make this a hash table.
 */
export const INSTRUCTIONS: Readonly<Record<Op, InstructionRow>> = /* @__PURE__ */ buildTable();

/** The same in ascending order: as keys of an object, numbers are made text and back, which is most of what going through them takes. */
export const ROWS: readonly (readonly [op: Op, row: InstructionRow])[] = /* @__PURE__ */ listRows();

/** Finds rows without hashing. Both functions give `undefined` for what is no instruction. */
export interface InstructionLookup {
  /** `op` as numbered by {@link Op}. */
  byOp(op: number): InstructionRow | undefined;
  /** `prefix` is 0 for one-byte opcodes, else 0xfb to 0xfe; `sub` may be any u32, hostile ones included. */
  byCode(prefix: number, sub: number): InstructionRow | undefined;
}

/** Builds dense arrays over {@link INSTRUCTIONS} when a row is first asked for; keep the result, e.g. in the engine. */
export function createInstructionLookup(): InstructionLookup {
  let spaces: RowSpaces | undefined;
  const byCode = (prefix: number, sub: number): InstructionRow | undefined => {
    spaces ??= rowSpaces();
    return spaces[prefix]?.[sub];
  };
  return { byOp: (op) => byCode(op >>> SUB_BITS, op & SUB_MASK), byCode };
}

type RowSpaces = readonly (readonly (InstructionRow | undefined)[])[];

function rowSpaces(): RowSpaces {
  const spaces: (InstructionRow | undefined)[][] = Array.from({ length: LAST_PREFIX + 1 }, () => []);
  for (const [op, row] of ROWS) {
    const space = spaces[op >>> SUB_BITS]!;
    // They come in ascending order, so this keeps the arrays free of holes.
    while (space.length < (op & SUB_MASK)) space.push(undefined);
    space.push(row);
  }
  return spaces;
}

/** `"i64 i64 -> i64"` as type codes. */
function parseSignature(text: string): NonNullable<InstructionRow["signature"]> {
  const [params, results] = text.split("->").map((side) => {
    const names = side.trim();
    return names === "" ? [] : names.split(" ").map((name) => TYPE_CODES[name]!);
  });
  return { params: params!, results: results! };
}

function listRows(): [Op, InstructionRow][] {
  return Object.entries(INSTRUCTIONS).map(([key, row]) => [Number(key), row]);
}

/** Irregular: typed by a rule of its own. */
function special(
  cls: InstructionClass,
  mnemonic: string,
  immediates: readonly Immediate[],
  options = NO_OPTIONS,
): InstructionRow {
  return new Row(mnemonic, undefined, immediates, cls, options);
}

/** Typed by its signature alone. */
function regular(
  cls: InstructionClass,
  mnemonic: string,
  signature: string,
  immediates: readonly Immediate[],
  options = NO_OPTIONS,
): InstructionRow {
  return new Row(mnemonic, signature, immediates, cls, options);
}

function integer(mnemonic: string, signature: string, options?: RowOptions): InstructionRow {
  return regular("integer", mnemonic, signature, [], options);
}

function float(mnemonic: string, signature: string): InstructionRow {
  return regular("float", mnemonic, signature, []);
}

function conversion(mnemonic: string, signature: string, options?: RowOptions): InstructionRow {
  return regular("conversion", mnemonic, signature, [], options);
}

function constant(
  mnemonic: string,
  signature: string,
  immediate: Immediate,
  options?: RowOptions,
): InstructionRow {
  return regular("constant", mnemonic, signature, [immediate], options);
}

function load(mnemonic: string, signature: string, bytes: number, options?: RowOptions): InstructionRow {
  return regular("load", mnemonic, signature, ["memArg"], { ...options, bytes, traps: true });
}

function store(mnemonic: string, signature: string, bytes: number, options?: RowOptions): InstructionRow {
  return regular("store", mnemonic, signature, ["memArg"], { ...options, bytes, traps: true });
}

function vector(mnemonic: string, signature: string): InstructionRow {
  return regular("vector", mnemonic, signature, [], { feature: "simd" });
}

function relaxed(mnemonic: string, signature: string): InstructionRow {
  return regular("vector", mnemonic, signature, [], { feature: "relaxed-simd" });
}

function lane(mnemonic: string, signature: string, lanes: number): InstructionRow {
  return regular("vector", mnemonic, signature, ["lane"], { lanes, feature: "simd" });
}

function laneAccess(
  cls: "load" | "store",
  mnemonic: string,
  signature: string,
  bytes: number,
): InstructionRow {
  return regular(cls, mnemonic, signature, ["memArg", "lane"], {
    lanes: 16 / bytes,
    bytes,
    feature: "simd",
    traps: true,
  });
}

function atomic(mnemonic: string, signature: string, bytes: number): InstructionRow {
  return regular("atomic", mnemonic, signature, ["memArg"], { bytes, feature: "threads", traps: true });
}

function buildTable(): Record<Op, InstructionRow> {
  return {
    // Control.
    [Op.Unreachable]: special("control", "unreachable", [], { traps: true }),
    [Op.Nop]: regular("control", "nop", "->", []),
    [Op.Block]: special("control", "block", ["blockType"]),
    [Op.Loop]: special("control", "loop", ["blockType"]),
    [Op.If]: special("control", "if", ["blockType"]),
    [Op.Else]: special("control", "else", []),
    [Op.End]: special("control", "end", []),
    [Op.Br]: special("control", "br", ["label"]),
    [Op.BrIf]: special("control", "br_if", ["label"]),
    [Op.BrTable]: special("control", "br_table", ["labelTable"]),
    [Op.Return]: special("control", "return", []),

    // Calls. A call traps when the call stack is exhausted, whatever else can go wrong.
    [Op.Call]: special("call", "call", ["func"], { traps: true }),
    [Op.CallIndirect]: special("call", "call_indirect", ["type", "table2"], { traps: true }),
    [Op.ReturnCall]: special("call", "return_call", ["func"], { feature: "tail-call", traps: true }),
    [Op.ReturnCallIndirect]: special("call", "return_call_indirect", ["type", "table2"], {
      feature: "tail-call",
      traps: true,
    }),
    [Op.CallRef]: special("call", "call_ref", ["type"], { feature: "function-references", traps: true }),
    [Op.ReturnCallRef]: special("call", "return_call_ref", ["type"], {
      feature: "function-references",
      traps: true,
    }),

    // Exceptions, and the legacy proposal's own (appendix of exception-handling).
    // `throw` belongs to both proposals; a reader with legacy exceptions only has to allow it.
    [Op.Try]: special("exception", "try", ["blockType"], { feature: "legacy-exceptions" }),
    [Op.Catch]: special("exception", "catch", ["tag"], { feature: "legacy-exceptions" }),
    [Op.Throw]: special("exception", "throw", ["tag"], { feature: "exceptions" }),
    [Op.Rethrow]: special("exception", "rethrow", ["label"], { feature: "legacy-exceptions" }),
    [Op.ThrowRef]: special("exception", "throw_ref", [], { feature: "exceptions", traps: true }),
    [Op.Delegate]: special("exception", "delegate", ["label"], { feature: "legacy-exceptions" }),
    [Op.CatchAll]: special("exception", "catch_all", [], { feature: "legacy-exceptions" }),
    [Op.TryTable]: special("exception", "try_table", ["blockType", "catches"], { feature: "exceptions" }),

    // Parametric.
    [Op.Drop]: special("parametric", "drop", []),
    [Op.Select]: special("parametric", "select", []),
    [Op.SelectT]: special("parametric", "select", ["valTypes"], { feature: "reference-types" }),

    // Variables.
    [Op.LocalGet]: special("variable", "local.get", ["local"]),
    [Op.LocalSet]: special("variable", "local.set", ["local"]),
    [Op.LocalTee]: special("variable", "local.tee", ["local"]),
    [Op.GlobalGet]: special("variable", "global.get", ["global"]),
    [Op.GlobalSet]: special("variable", "global.set", ["global"]),

    // Tables.
    [Op.TableGet]: special("table", "table.get", ["table"], { feature: "reference-types", traps: true }),
    [Op.TableSet]: special("table", "table.set", ["table"], { feature: "reference-types", traps: true }),
    [Op.TableInit]: special("table", "table.init", ["elem", "table2"], {
      feature: "bulk-memory",
      traps: true,
    }),
    [Op.ElemDrop]: special("table", "elem.drop", ["elem"], { feature: "bulk-memory" }),
    [Op.TableCopy]: special("table", "table.copy", ["table", "table2"], {
      feature: "bulk-memory",
      traps: true,
    }),
    [Op.TableGrow]: special("table", "table.grow", ["table"], { feature: "reference-types" }),
    [Op.TableSize]: special("table", "table.size", ["table"], { feature: "reference-types" }),
    [Op.TableFill]: special("table", "table.fill", ["table"], { feature: "reference-types", traps: true }),

    // Loads and stores.
    [Op.I32Load]: load("i32.load", "addr -> i32", 4),
    [Op.I64Load]: load("i64.load", "addr -> i64", 8),
    [Op.F32Load]: load("f32.load", "addr -> f32", 4),
    [Op.F64Load]: load("f64.load", "addr -> f64", 8),
    [Op.I32Load8S]: load("i32.load8_s", "addr -> i32", 1),
    [Op.I32Load8U]: load("i32.load8_u", "addr -> i32", 1),
    [Op.I32Load16S]: load("i32.load16_s", "addr -> i32", 2),
    [Op.I32Load16U]: load("i32.load16_u", "addr -> i32", 2),
    [Op.I64Load8S]: load("i64.load8_s", "addr -> i64", 1),
    [Op.I64Load8U]: load("i64.load8_u", "addr -> i64", 1),
    [Op.I64Load16S]: load("i64.load16_s", "addr -> i64", 2),
    [Op.I64Load16U]: load("i64.load16_u", "addr -> i64", 2),
    [Op.I64Load32S]: load("i64.load32_s", "addr -> i64", 4),
    [Op.I64Load32U]: load("i64.load32_u", "addr -> i64", 4),
    [Op.I32Store]: store("i32.store", "addr i32 ->", 4),
    [Op.I64Store]: store("i64.store", "addr i64 ->", 8),
    [Op.F32Store]: store("f32.store", "addr f32 ->", 4),
    [Op.F64Store]: store("f64.store", "addr f64 ->", 8),
    [Op.I32Store8]: store("i32.store8", "addr i32 ->", 1),
    [Op.I32Store16]: store("i32.store16", "addr i32 ->", 2),
    [Op.I64Store8]: store("i64.store8", "addr i64 ->", 1),
    [Op.I64Store16]: store("i64.store16", "addr i64 ->", 2),
    [Op.I64Store32]: store("i64.store32", "addr i64 ->", 4),

    // Memories.
    // memory.init and memory.copy are irregular: they have a second index, and copy mixes two address types.
    [Op.MemorySize]: regular("memory", "memory.size", "-> addr", ["memory"]),
    [Op.MemoryGrow]: regular("memory", "memory.grow", "addr -> addr", ["memory"]),
    [Op.MemoryInit]: special("memory", "memory.init", ["data", "memory2"], {
      feature: "bulk-memory",
      traps: true,
    }),
    [Op.DataDrop]: special("memory", "data.drop", ["data"], { feature: "bulk-memory" }),
    [Op.MemoryCopy]: special("memory", "memory.copy", ["memory", "memory2"], {
      feature: "bulk-memory",
      traps: true,
    }),
    [Op.MemoryFill]: regular("memory", "memory.fill", "addr i32 addr ->", ["memory"], {
      feature: "bulk-memory",
      traps: true,
    }),

    // Constants.
    [Op.I32Const]: constant("i32.const", "-> i32", "i32"),
    [Op.I64Const]: constant("i64.const", "-> i64", "i64"),
    [Op.F32Const]: constant("f32.const", "-> f32", "f32"),
    [Op.F64Const]: constant("f64.const", "-> f64", "f64"),

    // i32 comparisons and arithmetic.
    [Op.I32Eqz]: integer("i32.eqz", "i32 -> i32"),
    [Op.I32Eq]: integer("i32.eq", "i32 i32 -> i32"),
    [Op.I32Ne]: integer("i32.ne", "i32 i32 -> i32"),
    [Op.I32LtS]: integer("i32.lt_s", "i32 i32 -> i32"),
    [Op.I32LtU]: integer("i32.lt_u", "i32 i32 -> i32"),
    [Op.I32GtS]: integer("i32.gt_s", "i32 i32 -> i32"),
    [Op.I32GtU]: integer("i32.gt_u", "i32 i32 -> i32"),
    [Op.I32LeS]: integer("i32.le_s", "i32 i32 -> i32"),
    [Op.I32LeU]: integer("i32.le_u", "i32 i32 -> i32"),
    [Op.I32GeS]: integer("i32.ge_s", "i32 i32 -> i32"),
    [Op.I32GeU]: integer("i32.ge_u", "i32 i32 -> i32"),
    [Op.I32Clz]: integer("i32.clz", "i32 -> i32"),
    [Op.I32Ctz]: integer("i32.ctz", "i32 -> i32"),
    [Op.I32Popcnt]: integer("i32.popcnt", "i32 -> i32"),
    [Op.I32Add]: integer("i32.add", "i32 i32 -> i32"),
    [Op.I32Sub]: integer("i32.sub", "i32 i32 -> i32"),
    [Op.I32Mul]: integer("i32.mul", "i32 i32 -> i32"),
    [Op.I32DivS]: integer("i32.div_s", "i32 i32 -> i32", { traps: true }),
    [Op.I32DivU]: integer("i32.div_u", "i32 i32 -> i32", { traps: true }),
    [Op.I32RemS]: integer("i32.rem_s", "i32 i32 -> i32", { traps: true }),
    [Op.I32RemU]: integer("i32.rem_u", "i32 i32 -> i32", { traps: true }),
    [Op.I32And]: integer("i32.and", "i32 i32 -> i32"),
    [Op.I32Or]: integer("i32.or", "i32 i32 -> i32"),
    [Op.I32Xor]: integer("i32.xor", "i32 i32 -> i32"),
    [Op.I32Shl]: integer("i32.shl", "i32 i32 -> i32"),
    [Op.I32ShrS]: integer("i32.shr_s", "i32 i32 -> i32"),
    [Op.I32ShrU]: integer("i32.shr_u", "i32 i32 -> i32"),
    [Op.I32Rotl]: integer("i32.rotl", "i32 i32 -> i32"),
    [Op.I32Rotr]: integer("i32.rotr", "i32 i32 -> i32"),
    [Op.I32Extend8S]: integer("i32.extend8_s", "i32 -> i32", { feature: "sign-extension" }),
    [Op.I32Extend16S]: integer("i32.extend16_s", "i32 -> i32", { feature: "sign-extension" }),

    // i64 comparisons and arithmetic.
    [Op.I64Eqz]: integer("i64.eqz", "i64 -> i32"),
    [Op.I64Eq]: integer("i64.eq", "i64 i64 -> i32"),
    [Op.I64Ne]: integer("i64.ne", "i64 i64 -> i32"),
    [Op.I64LtS]: integer("i64.lt_s", "i64 i64 -> i32"),
    [Op.I64LtU]: integer("i64.lt_u", "i64 i64 -> i32"),
    [Op.I64GtS]: integer("i64.gt_s", "i64 i64 -> i32"),
    [Op.I64GtU]: integer("i64.gt_u", "i64 i64 -> i32"),
    [Op.I64LeS]: integer("i64.le_s", "i64 i64 -> i32"),
    [Op.I64LeU]: integer("i64.le_u", "i64 i64 -> i32"),
    [Op.I64GeS]: integer("i64.ge_s", "i64 i64 -> i32"),
    [Op.I64GeU]: integer("i64.ge_u", "i64 i64 -> i32"),
    [Op.I64Clz]: integer("i64.clz", "i64 -> i64"),
    [Op.I64Ctz]: integer("i64.ctz", "i64 -> i64"),
    [Op.I64Popcnt]: integer("i64.popcnt", "i64 -> i64"),
    [Op.I64Add]: integer("i64.add", "i64 i64 -> i64"),
    [Op.I64Sub]: integer("i64.sub", "i64 i64 -> i64"),
    [Op.I64Mul]: integer("i64.mul", "i64 i64 -> i64"),
    [Op.I64DivS]: integer("i64.div_s", "i64 i64 -> i64", { traps: true }),
    [Op.I64DivU]: integer("i64.div_u", "i64 i64 -> i64", { traps: true }),
    [Op.I64RemS]: integer("i64.rem_s", "i64 i64 -> i64", { traps: true }),
    [Op.I64RemU]: integer("i64.rem_u", "i64 i64 -> i64", { traps: true }),
    [Op.I64And]: integer("i64.and", "i64 i64 -> i64"),
    [Op.I64Or]: integer("i64.or", "i64 i64 -> i64"),
    [Op.I64Xor]: integer("i64.xor", "i64 i64 -> i64"),
    [Op.I64Shl]: integer("i64.shl", "i64 i64 -> i64"),
    [Op.I64ShrS]: integer("i64.shr_s", "i64 i64 -> i64"),
    [Op.I64ShrU]: integer("i64.shr_u", "i64 i64 -> i64"),
    [Op.I64Rotl]: integer("i64.rotl", "i64 i64 -> i64"),
    [Op.I64Rotr]: integer("i64.rotr", "i64 i64 -> i64"),
    [Op.I64Extend8S]: integer("i64.extend8_s", "i64 -> i64", { feature: "sign-extension" }),
    [Op.I64Extend16S]: integer("i64.extend16_s", "i64 -> i64", { feature: "sign-extension" }),
    [Op.I64Extend32S]: integer("i64.extend32_s", "i64 -> i64", { feature: "sign-extension" }),

    // f32 comparisons and arithmetic.
    [Op.F32Eq]: float("f32.eq", "f32 f32 -> i32"),
    [Op.F32Ne]: float("f32.ne", "f32 f32 -> i32"),
    [Op.F32Lt]: float("f32.lt", "f32 f32 -> i32"),
    [Op.F32Gt]: float("f32.gt", "f32 f32 -> i32"),
    [Op.F32Le]: float("f32.le", "f32 f32 -> i32"),
    [Op.F32Ge]: float("f32.ge", "f32 f32 -> i32"),
    [Op.F32Abs]: float("f32.abs", "f32 -> f32"),
    [Op.F32Neg]: float("f32.neg", "f32 -> f32"),
    [Op.F32Ceil]: float("f32.ceil", "f32 -> f32"),
    [Op.F32Floor]: float("f32.floor", "f32 -> f32"),
    [Op.F32Trunc]: float("f32.trunc", "f32 -> f32"),
    [Op.F32Nearest]: float("f32.nearest", "f32 -> f32"),
    [Op.F32Sqrt]: float("f32.sqrt", "f32 -> f32"),
    [Op.F32Add]: float("f32.add", "f32 f32 -> f32"),
    [Op.F32Sub]: float("f32.sub", "f32 f32 -> f32"),
    [Op.F32Mul]: float("f32.mul", "f32 f32 -> f32"),
    [Op.F32Div]: float("f32.div", "f32 f32 -> f32"),
    [Op.F32Min]: float("f32.min", "f32 f32 -> f32"),
    [Op.F32Max]: float("f32.max", "f32 f32 -> f32"),
    [Op.F32Copysign]: float("f32.copysign", "f32 f32 -> f32"),

    // f64 comparisons and arithmetic.
    [Op.F64Eq]: float("f64.eq", "f64 f64 -> i32"),
    [Op.F64Ne]: float("f64.ne", "f64 f64 -> i32"),
    [Op.F64Lt]: float("f64.lt", "f64 f64 -> i32"),
    [Op.F64Gt]: float("f64.gt", "f64 f64 -> i32"),
    [Op.F64Le]: float("f64.le", "f64 f64 -> i32"),
    [Op.F64Ge]: float("f64.ge", "f64 f64 -> i32"),
    [Op.F64Abs]: float("f64.abs", "f64 -> f64"),
    [Op.F64Neg]: float("f64.neg", "f64 -> f64"),
    [Op.F64Ceil]: float("f64.ceil", "f64 -> f64"),
    [Op.F64Floor]: float("f64.floor", "f64 -> f64"),
    [Op.F64Trunc]: float("f64.trunc", "f64 -> f64"),
    [Op.F64Nearest]: float("f64.nearest", "f64 -> f64"),
    [Op.F64Sqrt]: float("f64.sqrt", "f64 -> f64"),
    [Op.F64Add]: float("f64.add", "f64 f64 -> f64"),
    [Op.F64Sub]: float("f64.sub", "f64 f64 -> f64"),
    [Op.F64Mul]: float("f64.mul", "f64 f64 -> f64"),
    [Op.F64Div]: float("f64.div", "f64 f64 -> f64"),
    [Op.F64Min]: float("f64.min", "f64 f64 -> f64"),
    [Op.F64Max]: float("f64.max", "f64 f64 -> f64"),
    [Op.F64Copysign]: float("f64.copysign", "f64 f64 -> f64"),

    // Conversions.
    [Op.I32WrapI64]: conversion("i32.wrap_i64", "i64 -> i32"),
    [Op.I32TruncF32S]: conversion("i32.trunc_f32_s", "f32 -> i32", { traps: true }),
    [Op.I32TruncF32U]: conversion("i32.trunc_f32_u", "f32 -> i32", { traps: true }),
    [Op.I32TruncF64S]: conversion("i32.trunc_f64_s", "f64 -> i32", { traps: true }),
    [Op.I32TruncF64U]: conversion("i32.trunc_f64_u", "f64 -> i32", { traps: true }),
    [Op.I64ExtendI32S]: conversion("i64.extend_i32_s", "i32 -> i64"),
    [Op.I64ExtendI32U]: conversion("i64.extend_i32_u", "i32 -> i64"),
    [Op.I64TruncF32S]: conversion("i64.trunc_f32_s", "f32 -> i64", { traps: true }),
    [Op.I64TruncF32U]: conversion("i64.trunc_f32_u", "f32 -> i64", { traps: true }),
    [Op.I64TruncF64S]: conversion("i64.trunc_f64_s", "f64 -> i64", { traps: true }),
    [Op.I64TruncF64U]: conversion("i64.trunc_f64_u", "f64 -> i64", { traps: true }),
    [Op.F32ConvertI32S]: conversion("f32.convert_i32_s", "i32 -> f32"),
    [Op.F32ConvertI32U]: conversion("f32.convert_i32_u", "i32 -> f32"),
    [Op.F32ConvertI64S]: conversion("f32.convert_i64_s", "i64 -> f32"),
    [Op.F32ConvertI64U]: conversion("f32.convert_i64_u", "i64 -> f32"),
    [Op.F32DemoteF64]: conversion("f32.demote_f64", "f64 -> f32"),
    [Op.F64ConvertI32S]: conversion("f64.convert_i32_s", "i32 -> f64"),
    [Op.F64ConvertI32U]: conversion("f64.convert_i32_u", "i32 -> f64"),
    [Op.F64ConvertI64S]: conversion("f64.convert_i64_s", "i64 -> f64"),
    [Op.F64ConvertI64U]: conversion("f64.convert_i64_u", "i64 -> f64"),
    [Op.F64PromoteF32]: conversion("f64.promote_f32", "f32 -> f64"),
    [Op.I32ReinterpretF32]: conversion("i32.reinterpret_f32", "f32 -> i32"),
    [Op.I64ReinterpretF64]: conversion("i64.reinterpret_f64", "f64 -> i64"),
    [Op.F32ReinterpretI32]: conversion("f32.reinterpret_i32", "i32 -> f32"),
    [Op.F64ReinterpretI64]: conversion("f64.reinterpret_i64", "i64 -> f64"),
    [Op.I32TruncSatF32S]: conversion("i32.trunc_sat_f32_s", "f32 -> i32", {
      feature: "saturating-float-to-int",
    }),
    [Op.I32TruncSatF32U]: conversion("i32.trunc_sat_f32_u", "f32 -> i32", {
      feature: "saturating-float-to-int",
    }),
    [Op.I32TruncSatF64S]: conversion("i32.trunc_sat_f64_s", "f64 -> i32", {
      feature: "saturating-float-to-int",
    }),
    [Op.I32TruncSatF64U]: conversion("i32.trunc_sat_f64_u", "f64 -> i32", {
      feature: "saturating-float-to-int",
    }),
    [Op.I64TruncSatF32S]: conversion("i64.trunc_sat_f32_s", "f32 -> i64", {
      feature: "saturating-float-to-int",
    }),
    [Op.I64TruncSatF32U]: conversion("i64.trunc_sat_f32_u", "f32 -> i64", {
      feature: "saturating-float-to-int",
    }),
    [Op.I64TruncSatF64S]: conversion("i64.trunc_sat_f64_s", "f64 -> i64", {
      feature: "saturating-float-to-int",
    }),
    [Op.I64TruncSatF64U]: conversion("i64.trunc_sat_f64_u", "f64 -> i64", {
      feature: "saturating-float-to-int",
    }),

    // Wide arithmetic (proposal). 128-bit numbers are pairs of i64, low half first.
    [Op.I64Add128]: integer("i64.add128", "i64 i64 i64 i64 -> i64 i64", { feature: "wide-arithmetic" }),
    [Op.I64Sub128]: integer("i64.sub128", "i64 i64 i64 i64 -> i64 i64", { feature: "wide-arithmetic" }),
    [Op.I64MulWideS]: integer("i64.mul_wide_s", "i64 i64 -> i64 i64", { feature: "wide-arithmetic" }),
    [Op.I64MulWideU]: integer("i64.mul_wide_u", "i64 i64 -> i64 i64", { feature: "wide-arithmetic" }),

    // References.
    [Op.RefNull]: special("reference", "ref.null", ["heapType"], { feature: "reference-types" }),
    [Op.RefIsNull]: special("reference", "ref.is_null", [], { feature: "reference-types" }),
    [Op.RefFunc]: special("reference", "ref.func", ["func"], { feature: "reference-types" }),
    [Op.RefEq]: special("reference", "ref.eq", [], { feature: "gc" }),
    [Op.RefAsNonNull]: special("reference", "ref.as_non_null", [], {
      feature: "function-references",
      traps: true,
    }),
    [Op.BrOnNull]: special("control", "br_on_null", ["label"], { feature: "function-references" }),
    [Op.BrOnNonNull]: special("control", "br_on_non_null", ["label"], { feature: "function-references" }),
    [Op.RefTest]: special("reference", "ref.test", ["heapType"], { feature: "gc" }),
    [Op.RefTestNull]: special("reference", "ref.test", ["heapType"], { feature: "gc" }),
    [Op.RefCast]: special("reference", "ref.cast", ["heapType"], { feature: "gc", traps: true }),
    [Op.RefCastNull]: special("reference", "ref.cast", ["heapType"], { feature: "gc", traps: true }),
    [Op.BrOnCast]: special("control", "br_on_cast", ["castFlags"], { feature: "gc" }),
    [Op.BrOnCastFail]: special("control", "br_on_cast_fail", ["castFlags"], { feature: "gc" }),
    [Op.AnyConvertExtern]: special("reference", "any.convert_extern", [], { feature: "gc" }),
    [Op.ExternConvertAny]: special("reference", "extern.convert_any", [], { feature: "gc" }),

    // Aggregates. Allocations trap when the GC heap is exhausted.
    [Op.StructNew]: special("aggregate", "struct.new", ["type"], { feature: "gc", traps: true }),
    [Op.StructNewDefault]: special("aggregate", "struct.new_default", ["type"], {
      feature: "gc",
      traps: true,
    }),
    [Op.StructGet]: special("aggregate", "struct.get", ["type", "field"], { feature: "gc", traps: true }),
    [Op.StructGetS]: special("aggregate", "struct.get_s", ["type", "field"], { feature: "gc", traps: true }),
    [Op.StructGetU]: special("aggregate", "struct.get_u", ["type", "field"], { feature: "gc", traps: true }),
    [Op.StructSet]: special("aggregate", "struct.set", ["type", "field"], { feature: "gc", traps: true }),
    [Op.ArrayNew]: special("aggregate", "array.new", ["type"], { feature: "gc", traps: true }),
    [Op.ArrayNewDefault]: special("aggregate", "array.new_default", ["type"], { feature: "gc", traps: true }),
    [Op.ArrayNewFixed]: special("aggregate", "array.new_fixed", ["type", "count2"], {
      feature: "gc",
      traps: true,
    }),
    [Op.ArrayNewData]: special("aggregate", "array.new_data", ["type", "data2"], {
      feature: "gc",
      traps: true,
    }),
    [Op.ArrayNewElem]: special("aggregate", "array.new_elem", ["type", "elem2"], {
      feature: "gc",
      traps: true,
    }),
    [Op.ArrayGet]: special("aggregate", "array.get", ["type"], { feature: "gc", traps: true }),
    [Op.ArrayGetS]: special("aggregate", "array.get_s", ["type"], { feature: "gc", traps: true }),
    [Op.ArrayGetU]: special("aggregate", "array.get_u", ["type"], { feature: "gc", traps: true }),
    [Op.ArraySet]: special("aggregate", "array.set", ["type"], { feature: "gc", traps: true }),
    [Op.ArrayLen]: special("aggregate", "array.len", [], { feature: "gc", traps: true }),
    [Op.ArrayFill]: special("aggregate", "array.fill", ["type"], { feature: "gc", traps: true }),
    [Op.ArrayCopy]: special("aggregate", "array.copy", ["type", "type2"], { feature: "gc", traps: true }),
    [Op.ArrayInitData]: special("aggregate", "array.init_data", ["type", "data2"], {
      feature: "gc",
      traps: true,
    }),
    [Op.ArrayInitElem]: special("aggregate", "array.init_elem", ["type", "elem2"], {
      feature: "gc",
      traps: true,
    }),
    [Op.RefI31]: special("aggregate", "ref.i31", [], { feature: "gc" }),
    [Op.I31GetS]: special("aggregate", "i31.get_s", [], { feature: "gc", traps: true }),
    [Op.I31GetU]: special("aggregate", "i31.get_u", [], { feature: "gc", traps: true }),

    // Custom descriptors (proposal).
    [Op.StructNewDesc]: special("aggregate", "struct.new_desc", ["type"], {
      feature: "custom-descriptors",
      traps: true,
    }),
    [Op.StructNewDefaultDesc]: special("aggregate", "struct.new_default_desc", ["type"], {
      feature: "custom-descriptors",
      traps: true,
    }),
    [Op.RefGetDesc]: special("reference", "ref.get_desc", ["type"], {
      feature: "custom-descriptors",
      traps: true,
    }),
    [Op.RefCastDescEq]: special("reference", "ref.cast_desc_eq", ["heapType"], {
      feature: "custom-descriptors",
      traps: true,
    }),
    [Op.RefCastDescEqNull]: special("reference", "ref.cast_desc_eq", ["heapType"], {
      feature: "custom-descriptors",
      traps: true,
    }),
    [Op.BrOnCastDescEq]: special("control", "br_on_cast_desc_eq", ["castFlags"], {
      feature: "custom-descriptors",
      traps: true,
    }),
    [Op.BrOnCastDescEqFail]: special("control", "br_on_cast_desc_eq_fail", ["castFlags"], {
      feature: "custom-descriptors",
      traps: true,
    }),

    // Vector loads, stores and constants.
    [Op.V128Load]: load("v128.load", "addr -> v128", 16, { feature: "simd" }),
    [Op.V128Load8x8S]: load("v128.load8x8_s", "addr -> v128", 8, { feature: "simd" }),
    [Op.V128Load8x8U]: load("v128.load8x8_u", "addr -> v128", 8, { feature: "simd" }),
    [Op.V128Load16x4S]: load("v128.load16x4_s", "addr -> v128", 8, { feature: "simd" }),
    [Op.V128Load16x4U]: load("v128.load16x4_u", "addr -> v128", 8, { feature: "simd" }),
    [Op.V128Load32x2S]: load("v128.load32x2_s", "addr -> v128", 8, { feature: "simd" }),
    [Op.V128Load32x2U]: load("v128.load32x2_u", "addr -> v128", 8, { feature: "simd" }),
    [Op.V128Load8Splat]: load("v128.load8_splat", "addr -> v128", 1, { feature: "simd" }),
    [Op.V128Load16Splat]: load("v128.load16_splat", "addr -> v128", 2, { feature: "simd" }),
    [Op.V128Load32Splat]: load("v128.load32_splat", "addr -> v128", 4, { feature: "simd" }),
    [Op.V128Load64Splat]: load("v128.load64_splat", "addr -> v128", 8, { feature: "simd" }),
    [Op.V128Store]: store("v128.store", "addr v128 ->", 16, { feature: "simd" }),
    [Op.V128Const]: constant("v128.const", "-> v128", "v128", { feature: "simd" }),
    [Op.V128Load8Lane]: laneAccess("load", "v128.load8_lane", "addr v128 -> v128", 1),
    [Op.V128Load16Lane]: laneAccess("load", "v128.load16_lane", "addr v128 -> v128", 2),
    [Op.V128Load32Lane]: laneAccess("load", "v128.load32_lane", "addr v128 -> v128", 4),
    [Op.V128Load64Lane]: laneAccess("load", "v128.load64_lane", "addr v128 -> v128", 8),
    [Op.V128Store8Lane]: laneAccess("store", "v128.store8_lane", "addr v128 ->", 1),
    [Op.V128Store16Lane]: laneAccess("store", "v128.store16_lane", "addr v128 ->", 2),
    [Op.V128Store32Lane]: laneAccess("store", "v128.store32_lane", "addr v128 ->", 4),
    [Op.V128Store64Lane]: laneAccess("store", "v128.store64_lane", "addr v128 ->", 8),
    [Op.V128Load32Zero]: load("v128.load32_zero", "addr -> v128", 4, { feature: "simd" }),
    [Op.V128Load64Zero]: load("v128.load64_zero", "addr -> v128", 8, { feature: "simd" }),

    // Vector lanes.
    [Op.I8x16Shuffle]: regular("vector", "i8x16.shuffle", "v128 v128 -> v128", ["shuffle"], {
      lanes: 32,
      feature: "simd",
    }),
    [Op.I8x16Swizzle]: vector("i8x16.swizzle", "v128 v128 -> v128"),
    [Op.I8x16Splat]: vector("i8x16.splat", "i32 -> v128"),
    [Op.I16x8Splat]: vector("i16x8.splat", "i32 -> v128"),
    [Op.I32x4Splat]: vector("i32x4.splat", "i32 -> v128"),
    [Op.I64x2Splat]: vector("i64x2.splat", "i64 -> v128"),
    [Op.F32x4Splat]: vector("f32x4.splat", "f32 -> v128"),
    [Op.F64x2Splat]: vector("f64x2.splat", "f64 -> v128"),
    [Op.I8x16ExtractLaneS]: lane("i8x16.extract_lane_s", "v128 -> i32", 16),
    [Op.I8x16ExtractLaneU]: lane("i8x16.extract_lane_u", "v128 -> i32", 16),
    [Op.I8x16ReplaceLane]: lane("i8x16.replace_lane", "v128 i32 -> v128", 16),
    [Op.I16x8ExtractLaneS]: lane("i16x8.extract_lane_s", "v128 -> i32", 8),
    [Op.I16x8ExtractLaneU]: lane("i16x8.extract_lane_u", "v128 -> i32", 8),
    [Op.I16x8ReplaceLane]: lane("i16x8.replace_lane", "v128 i32 -> v128", 8),
    [Op.I32x4ExtractLane]: lane("i32x4.extract_lane", "v128 -> i32", 4),
    [Op.I32x4ReplaceLane]: lane("i32x4.replace_lane", "v128 i32 -> v128", 4),
    [Op.I64x2ExtractLane]: lane("i64x2.extract_lane", "v128 -> i64", 2),
    [Op.I64x2ReplaceLane]: lane("i64x2.replace_lane", "v128 i64 -> v128", 2),
    [Op.F32x4ExtractLane]: lane("f32x4.extract_lane", "v128 -> f32", 4),
    [Op.F32x4ReplaceLane]: lane("f32x4.replace_lane", "v128 f32 -> v128", 4),
    [Op.F64x2ExtractLane]: lane("f64x2.extract_lane", "v128 -> f64", 2),
    [Op.F64x2ReplaceLane]: lane("f64x2.replace_lane", "v128 f64 -> v128", 2),

    // Vector comparisons.
    [Op.I8x16Eq]: vector("i8x16.eq", "v128 v128 -> v128"),
    [Op.I8x16Ne]: vector("i8x16.ne", "v128 v128 -> v128"),
    [Op.I8x16LtS]: vector("i8x16.lt_s", "v128 v128 -> v128"),
    [Op.I8x16LtU]: vector("i8x16.lt_u", "v128 v128 -> v128"),
    [Op.I8x16GtS]: vector("i8x16.gt_s", "v128 v128 -> v128"),
    [Op.I8x16GtU]: vector("i8x16.gt_u", "v128 v128 -> v128"),
    [Op.I8x16LeS]: vector("i8x16.le_s", "v128 v128 -> v128"),
    [Op.I8x16LeU]: vector("i8x16.le_u", "v128 v128 -> v128"),
    [Op.I8x16GeS]: vector("i8x16.ge_s", "v128 v128 -> v128"),
    [Op.I8x16GeU]: vector("i8x16.ge_u", "v128 v128 -> v128"),
    [Op.I16x8Eq]: vector("i16x8.eq", "v128 v128 -> v128"),
    [Op.I16x8Ne]: vector("i16x8.ne", "v128 v128 -> v128"),
    [Op.I16x8LtS]: vector("i16x8.lt_s", "v128 v128 -> v128"),
    [Op.I16x8LtU]: vector("i16x8.lt_u", "v128 v128 -> v128"),
    [Op.I16x8GtS]: vector("i16x8.gt_s", "v128 v128 -> v128"),
    [Op.I16x8GtU]: vector("i16x8.gt_u", "v128 v128 -> v128"),
    [Op.I16x8LeS]: vector("i16x8.le_s", "v128 v128 -> v128"),
    [Op.I16x8LeU]: vector("i16x8.le_u", "v128 v128 -> v128"),
    [Op.I16x8GeS]: vector("i16x8.ge_s", "v128 v128 -> v128"),
    [Op.I16x8GeU]: vector("i16x8.ge_u", "v128 v128 -> v128"),
    [Op.I32x4Eq]: vector("i32x4.eq", "v128 v128 -> v128"),
    [Op.I32x4Ne]: vector("i32x4.ne", "v128 v128 -> v128"),
    [Op.I32x4LtS]: vector("i32x4.lt_s", "v128 v128 -> v128"),
    [Op.I32x4LtU]: vector("i32x4.lt_u", "v128 v128 -> v128"),
    [Op.I32x4GtS]: vector("i32x4.gt_s", "v128 v128 -> v128"),
    [Op.I32x4GtU]: vector("i32x4.gt_u", "v128 v128 -> v128"),
    [Op.I32x4LeS]: vector("i32x4.le_s", "v128 v128 -> v128"),
    [Op.I32x4LeU]: vector("i32x4.le_u", "v128 v128 -> v128"),
    [Op.I32x4GeS]: vector("i32x4.ge_s", "v128 v128 -> v128"),
    [Op.I32x4GeU]: vector("i32x4.ge_u", "v128 v128 -> v128"),
    [Op.F32x4Eq]: vector("f32x4.eq", "v128 v128 -> v128"),
    [Op.F32x4Ne]: vector("f32x4.ne", "v128 v128 -> v128"),
    [Op.F32x4Lt]: vector("f32x4.lt", "v128 v128 -> v128"),
    [Op.F32x4Gt]: vector("f32x4.gt", "v128 v128 -> v128"),
    [Op.F32x4Le]: vector("f32x4.le", "v128 v128 -> v128"),
    [Op.F32x4Ge]: vector("f32x4.ge", "v128 v128 -> v128"),
    [Op.F64x2Eq]: vector("f64x2.eq", "v128 v128 -> v128"),
    [Op.F64x2Ne]: vector("f64x2.ne", "v128 v128 -> v128"),
    [Op.F64x2Lt]: vector("f64x2.lt", "v128 v128 -> v128"),
    [Op.F64x2Gt]: vector("f64x2.gt", "v128 v128 -> v128"),
    [Op.F64x2Le]: vector("f64x2.le", "v128 v128 -> v128"),
    [Op.F64x2Ge]: vector("f64x2.ge", "v128 v128 -> v128"),
    [Op.I64x2Eq]: vector("i64x2.eq", "v128 v128 -> v128"),
    [Op.I64x2Ne]: vector("i64x2.ne", "v128 v128 -> v128"),
    [Op.I64x2LtS]: vector("i64x2.lt_s", "v128 v128 -> v128"),
    [Op.I64x2GtS]: vector("i64x2.gt_s", "v128 v128 -> v128"),
    [Op.I64x2LeS]: vector("i64x2.le_s", "v128 v128 -> v128"),
    [Op.I64x2GeS]: vector("i64x2.ge_s", "v128 v128 -> v128"),

    // Vector bitwise.
    [Op.V128Not]: vector("v128.not", "v128 -> v128"),
    [Op.V128And]: vector("v128.and", "v128 v128 -> v128"),
    [Op.V128Andnot]: vector("v128.andnot", "v128 v128 -> v128"),
    [Op.V128Or]: vector("v128.or", "v128 v128 -> v128"),
    [Op.V128Xor]: vector("v128.xor", "v128 v128 -> v128"),
    [Op.V128Bitselect]: vector("v128.bitselect", "v128 v128 v128 -> v128"),
    [Op.V128AnyTrue]: vector("v128.any_true", "v128 -> i32"),

    // Vector i8x16.
    [Op.I8x16Abs]: vector("i8x16.abs", "v128 -> v128"),
    [Op.I8x16Neg]: vector("i8x16.neg", "v128 -> v128"),
    [Op.I8x16Popcnt]: vector("i8x16.popcnt", "v128 -> v128"),
    [Op.I8x16AllTrue]: vector("i8x16.all_true", "v128 -> i32"),
    [Op.I8x16Bitmask]: vector("i8x16.bitmask", "v128 -> i32"),
    [Op.I8x16NarrowI16x8S]: vector("i8x16.narrow_i16x8_s", "v128 v128 -> v128"),
    [Op.I8x16NarrowI16x8U]: vector("i8x16.narrow_i16x8_u", "v128 v128 -> v128"),
    [Op.I8x16Shl]: vector("i8x16.shl", "v128 i32 -> v128"),
    [Op.I8x16ShrS]: vector("i8x16.shr_s", "v128 i32 -> v128"),
    [Op.I8x16ShrU]: vector("i8x16.shr_u", "v128 i32 -> v128"),
    [Op.I8x16Add]: vector("i8x16.add", "v128 v128 -> v128"),
    [Op.I8x16AddSatS]: vector("i8x16.add_sat_s", "v128 v128 -> v128"),
    [Op.I8x16AddSatU]: vector("i8x16.add_sat_u", "v128 v128 -> v128"),
    [Op.I8x16Sub]: vector("i8x16.sub", "v128 v128 -> v128"),
    [Op.I8x16SubSatS]: vector("i8x16.sub_sat_s", "v128 v128 -> v128"),
    [Op.I8x16SubSatU]: vector("i8x16.sub_sat_u", "v128 v128 -> v128"),
    [Op.I8x16MinS]: vector("i8x16.min_s", "v128 v128 -> v128"),
    [Op.I8x16MinU]: vector("i8x16.min_u", "v128 v128 -> v128"),
    [Op.I8x16MaxS]: vector("i8x16.max_s", "v128 v128 -> v128"),
    [Op.I8x16MaxU]: vector("i8x16.max_u", "v128 v128 -> v128"),
    [Op.I8x16AvgrU]: vector("i8x16.avgr_u", "v128 v128 -> v128"),

    // Vector i16x8.
    [Op.I16x8ExtaddPairwiseI8x16S]: vector("i16x8.extadd_pairwise_i8x16_s", "v128 -> v128"),
    [Op.I16x8ExtaddPairwiseI8x16U]: vector("i16x8.extadd_pairwise_i8x16_u", "v128 -> v128"),
    [Op.I16x8Abs]: vector("i16x8.abs", "v128 -> v128"),
    [Op.I16x8Neg]: vector("i16x8.neg", "v128 -> v128"),
    [Op.I16x8Q15mulrSatS]: vector("i16x8.q15mulr_sat_s", "v128 v128 -> v128"),
    [Op.I16x8AllTrue]: vector("i16x8.all_true", "v128 -> i32"),
    [Op.I16x8Bitmask]: vector("i16x8.bitmask", "v128 -> i32"),
    [Op.I16x8NarrowI32x4S]: vector("i16x8.narrow_i32x4_s", "v128 v128 -> v128"),
    [Op.I16x8NarrowI32x4U]: vector("i16x8.narrow_i32x4_u", "v128 v128 -> v128"),
    [Op.I16x8ExtendLowI8x16S]: vector("i16x8.extend_low_i8x16_s", "v128 -> v128"),
    [Op.I16x8ExtendHighI8x16S]: vector("i16x8.extend_high_i8x16_s", "v128 -> v128"),
    [Op.I16x8ExtendLowI8x16U]: vector("i16x8.extend_low_i8x16_u", "v128 -> v128"),
    [Op.I16x8ExtendHighI8x16U]: vector("i16x8.extend_high_i8x16_u", "v128 -> v128"),
    [Op.I16x8Shl]: vector("i16x8.shl", "v128 i32 -> v128"),
    [Op.I16x8ShrS]: vector("i16x8.shr_s", "v128 i32 -> v128"),
    [Op.I16x8ShrU]: vector("i16x8.shr_u", "v128 i32 -> v128"),
    [Op.I16x8Add]: vector("i16x8.add", "v128 v128 -> v128"),
    [Op.I16x8AddSatS]: vector("i16x8.add_sat_s", "v128 v128 -> v128"),
    [Op.I16x8AddSatU]: vector("i16x8.add_sat_u", "v128 v128 -> v128"),
    [Op.I16x8Sub]: vector("i16x8.sub", "v128 v128 -> v128"),
    [Op.I16x8SubSatS]: vector("i16x8.sub_sat_s", "v128 v128 -> v128"),
    [Op.I16x8SubSatU]: vector("i16x8.sub_sat_u", "v128 v128 -> v128"),
    [Op.I16x8Mul]: vector("i16x8.mul", "v128 v128 -> v128"),
    [Op.I16x8MinS]: vector("i16x8.min_s", "v128 v128 -> v128"),
    [Op.I16x8MinU]: vector("i16x8.min_u", "v128 v128 -> v128"),
    [Op.I16x8MaxS]: vector("i16x8.max_s", "v128 v128 -> v128"),
    [Op.I16x8MaxU]: vector("i16x8.max_u", "v128 v128 -> v128"),
    [Op.I16x8AvgrU]: vector("i16x8.avgr_u", "v128 v128 -> v128"),
    [Op.I16x8ExtmulLowI8x16S]: vector("i16x8.extmul_low_i8x16_s", "v128 v128 -> v128"),
    [Op.I16x8ExtmulHighI8x16S]: vector("i16x8.extmul_high_i8x16_s", "v128 v128 -> v128"),
    [Op.I16x8ExtmulLowI8x16U]: vector("i16x8.extmul_low_i8x16_u", "v128 v128 -> v128"),
    [Op.I16x8ExtmulHighI8x16U]: vector("i16x8.extmul_high_i8x16_u", "v128 v128 -> v128"),

    // Vector i32x4.
    [Op.I32x4ExtaddPairwiseI16x8S]: vector("i32x4.extadd_pairwise_i16x8_s", "v128 -> v128"),
    [Op.I32x4ExtaddPairwiseI16x8U]: vector("i32x4.extadd_pairwise_i16x8_u", "v128 -> v128"),
    [Op.I32x4Abs]: vector("i32x4.abs", "v128 -> v128"),
    [Op.I32x4Neg]: vector("i32x4.neg", "v128 -> v128"),
    [Op.I32x4AllTrue]: vector("i32x4.all_true", "v128 -> i32"),
    [Op.I32x4Bitmask]: vector("i32x4.bitmask", "v128 -> i32"),
    [Op.I32x4ExtendLowI16x8S]: vector("i32x4.extend_low_i16x8_s", "v128 -> v128"),
    [Op.I32x4ExtendHighI16x8S]: vector("i32x4.extend_high_i16x8_s", "v128 -> v128"),
    [Op.I32x4ExtendLowI16x8U]: vector("i32x4.extend_low_i16x8_u", "v128 -> v128"),
    [Op.I32x4ExtendHighI16x8U]: vector("i32x4.extend_high_i16x8_u", "v128 -> v128"),
    [Op.I32x4Shl]: vector("i32x4.shl", "v128 i32 -> v128"),
    [Op.I32x4ShrS]: vector("i32x4.shr_s", "v128 i32 -> v128"),
    [Op.I32x4ShrU]: vector("i32x4.shr_u", "v128 i32 -> v128"),
    [Op.I32x4Add]: vector("i32x4.add", "v128 v128 -> v128"),
    [Op.I32x4Sub]: vector("i32x4.sub", "v128 v128 -> v128"),
    [Op.I32x4Mul]: vector("i32x4.mul", "v128 v128 -> v128"),
    [Op.I32x4MinS]: vector("i32x4.min_s", "v128 v128 -> v128"),
    [Op.I32x4MinU]: vector("i32x4.min_u", "v128 v128 -> v128"),
    [Op.I32x4MaxS]: vector("i32x4.max_s", "v128 v128 -> v128"),
    [Op.I32x4MaxU]: vector("i32x4.max_u", "v128 v128 -> v128"),
    [Op.I32x4DotI16x8S]: vector("i32x4.dot_i16x8_s", "v128 v128 -> v128"),
    [Op.I32x4ExtmulLowI16x8S]: vector("i32x4.extmul_low_i16x8_s", "v128 v128 -> v128"),
    [Op.I32x4ExtmulHighI16x8S]: vector("i32x4.extmul_high_i16x8_s", "v128 v128 -> v128"),
    [Op.I32x4ExtmulLowI16x8U]: vector("i32x4.extmul_low_i16x8_u", "v128 v128 -> v128"),
    [Op.I32x4ExtmulHighI16x8U]: vector("i32x4.extmul_high_i16x8_u", "v128 v128 -> v128"),

    // Vector i64x2.
    [Op.I64x2Abs]: vector("i64x2.abs", "v128 -> v128"),
    [Op.I64x2Neg]: vector("i64x2.neg", "v128 -> v128"),
    [Op.I64x2AllTrue]: vector("i64x2.all_true", "v128 -> i32"),
    [Op.I64x2Bitmask]: vector("i64x2.bitmask", "v128 -> i32"),
    [Op.I64x2ExtendLowI32x4S]: vector("i64x2.extend_low_i32x4_s", "v128 -> v128"),
    [Op.I64x2ExtendHighI32x4S]: vector("i64x2.extend_high_i32x4_s", "v128 -> v128"),
    [Op.I64x2ExtendLowI32x4U]: vector("i64x2.extend_low_i32x4_u", "v128 -> v128"),
    [Op.I64x2ExtendHighI32x4U]: vector("i64x2.extend_high_i32x4_u", "v128 -> v128"),
    [Op.I64x2Shl]: vector("i64x2.shl", "v128 i32 -> v128"),
    [Op.I64x2ShrS]: vector("i64x2.shr_s", "v128 i32 -> v128"),
    [Op.I64x2ShrU]: vector("i64x2.shr_u", "v128 i32 -> v128"),
    [Op.I64x2Add]: vector("i64x2.add", "v128 v128 -> v128"),
    [Op.I64x2Sub]: vector("i64x2.sub", "v128 v128 -> v128"),
    [Op.I64x2Mul]: vector("i64x2.mul", "v128 v128 -> v128"),
    [Op.I64x2ExtmulLowI32x4S]: vector("i64x2.extmul_low_i32x4_s", "v128 v128 -> v128"),
    [Op.I64x2ExtmulHighI32x4S]: vector("i64x2.extmul_high_i32x4_s", "v128 v128 -> v128"),
    [Op.I64x2ExtmulLowI32x4U]: vector("i64x2.extmul_low_i32x4_u", "v128 v128 -> v128"),
    [Op.I64x2ExtmulHighI32x4U]: vector("i64x2.extmul_high_i32x4_u", "v128 v128 -> v128"),

    // Vector f32x4.
    [Op.F32x4Ceil]: vector("f32x4.ceil", "v128 -> v128"),
    [Op.F32x4Floor]: vector("f32x4.floor", "v128 -> v128"),
    [Op.F32x4Trunc]: vector("f32x4.trunc", "v128 -> v128"),
    [Op.F32x4Nearest]: vector("f32x4.nearest", "v128 -> v128"),
    [Op.F32x4Abs]: vector("f32x4.abs", "v128 -> v128"),
    [Op.F32x4Neg]: vector("f32x4.neg", "v128 -> v128"),
    [Op.F32x4Sqrt]: vector("f32x4.sqrt", "v128 -> v128"),
    [Op.F32x4Add]: vector("f32x4.add", "v128 v128 -> v128"),
    [Op.F32x4Sub]: vector("f32x4.sub", "v128 v128 -> v128"),
    [Op.F32x4Mul]: vector("f32x4.mul", "v128 v128 -> v128"),
    [Op.F32x4Div]: vector("f32x4.div", "v128 v128 -> v128"),
    [Op.F32x4Min]: vector("f32x4.min", "v128 v128 -> v128"),
    [Op.F32x4Max]: vector("f32x4.max", "v128 v128 -> v128"),
    [Op.F32x4Pmin]: vector("f32x4.pmin", "v128 v128 -> v128"),
    [Op.F32x4Pmax]: vector("f32x4.pmax", "v128 v128 -> v128"),

    // Vector f64x2.
    [Op.F64x2Ceil]: vector("f64x2.ceil", "v128 -> v128"),
    [Op.F64x2Floor]: vector("f64x2.floor", "v128 -> v128"),
    [Op.F64x2Trunc]: vector("f64x2.trunc", "v128 -> v128"),
    [Op.F64x2Nearest]: vector("f64x2.nearest", "v128 -> v128"),
    [Op.F64x2Abs]: vector("f64x2.abs", "v128 -> v128"),
    [Op.F64x2Neg]: vector("f64x2.neg", "v128 -> v128"),
    [Op.F64x2Sqrt]: vector("f64x2.sqrt", "v128 -> v128"),
    [Op.F64x2Add]: vector("f64x2.add", "v128 v128 -> v128"),
    [Op.F64x2Sub]: vector("f64x2.sub", "v128 v128 -> v128"),
    [Op.F64x2Mul]: vector("f64x2.mul", "v128 v128 -> v128"),
    [Op.F64x2Div]: vector("f64x2.div", "v128 v128 -> v128"),
    [Op.F64x2Min]: vector("f64x2.min", "v128 v128 -> v128"),
    [Op.F64x2Max]: vector("f64x2.max", "v128 v128 -> v128"),
    [Op.F64x2Pmin]: vector("f64x2.pmin", "v128 v128 -> v128"),
    [Op.F64x2Pmax]: vector("f64x2.pmax", "v128 v128 -> v128"),

    // Vector conversions.
    [Op.F32x4DemoteF64x2Zero]: vector("f32x4.demote_f64x2_zero", "v128 -> v128"),
    [Op.F64x2PromoteLowF32x4]: vector("f64x2.promote_low_f32x4", "v128 -> v128"),
    [Op.I32x4TruncSatF32x4S]: vector("i32x4.trunc_sat_f32x4_s", "v128 -> v128"),
    [Op.I32x4TruncSatF32x4U]: vector("i32x4.trunc_sat_f32x4_u", "v128 -> v128"),
    [Op.F32x4ConvertI32x4S]: vector("f32x4.convert_i32x4_s", "v128 -> v128"),
    [Op.F32x4ConvertI32x4U]: vector("f32x4.convert_i32x4_u", "v128 -> v128"),
    [Op.I32x4TruncSatF64x2SZero]: vector("i32x4.trunc_sat_f64x2_s_zero", "v128 -> v128"),
    [Op.I32x4TruncSatF64x2UZero]: vector("i32x4.trunc_sat_f64x2_u_zero", "v128 -> v128"),
    [Op.F64x2ConvertLowI32x4S]: vector("f64x2.convert_low_i32x4_s", "v128 -> v128"),
    [Op.F64x2ConvertLowI32x4U]: vector("f64x2.convert_low_i32x4_u", "v128 -> v128"),

    // Relaxed vector.
    [Op.I8x16RelaxedSwizzle]: relaxed("i8x16.relaxed_swizzle", "v128 v128 -> v128"),
    [Op.I32x4RelaxedTruncF32x4S]: relaxed("i32x4.relaxed_trunc_f32x4_s", "v128 -> v128"),
    [Op.I32x4RelaxedTruncF32x4U]: relaxed("i32x4.relaxed_trunc_f32x4_u", "v128 -> v128"),
    [Op.I32x4RelaxedTruncF64x2SZero]: relaxed("i32x4.relaxed_trunc_f64x2_s_zero", "v128 -> v128"),
    [Op.I32x4RelaxedTruncF64x2UZero]: relaxed("i32x4.relaxed_trunc_f64x2_u_zero", "v128 -> v128"),
    [Op.F32x4RelaxedMadd]: relaxed("f32x4.relaxed_madd", "v128 v128 v128 -> v128"),
    [Op.F32x4RelaxedNmadd]: relaxed("f32x4.relaxed_nmadd", "v128 v128 v128 -> v128"),
    [Op.F64x2RelaxedMadd]: relaxed("f64x2.relaxed_madd", "v128 v128 v128 -> v128"),
    [Op.F64x2RelaxedNmadd]: relaxed("f64x2.relaxed_nmadd", "v128 v128 v128 -> v128"),
    [Op.I8x16RelaxedLaneselect]: relaxed("i8x16.relaxed_laneselect", "v128 v128 v128 -> v128"),
    [Op.I16x8RelaxedLaneselect]: relaxed("i16x8.relaxed_laneselect", "v128 v128 v128 -> v128"),
    [Op.I32x4RelaxedLaneselect]: relaxed("i32x4.relaxed_laneselect", "v128 v128 v128 -> v128"),
    [Op.I64x2RelaxedLaneselect]: relaxed("i64x2.relaxed_laneselect", "v128 v128 v128 -> v128"),
    [Op.F32x4RelaxedMin]: relaxed("f32x4.relaxed_min", "v128 v128 -> v128"),
    [Op.F32x4RelaxedMax]: relaxed("f32x4.relaxed_max", "v128 v128 -> v128"),
    [Op.F64x2RelaxedMin]: relaxed("f64x2.relaxed_min", "v128 v128 -> v128"),
    [Op.F64x2RelaxedMax]: relaxed("f64x2.relaxed_max", "v128 v128 -> v128"),
    [Op.I16x8RelaxedQ15mulrS]: relaxed("i16x8.relaxed_q15mulr_s", "v128 v128 -> v128"),
    [Op.I16x8RelaxedDotI8x16I7x16S]: relaxed("i16x8.relaxed_dot_i8x16_i7x16_s", "v128 v128 -> v128"),
    [Op.I32x4RelaxedDotI8x16I7x16AddS]: relaxed(
      "i32x4.relaxed_dot_i8x16_i7x16_add_s",
      "v128 v128 v128 -> v128",
    ),

    // Atomics (threads proposal). Their alignment must be the natural one, and unaligned addresses trap.
    [Op.MemoryAtomicNotify]: atomic("memory.atomic.notify", "addr i32 -> i32", 4),
    [Op.MemoryAtomicWait32]: atomic("memory.atomic.wait32", "addr i32 i64 -> i32", 4),
    [Op.MemoryAtomicWait64]: atomic("memory.atomic.wait64", "addr i64 i64 -> i32", 8),
    [Op.AtomicFence]: regular("atomic", "atomic.fence", "->", ["zeroByte"], { feature: "threads" }),
    [Op.I32AtomicLoad]: atomic("i32.atomic.load", "addr -> i32", 4),
    [Op.I64AtomicLoad]: atomic("i64.atomic.load", "addr -> i64", 8),
    [Op.I32AtomicLoad8U]: atomic("i32.atomic.load8_u", "addr -> i32", 1),
    [Op.I32AtomicLoad16U]: atomic("i32.atomic.load16_u", "addr -> i32", 2),
    [Op.I64AtomicLoad8U]: atomic("i64.atomic.load8_u", "addr -> i64", 1),
    [Op.I64AtomicLoad16U]: atomic("i64.atomic.load16_u", "addr -> i64", 2),
    [Op.I64AtomicLoad32U]: atomic("i64.atomic.load32_u", "addr -> i64", 4),
    [Op.I32AtomicStore]: atomic("i32.atomic.store", "addr i32 ->", 4),
    [Op.I64AtomicStore]: atomic("i64.atomic.store", "addr i64 ->", 8),
    [Op.I32AtomicStore8]: atomic("i32.atomic.store8", "addr i32 ->", 1),
    [Op.I32AtomicStore16]: atomic("i32.atomic.store16", "addr i32 ->", 2),
    [Op.I64AtomicStore8]: atomic("i64.atomic.store8", "addr i64 ->", 1),
    [Op.I64AtomicStore16]: atomic("i64.atomic.store16", "addr i64 ->", 2),
    [Op.I64AtomicStore32]: atomic("i64.atomic.store32", "addr i64 ->", 4),
    [Op.I32AtomicRmwAdd]: atomic("i32.atomic.rmw.add", "addr i32 -> i32", 4),
    [Op.I64AtomicRmwAdd]: atomic("i64.atomic.rmw.add", "addr i64 -> i64", 8),
    [Op.I32AtomicRmw8AddU]: atomic("i32.atomic.rmw8.add_u", "addr i32 -> i32", 1),
    [Op.I32AtomicRmw16AddU]: atomic("i32.atomic.rmw16.add_u", "addr i32 -> i32", 2),
    [Op.I64AtomicRmw8AddU]: atomic("i64.atomic.rmw8.add_u", "addr i64 -> i64", 1),
    [Op.I64AtomicRmw16AddU]: atomic("i64.atomic.rmw16.add_u", "addr i64 -> i64", 2),
    [Op.I64AtomicRmw32AddU]: atomic("i64.atomic.rmw32.add_u", "addr i64 -> i64", 4),
    [Op.I32AtomicRmwSub]: atomic("i32.atomic.rmw.sub", "addr i32 -> i32", 4),
    [Op.I64AtomicRmwSub]: atomic("i64.atomic.rmw.sub", "addr i64 -> i64", 8),
    [Op.I32AtomicRmw8SubU]: atomic("i32.atomic.rmw8.sub_u", "addr i32 -> i32", 1),
    [Op.I32AtomicRmw16SubU]: atomic("i32.atomic.rmw16.sub_u", "addr i32 -> i32", 2),
    [Op.I64AtomicRmw8SubU]: atomic("i64.atomic.rmw8.sub_u", "addr i64 -> i64", 1),
    [Op.I64AtomicRmw16SubU]: atomic("i64.atomic.rmw16.sub_u", "addr i64 -> i64", 2),
    [Op.I64AtomicRmw32SubU]: atomic("i64.atomic.rmw32.sub_u", "addr i64 -> i64", 4),
    [Op.I32AtomicRmwAnd]: atomic("i32.atomic.rmw.and", "addr i32 -> i32", 4),
    [Op.I64AtomicRmwAnd]: atomic("i64.atomic.rmw.and", "addr i64 -> i64", 8),
    [Op.I32AtomicRmw8AndU]: atomic("i32.atomic.rmw8.and_u", "addr i32 -> i32", 1),
    [Op.I32AtomicRmw16AndU]: atomic("i32.atomic.rmw16.and_u", "addr i32 -> i32", 2),
    [Op.I64AtomicRmw8AndU]: atomic("i64.atomic.rmw8.and_u", "addr i64 -> i64", 1),
    [Op.I64AtomicRmw16AndU]: atomic("i64.atomic.rmw16.and_u", "addr i64 -> i64", 2),
    [Op.I64AtomicRmw32AndU]: atomic("i64.atomic.rmw32.and_u", "addr i64 -> i64", 4),
    [Op.I32AtomicRmwOr]: atomic("i32.atomic.rmw.or", "addr i32 -> i32", 4),
    [Op.I64AtomicRmwOr]: atomic("i64.atomic.rmw.or", "addr i64 -> i64", 8),
    [Op.I32AtomicRmw8OrU]: atomic("i32.atomic.rmw8.or_u", "addr i32 -> i32", 1),
    [Op.I32AtomicRmw16OrU]: atomic("i32.atomic.rmw16.or_u", "addr i32 -> i32", 2),
    [Op.I64AtomicRmw8OrU]: atomic("i64.atomic.rmw8.or_u", "addr i64 -> i64", 1),
    [Op.I64AtomicRmw16OrU]: atomic("i64.atomic.rmw16.or_u", "addr i64 -> i64", 2),
    [Op.I64AtomicRmw32OrU]: atomic("i64.atomic.rmw32.or_u", "addr i64 -> i64", 4),
    [Op.I32AtomicRmwXor]: atomic("i32.atomic.rmw.xor", "addr i32 -> i32", 4),
    [Op.I64AtomicRmwXor]: atomic("i64.atomic.rmw.xor", "addr i64 -> i64", 8),
    [Op.I32AtomicRmw8XorU]: atomic("i32.atomic.rmw8.xor_u", "addr i32 -> i32", 1),
    [Op.I32AtomicRmw16XorU]: atomic("i32.atomic.rmw16.xor_u", "addr i32 -> i32", 2),
    [Op.I64AtomicRmw8XorU]: atomic("i64.atomic.rmw8.xor_u", "addr i64 -> i64", 1),
    [Op.I64AtomicRmw16XorU]: atomic("i64.atomic.rmw16.xor_u", "addr i64 -> i64", 2),
    [Op.I64AtomicRmw32XorU]: atomic("i64.atomic.rmw32.xor_u", "addr i64 -> i64", 4),
    [Op.I32AtomicRmwXchg]: atomic("i32.atomic.rmw.xchg", "addr i32 -> i32", 4),
    [Op.I64AtomicRmwXchg]: atomic("i64.atomic.rmw.xchg", "addr i64 -> i64", 8),
    [Op.I32AtomicRmw8XchgU]: atomic("i32.atomic.rmw8.xchg_u", "addr i32 -> i32", 1),
    [Op.I32AtomicRmw16XchgU]: atomic("i32.atomic.rmw16.xchg_u", "addr i32 -> i32", 2),
    [Op.I64AtomicRmw8XchgU]: atomic("i64.atomic.rmw8.xchg_u", "addr i64 -> i64", 1),
    [Op.I64AtomicRmw16XchgU]: atomic("i64.atomic.rmw16.xchg_u", "addr i64 -> i64", 2),
    [Op.I64AtomicRmw32XchgU]: atomic("i64.atomic.rmw32.xchg_u", "addr i64 -> i64", 4),
    [Op.I32AtomicRmwCmpxchg]: atomic("i32.atomic.rmw.cmpxchg", "addr i32 i32 -> i32", 4),
    [Op.I64AtomicRmwCmpxchg]: atomic("i64.atomic.rmw.cmpxchg", "addr i64 i64 -> i64", 8),
    [Op.I32AtomicRmw8CmpxchgU]: atomic("i32.atomic.rmw8.cmpxchg_u", "addr i32 i32 -> i32", 1),
    [Op.I32AtomicRmw16CmpxchgU]: atomic("i32.atomic.rmw16.cmpxchg_u", "addr i32 i32 -> i32", 2),
    [Op.I64AtomicRmw8CmpxchgU]: atomic("i64.atomic.rmw8.cmpxchg_u", "addr i64 i64 -> i64", 1),
    [Op.I64AtomicRmw16CmpxchgU]: atomic("i64.atomic.rmw16.cmpxchg_u", "addr i64 i64 -> i64", 2),
    [Op.I64AtomicRmw32CmpxchgU]: atomic("i64.atomic.rmw32.cmpxchg_u", "addr i64 i64 -> i64", 4),
  };
}
