// Drives executions to their end for asynchronous calls: slices, turns of the event loop, waiting for the host.
// Owns the pacing. What one slice does is the execution's affair.

import {
  amount,
  type OptionTable,
  POSITIVE_MILLISECONDS,
  type Read,
  type Shape,
  shape,
} from "../checks/options.ts";
import type { InterruptedError } from "../errors.ts";
import type { Execution } from "./execution.ts";
import { CALL_OPTIONS, type CallOptions } from "./func.ts";
import { makeWatch, now, withQuantum } from "./interrupt.ts";
import { nextTurn } from "./turn.ts";

/** Options of an asynchronous call. `signal` stops it at any time, `timeoutMs` counts the waiting too. */
export interface AsyncCallOptions extends CallOptions {
  /**
   * Milliseconds that the guest may run before the event loop turns. Default 10: input and timers of a page or
   * a server are hardly delayed. The guest looks at the clock every 262,144 units of fuel, and after host calls.
   */
  readonly quantumMs?: number | undefined;
  /**
   * Also lets the event loop turn after so much fuel: for hosts whose clock stands still while code runs.
   * Default: none.
   */
  readonly quantumFuel?: bigint | number | undefined;
  /** @internal Told when the guest begins to wait for the host, and when it goes on. */
  readonly onWait?: ((isWaiting: boolean) => void) | undefined;
}

const LISTENER: Shape<(isWaiting: boolean) => void> = /* @__PURE__ */ shape(
  "a function",
  (value) => typeof value === "function",
);

export const ASYNC_CALL_OPTIONS = {
  ...CALL_OPTIONS,
  quantumMs: POSITIVE_MILLISECONDS,
  // With none at all the guest would never get anywhere.
  quantumFuel: /* @__PURE__ */ amount(1n),
  onWait: LISTENER,
} satisfies OptionTable<AsyncCallOptions>;

/** {@link AsyncCallOptions}, checked. */
export type AsyncCallBounds = Read<typeof ASYNC_CALL_OPTIONS>;

/** Milliseconds that an asynchronous call may run before the event loop turns. */
const QUANTUM_MS = 10;
/** Waits for the host before the event loop turns, on hosts whose clock stands still. */
const MOST_WAITS = 1000;

/**
 * Runs an execution to its end, turning the event loop between slices; gives its result.
 *
 * @throws what ended the guest, by rejecting; the execution is over in any case
 */
export async function drive(execution: Execution, options: AsyncCallBounds): Promise<unknown> {
  try {
    return await runToEnd(execution, options);
  } finally {
    execution.cancel();
  }
}

async function runToEnd(execution: Execution, options: AsyncCallBounds): Promise<unknown> {
  const { signal, fuel, onWait } = options;
  // One watch for the whole call: an interrupt between two slices counts.
  const watch = makeWatch(options, execution.store.engine.interrupts);
  const turn = new Turn(options);
  for (;;) {
    const left = fuel === undefined ? undefined : fuel - execution.fuelConsumed;
    const before = execution.fuelConsumed;
    const state = execution.slice(left, turn.fuel, withQuantum(watch, turn.end));
    turn.use(execution.fuelConsumed - before);
    switch (state) {
      case "done":
        return execution.result;
      case "trapped":
        throw execution.trap;
      case "out-of-fuel":
        if (execution.outOfFuelScope !== "quantum") {
          throw execution.inner.stopError(execution.outOfFuelScope ?? "call", false);
        }
        await turn.next();
        break;
      case "awaiting-host":
        onWait?.(true);
        await settledOrStopped(execution, watch?.deadline, signal);
        onWait?.(false);
        // A guest whose promises are always settled already would never let the event loop turn.
        turn.waits++;
        if (turn.isOver) await turn.next();
        break;
      default:
        if (execution.interruptedBy === undefined) await turn.next();
    }
    const reason = watch?.poll(true) as InterruptedError["reason"] | undefined;
    if (reason !== undefined) throw execution.inner.stopError(reason, false);
  }
}

/** What a guest may do before the event loop turns. */
class Turn {
  readonly #quantumMs: number;
  readonly #quantumFuel: bigint | undefined;
  /** When it ends, on the clock of {@link now}. */
  end: number;
  /** Waits for the host so far. */
  waits = 0;
  /** Fuel that is left of it; `undefined` if only the time counts. */
  fuel: bigint | undefined;

  constructor({ quantumMs = QUANTUM_MS, quantumFuel }: AsyncCallBounds) {
    this.#quantumMs = quantumMs;
    this.#quantumFuel = quantumFuel;
    this.end = now() + quantumMs;
    this.fuel = this.#quantumFuel;
  }

  use(fuel: bigint): void {
    if (this.fuel !== undefined) this.fuel -= fuel;
  }

  get isOver(): boolean {
    return this.waits >= MOST_WAITS || now() >= this.end;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.end = now() + this.#quantumMs;
    this.waits = 0;
    if (this.#quantumFuel === undefined || this.fuel === undefined) return;
    // What was too little for an instruction is added to the next turn's; what has been overdrawn is forgiven.
    this.fuel = (this.fuel > 0n ? this.fuel : 0n) + this.#quantumFuel;
  }
}

/** A timer holds 31 bits; who waits longer asks again. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits for the host, but not past the deadline nor an abort. */
export async function settledOrStopped(
  execution: Execution,
  deadline: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) return;
  const waits: Promise<void>[] = [execution.settled()];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  if (deadline !== undefined && deadline !== Number.POSITIVE_INFINITY && typeof setTimeout === "function") {
    waits.push(
      new Promise((resolve) => {
        timer = setTimeout(resolve, Math.min(Math.max(Math.ceil(deadline - now()), 1), LONGEST_TIMER_MS));
      }),
    );
  }
  if (signal !== undefined) {
    waits.push(
      new Promise((resolve) => {
        onAbort = resolve;
        signal.addEventListener("abort", onAbort);
      }),
    );
  }
  try {
    await Promise.race(waits);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
    if (onAbort !== undefined) signal?.removeEventListener("abort", onAbort);
  }
}
