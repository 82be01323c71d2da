// Custom sections `metadata.code.…` (the code metadata framework, an appendix of Wasm 3.0): bytes for instructions.
// Owns their common grammar, and where their offsets count from; what the bytes mean is each section's own affair.

import type { FunctionBody, Module } from "../module/module.ts";
import { ByteReader } from "./byte-reader.ts";

/** Metadata of one instruction. */
export interface InstructionMetadata {
  /** Byte offset of the entry in the module. */
  readonly at: number;
  /** Byte offset of the instruction, counted from {@link metadataBase}. */
  readonly offset: number;
  /** The payload's bytes are `start` to `end` of the module. */
  readonly start: number;
  readonly end: number;
}

/** Metadata of one function's instructions. */
export interface FunctionMetadata {
  readonly at: number;
  readonly funcIdx: number;
  readonly items: readonly InstructionMetadata[];
}

/** Reads a section's contents. Nothing is checked against the code. Throws `MalformedError`. */
export function readCodeMetadata(cursor: ByteReader): FunctionMetadata[] {
  const functions: FunctionMetadata[] = [];
  const functionCount = cursor.length();
  for (let i = 0; i < functionCount; i++) {
    const at = cursor.position;
    const funcIdx = cursor.u32();
    const itemCount = cursor.length();
    const items: InstructionMetadata[] = [];
    for (let k = 0; k < itemCount; k++) items.push(readItem(cursor));
    functions.push({ at, funcIdx, items });
  }
  return functions;
}

function readItem(cursor: ByteReader): InstructionMetadata {
  const at = cursor.position;
  const offset = cursor.u32();
  const length = cursor.length();
  const start = cursor.skip(length);
  return { at, offset, start, end: start + length };
}

/** Where a body's metadata count from: its locals, which follow its size. */
export function metadataBase(module: Module, body: FunctionBody): number {
  const reader = new ByteReader(module.bytes, body.start);
  reader.u32();
  return reader.position;
}
