// Rules of the JS API that are easily broken. The whole of its official tests is run by `npm run spec:js`.

import { afterEach, describe, expect, it, vi } from "vitest";
import { wat } from "../../tests/wat.ts";
import { createWebAssembly, hasWorkingWebAssembly, install } from "./index.ts";

const WA = createWebAssembly();

async function run(text: string, imports: Record<string, Record<string, unknown>> = {}, namespace = WA) {
  const module = new namespace.Module(await wat(text));
  return new namespace.Instance(module, imports).exports;
}

it("does not make the host's `Response` by asking for it", () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, "Response");
  const read = vi.fn();
  Object.defineProperty(globalThis, "Response", { get: read, configurable: true });
  try {
    expect(createWebAssembly()).toHaveProperty("compileStreaming");
    expect(read).not.toHaveBeenCalled();
  } finally {
    if (own !== undefined) Object.defineProperty(globalThis, "Response", own);
  }
});

it("streams responses, and nothing that only claims to be one", async () => {
  const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const headers = { "Content-Type": "application/wasm" };
  const { compileStreaming } = WA;
  if (compileStreaming === undefined) throw new Error("this host has Response");
  await expect(compileStreaming(new Response(bytes, { headers }))).resolves.toBeInstanceOf(WA.Module);
  const claims = { [Symbol.toStringTag]: "Response" };
  for (const source of [{}, claims, undefined, bytes])
    await expect(compileStreaming(source as Response)).rejects.toThrow(TypeError);
});

describe("functions", () => {
  it("convert arguments as JavaScript does, not as the embedder API", async () => {
    const { f } = await run(`(module (func (export "f") (param i32 i64 f32 f64) (result i32 i64 f32 f64)
      local.get 0 local.get 1 local.get 2 local.get 3))`);
    expect(f("7", true, { valueOf: () => 1.1 }, null)).toEqual([7, 1n, Math.fround(1.1), 0]);
    expect(f(undefined, 2n ** 64n + 1n)).toEqual([0, 1n, Number.NaN, Number.NaN]);
    expect(() => f(1, 1)).toThrow(TypeError);
    expect(() => f(1n)).toThrow(TypeError);
  });

  it("are named by their index, and are one object wherever they come from", async () => {
    const { f, t } = await run(
      `(module (func) (func $f (export "f") (param i32)) (table (export "t") funcref (elem $f)))`,
    );
    expect([f.name, f.length]).toEqual(["1", 1]);
    expect(t.get(0)).toBe(f);
    expect(() => Reflect.construct(f, [])).toThrow(TypeError);
    const again = await run(`(module (import "m" "f" (func $f (param i32))) (export "g" (func $f)))`, {
      m: { f },
    });
    expect(again.g).toBe(f);
  });

  it("refuse v128 both ways", async () => {
    const { f } = await run(`(module (func (export "f") (param v128)))`);
    expect(() => f(0)).toThrow(TypeError);
    const host = vi.fn();
    const { g } = await run(
      `(module (import "m" "f" (func $f (result v128))) (func (export "g") (drop (call $f))))`,
      {
        m: { f: host },
      },
    );
    expect(g).toThrow(TypeError);
    expect(host).not.toHaveBeenCalled();
  });

  it("of the host may give several results as whatever can be iterated, and no more than there are", async () => {
    const text = `(module (import "m" "f" (func $f (result i32 i32))) (func (export "g") (result i32) (i32.add (call $f))))`;
    const sum = async (result: unknown) => (await run(text, { m: { f: () => result } })).g();
    expect(await sum(new Set([1, 2]))).toBe(3);
    expect(await sum(Object.assign(() => 0, { [Symbol.iterator]: () => [3, 4].values() }))).toBe(7);
    await expect(sum([1])).rejects.toThrow(TypeError);
    await expect(sum("12")).rejects.toThrow(TypeError);
    let taken = 0;
    const endless = (function* () {
      for (;;) yield taken++;
    })();
    await expect(sum(endless)).rejects.toThrow(TypeError);
    expect(taken).toBe(3);
  });

  it.each([
    [50, false],
    [1000, true],
  ])("are counted on the host's heap: %i of them", async (count, isTooMany) => {
    const small = createWebAssembly({ limits: { hostHeapBytes: 2 ** 18 } });
    const text = Array.from({ length: count }, (_, k) => `(func (export "f${k}"))`).join("");
    const exports = run(`(module ${text})`, {}, small);
    if (isTooMany) await expect(exports).rejects.toThrow(RangeError);
    else expect(Object.keys(await exports)).toHaveLength(count);
  });

  it("give undefined as an externref, and garbage-collected objects opaquely", async () => {
    const { id, make, same } = await run(`(module (type $s (struct (field i32)))
      (func (export "id") (param externref) (result externref) local.get 0)
      (func (export "make") (result anyref) (struct.new $s (i32.const 1)))
      (func (export "same") (param eqref eqref) (result i32) (ref.eq (local.get 0) (local.get 1))))`);
    expect(id()).toBe(undefined);
    const object = make();
    expect(Object.getPrototypeOf(object)).toBe(null);
    expect(() => Object.assign(object, { a: 1 })).toThrow(TypeError);
    expect([same(object, object), same(object, make())]).toEqual([1, 0]);
  });
});

