import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedError } from "../errors.ts";
import { decodeUtf8 } from "../utf8.ts";
import { ByteReader } from "./byte-reader.ts";

const reader = (...bytes: number[]) => new ByteReader(Uint8Array.from(bytes));

/** Minimal LEB128 of `value`, which is negative only for signed ones, then padded to `length` bytes. */
function leb(value: bigint, signed: boolean, length = 0): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const byte = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = signed ? rest === ((byte & 0x40) === 0 ? 0n : -1n) : rest === 0n;
    if (done && bytes.length + 1 >= length) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

function value64({ lo, hi }: ByteReader): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

describe("LEB128", () => {
  const int32 = fc.bigInt(-(2n ** 31n), 2n ** 31n - 1n);
  const uint32 = fc.bigInt(0n, 2n ** 32n - 1n);
  const int33 = fc.bigInt(-(2n ** 32n), 2n ** 32n - 1n);
  const uint64 = fc.bigInt(0n, 2n ** 64n - 1n);
  const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
  const shortLength = fc.nat(5);
  const longLength = fc.nat(10);

  it("reads back every 32- and 33-bit integer, padded or not", () => {
    fc.assert(
      fc.property(uint32, int32, int33, shortLength, (u, s, wide, length) => {
        expect(reader(...leb(u, false, length)).u32()).toBe(Number(u));
        expect(reader(...leb(s, true, length)).s32()).toBe(Number(s));
        expect(reader(...leb(wide, true, length)).s33()).toBe(Number(wide));
      }),
    );
  });

  it("reads back every 64-bit integer as two halves", () => {
    fc.assert(
      fc.property(uint64, int64, longLength, (u, s, length) => {
        const unsigned = reader(...leb(u, false, length));
        unsigned.u64();
        expect(value64(unsigned)).toBe(u);
        expect(reader(...leb(u, false, length)).u64BigInt()).toBe(u);
        const signed = reader(...leb(s, true, length));
        signed.s64();
        expect(BigInt.asIntN(64, value64(signed))).toBe(s);
      }),
    );
  });

  it("reads small and boundary values of every length", () => {
    for (let bits = 0n; bits <= 63n; bits++) {
      for (const s of [2n ** bits - 1n, -(2n ** bits)]) {
        const signed = reader(...leb(s, true));
        signed.s64();
        expect(BigInt.asIntN(64, value64(signed))).toBe(s);
      }
    }
  });

  it("leaves the position after the last byte", () => {
    const cursor = reader(0x80, 0x00, 0x07);
    expect(cursor.u32()).toBe(0);
    expect(cursor.position).toBe(2);
    expect(cursor.u32()).toBe(7);
  });

  const ff = (count: number) => Array<number>(count).fill(0xff);
  const zeros = (count: number) => Array<number>(count).fill(0x80);
  it.each<[string, "u32" | "s32" | "s33" | "u64" | "s64", number[], string]>([
    ["u32 of six bytes", "u32", [...zeros(5), 0x00], "integer representation too long"],
    ["u32 with unused bits", "u32", [...zeros(4), 0x10], "integer too large"],
    ["u32 that goes on with unused bits", "u32", ff(6), "integer too large"],
    ["s32 of six bytes", "s32", [...zeros(5), 0x00], "integer representation too long"],
    ["s32 with a wrong sign extension", "s32", [...ff(4), 0x0f], "integer too large"],
    ["s32 with a partial sign extension", "s32", [...zeros(4), 0x1f], "integer too large"],
    ["s33 of six bytes", "s33", [...zeros(5), 0x00], "integer representation too long"],
    ["s33 with a partial sign extension", "s33", [...zeros(4), 0x20], "integer too large"],
    ["u64 of eleven bytes", "u64", [...zeros(10), 0x00], "integer representation too long"],
    ["u64 with unused bits", "u64", [...zeros(9), 0x02], "integer too large"],
    ["s64 of eleven bytes", "s64", [...ff(10), 0x7f], "integer representation too long"],
    ["s64 with a wrong sign extension", "s64", [...ff(9), 0x01], "integer too large"],
    ["a cut integer", "u32", [0x80], "unexpected end of section or function"],
    ["a cut long integer", "s64", ff(3), "unexpected end of section or function"],
    ["nothing", "s33", [], "unexpected end of section or function"],
  ])("refuses %s", (_, method, bytes, message) => {
    expect(() => reader(...bytes)[method]()).toThrow(MalformedError);
    expect(() => reader(...bytes)[method]()).toThrow(message);
  });
});

