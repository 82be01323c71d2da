// Canonical built-ins about the task under way.

import { Trap } from "../../errors.ts";
import {
  type HostFrame,
  type HostMachine,
  type HostRequest,
  type RawHostFunction,
  VALUE_WORDS,
} from "../../runtime/raw-function.ts";
import { Side } from "../abi/context.ts";
import { liftReturned } from "../abi/signature.ts";
import type { CanonStep } from "../model/checked-component.ts";
import { AsyncTask } from "./async/task.ts";
import type { Job } from "./async/thread.ts";
import type { GuestOptions } from "./guest-options.ts";
import type { InstanceState } from "./instance-state.ts";

type ContextStep = Extract<CanonStep, { readonly canon: "context.get" | "context.set" }>;

/** `context.get` and `context.set`: a word, or two, that the thread keeps. */
export function contextBuiltin(instance: InstanceState, { canon, type, slot }: ContextStep): RawHostFunction {
  const at = 2 * slot;
  const isWide = type === "i64";
  return {
    words: VALUE_WORDS,
    begin(machine, base) {
      const { R } = machine;
      const { context } = instance.currentThread(machine);
      if (canon === "context.get") {
        R[base] = context[at] as number;
        R[base + 1] = isWide ? (context[at + 1] as number) : 0;
      } else {
        context[at] = R[base] as number;
        context[at + 1] = isWide ? (R[base + 1] as number) : 0;
      }
      return undefined;
    },
  };
}

/** The async task under way. @throws Trap for a call by the synchronous ABI */
function asyncTask(machine: HostMachine, instance: InstanceState): AsyncTask {
  instance.requireMayLeave();
  const { task } = instance.currentThread(machine);
  if (!(task instanceof AsyncTask)) throw new Trap("invalid-task-return");
  return task;
}

/** `task.return`: gives the result of a call by the async ABI. */
export function taskReturn(
  instance: InstanceState,
  { result, coreType }: Extract<CanonStep, { readonly canon: "task.return" }>,
  options: GuestOptions,
): RawHostFunction {
  const words = VALUE_WORDS * Math.max(1, coreType.params.length);
  return {
    words,
    begin(machine, base) {
      const task = asyncTask(machine, instance);
      task.requireReturnOf(result, options);
      const shared = task.caller.isHost ? options.withHost : options.withGuest;
      const side = new Side(shared, options.memory, task.boundary, machine);
      const value = liftReturned(result, side, base);
      const job = task.return(value, side.takeCost());
      const request = job.step(machine, base + words);
      return request === undefined ? undefined : new Returning(job, request, words);
    },
  };
}

/** Takes a result to its caller. */
class Returning implements HostFrame {
  request: HostRequest;
  readonly #job: Job;
  readonly #words: number;

  constructor(job: Job, request: HostRequest, words: number) {
    this.#job = job;
    this.request = request;
    this.#words = words;
  }

  resume(machine: HostMachine, base: number): boolean {
    const next = this.#job.step(machine, base + this.#words);
    if (next === undefined) return true;
    this.request = next;
    return false;
  }

  unwind(): void {}
}

/** `task.cancel`: the task gives up, as it was asked to. */
export function taskCancel(instance: InstanceState): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin(machine) {
      const task = asyncTask(machine, instance);
      if (!task.callee.options.isAsync) throw new Trap("invalid-task-return");
      task.cancel();
      return undefined;
    },
  };
}

/** `backpressure.inc` and `backpressure.dec`. */
export function backpressure(instance: InstanceState, by: 1 | -1): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin() {
      instance.changeBackpressure(by);
      return undefined;
    },
  };
}
