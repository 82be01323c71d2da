// Canonical definitions: lifting, lowering and the built-ins, with their options.

import { NumType } from "../../module/types.ts";
import type {
  CancellableBuiltin,
  Canon,
  CanonOption,
  CopyOperation,
  EndOperation,
  PlainBuiltin,
  ResourceBuiltin,
  StreamOrFuture,
} from "../model/canon.ts";
import type { ComponentReader } from "./component-reader.ts";
import { readResult } from "./types.ts";

const OPTIONS: readonly CanonOption["kind"][] = [
  "utf8",
  "utf16",
  "latin1+utf16",
  "memory",
  "realloc",
  "post-return",
  "async",
  "callback",
];

const RESOURCE: ReadonlyMap<number, ResourceBuiltin> = new Map([
  [0x02, "resource.new"],
  [0x03, "resource.drop"],
  [0x04, "resource.rep"],
] satisfies [number, ResourceBuiltin][]);

const PLAIN: ReadonlyMap<number, PlainBuiltin> = new Map([
  [0x05, "task.cancel"],
  [0x0d, "subtask.drop"],
  [0x1e, "error-context.drop"],
  [0x1f, "waitable-set.new"],
  [0x22, "waitable-set.drop"],
  [0x23, "waitable.join"],
  [0x24, "backpressure.inc"],
  [0x25, "backpressure.dec"],
  [0x26, "thread.index"],
  [0x28, "thread.resume-later"],
] satisfies [number, PlainBuiltin][]);

const CANCELLABLE: ReadonlyMap<number, CancellableBuiltin> = new Map([
  [0x0c, "thread.yield"],
  [0x29, "thread.suspend"],
  [0x2a, "thread.suspend-then-resume"],
  [0x2b, "thread.yield-then-resume"],
  [0x2c, "thread.suspend-then-promote"],
  [0x2d, "thread.yield-then-promote"],
] satisfies [number, CancellableBuiltin][]);

/** Streams' operations have codes from 0x0e, futures' the same from 0x15. */
const STREAM = 0x0e;
const FUTURE = 0x15;
const AFTER_FUTURE = 0x1c;
const ENDS: Readonly<Record<number, EndOperation>> = { 0: "new", 5: "drop-readable", 6: "drop-writable" };
const COPIES: Readonly<Record<number, CopyOperation>> = { 1: "read", 2: "write" };

export function readCanon(reader: ComponentReader): Canon {
  const offset = reader.position;
  const code = reader.byte();
  const canon = canonOf(reader, code);
  if (canon.kind.startsWith("error-context.")) reader.need("component-error-context", canon.kind, offset);
  else if (canon.kind.startsWith("thread.") && canon.kind !== "thread.yield") {
    reader.need("component-threads", canon.kind, offset);
  } else if (code > 0x04) reader.need("component-async", canon.kind, offset);
  return canon;
}

function canonOf(reader: ComponentReader, code: number): Canon {
  const resource = RESOURCE.get(code);
  if (resource !== undefined) return { kind: resource, type: reader.u32() };
  const plain = PLAIN.get(code);
  if (plain !== undefined) return { kind: plain };
  const cancellable = CANCELLABLE.get(code);
  if (cancellable !== undefined) return { kind: cancellable, cancellable: reader.boolean() };
  if (code >= STREAM && code < FUTURE) return streamCanon(reader, "stream", code - STREAM);
  if (code >= FUTURE && code < AFTER_FUTURE) return streamCanon(reader, "future", code - FUTURE);
  switch (code) {
    case 0x00: {
      funcSort(reader, "canonical function lift");
      const coreFunc = reader.u32();
      const options = readOptions(reader);
      return { kind: "lift", coreFunc, options, type: reader.u32() };
    }
    case 0x01:
      funcSort(reader, "canonical function lower");
      return { kind: "lower", func: reader.u32(), options: readOptions(reader) };
    case 0x06:
      return { kind: "subtask.cancel", async: reader.boolean() };
    case 0x09:
      return { kind: "task.return", result: readResult(reader), options: readOptions(reader) };
    case 0x0a:
    case 0x0b: {
      const type = reader.byte();
      if (type === NumType.I64) reader.need("component-memory64", "a context slot of i64");
      else if (type !== NumType.I32) reader.failLeading(type, "a context slot's type");
      return {
        kind: code === 0x0a ? "context.get" : "context.set",
        type: type === NumType.I64 ? "i64" : "i32",
        slot: reader.u32(),
      };
    }
    case 0x1c:
    case 0x1d:
      return {
        kind: code === 0x1c ? "error-context.new" : "error-context.debug-message",
        options: readOptions(reader),
      };
    case 0x20:
    case 0x21:
      return {
        kind: code === 0x20 ? "waitable-set.wait" : "waitable-set.poll",
        cancellable: reader.boolean(),
        memory: reader.u32(),
      };
    case 0x27:
      return { kind: "thread.new-indirect", type: reader.u32(), table: reader.u32() };
    case 0x40:
    case 0x41:
    case 0x42:
      return reader.fail(
        "built-ins of threads that share everything are not known to this engine",
        reader.position - 1,
      );
    default:
      return reader.failLeading(code, "canonical function");
  }
}

function streamCanon(reader: ComponentReader, what: StreamOrFuture, operation: number): Canon {
  const type = reader.u32();
  const end = ENDS[operation];
  if (end !== undefined) return { kind: `${what}.${end}`, type };
  const copy = COPIES[operation];
  if (copy !== undefined) return { kind: `${what}.${copy}`, type, options: readOptions(reader) };
  const cancelled: CopyOperation = operation === 3 ? "read" : "write";
  return { kind: `${what}.cancel-${cancelled}`, type, async: reader.boolean() };
}

function funcSort(reader: ComponentReader, what: string): void {
  const byte = reader.byte();
  if (byte !== 0) reader.failLeading(byte, what);
}

function readOptions(reader: ComponentReader): CanonOption[] {
  return reader.list(() => {
    const code = reader.byte();
    const kind = OPTIONS[code] ?? reader.failLeading(code, "canonical option");
    switch (kind) {
      case "memory":
      case "realloc":
      case "post-return":
        return { kind, index: reader.u32() };
      case "callback":
        reader.need("component-async", "a callback");
        return { kind, index: reader.u32() };
      case "async":
        reader.need("component-async", "async");
        return { kind };
      default:
        return { kind };
    }
  });
}
