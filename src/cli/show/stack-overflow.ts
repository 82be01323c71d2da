// Whether a guest that left its memory most likely did so because its own stack has overflown.
// Compilers of C, C++ and Rust keep what needs an address on a stack in linear memory. It grows towards 0, where linkers put it
// first, and its pointer is a global, which an overflow takes below 0: the address then is one near 4 GiB.

import type { Instance } from "../../api/index.ts";
import { ByteReader } from "../../decoder/byte-reader.ts";
import { decodeNames } from "../../decoder/names.ts";
import { Op } from "../../isa/op.ts";
import { NumType } from "../../module/types.ts";

/** A stack begins above this address, or there is none. */
const LEAST_STACK = 4096;
/** A pointer below this has used all of its stack: a frame that is smaller cannot be told from one that failed. */
const NEAR_ZERO = 1024;

/** The index of the stack pointer among all globals: by its name, else the first one, where linkers put it. */
function stackPointerIdx({ module: { checked } }: Instance): number | undefined {
  for (const [index, name] of decodeNames(checked.module).globals) {
    if (name === "__stack_pointer") return index;
  }
  const exported = checked.module.exports.find(
    ({ kind, name }) => kind === "global" && name === "__stack_pointer",
  );
  return exported?.index ?? (checked.module.globals.length > 0 ? checked.importCounts.global : undefined);
}

/** `probably a stack overflow of the guest (its stack pointer is -4096)`, or `undefined` where nothing speaks for it. */
export function stackOverflowHint(instance: Instance): string | undefined {
  const { module } = instance.module.checked;
  const index = stackPointerIdx(instance);
  if (index === undefined) return undefined;
  const global = instance.globals[index];
  const definition = module.globals[index - instance.module.checked.importCounts.global];
  if (global === undefined || definition === undefined || !global.type.mutable) return undefined;
  const { bits, at } = global;
  const is64 = global.type.type === NumType.I64;
  if (!is64 && global.type.type !== NumType.I32) return undefined;
  if (!beganHigh(module.bytes, definition.init.start)) return undefined;
  const low = bits[at] ?? 0;
  const pointer = is64 ? (bits[at + 1] ?? 0) * 2 ** 32 + (low >>> 0) : low;
  return pointer < NEAR_ZERO
    ? `probably a stack overflow of the guest (its stack pointer is ${pointer})`
    : undefined;
}

/** Whether a constant expression is a positive constant that a stack may begin at. */
function beganHigh(bytes: Uint8Array, start: number): boolean {
  const op = bytes[start];
  if (op !== Op.I32Const && op !== Op.I64Const) return false;
  const reader = new ByteReader(bytes, start + 1);
  if (op === Op.I32Const) return reader.s32() >= LEAST_STACK;
  reader.s64();
  return reader.hi > 0 || (reader.hi === 0 && reader.lo >>> 0 >= LEAST_STACK);
}
