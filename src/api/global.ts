// A global as the embedder sees it.

import { BOOLEAN, type OptionTable, readOptions, required } from "../checks/options.ts";
import { readValue, writeValue } from "../interp/run/values.ts";
import { type GlobalType, isRef } from "../module/types.ts";
import { GlobalInstance } from "../runtime/global.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import type { ExternType } from "../validator/checked-module.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { requireStore } from "./require-store.ts";
import type { Store } from "./store.ts";
import { VAL_TYPE_OR_IMPORTED, type ValTypeName, valTypeName } from "./types.ts";

export interface GlobalOptions {
  /**
   * With `"as-imported"` the type that the first module declares which imports the global: the way to globals of types that have no
   * names here.
   */
  readonly type: ValTypeName | "as-imported";
  /** Default false. */
  readonly mutable?: boolean;
}

const GLOBAL_OPTIONS = {
  type: /* @__PURE__ */ required(VAL_TYPE_OR_IMPORTED),
  mutable: BOOLEAN,
} satisfies OptionTable<GlobalOptions>;

type GlobalItem = ExternInstance & { readonly kind: "global" };

/** A global variable. */
export class Global {
  readonly store: Store;
  #item: GlobalItem | undefined;
  /** What is not yet of a type. */
  #waiting: { value: unknown; readonly mutable: boolean } | undefined;

  /** @throws LimitError above the store's limits; TypeError for options that make no sense, and a value of another type */
  constructor(store: Store, options: GlobalOptions, value: unknown);
  /** @internal */
  constructor(store: Store, global: GlobalInstance);
  constructor(store: Store, given: GlobalOptions | GlobalInstance, value?: unknown) {
    requireStore(store, "new Global(store, options, value)");
    this.store = store;
    if (given instanceof GlobalInstance) {
      this.#become(given);
      return;
    }
    const { type, mutable = false } = readOptions("new Global", given, GLOBAL_OPTIONS);
    store.state.count({ globals: 1 });
    if (type === "as-imported") this.#waiting = { value, mutable };
    else this.#make({ type, mutable }, value, "global's value");
  }

  /** @internal */
  static handle(store: Store, global: GlobalInstance): Global {
    return (store.handles.get(global) as Global | undefined) ?? new Global(store, global);
  }

  /** @internal */
  itemFor(wanted: ExternType, what: string): GlobalItem {
    if (this.#waiting !== undefined) {
      if (wanted.kind !== "global")
        throw new TypeError(`${what}: a global of no type yet is no ${wanted.kind}`);
      const { value, mutable } = this.#waiting;
      this.#make({ type: wanted.type.type, mutable }, value, `${what}: global's value`);
      this.#waiting = undefined;
    }
    return this.item;
  }

  /** @internal @throws TypeError where it has no type yet */
  get item(): GlobalItem {
    if (this.#item === undefined) throw new TypeError("the global has no type before a module imports it");
    return this.#item;
  }

  /** @internal */
  [inspectSymbol](): string {
    const type = this.#item?.global.type.type;
    return inspection("Global", {
      type: type === undefined ? "as-imported" : valTypeName(type),
      mutable: this.mutable,
      value: type === undefined || isRef(type) ? undefined : String(this.value),
    });
  }

  /** @throws TypeError for one that is `"as-imported"` and no module has imported yet */
  get type(): ValTypeName {
    return valTypeName(this.item.global.type.type);
  }

  get mutable(): boolean {
    return this.#waiting?.mutable ?? this.item.global.type.mutable;
  }

  get value(): unknown {
    if (this.#waiting !== undefined) return this.#waiting.value;
    const { global } = this.item;
    if (isRef(global.type.type)) return this.store.values.toHost(global.ref);
    return readValue(viewsOf(global), global.type.type, 0);
  }

  /** @throws TypeError for an immutable global, or a value of another type */
  set value(value: unknown) {
    if (!this.mutable) throw new TypeError("this global is immutable");
    if (this.#waiting !== undefined) this.#waiting.value = value;
    else write(this.store, this.item.global, value, "global's value");
  }

  #make(type: GlobalType, value: unknown, what: string): void {
    const global = new GlobalInstance(type);
    write(this.store, global, value, what);
    this.#become(global);
  }

  #become(global: GlobalInstance): void {
    this.#item = { kind: "global", global };
    this.store.handles.set(global, this);
  }
}

function write(store: Store, global: GlobalInstance, value: unknown, what: string): void {
  const { type } = global.type;
  const checked = store.values.toGuest(value, type, what);
  if (isRef(type)) {
    global.ref = checked;
    return;
  }
  const views = viewsOf(global);
  writeValue(views, type, 0, checked);
  global.bits.set(views.R, global.at);
}

/** A copy of the cell, seen as registers. */
function viewsOf(global: GlobalInstance): { R: Int32Array; F: Float32Array; D: Float64Array; X: unknown[] } {
  const R = Int32Array.from(global.bits.subarray(global.at, global.at + 4));
  return { R, F: new Float32Array(R.buffer), D: new Float64Array(R.buffer), X: [] };
}
