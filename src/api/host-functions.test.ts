// Host functions of the type that the importing module declares, and such as take long.

import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import {
  Engine,
  type HostFunction,
  type Instance,
  InterruptedError,
  LinkError,
  Linker,
  Module,
  Store,
  Tag,
} from "../index.ts";

const engine = new Engine();

describe("a host function as imported", () => {
  it("takes and gives values of types that only the module has", () => {
    const module = new Module(
      engine,
      wat(`(module
        (type $pair (struct (field i32) (field (ref extern))))
        (import "env" "same" (func $same (param (ref null $pair)) (result (ref $pair))))
        (import "env" "text" (func $text (param i32) (result (ref extern))))
        (func (export "round") (param i32) (result i32)
          (struct.get $pair 0 (call $same (struct.new $pair (local.get 0) (call $text (local.get 0))))))
        (func (export "none") (drop (call $same (ref.null $pair)))))`),
    );
    const seen: unknown[] = [];
    const linker = new Linker(engine)
      .func("env", "same", "as-imported", (_, pair) => {
        seen.push(pair);
        return pair;
      })
      .func("env", "text", "as-imported", (_, n: number) => (n < 0 ? null : `text ${n}`));
    const { exports } = linker.instantiate(new Store(engine), module);
    expect(exports.round(7)).toBe(7);
    expect(seen).toHaveLength(1);
    expect(() => exports.none()).toThrow(TypeError);
    expect(() => exports.round(-1)).toThrow("result of env.text: expected (ref extern)");
  });

  it("is one function for each type, the same for equal types", () => {
    const importing = (type: string) =>
      new Module(
        engine,
        wat(`(module (import "env" "f" (func $f ${type})) (import "env" "f" (func $g ${type}))
          (export "f" (func $f)) (export "g" (func $g)))`),
      );
    const linker = new Linker(engine).func("env", "f", "as-imported", (_, ...args) => args.length);
    const store = new Store(engine);
    const one = linker.instantiate(store, importing("(param i32) (result i32)")).exports;
    const two = linker.instantiate(store, importing("(param i32 f64) (result i64)")).exports;
    expect([one.f(5), two.f(5, 6)]).toEqual([1, 2n]);
    expect(one.f.type).toEqual({ params: ["i32"], results: ["i32"] });
    expect(one.g).toBe(one.f);
  });

  it("checks what it gives against that type", () => {
    const module = new Module(
      engine,
      wat(
        '(module (import "env" "f" (func $f (result i32 i64))) (func (export "f") (call $f) (drop) (drop)))',
      ),
    );
    const results: unknown[] = [[1, 2n], [1], "12", [1, "2"]];
    const linker = new Linker(engine).func("env", "f", "as-imported", () => results.shift());
    const { exports } = linker.instantiate(new Store(engine), module);
    expect(exports.f()).toBeUndefined();
    for (let k = 0; k < 3; k++) expect(() => exports.f()).toThrow(TypeError);
  });

  it("gives as many values as are wanted, however long what it returns says that it is", () => {
    const module = new Module(
      engine,
      wat(
        '(module (import "env" "f" (func $f (result i32 i32))) (func (export "f") (call $f) (drop) (drop)))',
      ),
    );
    const long: unknown[] = [1, 2];
    long.length = 2 ** 32 - 1;
    const endless = {
      *[Symbol.iterator]() {
        for (;;) yield 1;
      },
    };
    const results: unknown[] = [long, endless, new Set([1, 2])];
    const linker = new Linker(engine).func("env", "f", "as-imported", () => results.shift());
    const { exports } = linker.instantiate(new Store(engine), module);
    expect(() => exports.f()).toThrow("expected 2 values, got more");
    expect(() => exports.f()).toThrow("expected 2 values, got more");
    expect(exports.f()).toBeUndefined();
  });

  it("is no memory, table, global or tag", () => {
    const linker = new Linker(engine).func("env", "f", "as-imported", () => 0);
    const module = new Module(engine, wat('(module (import "env" "f" (memory 1)))'));
    expect(() => linker.instantiate(new Store(engine), module)).toThrow(LinkError);
    expect(() => linker.define("env", "f", new Tag(new Store(engine), { params: [] }))).toThrow("already");
    expect(() => linker.func("env", "g", "as-imported", 1 as never)).toThrow(TypeError);
  });
});

describe("a host function that takes long", () => {
  const module = new Module(
    engine,
    wat(`(module (import "env" "work" (func $work (result i32)))
      (func (export "f") (result i32) (call $work)))`),
  );
  const setUp = (work: HostFunction): Instance =>
    new Linker(engine)
      .func("env", "work", { params: [], results: ["i32"] }, work)
      .instantiate(new Store(engine), module);

  it("can ask whether the guest's time is over, and end the call", () => {
    const instance = setUp((caller) => {
      for (;;) caller.throwIfInterrupted();
    });
    let error: unknown;
    try {
      instance.call("f", [], { timeoutMs: 5 });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InterruptedError);
    expect(error).toMatchObject({ reason: "timeout", resumable: false });
    expect((error as InterruptedError).backtrace).toHaveLength(1);
  });

  it("goes on while there is time, and in a run that pauses when it has returned", () => {
    let calls = 0;
    const instance = setUp((caller) => {
      caller.throwIfInterrupted();
      const end = performance.now() + 250;
      while (performance.now() < end);
      caller.throwIfInterrupted();
      return ++calls;
    });
    expect(instance.call("f")).toBe(1);
    const execution = instance.start("f", []);
    expect(execution.resume({ timeoutMs: 200 })).toBe("interrupted");
    expect(calls).toBe(2);
    expect(execution.resume()).toBe("done");
    expect(execution.result).toBe(2);
  });
});
