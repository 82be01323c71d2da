// How instructions that cost by size are paid for and done: all at once for fuel, piece by piece for interruption.
// Owns the order of the two; knows nothing of what is done. Each instruction writes its own operands anew: as objects that could
// move on by themselves they made small copies take 1.15 times as long with a JIT, 1.47 times without.

import { type Bounds, type InterruptReason, poll } from "../run/stop.ts";

export const enum HeavyOutcome {
  Done,
  /** The variable cost is not covered; nothing has happened. */
  OutOfFuel,
  /** Stopped between chunks; operands describe the rest, whose cost has been given back. */
  Interrupted,
  /** The run is to be suspended until `ex.pending` is settled. */
  Waiting,
}

/** What work in chunks needs of an execution. */
export interface ChunkState extends Bounds {
  interruptedBy: InterruptReason | undefined;
}

/** Bytes, or elements, between two polls. */
const CHUNK = 2 ** 20;

/**
 * Pays for `length` units and does them chunk by chunk; `rest` rewrites the operands when stopped.
 * Backwards, so that an overlapping copy reads before it writes, chunks go from the end down,
 * and the rest is simply the shorter operation.
 */
export function inChunks(
  ex: ChunkState,
  length: number,
  price: number,
  backwards: boolean,
  work: (done: number, count: number) => void,
  rest: (left: number) => void,
): HeavyOutcome {
  const { fuel } = ex.store;
  if (price > 0 && !fuel.tryCharge(BigInt(length) * BigInt(price))) return HeavyOutcome.OutOfFuel;
  let left = length;
  while (left > CHUNK) {
    work(backwards ? left - CHUNK : length - left, CHUNK);
    left -= CHUNK;
    const reason = poll(ex);
    if (reason === undefined) continue;
    ex.interruptedBy = reason;
    rest(left);
    if (price > 0) fuel.refund(BigInt(left) * BigInt(price));
    return HeavyOutcome.Interrupted;
  }
  work(backwards ? 0 : length - left, left);
  return HeavyOutcome.Done;
}
