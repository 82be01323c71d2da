// What a module counts against `heapBytes` is what it takes on the host's heap: measured in a process of its own, for each kind
// of definition and code. That it bounds the whole is shown by the survival tests.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Engine, LimitError, Linker, Module, OutOfFuelError, Store } from "wasmeter";
import { CODE, codeModule, DEFINITIONS } from "./survival/large-modules.mjs";
import { wat } from "./wat.ts";

const DIST = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const MODULES = fileURLToPath(new URL("./survival/large-modules.mjs", import.meta.url));

/**
 * Prints what each kind of module counts over what it takes. Each is made once for what the engine makes only once, and then measured
 * three times; the ones before are kept, as the engine may keep the last one itself. A turn of the event loop goes before, as V8 keeps what a `WeakRef` has given until then.
 */
const PROGRAM = `
  const { Engine, Linker, Module, Store } = await import(process.argv[1]);
  const { CODE, DEFINITIONS, codeModule } = await import(process.argv[2]);
  const used = async () => {
    for (let i = 0; i < 2; i++) {
      await new Promise(setImmediate);
      gc();
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const make = () => new Engine({ features: "all", moduleLimits: { heapBytes: 2 ** 32 } });
  const define = (engine, bytes) => {
    const module = new Module(engine, bytes);
    return [module, module.imports.length, module.exports.length];
  };
  const call = (engine, bytes) => {
    const module = new Module(engine, bytes);
    const instance = new Linker(engine).instantiate(new Store(engine), module);
    instance.call("f");
    // Two instructions before its end, its fuel is used up: the rest is exact code.
    const store = new Store(engine, { fuel: instance.store.fuelConsumed - 2n });
    const execution = new Linker(engine).instantiate(store, module).start("f");
    while (execution.resume() !== "out-of-fuel");
    return [module, execution];
  };
  const ratio = async (run, bytes) => {
    const [first, ...engines] = [make(), make(), make(), make()];
    const kept = [run(first, bytes)];
    const ratios = [];
    let before = await used();
    for (const engine of engines) {
      kept.push(run(engine, bytes));
      const after = await used();
      ratios.push(kept.at(-1)[0].heapBytes / (after - before));
      before = after;
    }
    return ratios.sort((a, b) => a - b)[1];
  };
  const ratios = {};
  for (const [name, [many, definitions]] of Object.entries(DEFINITIONS)) {
    ratios[name] = await ratio(define, definitions(Math.max(many / 20, 20_000)));
  }
  for (const name of Object.keys(CODE)) ratios["code of " + name] = await ratio(call, codeModule(name, 40_000));
  console.log(JSON.stringify(ratios));
`;

it("modules count what they take", () => {
  const args = ["--expose-gc", "--input-type=module", "--eval", PROGRAM, DIST, MODULES];
  const ratios: Record<string, number> = JSON.parse(
    execFileSync(process.execPath, args, { encoding: "utf8" }),
  );
  expect(Object.keys(ratios)).toHaveLength(Object.keys(DEFINITIONS).length + Object.keys(CODE).length);
  for (const [kind, ratio] of Object.entries(ratios)) {
    expect(ratio, kind).toBeGreaterThan(0.9);
    expect(ratio, kind).toBeLessThan(2.2);
  }
}, 240_000);

describe("past heapBytes", () => {
  const make = (heapBytes: number) => new Engine({ features: "all", moduleLimits: { heapBytes } });

  it.each(Object.entries(DEFINITIONS))("%s are refused while they are decoded", (_, [, definitions]) => {
    const bytes = definitions(2_000);
    const { heapBytes } = new Module(make(2 ** 30), bytes);
    expect(heapBytes).toBeGreaterThan(2_000 * 12);
    expect(new Module(make(heapBytes), bytes).heapBytes).toBe(heapBytes);
    expect(() => new Module(make(heapBytes - 1), bytes)).toThrow(
      expect.objectContaining({
        kind: "limit",
        limit: "heapBytes",
        requested: heapBytes,
        allowed: heapBytes - 1,
      }),
    );
  });

  it("code is refused at the call that needs it, whether or not the call is bounded by fuel", () => {
    const engine = make(2 ** 20);
    const module = new Module(engine, codeModule("loops", 30_000));
    const instance = new Linker(engine).instantiate(new Store(engine), module);
    const refused = expect.objectContaining({
      limit: "heapBytes",
      message: expect.stringContaining("function 0"),
    });
    for (let k = 0; k < 3; k++) expect(() => instance.call("f")).toThrow(refused);
    const execution = instance.start("f");
    expect(execution.resume({ quantum: 1_000 })).toBe("trapped");
    expect(execution.error).toBeInstanceOf(LimitError);
    // What could not be made is not counted, and leaves room for what can.
    expect(module.heapBytes).toBeLessThan(20_000);
  });

  it("exact code is refused where fuel runs out, and the fast code goes on being usable", () => {
    const engine = make(2 ** 20);
    const module = new Module(engine, codeModule("additions", 20_000));
    const linker = new Linker(engine);
    const store = new Store(engine, { fuel: 10_000 });
    expect(() => linker.instantiate(store, module).call("f")).toThrow(LimitError);
    expect(store.fuelConsumed).toBeLessThanOrEqual(10_000n);
    expect(linker.instantiate(new Store(engine), module).call("f")).toBeUndefined();
    const ample = make(2 ** 24);
    const small = new Module(ample, codeModule("additions", 20_000));
    const bounded = new Linker(ample).instantiate(new Store(ample, { fuel: 10_000 }), small);
    expect(() => bounded.call("f")).toThrow(OutOfFuelError);
  });

  it("what a module takes is told, and grows as its functions are called", () => {
    const engine = new Engine();
    const module = new Module(
      engine,
      wat(
        `(module (func (export "f") (result i32) (i32.const 1)) (func (export "g") (result i32) (i32.const 2)))`,
      ),
    );
    const decoded = module.heapBytes;
    const { exports } = new Linker(engine).instantiate(new Store(engine), module);
    const referenced = module.heapBytes;
    exports.f();
    const one = module.heapBytes;
    exports.f();
    expect(module.heapBytes).toBe(one);
    exports.g();
    expect(module.heapBytes - one).toBe(one - referenced);
    expect(one - referenced).toBeGreaterThan(500);
    expect(referenced).toBeGreaterThan(decoded);
  });
});
