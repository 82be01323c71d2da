// What somebody reads who is new to the engine: objects in the console, names that do not exist, arguments left out, commands
// mistyped, bytes that are no module. (Options and arguments in general: api-arguments.test.ts.)

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Engine, Global, Linker, Module, Store, Table, Tag } from "wasmeter";
import { wat } from "./wat.ts";

const engine = new Engine();
const many = Array.from({ length: 30 }, (_, k) => `(func (export "other${k}"))`).join("");

function instantiate(text: string) {
  const store = new Store(engine, { fuel: 1_000 });
  const module = new Module(engine, wat(text));
  return { store, module, instance: new Linker(engine).instantiate(store, module) };
}

describe("an object in the console", () => {
  const { store, module, instance } = instantiate(
    `(module $name (memory (export "memory") 1) (func (export "bad\\c2\\9b")) ${many})`,
  );

  it.each([
    [engine, /^Engine \{ features: \d+, lowering: fast \}$/],
    [
      module,
      /^Module \{ name: "name", bytes: \d+, imports: 0, exports: \[memory, bad\\u\{9b\}, other0.*… 24 more\] \}$/,
    ],
    [store, "Store { fuelConsumed: 0n, fuelRemaining: 1000n, bytesUsed: 65560, instances: 1 }"],
    [new Linker(engine).instance("m", instance), "Linker { modules: [m] }"],
    [instance, /^Instance \{ exports: \[memory, .*\] \}$/],
    [instance.exports.memory, "Memory { pages: 1, byteLength: 65536 }"],
    [new Table(store, { element: "externref", min: 3 }), "Table { length: 3 }"],
    [new Global(store, { type: "i64" }, 5n), "Global { type: i64, mutable: false, value: 5 }"],
    [new Global(store, { type: "externref" }, {}), "Global { type: externref, mutable: false }"],
    [new Tag(store, { params: ["i32", "f64"] }), "Tag { params: [i32, f64] }"],
    [instance.start("other0"), "Execution { state: ready, fuelConsumed: 0n }"],
  ])("is one line", (object, line) => {
    const text = inspect(object);
    if (typeof line === "string") expect(text).toBe(line);
    else expect(text).toMatch(line);
    expect(text.length).toBeLessThan(250);
  });
});

describe("a name that does not exist", () => {
  it("is answered by the nearest one, or by what there is", () => {
    const { instance } = instantiate(`(module (func (export "main")) ${many})`);
    expect(() => instance.call("mian")).toThrow('no exported function "mian"; did you mean "main"?');
    expect(() => instance.call("zzzzzzzzz")).toThrow(/; there are main, other0, .* and 11 more$/);
    expect(() => instantiate("(module)").instance.call("main")).toThrow("; there are none");
  });
});

it("a host function without a type is told what is missing", () => {
  const linker = new Linker(engine);
  const message =
    /^linker\.func\(module, name, type, host\): type must be \{ params, results \} or "as-imported", got /;
  expect(() => linker.func("env", "f", (() => 5) as never, undefined as never)).toThrow(message);
  expect(() => linker.func("env", "f", undefined as never, () => 5)).toThrow(message);
  expect(() => linker.func("env", "f", ["i32"] as never, () => 5)).toThrow(message);
  expect(() => linker.func("env", "f", null as never, () => 5)).toThrow(message);
});

it("a price that stands where nobody would read it is told its place", () => {
  const define = Linker.prototype.func.bind(new Linker(engine)) as (...args: unknown[]) => unknown;
  expect(() => define("env", "f", { params: [], results: [] }, () => {}, { fuel: 100 })).toThrow(
    new TypeError(
      "linker.func(module, name, type, host): a fifth argument would be ignored; a price is part of the type: { params, results, fuel }",
    ),
  );
});

describe("bytes that are no module", () => {
  const messageOf = (...bytes: number[]) => {
    try {
      new Module(engine, Uint8Array.from(bytes));
    } catch (error) {
      return (error as Error).message;
    }
    return "none";
  };

  it("are told apart also where there are few", () => {
    expect(messageOf(0, 97, 115)).toBe(
      "unexpected end of section or function: this is cut off after 3 bytes; a module begins with 8 (at byte 3, 0x3)",
    );
    expect(messageOf(0, 97, 115, 109, 1, 0)).toBe(
      "unexpected end of section or function: this is cut off after 6 bytes; a module begins with 8 (at byte 6, 0x6)",
    );
    expect(messageOf(1, 2, 3)).toBe(
      "unexpected end of section or function: this is 3 bytes long, too short for a module (at byte 3, 0x3)",
    );
    expect(messageOf()).toContain("this is empty");
  });
});

it("arguments behind the last one are left out, except those of a guest's function", () => {
  const { store, module, instance } = instantiate(
    `(module (memory (export "memory") 1 3) (func (export "f") (param i32) (result i32) (local.get 0)))`,
  );
  const memory = instance.exports.memory as { grow(...args: unknown[]): number };
  expect([1, 1].map(memory.grow.bind(memory))).toEqual([1, 2]);
  expect(new (Store as unknown as new (...args: unknown[]) => Store)(engine, {}, 5, null).limits).toEqual(
    store.limits,
  );
  expect((module.customSections as (...args: unknown[]) => unknown)("name", 1, 2)).toEqual([]);
  expect(() => instance.exports.f(1, 2, 3)).toThrow(new TypeError("f takes 1 argument, got 3"));
  expect(() => instance.call("f", [])).toThrow(new TypeError("f takes 1 argument, got 0"));
});
