// Whatever JavaScript can throw or reject with ends the call that it is thrown through, as that very value and once,
// by whichever way the host is entered; the store is usable afterwards.

import { beforeEach, describe, expect, it } from "vitest";
import {
  Engine,
  ExitError,
  type HostFunction,
  type Instance,
  Linker,
  Module,
  Store,
  Trap,
  WasmException,
} from "wasmeter";
import { MemoryFileSystem, WasiError, WasiPreview1 } from "wasmeter/wasi";
import { wat } from "./wat.ts";

const unkind = () => {
  throw new Error("not to be asked");
};
const UNKIND_HANDLER = {
  get: unkind,
  has: unkind,
  getPrototypeOf: unkind,
  ownKeys: unkind,
  getOwnPropertyDescriptor: unkind,
  set: unkind,
  defineProperty: unkind,
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What can be thrown; each is made anew for each throw. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  false: () => false,
  zero: () => 0,
  NaN: () => Number.NaN,
  "a bigint": () => 0n,
  "no text": () => "",
  "a symbol": () => Symbol("thrown"),
  "a function": () => () => 1,
  "an object": () => ({}),
  "an object without prototype": () => Object.create(null),
  "a frozen object": () => Object.freeze({}),
  "a frozen error": () => Object.freeze(new Error("frozen")),
  "a frozen trap": () => Object.freeze(new Trap("unreachable")),
  "a trap": () => new Trap("unreachable"),
  "a trap whose backtrace throws": () =>
    Object.defineProperty(new Trap("unreachable"), "backtrace", { get: unkind, set: unkind }),
  "what inherits from Trap": () => Object.create(Trap.prototype),
  "what inherits from WasmException": () => Object.create(WasmException.prototype),
  "what inherits from WasiError": () => Object.create(WasiError.prototype),
  "what inherits from ExitError": () => Object.create(ExitError.prototype),
  "a proxy of a trap": () => new Proxy(new Trap("unreachable"), {}),
  "a proxy of an errno": () => new Proxy(new WasiError("io"), {}),
  "an unkind proxy": () => new Proxy(new Trap("unreachable"), UNKIND_HANDLER),
  "a revoked proxy": revoked,
  "getters that throw": () =>
    Object.defineProperties(new Error("unkind"), {
      stack: { get: unkind },
      message: { get: unkind },
      name: { get: unkind },
      code: { get: unkind },
      errno: { get: unkind },
    }),
  "text that throws": () => ({ toString: unkind, [Symbol.toPrimitive]: unkind }),
};

const engine = new Engine();

const module = new Module(
  engine,
  wat(`(module
    (import "env" "host" (func $host (result i32)))
    (import "env" "again" (func $again))
    (type $host (func (result i32)))
    (table funcref (elem $host))
    (memory (export "memory") 1)
    (export "host" (func $host))
    (func (export "call") (result i32) (i32.add (call $host) (i32.const 1)))
    (func (export "indirect") (result i32) (call_indirect (type $host) (i32.const 0)))
    (func (export "tail") (result i32) (return_call $host))
    (func (export "caught") (result i32)
      (block $all (try_table (catch_all $all) (return (call $host))))
      (i32.const -1))
    (func (export "nested") (call $again))
    (func (export "seven") (result i32) (i32.const 7)))`),
);

const starting = new Module(
  engine,
  wat(`(module (import "env" "host" (func $host (result i32)))
    (func $start (drop (call $host))) (start $start))`),
);

/** WASI functions on a descriptor, by name; memory is as they need it. */
const wasiModule = new Module(
  engine,
  wat(`(module
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_filestat_get" (func $stat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\20\\00\\00\\00\\04\\00\\00\\00")
    (func (export "read") (result i32) (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 16)))
    (func (export "write") (result i32) (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
    (func (export "stat") (result i32) (call $stat (i32.const 3) (i32.const 64)))
    (func (export "random") (result i32) (call $random (i32.const 64) (i32.const 8)))
    (func (export "clock") (result i32) (call $clock (i32.const 1) (i64.const 1) (i32.const 64)))
    (func (export "seven") (result i32) (i32.const 7)))`),
);

