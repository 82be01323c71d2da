// Runs an async function's task on a fiber of its own: its turn, arguments in, the core function, callbacks, its end.
// Owns that order (Canonical ABI, `canon lift`). What blocks inside the guest is the built-ins' affair.

import { Trap } from "../../../errors.ts";
import { makeRawFunction } from "../../../interp/run/host-code.ts";
import { HeapType, refType } from "../../../module/types.ts";
import type { Fiber } from "../../../runtime/fiber.ts";
import type { FunctionInstance } from "../../../runtime/function.ts";
import {
  type HostFrame,
  type HostMachine,
  type HostRequest,
  type RawHostFunction,
  VALUE_WORDS,
} from "../../../runtime/raw-function.ts";
import { type FlatRegisters, makeFlat, Side } from "../../abi/context.ts";
import { Allocator, tryPay } from "../guest-options.ts";
import type { LiftedFunc } from "../items.ts";
import { Blocking } from "./blocking.ts";
import type { AsyncTask } from "./task.ts";
import { type Job, Thread } from "./thread.ts";
import { EventCode, type WaitableEvent, type WaitableSet } from "./waitables.ts";

const REFERENCE = refType(HeapType.Extern, true);

/** What a callback, or the function before it, gives back: a code, and above it a waitable set. */
const enum CallbackCode {
  Exit = 0,
  Yield = 1,
  Wait = 2,
}
const CALLBACK_CODE_MASK = 0xf;
const CALLBACK_CODE_BITS = 4;

const bodies = /* @__PURE__ */ new WeakMap<LiftedFunc, FunctionInstance>();

/** Begins a call of an async function. Returns the fiber to go on in: it comes back when the task blocks or ends. @throws Trap */
export function startTask(machine: HostMachine, task: AsyncTask): Fiber {
  const { callee, instance } = task;
  instance.requireMayEnter();
  let body = bodies.get(callee);
  if (body === undefined) {
    const { registry } = instance.store.engine;
    const type = { kind: "func", params: [REFERENCE], results: [] } as const;
    body = makeRawFunction(registry, type, BODY, callee.name, instance.home);
    bodies.set(callee, body);
  }
  const thread = Thread.onFiber(task, machine.startFiber(body, task));
  task.implicit = thread;
  return instance.scheduler.resume(machine, thread, false, task.caller.instance);
}

const BODY: RawHostFunction = {
  words: VALUE_WORDS,
  begin(machine, base) {
    return new TaskBody(machine.X[base >> 1] as unknown as AsyncTask, machine, base + VALUE_WORDS);
  },
};

const enum Stage {
  GiveWay,
  Turn,
  Pay,
  Lower,
  Core,
  Return,
  PostReturn,
  Callback,
  Blocked,
}

class TaskBody implements HostFrame {
  request: HostRequest;
  readonly #task: AsyncTask;
  readonly #side: Side;
  readonly #blocking: Blocking;
  readonly #thread: Thread;
  #stage = Stage.GiveWay;
  #args: readonly unknown[] = [];
  #cost = 0;
  #flat: FlatRegisters | undefined;
  #allocator: Allocator | undefined;
  #return: Job | undefined;
  /** The core function's result, for `post-return`. */
  #low = 0;
  #high = 0;
  /** What it waits on; `undefined` while it yields. */
  #set: WaitableSet | undefined;

  constructor(task: AsyncTask, machine: HostMachine, word: number) {
    this.#task = task;
    this.#thread = task.implicit as Thread;
    this.#blocking = new Blocking(this.#thread);
    const { options } = task.callee;
    const shared = task.caller.isHost ? options.withHost : options.withGuest;
    this.#side = new Side(shared, options.memory, task.boundary, machine);
    this.request = this.#begin(machine, word);
  }

  resume(machine: HostMachine, base: number): boolean {
    this.request = this.#goOn(machine, base + VALUE_WORDS);
    return false;
  }

  unwind(error: unknown): void {
    this.#task.boundary.end();
    this.#task.instance.poison(error);
  }

