// Just enough of the `WebAssembly` namespace, over the embedder API, for the JavaScript that npm packages ship with their
// modules. For tests only: it does what well-behaved glue needs, and makes no attempt at the rest of that standard.

import {
  type Caller,
  CompileError,
  Engine,
  type EngineOptions,
  type Func,
  Global,
  type Instance,
  LinkError,
  Linker,
  Memory,
  Module,
  RuntimeError,
  Store,
  Table,
  Tag,
  type ValTypeName,
  WasmException,
} from "wasmeter";
import type { WasiPreview1 } from "wasmeter/wasi";

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What stands for a function outside: it converts its arguments as the JavaScript API does. */
type Outer = (...args: unknown[]) => unknown;

/** As JavaScript's conversions: absent arguments are zeros, strings are numbers. */
function toGuest(type: ValTypeName, value: unknown): unknown {
  switch (type) {
    case "i32":
      return Number(value) | 0;
    case "i64":
      return BigInt(value as bigint);
    case "f32":
    case "f64":
      return Number(value);
    default:
      return value === undefined && type !== "externref" ? null : value;
  }
}

/** A namespace with an engine and a store of its own, the latter as `store`. Imports of WASI go to `wasi`, if given. */
export function webAssemblyNamespace(options: EngineOptions = {}, wasi?: WasiPreview1) {
  const engine = new Engine(options);
  const store = new Store(engine, { limits: { memoryBytes: 2 ** 31, totalBytes: 2 ** 31 } });
  const outers = new WeakMap<Func, Outer>();
  const inners = new WeakMap<Outer, Func>();
  const handles = new WeakMap<object, unknown>();

  /** A value of the engine as the glue sees it; the same each time. */
  function outer(value: unknown): unknown {
    if (typeof value === "function" && "type" in value) return outerFunction(value as Func);
    if (value instanceof Memory) return handle(value, () => new OuterMemory(value));
    if (value instanceof Table) return handle(value, () => new OuterTable(value));
    if (value instanceof Global) return handle(value, () => new OuterGlobal(value));
    return value;
  }

  function handle(value: object, make: () => unknown): unknown {
    if (!handles.has(value)) handles.set(value, make());
    return handles.get(value);
  }

  function outerFunction(func: Func): Outer {
    let found = outers.get(func);
    if (found === undefined) {
      const { params } = func.type;
      found = (...args) => {
        const result = func(...params.map((type, k) => inner(toGuest(type, args[k]))));
        return Array.isArray(result) ? result.map(outer) : outer(result);
      };
      outers.set(func, found);
      inners.set(found, func);
    }
    return found;
  }

  /** The engine's value behind one that {@link outer} gave; other values stay. */
  function inner(value: unknown): unknown {
    if (typeof value === "function") return inners.get(value as Outer) ?? value;
    if (value instanceof OuterMemory || value instanceof OuterTable || value instanceof OuterGlobal) {
      return value.inner;
    }
    return value;
  }

  function hostFunction(call: Outer, resultTypes: readonly ValTypeName[]) {
    return (_: Caller, ...args: unknown[]) => {
      const result = call(...args.map(outer));
      const [type, ...more] = resultTypes;
      if (type === undefined) return undefined;
      if (more.length === 0) return inner(toGuest(type, result));
      return [...(result as Iterable<unknown>)].map((value, k) => inner(toGuest(resultTypes[k]!, value)));
    };
  }

  class OuterMemory {
    readonly inner: Memory;
    constructor(from: Memory | { initial: number; maximum?: number; shared?: boolean }) {
      if (from instanceof Memory) this.inner = from;
      else {
        const { initial: min, maximum: max, shared = false } = from;
        this.inner = new Memory(store, { min, max, shared });
        handles.set(this.inner, this);
      }
    }
    /** The engine holds more than it shows, so as to grow fast; glue takes all of a buffer for the memory. So it is. */
    get buffer(): ArrayBufferLike {
      const spare = this.inner.bytes().buffer.byteLength - this.inner.byteLength;
      if (spare > 0) this.inner.grow(spare / 65_536);
      return this.inner.bytes().buffer;
    }
    grow(pages: number): number {
      const old = this.inner.grow(pages);
      if (old < 0) throw new RangeError("memory cannot grow");
      return old;
    }
  }

  class OuterTable {
    readonly inner: Table;
    constructor(from: Table | { element: string; initial: number; maximum?: number }, init: unknown = null) {
      if (from instanceof Table) this.inner = from;
      else {
        const element = from.element === "anyfunc" ? "funcref" : (from.element as ValTypeName);
        this.inner = new Table(store, { element, min: from.initial, max: from.maximum }, inner(init));
        handles.set(this.inner, this);
      }
    }
    get length(): number {
      return this.inner.length;
    }
    get(index: number): unknown {
      return outer(this.inner.get(index));
    }
    set(index: number, value: unknown = null): void {
      this.inner.set(index, inner(value));
    }
    grow(delta: number, value: unknown = null): number {
      return this.inner.grow(delta, inner(value));
    }
  }

  class OuterGlobal {
    readonly inner: Global;
    constructor(from: Global | { value: ValTypeName; mutable?: boolean }, value?: unknown) {
      if (from instanceof Global) this.inner = from;
      else {
        const { value: type, mutable = false } = from;
        this.inner = new Global(store, { type, mutable }, inner(toGuest(type, value ?? 0)));
        handles.set(this.inner, this);
      }
    }
    get value(): unknown {
      return outer(this.inner.value);
    }
    set value(value: unknown) {
      this.inner.value = inner(toGuest(this.inner.type, value));
    }
  }

  class OuterModule {
    readonly inner: Module;
    constructor(bytes: ArrayBuffer | ArrayBufferView) {
      // Ours is read in place, this one is to be a copy.
      this.inner = new Module(engine, bytesOf(bytes).slice());
    }
    static exports = ({ inner }: OuterModule) => inner.exports.map(descriptor);
    static imports = ({ inner }: OuterModule) =>
      inner.imports.map((entry) => ({ module: entry.module, ...descriptor(entry) }));
    static customSections = ({ inner }: OuterModule, name: string) =>
      inner.customSections(name).map(({ buffer }) => buffer);
  }

  class OuterInstance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor({ inner: module }: OuterModule, imports: Imports = {}) {
      const linker = new Linker(engine);
      wasi?.addTo(linker);
      const defined = new Set<string>();
      for (const { module: from, name, kind, type } of module.imports) {
        const key = JSON.stringify([from, name]);
        if (defined.has(key) || (wasi !== undefined && from === "wasi_snapshot_preview1")) continue;
        defined.add(key);
        const value = inner(imports[from]?.[name]);
        if (value === undefined) continue;
        const isOurs = typeof value === "function" && "type" in value;
        if (kind === "func" && !isOurs)
          linker.func(from, name, "as-imported", hostFunction(value as Outer, resultsOf(type)));
        else if (kind === "global" && typeof value === "number")
          linker.define(from, name, new Global(store, { type: globalType(type) }, value));
        else linker.define(from, name, value as Func);
      }
      const instance: Instance = linker.instantiate(store, module);
      const exported: Record<string, unknown> = Object.create(null);
      for (const [name, value] of Object.entries(instance.exports)) exported[name] = outer(value);
      this.exports = Object.freeze(exported);
    }
  }

  const namespace = {
    store,
    Module: OuterModule,
    Instance: OuterInstance,
    Memory: OuterMemory,
    Table: OuterTable,
    Global: OuterGlobal,
    Tag,
    Exception: WasmException,
    CompileError,
    LinkError,
    RuntimeError,
    validate: (bytes: ArrayBuffer | ArrayBufferView) => Module.validate(engine, bytesOf(bytes)),
    compile: async (bytes: ArrayBuffer | ArrayBufferView) => new OuterModule(bytes),
    async instantiate(source: ArrayBuffer | ArrayBufferView | OuterModule, imports?: Imports) {
      if (source instanceof OuterModule) return new OuterInstance(source, imports);
      const module = new OuterModule(source);
      return { module, instance: new OuterInstance(module, imports) };
    },
  };
  return namespace;
}

function bytesOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

function descriptor({ name, kind }: { readonly name: string; readonly kind: string }) {
  return { name, kind: kind === "func" ? "function" : kind };
}

/** The value type in an immutable global's text form. */
function globalType(type: string): ValTypeName {
  return /^\(global (.*)\)$/.exec(type)?.[1] as ValTypeName;
}

/** The result types of a function type's text form. */
function resultsOf(type: string): ValTypeName[] {
  const results = /\(result (.*)\)\)$/.exec(type)?.[1] ?? "";
  return (results.match(/\([^()]*\)|\S+/g) ?? []) as ValTypeName[];
}

/** Runs `action` while `globalThis.WebAssembly` is `namespace`. */
export async function withWebAssembly<Result>(
  namespace: object,
  action: () => Promise<Result>,
): Promise<Result> {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, "WebAssembly") ?? { configurable: true };
  Object.defineProperty(globalThis, "WebAssembly", { configurable: true, writable: true, value: namespace });
  try {
    return await action();
  } finally {
    Object.defineProperty(globalThis, "WebAssembly", descriptor);
  }
}