describe.each(Object.entries(VALUES))("a host that throws %s", (_, make) => {
  let thrown: unknown;
  let throws = 0;
  beforeEach(() => {
    throws = 0;
  });

  /** For a host function: throws a new value. */
  const raise = (): never => {
    throws++;
    thrown = make();
    throw thrown;
  };

  const rejected = (): Promise<never> => {
    throws++;
    thrown = make();
    return Promise.reject(thrown);
  };

  const instantiate = (host: HostFunction): Instance => {
    const linker = new Linker(engine)
      .func("env", "host", { params: [], results: ["i32"] }, host)
      .func("env", "again", { params: [], results: [] }, (caller) => caller.instance?.call("call"));
    return linker.instantiate(new Store(engine), module);
  };

  function wasi(options: ConstructorParameters<typeof WasiPreview1>[0]): Instance {
    const linker = new Linker(engine);
    new WasiPreview1(options).addTo(linker);
    return linker.instantiate(new Store(engine), wasiModule);
  }

  /** That `run` ends with the value, thrown once. */
  function expectThrown(run: () => unknown): void {
    let caught: { readonly value: unknown } | undefined;
    try {
      run();
    } catch (value) {
      caught = { value };
    }
    expectOnce(caught);
  }

  async function expectRejected(run: () => Promise<unknown>): Promise<void> {
    const caught = await run().then(
      () => undefined,
      (value: unknown) => ({ value }),
    );
    expectOnce(caught);
  }

  function expectOnce(caught: { readonly value: unknown } | undefined): void {
    expect(caught).toBeDefined();
    // By identity: a matcher would look into the value.
    expect(Object.is(caught?.value, thrown)).toBe(true);
    expect(throws).toBe(1);
    throws = 0;
  }

  it("ends a call of an import", () => {
    const instance = instantiate(raise);
    for (const name of ["host", "call", "indirect", "tail", "caught", "nested"]) {
      expectThrown(() => instance.call(name));
      expectThrown(() => instance.exports[name]());
      expect(instance.call("seven")).toBe(7);
    }
  });

  it("ends an execution", () => {
    const instance = instantiate(raise);
    for (const name of ["host", "call", "indirect", "tail", "caught", "nested"]) {
      const execution = instance.start(name);
      expectThrown(() => {
        expect(execution.resume({ fuel: 1000 })).toBe("trapped");
        throw execution.trap;
      });
      expect(execution.resume()).toBe("trapped");
      expect(instance.call("seven")).toBe(7);
    }
  });

  it("ends an instantiation by its start function", async () => {
    const store = new Store(engine);
    const linker = new Linker(engine).func("env", "host", { params: [], results: ["i32"] }, raise);
    expectThrown(() => linker.instantiate(store, starting));
    await expectRejected(() => linker.instantiateAsync(store, starting));
    const rejecting = new Linker(engine).func("env", "host", { params: [], results: ["i32"] }, rejected);
    await expectRejected(() => rejecting.instantiateAsync(store, starting));
    expect(store.fuelConsumed < 100n).toBe(true);
  });

  it("ends a call by a promise", async () => {
    for (const host of [raise, rejected, () => Promise.resolve().then(raise)]) {
      const instance = instantiate(host);
      for (const name of ["host", "call", "indirect", "tail", "caught"]) {
        await expectRejected(() => instance.callAsync(name));
        expect(instance.call("seven")).toBe(7);
      }
    }
  });

  it("ends a read or a write by a stream", async () => {
    for (const stdin of [raise, rejected, iterableOf(raise)]) {
      const instance = wasi({ stdin: stdin as never });
      await expectRejected(() => instance.callAsync("read"));
      expect(instance.call("seven")).toBe(7);
    }
    expectThrown(() => wasi({ stdout: raise }).call("write"));
    const slow = wasi({ stdout: rejected, outputBufferBytes: 4 });
    expect(await slow.callAsync("write")).toBe(0);
    await expectRejected(() => slow.callAsync("write"));
    expectThrown(() =>
      wasi({ stdin: { ready: true, available: 1, whenReady: rejected, read: raise } }).call("read"),
    );
  });

  it("becomes the errno of a Web stream that fails", async () => {
    const readable = new ReadableStream({
      pull(controller) {
        controller.error(make());
      },
    });
    expect(await wasi({ stdin: readable as never }).callAsync("read")).toBe(29);
    const writable = new WritableStream({
      write(_, controller) {
        controller.error(make());
      },
    });
    const guest = wasi({ stdout: writable as never, outputBufferBytes: 4 });
    expect(await guest.callAsync("write")).toBe(0);
    expect(await guest.callAsync("write")).toBe(29);
  });

  it("ends a call by a file system, a clock and a source of random bytes", () => {
    const root = Object.assign(Object.create(new MemoryFileSystem().root()) as object, { stat: raise });
    const instance = wasi({
      preopens: { "/": { root: () => root as never } },
      random: { fill: raise },
      clock: { resolution: 1n, realtime: raise, monotonic: raise },
    });
    for (const name of ["stat", "random", "clock"]) {
      expectThrown(() => instance.call(name));
      expect(instance.call("seven")).toBe(7);
    }
  });

  it("ends a call by what interrupts it", async () => {
    const { signal } = new AbortController();
    const instance = instantiate(() => 1);
    Object.defineProperty(signal, "aborted", { get: raise });
    expectThrown(() => instance.call("call", [], { signal }));
    await expectRejected(() => instance.callAsync("call", [], { signal }));
    expect(instance.call("seven")).toBe(7);
  });
});

function iterableOf(next: () => never): Iterable<Uint8Array> {
  return { [Symbol.iterator]: () => ({ next }) };
}
