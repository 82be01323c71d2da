// Threads of guests: what stands and goes on by itself, each on a fiber; and in what order those of a store go on.
// Owns who waits, and resuming (Canonical ABI, "Threads"). How one blocks in its host frame is blocking.ts's affair.

import type { Store } from "../../../api/store.ts";
import { PriorityQueue, type Queued } from "../../../priority-queue.ts";
import type { Failure, Fiber } from "../../../runtime/fiber.ts";
import type { HostMachine, HostRequest } from "../../../runtime/raw-function.ts";
import type { InstanceState } from "../instance-state.ts";
import { type Condition, passOn, place, type Wait } from "./condition.ts";
import type { Task } from "./task.ts";

/** Words of `context.get` and `context.set`: two places of 64 bits. */
const CONTEXT_WORDS = 4;

export class Thread {
  readonly task: Task;
  readonly fiber: Fiber;
  readonly context = new Int32Array(CONTEXT_WORDS);
  /** In the instance's table of threads. */
  readonly index: number;
  /** What it waits for; `undefined` while it runs, and while it is suspended. */
  wait: ThreadWait | undefined;
  isRunning = false;
  /** Whether a cancellation of its task may end its waiting, and whether one has. */
  isCancellable = false;
  isCancelled = false;
  /** Where it goes when it blocks or ends. */
  resumer: Fiber | undefined;
  /** The instance that stands there; `undefined` for the host. */
  below: InstanceState | undefined;
  /** What ran in the instance before it was resumed. */
  outer: InstanceScope | undefined;

  constructor(task: Task, fiber: Fiber) {
    this.task = task;
    this.fiber = fiber;
    this.index = task.instance.threads.add(this);
    task.threads.add(this);
  }

  /** One on a fiber of its own. */
  static onFiber(task: Task, fiber: Fiber): Thread {
    const thread = new Thread(task, fiber);
    fiber.failed = (error) => thread.instance.scheduler.leaveFailed(thread, error);
    return thread;
  }

  get instance(): InstanceState {
    return this.task.instance;
  }

  get isSuspended(): boolean {
    return !this.isRunning && this.wait === undefined;
  }

  /** Whether it waits, and could go on. */
  get isReady(): boolean {
    return this.wait?.conditions.every(({ holds }) => holds) === true;
  }

  /** It has ended. */
  remove(): void {
    this.task.threads.delete(this);
    this.task.instance.threads.remove(this.index);
  }
}

/** Its place among those of its instance that may go on below a synchronous call. */
class ReadyBelow implements Queued<number> {
  readonly key: number;
  place = -1;
  readonly wait: ThreadWait;

  constructor(wait: ThreadWait) {
    this.key = wait.key;
    this.wait = wait;
  }
}

class ThreadWait implements Wait {
  readonly key: number;
  readonly thread: Thread;
  readonly conditions: readonly Condition[];
  readonly isForTurn: boolean;
  place = -1;
  at: Condition | undefined;
  readonly below: ReadyBelow | undefined;

  constructor(key: number, thread: Thread, conditions: readonly Condition[]) {
    this.key = key;
    this.thread = thread;
    this.conditions = conditions;
    const { task, instance } = thread;
    this.isForTurn = conditions.includes(instance.turn);
    if (!(task.needsExclusive && task.implicit === thread)) this.below = new ReadyBelow(this);
  }

  becomeReady(): void {
    const { instance } = this.thread;
    instance.scheduler.ready.add(this);
    if (this.below !== undefined) instance.readyBelow.add(this.below);
  }

  /** It is where it was put no more. */
  remove(): void {
    const { instance } = this.thread;
    if (this.at !== undefined) this.at.remove(this);
    else {
      instance.scheduler.ready.remove(this);
      if (this.below !== undefined) instance.readyBelow.remove(this.below);
    }
  }
}

/** Those of an instance that may go on below a synchronous call. */
export type ReadyThreads = PriorityQueue<number, ReadyBelow>;

/** Who runs in an instance. */
export interface InstanceScope {
  readonly isEntered: boolean;
  /** Whether it is below a synchronous call. */
  readonly isSynchronous: boolean;
  readonly thread: Thread | undefined;
}

/** What the host has to do for guests between their turns: requests are made as those of a frame, until there are none. */
export interface Job {
  /** Arguments and results of requests are from word `word` on. @throws Trap */
  step(machine: HostMachine, word: number): HostRequest | undefined;
}

/** A job, and the instance that ends by what it throws. */
export interface OwnedJob {
  readonly owner: InstanceState;
  readonly job: Job;
}

const schedulers = /* @__PURE__ */ new WeakMap<Store, Scheduler>();

/** The one of a store, as components of different linkers may be composed in it. */
export function schedulerOf(store: Store): Scheduler {
  let scheduler = schedulers.get(store);
  if (scheduler === undefined) {
    scheduler = new Scheduler();
    schedulers.set(store, scheduler);
  }
  return scheduler;
}

