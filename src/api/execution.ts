// An execution as the embedder drives it: start, resume, look, cancel.

import { FUEL, type OptionTable, readOptions } from "../checks/options.ts";
import type { BacktraceFrame } from "../errors.ts";
import { disposeSymbol } from "../host.ts";
import type { Run, RunState } from "../interp/run/run.ts";
import type { InterruptReason, Watch } from "../interp/run/stop.ts";
import type { FuelScope } from "../runtime/fuel.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { INTERRUPT_OPTIONS, type InterruptOptions, makeWatch } from "./interrupt.ts";
import type { Store } from "./store.ts";
import { resultsToHost } from "./values.ts";

/** Where an execution is: `ready` to run, stopped for a reason, or at its end. */
export type ExecutionState = RunState;

/** Bounds of one slice of an execution. */
export interface ResumeOptions extends InterruptOptions {
  /** Cap for this slice inside the store's budget. Where the execution cannot pause, it ends by an `OutOfFuelError`. */
  readonly fuel?: bigint | number | undefined;
  /**
   * Fuel after which it pauses to let others run. No budget: below a host function that has called the guest
   * synchronously nothing can pause, and it is overdrawn until that function returns. What bounds the guest there is
   * `fuel`, the store's fuel, and the time.
   */
  readonly quantum?: bigint | number | undefined;
}

const RESUME_OPTIONS = {
  ...INTERRUPT_OPTIONS,
  fuel: FUEL,
  quantum: FUEL,
} satisfies OptionTable<ResumeOptions>;

/** A promise, and what resolves it. */
interface Awaited {
  readonly promise: Promise<void>;
  readonly wake: () => void;
}

/**
 * A call that can stop at any instruction and go on: when its fuel is used up, when it is interrupted,
 * or while the host prepares a result. It runs only inside {@link resume}.
 *
 * Until it has ended it occupies its instance (see `StartOptions.concurrent`): finish it or {@link cancel} it.
 */
export class Execution {
  readonly store: Store;
  readonly #run: Run;
  #awaited: Awaited | undefined;
  /** Uses of the engine's interrupt handle that were before it, or have stopped it. */
  #epoch: number;

  /** @internal Use `instance.start`. */
  constructor(store: Store, run: Run) {
    this.store = store;
    this.#run = run;
    this.#epoch = store.engine.interrupts?.epoch ?? 0;
    if (run.state === "awaiting-host") this.#await();
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Execution", { state: this.state, fuelConsumed: this.fuelConsumed });
  }

  get state(): ExecutionState {
    return this.#run.state;
  }

  /** The function's result, as `Instance.call` gives it; `undefined` until the state is `done`. */
  get result(): unknown {
    return this.#run.state === "done"
      ? resultsToHost(this.store.values, this.#run.func.type.results, this.#run.results)
      : undefined;
  }

  /** What ended the execution when its state is `trapped`: a `Trap`, or whatever else was thrown. */
  get trap(): unknown {
    return this.#run.error;
  }

  /** {@link trap} by a name that fits all that it may be. */
  get error(): unknown {
    return this.#run.error;
  }

  /** Fuel that this execution has consumed so far, whatever else runs in the store. */
  get fuelConsumed(): bigint {
    return this.#run.fuelConsumed;
  }

  /** What ran out, while `out-of-fuel`: the store's fuel, or the `fuel` (`call`) or `quantum` given to {@link resume}. */
  get outOfFuelScope(): FuelScope | undefined {
    return this.#run.state === "out-of-fuel" ? this.#run.outOfFuelScope : undefined;
  }

  /** What stopped it, while `interrupted`. */
  get interruptedBy(): Exclude<InterruptReason, "quantum" | "cancelled"> | undefined {
    const reason = this.#run.state === "interrupted" ? this.#run.interruptedBy : undefined;
    return reason === "quantum" || reason === "cancelled" ? undefined : reason;
  }

  /**
   * Runs until the function returns, the fuel (the store's, or `options.fuel` or `quantum` for this slice) is used up, an
   * option interrupts it, a host function returns a promise, or something throws.
   *
   * - `done`: {@link result} holds what the function returned.
   * - `out-of-fuel`: resume with more fuel. The next instruction has not begun.
   * - `interrupted`: resume whenever you like.
   * - `awaiting-host`: wait for {@link settled}, then resume. To resume earlier does nothing.
   * - `trapped`: {@link trap} holds what was thrown. Also where it had to stop below a host function that had
   *   called the guest synchronously: JavaScript's stack cannot be put aside.
   *
   * @throws TypeError, RangeError for options that make no sense
   * @throws InstanceBusyError while the store is running something, i.e. from inside a host function
   */
  resume(options?: ResumeOptions): ExecutionState {
    const bounds = readOptions("execution.resume", options, RESUME_OPTIONS);
    const watch = makeWatch(bounds, this.store.engine.interrupts, this.#epoch);
    return this.slice(bounds.fuel, bounds.quantum, watch);
  }

  /** @internal One slice under a watch that outlives it. */
  slice(fuel: bigint | undefined, quantum: bigint | undefined, watch: Watch | undefined): ExecutionState {
    const state = this.#run.resume({ fuel, quantum, watch }, true);
    if (state === "awaiting-host" && this.#awaited === undefined) this.#await();
    if (this.interruptedBy === "handle") this.#epoch = this.store.engine.interrupts?.epoch ?? 0;
    return state;
  }

  /** While `awaiting-host`: resolves when {@link resume} can go on. */
  get pending(): Promise<void> | undefined {
    return this.#awaited?.promise;
  }

  /**
   * Resolves when the host call that is being awaited has its result, or the execution is cancelled; at once when
   * none is awaited. It never rejects: what the host function throws, the next {@link resume} throws in its place.
   */
  settled(): Promise<void> {
    return this.#awaited?.promise ?? Promise.resolve();
  }

  #await(): void {
    const run = this.#run;
    const { pending } = run;
    if (pending === undefined) return;
    let wake = (): void => {};
    const promise = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const awaited: Awaited = { promise, wake };
    this.#awaited = awaited;
    const over = (): void => {
      if (this.#awaited === awaited) this.#awaited = undefined;
      wake();
    };
    pending.promise.then(
      (result) => {
        run.settle(pending, result);
        over();
      },
      (error: unknown) => {
        run.fail(pending, error);
        over();
      },
    );
  }

  /** Wasm frames, innermost first: where it stands, or where it was when it trapped. */
  backtrace(): readonly BacktraceFrame[] {
    return this.#run.backtrace();
  }

  /**
   * The Wasm instruction that comes next, in text form, e.g. `i32.load offset=4`: the call, while the host is
   * awaited; the one that trapped, when trapped. `undefined` before the first and after the last one.
   */
  currentInstruction(): string | undefined {
    return this.#run.currentInstruction();
  }

  /**
   * Ends it where it is; its state becomes `trapped` with an `InterruptedError`. The instance and the store stay
   * usable; what the host promised is ignored. It does nothing at the end of an execution.
   *
   * @throws InstanceBusyError from a host function that this very execution is calling
   */
  cancel(): void {
    this.#run.cancel();
    const awaited = this.#awaited;
    this.#awaited = undefined;
    awaited?.wake();
  }

  /** {@link cancel}, for `using`. */
  [disposeSymbol](): void {
    this.cancel();
  }

  /** @internal For tests and tools that look into frames. */
  get inner(): Run {
    return this.#run;
  }
}
