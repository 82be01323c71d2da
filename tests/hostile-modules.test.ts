// Modules that are small and want to take long: what they make the engine do must be in proportion to their size or
// fuel, and interruption must find its way in between. Durations are not asserted; without the guards
// these tests would run into their time limits or use up a whole slice of fuel.

import { describe, expect, it } from "vitest";
import {
  Engine,
  Instance,
  InterruptedError,
  LimitError,
  LinkError,
  Linker,
  Module,
  Store,
  Trap,
} from "wasmeter";
import { compiledOf } from "#testing";
import { signed, unsigned } from "../fuzz/encode.ts";
import { wat } from "./wat.ts";

const LOWERINGS = ["fast", "exact"] as const;
const I32 = 0x7f;

function repeated(bytes: readonly number[], times: number): Uint8Array {
  const all = new Uint8Array(bytes.length * times);
  for (let k = 0; k < times; k++) all.set(bytes, k * bytes.length);
  return all;
}

function joined(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function section(
  id: number,
  count: number,
  ...parts: readonly (Uint8Array | readonly number[])[]
): Uint8Array {
  const contents = joined(unsigned(count), ...parts);
  return joined([id], unsigned(contents.length), contents);
}

function functionType(params: number, results: number): Uint8Array {
  return joined(
    [0x60],
    unsigned(params),
    repeated([I32], params),
    unsigned(results),
    repeated([I32], results),
  );
}

/** One exported function `f` of type 0 after a function of type 1 that traps. */
function moduleOf(
  types: readonly Uint8Array[],
  code: Uint8Array,
  locals: readonly number[] = [0],
): Uint8Array {
  const body = joined(locals, code, [0x0b]);
  return joined(
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, types.length, ...types),
    section(3, 2, [1, 0]),
    section(7, 1, [1, 0x66, 0, 1]),
    section(10, 2, [3, 0, 0x00, 0x0b], unsigned(body.length), body),
  );
}

const WIDE = [functionType(0, 0), functionType(1000, 1000)];

describe("validation in proportion to size", () => {
  it("of very many functions with very many locals", () => {
    const count = 100_000;
    // (local 40000 i32), read the last one; and the same with references that must be set first.
    const body = (type: readonly number[], code: readonly number[]): Uint8Array => {
      const contents = joined([1], unsigned(40_000), type, code, [0x0b]);
      return joined(unsigned(contents.length), contents);
    };
    const last = unsigned(39_999);
    const numbers = body([I32], [0x20, ...last, 0x1a]);
    const references = body([0x64, 0x70], [0xd2, 0, 0x21, ...last, 0x20, ...last, 0x1a]);
    const bytes = joined(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, 1, functionType(0, 0)),
      section(3, count, repeated([0], count)),
      section(9, 1, [3, 0, 1, 0]),
      section(10, count, repeated([...numbers], count / 2), repeated([...references], count / 2)),
    );
    expect(new Module(new Engine(), bytes)).toBeInstanceOf(Module);
  });

  it.each([
    ["calls", [0x10, 0]],
    ["blocks", [0x02, 1, 0x0b]],
  ])("of very many %s with a thousand operands", (_, instruction) => {
    const code = joined(repeated([0x41, 0], 1000), repeated(instruction, 500_000), repeated([0x1a], 1000));
    expect(() => new Module(new Engine(), moduleOf(WIDE, code))).toThrow(LimitError);
    expect(() => new Module(new Engine(), moduleOf(WIDE, code))).toThrow("operandMoves");
    // 1,000 go in, 1,000 come out; a block's go in at its start and come out at its end.
    const moves = instruction.length === 2 ? 2000 : 4000;
    const few = joined(repeated([0x41, 0], 1000), repeated(instruction, 3), repeated([0x1a], 1000));
    const attempt = (operandMoves: number) => () =>
      new Module(new Engine({ moduleLimits: { operandMoves } }), moduleOf(WIDE, few));
    expect(attempt(3 * moves)).not.toThrow();
    expect(attempt(3 * moves - 1)).toThrow(LimitError);
  });
});

