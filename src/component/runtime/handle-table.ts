// The handle table of one component instance: resources, and what async functions wait for. And its table of threads.
// Owns indices and their reuse, and what may be done with an entry when.

import { LimitError, Trap } from "../../errors.ts";
import { GUEST_HANDLE_BYTES, HANDLE_BYTES, THREAD_BYTES } from "../../runtime/host-heap.ts";
import type { StoreState } from "../../runtime/store.ts";
import type { StreamType } from "../model/value-type.ts";
import { CopyEnd, type EndKind } from "./async/copy-end.ts";
import type { Thread } from "./async/thread.ts";
import { Subtask, Waitable, WaitableSet } from "./async/waitables.ts";
import type { RuntimeResource } from "./resources.ts";

/** How many `borrow` handles a call has given its callee, which has to drop them before it returns. */
export interface BorrowScope {
  borrows: number;
}

/** What a handle may name. */
export interface TableEntry {
  /** Of a resource; `undefined` for all else. */
  readonly resource: RuntimeResource | undefined;
  /** As in messages of traps; of resources, their type says it. */
  readonly described?: string;
}

export interface HandleEntry extends TableEntry {
  readonly resource: RuntimeResource;
  /** What the resource's definer knows it by: a number of a component, an object of the host. */
  readonly rep: unknown;
  /** Of a `borrow`; `undefined` where the instance owns the resource. */
  readonly scope: BorrowScope | undefined;
  /** Calls under way that it has been lent to. */
  lends: number;
}

function describe({ resource, described }: TableEntry): string {
  return resource?.described ?? described ?? "handle";
}

/** Entries by index. */
export class IndexTable<Entry extends object> {
  readonly #store: StoreState;
  readonly #what: string;
  readonly #sizeOf: (entry: Entry) => number;
  /** Index 0 is no handle. */
  readonly #entries: (Entry | undefined)[] = [undefined];
  /** Free indices; the one that was freed last is used next, as the specification wants it. */
  readonly #free: number[] = [];

  /** @param sizeOf what an entry takes on the host's heap */
  constructor(store: StoreState, what: string, sizeOf: (entry: Entry) => number) {
    this.#store = store;
    this.#what = what;
    this.#sizeOf = sizeOf;
  }

  get size(): number {
    return this.#entries.length - 1 - this.#free.length;
  }

