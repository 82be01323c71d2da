// A small fair scheduler: many executions, of one store or of many, share one thread.
// Owns the order of turns. Uses executions as any embedder could; shares and rates are tenant.ts's.

import {
  amount,
  FUEL,
  integer,
  type OptionTable,
  POSITIVE_MILLISECONDS,
  type Read,
  readOptions,
  STRING,
  shape,
  wrongArgument,
} from "../checks/options.ts";
import { LONGEST_TIMER_MS, settledOrStopped } from "./drive.ts";
import { Execution } from "./execution.ts";
import { FairOrder, type Share } from "./fair-order.ts";
import { INTERRUPT_OPTIONS, type InterruptOptions, now } from "./interrupt.ts";
import { TENANT_OPTIONS, Tenant, type TenantOptions } from "./tenant.ts";
import { nextTurn } from "./turn.ts";

export interface SchedulerOptions {
  /** Fuel that an execution gets per turn, times its weight. Default 100,000: about a millisecond with a JIT. */
  readonly quantum?: bigint | number | undefined;
  /** Milliseconds after which the event loop turns, between two turns of executions. Default 10. */
  readonly quantumMs?: number | undefined;
  /**
   * Fuel that a turn counts at least, times its weight: where each costs the host more than what it uses. Who comes for little passes
   * those that go on for long the less, the more it is. Default a hundredth of the quantum.
   */
  readonly leastTurn?: bigint | number | undefined;
}

/** Options of one execution. `timeoutMs` counts from `run` on, waiting for its turn and for the host too. */
export interface TaskOptions extends InterruptOptions {
  /** Share of the fuel in proportion to others': an integer of at least 1. Default 1. A tenant has its own. */
  readonly weight?: number | undefined;
  /** Cap on what the execution may consume in all, inside its store's budget. Default: none. */
  readonly fuel?: bigint | number | undefined;
  /** For whom it runs: all executions of a tenant have one share and one rate together. Default: for nobody else. */
  readonly tenant?: Tenant | undefined;
}

const SCHEDULER_OPTIONS = {
  // With none at all nobody would get anywhere.
  quantum: /* @__PURE__ */ amount(1n),
  quantumMs: POSITIVE_MILLISECONDS,
  leastTurn: FUEL,
} satisfies OptionTable<SchedulerOptions>;

const TASK_OPTIONS = {
  ...INTERRUPT_OPTIONS,
  weight: /* @__PURE__ */ integer(1),
  fuel: FUEL,
  tenant: /* @__PURE__ */ shape<Tenant>("what scheduler.tenant() gives", (value) => value instanceof Tenant),
} satisfies OptionTable<TaskOptions>;

const QUANTUM = 100_000n;
const QUANTUM_MS = 10;
/** Turns of executions before the event loop's. */
const MOST_TURNS = 10_000;
/** Executions of one tenant in one of its turns, however little each of them uses. */
const MOST_TASKS = 100;
/** Of a quantum, what a turn counts at least: it takes the host time, however little fuel is used in it. */
const LEAST_PART = 1 / 100;

interface Task {
  readonly execution: Execution;
  readonly flow: Flow;
  readonly options: Read<typeof TASK_OPTIONS>;
  readonly since: number;
  readonly deadline: number | undefined;
  hasBegun: boolean;
  /** It has its outcome: what is left of it in a queue is passed over. */
  isOver: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Ends what may end it while it stands in a queue. */
  unwatch: () => void;
}

/** Who takes turns: a tenant with all its executions, or one execution. */
interface Flow extends Share {
  readonly quantum: bigint;
  readonly tenant: Tenant | undefined;
  /** Executions that could run; the first one does. */
  ready: Task[];
  /** Where the first one stands in `ready`: what is before it has run. */
  next: number;
  /** Fuel that it may use in its turn: the quantum, and what it was left with for lack of more. */
  credit: bigint;
  /** Whether it has its place in the order, or waits for its rate. */
  isPlaced: boolean;
  /** It had its turn, and has more to do. */
  isContinued: boolean;
}

/**
 * Runs executions in turn: each may use one quantum of fuel, then comes who has had the least. What an instruction too dear
 * for one quantum leaves is added to the next turn, so that everyone gets ahead and nobody gets more than its share. What
 * calls of the guest by its host functions take past the quantum, as they cannot pause, it goes without later. Who waits for
 * the host is out of the order, and comes back without savings. Who comes for little is not kept waiting by those that go on
 * for long: it takes its turn before they have theirs again.
 *
 *     const scheduler = new Scheduler({ quantum: 50_000 });
 *     const results = await Promise.all(guests.map((guest) => scheduler.run(guest.start("main"))));
 *
 * Executions of one tenant share its turns, in the order of their arrival, so that nobody gets more by starting more; a
 * tenant may have a weight and a rate of fuel.
 *
 * Nothing runs before the caller's own code lets the event loop turn. To end one: `execution.cancel()`.
 */
export class Scheduler {
  readonly #quantum: bigint;
  readonly #quantumMs: number;
  readonly #leastTurn: number;
  readonly #order = new FairOrder<Flow>();
  readonly #tenants = new Map<string, Flow>();
  #size = 0;
  #active = false;