describe("instantiation in proportion to size", () => {
  const name = (index: number): Uint8Array => new TextEncoder().encode(`e${String(index).padStart(7, "0")}`);
  const each = (count: number, item: (index: number) => Uint8Array | readonly number[]): Uint8Array =>
    joined(...Array.from({ length: count }, (_, index) => item(index)));
  const i32Const = (value: number): Uint8Array => joined([0x41], signed(BigInt(value)), [0x0b]);

  /**
   * `n` imports, functions, globals, exports, names, element and data segments. Every function calls the import of its
   * place and traps.
   */
  function moduleOfMany(n: number): Uint8Array {
    const names = joined(
      unsigned(n),
      each(n, (k) => joined(unsigned(n + k), [8], name(k))),
    );
    const subsection = joined([1], unsigned(names.length), names);
    const custom = joined([4], new TextEncoder().encode("name"), subsection);
    return joined(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, 1, functionType(0, 0)),
      section(
        2,
        n,
        each(n, (k) => joined([1, 0x6d, 8], name(k), [0, 0])),
      ),
      section(3, n, repeated([0], n)),
      section(4, 1, [0x70, 0], unsigned(n)),
      section(5, 1, [0, 1]),
      section(
        6,
        n,
        each(n, (k) => joined([I32, 0], i32Const(k))),
      ),
      section(
        7,
        n,
        each(n, (k) => joined([8], name(k), [0], unsigned(n + k))),
      ),
      section(
        9,
        n,
        each(n, (k) => joined([0], i32Const(k), [1], unsigned(k))),
      ),
      section(
        10,
        n,
        each(n, (k) => {
          const body = joined([0, 0x10], unsigned(k), [0x00, 0x0b]);
          return joined(unsigned(body.length), body);
        }),
      ),
      section(
        11,
        n,
        each(n, (k) => joined([0], i32Const(k % 65536), [1, 1])),
      ),
      [0],
      unsigned(custom.length),
      custom,
    );
  }

  /** How often the lists of the decoded module are read while it is instantiated, and each export called by name. */
  function readsOf(n: number): number {
    const engine = new Engine({ moduleLimits: { segments: n } });
    const module = new Module(engine, moduleOfMany(n));
    let reads = 0;
    const counted = <T extends object>(list: T): T =>
      new Proxy(list, {
        get(target, key) {
          reads++;
          return Reflect.get(target, key);
        },
      });
    const decoded = module.checked.module as unknown as Record<string, object>;
    for (const [key, list] of Object.entries(decoded)) if (Array.isArray(list)) decoded[key] = counted(list);
    const linker = new Linker(engine);
    const exported = new Set<unknown>();
    for (let k = 0; k < n; k++) {
      const own = `e${String(k).padStart(7, "0")}`;
      linker.func("m", own, { params: [], results: [] }, (caller) => exported.add(caller.export(own)));
    }
    const store = new Store(engine, { limits: { globals: n } });
    const instance = linker.instantiate(store, module);
    for (let k = 0; k < n; k++) {
      const own = `e${String(k).padStart(7, "0")}`;
      expect(() => instance.call(own)).toThrow(Trap);
    }
    expect(exported.size).toBe(n);
    expect(Object.keys(instance.exports)).toHaveLength(n);
    expect(module.exports).toHaveLength(n);
    expect(module.imports).toHaveLength(n);
    return reads;
  }

  it("of very many imports, exports, names, globals and segments", () => {
    const reads = readsOf(2_000);
    expect(readsOf(4_000)).toBeLessThan(2.05 * reads);
  });

  const N = 50_000;
  it.each([
    ["globals", [section(6, N, repeated([I32, 0, 0x41, 0, 0x0b], N))], []],
    ["elements", [section(4, 1, [0x70, 0, 0]), section(9, 1, [1, 0], unsigned(N), repeated([0], N))], []],
    [
      "segments",
      [section(5, 1, [0, 1]), section(6, 1, [I32, 0, 0x41, 0, 0x0b])],
      // At the place that a global says.
      [section(11, N, repeated([0, 0x23, 0, 0x0b, 1, 1], N))],
    ],
    [
      "bytes",
      [section(5, 1, [0, 100])],
      [section(11, 1, [0, 0x41, 0, 0x0b], unsigned(N * 100), new Uint8Array(N * 100))],
    ],
  ])("can be interrupted between very many %s", (_, before, behind) => {
    const engine = new Engine();
    const bytes = joined(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, 1, functionType(0, 0)),
      section(3, 1, [0]),
      ...before,
      section(10, 1, [2, 0, 0x0b]),
      ...behind,
    );
    const module = new Module(engine, bytes);
    const linker = new Linker(engine);
    const store = new Store(engine, { limits: { globals: 2 * N } });
    expect(() => linker.instantiate(store, module, { timeoutMs: 0 })).toThrow(InterruptedError);
    // Nothing is left of an instance that nobody can have got hold of.
    if (behind.length === 0) expect(store.bytesUsed).toBe(0);
    const signal = AbortSignal.abort();
    expect(() => linker.instantiate(store, module, { signal })).toThrow("interrupted by signal");
    expect(linker.instantiate(store, module)).toBeInstanceOf(Instance);
  });

  it("of 100,000 exports", () => {
    const n = 100_000;
    const bytes = joined(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, 1, functionType(0, 0)),
      section(3, n, repeated([0], n)),
      section(
        7,
        n,
        each(n, (k) => joined([8], name(k), [0], unsigned(k))),
      ),
      section(10, n, repeated([2, 0, 0x0b], n)),
    );
    const engine = new Engine();
    const instance = new Linker(engine).instantiate(new Store(engine), new Module(engine, bytes));
    expect(instance.call("e0099999")).toBeUndefined();
    const names = Object.entries(instance.exports);
    expect(names).toHaveLength(n);
    expect(names.every(([key, func]) => func.name === key)).toBe(true);
  });

  it("of very many missing imports, each of a long type", () => {
    const n = 100_000;
    const bytes = joined(
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, 1, functionType(1000, 1000)),
      section(
        2,
        n,
        each(n, (k) => joined([1, 0x6d, 8], name(k), [0, 0])),
      ),
    );
    const engine = new Engine();
    const module = new Module(engine, bytes);
    // With a text for each it would be 800 MB.
    expect(module.imports.at(-1)?.type).toBe(module.imports[0]?.type);
    let error: unknown;
    try {
      new Linker(engine).instantiate(new Store(engine), module);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(LinkError);
    expect((error as LinkError).problems).toHaveLength(n);
  });
});

