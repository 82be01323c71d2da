// Reads what an embedder gives: options objects and single values, each by a shape that says what is expected.
// Owns the messages and the rule that nothing is ignored; the tables of options stand with the classes that take them.

import { hasOwn } from "../host.ts";
import { quotedName } from "../printable.ts";
import { describe } from "./describe.ts";
import { nearest } from "./suggest.ts";

/** What a value has to be. */
export interface Shape<T> {
  /** For messages, e.g. `a boolean`. */
  readonly expected: string;
  /** Whether an option of this shape must be given. */
  readonly required?: true;
  /**
   * The value, each part of it read once.
   * @throws TypeError for another type; RangeError for a value out of range. `what` begins the message
   */
  read(value: unknown, what: string): T;
}

/** A shape for every option of `Options`, by name: tables are held to it by `satisfies`. A shape may read another type. */
export type OptionTable<Options> = { readonly [Key in keyof Options]-?: Shape<unknown> };

type Table = Readonly<Record<string, Shape<unknown>>>;

type ValueOf<S> = S extends Shape<infer Value> ? Value : never;

/** Options as they were read: those that were not given are `undefined`. */
export type Read<T extends Table> = {
  readonly [Key in keyof T as T[Key] extends Required ? Key : never]: ValueOf<T[Key]>;
} & {
  readonly [Key in keyof T as T[Key] extends Required ? never : Key]?: ValueOf<T[Key]>;
};

interface Required {
  readonly required: true;
}

/** The same shape, for an option that must be given. */
export function required<T>(shape: Shape<T>): Shape<T> & Required {
  return { ...shape, required: true };
}

/**
 * Reads an options object by its table. What it inherits is read too, so that it may be an instance of a class, but for what
 * somebody has put on `Object.prototype`: no budget is to be loosened from there. What its getters throw passes through.
 *
 * @throws TypeError for what is no object, a key that the table does not have, and one that is missing; whatever a shape throws
 */
export function readOptions<T extends Table>(what: string, given: unknown, table: T): Read<T> {
  if (given === undefined) return readOptions(what, {}, table);
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(`${what}: options must be an object, got ${describe(given)}`);
  }
  for (const key of Object.keys(given)) {
    if (!hasOwn(table, key)) throw unknownOption(what, key, table);
  }
  const source = given as Readonly<Record<string, unknown>>;
  const read: Record<string, unknown> = Object.create(null);
  for (const [key, shape] of Object.entries(table)) {
    const isOfAll = key in Object.prototype && !hasOwn(source, key);
    const value = isOfAll ? undefined : source[key];
    if (value !== undefined) read[key] = shape.read(value, `${what}: option ${key}`);
    else if (shape.required) throw unexpected(`${what}: option ${key}`, shape.expected, value);
  }
  return read as Read<T>;
}

function unknownOption(what: string, key: string, table: Table): TypeError {
  const names = Object.keys(table);
  const near = nearest(key, names);
  const advice =
    near === undefined
      ? `there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`
      : `did you mean ${near} (${table[near]?.expected})?`;
  return new TypeError(`${what}: there is no option ${quotedName(key)}; ${advice}`);
}

/** The error for a value of another type than expected. */
export function unexpected(what: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${what}: expected ${expected}, got ${describe(value)}`);
}

/**
 * The error for an argument of the wrong class, e.g. in the wrong order.
 * @param signature how the function is called, e.g. `linker.instantiate(store, module, options)`
 */
export function wrongArgument(signature: string, name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${signature}: ${name} must be ${expected}, got ${describe(value)}`);
}

// -------------------------------------------------------------------- shapes

/** What `accepts` says yes to. */
export function shape<T>(expected: string, accepts: (value: unknown) => boolean): Shape<T> {
  return {
    expected,
    read(value, what) {
      if (accepts(value)) return value as T;
      throw unexpected(what, expected, value);
    },
  };
}

/** A number that `inRange` says yes to. */
function number(expected: string, inRange: (value: number) => boolean): Shape<number> {
  return {
    expected,
    read(value, what) {
      if (typeof value !== "number") throw unexpected(what, expected, value);
      if (!inRange(value)) throw new RangeError(`${what}: expected ${expected}, got ${value}`);
      return value;
    },
  };
}

export const BOOLEAN: Shape<boolean> = /* @__PURE__ */ shape(
  "true or false",
  (value) => typeof value === "boolean",
);

export const STRING: Shape<string> = /* @__PURE__ */ shape("a string", (value) => typeof value === "string");

