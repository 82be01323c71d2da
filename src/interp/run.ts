// Starting, resuming and ending runs: plain calls, which unwind when they cannot go on, and executions, which pause.
// Owns the bracket around the loop: caps, watches, nesting, busy instances, unwinding.

import { type BacktraceFrame, InstanceBusyError, InterruptedError, RuntimeError, Trap } from "../errors.ts";
import type { ValType } from "../module/types.ts";
import type { FunctionInstance, HostCallback } from "../runtime/function.ts";
import type { ModuleInstance } from "../runtime/instance.ts";
import type { Executor, StoreState } from "../runtime/store.ts";
import { Code } from "./code.ts";
import { ExecutionState, type InterruptReason, type RunStatus, type Watch } from "./execution-state.ts";
import { execute } from "./loop.ts";
import { CodeNode, type FunctionCode } from "./node.ts";
import { wordsOfAll } from "./operand-stack.ts";
import { readValues, writeValues } from "./values.ts";

/** Bounds of one call or of one slice of an execution. */
export interface RunBounds {
  /** Cap inside the store's budget. */
  readonly fuel?: bigint | undefined;
  readonly watch?: Watch | undefined;
}

/** How arguments get into the register file, and results out of it. */
export interface ValueCodec {
  write(ex: ExecutionState, types: readonly ValType[], at: number, values: readonly unknown[]): void;
  read(ex: ExecutionState, types: readonly ValType[], at: number): unknown[];
}

const JS_VALUES: ValueCodec = { write: writeValues, read: readValues };

/** What one store's runs share: the execution that is running now, and the pool for plain calls. */
class Threads {
  current: ExecutionState | undefined;
  /** Guest-host-guest nesting of the current execution. */
  depth = 0;
  idle: ExecutionState | undefined;
  /** Instances with a run under way, and whose it is. */
  readonly busy = new Map<ModuleInstance, ExecutionState>();
}

/** The interpreter, as the runtime and the API see it. One per engine; its state hangs on stores. */
export class Interpreter implements Executor {
  readonly #threads = new WeakMap<StoreState, Threads>();

  runStart(store: StoreState, func: FunctionInstance): void {
    this.call(store, func, []);
  }

  /** The execution that is running in `store`, if one is. */
  current(store: StoreState): ExecutionState | undefined {
    return this.#of(store).current;
  }

  #of(store: StoreState): Threads {
    let threads = this.#threads.get(store);
    if (threads === undefined) {
      threads = new Threads();
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
    if (func.host !== undefined) return callHost(store, func, args);
    const threads = this.#of(store);
    const outer = threads.current;
    if (threads.depth >= store.limits.hostDepth) {
      throw new Trap(
        "call-stack-exhausted",
        `more than ${store.limits.hostDepth} calls between guest and host`,
      );
    }
    const ex = outer ?? threads.idle ?? new ExecutionState(store);
    if (outer === undefined) threads.idle = undefined;
    const release = this.#occupy(threads, func, ex);
    const { fp, sp, top, watch, resumable, mayAwait, instance } = ex;
    const savedLength = ex.saved.length;
    const lift = bounds.fuel === undefined ? undefined : store.fuel.pushCap(bounds.fuel);
    threads.current = ex;
    threads.depth++;
    ex.resumable = false;
    ex.mayAwait = false;
    ex.watch = joinWatches(watch, bounds.watch);
    try {
      ex.poll();
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
      if (instance !== undefined) ex.enterInstance(instance);
      threads.depth--;
      threads.current = outer;
      if (outer === undefined) {
        ex.X.fill(null);
        threads.idle = ex;
      }
      release?.();
      lift?.();
    }
  }

  /** Prepares an execution of `func` that runs when it is resumed. @throws InstanceBusyError */
  start(store: StoreState, func: FunctionInstance, args: readonly unknown[], concurrent: boolean): Run {
    return new Run(this, store, func, args, concurrent);
  }

  /** @internal For {@link Run}: the bracket around one slice. */
  slice(store: StoreState, ex: ExecutionState, bounds: RunBounds, mayAwait: boolean): void {
    const threads = this.#of(store);
    if (threads.current !== undefined) {
      throw new InstanceBusyError(
        "an execution cannot be resumed while the store runs another call; resume it afterwards",
      );
    }
    const lift = bounds.fuel === undefined ? undefined : store.fuel.pushCap(bounds.fuel);
    threads.current = ex;
    threads.depth++;
    ex.resumable = true;
    ex.mayAwait = mayAwait;
    ex.watch = bounds.watch;
    ex.status = "done";
    try {
      const reason = ex.poll();
      if (reason !== undefined) {
        ex.status = "interrupted";
        ex.interruptedBy = reason;
        return;
      }
      execute(ex, ex.pc as CodeNode);
    } finally {
      ex.watch = undefined;
      threads.depth--;
      threads.current = undefined;
      lift?.();
      store.fuel.settle();
    }
  }

