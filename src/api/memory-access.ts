// Single numbers in a guest's memory, as the guest itself reads and writes them: little-endian, checked, at any address.
// Owns what fits each width. Where the bytes are is the memory's affair.

import { bigInteger, integer, NUMBER, type Shape } from "../checks/options.ts";

/** An address in bytes: a number, or a bigint as guests with 64-bit addresses give it. */
export type Address = number | bigint;

const FITS = {
  u8: /* @__PURE__ */ integer(0, 0xff),
  i8: /* @__PURE__ */ integer(-0x80, 0x7f),
  u16: /* @__PURE__ */ integer(0, 0xffff),
  i16: /* @__PURE__ */ integer(-0x8000, 0x7fff),
  u32: /* @__PURE__ */ integer(0, 0xffff_ffff),
  i32: /* @__PURE__ */ integer(-0x8000_0000, 0x7fff_ffff),
  u64: /* @__PURE__ */ bigInteger(0n, (1n << 64n) - 1n),
  i64: /* @__PURE__ */ bigInteger(-(1n << 63n), (1n << 63n) - 1n),
  f32: NUMBER,
  f64: NUMBER,
} satisfies Record<string, Shape<number> | Shape<bigint>>;

/**
 * Reads and writes numbers. All throw a `Trap` out of bounds, before anything is written, and TypeError or RangeError for what is
 * no address, or a value that does not fit.
 */
export abstract class MemoryAccess {
  /** A view of the whole memory in which `length` bytes at `address` are known to be, and where they begin. */
  protected abstract locate(address: Address, length: number, what: string): number;
  protected abstract get dataView(): DataView;
  /** @internal The host has written these bytes, which are there. */
  abstract wrote(at: number, length: number): void;

  readU8(address: Address): number {
    const at = this.locate(address, 1, "memory.readU8");
    return this.dataView.getUint8(at);
  }

  writeU8(address: Address, value: number): void {
    const fitting = FITS.u8.read(value, "memory.writeU8: value");
    const at = this.locate(address, 1, "memory.writeU8");
    this.dataView.setUint8(at, fitting);
    this.wrote(at, 1);
  }

  readI8(address: Address): number {
    const at = this.locate(address, 1, "memory.readI8");
    return this.dataView.getInt8(at);
  }

  writeI8(address: Address, value: number): void {
    const fitting = FITS.i8.read(value, "memory.writeI8: value");
    const at = this.locate(address, 1, "memory.writeI8");
    this.dataView.setInt8(at, fitting);
    this.wrote(at, 1);
  }

  readU16(address: Address): number {
    const at = this.locate(address, 2, "memory.readU16");
    return this.dataView.getUint16(at, true);
  }

  writeU16(address: Address, value: number): void {
    const fitting = FITS.u16.read(value, "memory.writeU16: value");
    const at = this.locate(address, 2, "memory.writeU16");
    this.dataView.setUint16(at, fitting, true);
    this.wrote(at, 2);
  }

  readI16(address: Address): number {
    const at = this.locate(address, 2, "memory.readI16");
    return this.dataView.getInt16(at, true);
  }

  writeI16(address: Address, value: number): void {
    const fitting = FITS.i16.read(value, "memory.writeI16: value");
    const at = this.locate(address, 2, "memory.writeI16");
    this.dataView.setInt16(at, fitting, true);
    this.wrote(at, 2);
  }

  readU32(address: Address): number {
    const at = this.locate(address, 4, "memory.readU32");
    return this.dataView.getUint32(at, true);
  }

  writeU32(address: Address, value: number): void {
    const fitting = FITS.u32.read(value, "memory.writeU32: value");
    const at = this.locate(address, 4, "memory.writeU32");
    this.dataView.setUint32(at, fitting, true);
    this.wrote(at, 4);
  }

  readI32(address: Address): number {
    const at = this.locate(address, 4, "memory.readI32");
    return this.dataView.getInt32(at, true);
  }

  writeI32(address: Address, value: number): void {
    const fitting = FITS.i32.read(value, "memory.writeI32: value");
    const at = this.locate(address, 4, "memory.writeI32");
    this.dataView.setInt32(at, fitting, true);
    this.wrote(at, 4);
  }

  readU64(address: Address): bigint {
    const at = this.locate(address, 8, "memory.readU64");
    return this.dataView.getBigUint64(at, true);
  }

  writeU64(address: Address, value: bigint): void {
    const fitting = FITS.u64.read(value, "memory.writeU64: value");
    const at = this.locate(address, 8, "memory.writeU64");
    this.dataView.setBigUint64(at, fitting, true);
    this.wrote(at, 8);
  }

  readI64(address: Address): bigint {
    const at = this.locate(address, 8, "memory.readI64");
    return this.dataView.getBigInt64(at, true);
  }

  writeI64(address: Address, value: bigint): void {
    const fitting = FITS.i64.read(value, "memory.writeI64: value");
    const at = this.locate(address, 8, "memory.writeI64");
    this.dataView.setBigInt64(at, fitting, true);
    this.wrote(at, 8);
  }

  readF32(address: Address): number {
    const at = this.locate(address, 4, "memory.readF32");
    return this.dataView.getFloat32(at, true);
  }

  writeF32(address: Address, value: number): void {
    const fitting = FITS.f32.read(value, "memory.writeF32: value");
    const at = this.locate(address, 4, "memory.writeF32");
    this.dataView.setFloat32(at, fitting, true);
    this.wrote(at, 4);
  }

  readF64(address: Address): number {
    const at = this.locate(address, 8, "memory.readF64");
    return this.dataView.getFloat64(at, true);
  }

  writeF64(address: Address, value: number): void {
    const fitting = FITS.f64.read(value, "memory.writeF64: value");
    const at = this.locate(address, 8, "memory.writeF64");
    this.dataView.setFloat64(at, fitting, true);
    this.wrote(at, 8);
  }
}