  *[Symbol.iterator](): Iterator<Entry> {
    for (const entry of this.#entries) if (entry !== undefined) yield entry;
  }

  /** @throws LimitError */
  add(entry: Entry): number {
    const { handles } = this.#store.limits;
    if (this.size >= handles) throw new LimitError("handles", this.size + 1, handles, this.#what);
    this.#store.reserveHostHeap(this.#sizeOf(entry), this.#what);
    const index = this.#free.pop();
    if (index === undefined) return this.#entries.push(entry) - 1;
    this.#entries[index] = entry;
    return index;
  }

  /** The entry at an index that a guest has given; `undefined` if there is none. */
  find(word: number): Entry | undefined {
    return this.#entries[word >>> 0];
  }

  remove(word: number): void {
    const index = word >>> 0;
    this.#store.hostHeap.release(this.#sizeOf(this.#entries[index] as Entry));
    this.#entries[index] = undefined;
    this.#free.push(index);
  }

  /** Indices that are or were in use. */
  get length(): number {
    return this.#entries.length;
  }

  /** Notes which entries there are, and the order in which indices will be used; gives what makes the table that again. */
  checkpoint(): () => void {
    const entries = this.#entries.slice();
    const free = this.#free.slice();
    return () => {
      const { hostHeap } = this.#store;
      for (const entry of this) hostHeap.release(this.#sizeOf(entry));
      copyInto(this.#entries, entries);
      copyInto(this.#free, free);
      for (const entry of this) hostHeap.reserve(this.#sizeOf(entry));
    };
  }

  /** Puts back what was removed last. */
  restore(word: number, entry: Entry): void {
    this.#store.hostHeap.reserve(this.#sizeOf(entry));
    this.#free.pop();
    this.#entries[word >>> 0] = entry;
  }
}

export class HandleTable {
  readonly #table: IndexTable<TableEntry>;

  constructor(store: StoreState) {
    this.#table = new IndexTable(store, "handles of a component instance", sizeOfHandle);
  }

  get size(): number {
    return this.#table.size;
  }

  /** @throws LimitError */
  add(entry: HandleEntry | WaitableSet): number {
    return this.#table.add(entry);
  }

  /** Adds what has events, which knows its index. @throws LimitError */
  addWaitable(waitable: Waitable): number {
    waitable.index = this.#table.add(waitable);
    return waitable.index;
  }

  /** @throws Trap for an index that is no handle, or one of another type */
  get(word: number, resource: RuntimeResource): HandleEntry {
    const entry = this.#entry(word);
    if (entry.resource !== resource) throw mismatch(word, resource.described, entry);
    return entry as HandleEntry;
  }

  /** Takes a handle out. @throws Trap as {@link get} does, and while it is lent */
  remove(word: number, resource: RuntimeResource): HandleEntry {
    const entry = this.get(word, resource);
    if (entry.lends > 0) throw new Trap("borrows-still-lent");
    this.#table.remove(word);
    return entry;
  }

  /** What has a handle now. */
  entries(): Iterable<TableEntry> {
    return this.#table;
  }

  /** Indices that are or were in use. */
  get length(): number {
    return this.#table.length;
  }

  /** Notes which handles there are, of resources only; gives what makes the table that again. */
  checkpoint(): () => void {
    const restore = this.#table.checkpoint();
    return () => {
      restore();
      for (const entry of this.#table) if (entry.resource !== undefined) (entry as HandleEntry).lends = 0;
    };
  }

  /** Puts back what was removed last. */
  restore(word: number, entry: TableEntry): void {
    this.#table.restore(word, entry);
  }

  /** @throws Trap */
  waitable(word: number): Waitable {
    const entry = this.#entry(word);
    if (!(entry instanceof Waitable)) throw mismatch(word, "waitable", entry);
    return entry;
  }

  /** @throws Trap */
  waitableSet(word: number): WaitableSet {
    const entry = this.#entry(word);
    if (!(entry instanceof WaitableSet)) throw mismatch(word, "waitable set", entry);
    return entry;
  }

  /** @throws Trap */
  subtask(word: number): Subtask {
    const entry = this.#entry(word);
    if (!(entry instanceof Subtask)) throw mismatch(word, "subtask", entry);
    return entry;
  }

  /** An end of a stream or future. @throws Trap also for one of another type */
  end(word: number, kind: EndKind, type: StreamType): CopyEnd {
    const entry = this.#entry(word);
    if (!(entry instanceof CopyEnd) || entry.kind !== kind || entry.type.canonical !== type.canonical) {
      throw mismatch(word, kind, entry);
    }
    return entry;
  }

  /** Takes out what one of these methods has found. */
  take(word: number): void {
    this.#table.remove(word);
  }

  /** The instance is poisoned: who is at the other ends of its streams and futures is told. */
  breakEnds(error: unknown): void {
    for (const entry of this.#table) if (entry instanceof CopyEnd) entry.shared.drop(error);
  }

  #entry(word: number): TableEntry {
    const entry = this.#table.find(word);
    if (entry === undefined) throw new Trap("unknown-handle", word >>> 0);
    return entry;
  }
}

/** A component knows its own resources by a number; all else is an object. */
function sizeOfHandle(entry: TableEntry): number {
  return typeof (entry as Partial<HandleEntry>).rep === "number" ? GUEST_HANDLE_BYTES : HANDLE_BYTES;
}

function mismatch(word: number, expected: string, entry: TableEntry): Trap {
  const found = describe(entry);
  const more = ` used with the wrong type, expected ${expected} but found a ${
    expected === found ? "different " : ""
  }${found}`;
  return new Trap("resource-type-mismatch", word >>> 0, more);
}

/** Threads of a component instance, by the index that it knows them by. */
export class ThreadTable extends IndexTable<Thread> {
  constructor(store: StoreState) {
    super(store, "threads of a component instance", () => THREAD_BYTES);
  }

  /** @throws Trap for an index of none */
  get(word: number): Thread {
    const thread = this.find(word);
    if (thread === undefined) throw new Trap("unknown-thread", word >>> 0);
    return thread;
  }
}

function copyInto<T>(target: T[], source: readonly T[]): void {
  target.length = source.length;
  for (let k = 0; k < source.length; k++) target[k] = source[k] as T;
}
