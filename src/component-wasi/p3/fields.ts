// The resource `fields` of wasi:http 0.3: 0.2's, with an error where there is too much.

import { ComponentError } from "../../component/api/component-error.ts";
import { noFailure } from "../error-codes.ts";
import { AnyFields, entriesOf, listOfEntries } from "../http/fields.ts";
import { resource } from "../resource.ts";
import type { WasiState } from "../state.ts";

/** The resource `fields`. `size-exceeded`: more than 128 KiB, or than the store's `hostHeapBytes` leave. */
export class Fields3 extends AnyFields {
  static {
    resource(noFailure, Fields3, AnyFields);
  }

  copyAll(): [string, Uint8Array][] {
    return entriesOf(this);
  }

  getAndDelete(name: string): Uint8Array[] {
    const values = super.get(name);
    super.delete(name);
    return values;
  }

  /** A copy, which can be changed. */
  clone(): Fields3 {
    return new Fields3(this.state, entriesOf(this));
  }

  protected override get tooLarge(): () => Error {
    return () => new ComponentError({ tag: "size-exceeded" });
  }
}

/** `fields.from-list`. */
export function fieldsFromList3(
  state: WasiState,
  entries: readonly (readonly [string, Uint8Array])[],
): Fields3 {
  return new Fields3(state, listOfEntries(state, entries));
}
