// What an instance of a component was at one time, and its way back, with every core and component instance that it has made.
// Owns which of them belong to it, and what cannot be undone. What it imports belongs to others.

import { Checkpoint } from "../../runtime/checkpoint.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import type { InstanceState } from "./instance-state.ts";
import { Era, GuestResource } from "./resources.ts";

export class ComponentCheckpoint {
  readonly #states: readonly InstanceState[];
  readonly #core: Checkpoint;
  readonly #restores: readonly (() => void)[];

  /**
   * @throws Error while the guest has handles of what it did not make: what they stand for does not go back
   * @throws LimitError when the store's `hostHeapBytes` has no room for the copies
   */
  constructor(root: InstanceState) {
    this.#states = treeOf(root);
    requireOwnHandles(this.#states);
    const cores: ModuleInstance[] = [];
    let handles = 0;
    for (const state of this.#states) {
      for (const core of state.cores) cores.push(core);
      handles += state.handles.length;
    }
    this.#core = new Checkpoint(root.store.state, cores, handles);
    this.#restores = this.#states.map((state) => state.checkpoint());
    this.#beginEra();
  }

  /** Nothing of the store may be running. */
  restore(): void {
    this.#core.restore();
    for (const restoreState of this.#restores) restoreState();
    for (const { era } of this.#states) era.isUndone = true;
    this.#beginEra();
  }

  release(): void {
    this.#core.release();
  }

  #beginEra(): void {
    const era = new Era();
    for (const state of this.#states) state.era = era;
  }
}

/** An instance and all that it has made, itself or by others. */
function treeOf(root: InstanceState): readonly InstanceState[] {
  const states = [root];
  for (const state of states) for (const child of state.children) states.push(child);
  return states;
}

function requireOwnHandles(states: readonly InstanceState[]): void {
  const own = new Set(states);
  for (const { handles, threads } of states) {
    if (threads.size > 0) throw new Error("this instance cannot be reset: tasks of it have not ended");
    for (const { resource, described } of handles.entries()) {
      if (resource === undefined)
        throw new Error(`this instance cannot be reset: it has a handle of a ${described}`);
      if (resource instanceof GuestResource && own.has(resource.instance)) continue;
      const whose = resource instanceof GuestResource ? "another component" : "its host";
      throw new Error(`this instance cannot be reset: it has a handle to a resource of ${whose}`);
    }
  }
}
