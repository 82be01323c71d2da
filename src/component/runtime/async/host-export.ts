// The host calls an async function: it gets the result when the task returns; the call goes on while tasks do.

import { Trap } from "../../../errors.ts";
import type { HostFrame, HostMachine, HostRequest } from "../../../runtime/raw-function.ts";
import { VALUE_WORDS } from "../../../runtime/raw-function.ts";
import { tryPay } from "../guest-options.ts";
import type { LiftedFunc } from "../items.ts";
import { EventLoop } from "./event-loop.ts";
import { type AsyncCaller, AsyncTask } from "./task.ts";
import { startTask } from "./task-body.ts";
import type { Job } from "./thread.ts";

/** What the host gives, and is told. */
export interface HostCall {
  readonly args: readonly unknown[];
  /** The function has returned; its task may go on. */
  readonly returned: ((value: unknown) => void) | undefined;
}

const enum Stage {
  Begin,
  Loop,
}

export class AsyncHostExport implements HostFrame, AsyncCaller {
  request: HostRequest;
  readonly isHost = true;
  readonly instance = undefined;
  readonly #call: HostCall;
  readonly #task: AsyncTask;
  readonly #loop: EventLoop;
  /** As they were checked. */
  readonly #args: readonly unknown[];
  readonly #give: (value: unknown) => unknown;
  #stage = Stage.Begin;
  #result: { readonly value: unknown } | undefined;
  /** What it ends by, be it its own thread's error or what the host has broken its instance by. */
  #failure: { readonly error: unknown } | undefined;

  /** `give`: makes of a result what the host gets. */
  constructor(
    callee: LiftedFunc,
    call: HostCall,
    args: readonly unknown[],
    machine: HostMachine,
    give: (value: unknown) => unknown,
  ) {
    this.#call = call;
    this.#args = args;
    this.#give = give;
    this.#task = new AsyncTask(callee, this);
    this.#loop = new EventLoop(callee.instance.scheduler);
    this.request = this.#begin(machine);
  }

  #begin(machine: HostMachine): HostRequest {
    const wait = this.#loop.take(machine);
    if (wait !== undefined) return wait;
    this.#stage = Stage.Loop;
    try {
      return startTask(machine, this.#task);
    } catch (error) {
      // There may be no frame yet that would be told.
      this.#loop.release();
      throw error;
    }
  }

  resume(machine: HostMachine, base: number): boolean {
    if (this.#stage === Stage.Begin) {
      this.request = this.#begin(machine);
      return false;
    }
    const { instance, isResolved, threads } = this.#task;
    const next = this.#loop.step(machine, base + VALUE_WORDS, () => this.#isOver, isResolved);
    if (next !== undefined) {
      this.request = next;
      return false;
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    if (!isResolved && instance.isPoisoned) throw new Trap("cannot-enter-component");
    if (threads.size === 0) this.#task.boundary.end();
    machine.X[base >> 1] = this.#give(this.#result?.value) as HostMachine["X"][number];
    return true;
  }

  /** All that was started has ended, or nothing of it can. */
  get #isOver(): boolean {
    const { instance, isResolved } = this.#task;
    return (
      this.#failure !== undefined ||
      (!isResolved && instance.isPoisoned) ||
      (isResolved && instance.scheduler.isIdle)
    );
  }

  unwind(error: unknown): void {
    this.#loop.release();
    if (this.#task.threads.size > 0) this.#task.instance.poison(error);
  }

  start(): { readonly args: readonly unknown[]; readonly cost: number } {
    return { args: this.#args, cost: 0 };
  }

  returned(value: unknown, cost: number): Job {
    return {
      step: (machine) => {
        if (!tryPay(machine, cost)) return "fuel";
        this.#result = { value };
        this.#call.returned?.(value);
        return undefined;
      },
    };
  }

  cancelled(): void {}

  failed(error: unknown): void {
    this.#failure ??= { error };
  }

  broken(error: unknown): undefined {
    if (error !== undefined) this.failed(error);
  }
}
