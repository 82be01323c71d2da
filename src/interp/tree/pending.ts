// Values that have been computed and are not yet in a register: their forms, and what each depends on.
// Owns the forms and the trees that read them; operands.ts owns when they are written.

import type { CodeNode } from "../code/node.ts";
import { constant, type TrapPlan, Tree, tree } from "./tree.ts";

/** What a register will hold. What comes from memory or another register is typed by whoever reads it. */
export type Pending =
  | { readonly kind: "i32" | "f32" | "f64"; readonly value: Tree }
  | { readonly kind: "i64"; readonly low: Tree; readonly high: Tree }
  | { readonly kind: "load32" | "load64"; readonly address: Address; readonly site: TrapPlan }
  | { readonly kind: "copy32" | "copy64"; readonly from: number }
  /** Vectors: lane by lane, as two copies of 64 bits, or what is to be loaded. */
  | { readonly kind: LaneKind; readonly lanes: readonly Tree[] }
  | { readonly kind: "copies"; readonly from: readonly [low: number, high: number] }
  | { readonly kind: "load128"; readonly node: CodeNode; readonly address: Address; readonly site: TrapPlan };

/** Four words, four numbers that become f32, two that become f64. */
export type LaneKind = "words" | "floats" | "doubles";

/** Where a memory access begins: the operand, and what is added. */
export interface Address {
  readonly base: Tree;
  readonly offset: number;
}

export type Pair = readonly [low: Tree, high: Tree];

/** The tree of the effective address, `extra` bytes on. */
export function addressTree({ base, offset }: Address, extra = 0): Tree {
  const at = offset + extra;
  if (base.kind === "constant") {
    const k = base.operands[0] as number;
    return constant(k < 0 ? 0xffffffff : k + at);
  }
  return at === 0 ? tree("address", base) : tree("addressAt", base, at);
}

const WORDS = new Int32Array(2);
const FLOATS = new Float32Array(WORDS.buffer);
const DOUBLES = new Float64Array(WORDS.buffer);

export function asFloat(bits: number): number {
  WORDS[0] = bits;
  return FLOATS[0]!;
}

export function float32(at: number): Tree {
  return new Tree("get32", [at], [at]);
}

export function float64(at: number): Tree {
  return new Tree("get64", [at], [at, at + 1]);
}

export function floatsOf(pending: Pending | undefined): readonly Tree[] | undefined {
  switch (pending?.kind) {
    case "floats":
      return pending.lanes;
    case "copies":
      return pending.from.flatMap((from) => [float32(from), float32(from + 1)]);
    case "load128":
      return LANES.map((k) => checked("loadF32", further(pending.address, 4 * k), pending.site));
    case "words": {
      const lanes = pending.lanes.map(({ kind, operands: [first] }) => {
        if (kind === "get") return float32(first as number);
        return kind === "constant" ? constant(asFloat(first as number)) : undefined;
      });
      return lanes.every((lane) => lane !== undefined) ? lanes : undefined;
    }
    default:
      return undefined;
  }
}

export function doublesOf(pending: Pending | undefined): readonly Tree[] | undefined {
  switch (pending?.kind) {
    case "doubles":
      return pending.lanes;
    case "copies":
      return pending.from.map(float64);
    case "load128":
      return [0, 8].map((k) => checked("loadF64", further(pending.address, k), pending.site));
    case "words": {
      const lanes = [0, 2].map((k) => constantDouble(pending.lanes[k]!, pending.lanes[k + 1]!));
      return lanes.every((lane) => lane !== undefined) ? lanes.map(constant) : undefined;
    }
    default:
      return undefined;
  }
}

export const LANES: readonly number[] = [0, 1, 2, 3];

function further({ base, offset }: Address, bytes: number): Address {
  return { base, offset: offset + bytes };
}

/** The double that two constant words are. */
export function constantDouble(low: Tree, high: Tree): number | undefined {
  if (low.kind !== "constant" || high.kind !== "constant") return undefined;
  WORDS[0] = low.operands[0] as number;
  WORDS[1] = high.operands[0] as number;
  return DOUBLES[0]!;
}

export function checked(
  kind: "load8" | "load16" | "load32" | "loadF32" | "loadF64",
  address: Address,
  site: TrapPlan,
): Tree {
  return new Tree("checked", [tree(kind, addressTree(address)), site], [], true);
}

export function loadWord(address: Address, extra: number, site: TrapPlan): Tree {
  return new Tree("checked", [tree("load32", addressTree(address, extra)), site], [], true);
}

export function loadPart(kind: "load8" | "load16", address: Address, site: TrapPlan): Tree {
  return checked(kind, address, site);
}

function treesOf(pending: Pending): readonly Tree[] {
  switch (pending.kind) {
    case "i32":
    case "f32":
    case "f64":
      return [pending.value];
    case "i64":
      return [pending.low, pending.high];
    case "load32":
    case "load64":
    case "load128":
      return [pending.address.base];
    case "words":
    case "floats":
    case "doubles":
      return pending.lanes;
    default:
      return [];
  }
}

export function heightOf(pending: Pending): number {
  return Math.max(0, ...treesOf(pending).map(({ height }) => height));
}

export function isImpure(pending: Pending): boolean {
  return pending.kind.startsWith("load") || treesOf(pending).some((each) => each.isImpure);
}

export function wordsOf({ kind }: Pending): 1 | 2 | 4 {
  switch (kind) {
    case "i64":
    case "f64":
    case "load64":
    case "copy64":
      return 2;
    case "words":
    case "floats":
    case "doubles":
    case "copies":
    case "load128":
      return 4;
    default:
      return 1;
  }
}

/** Whether a pending value depends on the words from `from` to before `to`. */
export function reads(pending: Pending, from: number, to: number): boolean {
  if (pending.kind === "copy32") return pending.from >= from && pending.from < to;
  if (pending.kind === "copy64") return pending.from < to && pending.from + 2 > from;
  if (pending.kind === "copies") return pending.from.some((at) => at < to && at + 2 > from);
  return treesOf(pending).some((each) => each.reads.some((at) => at >= from && at < to));
}
