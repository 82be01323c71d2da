// Calls every public constructor, method and function with what does not belong there: wrong types, wrong order, missing and
// extra arguments, frozen, proxied and getter-laden options. Whatever comes, it is a documented error or no error at all.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as wasmeter from "wasmeter";
import { Engine, errorKind, type Instance, Linker, Module, Store } from "wasmeter";
import * as components from "wasmeter/component";
import * as componentWasi from "wasmeter/component/wasi";
import { Store as CoreStore } from "wasmeter/core";
import * as http from "wasmeter/http";
import * as node from "wasmeter/node";
import * as packs from "wasmeter/packs";
import * as plugins from "wasmeter/plugin";
import * as wasi from "wasmeter/wasi";
import * as namespace from "wasmeter/webassembly";
import { projectRoot } from "./built-code.ts";
import { wat } from "./wat.ts";

const engine = new Engine();
const bytes = wat(`(module
  (import "env" "f" (func $f (param i32) (result i32)))
  (memory (export "memory") 1 2) (table (export "table") 2 4 funcref) (tag (export "tag") (param i32))
  (global (export "global") (mut i32) (i32.const 0))
  (func (export "call") (param i32) (result i32) (call $f (local.get 0)))
  (func (export "_initialize")))`);
const module = new Module(engine, bytes);

function instantiate(host: wasmeter.HostFunction = (_caller, n: number) => n): Instance {
  const linker = new Linker(engine).func("env", "f", { params: ["i32"], results: ["i32"] }, host);
  return linker.instantiate(new Store(engine, { fuel: 10_000 }), module);
}

/** Gives objects of the GC heap. */
const objects = new Linker(engine).instantiate(
  new Store(engine),
  new Module(
    engine,
    wat(`(module (type $pair (struct (field (mut i32)) (field f64))) (type $numbers (array (mut i16)))
      (func (export "pair") (result (ref $pair)) (struct.new $pair (i32.const 1) (f64.const 2)))
      (func (export "numbers") (result (ref $numbers)) (array.new $numbers (i32.const 7) (i32.const 3))))`),
  ),
);

/** Thrown by values that resist: it has to come out as it is. */
const OWN = new Error("the embedder's own");
const resisting = new Proxy(
  {},
  {
    get: () => {
      throw OWN;
    },
    ownKeys: () => {
      throw OWN;
    },
    has: () => {
      throw OWN;
    },
    getPrototypeOf: () => {
      throw OWN;
    },
  },
);
const withGetter = {
  get fuel(): never {
    throw OWN;
  },
};

/** What is tried in every place: good values among the bad, so that calls get past the first check. */
function values(): unknown[] {
  const instance = instantiate();
  const { store } = instance;
  return [
    ...[
      undefined,
      null,
      true,
      Number.NaN,
      -1,
      0,
      1,
      1.5,
      2 ** 53,
      Number.POSITIVE_INFINITY,
      3n,
      -1n,
      10n ** 30n,
    ],
    ...[
      "",
      "call",
      "memory",
      "env",
      "i32",
      "/no/such/place",
      "x".repeat(10_000),
      Symbol("s"),
      [],
      ["i32"],
      [1, "a"],
    ],
    ...[() => 1, class Stranger {}, new Map([["a", 1]]), new Date(Number.NaN), /x/],
    ...[
      {},
      Object.create(null),
      { unknown: 1 },
      { fuel: "1000" },
      { fuel: 5 },
      { timeoutMs: Number.NaN },
      { min: 1 },
    ],
    ...[
      { params: ["i32"], results: [] },
      { params: 5 },
      { type: "i32" },
      { element: "funcref", min: 1, max: 0 },
    ],
    ...[Object.freeze({ concurrent: true }), new Proxy({ fuel: 5n }, {}), withGetter, resisting],
    new Proxy(store, {}),
    ...[new Uint8Array(4), new Float64Array(2), new ArrayBuffer(8), new DataView(new ArrayBuffer(2)), bytes],
    ...[engine, module, store, instance, new Linker(engine), new Store(new Engine()), AbortSignal.timeout(1)],
    ...[instance.exports.memory, instance.exports.table, instance.exports.global, instance.exports.tag],
    ...[
      instance.exports.call,
      instance.start("call", [1]),
      new wasi.MemoryFileSystem(),
      new wasi.WasiPreview1(),
    ],
  ];
}

/** Repeatable choices (xorshift). */
function chooser(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % count;
  };
}

/** Texts of JavaScript's own about code that met what it did not expect. */
const INTERNAL =
  /reading '|Cannot (read|set|convert|mix|assign|destructure|use)|is not (a function|iterable|a constructor|defined|an Object)|undefined \(|private (member|field|name)|Invalid (array|typed|string|count)|Receiver must be|object null|called on incompatible|Maximum call stack|not extensible|BigInt/;

