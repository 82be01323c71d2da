// What takes part in a store beside the engine: WASI, or an embedder's own state of its guests.
// Owns the interface; the store keeps the list.

/**
 * State that belongs to the guests of a store and is not the engine's: descriptors, clocks, random numbers, buffers of
 * streams. It is registered with `store.register`, so that whoever keeps, copies or resets a store finds all of it.
 */
export interface StoreParticipant {
  /** Unique in a store. */
  readonly name: string;
  /** Of the form of what {@link save} gives: a participant takes up only what one of its own version has saved. */
  readonly version: number;
  /**
   * Gives everything that {@link restore} needs, as data that can be cloned structurally. Called while nothing of the
   * store runs. Throws what keeps it from being saved now. A store with a participant that has no `save` cannot be saved.
   */
  save?(): unknown;
  /** Takes up, in a new store, what a participant of its name and version has saved. */
  restore?(saved: unknown): void;
  /**
   * An instance of the store notes its state, for {@link reset}. Throws what would keep it from becoming that again; the
   * instance notes nothing then. `fuelConsumed` is the store's, which never goes back.
   */
  checkpoint?(fuelConsumed: bigint): void;
  /** An instance of the store has become again what it was at its checkpoint; now it is this one's turn. */
  reset?(fuelConsumed: bigint): void;
}