  /** @internal */
  occupy(store: StoreState, func: FunctionInstance, ex: ExecutionState): (() => void) | undefined {
    return this.#occupy(this.#of(store), func, ex);
  }

  #occupy(threads: Threads, func: FunctionInstance, ex: ExecutionState): (() => void) | undefined {
    const { instance } = func;
    if (instance === undefined) return undefined;
    const owner = threads.busy.get(instance);
    if (owner === ex) return undefined;
    if (owner !== undefined) {
      throw new InstanceBusyError(
        "another execution of this instance has not finished; cancel it, finish it, or start with concurrent: true",
      );
    }
    threads.busy.set(instance, ex);
    return () => {
      threads.busy.delete(instance);
    };
  }
}

export type RunState = "ready" | RunStatus | "trapped";

/** An execution: a run that can stop and go on. */
export class Run {
  readonly #interpreter: Interpreter;
  readonly #store: StoreState;
  readonly #func: FunctionInstance;
  readonly #ex: ExecutionState;
  #release: (() => void) | undefined;
  #state: RunState = "ready";
  #results: unknown[] = [];
  #error: unknown;

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
    this.#ex = new ExecutionState(store);
    if (!concurrent) this.#release = interpreter.occupy(store, func, this.#ex);
    try {
      enter(this.#ex, func, args, 0, JS_VALUES);
    } catch (error) {
      this.#end("trapped");
      this.#error = error;
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

  get interruptedBy(): InterruptReason | undefined {
    return this.#ex.interruptedBy;
  }

  /** The promise that a host function returned, while awaiting it. */
  get pending(): PromiseLike<unknown> | undefined {
    return this.#ex.pending?.promise;
  }

  /** Runs until it is done, stops or faults. */
  resume(bounds: RunBounds, mayAwait: boolean): RunState {
    if (this.#state === "done" || this.#state === "trapped") return this.#state;
    const ex = this.#ex;
    if (ex.pending !== undefined) return this.#state;
    try {
      this.#interpreter.slice(this.#store, ex, bounds, mayAwait);
    } catch (error) {
      if (error instanceof InstanceBusyError && this.#interpreter.current(this.#store) !== undefined)
        throw error;
      this.#error = error;
      this.#end("trapped");
      return this.#state;
    }
    if (ex.status === "done") {
      this.#results = readValues(ex, this.#func.type.results, 0);
      this.#end("done");
    } else {
      this.#state = ex.status;
    }
    return this.#state;
  }

  /** Gives the awaited host call its (checked) result; the next resume goes on behind it. */
  settle(result: unknown): void {
    const ex = this.#ex;
    const { pending } = ex;
    if (pending === undefined) return;
    ex.pending = undefined;
    ex.finishHostCall(pending.func, pending.base, result);
    ex.pc = ex.nodeBehind(pending.site);
    this.#state = "ready";
  }

  /** The awaited host call failed: the next resume throws in its place. */
  fail(error: unknown): void {
    const ex = this.#ex;
    const { pending } = ex;
    if (pending === undefined) return;
    ex.pending = undefined;
    ex.pc = ex.raisingNode(pending.site, error);
    this.#state = "ready";
  }

  /** Ends the run where it is. The store stays usable. */
  cancel(): void {
    if (this.#state === "done" || this.#state === "trapped") return;
    this.#error = new InterruptedError("cancelled", false);
    this.#end("trapped");
  }

  backtrace(): readonly BacktraceFrame[] {
    if (this.#state === "trapped") return this.#error instanceof RuntimeError ? this.#error.backtrace : [];
    if (this.#state === "done") return [];
    return this.#ex.backtrace(this.#ex.pc as CodeNode);
  }

  #end(state: "done" | "trapped"): void {
    this.#state = state;
    this.#release?.();
    this.#release = undefined;
  }
}

/** A host function that is called as an export: no guest code is involved. */
function callHost(store: StoreState, func: FunctionInstance, args: readonly unknown[]): unknown[] {
  const result = (func.host as HostCallback)({ store, instance: undefined }, [...args]);
  const { length } = func.type.results;
  if (length === 0) return [];
  return length === 1 ? [result] : (result as unknown[]);
}

/** Writes the arguments and sets the state to call `func` with a frame at word `base`. */
function enter(
  ex: ExecutionState,
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

/** The node by which the host calls a function; made once, as nothing in it changes. */
function startNode(code: FunctionCode): CodeNode {
  if (code.start === null) {
    const start = new CodeNode(code, Code.Call, 0, 0, 0, 0, code);
    start.isStart = true;
    start.next = new CodeNode(code, Code.Exit, 0, 0, 0, 0, null);
    code.start = start;
  }
  return code.start;
}

function joinWatches(outer: Watch | undefined, inner: Watch | undefined): Watch | undefined {
  if (outer === undefined || inner === undefined) return outer ?? inner;
  return { poll: () => inner.poll() ?? outer.poll() };
}