/** Why an error is none that is documented; `undefined` if it is. */
function problemOf(error: unknown): string | undefined {
  if (error === OWN || errorKind(error) !== undefined) return undefined;
  // Theirs are kinds of their own, and in them the engine's.
  if (error instanceof plugins.PluginError && plugins.PLUGIN_ERROR_KINDS.includes(error.kind))
    return undefined;
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  // Node's errors about files and addresses.
  if (/^E[A-Z]+$/.test((error as NodeJS.ErrnoException).code ?? "")) return undefined;
  if (error.constructor === Error && /^(this WASI cannot be|instance\.reset: |store\.)/.test(error.message)) {
    return undefined;
  }
  if (!(error instanceof TypeError || error instanceof RangeError)) return `${error.name}: ${error.message}`;
  return INTERNAL.test(error.message) ? (error.stack ?? error.message) : undefined;
}

const ATTEMPTS = 400;
/** For what takes milliseconds to be made anew each time. */
const FEW_ATTEMPTS = 80;
const COSTLY = /^(Plugin|PluginPool|HttpServer|ComponentInstance|PreparedComponent)\./;

/** Tries random arguments, 0 to 5 of them. `call` gives what is to be called anew for each. */
async function walk(name: string, call: (...args: unknown[]) => unknown, attempts = ATTEMPTS): Promise<void> {
  const choose = chooser(name.length + 7);
  const problems = new Set<string>();
  let pool = values();
  for (let k = 0; k < attempts; k++) {
    // Some of them are used up or changed by being used.
    if (k % 50 === 0) pool = values();
    const args = Array.from({ length: choose(6) }, () => pool[choose(pool.length)]);
    try {
      await call(...args);
    } catch (error) {
      const problem = problemOf(error);
      if (problem !== undefined) problems.add(problem);
    }
  }
  expect([...problems], name).toEqual([]);
}

// ------------------------------------------------------------------ what there is

type Class = new (...args: unknown[]) => object;

const everything: Readonly<Record<string, unknown>> = {
  ...wasmeter,
  ...wasi,
  ...node,
  ...components,
  ...componentWasi,
  ...http,
  ...packs,
  ...plugins,
  ...namespace,
  CoreStore,
};
const isClass = (value: unknown): value is Class =>
  typeof value === "function" && Function.prototype.toString.call(value).startsWith("class");
const isError = (value: Class) => value.prototype instanceof Error;

const classes = Object.entries(everything).filter((entry): entry is [string, Class] => isClass(entry[1]));
const functions = Object.entries(everything).filter(
  (entry): entry is [string, (...args: unknown[]) => unknown] =>
    typeof entry[1] === "function" && !isClass(entry[1]),
);

/** Has a function, and a resource of its own. */
const component = new components.Component(
  engine,
  wat(`(component
    (core module $m (func (export "f") (param i32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    (func (export "f") (param "n" u32) (result u32) (canon lift (core func $i "f"))))`),
);
/** A plugin, by its standard streams. */
const program = wat('(module (memory (export "memory") 1) (func (export "_start")))');

const instantiateComponent = () =>
  new components.ComponentLinker(engine).instantiate(new Store(engine, { fuel: 10_000 }), component);

/** Answers with what it was given. */

/** Names that the sources mark as internal or protected: not for embedders, and so without checks. */
const internal = new Set(
  ["api", "component/api", "component-wasi", "http", "plugin"]
    .flatMap((folder) => readdirSync(join(projectRoot, "src", folder)).map((file) => join(folder, file)))
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [
      ...readFileSync(join(projectRoot, "src", file), "utf8").matchAll(
        /\/\*\*(?:(?!\*\/).)*?@internal(?:(?!\*\/).)*?\*\/\s+(?:static |async |get |readonly )*(\w+)|protected [\w ]*?(\w+)\(/gs,
      ),
    ])
    .map(([, name, guarded]) => name ?? guarded),
);

/** One of each class, to call methods of; made anew for each call. */
const MAKERS: Readonly<Record<string, () => object>> = {
  Engine: () => new Engine(),
  Module: () => module,
  Store: () => new Store(engine, { fuel: 100 }),
  HostHeapBudget: () => new Store(engine).hostHeap,
  Linker: () => new Linker(engine),
  PreparedInstance: () =>
    new Linker(engine).func("env", "f", { params: ["i32"], results: ["i32"] }, () => 1).prepare(module),
  Instance: () => instantiate(),
  Execution: () => instantiate().start("call", [1]),
  Memory: () => instantiate().exports.memory,
  Table: () => instantiate().exports.table,
  Global: () => instantiate().exports.global,
  Tag: () => instantiate().exports.tag,
  GcStruct: () => new wasmeter.GcStruct(objects.store, objects.call("pair")),
  GcArray: () => new wasmeter.GcArray(objects.store, objects.call("numbers")),
  InterruptHandle: () => new wasmeter.InterruptHandle(),
  Scheduler: () => new wasmeter.Scheduler(),
  Tenant: () => new wasmeter.Scheduler().tenant("one"),
  WasiPreview1: () => new wasi.WasiPreview1(),
  MemoryFileSystem: () => new wasi.MemoryFileSystem(),
  OverlayFileSystem: () =>
    new wasi.OverlayFileSystem(new wasi.MemoryFileSystem(), new wasi.MemoryFileSystem()),
  ReadOnlyFileSystem: () => new wasi.ReadOnlyFileSystem(new wasi.MemoryFileSystem()),
  CapturedOutput: () => new wasi.CapturedOutput(),
  HostFileSystem: () => new node.HostFileSystem(projectRoot),
  CoreStore: () => new CoreStore(new Engine({ packs: [] })),
  Component: () => component,
  ComponentLinker: () => new components.ComponentLinker(engine),
  PreparedComponent: () => new components.ComponentLinker(engine).prepare(component),
  ComponentInstance: () => instantiateComponent(),
  Wasi: () => new componentWasi.Wasi(),
  HttpServer: () =>
    new http.HttpServer({
      ...{ name: "none", components: new Map(), route: () => undefined, routeTo: () => undefined },
      close() {},
    }),
  Plugin: () => new plugins.Plugin(program),
  PluginPool: () => new plugins.PluginPool(program),
};

