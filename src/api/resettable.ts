// One checkpoint of something of a store, and the way back to it, with the store's participants in step.
// Owns the order of events; what is noted is the caller's affair.

import { InstanceBusyError } from "../errors.ts";
import { backendOf } from "./backend.ts";
import type { Store } from "./store.ts";

/** What something was. */
export interface Noted {
  restore(): void;
  /** Gives up what was noted. */
  release(): void;
}

export class Resettable {
  readonly #store: Store;
  #noted: Noted | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws InstanceBusyError; whatever `note` or a participant throws, and then what was noted before holds */
  checkpoint(note: () => Noted): void {
    this.#requireIdle("checkpoint");
    const { participants, fuelConsumed } = this.#store;
    for (const participant of participants) participant.checkpoint?.(fuelConsumed);
    const noted = note();
    this.#noted?.release();
    this.#noted = noted;
  }

  /** @throws Error without a checkpoint; InstanceBusyError */
  reset(): void {
    if (this.#noted === undefined) {
      throw new Error(
        "instance.reset: there is no checkpoint; call instance.checkpoint() once it is as it should be",
      );
    }
    this.#requireIdle("reset");
    this.#noted.restore();
    const { participants, fuelConsumed } = this.#store;
    for (const participant of participants) participant.reset?.(fuelConsumed);
  }

  #requireIdle(method: string): void {
    const { engine, state } = this.#store;
    if (backendOf(engine).interpreter.isIdle(state)) return;
    throw new InstanceBusyError(
      `instance.${method}: something of the store is running, waits or has been paused`,
    );
  }
}
