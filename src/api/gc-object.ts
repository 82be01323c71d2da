// Structs and arrays of guests as the embedder reads and writes them. Guests' objects pass the boundary as opaque references,
// which cost nothing; these are views of them, made by who wants to look inside.

import { COUNT, integer, unexpected, wrongArgument } from "../checks/options.ts";
import { Trap } from "../errors.ts";
import { makeRegisters, readValue, writeValue } from "../interp/run/values.ts";
import { type FieldType, NumType, type ValType } from "../module/types.ts";
import { ArrayObject, elementEntries, type HeapObject, Storage, StructObject } from "../runtime/gc.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { requireStore } from "./require-store.ts";
import type { Store } from "./store.ts";
import { type ValTypeName, valTypeName } from "./types.ts";

/** A field of a struct, or what the elements of an array are. `i8` and `i16` are kept in so many bits. */
export interface FieldDescriptor {
  readonly type: ValTypeName | "i8" | "i16";
  readonly mutable: boolean;
}

/** What {@link GcArray.read} gives of numbers, and arrays of references. */
export type ArrayContents =
  | Uint8Array
  | Uint16Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | unknown[];

/** Where a value is kept, as the GC heap has it: numbers bit by bit. */
interface Place {
  readonly entries: Record<number, unknown>;
  readonly at: number;
  readonly storage: Storage;
  readonly type: ValType;
}

/** An index that may be out of bounds, which is a trap. */
const INDEX = /* @__PURE__ */ integer(Number.MIN_SAFE_INTEGER);

/** A guest's struct. Its fields are seen as they are now; the view can be made anew at any time. */
export class GcStruct {
  readonly store: Store;
  /** The struct itself: what guests and host functions are given, and what has its identity. */
  readonly reference: unknown;
  readonly #struct: StructObject;

  /** @throws TypeError for what is no struct of the store's guests */
  constructor(store: Store, reference: unknown) {
    requireStore(store, "new GcStruct(store, reference)");
    if (!(reference instanceof StructObject) || !isOf(store, reference)) {
      throw wrongArgument("new GcStruct(store, reference)", "reference", "a struct of the store", reference);
    }
    this.store = store;
    this.reference = reference;
    this.#struct = reference;
  }

  /** Whether a value is a guest's struct, of whatever store. */
  static is(value: unknown): boolean {
    return value instanceof StructObject;
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("GcStruct", { fields: this.length });
  }

  /** What its fields are. References to types of modules are told as text with the engine's numbers of them. */
  get fields(): readonly FieldDescriptor[] {
    return this.#types.map(describeField);
  }

  /** How many fields it has. */
  get length(): number {
    return this.#types.length;
  }

  /**
   * The value of a field, as a result of a function would be; `i8` and `i16` without a sign.
   * @throws TypeError, RangeError for what is no index of a field
   */
  get(field: number): unknown {
    return readPlace(this.store, this.#place(field, "struct.get"));
  }

  /** @throws as {@link get}; TypeError for an immutable field, TypeError and RangeError for a value that is not of its type */
  set(field: number, value: unknown): void {
    const place = this.#place(field, "struct.set");
    if (!place.mutable) throw new TypeError(`struct.set: field ${field} is immutable`);
    writePlace(place, checked(this.store, value, place.type, `struct.set: field ${field}`));
  }

  get #types(): readonly FieldType[] {
    const { composite } = this.#struct.type.defined;
    return composite.kind === "struct" ? composite.fields : [];
  }

  #place(field: number, what: string): Place & FieldType {
    const type = this.#types[COUNT.read(field, `${what}: field`)];
    const place = this.#struct.type.layout.fields[field];
    if (type === undefined || place === undefined) {
      throw new RangeError(`${what}: there is no field ${field}, the struct has ${this.length}`);
    }
    return { ...type, entries: this.#struct.fields, at: place.entry, storage: place.storage };
  }
}

/** A guest's array. Its elements are seen as they are now; the view can be made anew at any time. */
export class GcArray {
  readonly store: Store;
  /** The array itself: what guests and host functions are given, and what has its identity. */
  readonly reference: unknown;
  readonly #array: ArrayObject;

  /** @throws TypeError for what is no array of the store's guests */
  constructor(store: Store, reference: unknown) {
    requireStore(store, "new GcArray(store, reference)");
    if (!(reference instanceof ArrayObject) || !isOf(store, reference)) {
      throw wrongArgument("new GcArray(store, reference)", "reference", "an array of the store", reference);
    }
    this.store = store;
    this.reference = reference;
    this.#array = reference;
  }

  /** Whether a value is a guest's array, of whatever store. */
  static is(value: unknown): boolean {
    return value instanceof ArrayObject;
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("GcArray", { element: this.element.type, length: this.length });
  }