describe("errors", () => {
  it("are the namespace's own, with the engine's as their cause", async () => {
    const { trap, deep } = await run(
      `(module (func (export "trap") unreachable) (func $d (export "deep") (call $d)))`,
    );
    expect(trap).toThrow(WA.RuntimeError);
    expect(deep).toThrow(RangeError);
    try {
      trap();
    } catch (error) {
      expect((error as Error).cause).toMatchObject({ code: "unreachable" });
    }
    expect(() => new WA.Module(new Uint8Array(3))).toThrow(WA.CompileError);
    expect(WA.LinkError("without new")).toBeInstanceOf(WA.LinkError);
    await expect(run(`(module (import "m" "f" (func)))`, { m: { f: 1 } })).rejects.toThrow(WA.LinkError);
    await expect(run(`(module (import "m" "f" (func)))`)).rejects.toThrow(TypeError);
  });

  it("of JavaScript are caught by catch_all and JSTag, and traps are not", async () => {
    const text = `(module (import "m" "f" (func $f)) (import "m" "tag" (tag $t (param externref)))
      (func (export "all") (result i32)
        (block $h (try_table (catch_all $h) (call $f)) (return (i32.const 0))) (i32.const 1))
      (func (export "js") (result externref)
        (block $h (result externref) (try_table (catch $t $h) (call $f)) (ref.null extern))))`;
    const thrown = { any: "value" };
    const { all, js } = await run(text, {
      m: {
        tag: WA.JSTag,
        f: () => {
          throw thrown;
        },
      },
    });
    expect(all()).toBe(1);
    expect(js()).toBe(thrown);
    const { trap } = await run(`(module (func (export "trap") unreachable))`);
    const through = await run(text, { m: { tag: WA.JSTag, f: () => trap() } });
    expect(() => through.all()).toThrow(WA.RuntimeError);
  });

  it("that are exceptions keep their identity through guests", async () => {
    const tag = new WA.Tag({ parameters: ["i32"] });
    const exception = new WA.Exception(tag, [7]);
    const { rethrow } = await run(
      `(module (import "m" "f" (func $f)) (func (export "rethrow")
        (block $h (result exnref) (try_table (catch_all_ref $h) (call $f)) (return)) throw_ref))`,
      {
        m: {
          f: () => {
            throw exception;
          },
        },
      },
    );
    try {
      rethrow();
      expect.unreachable();
    } catch (error) {
      expect(error).toBe(exception);
    }
    expect(exception.is(tag)).toBe(true);
    expect(exception.getArg(tag, 0)).toBe(7);
  });
});

describe("memories", () => {
  it("have a buffer of exactly their length, and detach it when they grow", async () => {
    const { memory, grow } = await run(`(module (memory (export "memory") 1)
      (func (export "grow") (result i32) (memory.grow (i32.const 1))))`);
    const before = memory.buffer;
    expect(before.byteLength).toBe(65536);
    new Uint8Array(before)[3] = 9;
    expect(grow()).toBe(1);
    expect(before.byteLength).toBe(0);
    expect(memory.buffer.byteLength).toBe(131072);
    expect(new Uint8Array(memory.buffer)[3]).toBe(9);
    const grown = memory.buffer;
    memory.grow(0);
    expect(grown.byteLength).toBe(0);
  });

  it("addressed by i64 take and give BigInts", () => {
    const memory = new WA.Memory({ address: "i64", initial: 1n, maximum: 2n });
    expect(memory.grow(1n)).toBe(1n);
    expect(() => memory.grow(1)).toThrow(TypeError);
    expect(() => memory.grow(1n)).toThrow(RangeError);
  });

  it("read their descriptor in the order of the members' names", () => {
    const seen: string[] = [];
    const descriptor = new Proxy({ initial: 1, maximum: 2 } as Record<string, unknown>, {
      get: (target, key) => {
        seen.push(String(key));
        return target[String(key)];
      },
    });
    new WA.Memory(descriptor);
    expect(seen).toEqual(["address", "initial", "maximum", "minimum", "shared"]);
  });
});

