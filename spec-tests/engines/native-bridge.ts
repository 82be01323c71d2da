// Calls functions of the host's own WebAssembly without losing bits: a generated module moves the values
// between memory and parameters, because JavaScript numbers cannot carry every NaN and no v128 at all.
// Owns the encoding of that module; used by the native adapter only.

import type { RawValue } from "../reader/values.ts";
import type { NativeHost } from "./native-host.ts";

type NumericType = Exclude<RawValue["type"], "ref">;

const TYPE_CODES: Readonly<Record<NumericType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
const LOADS: Readonly<Record<NumericType, readonly number[]>> = {
  i32: [0x28],
  i64: [0x29],
  f32: [0x2a],
  f64: [0x2b],
  v128: [0xfd, 0],
};
const STORES: Readonly<Record<NumericType, readonly number[]>> = {
  i32: [0x36],
  i64: [0x37],
  f32: [0x38],
  f64: [0x39],
  v128: [0xfd, 11],
};
const SLOT_BYTES = 16;

/** Calls `target`, an exported WebAssembly function of exactly these types. Throws what it throws. */
export function callNative(
  host: NativeHost,
  target: unknown,
  args: readonly RawValue[],
  results: readonly NumericType[],
): readonly RawValue[] {
  const params = args.map((argument) => argument.type as NumericType);
  const memory = new host.Memory({ initial: 1 });
  const module = new host.Module(bridgeModule(params, results));
  const { exports } = new host.Instance(module, {
    e: { f: target, m: memory },
  });
  const view = new DataView(memory.buffer);
  args.forEach((argument, index) => {
    if (argument.bytes !== undefined) new Uint8Array(memory.buffer).set(argument.bytes, index * SLOT_BYTES);
    else {
      view.setInt32(index * SLOT_BYTES, argument.lo ?? 0, true);
      view.setInt32(index * SLOT_BYTES + 4, argument.hi ?? 0, true);
    }
  });
  (exports.run as () => void)();
  return results.map((type, index) => {
    const at = (params.length + index) * SLOT_BYTES;
    if (type === "v128") return { type, bytes: new Uint8Array(memory.buffer.slice(at, at + 16)) };
    return { type, lo: view.getInt32(at, true), hi: view.getInt32(at + 4, true) };
  });
}

/** A module importing `e.f` and the memory `e.m`, whose export `run` takes arguments from slots and leaves results in them. */
function bridgeModule(params: readonly NumericType[], results: readonly NumericType[]): Uint8Array {
  const codes = (types: readonly NumericType[]): number[] => types.map((type) => TYPE_CODES[type]);
  const address = (slot: number): number[] => [0x41, ...signedLeb(slot * SLOT_BYTES)];
  const access = (operator: readonly number[]): number[] => [...operator, 0, 0];
  // Results come off the operand stack last first, and an address must lie below its value: locals in between.
  const body = [
    ...leb(results.length),
    ...results.flatMap((type) => [1, TYPE_CODES[type]]),
    ...params.flatMap((type, slot) => [...address(slot), ...access(LOADS[type])]),
    ...[0x10, 0],
    ...results.flatMap((_, index) => [0x21, ...leb(results.length - 1 - index)]),
    ...results.flatMap((type, index) => [
      ...address(params.length + index),
      ...[0x20, ...leb(index)],
      ...access(STORES[type]),
    ]),
    0x0b,
  ];
  const types = [2, 0x60, ...vector(codes(params)), ...vector(codes(results)), 0x60, 0, 0];
  const imports = [2, 1, 0x65, 1, 0x66, 0, 0, 1, 0x65, 1, 0x6d, 2, 0, 1];
  const sections: readonly (readonly [number, readonly number[]])[] = [
    [1, types],
    [2, imports],
    [3, [1, 1]],
    [7, [1, 3, 0x72, 0x75, 0x6e, 0, 1]],
    [10, [1, ...vector(body)]],
  ];
  return new Uint8Array([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...sections.flatMap(([id, content]) => [id, ...vector(content)]),
  ]);
}

function vector(bytes: readonly number[]): number[] {
  return [...leb(bytes.length), ...bytes];
}

function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}

function signedLeb(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)];
}
