// The interpreter as the runtime and the API see it: plain calls, which unwind when they cannot go on, and the bracket
// around everything that runs. Owns caps, watches, nesting, and which instances are busy. Executions are run.ts's.

import { InstanceBusyError, Trap } from "../../errors.ts";
import {
  type FunctionInstance,
  type HostFunctionInstance,
  isHostFunction,
  PendingResult,
  UnpaidCall,
} from "../../runtime/function.ts";
import type { RefVisitor, RootSource } from "../../runtime/gc.ts";
import { callHostFunction } from "../../runtime/host-gate.ts";
import { EXECUTION_BYTES } from "../../runtime/host-heap.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { StoreState } from "../../runtime/store.ts";
import { wordsOfAll } from "../lower/operand-stack.ts";
import { enter } from "./calls.ts";
import { ExecutionContext } from "./context.ts";
import { stackOverflowToTrap } from "./faults.ts";
import { executeFibers } from "./fibers.ts";
import { isUnlowered } from "./nodes.ts";
import type { RunPosition } from "./position.ts";
import { RAW_VALUES, type RawValue } from "./raw-values.ts";
import { visitRoots } from "./roots.ts";
import { Run } from "./run.ts";
import { poll, type Watch, wouldBlock } from "./stop.ts";
import { JS_VALUES, makeRegisters, readValues, type ValueCodec, writeValues } from "./values.ts";

/** Bounds of one call or of one slice of an execution. */
export interface RunBounds {
  /** Cap inside the store's budget. */
  readonly fuel?: bigint | undefined;
  /** Of a slice: fuel after which the run pauses, as soon as it can. */
  readonly quantum?: bigint | undefined;
  readonly watch?: Watch | undefined;
  /** Of a call: allowed while executions of the instance are under way. */
  readonly concurrent?: boolean | undefined;
}

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

/**
 * What holds while guest code runs: who is current, in which bounds, and what it may do. Opened by being made, which keeps
 * what held before. It is put back without a call: where the host's stack has just overflowed, a call may do so again.
 */
class Bracket {
  readonly outer: ExecutionContext | undefined;
  readonly watch: Watch | undefined;
  readonly resumable: boolean;
  readonly mayAwait: boolean;
  readonly inTheWay: string | undefined;
  readonly host: FunctionInstance | undefined;
  /** How many caps there were. */
  readonly caps: number;
  readonly overdraws: boolean;
  /** Whether what is left of a slice of fuel may belong to a cap of this bracket, or be overdrawn. */
  readonly settles: boolean;

  constructor(
    threads: Threads,
    ex: ExecutionContext,
    bounds: RunBounds,
    resumable: boolean,
    mayAwait: boolean,
  ) {
    const { store } = ex;
    const { fuel } = store;
    this.outer = threads.current;
    this.watch = ex.watch;
    this.resumable = ex.resumable;
    this.mayAwait = ex.mayAwait;
    this.inTheWay = ex.inTheWay;
    this.host = ex.host;
    this.caps = fuel.caps.length;
    this.overdraws = fuel.overdraws;
    this.settles = resumable || ex.resumable || bounds.fuel !== undefined;
    if (this.settles) fuel.settle();
    if (bounds.fuel !== undefined) fuel.pushCap(bounds.fuel);
    if (bounds.quantum !== undefined) fuel.pushCap(bounds.quantum, true);
    // Below a host function nothing pauses.
    fuel.overdraws ||= ex.resumable;
    if (ex.resumable) ex.inTheWay = ex.host?.name ?? "that runs now";
    ex.watch = joinWatches(ex.watch, bounds.watch);
    ex.resumable = resumable;
    ex.mayAwait = mayAwait;
    ex.host = undefined;
    threads.current = ex;
    threads.depth++;
  }
}

/** Slots of the largest register file that plain calls share. */
const POOLED_SLOTS = 2048;

/** Nodes of calls that have returned, of code that the store has instances of, which may be left on the list of callers. */
export const POOLED_CALLERS = 64;

/** One per engine; its state hangs on stores. */
export class Interpreter {
  readonly #threads = new WeakMap<StoreState, Threads>();

  /** The execution that is running in `store`, if one is. */
  current(store: StoreState): ExecutionContext | undefined {
    return this.#of(store).current;
  }

