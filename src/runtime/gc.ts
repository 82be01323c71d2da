// The GC heap (spec 4.2.14-4.2.17): structs, arrays, how their fields are stored, and what they count.
// Owns layouts, accounting and the recount. Objects are plain JavaScript objects that the host's collector frees;
// nothing here keeps them alive. Frames are the interpreter's: it names their references through RootSource.
//
// What an object counts, in bytes, on every host (measured in V8, which needs the most):
// - a struct: 96 + 8 for each field that is a number of up to 32 bits or a reference, 16 for i64 and f64, 32 for
//   v128, + 8 if it has a descriptor;
// - an array of references: 96 + 8 for each element; of numbers: 256 + the size of its elements, rounded up to 8;
// - an exception: 96 without payload, else 256 + 8 for each slot of it; one of a few numbers only on the host's heap;
// - null, i31 and what belongs to the host: nothing.

import { Trap } from "../errors.ts";
import { isInstance } from "../host.ts";
import type { DefinedType, TypeRegistry } from "../module/type-registry.ts";
import type { FieldType, ValType } from "../module/types.ts";
import { HEAP_CONCRETE, HeapType, heapOf, isConcrete, isExact, isRef, NumType } from "../module/types.ts";
import { allocate } from "./allocation.ts";
import type { Denials } from "./denials.ts";
import { FunctionInstance } from "./function.ts";
import type { GlobalInstance } from "./global.ts";
import type { ModuleInstance } from "./instance.ts";
import { MAX_REFERENCES, type Reference } from "./reference.ts";
import { type Budget, JointBudget, type ResourceMeter } from "./resource-meter.ts";
import type { TableInstance } from "./table.ts";
import { ExceptionInstance } from "./tag.ts";

const OBJECT_BYTES = 96;
const NUMERIC_ARRAY_BYTES = 256;
const SLOT_BYTES = 8;
/** A recount must free this part of the limit, so that recounts cost a constant factor of what is allocated. */
const MIN_FREED = 1 / 16;
/** Objects and elements between two polls of a recount. */
const POLL_EVERY = 2 ** 16;
/** Bytes of objects between two polls of allocations: one costs the same fuel whatever its size. */
const ALLOCATED_PER_POLL = 2 ** 22;

// -------------------------------------------------------------------- layouts

/** How a field or an element is stored. */
export const enum Storage {
  I8,
  I16,
  /** i32, and the bits of f32. */
  Word,
  /** The bits of i64 and f64: two words, low first. */
  Pair,
  /** v128: four words. */
  Vector,
  Ref,
}

/** Where a struct keeps a field: entries from `entry` on. */
export interface FieldPlace {
  readonly entry: number;
  readonly storage: Storage;
}

/** How objects of one defined type are stored, whatever the store. */
export interface Layout {
  /** Of a struct: by field. */
  readonly fields: readonly FieldPlace[];
  /** Of a struct: its entries at their default values. */
  readonly defaults: readonly unknown[];
  /** Of a struct: entries that may hold objects. */
  readonly refEntries: readonly number[];
  /** Of a struct with a descriptor: the entry where it is; else -1. */
  readonly descriptorEntry: number;
  /** What a struct counts. */
  readonly bytes: number;
  /** Of an array. */
  readonly storage: Storage;
  /** Of an array: whether its elements may be objects. */
  readonly holdsObjects: boolean;
}

const ENTRIES: Readonly<Record<Storage, number>> = {
  [Storage.I8]: 1,
  [Storage.I16]: 1,
  [Storage.Word]: 1,
  [Storage.Pair]: 2,
  [Storage.Vector]: 4,
  [Storage.Ref]: 1,
};

/** Bytes of an array's element; also the bytes that array.new_data reads for each. */
const ELEMENT_BYTES: Readonly<Record<Storage, number>> = {
  [Storage.I8]: 1,
  [Storage.I16]: 2,
  [Storage.Word]: 4,
  [Storage.Pair]: 8,
  [Storage.Vector]: 16,
  [Storage.Ref]: SLOT_BYTES,
};

export function elementBytes(storage: Storage): number {
  return ELEMENT_BYTES[storage];
}

/** Words of an element in the typed array that holds it. */
export function elementEntries(storage: Storage): number {
  return ENTRIES[storage];
}

