// Every way in which a plugin can go wrong, for a plugin, a pool and a pool of threads: what is told of it, and that the next
// call finds the plugin as if nothing had been.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  PLUGIN_ERROR_KINDS,
  Plugin,
  type PluginCallOptions,
  PluginError,
  PluginPool,
  type PluginResult,
  type PoolOptions,
} from "wasmeter/plugin";
import { failureOf } from "../../src/plugin/failure.ts";
import { sent } from "../../src/plugin/node/messages.ts";
import { wat } from "../wat.ts";
import { HOSTILE, STREAMS, WORKER_MODULE } from "./hostile.ts";
import { hostFunctions } from "./worker-module.mjs";

interface Callable {
  call(name: string, input?: Uint8Array | string, options?: PluginCallOptions): Promise<PluginResult>;
  close(): Promise<void>;
}

const BOUNDS = { memoryBytes: 10_000_000, fuel: 10_000_000, timeoutMs: 20_000, outputBytes: 1_000_000 };

const MODES: Readonly<Record<string, (module: Uint8Array, options?: PoolOptions) => Callable>> = {
  plain: (module, options) => new Plugin(module, { ...BOUNDS, hostFunctions, ...options }),
  fresh: (module, options) => new Plugin(module, { ...BOUNDS, hostFunctions, state: "fresh", ...options }),
  pooled: (module, options) => new PluginPool(module, { ...BOUNDS, hostFunctions, size: 2, ...options }),
  worker: (module, options) =>
    new PluginPool(module, { ...BOUNDS, size: 2, workers: 1, workerModule: WORKER_MODULE, ...options }),
};