  /** @throws TypeError, RangeError for options that make no sense, such as a quantum that is not positive */
  constructor(options?: SchedulerOptions) {
    const {
      quantum = QUANTUM,
      quantumMs = QUANTUM_MS,
      leastTurn,
    } = readOptions("new Scheduler", options, SCHEDULER_OPTIONS);
    this.#quantum = quantum;
    this.#quantumMs = quantumMs;
    this.#leastTurn = leastTurn === undefined ? LEAST_PART * Number(quantum) : Number(leastTurn);
  }

  /** Executions that have not ended: those that take turns, and those that wait for the host or for their tenant's rate. */
  get size(): number {
    return this.#size;
  }

  /**
   * The tenant of that name: made with `options` when it is first asked for, the same one later on.
   * @throws TypeError, RangeError for options that make no sense; TypeError for options given to one that is there already
   */
  tenant(name: string, options?: TenantOptions): Tenant {
    STRING.read(name, "scheduler.tenant: name");
    const known = this.#tenants.get(name)?.tenant;
    if (known !== undefined) {
      if (options === undefined) return known;
      throw new TypeError(
        `scheduler.tenant: there is a tenant ${JSON.stringify(name)} already; its options stay as they are`,
      );
    }
    const { weight = 1, fuelPerSecond, burst } = readOptions("scheduler.tenant", options, TENANT_OPTIONS);
    const tenant = new Tenant(name, weight, fuelPerSecond, burst);
    this.#tenants.set(name, this.#makeFlow(weight, tenant));
    return tenant;
  }

  /** All tenants, in the order in which they were made. */
  get tenants(): readonly Tenant[] {
    return [...this.#tenants.values()].flatMap(({ tenant }) => tenant ?? []);
  }

  /** Forgets a tenant and its measurements; false if it is unknown, or has executions that have not ended. */
  removeTenant(name: string): boolean {
    const active = this.#tenants.get(name)?.tenant?.metrics.active ?? 1;
    return active === 0 && this.#tenants.delete(name);
  }

  /**
   * Lets an execution take turns; gives its result. Where fuel ran out, or an interrupt handle, its time or a signal
   * stopped it, the execution stands where it was: it can be run again, or cancelled.
   * @throws by rejecting: what ended the guest; OutOfFuelError with scope `store` or, for the options' cap, `call`;
   * InterruptedError
   * @throws TypeError, RangeError at once for options that make no sense
   */
  run(execution: Execution, options?: TaskOptions): Promise<unknown> {
    if (!(execution instanceof Execution)) {
      const expected = "an Execution, as instance.start() gives it";
      throw wrongArgument("scheduler.run(execution, options)", "execution", expected, execution);
    }
    const read = readOptions("scheduler.run", options, TASK_OPTIONS);
    const { weight = 1, tenant, timeoutMs } = read;
    if (tenant !== undefined && read.weight !== undefined) {
      throw new TypeError("scheduler.run: a tenant has a weight of its own; option weight is for others");
    }
    const flow = tenant === undefined ? this.#makeFlow(weight, undefined) : this.#tenants.get(tenant.name);
    if (flow === undefined || flow.tenant !== tenant) {
      throw new TypeError("scheduler.run: option tenant: it is none of this scheduler's, or was removed");
    }
    const since = now();
    return new Promise((resolve, reject) => {
      const task: Task = {
        ...{ execution, flow, options: read, since, resolve, reject },
        deadline: timeoutMs === undefined ? undefined : since + timeoutMs,
        ...{ hasBegun: false, isOver: false, unwatch: () => undefined },
      };
      this.#size++;
      tenant?.joined();
      // Others come round to look at the time in each turn.
      if (tenant?.hasRate) this.#watch(task);
      this.#join(task);
    });
  }

  #makeFlow(weight: number, tenant: Tenant | undefined): Flow {
    const quantum = this.#quantum * BigInt(weight);
    return {
      ...{ quantum, weight, tenant, ready: [], next: 0, credit: 0n },
      ...{ virtualStart: 0, arrival: 0, isPlaced: false, isContinued: false },
    };
  }