function storageOf(type: ValType): Storage {
  switch (type) {
    case NumType.I8:
      return Storage.I8;
    case NumType.I16:
      return Storage.I16;
    case NumType.I32:
    case NumType.F32:
      return Storage.Word;
    case NumType.I64:
    case NumType.F64:
      return Storage.Pair;
    case NumType.V128:
      return Storage.Vector;
    default:
      return Storage.Ref;
  }
}

/** Whether values of a canonical type may be, or lead to, objects of the GC heap. */
function mayHoldObject(type: ValType, registry: TypeRegistry): boolean {
  if (!isRef(type)) return false;
  const heap = heapOf(type);
  if (isConcrete(heap)) return registry.topOf(heap) !== HeapType.Func;
  switch (heap as HeapType) {
    case HeapType.Any:
    case HeapType.Eq:
    case HeapType.Struct:
    case HeapType.Array:
    case HeapType.Extern:
    case HeapType.Exn:
      return true;
    default:
      return false;
  }
}

/** The layout of a struct or array type; made once for each. */
export function layoutOf(type: DefinedType, registry: TypeRegistry): Layout {
  const known = type.layout as Layout | undefined;
  if (known !== undefined) return known;
  const { composite } = type;
  const made =
    composite.kind === "struct"
      ? structLayout(composite.fields, type.descriptor !== undefined, registry)
      : arrayLayout(composite.kind === "array" ? composite.field.type : NumType.I32, registry);
  type.layout = made;
  return made;
}

function structLayout(types: readonly FieldType[], described: boolean, registry: TypeRegistry): Layout {
  const fields: FieldPlace[] = [];
  const defaults: unknown[] = [];
  const refEntries: number[] = [];
  for (const { type } of types) {
    const storage = storageOf(type);
    fields.push({ entry: defaults.length, storage });
    if (mayHoldObject(type, registry)) refEntries.push(defaults.length);
    for (let k = 0; k < ENTRIES[storage]; k++) defaults.push(storage === Storage.Ref ? null : 0);
  }
  // Behind the fields: a subtype may have a descriptor where its supertype has none, and shares the fields' places.
  const descriptorEntry = described ? defaults.length : -1;
  if (described) {
    refEntries.push(defaults.length);
    defaults.push(null);
  }
  const bytes = OBJECT_BYTES + SLOT_BYTES * defaults.length;
  return { fields, defaults, refEntries, descriptorEntry, bytes, storage: Storage.Ref, holdsObjects: false };
}

function arrayLayout(element: ValType, registry: TypeRegistry): Layout {
  return {
    fields: [],
    defaults: [],
    refEntries: [],
    descriptorEntry: -1,
    bytes: 0,
    storage: storageOf(element),
    holdsObjects: mayHoldObject(element, registry),
  };
}

// -------------------------------------------------------------------- objects

/** A struct or array type in one store: what an object knows of itself. */
export class ObjectType {
  readonly heap: GcHeap;
  readonly defined: DefinedType;
  /** Canonical type id. */
  readonly id: number;
  /** Canonical ids of its supertypes and its own, by depth: a cast compares one of them. */
  readonly ancestors: readonly number[];
  readonly layout: Layout;
  readonly storage: Storage;
  readonly bytes: number;

  constructor(heap: GcHeap, defined: DefinedType) {
    this.heap = heap;
    this.defined = defined;
    this.id = defined.id;
    const ancestors: number[] = [];
    for (let type: DefinedType | undefined = defined; type !== undefined; type = type.supertype) {
      ancestors.push(type.id);
    }
    this.ancestors = ancestors.reverse();
    this.layout = layoutOf(defined, heap.registry);
    this.storage = this.layout.storage;
    this.bytes = this.layout.bytes;
  }

  /** What an array of `length` elements counts; infinite for one that cannot be. */
  arrayBytes(length: number): number {
    if (this.storage === Storage.Ref) {
      return length > MAX_REFERENCES ? Number.POSITIVE_INFINITY : OBJECT_BYTES + SLOT_BYTES * length;
    }
    return NUMERIC_ARRAY_BYTES + Math.ceil((length * ELEMENT_BYTES[this.storage]) / 8) * 8;
  }
}

/** A struct or an array. Identity is the object's. */
export class HeapObject {
  readonly type: ObjectType;
  /** The last recount that found it. */
  mark = 0;