export class Scheduler {
  /** Waits of threads that could go on when they were looked at, in the order in which they began. */
  readonly ready = new PriorityQueue<number, ThreadWait>();
  #waits = 0;
  #begun = 0;
  readonly #jobs: OwnedJob[] = [];
  #nextJob = 0;
  /** What the host may still do that guests wait for: promises, and ends of streams. */
  hostWaits = 0;
  /** Those of them that come to something only when everything else waits. */
  readonly idleWaits = new Set<() => void>();
  /** The execution whose guests run or have been stopped within a turn; no other one takes a turn meanwhile. */
  turn: { readonly machine: HostMachine } | undefined;
  #changed: (() => void)[] = [];

  /** The next one that can go on. */
  firstReady(): Thread | undefined {
    for (let { first } = this.ready; first !== undefined; { first } = this.ready) {
      if (this.#isStill(first)) return first.thread;
    }
    return undefined;
  }

  /** The same among those that may go on below a synchronous call of `instance`. */
  firstReadyIn({ readyBelow }: InstanceState): Thread | undefined {
    for (let { first } = readyBelow; first !== undefined; { first } = readyBelow) {
      if (this.#isStill(first.wait)) return first.wait.thread;
    }
    return undefined;
  }

  /** Whether one that was ready still is; puts it where it belongs if not. */
  #isStill(wait: ThreadWait): boolean {
    if (wait.thread.isReady) return true;
    wait.remove();
    place(wait);
    passOn(wait);
    return false;
  }

  /** Lets a thread wait until all of `conditions` hold; it must be left next. */
  wait(thread: Thread, conditions: readonly Condition[], isCancellable: boolean): void {
    thread.isRunning = false;
    thread.isCancellable = isCancellable;
    const wait = new ThreadWait(this.#begun++, thread, conditions);
    thread.wait = wait;
    this.#waits++;
    place(wait);
  }

  /** The same until another one resumes it. */
  suspend(thread: Thread, isCancellable: boolean): void {
    thread.isRunning = false;
    thread.isCancellable = isCancellable;
  }

  /** Goes on in `thread`, which is not running; the current fiber, in which `below` stands, is gone back to when it blocks. */
  resume(
    machine: HostMachine,
    thread: Thread,
    isCancelled: boolean,
    below: InstanceState | undefined,
  ): Fiber {
    this.run(thread, isCancelled);
    const { instance } = thread;
    const outer = instance.scope;
    thread.resumer = machine.fiber;
    thread.below = below;
    thread.outer = outer;
    instance.scope = { isEntered: true, isSynchronous: outer.isSynchronous, thread };
    return thread.fiber;
  }

  /** Goes on in `thread` in the place of `from`, which has blocked. */
  replace(from: Thread, thread: Thread): Fiber {
    this.run(thread, false);
    const { instance, outer } = from;
    thread.resumer = from.resumer;
    thread.below = from.below;
    thread.outer = outer;
    instance.scope = { ...instance.scope, thread };
    return thread.fiber;
  }

  /** It does not wait any more. */
  run(thread: Thread, isCancelled: boolean): void {
    this.#endWait(thread);
    thread.isRunning = true;
    thread.isCancelled = isCancelled;
  }

  #endWait(thread: Thread): void {
    const { wait } = thread;
    if (wait === undefined) return;
    thread.wait = undefined;
    this.#waits--;
    wait.remove();
    passOn(wait);
  }

  /** A thread that has blocked or ended gives up its instance; where to go on. */
  leave(thread: Thread): Fiber {
    thread.instance.scope = thread.outer as InstanceScope;
    return thread.resumer as Fiber;
  }

  /** An error has ended a thread where it ran: its instance is broken, and its caller told. */
  leaveFailed(thread: Thread, error: unknown): Failure {
    const { instance, task, below } = thread;
    task.failed(error);
    instance.poison(error);
    const fiber = this.leave(thread);
    return { fiber, isBroken: below?.isPoisoned === true };
  }

  /** Whatever waits in a poisoned instance is given up; gives the tasks that had not ended. */
  giveUp(instance: InstanceState, error: unknown): ReadonlySet<Task> {
    const tasks = new Set<Task>();
    for (const thread of [...instance.threads]) {
      tasks.add(thread.task);
      this.#endWait(thread);
      thread.remove();
      if (!thread.isRunning && !thread.task.sharesFiber(thread)) thread.fiber.drop?.(error);
    }
    this.change();
    return tasks;
  }

  /** Whether no thread waits, and nothing is to be done. */
  get isIdle(): boolean {
    return this.#waits === 0 && this.#jobs.length === 0;
  }

  /** Whether executions wait for their turn, or for something to happen. */
  get hasWaiting(): boolean {
    return this.#changed.length > 0;
  }

  addJob(owner: InstanceState, job: Job): void {
    this.#jobs.push({ owner, job });
    this.change();
  }

  nextJob(): OwnedJob | undefined {
    const job = this.#jobs[this.#nextJob];
    if (job === undefined) return undefined;
    this.#nextJob++;
    if (this.#nextJob === this.#jobs.length) {
      this.#jobs.length = 0;
      this.#nextJob = 0;
    }
    return job;
  }

  /** Executions that wait look again whether there is anything to do. */
  change(): void {
    const woken = this.#changed;
    this.#changed = [];
    for (const wake of woken) wake();
  }

  whenChanged(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed.push(resolve);
    });
  }
}
