// Says in a few words what a value is, for messages about arguments.
// Whatever the value does when it is looked at, this does not throw and does not grow.

import { quotedName } from "../printable.ts";

/** Bigints that are written out: of at most twenty digits. */
const MOST_SHOWN = 100_000_000_000_000_000_000n;

/** `the string "abc"`, `NaN`, `null`, `an array`, `a Store`, `an object`. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `the string ${quotedName(value)}`;
    case "number":
      return String(value);
    case "bigint":
      return value > -MOST_SHOWN && value < MOST_SHOWN ? `${value}n` : "a bigint";
    case "boolean":
    case "undefined":
      return String(value);
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return "an array";
    const name: unknown = value.constructor?.name;
    if (typeof name !== "string" || !/^[A-Z]\w{0,39}$/.test(name) || name === "Object") return "an object";
    return `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`;
  } catch {
    return "an object";
  }
}

/** An ECMAScript Object, in the specification's sense: functions are some too. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
