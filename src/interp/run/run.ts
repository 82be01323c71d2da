// An execution: a run that can stop and go on.
// Owns its states and what it does next. What holds while it runs is the interpreter's bracket.

import { type BacktraceFrame, InstanceBusyError, RuntimeError } from "../../errors.ts";
import type { FuelScope } from "../../runtime/fuel.ts";
import {
  type FunctionInstance,
  type HostFunctionInstance,
  isHostFunction,
  PendingResult,
  UnpaidCall,
} from "../../runtime/function.ts";
import { callHostFunction } from "../../runtime/host-gate.ts";
import type { StoreState } from "../../runtime/store.ts";
import { wordsOfAll } from "../lower/operand-stack.ts";
import { backtrace } from "./backtrace.ts";
import { enter } from "./calls.ts";
import { ExecutionContext } from "./context.ts";
import { executeFibers } from "./fibers.ts";
import { nodeBehind, writeHostResult } from "./host-calls.ts";
import { isOfHost } from "./host-code.ts";
import type { Interpreter, RunBounds } from "./interpreter.ts";
import { raisingNode } from "./nodes.ts";
import { placeAt, positionOf, type RunPosition } from "./position.ts";
import { RAW_VALUES, type RawValue } from "./raw-values.ts";
import {
  type InterruptReason,
  type PendingCall,
  type RunStatus,
  type Stop,
  stopError,
  wouldBlock,
} from "./stop.ts";
import { JS_VALUES, readValues } from "./values.ts";

export type RunState = "ready" | RunStatus | "trapped";

/** What an execution does when it is resumed. */
type Step =
  /** Goes on in the guest, at the context's `pc`. */
  | { readonly kind: "go" }
  /** Calls the host's own function, which is the one that was started. */
  | { readonly kind: "call-host"; readonly func: HostFunctionInstance; readonly args: readonly unknown[] }
  /** Ends with the results that are in the registers. */
  | { readonly kind: "return" }
  /** Ends with an error. */
  | { readonly kind: "throw"; readonly error: unknown };

export class Run {
  readonly #interpreter: Interpreter;
  /** What was called. */
  readonly func: FunctionInstance;
  readonly #ex: ExecutionContext;
  readonly #leave: () => void;
  #state: RunState = "ready";
  #next: Step = { kind: "go" };
  #results: unknown[] = [];
  #error: unknown;
  #fuelConsumed = 0n;

  /** For a call of `func`; where it begins is still to be said. @throws InstanceBusyError */
  constructor(interpreter: Interpreter, store: StoreState, func: FunctionInstance, concurrent: boolean) {
    this.#interpreter = interpreter;
    this.func = func;
    this.#ex = new ExecutionContext(store);
    this.#leave = interpreter.enlist(this.#ex, func, concurrent);
  }

  /** Sets it to the function's beginning. Where the arguments have no room, it has ended by that. */
  begin(args: readonly unknown[]): void {
    const func = this.func;
    if (isHostFunction(func)) this.#next = { kind: "call-host", func, args };
    else this.#place(() => enter(this.#ex, func, args, 0, JS_VALUES));
  }

  /** The same for a guest function, with arguments as bits. */
  beginRaw(args: readonly RawValue[]): void {
    this.#place(() => enter(this.#ex, this.func, args, 0, RAW_VALUES));
  }

  /** Sets it to where another has stood. @throws TypeError for frames that cannot stand so */
  beginAt(position: RunPosition): void {
    this.#place(() => placeAt(this.#ex, position));
    if (this.#ex.pending !== undefined) this.#state = "awaiting-host";
  }

  #place(place: () => void): void {
    try {
      place();
    } catch (error) {
      this.#trap(error);
      if (error instanceof TypeError) throw error;
    }
  }

  get state(): RunState {
    return this.#state;
  }

  /** Valid when done. */
  get results(): unknown[] {
    return this.#results;
  }

  /** What ended the run, when trapped. */
  get error(): unknown {
    return this.#error;
  }

  /** Fuel that it has consumed, calls that its host functions made included. */
  get fuelConsumed(): bigint {
    return this.#fuelConsumed - this.#ex.refunded;
  }

  /** Why it stopped, when interrupted. */
  get interruptedBy(): InterruptReason | undefined {
    return this.#ex.interruptedBy;
  }

  /** Which budget ran out, when out of fuel. */
  get outOfFuelScope(): FuelScope {
    return this.#ex.outOfFuelScope;
  }

  /** What is awaited, while awaiting the host. */
  get pending(): PendingCall | undefined {
    return this.#ex.pending;
  }

