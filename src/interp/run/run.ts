// Starting, resuming and ending runs: plain calls, which unwind when they cannot go on, and executions, which pause.
// Owns the bracket around the loop: caps, watches, nesting, busy instances, unwinding.

import {
  type BacktraceFrame,
  InstanceBusyError,
  InterruptedError,
  RuntimeError,
  Trap,
} from "../../errors.ts";
import type { ValType } from "../../module/types.ts";
import {
  type FunctionInstance,
  type HostCallback,
  PendingResult,
  UnpaidCall,
} from "../../runtime/function.ts";
import type { RefVisitor, RootSource } from "../../runtime/gc.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { StoreState } from "../../runtime/store.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import { execute } from "../loop.ts";
import { wordsOfAll } from "../lower/operand-stack.ts";
import { backtrace } from "./backtrace.ts";
import { ExecutionContext } from "./context.ts";
import { nodeBehind, writeHostResult } from "./host-calls.ts";
import { raisingNode, startNode } from "./nodes.ts";
import { visitRoots } from "./roots.ts";
import {
  type InterruptReason,
  type PendingCall,
  poll,
  type RunStatus,
  type Watch,
  wouldBlock,
} from "./stop.ts";
import { type Registers, readValues, writeValues } from "./values.ts";

/** Bounds of one call or of one slice of an execution. */
export interface RunBounds {
  /** Cap inside the store's budget. */
  readonly fuel?: bigint | undefined;
  readonly watch?: Watch | undefined;
  /** Of a call: allowed while executions of the instance are under way. */
  readonly concurrent?: boolean | undefined;
}

/** How arguments get into the register file, and results out of it. */
export interface ValueCodec {
  write(registers: Registers, types: readonly ValType[], at: number, values: readonly unknown[]): void;
  read(registers: Registers, types: readonly ValType[], at: number): unknown[];
}

const JS_VALUES: ValueCodec = { write: writeValues, read: readValues };

/** What one store's runs share: the execution that is running now, and the pool for plain calls. */
class Threads implements RootSource {
  current: ExecutionContext | undefined;
  /** Guest-host-guest nesting of the current execution. */
  depth = 0;
  idle: ExecutionContext | undefined;
  /** Executions that have not ended. */
  readonly runs = new Set<ExecutionContext>();
  /** Instances with runs under way, and whose they are. */
  readonly busy = new Map<ModuleInstance, ExecutionContext | Set<ExecutionContext>>();

  visitRoots(visit: RefVisitor): void {
    const { current, runs } = this;
    if (current !== undefined && !runs.has(current)) visitRoots(current, visit);
    for (const ex of runs) visitRoots(ex, visit);
  }
}

/** Slots of the largest register file that plain calls share. */
const POOLED_SLOTS = 2048;

/** The interpreter, as the runtime and the API see it. One per engine; its state hangs on stores. */
export class Interpreter {
  readonly #threads = new WeakMap<StoreState, Threads>();

  /** The execution that is running in `store`, if one is. */
  current(store: StoreState): ExecutionContext | undefined {
    return this.#of(store).current;
  }

