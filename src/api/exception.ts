// A Wasm exception outside of Wasm: what a guest threw and did not catch, or a host function throws into it.

import { wrongArgument } from "../checks/options.ts";
import { RuntimeError } from "../errors.ts";
import { wordsOfAll } from "../interp/lower/operand-stack.ts";
import { readException } from "../interp/run/exceptions.ts";
import { makeRegisters, readValues, writeValues } from "../interp/run/values.ts";
import { type ExceptionBoundary, ExceptionInstance } from "../runtime/tag.ts";
import type { Store } from "./store.ts";
import { Tag } from "./tag.ts";

/** Carries a tag and its payload. Thrown by a host function, guests can catch it by its tag and by `catch_all`. */
export class WasmException extends RuntimeError {
  override name = "WasmException";
  override readonly kind = "exception";
  readonly tag: Tag;
  /** Values of the tag's parameter types. */
  readonly payload: readonly unknown[];
  /** What guests see: the same exception each time that this error is thrown into one. */
  readonly #exception: ExceptionInstance;
  readonly #store: Store;

  /** @throws TypeError for a payload that is not of the tag's types */
  constructor(tag: Tag, payload?: readonly unknown[]);
  /** @internal */
  constructor(tag: Tag, payload: readonly unknown[], exception: ExceptionInstance);
  constructor(tag: Tag, payload: readonly unknown[] = [], known?: ExceptionInstance) {
    // Whatever else an embedder gives in its place is not one.
    const exception = known instanceof ExceptionInstance ? known : makeException(tag, payload);
    super(`uncaught exception${payloadText(tag, payload)}`);
    this.tag = tag;
    this.payload = [...payload];
    this.#exception = exception;
    this.#store = tag.store;
  }

  /** @internal The exception that a thrown value, which may be anything, is for guests of `store`. */
  static exceptionOf(thrown: unknown, store: Store): ExceptionInstance | undefined {
    if (typeof thrown !== "object" || thrown === null || !(#exception in thrown)) return undefined;
    return thrown.#store === store ? thrown.#exception : undefined;
  }
}

/** Values of a payload that a message shows. */
const MOST_SHOWN = 8;

/** ` (i32 7, externref)`: the numbers of a payload, and the types of its references. */
function payloadText({ params }: Tag, payload: readonly unknown[]): string {
  if (params.length === 0) return "";
  const values = params.slice(0, MOST_SHOWN).map((type, k) => {
    const value = payload[k];
    return typeof value === "number" || typeof value === "bigint" ? `${type} ${value}` : type;
  });
  if (params.length > MOST_SHOWN) values.push("…");
  return ` (${values.join(", ")})`;
}

function makeException(tag: Tag, payload: readonly unknown[]): ExceptionInstance {
  const signature = "new WasmException(tag, payload)";
  if (!(tag instanceof Tag)) throw wrongArgument(signature, "tag", "a Tag", tag);
  if (!Array.isArray(payload)) throw wrongArgument(signature, "payload", "an array of values", payload);
  const { store, item } = tag;
  const { params } = item.tag.type;
  if (payload.length !== params.length) {
    throw new TypeError(`payload: the tag takes ${params.length} values, got ${payload.length}`);
  }
  const registers = makeRegisters(wordsOfAll(params));
  const values = params.map((type, k) =>
    store.values.toGuest(payload[k], type, `value ${k + 1} of the payload`),
  );
  writeValues(registers, params, 0, values);
  return readException(registers, item.tag, 0);
}

/** A guest's exception as the embedder sees it. */
function toWasmException(store: Store, exception: ExceptionInstance): WasmException {
  const { tag, bits, refs } = exception;
  const registers = makeRegisters(bits.length);
  registers.R.set(bits);
  const payload = readValues({ ...registers, X: [...refs] }, tag.type.params, 0);
  return new WasmException(
    Tag.handle(store, tag),
    payload.map((value) => store.values.toHost(value)),
    exception,
  );
}

/** @internal How exceptions leave and enter the guests of `store`. Errors of other stores pass through uncaught. */
export function makeExceptionBoundary(store: Store): ExceptionBoundary {
  return {
    toError: (exception) => toWasmException(store, exception),
    toException: (thrown) => WasmException.exceptionOf(thrown, store),
  };
}