  constructor(type: ObjectType) {
    this.type = type;
  }
}

export class StructObject extends HeapObject {
  /** Integers (numbers bit by bit, packed ones with any high bits) and references, as the type's layout says. */
  readonly fields: unknown[];

  constructor(type: ObjectType, fields: unknown[]) {
    super(type);
    this.fields = fields;
  }
}

/** Elements: words of numbers, or references. */
export type Elements = Int8Array | Int16Array | Int32Array | Reference[];

export class ArrayObject extends HeapObject {
  readonly elements: Elements;
  readonly length: number;

  constructor(type: ObjectType, elements: Elements, length: number) {
    super(type);
    this.elements = elements;
    this.length = length;
  }
}

/** Elements at their default values. @throws RuntimeError when the host has no room for them, or no array as long */
export function makeElements(storage: Storage, length: number): Elements {
  return allocate("an array", length * ELEMENT_BYTES[storage], () => newElements(storage, length));
}

function newElements(storage: Storage, length: number): Elements {
  switch (storage) {
    case Storage.I8:
      return new Int8Array(length);
    case Storage.I16:
      return new Int16Array(length);
    case Storage.Ref:
      return new Array<Reference>(length).fill(null);
    default:
      return new Int32Array(length * ENTRIES[storage]);
  }
}

/** Sets `count` elements from index `start` on to the number in `words[at]` and behind, or to `ref`. */
export function fillElements(
  { elements, type }: ArrayObject,
  start: number,
  count: number,
  words: Int32Array,
  at: number,
  ref: Reference,
): void {
  if (type.storage === Storage.Ref) {
    (elements as Reference[]).fill(ref, start, start + count);
    return;
  }
  const entries = ENTRIES[type.storage];
  const numbers = elements as Int32Array;
  if (entries === 1) {
    numbers.fill(words[at]!, start, start + count);
    return;
  }
  const end = (start + count) * entries;
  for (let k = start * entries; k < end; k += entries) {
    for (let word = 0; word < entries; word++) numbers[k + word] = words[at + word]!;
  }
}

/** Sets `count` elements from index `start` on to numbers that stand in `bytes` from `from` on, little-endian. */
export function readElements(
  { elements, type }: ArrayObject,
  start: number,
  count: number,
  bytes: Uint8Array,
  from: number,
): void {
  const { storage } = type;
  if (storage === Storage.I8) {
    (elements as Int8Array).set(bytes.subarray(from, from + count), start);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, count * ELEMENT_BYTES[storage]);
  const numbers = elements as Int32Array | Int16Array;
  if (storage === Storage.I16) {
    for (let k = 0; k < count; k++) numbers[start + k] = view.getInt16(2 * k, true);
    return;
  }
  const entries = ENTRIES[storage];
  for (let k = 0; k < count * entries; k++) numbers[start * entries + k] = view.getInt32(4 * k, true);
}

/** Whether a reference of the `any` hierarchy is an i31: a host's number in its range is one too, as in the JS API. */
export function isI31(ref: Reference): boolean {
  // Only integers of 31 bits come back from the shifts unchanged.
  return typeof ref === "number" && (ref << 1) >> 1 === ref;
}

// -------------------------------------------------------------------- casts

/** What a cast asks for, worked out once. */
export interface CastTarget {
  readonly nullable: boolean;
  readonly kind: CastKind;
  /** Canonical id of the type, and the length of its chain of supertypes; for concrete types. */
  readonly id: number;
  readonly depth: number;
}

export const enum CastKind {
  /** Everything in the hierarchy. */
  Top,
  /** Nothing but null. */
  Bottom,
  Eq,
  I31,
  Struct,
  Array,
  Concrete,
  Exact,
  Func,
  ExactFunc,
}

const ABSTRACT: Readonly<Partial<Record<HeapType, CastKind>>> = {
  [HeapType.Any]: CastKind.Top,
  [HeapType.Extern]: CastKind.Top,
  [HeapType.Func]: CastKind.Top,
  [HeapType.Exn]: CastKind.Top,
  [HeapType.Eq]: CastKind.Eq,
  [HeapType.I31]: CastKind.I31,
  [HeapType.Struct]: CastKind.Struct,
  [HeapType.Array]: CastKind.Array,
};