  #of(store: StoreState): Threads {
    let threads = this.#threads.get(store);
    if (threads === undefined) {
      threads = new Threads();
      store.heap.sources.add(threads);
      this.#threads.set(store, threads);
    }
    return threads;
  }

  /**
   * Calls a function to its end. `args` are checked values of its parameter types; returns its results.
   * @throws Trap, OutOfFuelError, InterruptedError, LimitError, InstanceBusyError, or what a host function threw
   */
  call(
    store: StoreState,
    func: FunctionInstance,
    args: readonly unknown[],
    bounds: RunBounds = {},
    codec: ValueCodec = JS_VALUES,
  ): unknown[] {
    const threads = this.#of(store);
    const outer = threads.current;
    if (func.host !== undefined) return callHost(store, func, args, outer);
    if (threads.depth >= store.limits.hostDepth) {
      throw new Trap(
        "call-stack-exhausted",
        `more than ${store.limits.hostDepth} calls between guest and host`,
      );
    }
    const ex = outer ?? threads.idle ?? new ExecutionContext(store);
    if (outer === undefined) threads.idle = undefined;
    const release = this.#occupy(threads, func, ex, bounds.concurrent ?? false);
    const { fp, sp, top, watch, resumable, mayAwait, instance, inTheWay, host } = ex;
    const savedLength = ex.saved.length;
    const lift = bounds.fuel === undefined ? undefined : store.fuel.pushCap(bounds.fuel);
    threads.current = ex;
    threads.depth++;
    ex.resumable = false;
    ex.mayAwait = false;
    if (resumable) ex.inTheWay = host?.name ?? "that runs now";
    ex.host = undefined;
    ex.watch = joinWatches(watch, bounds.watch);
    try {
      poll(ex);
      const base = outer === undefined ? 0 : top;
      enter(ex, func, args, base, codec);
      execute(ex, ex.pc as CodeNode);
      return codec.read(ex, func.type.results, base);
    } finally {
      ex.fp = fp;
      ex.sp = sp;
      ex.top = top;
      ex.callers.length = sp;
      ex.saved.length = savedLength;
      ex.watch = watch;
      ex.resumable = resumable;
      ex.mayAwait = mayAwait;
      ex.inTheWay = inTheWay;
      ex.host = host;
      if (instance !== undefined) ex.enterInstance(instance);
      threads.depth--;
      threads.current = outer;
      if (outer === undefined) {
        // A register file that a deep call has grown is not kept: clearing it would slow down every later call.
        if (ex.X.length <= POOLED_SLOTS) {
          ex.X.fill(null);
          threads.idle = ex;
        }
      }
      release?.();
      lift?.();
    }
  }

  /** Prepares an execution of `func` that runs when it is resumed. @throws InstanceBusyError */
  start(store: StoreState, func: FunctionInstance, args: readonly unknown[], concurrent: boolean): Run {
    return new Run(this, store, func, args, concurrent);
  }

  /** @internal For {@link Run}: the bracket around one slice, which `body` runs. */
  slice(
    store: StoreState,
    ex: ExecutionContext,
    bounds: RunBounds,
    mayAwait: boolean,
    body: () => void,
  ): void {
    const threads = this.#of(store);
    const lift = bounds.fuel === undefined ? undefined : store.fuel.pushCap(bounds.fuel);
    threads.current = ex;
    threads.depth++;
    ex.resumable = true;
    ex.mayAwait = mayAwait;
    ex.watch = bounds.watch;
    ex.status = "done";
    try {
      const reason = poll(ex);
      if (reason !== undefined) {
        ex.status = "interrupted";
        ex.interruptedBy = reason;
        return;
      }
      body();
    } finally {
      ex.watch = undefined;
      threads.depth--;
      threads.current = undefined;
      lift?.();
      store.fuel.settle();
    }
  }

  /** @internal Marks the function's instance as in use; gives what ends that. @throws InstanceBusyError */
  occupy(
    store: StoreState,
    func: FunctionInstance,
    ex: ExecutionContext,
    concurrent: boolean,
  ): (() => void) | undefined {
    return this.#occupy(this.#of(store), func, ex, concurrent);
  }

  /** @internal From now on, what the execution's frames hold is alive; gives what ends that. */
  track(store: StoreState, ex: ExecutionContext): () => void {
    const { runs } = this.#of(store);
    runs.add(ex);
    return () => {
      runs.delete(ex);
    };
  }

  #occupy(
    { busy }: Threads,
    func: FunctionInstance,
    ex: ExecutionContext,
    concurrent: boolean,
  ): (() => void) | undefined {
    const { instance } = func;
    if (instance === undefined) return undefined;
    const owner = busy.get(instance);
    if (owner === undefined) {
      busy.set(instance, ex);
    } else if (owner instanceof Set) {
      if (owner.has(ex)) return undefined;
      if (!concurrent) throw instanceBusy();
      owner.add(ex);
    } else {
      if (owner === ex) return undefined;
      if (!concurrent) throw instanceBusy();
      busy.set(instance, new Set([owner, ex]));
    }
    return () => {
      const owners = busy.get(instance);
      if (owners instanceof Set) {
        owners.delete(ex);
        if (owners.size > 0) return;
      }
      busy.delete(instance);
    };
  }
}

function instanceBusy(): InstanceBusyError {
  return new InstanceBusyError(
    "another execution of this instance has not finished; finish it, cancel it, or allow both with concurrent: true",
  );
}

export type RunState = "ready" | RunStatus | "trapped";

/** An execution: a run that can stop and go on. */
export class Run {
  readonly #interpreter: Interpreter;
  readonly #store: StoreState;
  readonly #func: FunctionInstance;
  readonly #ex: ExecutionContext;
  #release: (() => void) | undefined;
  readonly #forget: () => void;
  #state: RunState = "ready";
  #results: unknown[] = [];
  #error: unknown;
  #fuelConsumed = 0n;

