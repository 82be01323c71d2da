// A global as the embedder sees it.

import { BOOLEAN, type OptionTable, readOptions, required } from "../checks/options.ts";
import { readValue, writeValue } from "../interp/run/values.ts";
import { isRef } from "../module/types.ts";
import { GlobalInstance } from "../runtime/global.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { requireStore } from "./require-store.ts";
import type { Store } from "./store.ts";
import { VAL_TYPE, type ValTypeName, valTypeName } from "./types.ts";

export interface GlobalOptions {
  readonly type: ValTypeName;
  /** Default false. */
  readonly mutable?: boolean;
}

const GLOBAL_OPTIONS = {
  type: /* @__PURE__ */ required(VAL_TYPE),
  mutable: BOOLEAN,
} satisfies OptionTable<GlobalOptions>;

/** A global variable. */
export class Global {
  readonly store: Store;
  /** @internal */
  readonly item: ExternInstance & { readonly kind: "global" };

  /** @throws LimitError above the store's limits; TypeError for options that make no sense, and a value of another type */
  constructor(store: Store, options: GlobalOptions, value: unknown);
  /** @internal */
  constructor(store: Store, global: GlobalInstance);
  constructor(store: Store, given: GlobalOptions | GlobalInstance, value?: unknown) {
    requireStore(store, "new Global(store, options, value)");
    this.store = store;
    if (given instanceof GlobalInstance) {
      this.item = { kind: "global", global: given };
    } else {
      const { type: valType, mutable = false } = readOptions("new Global", given, GLOBAL_OPTIONS);
      store.state.count({ globals: 1 });
      const type = { type: valType, mutable };
      this.item = { kind: "global", global: new GlobalInstance(type) };
      this.#write(value);
    }
    store.handles.set(this.item.global, this);
  }

  /** @internal */
  static handle(store: Store, global: GlobalInstance): Global {
    return (store.handles.get(global) as Global | undefined) ?? new Global(store, global);
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Global", {
      type: this.type,
      mutable: this.mutable,
      value: isRef(this.item.global.type.type) ? undefined : String(this.value),
    });
  }

  get type(): ValTypeName {
    return valTypeName(this.item.global.type.type);
  }

  get mutable(): boolean {
    return this.item.global.type.mutable;
  }

  get value(): unknown {
    const { global } = this.item;
    if (isRef(global.type.type)) return this.store.values.toHost(global.ref);
    return readValue(viewsOf(global), global.type.type, 0);
  }

  /** @throws TypeError for an immutable global, or a value of another type */
  set value(value: unknown) {
    if (!this.mutable) throw new TypeError("this global is immutable");
    this.#write(value);
  }

  #write(value: unknown): void {
    const { global } = this.item;
    const { type } = global.type;
    const checked = this.store.values.toGuest(value, type, "global's value");
    if (isRef(type)) {
      global.ref = checked;
      return;
    }
    const views = viewsOf(global);
    writeValue(views, type, 0, checked);
    global.bits.set(views.R, global.at);
  }
}

/** A copy of the cell, seen as registers. */
function viewsOf(global: GlobalInstance): { R: Int32Array; F: Float32Array; D: Float64Array; X: unknown[] } {
  const R = Int32Array.from(global.bits.subarray(global.at, global.at + 4));
  return { R, F: new Float32Array(R.buffer), D: new Float64Array(R.buffer), X: [] };
}