it("remembers little of the operands that stand below calls", () => {
  // 30 operands stand for local 0 while a thousand calls are made, each with one more pushed and dropped.
  const code = joined(
    repeated([0x20, 0], 30),
    repeated([0x20, 0, 0x10, 0, 0x1a], 1000),
    repeated([0x1a], 30),
  );
  const types = [functionType(0, 0), functionType(0, 0)];
  const compiled = compiledOf(new Module(new Engine(), moduleOf(types, code, [1, 1, I32])));
  const func = compiled.func(1);
  compiled.lower(func, () => false);
  const noted = [...func.fixups.values()];
  expect(noted.length).toBeGreaterThanOrEqual(1000);
  expect(Math.max(...noted.map((fixups) => fixups.length))).toBeLessThanOrEqual(4);
});

describe.each(LOWERINGS)("%s lowering", (lowering) => {
  const engine = new Engine({ lowering });
  /** A slice of fuel, after which there would be a look at the clock in any case. */
  const SLICE = 2 ** 18;

  it.each([
    ["frames with many locals", `(func $g (local ${"i32 ".repeat(49_000)}))`, "(call $g)"],
    ["frames with many references", `(func $g (local ${"anyref ".repeat(49_000)}))`, "(call $g)"],
    ["large structs", `(type $s (struct ${"(field i64) ".repeat(9_000)}))`, "(drop (struct.new_default $s))"],
    ["large arrays", "(type $a (array i8))", "(drop (array.new_default $a (i32.const 50000000)))"],
  ])("looks at the clock between %s, which are cheap in fuel", async (_, definitions, body) => {
    const text = `(module ${definitions} (func (export "f") (loop ${body} (br 0))))`;
    const instance = new Linker(engine).instantiate(new Store(engine), new Module(engine, wat(text)));
    expect(() => instance.call("f", [], { timeoutMs: 1 })).toThrow(InterruptedError);
    expect(instance.store.fuelConsumed).toBeLessThan(SLICE / 2);
    const before = instance.store.fuelConsumed;
    const execution = instance.start("f", []);
    expect(execution.resume({ timeoutMs: 1 })).toBe("interrupted");
    expect(instance.store.fuelConsumed - before).toBeLessThan(SLICE / 2);
    execution.cancel();
  });

  describe("of a large function", () => {
    // f() { local 0 += 1, 150,000 times } and a caller for it.
    const code = joined(repeated([0x20, 0, 0x41, 1, 0x6a, 0x21, 0], 150_000), [0x20, 0]);
    const types = [functionType(0, 1), functionType(0, 0)];
    const bytes = moduleOf(types, code, [1, 1, I32]);
    const cost = 600_001n;

    it("can be interrupted, and goes on at the next call", () => {
      const instance = new Linker(engine).instantiate(new Store(engine), new Module(engine, bytes));
      expect(() => instance.call("f", [], { timeoutMs: 1 })).toThrow(InterruptedError);
      expect(instance.store.fuelConsumed).toBe(0n);
      expect(instance.call("f")).toBe(150_000);
      expect(instance.store.fuelConsumed).toBe(cost);
    });

    it("lets an execution pause, and go on", () => {
      const instance = new Linker(engine).instantiate(new Store(engine), new Module(engine, bytes));
      const execution = instance.start("f", []);
      let pauses = 0;
      while (execution.resume({ timeoutMs: 5 }) === "interrupted") pauses++;
      expect(pauses).toBeGreaterThan(1);
      expect(execution.result).toBe(150_000);
      expect(execution.fuelConsumed).toBe(cost);
    });

    it("pauses before the call, with everything as it was", () => {
      const store = new Store(engine);
      const callee = new Linker(engine).instantiate(store, new Module(engine, bytes));
      const caller = wat(`(module
        (import "big" "f" (func $f (result i32)))
        (func (export "g") (param i32) (result i32)
          (i32.add (local.get 0) (call $own (local.get 0) (i32.const 3))))
        (func $own (param i32 i32) (result i32) ${"(local.set 0 (i32.add (local.get 0) (local.get 1)))".repeat(
          30_000,
        )} (local.get 0))
        (func (export "h") (result i32) (i32.add (i32.const 5) (call $f))))`);
      const linker = new Linker(engine).instance("big", callee);
      const instance = linker.instantiate(store, new Module(engine, caller));
      const own = instance.start("g", [4]);
      const before = store.fuelConsumed;
      let pauses = 0;
      while (own.resume({ timeoutMs: 1 }) === "interrupted") {
        if (pauses++ > 0) continue;
        // get, get, const are paid for; the call is not.
        expect(store.fuelConsumed - before).toBe(3n);
        expect(own.currentInstruction()).toBe("call 2");
      }
      expect(pauses).toBeGreaterThan(0);
      expect(own.result).toBe(8 + 90_000);
      expect(own.fuelConsumed).toBe(3n + 1n + 120_001n + 1n);

      const across = instance.start("h", []);
      while (across.resume({ timeoutMs: 1 }) === "interrupted") {}
      expect(across.result).toBe(150_005);
      expect(across.fuelConsumed).toBe(cost + 3n);
    });
  });
});