  #join(task: Task): void {
    const { flow } = task;
    flow.ready.push(task);
    if (!flow.isPlaced) this.#place(flow);
  }

  #place(flow: Flow): void {
    flow.isPlaced = true;
    flow.isContinued = false;
    this.#order.add(flow);
    if (this.#active) return;
    this.#active = true;
    void this.#work();
  }

  async #work(): Promise<void> {
    const order = this.#order;
    while (order.size > 0) {
      await nextTurn();
      const end = now() + this.#quantumMs;
      let hasLeft = false;
      // Also by number: a clock may stand still while code runs.
      for (let turns = 0; turns < MOST_TURNS; turns++) {
        // Whoever waited for one that has left may come now, and before one that goes on.
        if (hasLeft && order.peek()?.isContinued) break;
        const flow = order.take();
        if (flow === undefined) break;
        hasLeft = this.#turn(flow) || hasLeft;
        if (now() >= end) break;
      }
    }
    this.#active = false;
  }

  /** Gives a turn; true if an execution is out of the order after it. */
  #turn(flow: Flow): boolean {
    flow.credit += flow.quantum;
    const before = flow.credit;
    let hasLeft = false;
    // Those who have ended leave what is left of the turn to the next one of their tenant.
    for (let tasks = 0; flow.credit > 0n && flow.next < flow.ready.length && tasks < MOST_TASKS; tasks++) {
      if (flow.tenant?.isOverdrawn) break;
      const task = flow.ready[flow.next++] as Task;
      if (task.isOver) continue;
      if (this.#slice(task) === "paused") break;
      hasLeft = true;
    }
    flow.ready.splice(0, flow.next);
    flow.next = 0;
    this.#order.charge(flow, Math.max(Number(before - flow.credit), this.#leastTurn * flow.weight));
    // What it has used too much, it waits for by its place in the order; who does not run saves nothing.
    if (flow.credit < 0n || flow.ready.length === 0) flow.credit = 0n;
    if (flow.ready.length > 0 && !flow.tenant?.isOverdrawn) {
      flow.isContinued = true;
      this.#order.again(flow);
      return hasLeft;
    }
    flow.isPlaced = false;
    this.#order.leave(flow);
    if (flow.ready.length > 0) this.#throttle(flow);
    return hasLeft;
  }

  /** Runs one execution for what its flow may use. `paused` if the turn is over. */
  #slice(task: Task): "paused" | "left" {
    const { execution, flow, options, deadline } = task;
    if (!task.hasBegun) {
      task.hasBegun = true;
      flow.tenant?.began(now() - task.since);
    }
    const { fuel: limit, signal } = options;
    const before = execution.fuelConsumed;
    const state = execution.resume({
      fuel: limit === undefined ? undefined : limit - before,
      quantum: flow.credit,
      timeoutMs: deadline === undefined ? undefined : Math.max(0, deadline - now()),
      signal,
    });
    const used = execution.fuelConsumed - before;
    flow.credit -= used;
    flow.tenant?.used(used);
    switch (state) {
      case "done":
        this.#end(task, undefined);
        return "left";
      case "awaiting-host":
        void settledOrStopped(execution, deadline, signal).then(() => this.#back(task));
        return "left";
      case "out-of-fuel":
        if (execution.outOfFuelScope === "quantum") {
          flow.ready.push(task);
          return "paused";
        }
        this.#end(task, execution.inner.stopError(execution.outOfFuelScope ?? "call", true));
        return "left";
      case "trapped":
        this.#end(task, execution.trap, true);
        return "left";
      default:
        this.#end(task, execution.inner.stopError(execution.interruptedBy ?? "handle", true));
        return "left";
    }
  }

  /** What an execution waited for is there, or its time is over. */
  #back(task: Task): void {
    if (task.isOver) return;
    const reason = this.#stopped(task);
    if (reason === undefined || task.execution.state !== "awaiting-host") this.#join(task);
    else this.#end(task, task.execution.inner.stopError(reason, true));
  }

  #stopped({ options, deadline }: Task): "signal" | "timeout" | undefined {
    if (options.signal?.aborted) return "signal";
    return deadline !== undefined && now() >= deadline ? "timeout" : undefined;
  }

  #end(task: Task, error: unknown, isThrown = error !== undefined): void {
    if (task.isOver) return;
    task.isOver = true;
    task.unwatch();
    this.#size--;
    task.flow.tenant?.ended(now() - task.since, isThrown);
    if (isThrown) task.reject(error);
    else task.resolve(task.execution.result);
  }

  /** Puts a tenant aside until its rate allows it half a quantum again. It keeps its credit, as an instruction may need it all. */
  #throttle(flow: Flow): void {
    const wait = flow.tenant?.waitFor(flow.quantum / 2n + 1n) ?? 0;
    const back = (): void => {
      // Another one of its executions may have come meanwhile.
      flow.isPlaced = false;
      this.#place(flow);
    };
    flow.isPlaced = true;
    if (typeof setTimeout === "function") setTimeout(back, Math.min(Math.ceil(wait), LONGEST_TIMER_MS));
    else void nextTurn().then(back);
  }

  /** Sees to it that time and signal end an execution also while its tenant waits for its rate. */
  #watch(task: Task): void {
    const { deadline, options, execution } = task;
    const { signal } = options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      const reason = this.#stopped(task);
      // What runs or waits for the host is looked after there.
      if (reason !== undefined && execution.state !== "awaiting-host") {
        this.#end(task, execution.inner.stopError(reason, true));
      } else if (deadline !== undefined && typeof setTimeout === "function") {
        timer = setTimeout(look, Math.min(Math.max(1, Math.ceil(deadline - now())), LONGEST_TIMER_MS));
      }
    };
    signal?.addEventListener("abort", look);
    task.unwatch = () => {
      if (timer !== undefined) clearTimeout(timer);
      signal?.removeEventListener("abort", look);
    };
    // Last: it may be over at once.
    if (deadline !== undefined) look();
  }
}