/** The cast to a canonical reference type. */
export function castTarget(type: ValType, registry: TypeRegistry): CastTarget {
  const nullable = (type & 1) === 1;
  const heap = heapOf(type);
  if (!isConcrete(heap)) {
    return { nullable, kind: ABSTRACT[heap as HeapType] ?? CastKind.Bottom, id: -1, depth: 0 };
  }
  const { id, depth, funcType } = registry.definedType(heap - HEAP_CONCRETE);
  const exact = isExact(type);
  let kind = exact ? CastKind.Exact : CastKind.Concrete;
  if (funcType !== undefined) kind = exact ? CastKind.ExactFunc : CastKind.Func;
  return { nullable, kind, id, depth };
}

/** Whether `ref`, of the target's hierarchy, is of the type. */
export function isOfType(ref: Reference, target: CastTarget, registry: TypeRegistry): boolean {
  if (ref === null) return target.nullable;
  switch (target.kind) {
    case CastKind.Top:
      return true;
    case CastKind.Bottom:
      return false;
    case CastKind.Concrete:
      return ref instanceof HeapObject && ref.type.ancestors[target.depth] === target.id;
    case CastKind.Exact:
      return ref instanceof HeapObject && ref.type.id === target.id;
    case CastKind.Eq:
      return ref instanceof HeapObject || isI31(ref);
    case CastKind.I31:
      return isI31(ref);
    case CastKind.Struct:
      return ref instanceof StructObject;
    case CastKind.Array:
      return ref instanceof ArrayObject;
    case CastKind.Func:
      return ref instanceof FunctionInstance && registry.isDefinedSubtype(ref.typeId, target.id);
    case CastKind.ExactFunc:
      return ref instanceof FunctionInstance && ref.typeId === target.id;
  }
}

/** The descriptor of a reference; `undefined` for what has none. */
export function descriptorOf(ref: Reference): Reference | undefined {
  if (!(ref instanceof StructObject)) return undefined;
  const { descriptorEntry } = ref.type.layout;
  return descriptorEntry < 0 ? undefined : ref.fields[descriptorEntry];
}

// -------------------------------------------------------------------- the heap

export type RefVisitor = (ref: Reference) => void;

/** Something that holds references which are alive: the interpreter, for its frames. */
export interface RootSource {
  visitRoots(visit: RefVisitor): void;
}

/**
 * Thrown where an allocation has no room, or so much has been allocated that interruption is to be looked for; before any
 * effect. After {@link GcHeap.makeRoom} it is tried again.
 */
export class HeapFull {
  readonly bytes: number;
  /** Whether they count on the host's heap alone, see {@link isSmallException}. */
  readonly isSmall: boolean;
  readonly #isMade = true;

  constructor(bytes: number, isSmall = false) {
    this.bytes = bytes;
    this.isSmall = isSmall;
  }

  /** Whether a thrown value, which may be anything of the host's, is one of these; runs none of its code. */
  static isMade(thrown: unknown): thrown is HeapFull {
    return typeof thrown === "object" && thrown !== null && #isMade in thrown;
  }
}

/** Words of payload of an exception that does not count against the limits of GC objects. */
const SMALL_PAYLOAD = 4;

/**
 * Whether an exception is a few numbers. It counts on the host's heap alone: programs that use exceptions but no GC
 * objects should run in a store whose memory takes up all of `totalBytes`.
 */
export function isSmallException({ bits, refs }: ExceptionInstance): boolean {
  return refs.length === 0 && bits.length <= SMALL_PAYLOAD;
}

/** What an exception counts. */
export function exceptionBytes({ bits }: ExceptionInstance): number {
  return bits.length === 0 ? OBJECT_BYTES : NUMERIC_ARRAY_BYTES + 4 * bits.length;
}

/**
 * One store's count of its objects. It only goes up until it meets the limit; then a recount finds what is
 * reachable at the level of Wasm, so that limits mean the same on every host, whatever its collector does.
 */
