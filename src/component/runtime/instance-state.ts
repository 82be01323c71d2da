// One component instance: its lists of items, its handles, and whether it can be entered and left.
// Owns the state; what steps do to it is instantiate.ts's affair.

import type { Module } from "../../api/module.ts";
import type { Store } from "../../api/store.ts";
import { Trap } from "../../errors.ts";
import { PriorityQueue } from "../../priority-queue.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import type { GlobalInstance } from "../../runtime/global.ts";
import type { ExternInstance, ModuleInstance } from "../../runtime/instance.ts";
import type { MemoryInstance } from "../../runtime/memory.ts";
import type { HostMachine } from "../../runtime/raw-function.ts";
import type { TableInstance } from "../../runtime/table.ts";
import type { TagInstance } from "../../runtime/tag.ts";
import type { CheckedComponent } from "../model/checked-component.ts";
import type { ResourceType } from "../model/value-type.ts";
import { Condition } from "./async/condition.ts";
import { SyncTask } from "./async/task.ts";
import {
  type InstanceScope,
  type ReadyThreads,
  type Scheduler,
  schedulerOf,
  type Thread,
} from "./async/thread.ts";
import { Boundary } from "./boundary.ts";
import type { GuestOptions } from "./guest-options.ts";
import { HandleTable, ThreadTable } from "./handle-table.ts";
import type { ComponentFunc, RuntimeComponent, RuntimeInstance, RuntimeItem } from "./items.ts";
import { Era, type RuntimeResource } from "./resources.ts";

const MAX_BACKPRESSURE = 2 ** 16 - 1;

/** A core instance, be it of a module or of exports. */
export interface CoreInstance {
  export(name: string): ExternInstance | undefined;
}

export class InstanceState {
  readonly store: Store;
  readonly checked: CheckedComponent;
  /** The instance in whose component this one's stands, and that made it. */
  readonly parent: InstanceState | undefined;
  readonly handles: HandleTable;
  readonly threads: ThreadTable;
  readonly scheduler: Scheduler;
  readonly exports = new Map<string, RuntimeItem>();
  /** Canonical options that are resolved, by what they are. */
  readonly options = new Map<string, GuestOptions>();

  // Lists by sort; steps append to them.
  readonly coreFuncs: FunctionInstance[] = [];
  readonly coreTables: TableInstance[] = [];
  readonly coreMemories: MemoryInstance[] = [];
  readonly coreGlobals: GlobalInstance[] = [];
  readonly coreTags: TagInstance[] = [];
  readonly coreModules: Module[] = [];
  readonly coreInstances: CoreInstance[] = [];
  readonly funcs: ComponentFunc[] = [];
  readonly components: RuntimeComponent[] = [];
  readonly instances: RuntimeInstance[] = [];
  /** Instances of core modules, and of components, that its steps have made. */
  readonly cores: ModuleInstance[] = [];
  readonly children: InstanceState[] = [];
  /** When what the host has got from it is of. */
  era = new Era();
  readonly #resources: (RuntimeResource | undefined)[] = [];