/** A safe integer from `least` to `most`. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Shape<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  return number(
    `an integer ${range}`,
    (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  );
}

/** A count or size. */
export const COUNT: Shape<number> = /* @__PURE__ */ integer(0);

/** Any number, NaN and the infinities too. */
export const NUMBER: Shape<number> = /* @__PURE__ */ shape("a number", (value) => typeof value === "number");

/** A bigint from `least` to `most`. */
export function bigInteger(least: bigint, most: bigint): Shape<bigint> {
  const expected = `a bigint from ${least} to ${most}`;
  return {
    expected,
    read(value, what) {
      if (typeof value !== "bigint") throw unexpected(what, expected, value);
      if (value < least || value > most) {
        throw new RangeError(`${what}: expected ${expected}, got ${describe(value)}`);
      }
      return value;
    },
  };
}

/** A table for limits, by a value of each. */
export function limitTable<L extends object>(defaults: L): { readonly [Name in keyof L]: Shape<number> } {
  const entries = Object.keys(defaults).map((name) => [name, COUNT]);
  return Object.fromEntries(entries) as { readonly [Name in keyof L]: Shape<number> };
}

/** A length of time; infinite for ever. */
export const MILLISECONDS: Shape<number> = /* @__PURE__ */ number(
  "a number of milliseconds of at least 0",
  (value) => value >= 0,
);

export const POSITIVE_MILLISECONDS: Shape<number> = /* @__PURE__ */ number(
  "a positive number of milliseconds",
  (value) => value > 0,
);

/** An amount of fuel: what is given as a number is read as a bigint. */
export function amount(least: bigint): Shape<bigint> {
  const expected = `a bigint or a safe integer of at least ${least}`;
  return {
    expected,
    read(value, what) {
      const isNumber = typeof value === "number";
      if (!isNumber && typeof value !== "bigint") throw unexpected(what, expected, value);
      if ((isNumber && !Number.isSafeInteger(value)) || value < least) {
        throw new RangeError(`${what}: expected ${expected}, got ${describe(value)}`);
      }
      return BigInt(value);
    },
  };
}

export const FUEL: Shape<bigint> = /* @__PURE__ */ amount(0n);

/** One of some names. */
export function oneOf<const Name extends string>(names: readonly Name[]): Shape<Name> {
  const quoted = names.map((name) => JSON.stringify(name));
  const expected = names.length === 2 ? quoted.join(" or ") : `one of ${quoted.join(", ")}`;
  return {
    expected,
    read(value, what) {
      const found = names.find((name) => name === value);
      if (found !== undefined) return found;
      throw new TypeError(`${unexpected(what, expected, value).message}${suggestion(value, names)}`);
    },
  };
}

/** `; did you mean "simd"?`, or nothing. */
export function suggestion(value: unknown, names: Iterable<string>): string {
  const near = typeof value === "string" ? nearest(value, names) : undefined;
  return near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`;
}

/** An object with the given methods, of whatever class. */
export function objectWith<T>(expected: string, ...methods: readonly (keyof T & string)[]): Shape<T> {
  return shape(expected, (value) => hasMethods(value, methods));
}

function hasMethods(value: unknown, methods: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  const object = value as Readonly<Record<string, unknown>>;
  return methods.every((name) => typeof object[name] === "function");
}

/** An options object within another one; a copy. */
export function optionsOf<T extends Table>(expected: string, table: T): Shape<Read<T>> {
  return {
    expected,
    read: (value, what) => {
      if (value === null || typeof value !== "object") throw unexpected(what, expected, value);
      return readOptions(what, value, table);
    },
  };
}

/** A list of values; a copy. */
export function listOf<T>(expected: string, item: Shape<T>): Shape<readonly T[]> {
  return {
    expected,
    read(value, what) {
      if (!Array.isArray(value)) throw unexpected(what, expected, value);
      return Array.from(value as readonly unknown[], (each, k) => item.read(each, `${what}[${k}]`));
    },
  };
}

/** Values by name, as they stand in an object; a copy. */
export function recordOf<T>(expected: string, item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    expected,
    read(value, what) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw unexpected(what, expected, value);
      }
      const entries = Object.entries(value as Readonly<Record<string, unknown>>);
      return Object.fromEntries(
        entries.map(([name, each]) => [name, item.read(each, `${what}[${quotedName(name)}]`)]),
      );
    },
  };
}

export const ABORT_SIGNAL: Shape<AbortSignal> = /* @__PURE__ */ shape(
  "an AbortSignal",
  (value) =>
    hasMethods(value, ["addEventListener", "removeEventListener"]) &&
    typeof (value as AbortSignal).aborted === "boolean",
);