export class GcHeap {
  readonly registry: TypeRegistry;
  readonly limit: number;
  /** Bytes allocated and not yet known to be unreachable. */
  used = 0;
  /** The same of small exceptions. */
  #smallUsed = 0;
  /** Whose frames hold references. */
  readonly sources = new Set<RootSource>();
  /** References held by what is being instantiated. */
  readonly pins = new Set<Reference[]>();
  /** What objects count against besides: what the store has in all. */
  readonly #total: Budget;
  /** What small exceptions count against. */
  readonly #hostHeap: ResourceMeter;
  readonly #storeTotal: ResourceMeter;
  readonly #denials: Denials;
  readonly #types = new Map<DefinedType, ObjectType>();
  readonly #globals = new Set<GlobalInstance>();
  readonly #tables = new Set<TableInstance>();
  /** Element segments: `segments[index]`, as dropping one replaces it. */
  readonly #segments: { readonly segments: readonly (readonly Reference[])[]; readonly index: number }[] = [];
  #recounts = 0;
  #allocatedSincePoll = 0;

  constructor(
    registry: TypeRegistry,
    limit: number,
    total: ResourceMeter,
    hostHeap: ResourceMeter,
    denials: Denials,
  ) {
    this.registry = registry;
    this.limit = limit;
    this.#total = new JointBudget(total, hostHeap);
    this.#hostHeap = hostHeap;
    this.#storeTotal = total;
    this.#denials = denials;
  }

  /** How often the heap was recounted. */
  get recounts(): number {
    return this.#recounts;
  }

  typeOf(defined: DefinedType): ObjectType {
    let type = this.#types.get(defined);
    if (type === undefined) {
      type = new ObjectType(this, defined);
      this.#types.set(defined, type);
    }
    return type;
  }

  /** Counts an object of `bytes`; false, with nothing changed, where {@link makeRoom} has to come first. */
  tryReserve(bytes: number): boolean {
    if (this.#allocatedSincePoll > ALLOCATED_PER_POLL) return false;
    return this.#tryReserve(bytes);
  }

  #tryReserve(bytes: number): boolean {
    const used = this.used + bytes;
    if (used > this.limit || !this.#total.tryReserve(bytes)) return false;
    this.used = used;
    this.#allocatedSincePoll += bytes;
    return true;
  }

  /** Counts an exception; false, with nothing changed, where {@link makeRoom} has to come first. */
  tryReserveException(exception: ExceptionInstance): boolean {
    const bytes = exceptionBytes(exception);
    if (!isSmallException(exception)) return this.tryReserve(bytes);
    if (!this.#hostHeap.tryReserve(bytes)) return false;
    this.#smallUsed += bytes;
    return true;
  }

  /** Takes back a reservation whose object was not made. */
  release(bytes: number): void {
    this.used -= bytes;
    this.#total.release(bytes);
  }

  /** Counts an object, after a recount if need be. For allocations outside of functions. @throws Trap */
  reserve(bytes: number): void {
    if (this.#tryReserve(bytes)) return;
    this.#collect(new HeapFull(bytes), () => undefined);
    this.#tryReserve(bytes);
  }

  /**
   * After a reservation has failed: sees to it that it does not fail again. `poll` is called first, and now and then;
   * it may throw, which leaves the count as it was.
   * @throws Trap when there is no room
   */
  makeRoom(wanted: HeapFull, poll: () => unknown): void {
    this.#allocatedSincePoll = 0;
    poll();
    if (!this.#fits(wanted)) this.#collect(wanted, poll);
  }

  /** From now on, what the instance's globals, tables and element segments hold is alive. */
  addRoots(instance: ModuleInstance): void {
    const { checked } = instance;
    for (const global of instance.globals) {
      if (mayHoldObject(global.type.type, this.registry)) this.#globals.add(global);
    }
    for (const table of instance.tables) {
      if (mayHoldObject(table.type.element, this.registry)) this.#tables.add(table);
    }
    checked.elementTypes.forEach((type, index) => {
      if (mayHoldObject(type, this.registry)) this.#segments.push({ segments: instance.elements, index });
    });
  }

  /** How large the heap could be at most if nothing of it were alive: what memories, tables and the like leave. */
  #room({ isSmall }: HeapFull): number {
    const held = this.used + this.#smallUsed;
    return isSmall ? this.#hostHeap.free + held : Math.min(this.limit, this.#total.free + held);
  }

  #fits({ bytes, isSmall }: HeapFull): boolean {
    if (isSmall) return bytes <= this.#hostHeap.free;
    return this.used + bytes <= this.limit && bytes <= this.#total.free;
  }

  /**
   * Recounts, so that there is room for what is wanted.
   * @throws Trap when there is no room, or not enough was freed for recounts to be worth their time
   */
  #collect(wanted: HeapFull, poll: () => unknown): void {
    const { bytes } = wanted;
    const room = this.#room(wanted);
    if (bytes <= room) {
      const { freed, rootSlots } = this.#settle(poll);
      // Looking through the roots costs time too: where they are many, more must be gained.
      const enough = freed >= Math.max(room, rootSlots) * MIN_FREED;
      if (enough && this.#fits(wanted)) return;
    }
    this.#deny(wanted);
    throw new Trap("gc-heap-exhausted", `${bytes} bytes wanted, ${this.used} of ${room} in use`);
  }

  #deny({ bytes, isSmall }: HeapFull): void {
    const total = this.#storeTotal;
    const hostHeap = this.#hostHeap;
    const free = this.limit - this.used;
    // Of limits that are all in the way, the narrowest.
    if (isSmall || hostHeap.free < Math.min(free, total.free)) {
      this.#denials.add("gc-heap", "hostHeapBytes", hostHeap.used + bytes, hostHeap.limit);
    } else if (total.free < free) {
      this.#denials.add("gc-heap", "totalBytes", total.used + bytes, total.limit);
    } else this.#denials.add("gc-heap", "gcHeapBytes", this.used + bytes, this.limit);
  }

  /** Counts anew what is alive: for when what the roots hold was changed as a whole. */
  recount(): void {
    this.#settle(() => undefined);
  }

  /** Recounts, and puts the outcome on the books. */
  #settle(poll: () => unknown): { readonly freed: number; readonly rootSlots: number } {
    const { live, liveSmall, rootSlots } = this.#recount(poll);
    const freed = this.used - live;
    const freedSmall = this.#smallUsed - liveSmall;
    this.#total.release(freed);
    this.#hostHeap.release(freedSmall);
    this.used = live;
    this.#smallUsed = liveSmall;
    return { freed: freed + freedSmall, rootSlots };
  }