  /** Whether its code may call out: not while it allocates for a call, or cleans up after one. */
  #mayLeave = true;
  #isEntered = false;
  /** Whether what runs is below a synchronous call: it may block only where others can go on. */
  #isSynchronous = false;
  /** What runs, once a built-in has asked for it. */
  #thread: Thread | undefined;
  /** Whether a call has ended by a trap or the like, so that its state may be anything. */
  #isPoisoned = false;
  /** Times that `backpressure.inc` was called, less those of `dec`. */
  #backpressure = 0;
  /** How often it has been given up: what the host has promised to an earlier one comes too late. */
  generation = 0;
  /** Tasks that wait for their turn. */
  heldBack = 0;
  /** The thread that keeps others of its kind from running. */
  #exclusive: Thread | undefined;
  /** That there is none. */
  readonly turn = new Condition(() => this.#exclusive === undefined);
  /** That no back-pressure keeps tasks from beginning. */
  readonly relief = new Condition(() => this.#backpressure === 0);
  /** Threads that may go on below a synchronous call. */
  readonly readyBelow: ReadyThreads = new PriorityQueue();
  /** A core instance of its tree, for calls by the host. */
  home: ModuleInstance | undefined;

  constructor(store: Store, checked: CheckedComponent, parent: InstanceState | undefined) {
    this.store = store;
    this.checked = checked;
    this.parent = parent;
    this.handles = new HandleTable(store.state);
    this.threads = new ThreadTable(store.state);
    this.scheduler = schedulerOf(store);
  }

  bindResource(type: ResourceType, resource: RuntimeResource): void {
    this.#resources[type.canonical.slot] = resource;
  }

  resource(type: ResourceType): RuntimeResource {
    return this.#resources[type.canonical.slot] as RuntimeResource;
  }

  /** For handles that pass between it and the host, or another instance, during one call. */
  boundary(isHostCall: boolean): Boundary {
    return new Boundary(this, isHostCall);
  }

  /** A synchronous call begins. @throws Trap while something runs in it, or after what has ended by an error */
  enter(): void {
    if (this.#isEntered || this.#isPoisoned) throw new Trap("cannot-enter-component");
    this.#isEntered = true;
    this.#isSynchronous = true;
  }

  /** The call has returned. */
  exit(): void {
    this.#isEntered = false;
    this.#isSynchronous = false;
    if (this.#thread === undefined) return;
    this.#thread.remove();
    this.#thread = undefined;
  }

  get mayEnter(): boolean {
    return !this.#isEntered && !this.#isPoisoned;
  }

  /** @throws Trap */
  requireMayEnter(): void {
    if (!this.mayEnter) throw new Trap("cannot-enter-component");
  }

  /** The thread that runs. */
  currentThread({ fiber }: HostMachine): Thread {
    this.#thread ??= new SyncTask(this, fiber).implicit as Thread;
    return this.#thread;
  }

  get scope(): InstanceScope {
    return { isEntered: this.#isEntered, isSynchronous: this.#isSynchronous, thread: this.#thread };
  }

  set scope({ isEntered, isSynchronous, thread }: InstanceScope) {
    this.#isEntered = isEntered;
    this.#isSynchronous = isSynchronous;
    this.#thread = thread;
  }

  /** Whether what runs can only block while others of the instance can go on. So it is in start functions too. */
  get isSynchronous(): boolean {
    return this.#isSynchronous || !this.#isEntered;
  }

  /** A call has ended by an error: no other can begin, and none goes on; nor do the instances that have called it and wait. */
  poison(error: unknown): void {
    breakOff(this, error, false);
  }

  /** The same for what its host has promised and not kept, by which the calls under way end. */
  fail(error: unknown): void {
    breakOff(this, error, true);
  }

  /** Returns the instances that wait for it. */
  break(error: unknown, isTold: boolean): readonly InstanceState[] {
    if (this.#isPoisoned) return [];
    this.#isPoisoned = true;
    return this.#giveUp(error, isTold);
  }

  /** What has been promised to it is ignored from now on, its threads go on no more, and its streams and futures end. */
  #giveUp(error: unknown, isTold: boolean): readonly InstanceState[] {
    this.generation++;
    this.handles.breakEnds(error);
    const callers: InstanceState[] = [];
    for (const task of this.scheduler.giveUp(this, error)) {
      const caller = task.givenUp(isTold ? error : undefined);
      if (caller !== undefined) callers.push(caller);
    }
    this.heldBack = 0;
    this.exclusive = undefined;
    return callers;
  }

  get isPoisoned(): boolean {
    return this.#isPoisoned;
  }

  /** @throws Trap where its code may not call out */
  requireMayLeave(): void {
    if (!this.#mayLeave) throw new Trap("cannot-leave-component");
  }

  /** Its code runs for the call itself, until {@link comeBack}. */
  stayInside(): void {
    this.#mayLeave = false;
  }

  comeBack(): void {
    this.#mayLeave = true;
  }

  get exclusive(): Thread | undefined {
    return this.#exclusive;
  }

  set exclusive(thread: Thread | undefined) {
    this.#exclusive = thread;
    if (thread === undefined) this.turn.wake();
  }

  get backpressure(): number {
    return this.#backpressure;
  }

  /** @throws Trap outside of 0 to 65,535 */
  changeBackpressure(by: 1 | -1): void {
    const next = this.#backpressure + by;
    if (next < 0 || next > MAX_BACKPRESSURE) throw new Trap("backpressure-overflow");
    this.#backpressure = next;
    if (next === 0) this.relief.wake();
  }

  /** Notes everything that calls change, but for its core instances; gives what undoes it while no call is under way. */
  checkpoint(): () => void {
    const restoreHandles = this.handles.checkpoint();
    const backpressure = this.#backpressure;
    const isPoisoned = this.#isPoisoned;
    return () => {
      this.#giveUp(new Error("the instance has been reset"), false);
      restoreHandles();
      this.#backpressure = backpressure;
      this.#isPoisoned = isPoisoned;
      this.#mayLeave = true;
      this.exit();
    };
  }

  /** Whether one is made by the other, or they are the same: they cannot call each other. */
  isRelatedTo(other: InstanceState): boolean {
    return this.#isWithin(other) || other.#isWithin(this);
  }

  #isWithin(outer: InstanceState): boolean {
    let state: InstanceState | undefined = this;
    while (state !== undefined && state !== outer) state = state.parent;
    return state === outer;
  }
}

/** Breaks an instance, and those that wait for it: a chain that guests have made, so not by recursion. */
function breakOff(instance: InstanceState, error: unknown, isTold: boolean): void {
  const broken = [instance];
  for (const each of broken) {
    // Who waits for it ends by what it has ended by.
    for (const waiting of each.break(error, isTold || each !== instance)) broken.push(waiting);
  }
}
