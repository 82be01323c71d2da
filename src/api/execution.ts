// An execution as the embedder drives it: start, resume, look, cancel.

import type { BacktraceFrame } from "../errors.ts";
import type { Run, RunState } from "../interp/run.ts";
import { resultsToEmbedder, toFuel } from "./convert.ts";
import type { CallOptions } from "./func.ts";
import { makeWatch } from "./interrupt.ts";
import type { Store } from "./store.ts";

/** Where an execution is: `ready` to run, stopped for a reason, or at its end. */
export type ExecutionState = RunState;

/**
 * A call that can stop at any instruction and go on: when its fuel is used up, when it is interrupted,
 * or while the host prepares a result. It runs only inside {@link resume}.
 */
export class Execution {
  readonly store: Store;
  readonly #run: Run;

  /** @internal Use `instance.start`. */
  constructor(store: Store, run: Run) {
    this.store = store;
    this.#run = run;
  }

  get state(): ExecutionState {
    return this.#run.state;
  }

  /** The function's result, as `Instance.call` gives it; `undefined` until the state is `done`. */
  get result(): unknown {
    return this.#run.state === "done" ? resultsToEmbedder(this.store, this.#run.results) : undefined;
  }

  /** What ended the execution when its state is `trapped`: a `Trap`, or what a host function threw. */
  get error(): unknown {
    return this.#run.error;
  }

  /**
   * Runs until the function returns, the fuel (the store's, or `options.fuel` for this slice) is used up, an
   * option interrupts it, a host function returns a promise, or something throws. It does not throw itself,
   * except `InstanceBusyError` from inside a host function.
   *
   * `awaiting-host`: wait for {@link settled}, then resume.
   */
  resume(options: CallOptions = {}): ExecutionState {
    const state = this.#run.resume(
      {
        fuel: options.fuel === undefined ? undefined : toFuel(options.fuel, "fuel"),
        watch: makeWatch(options, this.store.engine.interrupts),
      },
      true,
    );
    return state;
  }

  /** While `awaiting-host`: settles (never rejects) when {@link resume} can go on. */
  get pending(): Promise<void> | undefined {
    return this.#run.pending === undefined ? undefined : this.settled();
  }

  /** Resolves when the host call that is being awaited has its result; at once when none is. It never rejects. */
  async settled(): Promise<void> {
    const { pending } = this.#run;
    if (pending === undefined) return;
    try {
      this.#run.settle(await pending);
    } catch (error) {
      this.#run.fail(error);
    }
  }

  /** Wasm frames, innermost first: where it stands, or where it trapped. */
  backtrace(): readonly BacktraceFrame[] {
    return this.#run.backtrace();
  }

  /** Ends it where it is; its state becomes `trapped` with an `InterruptedError`. The store stays usable. */
  cancel(): void {
    this.#run.cancel();
  }

  [Symbol.dispose](): void {
    this.cancel();
  }
}
