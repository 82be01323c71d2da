// The regular instructions that a generator may use: those that are typed by their signature alone.
// Read from the instruction table, so that a new row is fuzzed without being listed again; and the names of all
// instructions, for whoever counts which were executed.

import type { Feature } from "../src/isa/features.ts";
import { ADDRESS, type InstructionRow } from "../src/isa/instruction.ts";
import { INSTRUCTIONS } from "../src/isa/instructions.ts";
import { I32, type Type, unsigned, V128 } from "./encode.ts";

export interface RegularInstruction {
  readonly mnemonic: string;
  readonly opcode: readonly number[];
  /** An address is an i32 here, whatever the memory. */
  readonly params: readonly Type[];
  readonly results: readonly Type[];
  readonly immediates: readonly string[];
  readonly accessBytes: number;
  readonly lanes: number;
  readonly isAtomic: boolean;
}

/** What needs code of its own in the generator, or has none there. */
const LEFT_OUT = /^(nop|memory\.(size|grow|fill)|.*\.const)$/;
const COMPARISON = /\.(eqz|eq|ne|[lg][te](_[su])?)$/;
/** These let a float's bits be seen. */
const SHOWS_BITS = /reinterpret_f|copysign|^f(32|64)\.store/;

/** The regular instructions of some proposals and the MVP, in the ways in which a generator picks one. */
export class RegularInstructions {
  readonly all: readonly RegularInstruction[];
  readonly comparisons: readonly RegularInstruction[];
  /** Those that work on vectors: many, and each of them rare. */
  readonly vectors: readonly RegularInstruction[];
  readonly relaxed: readonly RegularInstruction[];
  readonly atomics: readonly RegularInstruction[];
  readonly #byResult = new Map<Type, RegularInstruction[]>();

  /** Without `showBits`, those that let a float's bits be seen are left out. */
  constructor(features: ReadonlySet<Feature>, showBits: boolean) {
    this.all = Object.entries(INSTRUCTIONS)
      .filter(([, row]) => row.signature !== undefined && !LEFT_OUT.test(row.mnemonic))
      .filter(([, row]) => isIn(row, features) && (showBits || !SHOWS_BITS.test(row.mnemonic)))
      .map(([key, row]) => toRegular(Number(key), row));
    for (const instruction of this.all) {
      const [result] = instruction.results;
      if (result === undefined || instruction.results.length > 1) continue;
      const list = this.#byResult.get(result) ?? [];
      list.push(instruction);
      this.#byResult.set(result, list);
    }
    this.vectors = this.all.filter(({ params, results }) => [...params, ...results].includes(V128));
    this.relaxed = this.all.filter(({ mnemonic }) => mnemonic.includes("relaxed"));
    this.atomics = this.all.filter(({ isAtomic }) => isAtomic);
    this.comparisons = this.withResult(I32).filter(({ mnemonic }) => COMPARISON.test(mnemonic));
  }

  /** Those with this one result. */
  withResult(type: Type): readonly RegularInstruction[] {
    return this.#byResult.get(type) ?? [];
  }
}

function isIn({ mnemonic, feature }: InstructionRow, features: ReadonlySet<Feature>): boolean {
  if (feature === undefined || features.has(feature)) return true;
  return mnemonic === "throw" && features.has("legacy-exceptions");
}

function toRegular(op: number, row: InstructionRow): RegularInstruction {
  const { params, results } = row.signature as NonNullable<InstructionRow["signature"]>;
  const toType = (type: number): Type => (type === ADDRESS ? I32 : type);
  return {
    mnemonic: row.mnemonic,
    opcode: opcodeBytes(op),
    params: params.map(toType),
    results: results.map(toType),
    immediates: row.immediates,
    accessBytes: row.accessBytes,
    lanes: row.lanes,
    isAtomic: row.class === "atomic",
  };
}

/** Opcode bytes of a number of the instruction table: its prefix stands above the low 12 bits. */
function opcodeBytes(op: number): number[] {
  const prefix = op >>> 12;
  return prefix === 0 ? [op] : [prefix, ...unsigned(op & 0xfff)];
}

const DELIMITERS = new Set(["end", "else", "catch", "catch_all", "delegate"]);

/** Names of all instructions of these proposals and the MVP, as {@link Step} has them. */
export function instructionNames(features: ReadonlySet<Feature>): string[] {
  const names = new Set<string>();
  for (const row of Object.values(INSTRUCTIONS)) {
    const { mnemonic } = row;
    if (!isIn(row, features) || DELIMITERS.has(mnemonic)) continue;
    // The second row of a mnemonic is the typed `select`, or the cast to a nullable type.
    names.add(names.has(mnemonic) ? `${mnemonic} ${mnemonic === "select" ? "t" : "null"}` : mnemonic);
  }
  return [...names];
}

/** The mnemonic in a name of {@link instructionNames}. */
export function mnemonicOf(name: string): string {
  return name.replace(/ (t|null)$/, "");
}