  /** {@link results} as bits. */
  get rawResults(): RawValue[] {
    return RAW_VALUES.read(this.#ex, this.func.type.results, 0);
  }

  /** Where it stands; `undefined` outside of Wasm code. */
  get position(): RunPosition | undefined {
    return this.#state === "done" || this.#state === "trapped" ? undefined : positionOf(this.#ex);
  }

  /**
   * Gives {@link position} away: where there is one, this run ends as if cancelled, but for what it has waited for.
   * Who takes it over goes on there.
   */
  moveOut(): RunPosition | undefined {
    const { position } = this;
    if (position !== undefined) {
      this.#ex.pending = undefined;
      this.#trap(this.stopError("cancelled", false));
    }
    return position;
  }

  /** Runs until it is done, stops or faults. */
  resume(bounds: RunBounds, mayAwait: boolean): RunState {
    if (this.#state === "done" || this.#state === "trapped") return this.#state;
    const ex = this.#ex;
    if (ex.pending !== undefined) return this.#state;
    if (this.#interpreter.current(ex.store) !== undefined) {
      throw new InstanceBusyError(
        "an execution cannot be resumed while the store runs another call; resume it afterwards",
      );
    }
    const { fuel } = ex.store;
    const before = fuel.consumed;
    try {
      this.#interpreter.slice(ex, bounds, mayAwait, this);
    } catch (error) {
      this.#trap(error);
      return this.#state;
    } finally {
      this.#fuelConsumed += fuel.consumed - before;
    }
    if (ex.status === "done") {
      this.#results = readValues(ex, this.func.type.results, 0);
      this.#end("done");
    } else {
      this.#state = ex.status;
    }
    return this.#state;
  }

  /** @internal What a slice does, inside the interpreter's bracket. */
  step(): void {
    const next = this.#next;
    const ex = this.#ex;
    switch (next.kind) {
      case "go":
        // While it stood, another run may have grown the memory.
        ex.refreshMemory();
        executeFibers(ex, undefined);
        return;
      case "call-host":
        this.#callHost(next.func, next.args);
        return;
      case "return":
        return;
      case "throw":
        throw next.error;
    }
  }

  #callHost(func: HostFunctionInstance, args: readonly unknown[]): void {
    const ex = this.#ex;
    const { results } = func.type;
    // By the next slice its result is there.
    this.#next = { kind: "return" };
    ex.host = func;
    try {
      const result = callHostFunction(func, { store: ex.store, instance: undefined }, [...args]);
      if (result instanceof UnpaidCall) throw result.error;
      if (result instanceof PendingResult) {
        if (!ex.mayAwait) throw wouldBlock(ex, func.name ?? "a host function");
        ex.pending = { promise: result.promise, results, base: 0, site: undefined };
        ex.status = "awaiting-host";
      } else {
        ex.ensureWords(wordsOfAll(results));
        writeHostResult(ex, results, 0, result);
      }
    } finally {
      ex.host = undefined;
    }
  }

  /** Gives an awaited host call its (checked) result; the next resume goes on behind it. Too late, it is ignored. */
  settle(call: PendingCall, result: unknown): void {
    const ex = this.#ex;
    if (ex.pending !== call) return;
    ex.store.gate?.settled(call.promise, { kind: "returned", result });
    ex.pending = undefined;
    ex.ensureWords(call.base + wordsOfAll(call.results));
    writeHostResult(ex, call.results, call.base, result);
    if (call.site !== undefined) ex.pc = nodeBehind(ex, call.site);
    this.#state = "ready";
  }

  /** An awaited host call has failed: the next resume throws in its place. Too late, it is ignored. */
  fail(call: PendingCall, error: unknown): void {
    const ex = this.#ex;
    if (ex.pending !== call) return;
    ex.store.gate?.settled(call.promise, { kind: "threw", error });
    ex.pending = undefined;
    if (call.site === undefined) this.#next = { kind: "throw", error };
    else ex.pc = raisingNode(call.site, error);
    this.#state = "ready";
  }

  /** Ends the run where it is. The store stays usable. @throws InstanceBusyError while it is running */
  cancel(): void {
    if (this.#state === "done" || this.#state === "trapped") return;
    const ex = this.#ex;
    if (this.#interpreter.current(ex.store) === ex) {
      throw new InstanceBusyError(
        "an execution cannot be cancelled by a host function that it calls; throw from there",
      );
    }
    const error = this.stopError("cancelled", false);
    ex.pending?.cancel?.();
    ex.pending = undefined;
    this.#trap(error);
  }

  /** The error that a stop is where it ends this run, which knows where the guest stood. */
  stopError(stop: Stop, resumable: boolean): RuntimeError {
    const error = stopError(stop, resumable);
    error.backtrace = this.backtrace();
    error.fuelConsumed = this.#ex.store.fuel.consumed;
    return error;
  }

  /** Wasm frames, innermost first: where it stands, or where it was when it trapped. */
  backtrace(): readonly BacktraceFrame[] {
    if (this.#state === "done") return [];
    const error = this.#error;
    if (RuntimeError.isMade(error) && error.backtrace.length > 0) return error.backtrace;
    const { pc, callers, sp } = this.#ex;
    return pc === undefined ? [] : backtrace(pc, callers, sp);
  }

  /** The Wasm instruction at which it stands, in text form; `undefined` where it stands in no Wasm code. */
  currentInstruction(): string | undefined {
    const { pc, sp } = this.#ex;
    if (this.#state === "done" || pc === undefined || sp === 0 || isOfHost(pc.owner)) return undefined;
    return pc.owner.module.instructionText(pc.at < 0 ? ~pc.at : pc.at);
  }

  #trap(error: unknown): void {
    this.#error = error;
    this.#ex.returnTo(undefined, error);
    this.#ex.unwindHost(0, error);
    this.#end("trapped");
  }

  #end(state: "done" | "trapped"): void {
    this.#state = state;
    this.#leave();
  }
}