async function failure(call: Promise<unknown>): Promise<PluginError> {
  const outcome = await call.then(
    () => "it gave a result",
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(PluginError);
  return outcome as PluginError;
}

describe.each(Object.keys(MODES))("a %s plugin that", (mode) => {
  let plugin: Callable;
  beforeAll(() => {
    plugin = (MODES[mode] as (module: Uint8Array) => Callable)(HOSTILE);
  });
  afterAll(() => plugin.close());

  const isAsNew = async (): Promise<void> => {
    expect((await plugin.call("transform", "as new")).text).toBe("as new");
  };

  it.each([
    ["has no such function", "missing", "missing-export", /no function "missing".*"transform"/],
    ["has one of another type", "odd", "missing-export", /no function "odd"/],
    ["loops", "loops", "out-of-fuel", /out of fuel/],
    ["allocates for ever", "grows", "memory", /unreachable/],
    ["recurses", "recurses", "trap", /call stack exhausted/],
    ["boasts with a gigabyte of output", "boasts", "output-too-large", /1073741824 bytes: more than 1000000/],
    ["gives a result that ends outside of its memory", "overlaps", "guest-error", /ends outside/],
    ["gives a wild pointer", "wild", "guest-error", /4294967294, which is not in its memory/],
    ["gives none", "null", "guest-error", /no result/],
    ["traps", "traps", "trap", /integer divide by zero/],
    ["calls what throws", "throws", "host-error", /the host's own/],
  ])("%s", async (_, name, kind, message) => {
    await isAsNew();
    const error = await failure(plugin.call(name, "input"));
    expect(error.kind).toBe(kind);
    expect(error.message).toMatch(message);
    if (kind !== "missing-export") {
      expect(error.fuelConsumed).toBeGreaterThan(0n);
      expect(error.memoryBytes).toBeGreaterThanOrEqual(131_072);
      expect(error.durationMs).toBeGreaterThan(0);
    }
    if (kind === "trap") expect(error.backtrace[0]).toMatchObject({ functionName: expect.any(String) });
    if (kind === "host-error") expect(error.cause).toMatchObject({ name: "TypeError" });
    await isAsNew();
  });

  it.each(["loops", "waits"])("%s, with its time over", async (name) => {
    await isAsNew();
    // Also with all the fuel there is.
    const error = await failure(plugin.call(name, "", { timeoutMs: 50, fuel: 10n ** 15n }));
    expect([error.kind, error.message]).toEqual(["timeout", "interrupted by timeout"]);
    await isAsNew();
  });

  it.each(["loops", "waits"])("%s, and is cancelled", async (name) => {
    const abort = new AbortController();
    const call = failure(plugin.call(name, "", { signal: abort.signal, fuel: 10n ** 15n }));
    setTimeout(() => abort.abort(), 30);
    expect((await call).kind).toBe("cancelled");
    expect((await failure(plugin.call("transform", "", { signal: abort.signal }))).kind).toBe("cancelled");
    await isAsNew();
  });

  it("has more input than it has room for", async () => {
    expect((await plugin.call("transform", new Uint8Array(65_536))).output).toHaveLength(65_536);
    const error = await failure(plugin.call("transform", new Uint8Array(65_537)));
    expect([error.kind, error.message]).toEqual([
      "guest-error",
      expect.stringContaining("not in its memory"),
    ]);
    await isAsNew();
  });
});

describe.each(Object.keys(MODES))("a %s plugin of streams that", (mode) => {
  let plugin: Callable;
  beforeAll(() => {
    plugin = (MODES[mode] as (module: Uint8Array) => Callable)(STREAMS);
  });
  afterAll(() => plugin.close());

  const isAsNew = async (): Promise<void> => {
    const input = "streams ".repeat(20_000);
    expect((await plugin.call("_start", input)).text).toBe(input);
  };

  it("writes a gigabyte", async () => {
    const error = await failure(plugin.call("floods"));
    expect([error.kind, error.message]).toEqual([
      "output-too-large",
      "the plugin writes more than 1000000 bytes of output",
    ]);
    await isAsNew();
  });

  it("complains and exits", async () => {
    const error = await failure(plugin.call("complains", "ignored"));
    expect(error).toMatchObject({ kind: "guest-error", exitCode: 3 });
    expect(error.logs).toEqual([{ level: "warn", source: "stderr", message: "Mandaps!" }]);
    await isAsNew();
  });

  it("says that it has failed", async () => {
    expect(await failure(plugin.call("fails"))).toMatchObject({ kind: "guest-error", exitCode: undefined });
    await isAsNew();
  });

  it("exits well, or closes its streams", async () => {
    expect((await plugin.call("exits")).text).toBe("");
    expect((await plugin.call("closes")).text).toBe("");
    await isAsNew();
  });
});

describe("before there is a call", () => {
  const kindOf = (make: () => unknown): unknown => {
    try {
      return make();
    } catch (error) {
      return error instanceof PluginError ? [error.kind, error.message] : error;
    }
  };

  it.each([Plugin, PluginPool])("%O names what is wrong with the module", (Class) => {
    expect(kindOf(() => new Class(new Uint8Array(7)))).toEqual([
      "bad-module",
      expect.stringContaining("magic"),
    ]);
    expect(kindOf(() => new Class(HOSTILE))).toEqual(["link", expect.stringContaining("unknown import")]);
    expect(() => new Class("path.wasm" as never)).toThrow(TypeError);
    for (const source of [
      { main: HOSTILE, libraries: 5 },
      { main: "x", libraries: [] },
      { main: HOSTILE, libraries: [{ name: "x" }] },
    ]) {
      expect(() => new Class(source as never)).toThrow("expected a Module, its bytes, or what readManifest");
    }
    for (const host of ["https://a.test", "a.test:80", "a.test/", "user@a.test", ""]) {
      expect(() => new Class(HOSTILE, { allowedHosts: [host] })).toThrow(
        "the name of a host, without scheme",
      );
    }
    for (const host of ["*", "*.a.test", "[::1]", "127.0.0.?"]) {
      expect(() => new Class(HOSTILE, { allowedHosts: [host], hostFunctions })).not.toThrow();
    }
    expect(() => new Class(HOSTILE, { hostFunctions: { env: { throws: () => 1 } } } as never)).toThrow(
      "expected a host function, { params, results, run }, got a function",
    );
    expect(() => new Class(HOSTILE, { feul: 1 } as never)).toThrow("did you mean fuel");
    expect(() => new Class(HOSTILE, { memoryBytes: -1 })).toThrow(RangeError);
  });

  it("a module that needs more memory than it may have is told at its first call", async () => {
    for (const make of Object.values(MODES)) {
      const plugin = make(HOSTILE, { memoryBytes: 65_536 });
      const error = await failure(plugin.call("transform", "x"));
      expect([error.kind, error.message]).toEqual(["memory", expect.stringContaining("memoryBytes = 65536")]);
      await plugin.close();
    }
  });

  it("a worker's link errors are its calls'", async () => {
    const pool = new PluginPool(HOSTILE, { workers: 1 });
    expect(await failure(pool.call("transform", "x"))).toMatchObject({ kind: "link" });
    expect(await failure(pool.call("transform", "x"))).toMatchObject({ kind: "link" });
    await pool.close();
    expect(kindOf(() => new PluginPool(new Uint8Array(7), { workers: 1 }))).toEqual([
      "bad-module",
      expect.stringContaining("magic"),
    ]);
  });

  it("what cannot be sent to workers is refused", () => {
    expect(() => new PluginPool(HOSTILE, { workers: 1, hostFunctions })).toThrow("workerModule");
    expect(() => new PluginPool(HOSTILE, { hostFunctions, state: "kept" })).toThrow("for a Plugin");
  });
});

describe("what host functions throw", () => {
  const refuse = (): never => {
    throw new Error("not to be looked at");
  };
  const proxy = Proxy.revocable({}, {});
  proxy.revoke();
  const THROWN: readonly (readonly [string, unknown, string])[] = [
    ["nothing", undefined, "undefined"],
    ["null", null, "null"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["a text", "text", "text"],
    ["an object of no prototype", Object.create(null), "something that cannot be shown was thrown"],
    ["an object like an error of ours", { kind: "out-of-fuel", reason: "timeout" }, "[object Object]"],
    ["a symbol as message", Object.assign(new Error(), { message: Symbol("m") }), "Symbol(m)"],
    [
      "a message that is no text",
      Object.assign(new Error(), { message: { toString: refuse } }),
      "something that cannot be shown was thrown",
    ],
    [
      "a message that throws",
      Object.defineProperty(new Error(), "message", { get: refuse }),
      "something that cannot be shown was thrown",
    ],
    ["a name that throws", Object.defineProperty(new Error("named"), "name", { get: refuse }), "named"],
    ["a revoked proxy", proxy.proxy, "something that cannot be shown was thrown"],
    [
      "a proxy whose prototype throws",
      new Proxy({}, { getPrototypeOf: refuse }),
      "something that cannot be shown was thrown",
    ],
  ];

  it.each(THROWN)("%s is a host-error, at once or by a promise", async (name, thrown, message) => {
    let isLate = false;
    const run = () => {
      if (isLate) return Promise.reject(thrown);
      throw thrown;
    };
    const throws = { params: [], results: [], run };
    const plugin = new PluginPool(HOSTILE, {
      ...BOUNDS,
      hostFunctions: { env: { ...hostFunctions.env, throws } },
    });
    for (isLate of [false, true]) {
      // A proxy is asked by the engine too: what that gives is then what was thrown.
      const error = await failure(plugin.call("throws"));
      expect(error.kind).toBe("host-error");
      if (!/proxy/.test(name)) expect(error.message).toBe(message);
    }
    expect((await plugin.call("transform", "x")).text).toBe("x");
    await plugin.close();
    // As a worker sends it.
    const sendable = structuredClone(sent(failureOf(thrown, false)));
    expect([sendable.kind, sendable.message]).toEqual(["host-error", message]);
  });
});

describe("pools", () => {
  it.each([
    ["a start function", "(start $s) (func $s (loop (br 0)))"],
    ["_initialize", '(func (export "_initialize") (loop (br 0)))'],
  ])("are closed while %s loops for ever", async (_, text) => {
    const module = wat(`(module ${text} (memory (export "memory") 1)
      (func (export "alloc") (param i32) (result i32) (i32.const 8))
      (func (export "f") (param i32 i32) (result i32) (i32.const 0)))`);
    for (const make of [
      () => new PluginPool(module, { timeoutMs: Number.POSITIVE_INFINITY }),
      () => new Plugin(module, { timeoutMs: Number.POSITIVE_INFINITY }),
    ]) {
      const plugin = make();
      const call = failure(plugin.call("f"));
      await new Promise((resolve) => setTimeout(resolve, 20));
      await plugin.close();
      expect((await call).kind).toBe("cancelled");
      const abort = new AbortController();
      const other = make();
      const aborted = failure(other.call("f", "", { signal: abort.signal }));
      setTimeout(() => abort.abort(), 20);
      expect((await aborted).kind).toBe("cancelled");
      await other.close();
    }
  });

  it("refuse what is too much, and end what waits too long", async () => {
    const pool = new PluginPool(HOSTILE, { ...BOUNDS, hostFunctions, size: 1, queue: 2, queueTimeoutMs: 40 });
    const running = pool.call("slow", "x".repeat(120));
    const waiting = [
      failure(pool.call("transform", "a")),
      failure(pool.call("transform", "b", { timeoutMs: 20 })),
    ];
    expect([pool.running, pool.queued]).toEqual([1, 2]);
    expect(await failure(pool.call("transform", "c"))).toMatchObject({
      kind: "queue-full",
      fuelConsumed: 0n,
    });
    for (const call of waiting) {
      expect(await call).toMatchObject({
        kind: "timeout",
        message: expect.stringMatching("no instance was free"),
      });
    }
    expect((await running).output).toHaveLength(120);
    expect((await pool.call("transform", "d")).text).toBe("d");
    await pool.close();
  });

  it.each(["pooled", "worker"])("%s: closing ends what runs and waits, and refuses more", async (mode) => {
    const pool = (MODES[mode] as (module: Uint8Array, options?: PoolOptions) => Callable)(HOSTILE, {
      size: 1,
    });
    await pool.call("transform", "x");
    const names = ["waits", "loops", "transform"];
    const calls = names.map((name) => failure(pool.call(name, "", { fuel: 10n ** 15n })));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await pool.close();
    expect((await Promise.all(calls)).map(({ kind }) => kind)).toEqual([
      "cancelled",
      "cancelled",
      "cancelled",
    ]);
    expect((await failure(pool.call("transform", "x"))).kind).toBe("cancelled");
    await pool.close();
  });

  it("give a tenant no more than its share of the instances", async () => {
    const pool = new PluginPool(HOSTILE, { ...BOUNDS, hostFunctions, size: 2, tenantSize: 1 });
    const order: string[] = [];
    const call = (tenant: string, ms: number) =>
      pool.call("slow", "x".repeat(ms), { tenant }).then(() => order.push(tenant));
    await Promise.all([call("a", 50), call("a", 50), call("a", 50), call("b", 10), call("b", 10)]);
    expect(order).toEqual(["b", "b", "a", "a", "a"]);
    expect(pool.tenant("a").metrics).toMatchObject({ finished: 6, failed: 0, active: 0 });
    expect(pool.tenants.map(({ name }) => name)).toEqual(["a", "b"]);
    expect([pool.removeTenant("b"), pool.tenants.length]).toEqual([true, 1]);
    await pool.close();
  });

  it("end a thread that a host function blocks for ever, and give its other calls to another", async () => {
    const reasons: (string | undefined)[] = [];
    const pool = new PluginPool(HOSTILE, {
      ...{ ...BOUNDS, size: 4, workers: 1, workerModule: WORKER_MODULE },
      onEvent: (event) => {
        if (event.type === "worker" && event.change === "ended") reasons.push(event.reason);
      },
    });
    await pool.call("transform", "x");
    const blocked = failure(pool.call("blocks", "", { timeoutMs: 100 }));
    const other = pool.call("transform", "other");
    // Begun anew it has no time left.
    expect(await blocked).toMatchObject({ kind: "timeout" });
    expect((await other).text).toBe("other");
    expect(reasons).toEqual(["it did not answer in time"]);
    await pool.close();
  });

  it("replace a thread that dies, and begin its calls anew, once", async () => {
    const events: string[] = [];
    const pool = new PluginPool(HOSTILE, {
      ...{ ...BOUNDS, size: 4, workers: 1, workerModule: WORKER_MODULE },
      onEvent: (event) => {
        if (event.type === "worker") events.push(`${event.change} ${event.worker}`);
      },
    });
    const others = Array.from({ length: 3 }, (_, k) => pool.call("slow", "x".repeat(30 + k)));
    const killer = failure(pool.call("kills"));
    expect((await Promise.all(others)).map(({ output }) => output.length)).toEqual([30, 31, 32]);
    expect(await killer).toMatchObject({
      kind: "host-error",
      message: "the worker thread has died: it ended with status 7",
    });
    expect((await pool.call("transform", "x")).text).toBe("x");
    expect(events.slice(0, 3)).toEqual(["started 1", "ended 1", "started 2"]);
    expect(events).toEqual(expect.arrayContaining(["ended 2", "started 3"]));
    expect(events).toHaveLength(5);
    await pool.close();
  });
});

it("has a test for every kind", async () => {
  const { readFileSync } = await import("node:fs");
  const text = readFileSync(new URL(import.meta.url), "utf8");
  for (const kind of PLUGIN_ERROR_KINDS) expect(text).toContain(`"${kind}"`);
});
