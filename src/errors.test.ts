import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import {
  CompileError,
  ERROR_NAMES,
  ExitError,
  errorKind,
  InstanceBusyError,
  InterruptedError,
  LimitError,
  LinkError,
  MalformedError,
  OutOfFuelError,
  RuntimeError,
  Trap,
  ValidationError,
  WouldBlockError,
} from "./errors.ts";
import { WasiError } from "./wasi/abi.ts";

describe("the kind of an error", () => {
  it.each([
    new CompileError("", 0),
    new MalformedError("", 0),
    new ValidationError("", 0),
    new LinkError(""),
    new RuntimeError(""),
    new Trap("unreachable"),
    new OutOfFuelError("store", true),
    new LimitError("types", 2, 1, "types"),
    new InterruptedError("signal", false),
    new WouldBlockError("f"),
    new InstanceBusyError(""),
    new ExitError(1),
    new WasiError("noent"),
  ])("$name", (error) => {
    expect(ERROR_NAMES[error.kind]).toBe(error.constructor.name);
    expect(errorKind(error)).toBe(error.kind);
    expect(Object.hasOwn(error, "kind")).toBe(true);
  });

  it("holds for errors of another realm", () => {
    const error: unknown = runInNewContext(
      "class Trap extends Error { name = 'Trap'; kind = 'trap'; }; new Trap('unreachable')",
    );
    expect(error).not.toBeInstanceOf(Error);
    expect(errorKind(error)).toBe("trap");
  });

  it("is none of anything else", () => {
    const throwing = {
      get kind(): never {
        throw new Error("no");
      },
    };
    const others = [
      undefined,
      null,
      5,
      "trap",
      new TypeError("x"),
      { kind: "trap" },
      { kind: "toString" },
      throwing,
    ];
    for (const value of others) expect(errorKind(value)).toBeUndefined();
  });
});