  #begin(machine: HostMachine, word: number): HostRequest {
    const { instance } = this.#task;
    const { exclusive } = instance;
    // Who is in its way goes on first, where it can: it may end by that.
    if (exclusive?.isReady !== true || instance.backpressure > 0) return this.#takeTurn(machine, word);
    this.#stage = Stage.GiveWay;
    return instance.scheduler.resume(machine, exclusive, false, instance);
  }

  #takeTurn(machine: HostMachine, word: number): HostRequest {
    const task = this.#task;
    const { instance } = task;
    if (!task.isHeldBack && instance.heldBack === 0) return this.#start(machine, word);
    instance.heldBack++;
    this.#stage = Stage.Turn;
    const { relief, turn } = instance;
    const conditions = task.needsExclusive ? [relief, turn] : [relief];
    return this.#blocking.wait(machine, conditions, true) as HostRequest;
  }

  #goOn(machine: HostMachine, word: number): HostRequest {
    const task = this.#task;
    switch (this.#stage) {
      case Stage.GiveWay:
        return this.#takeTurn(machine, word);
      case Stage.Turn:
        task.instance.heldBack--;
        if (!this.#blocking.isCancelled) return this.#start(machine, word);
        task.cancel();
        return this.#end(machine);
      case Stage.Pay:
        return this.#pay(machine, word);
      case Stage.Lower:
        return this.#lower(machine, word);
      case Stage.Core:
        return this.#coreReturned(machine, word);
      case Stage.Return:
        return this.#goOnReturning(machine, word);
      case Stage.PostReturn:
        task.instance.comeBack();
        return this.#exit(machine);
      case Stage.Callback:
        return this.#callbackReturned(machine, word);
      case Stage.Blocked:
        return this.#unblocked(machine, word);
    }
  }

  #start(machine: HostMachine, word: number): HostRequest {
    const task = this.#task;
    if (task.needsExclusive) task.instance.exclusive = this.#thread;
    task.start();
    const { args, cost } = task.caller.start(machine);
    this.#args = args;
    this.#cost = cost;
    this.#stage = Stage.Pay;
    return this.#pay(machine, word);
  }

  #pay(machine: HostMachine, word: number): HostRequest {
    if (!tryPay(machine, this.#cost)) return "fuel";
    const { signature, options, instance } = this.#task.callee;
    const flat = makeFlat(Math.max(1, signature.paramCount));
    this.#flat = flat;
    this.#side.resume(flat);
    signature.lowerParams(this.#side, this.#args, 0);
    this.#args = [];
    if (signature.paramsAllocate) this.#allocator = new Allocator(instance, options, this.#side);
    this.#stage = Stage.Lower;
    return this.#lower(machine, word);
  }

  #lower(machine: HostMachine, word: number): HostRequest {
    const flat = this.#flat as FlatRegisters;
    this.#side.resume(flat);
    const next = this.#allocator?.step(machine, word);
    if (next !== undefined) return next;
    machine.R.set(flat.R, word);
    this.#allocator = undefined;
    this.#stage = Stage.Core;
    return this.#task.callee.core;
  }

  #coreReturned(machine: HostMachine, word: number): HostRequest {
    const { callee, boundary } = this.#task;
    const { options, signature } = callee;
    if (options.isAsync) {
      return options.callback === undefined ? this.#exit(machine) : this.#callbackReturned(machine, word);
    }
    this.#low = machine.R[word] as number;
    this.#high = machine.R[word + 1] as number;
    this.#side.resume(machine);
    const value = signature.liftResult(this.#side, word);
    boundary.requireReturned();
    this.#return = this.#task.return(value, this.#side.takeCost());
    this.#stage = Stage.Return;
    return this.#goOnReturning(machine, word);
  }

  #goOnReturning(machine: HostMachine, word: number): HostRequest {
    const next = this.#return?.step(machine, word);
    if (next !== undefined) return next;
    const { postReturn } = this.#task.callee.options;
    if (postReturn === undefined) return this.#exit(machine);
    this.#stage = Stage.PostReturn;
    this.#task.instance.stayInside();
    machine.R[word] = this.#low;
    machine.R[word + 1] = this.#high;
    return postReturn;
  }

  #callbackReturned(machine: HostMachine, word: number): HostRequest {
    const { instance } = this.#task;
    const packed = (machine.R[word] as number) >>> 0;
    const code = packed & CALLBACK_CODE_MASK;
    if (code === CallbackCode.Exit) return this.#exit(machine);
    instance.exclusive = undefined;
    this.#stage = Stage.Blocked;
    let next: HostRequest | undefined;
    if (code === CallbackCode.Yield) {
      this.#set = undefined;
      next = this.#blocking.wait(machine, [instance.turn], true);
    } else if (code === CallbackCode.Wait) {
      const set = instance.handles.waitableSet(packed >>> CALLBACK_CODE_BITS);
      this.#set = set;
      set.waiters++;
      next = this.#blocking.wait(machine, [set.arrival, instance.turn], true);
    } else {
      throw new Trap("unsupported-callback-code", code);
    }
    return next ?? this.#unblocked(machine, word);
  }

  #unblocked(machine: HostMachine, word: number): HostRequest {
    const { instance, callee } = this.#task;
    const set = this.#set;
    let event: WaitableEvent = { code: EventCode.None, index: 0, payload: 0 };
    if (this.#blocking.isCancelled) event = { ...event, code: EventCode.TaskCancelled };
    else if (set !== undefined) event = set.takeEvent();
    if (set !== undefined) set.waiters--;
    instance.exclusive = this.#thread;
    const { R } = machine;
    R[word] = event.code;
    R[word + 2] = event.index;
    R[word + 4] = event.payload;
    this.#stage = Stage.Callback;
    return callee.options.callback as FunctionInstance;
  }

  #exit(machine: HostMachine): HostRequest {
    const task = this.#task;
    if (task.needsExclusive) task.instance.exclusive = undefined;
    return this.#end(machine);
  }

  #end(machine: HostMachine): HostRequest {
    this.#thread.remove();
    this.#task.threadEnded();
    machine.fiber.isOver = true;
    return this.#task.instance.scheduler.leave(this.#thread);
  }
}
