import { describe, expect, it } from "vitest";
import {
  ABORT_SIGNAL,
  BOOLEAN,
  COUNT,
  FUEL,
  integer,
  listOf,
  MILLISECONDS,
  objectWith,
  oneOf,
  optionsOf,
  readOptions,
  recordOf,
  required,
  STRING,
  wrongArgument,
} from "./options.ts";

const TABLE = { fuel: FUEL, timeoutMs: MILLISECONDS, shared: BOOLEAN };
const read = (given: unknown) => readOptions("new Thing", given, TABLE);

describe("an options object", () => {
  it("is read by its table", () => {
    expect(read({ fuel: 5, shared: true })).toEqual({ fuel: 5n, shared: true });
    expect(read({ fuel: undefined })).toEqual({});
    expect(read(undefined)).toEqual({});
  });

  it.each([
    [{ feul: 1 }, 'there is no option "feul"; did you mean fuel (a bigint or a safe integer of at least 0)?'],
    [
      { timeout: 1 },
      'there is no option "timeout"; did you mean timeoutMs (a number of milliseconds of at least 0)?',
    ],
    [{ x: undefined }, 'there is no option "x"; there are fuel, timeoutMs, shared'],
    [5, "options must be an object, got 5"],
    [null, "options must be an object, got null"],
    [[], "options must be an object, got an array"],
    [new Map([["fuel", 5]]), undefined],
  ])("%o", (given, message) => {
    if (message === undefined) expect(read(given)).toEqual({});
    else expect(() => read(given)).toThrow(new TypeError(`new Thing: ${message}`));
  });

  it("may be frozen, inherit, or be a proxy; each value is read once", () => {
    expect(read(Object.freeze({ fuel: 1n }))).toEqual({ fuel: 1n });
    expect(read(Object.create({ fuel: 1n }))).toEqual({ fuel: 1n });
    expect(read(new Proxy({ fuel: 1n }, {}))).toEqual({ fuel: 1n });
    let reads = 0;
    expect(
      read({
        get fuel() {
          return ++reads;
        },
      }),
    ).toEqual({ fuel: 1n });
    expect(reads).toBe(1);
  });

  it("passes on what its getters throw", () => {
    const failure = new Error("from a getter");
    expect(() =>
      read({
        get fuel() {
          throw failure;
        },
      }),
    ).toThrow(failure);
  });

  it("may lack nothing that is required", () => {
    const table = { min: required(COUNT) };
    expect(readOptions("new Thing", { min: 0 }, table)).toEqual({ min: 0 });
    expect(() => readOptions("new Thing", undefined, table)).toThrow(
      new TypeError("new Thing: option min: expected an integer of at least 0, got undefined"),
    );
  });
});

describe("shapes", () => {
  const cases = [
    [FUEL, "1000", TypeError, 'expected a bigint or a safe integer of at least 0, got the string "1000"'],
    [FUEL, -1, RangeError, "expected a bigint or a safe integer of at least 0, got -1"],
    [FUEL, -1n, RangeError, "got -1n"],
    [FUEL, Number.NaN, RangeError, "got NaN"],
    [FUEL, 2 ** 53, RangeError, "got 9007199254740992"],
    [MILLISECONDS, "50", TypeError, 'got the string "50"'],
    [MILLISECONDS, Number.NaN, RangeError, "got NaN"],
    [COUNT, 1.5, RangeError, "expected an integer of at least 0, got 1.5"],
    [integer(0, 16), 17, RangeError, "expected an integer from 0 to 16, got 17"],
    [BOOLEAN, 1, TypeError, "expected true or false, got 1"],
    [STRING, Symbol("x"), TypeError, "expected a string, got a symbol"],
    [
      oneOf(["fast", "exact"]),
      "fats",
      TypeError,
      'expected "fast" or "exact", got the string "fats"; did you mean "fast"?',
    ],
    [oneOf(["a", "b", "c"]), 3, TypeError, 'expected one of "a", "b", "c", got 3'],
    [ABORT_SIGNAL, new AbortController(), TypeError, "expected an AbortSignal, got an AbortController"],
    [
      objectWith("an object with sleep", "sleep"),
      { sleep: 1 },
      TypeError,
      "expected an object with sleep, got an object",
    ],
    [
      listOf("an array of strings", STRING),
      "a b",
      TypeError,
      'expected an array of strings, got the string "a b"',
    ],
    [listOf("an array of strings", STRING), ["a", 1], TypeError, "it[1]: expected a string, got 1"],
    [recordOf("strings by name", STRING), { A: 1 }, TypeError, 'it["A"]: expected a string, got 1'],
    [recordOf("strings by name", STRING), [], TypeError, "expected strings by name, got an array"],
    [optionsOf("an object of limits", { x: COUNT }), 5, TypeError, "expected an object of limits, got 5"],
    [
      optionsOf("an object of limits", { x: COUNT }),
      { other: 5 },
      TypeError,
      'it: there is no option "other"; there is x',
    ],
  ] as const;

  it.each(cases)("%# refuses %o", (shape, value, kind, message) => {
    const attempt = () => shape.read(value, "it");
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(message);
  });

  it("take what they describe", () => {
    expect(FUEL.read(2n ** 70n, "it")).toBe(2n ** 70n);
    expect(MILLISECONDS.read(Number.POSITIVE_INFINITY, "it")).toBe(Number.POSITIVE_INFINITY);
    expect(ABORT_SIGNAL.read(AbortSignal.abort(), "it").aborted).toBe(true);
    expect(recordOf("strings", STRING).read({ __proto__: "a", b: "c" }, "it")).toEqual({ b: "c" });
  });
});

it("an argument of the wrong class is told with the signature", () => {
  class Store {}
  const error = wrongArgument("instantiate(store, module)", "module", "a Module", new Store());
  expect(error.message).toBe("instantiate(store, module): module must be a Module, got a Store");
});

it("values that resist are described all the same", () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error("no");
      },
    },
  );
  const strange = { constructor: { name: "x".repeat(1e6) } };
  const message = (value: unknown) => wrongArgument("f(x)", "x", "a number", value).message;
  expect(message(hostile)).toBe("f(x): x must be a number, got an object");
  expect(message(strange)).toBe("f(x): x must be a number, got an object");
  expect(message("y".repeat(1e6)).length).toBeLessThan(400);
  expect(message(10n ** 1000n)).toBe("f(x): x must be a number, got a bigint");
  expect(message(Object.create(null))).toBe("f(x): x must be a number, got an object");
});
