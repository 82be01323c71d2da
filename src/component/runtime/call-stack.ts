// Which call of a linker's host functions is under way, and who pays for it.
// Owns the nesting: a host function may call a guest that calls another one.

import { Caller } from "../../api/caller.ts";
import type { Store } from "../../api/store.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";

/** One call of a host function, while it runs; what it has promised comes later. */
export class HostCallUnderWay {
  readonly outer: HostCallUnderWay | undefined;
  readonly #store: Store;
  readonly #instance: ModuleInstance | undefined;
  #caller: Caller | undefined;

  constructor(store: Store, instance: ModuleInstance | undefined, outer: HostCallUnderWay | undefined) {
    this.#store = store;
    this.#instance = instance;
    this.outer = outer;
  }

  get caller(): Caller {
    this.#caller ??= new Caller(this.#store, this.#instance);
    return this.#caller;
  }

  /** Whether an error says that the call could not pay; what it had paid is given back then. */
  isUnpaid(error: unknown): boolean {
    return this.#caller?.takeBack(error) !== undefined;
  }
}

export class CallStack {
  #top: HostCallUnderWay | undefined;

  get caller(): Caller | undefined {
    return this.#top?.caller;
  }

  enter(store: Store, instance: ModuleInstance | undefined): HostCallUnderWay {
    this.#top = new HostCallUnderWay(store, instance, this.#top);
    return this.#top;
  }

  leave({ outer }: HostCallUnderWay): void {
    this.#top = outer;
  }
}
