// Raw host functions: they work on the words of the register file, and ask for guest calls instead of making them.
// Owns what they and the interpreter promise each other. What becomes of a request is the interpreter's affair.

import type { Fiber } from "./fiber.ts";
import type { FunctionInstance, PendingResult } from "./function.ts";
import type { ModuleInstance } from "./instance.ts";
import type { Reference } from "./reference.ts";
import type { StoreState } from "./store.ts";

/** Words of one value, of whatever type, among arguments and results. */
export const VALUE_WORDS = 2;

/** The execution that has called a raw host function, as that sees it. */
export interface HostMachine {
  readonly store: StoreState;
  /** Views of the registers: to be read anew after every request, as frames may have grown meanwhile. */
  readonly R: Int32Array;
  readonly F: Float32Array;
  readonly D: Float64Array;
  /** References, by slot: half the number of a word. They live only as arguments and results. */
  readonly X: Reference[];
  /** The instance whose code has made the call; where the host has, the one that the function was made with. */
  readonly instance: ModuleInstance;
  /** Whether a {@link PendingResult} may be asked for. */
  readonly mayAwait: boolean;
  /** The fiber whose frames run. */
  readonly fiber: Fiber;
  /**
   * A fiber that begins, once it is changed to, with a call of a raw function whose one parameter is a reference. It must not
   * return: its last request is another fiber, with `isOver` set. @throws LimitError
   */
  startFiber(func: FunctionInstance, argument: unknown): Fiber;
}

/**
 * What a raw host function needs before it goes on.
 *
 * - A function: it is called, with arguments from word `base + RawHostFunction.words` on; there its results are afterwards.
 * - A `PendingResult`: the guest waits for it. What it comes to, the host keeps itself; a rejection is thrown in its place.
 * - A `Fiber`: the execution goes on there. The frame goes on when it changes back.
 * - `"fuel"`: a charge was not covered. The run stops, or ends if it cannot; the frame goes on where it has tried to charge.
 */
export type HostRequest = FunctionInstance | PendingResult | Fiber | "fuel";

/**
 * A call of a raw host function that has asked for something: the state with which it is continued. Guests below it can stop,
 * wait and go on. No exception passes it: what a guest throws below ends the run.
 */
export interface HostFrame {
  readonly request: HostRequest;
  /**
   * Goes on once the {@link request} is done. Returns whether the call is over, its results from word `base` on; if not, it has a
   * new request. What it throws is thrown where the call stands.
   */
  resume(machine: HostMachine, base: number): boolean;
  /** The interpreter's: how it goes on in the frame. Kept there for frames that serve one call after the other. */
  kept?: unknown;
  /** The run has ended below this frame or in it: what the call holds is to be given up. Must not throw. */
  unwind(error: unknown): void;
}

/** What a raw host function does. */
export interface RawHostFunction {
  /** Words, even, of its arguments and results, whichever are more. What it asks for is called behind them. */
  readonly words: number;
  /**
   * Begins a call, whose arguments are in words from `base` on, {@link VALUE_WORDS} for each; i64 is two words, low first.
   * Returns nothing if it is over, its results in the same place; else what is to be done before it goes on.
   */
  begin(machine: HostMachine, base: number): HostFrame | undefined;
}
