// What is asked of the JavaScript engine that this one runs in, and what older ones lack.
// The sources are ES2022 in syntax; of its library they use what every engine since ES2015 has, or what stands here.

declare global {
  // Of projects whose library has none, as TypeScript's before ES2025 does not.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

/** `Symbol.dispose`, or a stand-in where the host does not have it: the class then still loads. */
export const disposeSymbol: typeof Symbol.dispose =
  Symbol.dispose ?? /* @__PURE__ */ Symbol.for("Symbol.dispose");

/** `Object.hasOwn`, which engines before ES2022 do not have. */
export function hasOwn(object: object, key: PropertyKey): boolean {
  // biome-ignore lint/suspicious/noPrototypeBuiltins: this is what stands in for it
  return Object.prototype.hasOwnProperty.call(object, key);
}

/**
 * Defines a property by what `descriptor` itself says: what a page has put on `Object.prototype`, such as `get` or `writable`, is no
 * part of it.
 */
export function defineOwn(object: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  Object.defineProperty(object, key, Object.assign(Object.create(null), descriptor));
}

/** `instanceof` for values of others: a proxy is asked for its prototype by it, and may throw, or have been revoked. */
export function isInstance<T>(
  value: unknown,
  kind: { readonly prototype: T; [Symbol.hasInstance](value: unknown): boolean },
): value is T {
  try {
    return value instanceof kind;
  } catch {
    return false;
  }
}

/** A BigInt's low 64 bits, unsigned. `BigInt.asUintN` of the QuickJS in quickjs-emscripten 0.32 gives them signed. */
export function asUint64(value: bigint): bigint {
  return value & 0xffff_ffff_ffff_ffffn;
}

/** What is used of Node's `process`, and of its module `v8`. */
interface NodeProcess {
  readonly getBuiltinModule?: (
    name: "node:v8",
  ) => { getHeapStatistics(): { readonly heap_size_limit?: unknown } } | undefined;
}

/** How large the heap of the JavaScript engine can become, in bytes; `undefined` where the host does not say. */
export function hostHeapLimit(): number | undefined {
  const { process } = globalThis as { readonly process?: NodeProcess };
  try {
    const limit = process?.getBuiltinModule?.("node:v8")?.getHeapStatistics().heap_size_limit;
    return typeof limit === "number" && limit > 0 ? limit : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Typed arrays here are memories, whose bytes are little-endian; on a host of the other order scalar code would compute
 * wrong results without a word.
 * @throws Error there
 */
export function requireLittleEndian(): void {
  const [first] = new Uint8Array(new Uint16Array([1]).buffer);
  if (first === 1) return;
  throw new Error(
    "this host's typed arrays are big-endian; WebAssembly's memories are little-endian, and this engine does not convert",
  );
}

/** What gives chunks to one reader. */
interface ChunkReader<Chunk> {
  /** `undefined` at the end. */
  read(): Promise<Chunk | undefined>;
  /** The reader has gone. */
  cancel(): void;
}

/** A `ReadableStream` that asks for a chunk when it is read; where the host has none, an async iterable. */
export function streamOf<Chunk>(reader: ChunkReader<Chunk>): ReadableStream<Chunk> {
  if (typeof ReadableStream !== "function") return iterableOf(reader) as ReadableStream<Chunk>;
  return new ReadableStream<Chunk>(
    {
      async pull(controller) {
        const chunk = await reader.read();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  );
}

function iterableOf<Chunk>(reader: ChunkReader<Chunk>): AsyncIterable<Chunk> {
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = await reader.read();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      async return() {
        reader.cancel();
        return { done: true, value: undefined };
      },
    }),
  };
}

/** An `AbortController`; where the host has none, what is used of one. */
export function makeAbort(): Pick<AbortController, "signal" | "abort"> {
  return typeof AbortController === "function"
    ? new AbortController()
    : (plainAbort() as Pick<AbortController, "signal" | "abort">);
}

/** What is used of an `AbortSignal`. */
interface UsedSignal {
  aborted: boolean;
  reason: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

function plainAbort(): { readonly signal: UsedSignal; abort(reason?: unknown): void } {
  const listeners = new Set<() => void>();
  const signal: UsedSignal = {
    aborted: false,
    reason: undefined,
    addEventListener: (_, listener) => void listeners.add(listener),
    removeEventListener: (_, listener) => void listeners.delete(listener),
  };
  return {
    signal,
    abort(reason) {
      if (signal.aborted) return;
      signal.aborted = true;
      signal.reason = reason;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}

/** A `DOMException` that says that something was aborted; where the host has none, an `Error` of its name. */
export function abortError(message: string): Error {
  return typeof DOMException === "function"
    ? new DOMException(message, "AbortError")
    : Object.assign(new Error(message), { name: "AbortError" });
}