/** Made by the engine alone. */
const NOT_CONSTRUCTED = new Set([
  ...["Caller", "Instance", "Execution", "HostHeapBudget", "PreparedInstance", "Tenant", "Pack"],
  ...["ComponentInstance", "PreparedComponent", "PluginResult"],
]);
/** Errors that host code throws itself; the others are made by the engine. */
const MADE_BY_HOSTS = new Set(["WasmException", "WasiError", "ComponentError", "HttpError"]);

function methodsOf(value: Class): string[] {
  const names: string[] = [];
  for (
    let level = value.prototype as object;
    level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const [name, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (typeof method === "function" && name !== "constructor" && !internal.has(name)) names.push(name);
    }
  }
  return names;
}

/** Those that open a port, whatever they are given. */
const OPENING = new Set(["listen", "acceptor"]);

/** A callback of an option, which the engine alone calls. */
const CALLBACKS = new Set(["fetchHttp"]);

const listeners: { close(): void }[] = [];
afterAll(() => {
  for (const listener of listeners) listener.close();
});

// ------------------------------------------------------------------ the walk

describe("arguments that do not belong", () => {
  it("are tried on every public class", () => {
    const known = [...Object.keys(MAKERS), ...NOT_CONSTRUCTED];
    const missing = classes.filter(([, value]) => !isError(value)).map(([name]) => name);
    expect(missing.filter((name) => !known.includes(name))).toEqual([]);
    expect(methodsOf(wasmeter.Linker as unknown as Class)).toContain("instantiate");
    expect(internal.has("acceptsReference")).toBe(true);
    expect(internal.has("instantiate")).toBe(false);
  });

  const made = classes.filter(
    ([name, value]) => !NOT_CONSTRUCTED.has(name) && (!isError(value) || MADE_BY_HOSTS.has(name)),
  );
  it.each(made)("new %s", async (name, value) => {
    await walk(`new ${name}`, (...args) => new value(...args));
  });

  const methods = classes.flatMap(([name, value]) => {
    const make = MAKERS[name];
    return make === undefined
      ? []
      : methodsOf(value)
          .filter((method) => !OPENING.has(method))
          .map((method) => [`${name}.${method}`, make, method] as const);
  });
  it.each(methods)("%s", async (name, make, method) => {
    await walk(
      name,
      (...args) => {
        const target = make() as Record<string, (...args: unknown[]) => unknown>;
        const result = target[method]?.(...args);
        // Runs that wait for their turn are not waited for: another one may never get it.
        if (name === "Scheduler.run") (result as Promise<unknown>).catch(() => {});
        return name === "Scheduler.run" ? undefined : result;
      },
      COSTLY.test(name) ? FEW_ATTEMPTS : ATTEMPTS,
    );
  });

  const statics = [
    ["Module.validate", Module.validate],
    ["Module.compileAsync", Module.compileAsync.bind(Module)],
    ["WasiPreview1.addTo", wasi.WasiPreview1.addTo.bind(wasi.WasiPreview1)],
  ] as const;
  it.each([...statics, ...functions.filter(([name]) => !CALLBACKS.has(name))])("%s", async (name, call) => {
    await walk(name, async (...args) => {
      const result = await (call as (...args: unknown[]) => unknown)(...args);
      if (name === "listenTcp") listeners.push(result as { close(): void });
    });
  });

  it.each(["export", "chargeFuel", "refundFuel", "throwIfInterrupted"])("Caller.%s", async (method) => {
    await walk(`Caller.${method}`, (...args) =>
      instantiate((caller, n) => {
        (caller as unknown as Record<string, (...args: unknown[]) => unknown>)[method]?.(...args);
        return n;
      }).call("call", [1]),
    );
  });

  it("global.value and exported functions", async () => {
    await walk("global.value", (value) => {
      instantiate().exports.global.value = value;
    });
    await walk("exports.call", (...args) => instantiate().exports.call(...args));
    await walk("host result", (value) => instantiate(() => value).call("call", [1]));
  });

  it("would be found out", () => {
    expect(problemOf(new TypeError("Cannot read properties of undefined (reading 'map')"))).toBeDefined();
    expect(problemOf("text")).toBeDefined();
    expect(problemOf(new TypeError("new Store: there is no option"))).toBeUndefined();
  });
});
