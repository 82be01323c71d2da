// The store of the entry point `wasmeter`: whatever runs in it has every pack. It is the store that brings them, as nothing is
// executed without one: a bundle that only validates then has none.

import type { Pack } from "./pack.ts";
import { gc, simd, threads, trees } from "./packs.ts";
import { Store as CoreStore } from "./store.ts";

/** Holds instances, their memories, tables and globals, and what bounds them. */
export class Store extends CoreStore {
  /** @internal */
  override get defaultPacks(): readonly Pack[] {
    return [simd, gc, threads, trees];
  }
}
