// What an instance was at one time, and its way back: the memories, tables and globals that it defines, its segments,
// and the objects that can be reached from them. Owns the copies. What an instance imports belongs to others.

import { ArrayObject, HeapObject, StructObject } from "./gc.ts";
import type { GlobalInstance } from "./global.ts";
import type { ModuleInstance } from "./instance.ts";
import type { MemoryInstance } from "./memory.ts";
import { MemoryImage } from "./memory-image.ts";
import type { Reference } from "./reference.ts";
import type { TableInstance } from "./table.ts";
import { ExceptionInstance } from "./tag.ts";

/** What a kept reference, or number of a struct, takes. */
const SLOT_BYTES = 8;

export class Checkpoint {
  readonly #instance: ModuleInstance;
  readonly #memories: readonly { readonly memory: MemoryInstance; readonly image: MemoryImage }[];
  readonly #tables: readonly { readonly table: TableInstance; readonly elements: readonly Reference[] }[];
  readonly #globals: readonly GlobalInstance[];
  /** The cells of all defined globals: they share one array. */
  readonly #globalBits: Int32Array;
  readonly #globalRefs: readonly Reference[];
  readonly #elements: readonly (readonly Reference[])[];
  readonly #data: readonly Uint8Array[];
  readonly #objects: readonly (() => void)[];
  /** What it counts against the store's `hostHeapBytes`. */
  readonly #bytes: number;

  /** @throws LimitError when the store's `hostHeapBytes` has no room for copies of objects and tables */
  constructor(instance: ModuleInstance) {
    this.#instance = instance;
    const { store, elements, data } = instance;
    store.heap.recount();
    const { memory, table, global } = instance.checked.importCounts;
    const tables = instance.tables.slice(table);
    const slots = tables.reduce((sum, each) => sum + each.elements.length, elements.length + data.length);
    // The copies of objects take no more than the objects.
    this.#bytes = slots * SLOT_BYTES + store.heap.used;
    store.reserveHostHeap(this.#bytes, "checkpoint");
    this.#memories = instance.memories
      .slice(memory)
      .map((each) => ({ memory: each, image: new MemoryImage(each) }));
    this.#tables = tables.map((each) => ({ table: each, elements: each.elements.slice() }));
    this.#globals = instance.globals.slice(global);
    this.#globalBits = this.#globals[0]?.bits.slice() ?? new Int32Array(0);
    this.#globalRefs = this.#globals.map(({ ref }) => ref);
    this.#elements = elements.slice();
    this.#data = data.slice();
    this.#objects = keepObjects(this.#roots());
  }

  /** Makes the instance what it was. Nothing of its store may be running. */
  restore(): void {
    const { elements, data, store } = this.#instance;
    for (const { memory, image } of this.#memories) image.restore(memory);
    for (const { table, elements: kept } of this.#tables) table.restore(kept);
    this.#globals[0]?.bits.set(this.#globalBits);
    for (const [k, global] of this.#globals.entries()) global.ref = this.#globalRefs[k];
    for (const [k, segment] of this.#elements.entries()) elements[k] = segment;
    for (const [k, segment] of this.#data.entries()) data[k] = segment;
    for (const restoreObject of this.#objects) restoreObject();
    store.heap.recount();
  }

  /** Gives up the copies. */
  release(): void {
    this.#instance.store.hostHeap.release(this.#bytes);
  }

  *#roots(): Generator<Reference> {
    yield* this.#globalRefs;
    for (const { elements } of this.#tables) yield* elements;
    for (const segment of this.#elements) yield* segment;
  }
}

/** Copies the contents of all objects that can be reached; gives what puts them back. With a stack of its own. */
function keepObjects(roots: Iterable<Reference>): (() => void)[] {
  const found = new Set<Reference>();
  const pending: Reference[] = [];
  const reach = (ref: Reference): void => {
    if (!(ref instanceof HeapObject || ref instanceof ExceptionInstance) || found.has(ref)) return;
    found.add(ref);
    pending.push(ref);
  };
  const restores: (() => void)[] = [];
  for (const root of roots) {
    reach(root);
    for (let object = pending.pop(); object !== undefined; object = pending.pop()) {
      if (object instanceof StructObject) {
        restores.push(keepEntries(object.fields));
        for (const entry of object.type.layout.refEntries) reach(object.fields[entry]);
      } else if (object instanceof ArrayObject) {
        const { elements } = object;
        if (Array.isArray(elements)) {
          restores.push(keepEntries(elements));
          for (const ref of elements) reach(ref);
        } else {
          const kept = elements.slice();
          restores.push(() => elements.set(kept));
        }
      } else if (object instanceof ExceptionInstance) {
        // Its payload never changes, but for what it leads to.
        for (const ref of object.refs) reach(ref);
      }
    }
  }
  return restores;
}

function keepEntries(entries: unknown[]): () => void {
  const kept = entries.slice();
  return () => {
    for (let k = 0; k < kept.length; k++) entries[k] = kept[k];
  };
}
