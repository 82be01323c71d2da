// How each opcode's immediates are laid out, as small integers in dense arrays, built from the instruction table.
// Owns the correspondence between a row's immediates and a shape; reading is done by instruction-reader.ts.

import type { Feature, FeatureSet } from "../isa/features.ts";
import type { InstructionRow } from "../isa/instruction.ts";
import { INSTRUCTIONS, ROWS } from "../isa/instructions.ts";
import { Op } from "../isa/op.ts";

/** One value per distinct list of immediates that is read in its own way. */
export const enum Shape {
  Illegal = 0,
  Prefix,
  None,
  /** `index` */
  Index,
  /** `index`, `index2` */
  TwoIndices,
  /** `index` (data) */
  Data,
  /** `index` (type), `index2` (data) */
  TypeData,
  /** `index` (data), `index2` (memory) */
  DataMemory,
  /** `index` (memory) */
  Memory,
  TwoMemories,
  /** `index` (type or elem), `index2` (table) */
  IndexTable,
  TwoTables,
  /** `index` (type), `index2` (count) */
  TypeCount,
  Block,
  BlockCatches,
  LabelTable,
  ValTypes,
  HeapType,
  CastFlags,
  MemArg,
  MemArgLane,
  Lane,
  I32,
  I64,
  F32,
  F64,
  /** sixteen bytes */
  Bytes16,
  ZeroByte,
}

function shapeOf({ immediates, mnemonic }: InstructionRow): Shape {
  // More than half of them.
  if (immediates.length === 0) return Shape.None;
  const kinds = immediates.join(" ");
  switch (kinds) {
    case "label":
    case "func":
    case "type":
    case "local":
    case "global":
    case "table":
    case "tag":
    case "elem":
    case "u32":
      return Shape.Index;
    case "type field":
    case "type type2":
    case "type elem2":
      return Shape.TwoIndices;
    case "data":
      return Shape.Data;
    case "type data2":
      return Shape.TypeData;
    case "data memory2":
      return Shape.DataMemory;
    case "memory":
      return Shape.Memory;
    case "memory memory2":
      return Shape.TwoMemories;
    case "type table2":
    case "elem table2":
      return Shape.IndexTable;
    case "table table2":
      return Shape.TwoTables;
    case "type count2":
      return Shape.TypeCount;
    case "blockType":
      return Shape.Block;
    case "blockType catches":
      return Shape.BlockCatches;
    case "labelTable":
      return Shape.LabelTable;
    case "valTypes":
      return Shape.ValTypes;
    case "heapType":
      return Shape.HeapType;
    case "castFlags":
      return Shape.CastFlags;
    case "memArg":
      return Shape.MemArg;
    case "memArg lane":
      return Shape.MemArgLane;
    case "lane":
      return Shape.Lane;
    case "i32":
      return Shape.I32;
    case "i64":
      return Shape.I64;
    case "f32":
      return Shape.F32;
    case "f64":
      return Shape.F64;
    case "v128":
    case "shuffle":
      return Shape.Bytes16;
    case "zeroByte":
      return Shape.ZeroByte;
    default:
      throw new Error(`no decoder for the immediates "${kinds}" of ${mnemonic}`);
  }
}

const FIRST_PREFIX = 0xfb;
const PREFIX_COUNT = 4;
const SUB_BITS = 12;

/** Shapes by opcode. A table may be shared by any number of readers; it never changes. */
export interface OpcodeTables {
  /** The features that it was made for; `undefined`: all of them. */
  readonly features: FeatureSet | undefined;
  /** By first byte. */
  readonly plain: Uint8Array;
  /** By prefix less 0xfb, then by sub-opcode. */
  readonly prefixed: readonly Uint8Array[];
}

/** What must be on for an instruction: all of `every`, and one of `some` unless there is none. */
interface Needed {
  readonly every: readonly Feature[];
  readonly some: readonly Feature[];
}

/** Instructions for which more than a row's feature decides. */
const NEEDED: ReadonlyMap<Op, Needed> = /* @__PURE__ */ new Map<Op, Needed>([
  // Shared by both exception proposals.
  [Op.Throw, { every: [], some: ["exceptions", "legacy-exceptions"] }],
  // There where both proposals meet.
  [Op.ReturnCallRef, { every: ["function-references", "tail-call"], some: [] }],
]);

function featuresOf(op: Op, { feature }: InstructionRow): Needed {
  return NEEDED.get(op) ?? { every: feature === undefined ? [] : [feature], some: [] };
}

function isOn(op: Op, row: InstructionRow, features: FeatureSet): boolean {
  const needed = NEEDED.get(op);
  if (needed === undefined) return row.feature === undefined || features.has(row.feature);
  const has = (name: Feature): boolean => features.has(name);
  return needed.every.every(has) && (needed.some.length === 0 || needed.some.some(has));
}

/** Of all features by default. About 0.1 ms: whoever decodes more than one thing keeps the result. */
export function createOpcodeTables(features?: FeatureSet): OpcodeTables {
  const plain = new Uint8Array(256);
  const prefixed = Array.from({ length: PREFIX_COUNT }, (): number[] => []);
  for (const [op, row] of ROWS) {
    if (features !== undefined && !isOn(op, row, features)) continue;
    if (op < 256) {
      plain[op] = shapeOf(row);
      continue;
    }
    const shapes = prefixed[(op >>> SUB_BITS) - FIRST_PREFIX];
    if (shapes === undefined) throw new RangeError(`${row.mnemonic} has a prefix that no table is for`);
    shapes[op & 0xfff] = shapeOf(row);
  }
  for (let i = 0; i < PREFIX_COUNT; i++) plain[FIRST_PREFIX + i] = Shape.Prefix;
  // Holes become 0, which is Shape.Illegal.
  return { features, plain, prefixed: prefixed.map((shapes) => Uint8Array.from(shapes)) };
}

/** What to add to "illegal opcode": the feature that would make `op` legal, if there is one. */
export function featureHint(op: number): string {
  const row: InstructionRow | undefined = (INSTRUCTIONS as Readonly<Record<number, InstructionRow>>)[op];
  if (row === undefined) return "";
  const { every, some } = featuresOf(op, row);
  return `: ${row.mnemonic} needs the feature ${every.join(" and ") + some.join(" or ")}`;
}