  /** Whether nothing of `store` is running, waits or has been paused. */
  isIdle(store: StoreState): boolean {
    const { current, runs } = this.#of(store);
    return current === undefined && runs.size === 0;
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
  ): unknown[] {
    if (isHostFunction(func)) return callHost(store, func, args, this.current(store));
    return this.#callGuest(JS_VALUES, store, func, args, bounds);
  }

  /** {@link call}, with values as bits. */
  callRaw(store: StoreState, func: FunctionInstance, args: readonly RawValue[]): RawValue[] {
    if (!isHostFunction(func)) return this.#callGuest(RAW_VALUES, store, func, args, {});
    const { params, results } = func.type;
    const registers = makeRegisters(Math.max(wordsOfAll(params), wordsOfAll(results)));
    RAW_VALUES.write(registers, params, 0, args);
    const outcome = this.call(store, func, readValues(registers, params, 0));
    writeValues(registers, results, 0, outcome);
    return RAW_VALUES.read(registers, results, 0);
  }

  /** {@link call} of a guest function, with values in whatever form `codec` gives them. */
  #callGuest<Value>(
    codec: ValueCodec<Value>,
    store: StoreState,
    func: FunctionInstance,
    args: readonly Value[],
    bounds: RunBounds,
  ): Value[] {
    const threads = this.#of(store);
    const outer = threads.current;
    const { hostDepth } = store.limits;
    if (threads.depth >= hostDepth) {
      store.denials.add("call-stack", "hostDepth", threads.depth + 1, hostDepth);
      throw new Trap("call-stack-exhausted", `more than ${hostDepth} calls between guest and host`);
    }
    const ex = outer ?? threads.idle ?? new ExecutionContext(store);
    if (outer === undefined) threads.idle = undefined;
    const release = occupy(threads, func, ex, bounds.concurrent ?? false);
    const { fp, sp, top, instance, loaded } = ex;
    const savedLength = ex.saved.length;
    const hostFrames = ex.hostFrames.length;
    const { fuel } = store;
    const bracket = new Bracket(threads, ex, bounds, false, false);
    try {
      store.gate?.toGuest();
      poll(ex);
      const base = outer === undefined ? 0 : top;
      enter(ex, func, args, base, codec);
      beginIfLowered(ex);
      executeFibers(ex, loaded);
      return codec.read(ex, func.type.results, base);
    } catch (error) {
      const thrown = stackOverflowToTrap(error);
      if (ex.loaded !== loaded) ex.returnTo(loaded, thrown);
      if (ex.hostFrames.length > hostFrames) ex.unwindHost(hostFrames, thrown);
      throw thrown;
    } finally {
      threads.depth--;
      threads.current = outer;
      if (fuel.caps.length !== bracket.caps) fuel.caps.length = bracket.caps;
      fuel.overdraws = bracket.overdraws;
      ex.watch = bracket.watch;
      ex.resumable = bracket.resumable;
      ex.mayAwait = bracket.mayAwait;
      ex.inTheWay = bracket.inTheWay;
      ex.host = bracket.host;
      ex.fp = fp;
      ex.sp = sp;
      ex.top = top;
      // Setting a length costs as much as a short call, and makes the list's memory anew for the next one.
      if (ex.callers.length > sp + POOLED_CALLERS) ex.callers.length = sp;
      if (ex.saved.length !== savedLength) ex.saved.length = savedLength;
      if (outer !== undefined) {
        ex.instance = instance;
        ex.stale = true;
        // Without bytes until it is refreshed: the views may be another instance's.
        ex.memoryLength = 0;
        if (instance !== undefined) ex.refreshMemory();
      } else if (ex.X.length <= POOLED_SLOTS) {
        // A register file that a deep call has grown is not kept: clearing it would slow down every later call.
        ex.X.fill(null);
        threads.idle = ex;
      } else {
        ex.release();
      }
      release?.();
      if (bracket.settles) fuel.settle();
      store.gate?.toHost();
    }
  }

  /** Prepares an execution of `func` that runs when it is resumed. @throws InstanceBusyError */
  start(store: StoreState, func: FunctionInstance, args: readonly unknown[], concurrent: boolean): Run {
    const run = new Run(this, store, func, concurrent);
    run.begin(args);
    return run;
  }

  /** The same of a guest function, with arguments as bits. */
  startRaw(store: StoreState, func: FunctionInstance, args: readonly RawValue[]): Run {
    const run = new Run(this, store, func, false);
    run.beginRaw(args);
    return run;
  }

  /**
   * An execution that goes on where another one of `func` has stood, in exact code.
   * @throws InstanceBusyError; TypeError for frames that cannot stand so
   */
  startAt(store: StoreState, func: FunctionInstance, position: RunPosition): Run {
    const run = new Run(this, store, func, false);
    run.beginAt(position);
    return run;
  }

  /**
   * @internal For {@link Run}: runs one slice by `step`, if nothing stops it first. How it has stopped is in the status.
   * @throws whatever ends it
   */
  slice(ex: ExecutionContext, bounds: RunBounds, mayAwait: boolean, run: { step(): void }): void {
    const { store } = ex;
    const { fuel } = store;
    const threads = this.#of(store);
    const bracket = new Bracket(threads, ex, bounds, true, mayAwait);
    ex.status = "done";
    try {
      store.gate?.toGuest();
      const reason = poll(ex);
      if (reason === undefined) {
        beginIfLowered(ex);
        run.step();
      } else {
        ex.status = "interrupted";
        ex.interruptedBy = reason;
      }
    } catch (error) {
      throw stackOverflowToTrap(error);
    } finally {
      // No slice begins while anything of the store runs.
      threads.depth = 0;
      threads.current = undefined;
      fuel.caps.length = 0;
      fuel.overdraws = false;
      ex.watch = bracket.watch;
      ex.resumable = bracket.resumable;
      ex.mayAwait = bracket.mayAwait;
      ex.inTheWay = bracket.inTheWay;
      ex.host = bracket.host;
      fuel.settle();
      store.gate?.toHost();
    }
  }

  /**
   * @internal From now on, what the execution's frames hold is alive and the function's instance is in use; gives what ends that.
   * @throws InstanceBusyError; LimitError when the store has no room for another execution
   */
  enlist(ex: ExecutionContext, func: FunctionInstance, concurrent: boolean): () => void {
    const { store } = ex;
    const threads = this.#of(store);
    const release = occupy(threads, func, ex, concurrent);
    try {
      store.reserveHostHeap(EXECUTION_BYTES, "execution");
    } catch (error) {
      release?.();
      throw error;
    }
    threads.runs.add(ex);
    return () => {
      release?.();
      threads.runs.delete(ex);
      store.hostHeap.release(EXECUTION_BYTES);
      ex.release();
    };
  }
}

