// The regular instructions that a generator may use: those that are typed by their signature alone.
// Read from the instruction table, so that a new row is fuzzed without being listed again.

import type { Feature } from "../src/isa/features.ts";
import { ADDRESS } from "../src/isa/instruction.ts";
import { INSTRUCTIONS } from "../src/isa/instructions.ts";
import { I32, type Type, unsigned } from "./encode.ts";

export interface RegularInstruction {
  readonly mnemonic: string;
  readonly opcode: readonly number[];
  readonly params: readonly Type[];
  readonly results: readonly Type[];
  readonly immediates: readonly string[];
  readonly accessBytes: number;
  readonly lanes: number;
}

/** What needs code of its own in the generator, or has none there. */
const LEFT_OUT = /^(nop|memory\.|.*\.const$)/;

/** Every regular instruction of these proposals and the MVP. */
export function regularInstructions(features: ReadonlySet<Feature>): RegularInstruction[] {
  const found: RegularInstruction[] = [];
  for (const [key, row] of Object.entries(INSTRUCTIONS)) {
    if (row.signature === undefined || LEFT_OUT.test(row.mnemonic)) continue;
    if (row.feature !== undefined && !features.has(row.feature)) continue;
    const toType = (type: number): Type => (type === ADDRESS ? I32 : type);
    found.push({
      mnemonic: row.mnemonic,
      opcode: opcodeBytes(Number(key)),
      params: row.signature.params.map(toType),
      results: row.signature.results.map(toType),
      immediates: row.immediates,
      accessBytes: row.accessBytes,
      lanes: row.lanes,
    });
  }
  return found;
}

/** Opcode bytes of a number of the instruction table: its prefix stands above the low 12 bits. */
function opcodeBytes(op: number): number[] {
  const prefix = op >>> 12;
  return prefix === 0 ? [op] : [prefix, ...unsigned(op & 0xfff)];
}