  /** Marks what is reachable, with a stack of its own: lists may be millions of objects long. */
  #recount(poll: () => unknown): {
    readonly live: number;
    readonly liveSmall: number;
    readonly rootSlots: number;
  } {
    const epoch = ++this.#recounts;
    const pending: HeapObject[] = [];
    const exceptions = new Set<ExceptionInstance>();
    const pendingExceptions: ExceptionInstance[] = [];
    let live = 0;
    let liveSmall = 0;
    let rootSlots = 0;
    let work = 0;
    const reach = (ref: Reference): void => {
      // References of the host are among them, and what a proxy throws must not end a recount.
      if (isInstance(ref, HeapObject)) {
        if (ref.mark === epoch) return;
        ref.mark = epoch;
        pending.push(ref);
      } else if (isInstance(ref, ExceptionInstance) && !exceptions.has(ref)) {
        exceptions.add(ref);
        pendingExceptions.push(ref);
      }
    };
    const root = (ref: Reference): void => {
      rootSlots++;
      reach(ref);
    };
    const drain = (): void => {
      for (;;) {
        const object = pending.pop();
        if (object === undefined) {
          const exception = pendingExceptions.pop();
          if (exception === undefined) return;
          for (const ref of exception.refs) reach(ref);
          if (!exception.counted) continue;
          if (isSmallException(exception)) liveSmall += exceptionBytes(exception);
          else live += exceptionBytes(exception);
          continue;
        }
        work++;
        if (object instanceof StructObject) {
          const { bytes, layout } = object.type;
          live += bytes;
          for (const entry of layout.refEntries) reach(object.fields[entry]);
        } else if (object instanceof ArrayObject) {
          live += object.type.arrayBytes(object.length);
          if (object.type.layout.holdsObjects) {
            for (const ref of object.elements as Reference[]) reach(ref);
            work += object.length;
          }
        }
        if (work < POLL_EVERY) continue;
        work = 0;
        poll();
      }
    };
    for (const { ref } of this.#globals) root(ref);
    drain();
    for (const { elements } of this.#tables) {
      for (const ref of elements) root(ref);
      drain();
    }
    for (const { segments, index } of this.#segments) {
      for (const ref of segments[index] ?? []) root(ref);
      drain();
    }
    for (const refs of this.pins) for (const ref of refs) root(ref);
    drain();
    for (const source of this.sources) {
      source.visitRoots(root);
      drain();
    }
    return { live, liveSmall, rootSlots };
  }
}
