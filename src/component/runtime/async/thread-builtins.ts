// Canonical built-ins of threads.

import { Trap } from "../../../errors.ts";
import { makeRawFunction } from "../../../interp/run/host-code.ts";
import { HeapType, refType } from "../../../module/types.ts";
import type { FunctionInstance } from "../../../runtime/function.ts";
import {
  type HostFrame,
  type HostMachine,
  type HostRequest,
  type RawHostFunction,
  VALUE_WORDS,
} from "../../../runtime/raw-function.ts";
import type { TableInstance } from "../../../runtime/table.ts";
import type { CancellableBuiltin } from "../../model/canon.ts";
import type { InstanceState } from "../instance-state.ts";
import { Blocking } from "./blocking.ts";
import { Thread } from "./thread.ts";

const REFERENCE = refType(HeapType.Extern, true);

export function threadIndex(instance: InstanceState): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin(machine, base) {
      instance.requireMayLeave();
      machine.R[base] = instance.currentThread(machine).index;
      return undefined;
    },
  };
}

/** What a new thread begins with. */
interface Beginning {
  readonly func: FunctionInstance;
  readonly low: number;
  readonly high: number;
  thread: Thread | undefined;
}

/** `thread.new-indirect`: a suspended thread that is to call a function of a table. */
export function threadNew(instance: InstanceState, table: TableInstance, typeId: number): RawHostFunction {
  let body: FunctionInstance | undefined;
  return {
    words: 2 * VALUE_WORDS,
    begin(machine, base) {
      instance.requireMayLeave();
      const { R } = machine;
      const { registry } = instance.store.engine;
      const func = threadFunction(table, R[base] as number);
      if (func.typeId !== typeId && !registry.isDefinedSubtype(func.typeId, typeId)) {
        throw new Trap("indirect-call-type-mismatch");
      }
      if (body === undefined) {
        const type = { kind: "func", params: [REFERENCE], results: [] } as const;
        body = makeRawFunction(registry, type, BODY, "thread", instance.home);
      }
      const { task } = instance.currentThread(machine);
      const [low, high] = [R[base + VALUE_WORDS] as number, R[base + VALUE_WORDS + 1] as number];
      const beginning: Beginning = { func, low, high, thread: undefined };
      beginning.thread = Thread.onFiber(task, machine.startFiber(body, beginning));
      R[base] = beginning.thread.index;
      return undefined;
    },
  };
}

/** @throws Trap */
function threadFunction({ elements }: TableInstance, word: number): FunctionInstance {
  const index = word >>> 0;
  if (index >= elements.length) throw new Trap("undefined-element", index);
  const func = elements[index] as FunctionInstance | null;
  if (func === null) throw new Trap("uninitialized-element", index);
  return func;
}

const BODY: RawHostFunction = {
  words: VALUE_WORDS,
  begin(machine, base) {
    const { func, low, high, thread } = machine.X[base >> 1] as unknown as Beginning;
    const { R } = machine;
    R[base + VALUE_WORDS] = low;
    R[base + VALUE_WORDS + 1] = high;
    return new ThreadBody(func, thread as Thread);
  },
};

class ThreadBody implements HostFrame {
  request: HostRequest;
  readonly #thread: Thread;

  constructor(func: FunctionInstance, thread: Thread) {
    this.request = func;
    this.#thread = thread;
  }

  resume(machine: HostMachine): boolean {
    const thread = this.#thread;
    thread.remove();
    thread.task.threadEnded();
    machine.fiber.isOver = true;
    this.request = thread.instance.scheduler.leave(thread);
    return false;
  }

  unwind(error: unknown): void {
    this.#thread.instance.poison(error);
  }
}

export function threadResumeLater(instance: InstanceState): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      instance.requireMayLeave();
      const other = suspended(instance, R[base] as number);
      instance.scheduler.wait(other, [], other.isCancellable);
      return undefined;
    },
  };
}

/** @throws Trap */
function suspended(instance: InstanceState, index: number): Thread {
  const thread = instance.threads.get(index);
  if (!thread.isSuspended) throw new Trap("thread-not-suspended");
  return thread;
}

/** Those that block: the first part of the name says how, the second which thread goes on. */
export function threadBlock(
  instance: InstanceState,
  canon: CancellableBuiltin,
  isCancellable: boolean,
): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin(machine, base) {
      instance.requireMayLeave();
      const { R } = machine;
      const other = otherThread(instance, canon, R[base] as number);
      const thread = instance.currentThread(machine);
      const { scheduler } = instance;
      const block = new ThreadBlock(new Blocking(thread));
      const yields = canon.startsWith("thread.yield");
      if (isCancellable && thread.task.takeCancellation()) {
        R[base] = 1;
        return undefined;
      }
      if (yields) scheduler.wait(thread, [], isCancellable);
      else scheduler.suspend(thread, isCancellable);
      return block.begin(machine, base, other) ? undefined : block;
    },
  };
}

/** The thread that is to go on in the current one's place, if there is one. @throws Trap */
function otherThread(instance: InstanceState, canon: CancellableBuiltin, index: number): Thread | undefined {
  switch (canon) {
    case "thread.suspend":
    case "thread.yield":
      return undefined;
    case "thread.suspend-then-resume":
    case "thread.yield-then-resume":
      return suspended(instance, index);
    case "thread.suspend-then-promote":
    case "thread.yield-then-promote": {
      const other = instance.threads.get(index);
      return other.isReady ? other : undefined;
    }
  }
}

class ThreadBlock implements HostFrame {
  request: HostRequest = "fuel";
  readonly #blocking: Blocking;

  constructor(blocking: Blocking) {
    this.#blocking = blocking;
  }

  begin(machine: HostMachine, base: number, other: Thread | undefined): boolean {
    const blocking = this.#blocking;
    return this.#next(machine, base, blocking.changeTo(machine, other));
  }

  resume(machine: HostMachine, base: number): boolean {
    return this.#next(machine, base, this.#blocking.goOn(machine));
  }

  #next({ R }: HostMachine, base: number, next: HostRequest | undefined): boolean {
    if (next === undefined) {
      R[base] = this.#blocking.isCancelled ? 1 : 0;
      return true;
    }
    this.request = next;
    return false;
  }

  unwind(): void {}
}