/** Where the function still has to be lowered, whoever does that says when the guest begins. */
function beginIfLowered({ pc, watch }: ExecutionContext): void {
  if (pc === undefined || !isUnlowered(pc)) watch?.begin?.();
}

/** Marks the function's instance as in use; gives what ends that. @throws InstanceBusyError */
function occupy(
  threads: Threads,
  { instance }: FunctionInstance,
  ex: ExecutionContext,
  concurrent: boolean,
): (() => void) | undefined {
  if (instance === undefined) return undefined;
  const { busy } = threads;
  const owner = busy.get(instance);
  if (owner === undefined || !isUnderWay(threads, owner)) {
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

/** Whether one of the owners of an instance has not ended: the host's stack may have overflowed where one let go of it. */
function isUnderWay(
  { current, runs }: Threads,
  owner: ExecutionContext | ReadonlySet<ExecutionContext>,
): boolean {
  if (!(owner instanceof Set)) return owner === current || runs.has(owner as ExecutionContext);
  for (const each of owner) if (each === current || runs.has(each)) return true;
  return false;
}

function instanceBusy(): InstanceBusyError {
  return new InstanceBusyError(
    "another execution of this instance has not finished; finish it, cancel it, or allow both with concurrent: true",
  );
}

/** A host function that is called as an export: no guest code is involved. */
function callHost(
  store: StoreState,
  func: HostFunctionInstance,
  args: readonly unknown[],
  outer: ExecutionContext | undefined,
): unknown[] {
  const result = callHostFunction(func, { store, instance: undefined }, [...args]);
  if (result instanceof UnpaidCall) throw result.error;
  if (result instanceof PendingResult) {
    throw wouldBlock(outer ?? new ExecutionContext(store), func.name ?? "a host function");
  }
  const { length } = func.type.results;
  if (length === 0) return [];
  return length === 1 ? [result] : (result as unknown[]);
}

function joinWatches(outer: Watch | undefined, inner: Watch | undefined): Watch | undefined {
  if (outer === undefined || inner === undefined) return outer ?? inner;
  // The outer one has begun long ago.
  return { poll: (mayPause) => inner.poll(mayPause) ?? outer.poll(mayPause), begin: () => inner.begin?.() };
}
