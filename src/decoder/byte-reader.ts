// A cursor over a module's bytes: integers, floats' bits, lengths and names (spec sections 5.1 and 5.2).
// Owns bounds and LEB128 rules. Knows nothing of sections: like the reference decoder it stops only at the
// module's end, and whoever reads something sized compares positions afterwards.

import { MalformedError } from "../errors.ts";
import { decodeUtf8 } from "../utf8.ts";

const TOO_LONG = "integer representation too long";
const TOO_LARGE = "integer too large";

/**
 * Reads forward from `position`. Every method throws {@link MalformedError} and
 * only that. The bytes are never copied.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** Offset of the next byte. */
  position: number;
  /** No byte at or past this offset is read. */
  readonly end: number;
  /** Halves of the last 64-bit integer or f64 read, as int32. */
  lo = 0;
  hi = 0;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Always throws; its result type lets a caller write `throw`. */
  fail(message: string, offset = this.position): never {
    throw new MalformedError(message, offset);
  }

  private failAtEnd(): never {
    this.fail("unexpected end of section or function", this.end);
  }

  byte(): number {
    const position = this.position;
    if (position >= this.end) this.failAtEnd();
    this.position = position + 1;
    return this.bytes[position]!;
  }

  /** The next byte, not consumed; -1 at the end. */
  peek(): number {
    return this.position < this.end ? this.bytes[this.position]! : -1;
  }

  /** Moves past `count` bytes and gives the offset of the first. */
  skip(count: number): number {
    const start = this.position;
    if (count > this.end - start) this.failAtEnd();
    this.position = start + count;
    return start;
  }

  u32(): number {
    const position = this.position;
    if (position < this.end) {
      const byte = this.bytes[position]!;
      if (byte < 0x80) {
        this.position = position + 1;
        return byte;
      }
    }
    return this.longU32();
  }

  private longU32(): number {
    if (this.fourBytes() > 0) return this.lo;
    const last = this.byte();
    if ((last & 0x70) !== 0) this.fail(TOO_LARGE, this.position - 1);
    if (last >= 0x80) this.fail(TOO_LONG);
    return (this.lo | (last << 28)) >>> 0;
  }

  /**
   * Up to four bytes of a LEB128 integer into {@link lo}. Gives how many bits they have; 0 if more bytes are to follow, or there are not
   * so many. No call a byte.
   */
  private fourBytes(): number {
    const { bytes, end } = this;
    let position = this.position;
    let value = 0;
    for (let bits = 0; bits < 28 && position < end; ) {
      const byte = bytes[position++]!;
      value |= (byte & 0x7f) << bits;
      bits += 7;
      if (byte < 0x80) {
        this.position = position;
        this.lo = value;
        return bits;
      }
    }
    this.position = position;
    this.lo = value;
    return 0;
  }

  s32(): number {
    const position = this.position;
    if (position < this.end) {
      const byte = this.bytes[position]!;
      if (byte < 0x80) {
        this.position = position + 1;
        return (byte << 25) >> 25;
      }
    }
    return this.longS32();
  }

  private longS32(): number {
    const unread = 32 - this.fourBytes();
    if (unread < 32) return (this.lo << unread) >> unread;
    const last = this.byte();
    const unused = last & 0x78;
    if (unused !== 0 && unused !== 0x78) this.fail(TOO_LARGE, this.position - 1);
    if (last >= 0x80) this.fail(TOO_LONG);
    return this.lo | (last << 28);
  }

  /** A 33-bit signed integer; it fits a JS number exactly. */
  s33(): number {
    const position = this.position;
    if (position < this.end) {
      const byte = this.bytes[position]!;
      if (byte < 0x80) {
        this.position = position + 1;
        return (byte << 25) >> 25;
      }
    }
    return this.longS33();
  }

  private longS33(): number {
    const unread = 32 - this.fourBytes();
    if (unread < 32) return (this.lo << unread) >> unread;
    const last = this.byte();
    const unused = last & 0x70;
    if (unused !== 0 && unused !== 0x70) this.fail(TOO_LARGE, this.position - 1);
    if (last >= 0x80) this.fail(TOO_LONG);
    const low = (this.lo | (last << 28)) >>> 0;
    return unused === 0 ? low : low - 2 ** 32;
  }

  /** An unsigned 64-bit integer into {@link lo} and {@link hi}. */
  u64(): void {
    const position = this.position;
    if (position < this.end) {
      const byte = this.bytes[position]!;
      if (byte < 0x80) {
        this.position = position + 1;
        this.lo = byte;
        this.hi = 0;
        return;
      }
    }
    const last = this.long64();
    if (last >= 0 && (last & 0x7e) !== 0) this.fail(TOO_LARGE, this.position - 1);
    if (last >= 0x80) this.fail(TOO_LONG);
  }

  /** A signed 64-bit integer into {@link lo} and {@link hi}. */
  s64(): void {
    const position = this.position;
    if (position < this.end) {
      const byte = this.bytes[position]!;
      if (byte < 0x80) {
        this.position = position + 1;
        this.lo = (byte << 25) >> 25;
        this.hi = this.lo >> 31;
        return;
      }
    }
    const last = this.long64();
    if (last >= 0) {
      const bits = last & 0x7f;
      if (bits !== 0 && bits !== 0x7f) this.fail(TOO_LARGE, this.position - 1);
      if (last >= 0x80) this.fail(TOO_LONG);
      return;
    }
    // Sign-extend from the last payload bit, which stands at 7 × bytes − 1.
    const top = 7 * (this.position - position);
    if (top <= 32) {
      if (top < 32) this.lo = (this.lo << (32 - top)) >> (32 - top);
      this.hi = this.lo >> 31;
    } else {
      this.hi = (this.hi << (64 - top)) >> (64 - top);
    }
  }

  /** Up to ten bytes of a 64-bit LEB128. Gives the tenth byte, for the caller to judge, or -1 if there are fewer. */
  private long64(): number {
    const { bytes, end } = this;
    let position = this.position;
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 63 && position < end; shift += 7) {
      const byte = bytes[position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >> 4;
      } else hi |= bits << (shift - 32);
      if (byte < 0x80) {
        this.position = position;
        this.lo = lo;
        this.hi = hi;
        return -1;
      }
    }
    this.position = position;
    const last = this.byte();
    this.lo = lo;
    this.hi = hi | (last << 31);
    return last;
  }

  /** An unsigned 64-bit integer as a bigint; for the few places that are read once a module (limits). */
  u64BigInt(): bigint {
    this.u64();
    return (BigInt(this.hi >>> 0) << 32n) | BigInt(this.lo >>> 0);
  }

  /** Four bytes, little-endian, as int32 bits. */
  bits32(): number {
    const at = this.skip(4); // throws unless all four are there
    const bytes = this.bytes;
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  /** Eight bytes, little-endian, into {@link lo} and {@link hi}. */
  bits64(): void {
    this.lo = this.bits32();
    this.hi = this.bits32();
  }

  /**
   * A u32 that counts bytes, or things of at least a byte each. More than the module still has (counted from
   * the length's own position, as the suite expects) is "length out of bounds".
   */
  length(): number {
    const start = this.position;
    const length = this.u32();
    if (length > this.end - start) this.fail("length out of bounds", start);
    return length;
  }

  /** A name: length, then strict UTF-8 (spec section 5.2.4). */
  name(): string {
    const length = this.length();
    const start = this.skip(length);
    const name = decodeUtf8(this.bytes, start, start + length);
    if (name === undefined) this.fail("malformed UTF-8 encoding", start);
    return name;
  }
}
