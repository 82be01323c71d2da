// The handle table of one component instance. Owns indices and their reuse, and what may be done with an entry when.

import { LimitError, Trap } from "../../errors.ts";
import type { RuntimeResource } from "./resources.ts";

/** How many `borrow` handles a call has given its callee, which has to drop them before it returns. */
export interface BorrowScope {
  borrows: number;
}

export interface HandleEntry {
  readonly resource: RuntimeResource;
  /** What the resource's definer knows it by: a number of a component, an object of the host. */
  readonly rep: unknown;
  /** Of a `borrow`; `undefined` where the instance owns the resource. */
  readonly scope: BorrowScope | undefined;
  /** Calls under way that it has been lent to. */
  lends: number;
}

export class HandleTable {
  readonly #limit: number;
  /** Index 0 is no handle. */
  readonly #entries: (HandleEntry | undefined)[] = [undefined];
  /** Free indices; the one that was freed last is used next, as the specification wants it. */
  readonly #free: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.length - 1 - this.#free.length;
  }

  /** @throws LimitError */
  add(entry: HandleEntry): number {
    if (this.size >= this.#limit) {
      throw new LimitError("handles", this.size + 1, this.#limit, "handles of a component instance");
    }
    const index = this.#free.pop();
    if (index === undefined) return this.#entries.push(entry) - 1;
    this.#entries[index] = entry;
    return index;
  }

  /** @throws Trap for an index that is no handle, or one of another type */
  get(word: number, resource: RuntimeResource): HandleEntry {
    const index = word >>> 0;
    const entry = this.#entries[index];
    if (entry === undefined) throw new Trap("unknown-handle", index);
    if (entry.resource !== resource) {
      const more = ` used with the wrong type, expected ${resource.described} but found a ${
        resource.described === entry.resource.described ? "different " : ""
      }${entry.resource.described}`;
      throw new Trap("resource-type-mismatch", index, more);
    }
    return entry;
  }

  /** Takes a handle out. @throws Trap as {@link get} does, and while it is lent */
  remove(word: number, resource: RuntimeResource): HandleEntry {
    const entry = this.get(word, resource);
    if (entry.lends > 0) throw new Trap("borrows-still-lent");
    const index = word >>> 0;
    this.#entries[index] = undefined;
    this.#free.push(index);
    return entry;
  }

  /** What has a handle now. */
  *entries(): Generator<HandleEntry> {
    for (const entry of this.#entries) if (entry !== undefined) yield entry;
  }

  /** Indices that are or were in use. */
  get length(): number {
    return this.#entries.length;
  }

  /** Notes which handles there are, and the order in which indices will be used; gives what makes the table that again. */
  checkpoint(): () => void {
    const entries = this.#entries.slice();
    const free = this.#free.slice();
    return () => {
      copyInto(this.#entries, entries);
      for (const entry of this.entries()) entry.lends = 0;
      copyInto(this.#free, free);
    };
  }

  /** Puts back what was removed last. */
  restore(word: number, entry: HandleEntry): void {
    this.#free.pop();
    this.#entries[word >>> 0] = entry;
  }
}

function copyInto<T>(target: T[], source: readonly T[]): void {
  target.length = source.length;
  for (let k = 0; k < source.length; k++) target[k] = source[k] as T;
}
