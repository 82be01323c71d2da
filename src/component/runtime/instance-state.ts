// One component instance: its lists of items, its handles, and whether it can be entered and left.
// Owns the state; what steps do to it is instantiate.ts's affair.

import type { Module } from "../../api/module.ts";
import type { Store } from "../../api/store.ts";
import { Trap } from "../../errors.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import type { GlobalInstance } from "../../runtime/global.ts";
import type { ExternInstance, ModuleInstance } from "../../runtime/instance.ts";
import type { MemoryInstance } from "../../runtime/memory.ts";
import type { TableInstance } from "../../runtime/table.ts";
import type { TagInstance } from "../../runtime/tag.ts";
import type { HandleBoundary } from "../abi/context.ts";
import type { CheckedComponent } from "../model/checked-component.ts";
import type { ResourceType, ValueType } from "../model/value-type.ts";
import { HandleTable } from "./handle-table.ts";
import type { ComponentFunc, RuntimeComponent, RuntimeInstance, RuntimeItem } from "./items.ts";
import { Era, type RuntimeResource } from "./resources.ts";

/** Lifts what a guest returns: handles by the call's boundary, strings and lists under its bounds. */
export type LiftReturned = (boundary: HandleBoundary, isHostCall: boolean) => unknown;

/** A call as the built-ins of its guest see it. */
export interface Task {
  /** @throws Trap where the call may not return, or not so */
  taskReturn(type: ValueType | undefined, lift: LiftReturned): void;
}

/** Places of `context.get` and `context.set`. */
const CONTEXT_SLOTS = 2;
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
  readonly exports = new Map<string, RuntimeItem>();

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
  #task: Task | undefined;
  /** Whether a call has ended by a trap or the like, so that its state may be anything. */
  #isPoisoned = false;
  /** What `context.set` has kept for the call: two words for each slot. */
  readonly context = new Int32Array(CONTEXT_SLOTS * 2);
  /** Times that `backpressure.inc` was called, less those of `dec`. */
  #backpressure = 0;
  /** A core instance of its tree, for calls by the host. */
  home: ModuleInstance | undefined;

  constructor(store: Store, checked: CheckedComponent, parent: InstanceState | undefined) {
    this.store = store;
    this.checked = checked;
    this.parent = parent;
    this.handles = new HandleTable(store.limits.handles);
  }

  bindResource(type: ResourceType, resource: RuntimeResource): void {
    this.#resources[type.canonical.slot] = resource;
  }

  resource(type: ResourceType): RuntimeResource {
    return this.#resources[type.canonical.slot] as RuntimeResource;
  }

  /** A call begins; `task` is told of what it returns. @throws Trap while another one is under way, or after one that has ended by an error */
  enter(task?: Task): void {
    if (this.#isEntered || this.#isPoisoned) throw new Trap("cannot-enter-component");
    this.#isEntered = true;
    this.#task = task;
    this.context.fill(0);
  }

  /** The call that is under way, if it can be told. */
  get task(): Task | undefined {
    return this.#task;
  }

  /** The call has returned. */
  exit(): void {
    this.#isEntered = false;
    this.#task = undefined;
  }

  /** The call has ended by an error: no other can begin. */
  poison(): void {
    this.#isPoisoned = true;
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

  /** @throws Trap outside of 0 to 65,535 */
  changeBackpressure(by: 1 | -1): void {
    const next = this.#backpressure + by;
    if (next < 0 || next > MAX_BACKPRESSURE) throw new Trap("backpressure-overflow");
    this.#backpressure = next;
  }

  /** Notes everything that calls change, but for its core instances; gives what undoes it while no call is under way. */
  checkpoint(): () => void {
    const restoreHandles = this.handles.checkpoint();
    const context = this.context.slice();
    const backpressure = this.#backpressure;
    const isPoisoned = this.#isPoisoned;
    return () => {
      restoreHandles();
      this.context.set(context);
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