  constructor(
    interpreter: Interpreter,
    store: StoreState,
    func: FunctionInstance,
    args: readonly unknown[],
    concurrent: boolean,
  ) {
    this.#interpreter = interpreter;
    this.#store = store;
    this.#func = func;
    this.#ex = new ExecutionContext(store);
    this.#release = interpreter.occupy(store, func, this.#ex, concurrent);
    this.#forget = interpreter.track(store, this.#ex);
    const { host } = func;
    if (host !== undefined) {
      this.#go = () => this.#goHost(host, args);
      return;
    }
    try {
      enter(this.#ex, func, args, 0, JS_VALUES);
    } catch (error) {
      this.#end("trapped");
      this.#error = error;
    }
  }

  /** Runs until the status changes. */
  #go = (): void => {
    // While it stood, another run may have grown the memory.
    this.#ex.refreshMemory();
    execute(this.#ex, this.#ex.pc as CodeNode);
  };

  /** The same where the host's own function is the one that was started. */
  #goHost(host: HostCallback, args: readonly unknown[]): void {
    const ex = this.#ex;
    const { results } = this.#func.type;
    ex.host = this.#func;
    // By the next slice its result is there.
    this.#go = () => {};
    try {
      const result = host({ store: this.#store, instance: undefined }, [...args]);
      if (result instanceof UnpaidCall) throw result.error;
      if (result instanceof PendingResult) {
        if (!ex.mayAwait) throw wouldBlock(ex, this.#func.name ?? "a host function");
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
  get outOfFuelScope(): "store" | "call" {
    return this.#ex.outOfFuelScope;
  }

  /** What is awaited, while awaiting the host. */
  get pending(): PendingCall | undefined {
    return this.#ex.pending;
  }

  /** @internal For tests and tools that look into frames. */
  get frames(): ExecutionContext {
    return this.#ex;
  }

  /** Runs until it is done, stops or faults. */
  resume(bounds: RunBounds, mayAwait: boolean): RunState {
    if (this.#state === "done" || this.#state === "trapped") return this.#state;
    const ex = this.#ex;
    if (ex.pending !== undefined) return this.#state;
    if (this.#interpreter.current(this.#store) !== undefined) {
      throw new InstanceBusyError(
        "an execution cannot be resumed while the store runs another call; resume it afterwards",
      );
    }
    const { fuel } = this.#store;
    const before = fuel.consumed;
    try {
      this.#interpreter.slice(this.#store, ex, bounds, mayAwait, this.#go);
    } catch (error) {
      this.#error = error;
      this.#end("trapped");
      return this.#state;
    } finally {
      this.#fuelConsumed += fuel.consumed - before;
    }
    if (ex.status === "done") {
      this.#results = readValues(ex, this.#func.type.results, 0);
      this.#end("done");
    } else {
      this.#state = ex.status;
    }
    return this.#state;
  }

  /** Gives an awaited host call its (checked) result; the next resume goes on behind it. Too late, it is ignored. */
  settle(call: PendingCall, result: unknown): void {
    const ex = this.#ex;
    if (ex.pending !== call) return;
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
    ex.pending = undefined;
    if (call.site !== undefined) ex.pc = raisingNode(call.site, error);
    else {
      this.#go = () => {
        throw error;
      };
    }
    this.#state = "ready";
  }

  /** Ends the run where it is. The store stays usable. @throws InstanceBusyError while it is running */
  cancel(): void {
    if (this.#state === "done" || this.#state === "trapped") return;
    const ex = this.#ex;
    if (this.#interpreter.current(this.#store) === ex) {
      throw new InstanceBusyError(
        "an execution cannot be cancelled by a host function that it calls; throw from there",
      );
    }
    const error = new InterruptedError("cancelled", false);
    error.backtrace = this.backtrace();
    error.fuelConsumed = this.#store.fuel.consumed;
    this.#error = error;
    ex.pending?.cancel?.();
    ex.pending = undefined;
    this.#end("trapped");
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
    if (this.#state === "done" || pc === undefined || sp === 0) return undefined;
    return pc.owner.module.instructionText(pc.at < 0 ? ~pc.at : pc.at);
  }

  #end(state: "done" | "trapped"): void {
    this.#state = state;
    this.#release?.();
    this.#release = undefined;
    this.#forget();
  }
}

/** A host function that is called as an export: no guest code is involved. */
function callHost(
  store: StoreState,
  func: FunctionInstance,
  args: readonly unknown[],
  outer: ExecutionContext | undefined,
): unknown[] {
  const result = (func.host as HostCallback)({ store, instance: undefined }, [...args]);
  if (result instanceof UnpaidCall) throw result.error;
  if (result instanceof PendingResult) {
    throw wouldBlock(outer ?? new ExecutionContext(store), func.name ?? "a host function");
  }
  const { length } = func.type.results;
  if (length === 0) return [];
  return length === 1 ? [result] : (result as unknown[]);
}

/** Writes the arguments and sets the state to call `func` with a frame at word `base`. */
function enter(
  ex: ExecutionContext,
  func: FunctionInstance,
  args: readonly unknown[],
  base: number,
  codec: ValueCodec,
): void {
  const { params, results } = func.type;
  ex.ensureWords(base + Math.max(wordsOfAll(params), wordsOfAll(results)));
  codec.write(ex, params, base, args);
  ex.fp = base;
  ex.status = "done";
  const code = func.code as FunctionCode;
  ex.enterInstance(func.instance as ModuleInstance);
  ex.pc = startNode(code);
}

function joinWatches(outer: Watch | undefined, inner: Watch | undefined): Watch | undefined {
  if (outer === undefined || inner === undefined) return outer ?? inner;
  return { poll: (mayPause) => inner.poll(mayPause) ?? outer.poll(mayPause) };
}
