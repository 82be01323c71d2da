// config.json as text and back: what is not ours to change comes out as it went in.
// Owns numbers that JavaScript would round (`rlimits` hold 2^64 - 1), and reading values by their path. Knows no field.

import { printable } from "../printable.ts";
import { Refusal } from "./refusal.ts";

/** An object of the file. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** A parsed file, and the way back. */
export interface Document {
  readonly root: JsonObject;
  /** The text of another root, made from this one. */
  stringify(root: JsonObject): string;
  /** The value as a number, of which the last digits may be lost; `undefined` if it is none. */
  numberOf(value: unknown): number | undefined;
}

/** Strings, which are left alone, and numbers. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;
/** Integers of so many digits are exact. */
const EXACT_DIGITS = 15;

/** Throws Refusal for text that is no JSON object. */
export function parseDocument(text: string): Document {
  let marker = "number:";
  while (text.includes(marker)) marker += ":";
  const marked = text.replace(TOKEN, (token) =>
    token.startsWith('"') || token.length <= EXACT_DIGITS ? token : `"${marker}${token}"`,
  );
  let root: unknown;
  try {
    root = JSON.parse(marked);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0]! : "";
    throw new Refusal("config", `config.json is not JSON: ${printable(reason)}`);
  }
  if (!isObject(root)) throw new Refusal("config", "config.json is not a JSON object");
  const quoted = new RegExp(`"${marker}([^"]*)"`, "g");
  return {
    root,
    stringify: (changed) => JSON.stringify(changed).replace(quoted, "$1"),
    numberOf: (value) => {
      if (typeof value === "number") return value;
      const isMarked = typeof value === "string" && value.startsWith(marker);
      return isMarked ? Number(value.slice(marker.length)) : undefined;
    },
  };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A member of its own: `__proto__` and `constructor` are names like others. */
export function member(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function wrong(path: string, wanted: string): Refusal {
  return new Refusal("config", `config.json: ${path} must be ${wanted}`);
}

/** An object, empty where there is none. Throws Refusal for anything else. */
export function objectAt(parent: JsonObject, key: string, path: string): JsonObject {
  const value = member(parent, key) ?? {};
  if (!isObject(value)) throw wrong(path, "an object");
  return value;
}

/** A list of objects, empty where there is none. Throws Refusal for anything else. */
export function objectsAt(parent: JsonObject, key: string, path: string): readonly JsonObject[] {
  const value = member(parent, key) ?? [];
  if (!Array.isArray(value) || !value.every(isObject)) throw wrong(path, "a list of objects");
  return value;
}

/** A list of strings, empty where there is none. Throws Refusal for anything else. */
export function stringsAt(parent: JsonObject, key: string, path: string): readonly string[] {
  const value = member(parent, key) ?? [];
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) {
    throw wrong(path, "a list of strings");
  }
  return value;
}

/** A string, or `undefined` where there is none. Throws Refusal for anything else. */
export function stringAt(parent: JsonObject, key: string, path: string): string | undefined {
  const value = member(parent, key) ?? undefined;
  if (value !== undefined && typeof value !== "string") throw wrong(path, "a string");
  return value;
}
