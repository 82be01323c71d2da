// Canonical built-ins of waitable sets and subtasks.

import { Trap } from "../../../errors.ts";
import {
  type HostFrame,
  type HostMachine,
  type HostRequest,
  type RawHostFunction,
  VALUE_WORDS,
} from "../../../runtime/raw-function.ts";
import type { MemoryView } from "../../abi/context.ts";
import type { InstanceState } from "../instance-state.ts";
import { Blocking, requireMayBlock } from "./blocking.ts";
import type { Condition } from "./condition.ts";
import { WaitableFrame } from "./waitable-frame.ts";
import { EventCode, type Subtask, type WaitableEvent, WaitableSet } from "./waitables.ts";

const EVENT_BYTES = 8;

export function waitableSetNew(instance: InstanceState): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      instance.requireMayLeave();
      R[base] = instance.handles.add(new WaitableSet());
      return undefined;
    },
  };
}

export function waitableSetDrop(instance: InstanceState): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      instance.requireMayLeave();
      const index = R[base] as number;
      instance.handles.waitableSet(index).requireUnused();
      instance.handles.take(index);
      return undefined;
    },
  };
}

export function waitableJoin(instance: InstanceState): RawHostFunction {
  return {
    words: 2 * VALUE_WORDS,
    begin({ R }, base) {
      instance.requireMayLeave();
      const { handles } = instance;
      const waitable = handles.waitable(R[base] as number);
      const set = R[base + VALUE_WORDS] as number;
      waitable.join(set === 0 ? undefined : handles.waitableSet(set));
      return undefined;
    },
  };
}

/** Where a set's event is written. */
export interface EventPlace {
  readonly instance: InstanceState;
  readonly memory: MemoryView;
}

/** @throws Trap for an address outside of memory */
function writeEvent({ memory }: EventPlace, { R }: HostMachine, base: number, event: WaitableEvent): void {
  const at = (R[base + VALUE_WORDS] as number) >>> 0;
  if ((at & 3) !== 0) throw new Trap("unaligned-pointer", `${at}, of alignment 4`);
  const { byteLength } = memory.memory;
  if (at + EVENT_BYTES > byteLength) {
    throw new Trap(
      "pointer-out-of-bounds",
      `${EVENT_BYTES} bytes at address ${at}, memory size ${byteLength}`,
    );
  }
  memory.refresh();
  memory.view.setInt32(at, event.index, true);
  memory.view.setInt32(at + 4, event.payload, true);
  R[base] = event.code;
}

const NOTHING: WaitableEvent = { code: EventCode.None, index: 0, payload: 0 };
const CANCELLED: WaitableEvent = { code: EventCode.TaskCancelled, index: 0, payload: 0 };

export function waitableSetPoll(place: EventPlace, isCancellable: boolean): RawHostFunction {
  const { instance } = place;
  return {
    words: 2 * VALUE_WORDS,
    begin(machine, base) {
      instance.requireMayLeave();
      const set = instance.handles.waitableSet(machine.R[base] as number);
      let event = NOTHING;
      if (isCancellable && instance.currentThread(machine).task.takeCancellation()) event = CANCELLED;
      else if (set.hasEvent) event = set.takeEvent();
      writeEvent(place, machine, base, event);
      return undefined;
    },
  };
}

export function waitableSetWait(place: EventPlace, isCancellable: boolean): RawHostFunction {
  const { instance } = place;
  return {
    words: 2 * VALUE_WORDS,
    begin(machine, base) {
      instance.requireMayLeave();
      const set = instance.handles.waitableSet(machine.R[base] as number);
      const wait = new SetWait(place, set, new Blocking(instance.currentThread(machine)));
      return wait.begin(machine, base, isCancellable) ? undefined : wait;
    },
  };
}

class SetWait implements HostFrame {
  request: HostRequest = "fuel";
  readonly #place: EventPlace;
  readonly #set: WaitableSet;
  readonly #blocking: Blocking;

  constructor(place: EventPlace, set: WaitableSet, blocking: Blocking) {
    this.#place = place;
    this.#set = set;
    this.#blocking = blocking;
  }

  begin(machine: HostMachine, base: number, isCancellable: boolean): boolean {
    const set = this.#set;
    set.waiters++;
    return this.#next(machine, base, this.#blocking.waitUnless(machine, set.arrival, isCancellable));
  }

  resume(machine: HostMachine, base: number): boolean {
    return this.#next(machine, base, this.#blocking.goOn(machine));
  }

  #next(machine: HostMachine, base: number, next: HostRequest | undefined): boolean {
    if (next !== undefined) {
      this.request = next;
      return false;
    }
    this.#set.waiters--;
    const event = this.#blocking.isCancelled ? CANCELLED : this.#set.takeEvent();
    writeEvent(this.#place, machine, base, event);
    return true;
  }

  unwind(): void {
    this.#set.waiters--;
  }
}

export function subtaskDrop(instance: InstanceState): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      instance.requireMayLeave();
      const index = R[base] as number;
      instance.handles.subtask(index).drop();
      instance.handles.take(index);
      return undefined;
    },
  };
}

export function subtaskCancel(instance: InstanceState, isAsync: boolean): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin(machine, base) {
      instance.requireMayLeave();
      if (!isAsync) requireMayBlock(instance);
      const subtask = instance.handles.subtask(machine.R[base] as number);
      if (subtask.isDelivered || subtask.isCancellationRequested) throw new Trap("subtask-cancelled");
      if (!isAsync) subtask.requireNoSet();
      const cancellation = new Cancellation(subtask, instance, isAsync);
      return cancellation.begin(machine, base) ? undefined : cancellation;
    },
  };
}

class Cancellation extends WaitableFrame {
  readonly #subtask: Subtask;

  constructor(subtask: Subtask, instance: InstanceState, isAsync: boolean) {
    super(subtask, instance, isAsync);
    this.#subtask = subtask;
  }

  protected work(machine: HostMachine): HostRequest | undefined {
    const subtask = this.#subtask;
    if (subtask.isResolved || subtask.isCancellationRequested) return undefined;
    subtask.isCancellationRequested = true;
    return subtask.requestCancellation(machine);
  }

  protected get whenOver(): Condition {
    return this.#subtask.resolution;
  }
}
