// Cost models: what each executed instruction costs in fuel.
// Owns the data format, its presets and its checks; where costs are charged is the lowering's affair.

import type { InstructionClass } from "../../isa/instruction.ts";
import { ROWS } from "../../isa/instructions.ts";
import { Op } from "../../isa/op.ts";

/** No single cost may exceed this, so that regions of code can be summed in 32 bits. */
export const MAX_COST = 2 ** 20;

/**
 * A cost model is data. Every number is an integer from 0 to `MAX_COST`; what is left out costs 0,
 * but for `base`. An instruction costs what its mnemonic says, else its class, else `base`.
 */
export interface CostModel {
  readonly name: string;
  readonly version: number;
  /** Cost of an instruction that nothing else names. */
  readonly base: number;
  readonly classes?: Readonly<Partial<Record<InstructionClass, number>>>;
  /** By text-format mnemonic, e.g. `i64.div_s`. */
  readonly instructions?: Readonly<Record<string, number>>;
  /** `end` and `else` reached by falling through. */
  readonly delimiter?: number;
  /** A branch back to a loop's start. Default: the cost of `loop`. */
  readonly loopReentry?: number;
  /** Entering a guest function, charged in the callee after the depth check. */
  readonly functionEntry?: number;
  /** Each declared local, charged with the entry. */
  readonly perLocal?: number;
  /** Each byte of a bulk memory or data operation. */
  readonly perByte?: number;
  /** Each element of a bulk table or array operation. */
  readonly perElement?: number;
  /** Each page of a `memory.grow` that succeeds. */
  readonly perPage?: number;
  /** Each call of a host function, on top of the call instruction. */
  readonly hostCall?: number;
  /** Each call of a WASI function, on top of {@link hostCall}: about what a system call takes. */
  readonly wasiCall?: number;
  /** Each byte that WASI moves between the guest and the host: read, written, random, of names and the environment. */
  readonly perHostByte?: number;
  /** Each buffer in a list of buffers that WASI reads or writes. */
  readonly perHostBuffer?: number;
  /** Each entry of a directory that WASI lists, and again when it is told to the guest. */
  readonly perDirectoryEntry?: number;
  /** Each component of a path that WASI walks, those of symbolic links included. */
  readonly perPathComponent?: number;
  /** Each subscription of `poll_oneoff`. */
  readonly perSubscription?: number;
}

/** Counts: every executed instruction costs 1. It measures; it does not bound work. */
export const INSTRUCTIONS_MODEL: CostModel = { name: "instructions", version: 1, base: 1 };

/** Bounds time: work that grows with an operand is paid by its size. For untrusted code. */
export const BOUNDED_MODEL: CostModel = {
  name: "bounded",
  version: 2,
  base: 1,
  functionEntry: 1,
  perLocal: 1,
  // One unit per 8 bytes would need fractions; a byte copied costs about 1/50 of an instruction, and is overpriced on purpose.
  perByte: 1,
  perElement: 1,
  perPage: 65_536,
  hostCall: 10,
  // A system call takes microseconds, an instruction nanoseconds. What WASI does per piece is priced by the slowest file
  // system, the host's: opening a directory on a path's way, asking for an entry's inode.
  wasiCall: 100,
  perHostByte: 1,
  perHostBuffer: 10,
  perDirectoryEntry: 10,
  perPathComponent: 20,
  perSubscription: 10,
};

export const COST_MODELS: Readonly<Record<"instructions" | "bounded", CostModel>> = {
  instructions: INSTRUCTIONS_MODEL,
  bounded: BOUNDED_MODEL,
};

/** A cost model resolved to a price per opcode. */
export interface Costs {
  of(op: Op): number;
  readonly delimiter: number;
  readonly loopReentry: number;
  readonly functionEntry: number;
  readonly perLocal: number;
  readonly perByte: number;
  readonly perElement: number;
  readonly perPage: number;
  readonly hostCall: number;
  /** Whether a loop can turn for nothing, so that fuel alone would never poll for interruption. */
  readonly canBeFree: boolean;
}

/** Fields that the interpreter has nothing to do with: whoever does the work charges for it. */
const CHARGED_BY_WASI = [
  "wasiCall",
  "perHostByte",
  "perHostBuffer",
  "perDirectoryEntry",
  "perPathComponent",
  "perSubscription",
] as const satisfies readonly (keyof CostModel)[];

const FIELDS: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "name",
  "version",
  "base",
  "classes",
  "instructions",
  "delimiter",
  "loopReentry",
  "functionEntry",
  "perLocal",
  "perByte",
  "perElement",
  "perPage",
  "hostCall",
  ...CHARGED_BY_WASI,
]);

/** @throws RangeError naming the entry that is not an integer from 0 to {@link MAX_COST}; TypeError for unknown names. */
export function resolveCosts(model: CostModel): Costs {
  const check = (name: string, value: number): number => {
    if (!Number.isInteger(value) || value < 0 || value > MAX_COST) {
      throw new RangeError(
        `cost model ${model.name}: ${name} is ${value}, not an integer from 0 to ${MAX_COST}`,
      );
    }
    return value;
  };
  for (const name of Object.keys(model)) {
    if (!FIELDS.has(name)) {
      throw new TypeError(`cost model ${model.name}: no field ${name}; there are ${[...FIELDS].join(", ")}`);
    }
  }
  check("base", model.base);
  for (const name of CHARGED_BY_WASI) check(name, model[name] ?? 0);
  const prices = pricesOf(model, check);
  // One-byte opcodes are by far the most frequent: an array spares them the hash.
  const oneByte = new Int32Array(256).fill(model.base);
  for (const [op, price] of prices) if (op < 256) oneByte[op] = price;
  const loopReentry = check("loopReentry", model.loopReentry ?? prices.get(Op.Loop) ?? model.base);
  const functionEntry = check("functionEntry", model.functionEntry ?? 0);
  let free = loopReentry === 0;
  for (const price of prices.size === 0 ? [model.base] : prices.values()) free ||= price === 0;
  return {
    of: (op) => (op < 256 ? oneByte[op]! : (prices.get(op) ?? model.base)),
    delimiter: check("delimiter", model.delimiter ?? 0),
    loopReentry,
    functionEntry,
    perLocal: check("perLocal", model.perLocal ?? 0),
    perByte: check("perByte", model.perByte ?? 0),
    perElement: check("perElement", model.perElement ?? 0),
    perPage: check("perPage", model.perPage ?? 0),
    hostCall: check("hostCall", model.hostCall ?? 0),
    canBeFree: free,
  };
}

/** By opcode; none where every instruction costs `base`. */
function pricesOf(model: CostModel, check: (name: string, value: number) => number): ReadonlyMap<Op, number> {
  const prices = new Map<Op, number>();
  const classes = model.classes ?? {};
  const instructions = model.instructions ?? {};
  const unknown = new Set(Object.keys(instructions));
  const unknownClasses = new Set(Object.keys(classes));
  if (unknown.size === 0 && unknownClasses.size === 0) return prices;
  for (const [op, row] of ROWS) {
    unknownClasses.delete(row.class);
    unknown.delete(row.mnemonic);
    const price = instructions[row.mnemonic] ?? classes[row.class] ?? model.base;
    prices.set(op, check(row.mnemonic, price));
  }
  for (const name of unknown) throw new TypeError(`cost model ${model.name}: no instruction ${name}`);
  for (const name of unknownClasses) {
    throw new TypeError(`cost model ${model.name}: no instruction class ${name}`);
  }
  return prices;
}