  /** What its elements are, as {@link GcStruct.fields}. */
  get element(): FieldDescriptor {
    return describeField(this.#type);
  }

  get length(): number {
    return this.#array.length;
  }

  /**
   * The value of an element, as a result of a function would be; `i8` and `i16` without a sign.
   * @throws Trap out of bounds; TypeError, RangeError for what is no index
   */
  get(index: number): unknown {
    this.#check(INDEX.read(index, "array.get: index"), 1);
    return readPlace(this.store, this.#place(index));
  }

  /** @throws as {@link get}; TypeError for an immutable array, TypeError and RangeError for a value that is not of its type */
  set(index: number, value: unknown): void {
    this.#check(INDEX.read(index, "array.set: index"), 1);
    const type = this.#mutable("array.set");
    writePlace(this.#place(index), checked(this.store, value, type, `array.set: element ${index}`));
  }

  /**
   * A copy of the elements from `start` up to `end`: of numbers a typed array of their type (bytes for `v128`, without a sign for `i8`
   * and `i16`), of references an array.
   * @throws Trap out of bounds; TypeError, RangeError for what is no index
   */
  read(start = 0, end: number = this.length): ArrayContents {
    const from = INDEX.read(start, "array.read: start");
    this.#check(from, INDEX.read(end, "array.read: end") - from);
    const { elements } = this.#array;
    if (Array.isArray(elements)) {
      return elements.slice(from, end).map((each) => this.store.values.toHost(each));
    }
    const entries = elementEntries(this.#array.type.storage);
    const { buffer } = elements.slice(from * entries, end * entries);
    return numbersIn(buffer, this.#type.type);
  }

  /**
   * Sets the elements from `start` on, all of them or none.
   * @param values as {@link set} takes them
   * @throws as {@link set}
   */
  write(start: number, values: ArrayLike<unknown>): void {
    const from = INDEX.read(start, "array.write: start");
    if (typeof values !== "object" || values === null) {
      throw unexpected("array.write: values", "an array", values);
    }
    const count = COUNT.read(values.length, "array.write: length of values");
    this.#check(from, count);
    const type = this.#mutable("array.write");
    const all: unknown[] = [];
    for (let k = 0; k < count; k++) {
      all.push(checked(this.store, values[k], type, `array.write: value ${k + 1}`));
    }
    for (let k = 0; k < count; k++) writePlace(this.#place(from + k), all[k]);
  }

  get #type(): FieldType {
    const { composite } = this.#array.type.defined;
    return composite.kind === "array" ? composite.field : { type: NumType.I32, mutable: false };
  }

  #place(index: number): Place {
    const { elements, type } = this.#array;
    const { storage } = type;
    return { entries: elements, at: index * elementEntries(storage), storage, type: this.#type.type };
  }

  #mutable(what: string): ValType {
    const { type, mutable } = this.#type;
    if (!mutable) throw new TypeError(`${what}: the elements are immutable`);
    return type;
  }

  #check(index: number, count: number): void {
    if (index >= 0 && count >= 0 && index + count <= this.length) return;
    const part = count === 1 ? `index ${index}` : `${count} elements from index ${index} on`;
    throw new Trap("out-of-bounds-array-access", `${part} of ${this.length}`);
  }
}

function isOf(store: Store, object: HeapObject): boolean {
  return object.type.heap === store.state.heap;
}

function describeField({ type, mutable }: FieldType): FieldDescriptor {
  return { type: valTypeName(type), mutable };
}

/** @throws TypeError, RangeError */
function checked(store: Store, value: unknown, type: ValType, what: string): unknown {
  const isPacked = type === NumType.I8 || type === NumType.I16;
  return store.values.toGuest(value, isPacked ? NumType.I32 : type, what);
}

function readPlace(store: Store, { entries, at, storage, type }: Place): unknown {
  switch (storage) {
    case Storage.Ref:
      return store.values.toHost(entries[at]);
    case Storage.I8:
      return (entries[at] as number) & 0xff;
    case Storage.I16:
      return (entries[at] as number) & 0xffff;
    default: {
      const registers = makeRegisters(4);
      for (let k = 0; k < elementEntries(storage); k++) registers.R[k] = entries[at + k] as number;
      return readValue(registers, type, 0);
    }
  }
}

/** `value` has been checked. */
function writePlace({ entries, at, storage, type }: Place, value: unknown): void {
  if (storage <= Storage.I16 || storage === Storage.Ref) {
    entries[at] = value;
    return;
  }
  const registers = makeRegisters(4);
  writeValue(registers, type, 0, value);
  for (let k = 0; k < elementEntries(storage); k++) entries[at + k] = registers.R[k];
}

function numbersIn(buffer: ArrayBufferLike, type: ValType): ArrayContents {
  switch (type) {
    case NumType.I16:
      return new Uint16Array(buffer);
    case NumType.I32:
      return new Int32Array(buffer);
    case NumType.I64:
      return new BigInt64Array(buffer);
    case NumType.F32:
      return new Float32Array(buffer);
    case NumType.F64:
      return new Float64Array(buffer);
    default:
      return new Uint8Array(buffer);
  }
}
