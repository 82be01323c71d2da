// A global as the embedder sees it.

import { readValue, writeValue } from "../interp/run/values.ts";
import { isRef } from "../module/types.ts";
import { GlobalInstance } from "../runtime/global.ts";
import type { ExternInstance } from "../runtime/instance.ts";
import { toEmbedder, toGuest } from "./convert.ts";
import type { Store } from "./store.ts";
import { parseValType, type ValTypeName, valTypeName } from "./types.ts";

export interface GlobalOptions {
  readonly type: ValTypeName;
  /** Default false. */
  readonly mutable?: boolean;
}

/** A global variable. */
export class Global {
  readonly store: Store;
  /** @internal */
  readonly item: ExternInstance & { readonly kind: "global" };

  /** @throws TypeError for a value of another type */
  constructor(store: Store, options: GlobalOptions | GlobalInstance, value?: unknown) {
    this.store = store;
    if (options instanceof GlobalInstance) {
      this.item = { kind: "global", global: options };
    } else {
      store.state.count("globals", 1);
      const type = { type: parseValType(options.type), mutable: options.mutable ?? false };
      this.item = { kind: "global", global: new GlobalInstance(type) };
      this.#write(value);
    }
    store.handles.set(this.item.global, this);
  }

  /** @internal */
  static handle(store: Store, global: GlobalInstance): Global {
    return (store.handles.get(global) as Global | undefined) ?? new Global(store, global);
  }

  get type(): ValTypeName {
    return valTypeName(this.item.global.type.type);
  }

  get mutable(): boolean {
    return this.item.global.type.mutable;
  }

  get value(): unknown {
    const { global } = this.item;
    if (isRef(global.type.type)) return toEmbedder(this.store, global.ref);
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
    const checked = toGuest(this.store, value, type, "global's value");
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