it("names what a module imports and exports", async () => {
  const module = await WA.compile(
    await wat(`(module (import "m" "g" (global i32)) (func (export "f")) (memory (export "m") 1))`),
  );
  expect(WA.Module.imports(module)).toEqual([{ module: "m", name: "g", kind: "global" }]);
  expect(WA.Module.exports(module)).toEqual([
    { name: "f", kind: "function" },
    { name: "m", kind: "memory" },
  ]);
  expect(() => WA.Module.exports({})).toThrow(TypeError);
});

it("copies the bytes that it compiles", async () => {
  const bytes = await wat(`(module (func (export "f") (result i32) (i32.const 42)))`);
  const promise = WA.instantiate(bytes);
  bytes.fill(0);
  expect((await promise).instance.exports.f()).toBe(42);
});

it("waits for imports that suspend, in calls that promise", async () => {
  const { f } = await run(
    `(module (import "m" "get" (func $g (result i32))) (func (export "f") (result i32)
    (i32.add (call $g) (i32.const 1))))`,
    { m: { get: new WA.Suspending(async () => 41) } },
  );
  expect(await WA.promising(f)()).toBe(42);
  expect(f).toThrow(WA.SuspendError);
});

it("enters an instance in which a call that promises waits", async () => {
  const { wait, count } = await run(
    `(module (import "m" "get" (func $g (result i32))) (global $n (mut i32) (i32.const 0))
    (func (export "wait") (result i32) (i32.add (call $g) (global.get $n)))
    (func (export "count") (global.set $n (i32.add (global.get $n) (i32.const 1)))))`,
    { m: { get: new WA.Suspending(async () => 40) } },
  );
  const waiting = WA.promising(wait)();
  count();
  count();
  expect(await waiting).toBe(42);
});

it("has the builtins of js-string where they are asked for", async () => {
  const bytes = await wat(`(module
    (import "wasm:js-string" "concat" (func $c (param externref externref) (result (ref extern))))
    (import "s" "hello " (global $g externref))
    (func (export "f") (param externref) (result externref) (call $c (global.get $g) (local.get 0))))`);
  const module = new WA.Module(bytes, { builtins: ["js-string"], importedStringConstants: "s" });
  expect(WA.Module.imports(module)).toEqual([]);
  const { f } = new WA.Instance(module).exports;
  expect(f("you")).toBe("hello you");
  expect(() => f(1)).toThrow(WA.RuntimeError);
});

it("bounds what runs by its options", async () => {
  const bounded = createWebAssembly({ fuel: 1000, limits: { memoryBytes: 2 ** 17 } });
  const { loop } = await run(`(module (func (export "loop") (loop (br 0))))`, {}, bounded);
  expect(loop).toThrow(bounded.RuntimeError);
  expect(() => new bounded.Memory({ initial: 3 })).toThrow(RangeError);
  expect(() => createWebAssembly({ feul: 1 } as never)).toThrow(/^createWebAssembly: .*did you mean fuel/);
  expect(() => createWebAssembly({ fuel: "3" as never })).toThrow(/^createWebAssembly: option fuel/);
  expect(() => createWebAssembly({ timeoutMs: "5" as never })).toThrow(TypeError);
});

it("takes no string for a sequence, and no bytes from a detached buffer", () => {
  const { CompileError, Exception, Module, Tag, validate } = createWebAssembly();
  const tag = new Tag({ parameters: ["i32"] });
  expect(() => new Tag({ parameters: "" as never })).toThrow(TypeError);
  expect(() => new Exception(tag, "1" as never)).toThrow(TypeError);
  const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  expect(() => validate(bytes, { builtins: "js-string" as never })).toThrow(TypeError);
  const view = new DataView(bytes.buffer);
  expect([validate(bytes), validate(view)]).toEqual([true, true]);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  expect([validate(bytes), validate(view), validate(view.buffer)]).toEqual([false, false, false]);
  expect(() => new Module(bytes)).toThrow(CompileError as never);
});

describe("install", () => {
  const native = Object.getOwnPropertyDescriptor(globalThis, "WebAssembly") as PropertyDescriptor;
  afterEach(() => Object.defineProperty(globalThis, "WebAssembly", native));

  it("leaves a host's own alone, and replaces one that may not compile", () => {
    expect(install()).toBe(false);
    expect(() => install({ forse: true } as never)).toThrow(/did you mean force/);
    Object.defineProperty(globalThis, "WebAssembly", {
      ...native,
      value: {
        Module: class {
          constructor() {
            throw new Error("blocked by a policy");
          }
        },
      },
    });
    expect(hasWorkingWebAssembly()).toBe(false);
    expect(install({ fuel: 10_000 })).toBe(true);
    expect(Object.getOwnPropertyDescriptor(globalThis, "WebAssembly")).toMatchObject({
      enumerable: false,
      writable: true,
    });
    expect(hasWorkingWebAssembly()).toBe(true);
  });
});
