// What a page, or a script in it, does to the namespace's objects and to what they stand on: by mistake, or on purpose.

import { createContext, runInContext } from "node:vm";
import { afterEach, describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { createWebAssembly } from "./index.ts";

const WA = createWebAssembly();

async function run(text: string, imports: Record<string, Record<string, unknown>> = {}, namespace = WA) {
  return new namespace.Instance(new namespace.Module(await wat(text)), imports).exports;
}

const transferAway = (buffer: ArrayBuffer) => structuredClone(buffer, { transfer: [buffer] });

describe("a memory whose buffer was transferred away", () => {
  const text =
    `(module (import "m" "f" (func $f)) (memory (export "memory") 1 3) (memory (export "second") 1) (data $d "abc")
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "store") (i64.store (i32.const 8) (i64.const 1)))
    (func (export "vector") (drop (v128.load (i32.const 0))))
    (func (export "fill") (memory.fill (i32.const 0) (i32.const 1) (i32.const 9)))
    (func (export "copy") (memory.copy (i32.const 0) (i32.const 9) (i32.const 9)))
    (func (export "init") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)))
    (func (export "other") (drop (i32.load $second (i32.const 0))))
    (func (export "ask") (result i32) (call $f) (i32.load (i32.const 0)))
    (func (export "size") (result i32) memory.size)
    (func (export "grow") (result i32) (memory.grow (i32.const 1))))`.replace(
      '(memory (export "second")',
      '(memory $second (export "second")',
    );

  it("has no bytes: accesses trap, of whatever kind and in whichever memory", async () => {
    const exports = await run(text, { m: { f: () => {} } });
    transferAway(exports.memory.buffer);
    transferAway(exports.second.buffer);
    for (const name of ["load", "store", "vector", "fill", "copy", "init", "other"]) {
      expect(() => exports[name](0), name).toThrow(
        expect.objectContaining({ name: "RuntimeError", message: expect.stringMatching(/^out of bounds/) }),
      );
    }
    expect(exports.size()).toBe(0);
  });

  it("traps where a host function did that in the middle of a call", async () => {
    const exports = await run(text, { m: { f: () => transferAway(exports.memory.buffer) } });
    expect(exports.ask).toThrow(/^out of bounds memory access/);
  });

  it.each(["grow", "the page"])("begins anew with zeros when it is grown, by %s", async (who) => {
    const exports = await run(text, { m: { f: () => {} } });
    new Uint8Array(exports.memory.buffer).fill(7);
    transferAway(exports.memory.buffer);
    expect(who === "grow" ? exports.grow() : exports.memory.grow(1)).toBe(0);
    expect([exports.memory.buffer.byteLength, exports.load(0), exports.memory.type().minimum]).toEqual([
      65_536, 0, 1,
    ]);
  });
});

describe("`Object.prototype` with more on it", () => {
  const added: string[] = [];
  const add = (properties: Record<string, unknown>) => {
    for (const [name, value] of Object.entries(properties)) {
      added.push(name);
      const descriptor = { __proto__: null, value, configurable: true, writable: true };
      Object.defineProperty(Object.prototype, name, descriptor);
    }
  };
  afterEach(() => {
    for (const name of added.splice(0)) Reflect.deleteProperty(Object.prototype, name);
  });

  it("changes no property that the namespace defines", async () => {
    const bytes = await wat(`(module (func (export "f") (result i32) (i32.const 5)))`);
    let outcome: unknown;
    add({ get: () => 666, set: () => {}, configurable: true });
    try {
      const { Instance, Module } = createWebAssembly();
      const { exports } = new Instance(new Module(bytes));
      outcome = [exports.f(), Reflect.getOwnPropertyDescriptor(exports, "f")?.configurable];
    } catch (error) {
      outcome = error;
    }
    for (const name of added.splice(0)) Reflect.deleteProperty(Object.prototype, name);
    expect(outcome).toEqual([5, false]);
  });

  it("is no source of options: neither of budgets nor of what loosens them", async () => {
    const bytes =
      await wat(`(module (memory 1 9) (func (export "grow") (result i32) (memory.grow (i32.const 4)))
      (func (export "spin") (loop (br 0))))`);
    add({
      limits: { memoryBytes: 2 ** 18 },
      fuel: 3n,
      timeoutMs: 0,
      features: ["none"],
      memoryBytes: 2 ** 17,
    });
    const free = createWebAssembly();
    const { exports } = new free.Instance(new free.Module(bytes));
    expect(exports.grow()).toBe(1);
    const bounded = createWebAssembly({ fuel: 1_000n, limits: { instances: 1 } });
    const guest = new bounded.Instance(new bounded.Module(bytes)).exports;
    expect(guest.grow()).toBe(1);
    expect(guest.spin).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ fuelConsumed: 1_000n }) }),
    );
  });
});

it("takes the bytes that a view has, not those that it claims to have", () => {
  const bytes = Uint8Array.of(9, 0, 97, 115, 109, 1, 0, 0, 0, 9);
  const view = bytes.subarray(1, 9);
  for (const name of ["byteLength", "byteOffset", "buffer", "length"])
    Object.defineProperty(view, name, { value: new ArrayBuffer(3) });
  expect(WA.validate(view)).toBe(true);
  const buffer = bytes.slice(1, 9).buffer;
  Object.defineProperty(buffer, "byteLength", { value: 3 });
  expect(WA.validate(buffer)).toBe(true);
  const other = createContext({});
  expect(
    WA.validate(runInContext("new DataView(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0).buffer)", other)),
  ).toBe(true);
});

describe("proxies that answer nothing", () => {
  const revoked = () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  };

  it("pass through guests when they are thrown", async () => {
    const thrown = revoked();
    const { g } = await run(`(module (import "m" "f" (func $f)) (func (export "g") (call $f)))`, {
      m: {
        f: () => {
          throw thrown;
        },
      },
    });
    let caught: unknown;
    try {
      g();
    } catch (error) {
      caught = error;
    }
    expect(caught === thrown).toBe(true);
  });

  it("pass through guests as references, and collections of garbage", async () => {
    const { id, churn } = await run(
      `(module (type $s (array (mut i8))) (global $g (mut externref) (ref.null extern))
        (func (export "id") (param externref) (result externref) (global.set $g (local.get 0)) (global.get $g))
        (func (export "churn") (local $k i32)
          (loop (drop (array.new_default $s (i32.const 10000)))
            (br_if 0 (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (i32.const 40))))))`,
      {},
      createWebAssembly({ limits: { gcHeapBytes: 100_000 } }),
    );
    const value = revoked();
    expect(id(value) === value).toBe(true);
    expect(churn()).toBe(undefined);
  });
});

it("lets an import that suspends call what is promising", async () => {
  const { g } = await run(
    `(module (import "m" "f" (func $f (param i32) (result i32)))
      (func (export "g") (param i32) (result i32) (i32.add (local.get 0) (call $f (local.get 0)))))`,
    { m: { f: new WA.Suspending(async (n: number) => (n > 1 ? again(n - 1) : 0)) } },
  );
  const again = WA.promising(g);
  expect(await again(10)).toBe(55);
});

it("does not let a guest catch the trap of another namespace", async () => {
  const other = createWebAssembly({ fuel: 1_000n });
  const { spin } = await run(`(module (func (export "spin") (loop (br 0))))`, {}, other);
  const { g } = await run(
    `(module (import "m" "f" (func $f)) (func (export "g") (block (try_table (catch_all 0) (call $f)))))`,
    { m: { f: spin } },
  );
  expect(g).toThrow(expect.objectContaining({ name: "RuntimeError" }));
});
