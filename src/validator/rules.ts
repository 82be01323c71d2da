// The instruction table as the validator wants it: by number without hashing, signatures for both index types.
// Owns which instructions may stand in constant expressions; knows nothing of modules.

import type { Feature } from "../isa/features.ts";
import type { InstructionRow } from "../isa/instruction.ts";
import { ADDRESS } from "../isa/instruction.ts";
import { INSTRUCTIONS } from "../isa/instructions.ts";
import { Op } from "../isa/op.ts";
import { NumType, type ValType } from "../module/types.ts";

/** How one instruction is validated. */
export interface Rule {
  readonly mnemonic: string;
  /** What is to be checked beside the signature. */
  readonly check: Check;
  /** How many `params` there are. */
  readonly arity: number;
  /**
   * The last of at most two `params`, and the one before it. {@link NO_TYPE}, which no operand matches, if there are more of them or more
   * than one of `results`.
   */
  readonly last: ValType;
  readonly lastButOne: ValType;
  /** The first of `results`; {@link NO_TYPE} if there is none. */
  readonly result: ValType;
  /** Signature with a 32-bit memory, and with a 64-bit one. */
  readonly params: readonly ValType[];
  readonly params64: readonly ValType[];
  readonly results: readonly ValType[];
  readonly results64: readonly ValType[];
  /** Which field of the instruction names the memory, if any. */
  readonly memory: "none" | "memArg" | "index";
  /** log2 of the natural alignment. */
  readonly naturalAlign: number;
  readonly atomic: boolean;
  /** Bound of the `lane` immediate; 0 when it has none. */
  readonly lanes: number;
  /** Bound of each byte of the `shuffle` immediate; 0 when it has none. */
  readonly shuffleLanes: number;
  readonly constant: boolean;
}

export const enum Check {
  /** It has no signature: its rule is code. */
  Irregular,
  Nothing,
  /** A memory and an alignment at most the natural one. */
  MemArg,
  /** Another memory immediate, an exact alignment, lanes. */
  Other,
}

/** No value's type, and no operand's. */
export const NO_TYPE: ValType = -1;

/** Bits of an `Op` below its prefix. */
export const OP_SUB_BITS = 12;
export const OP_SUB_MASK = 0xfff;

/** The rules of all instructions; those of features that are off are never asked for. */
export class Rules {
  /** By prefix (0 for one-byte opcodes), then by opcode: those that have been asked for. All of them would take 1 ms. */
  readonly made: Rule[][] = [];
  readonly #features: ReadonlySet<Feature>;

  constructor(features: ReadonlySet<Feature>) {
    this.#features = features;
  }

  /** Makes the rule of an instruction that has none yet. */
  make(op: Op): Rule {
    const rule = ruleOf(op, INSTRUCTIONS[op], this.#features);
    const prefix = op >>> OP_SUB_BITS;
    this.made[prefix] ??= [];
    this.made[prefix][op & OP_SUB_MASK] = rule;
    return rule;
  }
}

function ruleOf(op: Op, row: InstructionRow, features: ReadonlySet<Feature>): Rule {
  const params = row.signature?.params ?? [];
  const results = row.signature?.results ?? [];
  const has = (kind: InstructionRow["immediates"][number]): boolean => row.immediates.includes(kind);
  const memory = has("memArg") ? "memArg" : has("memory") ? "index" : "none";
  const params32 = withAddress(params, NumType.I32);
  const results32 = withAddress(results, NumType.I32);
  const arity = params.length;
  /** There is none of several results and no operand. */
  const isShort = arity <= 2 && results.length <= 1;
  return {
    mnemonic: row.mnemonic,
    check: checkOf(row, memory),
    arity,
    last: isShort ? (params32[arity - 1] ?? NO_TYPE) : NO_TYPE,
    lastButOne: params32[arity - 2] ?? NO_TYPE,
    result: results32[0] ?? NO_TYPE,
    params: params32,
    params64: withAddress(params, NumType.I64),
    results: results32,
    results64: withAddress(results, NumType.I64),
    memory,
    naturalAlign: row.accessBytes === 0 ? 0 : Math.log2(row.accessBytes),
    atomic: row.class === "atomic",
    lanes: has("lane") ? row.lanes : 0,
    shuffleLanes: has("shuffle") ? row.lanes : 0,
    constant: isConstant(op, features),
  };
}

function checkOf({ signature, lanes, class: kind }: InstructionRow, memory: Rule["memory"]): Check {
  if (signature === undefined) return Check.Irregular;
  if (lanes !== 0 || kind === "atomic" || memory === "index") return Check.Other;
  return memory === "none" ? Check.Nothing : Check.MemArg;
}

function withAddress(types: readonly number[], address: ValType): readonly ValType[] {
  return types.map((type) => (type === ADDRESS ? address : type));
}

/** Spec 3.4.13; `global.get` has a condition of its own. */
function isConstant(op: Op, features: ReadonlySet<Feature>): boolean {
  switch (op) {
    case Op.End:
    case Op.I32Const:
    case Op.I64Const:
    case Op.F32Const:
    case Op.F64Const:
    case Op.V128Const:
    case Op.RefNull:
    case Op.RefFunc:
    case Op.GlobalGet:
    case Op.StructNew:
    case Op.StructNewDefault:
    case Op.StructNewDesc:
    case Op.StructNewDefaultDesc:
    case Op.ArrayNew:
    case Op.ArrayNewDefault:
    case Op.ArrayNewFixed:
    case Op.RefI31:
    case Op.AnyConvertExtern:
    case Op.ExternConvertAny:
      return true;
    default:
      return features.has("extended-const") && isExtendedConstant(op);
  }
}

/** Whether the extended-const proposal made the instruction constant. */
export function isExtendedConstant(op: Op): boolean {
  switch (op) {
    case Op.I32Add:
    case Op.I32Sub:
    case Op.I32Mul:
    case Op.I64Add:
    case Op.I64Sub:
    case Op.I64Mul:
      return true;
    default:
      return false;
  }
}
