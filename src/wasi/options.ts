// What the options of WASI have to be. Owns the shapes; what is made of the options is in grants.ts.

import {
  COUNT,
  integer,
  listOf,
  type OptionTable,
  objectWith,
  optionsOf,
  recordOf,
  type Shape,
  STRING,
  shape,
  unexpected,
} from "../checks/options.ts";
import type { ClockSource } from "./clock-source.ts";
import type { FileSystem } from "./fs/file-system.ts";
import type { WasiHost, WasiOptions } from "./grants.ts";
import type { RandomSource } from "./random-source.ts";
import type { SocketListener } from "./sockets.ts";
import type { InputSource, InputStream, OutputStream, OutputTarget } from "./streams.ts";

/** A file system, by its method `root`. */
export const FILE_SYSTEM: Shape<FileSystem> = {
  expected: "a file system, e.g. a MemoryFileSystem",
  read(value, what) {
    const isObject = typeof value === "object" && value !== null;
    if (isObject && typeof (value as Partial<FileSystem>).root === "function") return value as FileSystem;
    const { message } = unexpected(what, FILE_SYSTEM.expected, value);
    const advice = typeof value === "string" ? "; nodeWasi of wasmeter/node takes paths of the host" : "";
    throw new TypeError(message + advice);
  },
};

/** A seed: any integer. */
export const SEED: Shape<bigint | number> = /* @__PURE__ */ shape(
  "a bigint or a safe integer",
  (value) => typeof value === "bigint" || Number.isSafeInteger(value),
);

const CLOCK: Shape<ClockSource> = /* @__PURE__ */ objectWith(
  "a ClockSource, with methods realtime and monotonic",
  "realtime",
  "monotonic",
);

const RANDOM: Shape<RandomSource> = /* @__PURE__ */ objectWith("a RandomSource, with a method fill", "fill");

const LISTENERS: Shape<readonly SocketListener[]> = /* @__PURE__ */ listOf(
  "an array of SocketListeners",
  /* @__PURE__ */ objectWith<SocketListener>("a SocketListener", "accept", "whenReady", "close"),
);

const INPUT: Shape<InputSource> = {
  expected: '"null", "inherit", { text }, a Uint8Array, iterable, stream or function',
  read(value, what) {
    if (isInput(value)) return value;
    const { message } = unexpected(what, INPUT.expected, value);
    // A string would be an iterable of characters; more likely a file's name or the text itself was meant.
    throw new TypeError(
      typeof value === "string" ? `${message}; write { text } for the text itself` : message,
    );
  },
};

function isInput(value: unknown): value is InputSource {
  if (value === "null" || value === "inherit" || typeof value === "function") return true;
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof Uint8Array) return true;
  // The elements of other views are numbers, and no chunks.
  if (ArrayBuffer.isView(value)) return false;
  const object = value as Readonly<Record<PropertyKey, unknown>>;
  if (typeof object.text === "string") return true;
  const isStream =
    typeof object.read === "function" && (isMethod(object, "on") || isMethod(object, "whenReady"));
  return (
    isStream ||
    isMethod(object, "getReader") ||
    isMethod(object, Symbol.asyncIterator) ||
    isMethod(object, Symbol.iterator)
  );
}

const OUTPUT: Shape<OutputTarget> = /* @__PURE__ */ shape(
  '"null", "inherit", a function, a stream or an object with a method write',
  (value) => {
    if (value === "null" || value === "inherit" || typeof value === "function") return true;
    if (typeof value !== "object" || value === null) return false;
    const object = value as Readonly<Record<PropertyKey, unknown>>;
    return isMethod(object, "write") || isMethod(object, "getWriter");
  },
);

function isMethod(object: Readonly<Record<PropertyKey, unknown>>, name: PropertyKey): boolean {
  return typeof object[name] === "function";
}

const DETERMINISTIC_OPTIONS = { seed: SEED };

const DETERMINISTIC: Shape<boolean | { readonly seed?: bigint | number }> = {
  expected: "true, false or { seed }",
  read: (value, what) =>
    typeof value === "boolean"
      ? value
      : optionsOf(DETERMINISTIC.expected, DETERMINISTIC_OPTIONS).read(value, what),
};

/** A function that opens a stream. */
function opener<Stream>(): Shape<() => Stream> {
  return shape("a function that gives a stream", (value) => typeof value === "function");
}

export const HOST_OPTIONS = {
  stdin: /* @__PURE__ */ opener<InputStream>(),
  stdout: /* @__PURE__ */ opener<OutputStream>(),
  stderr: /* @__PURE__ */ opener<OutputStream>(),
  clock: CLOCK,
  random: RANDOM,
  blocking: /* @__PURE__ */ objectWith<NonNullable<WasiHost["blocking"]>>(
    "an object with a method sleep",
    "sleep",
  ),
} satisfies OptionTable<WasiHost>;

export const WASI_OPTIONS = {
  args: /* @__PURE__ */ listOf("an array of strings", STRING),
  env: /* @__PURE__ */ recordOf("an object of strings", STRING),
  stdin: INPUT,
  stdout: OUTPUT,
  stderr: OUTPUT,
  outputBufferBytes: /* @__PURE__ */ integer(1),
  preopens: /* @__PURE__ */ recordOf("an object of file systems by guest path", FILE_SYSTEM),
  listeners: LISTENERS,
  clock: CLOCK,
  random: RANDOM,
  deterministic: DETERMINISTIC,
  maxDescriptors: COUNT,
  host: /* @__PURE__ */ optionsOf("a WasiHost, e.g. nodeHost()", HOST_OPTIONS),
} satisfies OptionTable<WasiOptions>;
