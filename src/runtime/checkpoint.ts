// What instances were at one time, and their way back: the memories, tables and globals that they define, their segments,
// and the objects that can be reached from them. Owns the copies. What an instance imports belongs to others.

import { isInstance } from "../host.ts";
import { ArrayObject, HeapObject, StructObject } from "./gc.ts";
import type { GlobalInstance } from "./global.ts";
import type { ModuleInstance } from "./instance.ts";
import type { MemoryInstance } from "./memory.ts";
import { MemoryImage } from "./memory-image.ts";
import type { Reference } from "./reference.ts";
import type { StoreState } from "./store.ts";
import type { TableInstance } from "./table.ts";
import { ExceptionInstance } from "./tag.ts";

/** What a kept reference, or number of a struct, takes. */
const SLOT_BYTES = 8;

/** What instances of one store were. */
export class Checkpoint {
  readonly #store: StoreState;
  readonly #parts: readonly InstanceCopy[];
  readonly #objects: readonly (() => void)[];
  /** What it counts against the store's `hostHeapBytes`. */
  readonly #bytes: number;

  /**
   * @param slots how many references its user keeps besides
   * @throws LimitError when the store's `hostHeapBytes` has no room for copies of objects and tables
   */
  constructor(store: StoreState, instances: readonly ModuleInstance[], slots = 0) {
    this.#store = store;
    store.heap.recount();
    const own = instances.reduce((sum, each) => sum + slotsOf(each), slots);
    // The copies of objects take no more than the objects.
    this.#bytes = own * SLOT_BYTES + store.heap.used;
    store.reserveHostHeap(this.#bytes, "checkpoint");
    this.#parts = instances.map((each) => new InstanceCopy(each));
    this.#objects = keepObjects(this.#roots());
  }

  /** Makes the instances what they were. Nothing of their store may be running. */
  restore(): void {
    for (const part of this.#parts) part.restore();
    for (const restoreObject of this.#objects) restoreObject();
    this.#store.heap.recount();
  }

  /** Gives up the copies. */
  release(): void {
    this.#store.hostHeap.release(this.#bytes);
  }

  *#roots(): Generator<Reference> {
    for (const part of this.#parts) yield* part.roots();
  }
}

/** References that an instance holds in tables and segments. */
function slotsOf({ tables, elements, data, checked }: ModuleInstance): number {
  return tables
    .slice(checked.importCounts.table)
    .reduce((sum, each) => sum + each.elements.length, elements.length + data.length);
}

/** One instance's memories, tables, globals and segments; the objects in them are the checkpoint's. */
class InstanceCopy {
  readonly #instance: ModuleInstance;
  readonly #memories: readonly { readonly memory: MemoryInstance; readonly image: MemoryImage }[];
  readonly #tables: readonly { readonly table: TableInstance; readonly elements: readonly Reference[] }[];
  readonly #globals: readonly GlobalInstance[];
  /** The cells of all defined globals: they share one array. */
  readonly #globalBits: Int32Array;
  readonly #globalRefs: readonly Reference[];
  readonly #elements: readonly (readonly Reference[])[];
  readonly #data: readonly Uint8Array[];

  constructor(instance: ModuleInstance) {
    this.#instance = instance;
    const { memory, table, global } = instance.checked.importCounts;
    this.#memories = instance.memories
      .slice(memory)
      .map((each) => ({ memory: each, image: new MemoryImage(each) }));
    this.#tables = instance.tables
      .slice(table)
      .map((each) => ({ table: each, elements: each.elements.slice() }));
    this.#globals = instance.globals.slice(global);
    this.#globalBits = this.#globals[0]?.bits.slice() ?? new Int32Array(0);
    this.#globalRefs = this.#globals.map(({ ref }) => ref);
    this.#elements = instance.elements.slice();
    this.#data = instance.data.slice();
  }

  restore(): void {
    const { elements, data } = this.#instance;
    for (const { memory, image } of this.#memories) image.restore(memory);
    for (const { table, elements: kept } of this.#tables) table.restore(kept);
    this.#globals[0]?.bits.set(this.#globalBits);
    for (const [k, global] of this.#globals.entries()) global.ref = this.#globalRefs[k];
    for (const [k, segment] of this.#elements.entries()) elements[k] = segment;
    for (const [k, segment] of this.#data.entries()) data[k] = segment;
  }

  *roots(): Generator<Reference> {
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
    if (!(isInstance(ref, HeapObject) || isInstance(ref, ExceptionInstance)) || found.has(ref)) return;
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
