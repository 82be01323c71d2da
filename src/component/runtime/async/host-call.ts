// `canon lower` of an async function of the host: other tasks go on while a promise is awaited.
// Owns the order: lift, pay, call, wait, check, lower.

import { PendingResult, UnpaidCall } from "../../../runtime/function.ts";
import type { HostFrame, HostMachine, HostRequest, RawHostFunction } from "../../../runtime/raw-function.ts";
import { waitOf } from "../../abi/host-notes.ts";
import { tryPay } from "../guest-options.ts";
import type { HostImport } from "../host-import.ts";
import { AsyncCall, CallResult, ResultLowering } from "./async-call.ts";
import { requireMayBlock } from "./blocking.ts";
import type { Job } from "./thread.ts";
import { SubtaskState } from "./waitables.ts";

export class AsyncHostImport implements RawHostFunction {
  readonly words: number;
  readonly #import: HostImport;

  constructor(hostImport: HostImport) {
    this.words = hostImport.words;
    this.#import = hostImport;
  }

  begin(machine: HostMachine, base: number): HostFrame | undefined {
    const { instance } = this.#import;
    instance.requireMayLeave();
    const call = new AsyncHostCall(this.#import, new CallResult(this.#import, machine, base, true));
    return call.begin(machine, base) ? undefined : call;
  }
}

const enum Stage {
  Pay,
  Lower,
  Wait,
}

class AsyncHostCall implements HostFrame {
  request: HostRequest = "fuel";
  readonly #import: HostImport;
  readonly #result: CallResult;
  readonly #args: unknown[];
  readonly #cost: number;
  #stage = Stage.Pay;
  #job: Job | undefined;
  #wait: AsyncCall | undefined;

  constructor(hostImport: HostImport, result: CallResult) {
    this.#import = hostImport;
    this.#result = result;
    const { args, cost } = result.liftParams();
    this.#args = args;
    this.#cost = cost;
  }

  begin(machine: HostMachine, base: number): boolean {
    if (!tryPay(machine, this.#cost)) return this.#ask("fuel");
    const result = this.#import.invoke(machine, this.#args);
    if (result instanceof UnpaidCall) {
      if (this.#cost > 0) machine.store.fuel.refund(BigInt(this.#cost));
      return this.#ask("fuel");
    }
    this.#result.subtask.progress(SubtaskState.Started);
    if (result instanceof PendingResult) return this.#await(machine, base, result.promise);
    this.#job = this.#lowering(result);
    this.#stage = Stage.Lower;
    return this.#lower(machine, base);
  }

  resume(machine: HostMachine, base: number): boolean {
    switch (this.#stage) {
      case Stage.Pay:
        return this.begin(machine, base);
      case Stage.Lower:
        return this.#lower(machine, base);
      case Stage.Wait:
        return this.#goOnWaiting(machine, base);
    }
  }

  unwind(): void {
    this.#result.boundary.end();
  }

  #lowering(value: unknown): Job {
    const { signature, name } = this.#import;
    const checked = signature.checkResult(this.#result.side, value, name);
    return new ResultLowering(this.#result, checked, 0);
  }

  #lower(machine: HostMachine, base: number): boolean {
    const next = this.#job?.step(machine, base + this.#import.words);
    if (next !== undefined) return this.#ask(next);
    this.#result.end(machine, base);
    return true;
  }

  /** What the promise comes to, a turn of the store takes to the guest. */
  #await(machine: HostMachine, base: number, promise: PromiseLike<unknown>): boolean {
    const { subtask } = this.#result;
    const { instance } = this.#import;
    const { scheduler, generation } = instance;
    if (!this.#import.options.isAsync) requireMayBlock(this.#import.instance);
    const wait = waitOf(promise);
    const idle = wait?.idle?.bind(wait);
    scheduler.hostWaits++;
    if (idle !== undefined) scheduler.idleWaits.add(idle);
    let isOver = false;
    const end = (): void => {
      isOver = true;
      scheduler.hostWaits--;
      if (idle !== undefined) scheduler.idleWaits.delete(idle);
    };
    const over = (job: () => Job): void => {
      if (isOver) return;
      end();
      if (instance.generation === generation) scheduler.addJob(instance, new Deferred(job));
      else scheduler.change();
    };
    promise.then(
      (value) => over(() => this.#lowering(value)),
      (error: unknown) =>
        over(() => {
          throw error;
        }),
    );
    this.#result.cancel = () => {
      end();
      wait?.cancelled?.();
      subtask.progress(SubtaskState.CancelledBeforeReturned);
      return undefined;
    };
    this.#stage = Stage.Wait;
    this.#wait = new AsyncCall(this.#result, "fuel");
    return this.#goOnWaiting(machine, base);
  }

  #goOnWaiting(machine: HostMachine, base: number): boolean {
    const wait = this.#wait as AsyncCall;
    if (wait.resume(machine, base)) return true;
    return this.#ask(wait.request);
  }

  #ask(request: HostRequest): false {
    this.request = request;
    return false;
  }
}

/** A job that is made when its turn comes, as that may throw. */
class Deferred implements Job {
  readonly #make: () => Job;
  #job: Job | undefined;

  constructor(make: () => Job) {
    this.#make = make;
  }

  step(machine: HostMachine, word: number): HostRequest | undefined {
    this.#job ??= this.#make();
    return this.#job.step(machine, word);
  }
}