/** The grammar of spec section 5.2.2, word for word: the value and how many bytes it takes, or nothing. */
function grammar(bytes: readonly number[], bits: number, signed: boolean): [bigint, number] | undefined {
  const [byte, ...rest] = bytes;
  if (byte === undefined || bits <= 0) return undefined;
  if (byte < 0x80) {
    const n = BigInt(byte);
    if (!signed) return bits < 7 && n >= 1n << BigInt(bits) ? undefined : [n, 1];
    const value = n < 64n ? n : n - 128n;
    const bound = 1n << BigInt(bits - 1);
    return bits < 7 && (value >= bound || value < -bound) ? undefined : [value, 1];
  }
  const tail = grammar(rest, bits - 7, signed);
  return tail === undefined ? undefined : [tail[0] * 128n + BigInt(byte - 128), tail[1] + 1];
}

describe("LEB128 of any bytes", () => {
  const byte = fc.oneof(
    fc.nat(255),
    fc.constantFrom(0x00, 0x01, 0x0f, 0x10, 0x40, 0x70, 0x7e, 0x7f, 0x80, 0xff),
  );
  const more = fc.array(fc.oneof(fc.integer({ min: 0x80, max: 0xff }), fc.constantFrom(0x80, 0xff)), {
    maxLength: 11,
  });
  const methods = [
    ["u32", 32, false],
    ["s32", 32, true],
    ["s33", 33, true],
    ["u64", 64, false],
    ["s64", 64, true],
  ] as const;

  it.each(methods)("%s reads and refuses what the grammar does", (method, bits, signed) => {
    fc.assert(
      fc.property(more, byte, fc.array(byte, { maxLength: 2 }), (first, last, behind) => {
        const bytes = [...first, last, ...behind];
        const expected = grammar(bytes, bits, signed);
        const cursor = reader(...bytes);
        if (expected === undefined) {
          expect(() => cursor[method]()).toThrow(MalformedError);
          return;
        }
        const result = cursor[method]();
        const value = result === undefined ? value64(cursor) : BigInt(result);
        expect(signed && bits === 64 ? BigInt.asIntN(64, value) : value).toBe(expected[0]);
        expect(cursor.position).toBe(expected[1]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("lengths and raw bytes", () => {
  it("counts a length against what is left from the length itself on", () => {
    expect(reader(2, 0).length()).toBe(2);
    expect(() => reader(3, 0).length()).toThrow("length out of bounds");
  });

  it("never reads past its end", () => {
    const bytes = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const cursor = new ByteReader(bytes, 2, 6);
    expect(cursor.bits32()).toBe(0x06050403);
    expect(cursor.peek()).toBe(-1);
    expect(() => cursor.byte()).toThrow("unexpected end");
    expect(() => new ByteReader(bytes, 2, 6).bits64()).toThrow("unexpected end");
    expect(() => new ByteReader(bytes, 2, 6).skip(5)).toThrow("unexpected end");
  });

  it("carries the offset in the error", () => {
    const cursor = reader(0x80, 0x80, 0x80, 0x80, 0x10);
    expect(() => cursor.u32()).toThrow(expect.objectContaining({ offset: 4 }));
  });
});

describe("UTF-8", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const oracle = (bytes: Uint8Array): string | undefined => {
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };

  it("agrees with TextDecoder on text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const bytes = new TextEncoder().encode(text);
        expect(decodeUtf8(bytes, 0, bytes.length)).toBe(text);
      }),
    );
  });

  it("agrees with TextDecoder on what is not text", () => {
    const nasty = fc.constantFrom(
      0x00,
      0x41,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
    );
    const leads = fc.constantFrom(0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xfe, 0xff);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 6 }),
        fc.array(fc.oneof(nasty, leads), { maxLength: 6 }),
        (a, b) => {
          for (const bytes of [a, Uint8Array.from(b)]) {
            expect(decodeUtf8(bytes, 0, bytes.length)).toBe(oracle(bytes));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("keeps surrogate pairs whole across its chunks", () => {
    const text = `${"a".repeat(1023)}😀${"é".repeat(3000)}`;
    const bytes = new TextEncoder().encode(text);
    expect(decodeUtf8(bytes, 0, bytes.length)).toBe(text);
  });

  it("makes a bad name malformed at its first byte", () => {
    const cursor = reader(2, 0xc3, 0x28);
    expect(() => cursor.name()).toThrow(expect.objectContaining({ offset: 1 }));
    expect(() => reader(2, 0xc3, 0x28).name()).toThrow("malformed UTF-8 encoding");
    expect(reader(0).name()).toBe("");
  });
});
