// What Web IDL asks of every interface of the namespace: property attributes, brands, argument conversion.
// Owns conversions and shapes; knows nothing of WebAssembly.

import { isObject } from "../checks/describe.ts";
import { defineOwn } from "../host.ts";

/** The interface object of a class: what stands in the namespace. */
export type InterfaceObject = new (...args: never[]) => object;

/**
 * Makes members enumerable and names the class, as Web IDL has it (3.7.3, 3.7.6). Every constructor of the namespace takes
 * one argument at least, but for `length`.
 */
export function finishInterface(made: InterfaceObject, name: string, length = 1): void {
  const { prototype } = made as { readonly prototype: object };
  for (const target of [prototype, made]) {
    for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(target))) {
      const own = target === made ? ["prototype", "name", "length"] : ["constructor"];
      // A class that was transpiled to a function may have `caller` and `arguments`, which cannot be changed.
      if (own.includes(key) || descriptor.configurable !== true) continue;
      defineOwn(target, key, { ...descriptor, enumerable: true });
    }
  }
  defineOwn(made, "length", { value: length });
  defineOwn(prototype, Symbol.toStringTag, { value: `WebAssembly.${name}`, configurable: true });
}

/** Objects of one interface, and what each stands for. */
export class Brand<Item extends object> {
  readonly #name: string;
  readonly #items = new WeakMap<object, Item>();
  readonly #objects = new WeakMap<Item, object>();

  constructor(name: string) {
    this.#name = name;
  }

  add(object: object, item: Item): void {
    this.#items.set(object, item);
    this.#objects.set(item, object);
  }

  /** The object that stands for an item; always the same. Where there is none, one of `prototype`. */
  objectOf(item: Item, prototype: object): object {
    let object = this.#objects.get(item);
    if (object === undefined) {
      object = Object.create(prototype) as object;
      this.add(object, item);
    }
    return object;
  }

  /** `undefined` for what is no object of the interface. */
  find(value: unknown): Item | undefined {
    return typeof value === "object" && value !== null ? this.#items.get(value) : undefined;
  }

  /** @throws TypeError for what is no object of the interface */
  of(value: unknown): Item {
    const item = this.find(value);
    if (item === undefined) throw new TypeError(`not a WebAssembly.${this.#name}`);
    return item;
  }
}

/** A dictionary's source: undefined and null are the empty one. @throws TypeError for primitives */
export function toDictionary(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new TypeError(`${what} must be an object`);
  return value as Readonly<Record<string, unknown>>;
}

/**
 * A `sequence` of Web IDL as a list, each element converted as it comes: of an object that can be iterated, and so not of a string.
 * @throws TypeError, or what `convert` throws
 */
export function toSequence<Item>(value: unknown, what: string, convert: (element: unknown) => Item): Item[] {
  if (isObject(value) && typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function")
    return Array.from(value as Iterable<unknown>, convert);
  throw new TypeError(`${what} must be a sequence`);
}

const U32_MAX = 2 ** 32 - 1;
const U64_MAX = (1n << 64n) - 1n;

/** `[EnforceRange] unsigned long`. @throws TypeError out of range */
export function toU32(value: unknown, what: string): number {
  const number = Math.trunc(Number(rejectBigInt(value, what)));
  if (!(number >= 0 && number <= U32_MAX))
    throw new TypeError(`${what} must be in the range of an unsigned long`);
  // -0 is 0.
  return number + 0;
}

/** `Number(1n)` is 1, where Web IDL's ToNumber throws. */
function rejectBigInt(value: unknown, what: string): unknown {
  if (typeof value === "bigint") throw new TypeError(`${what}: cannot convert a BigInt to a number`);
  // Symbols throw by themselves, objects are asked for their primitive once.
  return isObject(value) ? +(value as unknown as number) : value;
}

/** The sizes and indices of a memory or table: numbers, or BigInts where it is addressed by i64. */
export type AddressType = "i32" | "i64";

/** @throws TypeError for what is neither */
export function toAddressType(value: unknown): AddressType {
  if (value === undefined) return "i32";
  const name = String(value);
  if (name === "i32" || name === "i64") return name;
  throw new TypeError(`${name} is no address type; there are i32 and i64`);
}

/** "AddressValueToU64" of the JS API. Above 2^53 the number is rounded, and too large either way. @throws TypeError */
export function toAddress(value: unknown, type: AddressType, what: string): number {
  if (type === "i32") return toU32(value, what);
  const exact = toBigInt(value, what);
  if (exact < 0n || exact > U64_MAX) {
    throw new TypeError(`${what} must be in the range of an unsigned long long`);
  }
  return Number(exact);
}

/** ToBigInt; the function `BigInt` alone accepts numbers too. */
function toBigInt(value: unknown, what: string): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" || value === undefined || value === null) {
    throw new TypeError(`${what} must be a BigInt`);
  }
  try {
    return BigInt(value as string);
  } catch (error) {
    // A text that is no number is a SyntaxError there, which Web IDL lets through as it is.
    throw error instanceof RangeError ? new TypeError(error.message) : error;
  }
}

export function fromAddress(value: number, type: AddressType): number | bigint {
  return type === "i32" ? value : BigInt(value);
}

const VIEWS: readonly object[] = [Object.getPrototypeOf(Uint8Array.prototype) as object, DataView.prototype];

/**
 * A copy of a `BufferSource`; of a detached one, no bytes, as Web IDL has it. Objects of other realms are ones too, and what an
 * object says of itself by properties of its own does not count. @throws TypeError for what is none
 */
export function copyBytes(source: unknown): Uint8Array {
  const view = ArrayBuffer.isView(source)
    ? VIEWS.find((prototype) => internal(prototype, "buffer", source) !== undefined)
    : undefined;
  const buffer = (view === undefined ? source : internal(view, "buffer", source)) as ArrayBufferLike;
  const length = bufferLength(buffer);
  if (length === undefined)
    throw new TypeError("the bytes of a module must be an ArrayBuffer or a view of one");
  if (length === 0) return new Uint8Array(0);
  if (view === undefined) return new Uint8Array(buffer).slice();
  const at = internal(view, "byteOffset", source) as number | undefined;
  const count = internal(view, "byteLength", source) as number | undefined;
  return new Uint8Array(buffer, at ?? 0, count ?? 0).slice();
}

/** `undefined` for what is no buffer. */
function bufferLength(source: unknown): number | undefined {
  const kinds = typeof SharedArrayBuffer === "function" ? [ArrayBuffer, SharedArrayBuffer] : [ArrayBuffer];
  for (const { prototype } of kinds) {
    const length = internal(prototype, "byteLength", source);
    if (length !== undefined) return length as number;
  }
  return undefined;
}

/** What a prototype's getter finds in the object itself; `undefined` where that is no object of the kind, or is out of bounds. */
function internal(prototype: object, name: string, source: unknown): unknown {
  try {
    return Reflect.get(prototype, name, source);
  } catch {
    return undefined;
  }
}
