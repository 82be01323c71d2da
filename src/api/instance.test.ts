import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { Engine } from "./engine.ts";
import { Store } from "./full-store.ts";
import { Linker } from "./linker.ts";
import { Module } from "./module.ts";

const engine = new Engine();
const module = new Module(
  engine,
  wat(`(module (global $calls (export "calls") (mut i32) (i32.const 0))
    (func (export "then") (param i32 i32) (global.set $calls (i32.const 1))))`),
);

describe("an export named then", () => {
  it("does not get called by who waits for an instance", async () => {
    const instance = await new Linker(engine).instantiateAsync(new Store(engine), module);
    const same = await Promise.resolve(instance);
    expect(same).toBe(instance);
    expect(instance.exports.calls.value).toBe(0);
  });

  it("is given by name like any other", () => {
    const instance = new Linker(engine).instantiate(new Store(engine), module);
    expect(instance.export("then")).toBe(instance.exports.then);
    expect(instance.export("calls")).toBe(instance.exports.calls);
    expect(instance.export("no")).toBeUndefined();
    expect(() => instance.export(5 as never)).toThrow(TypeError);
  });
});
