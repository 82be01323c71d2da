import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeUtf8, encodeUtf8, isWellFormed, utf8Length } from "./utf8.ts";

const anyText = fc.string({
  unit: fc.oneof(fc.constantFrom("\ud800", "\udfff", "é", "€", "😀", "\0"), fc.string({ maxLength: 1 })),
});

test("encodes as TextEncoder does, lone surrogates included", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const expected = new TextEncoder().encode(text);
      expect(encodeUtf8(text)).toEqual(new Uint8Array(expected));
      expect(utf8Length(text)).toBe(expected.length);
    }),
  );
});

test("decodes what TextDecoder decodes, and refuses what it refuses", () => {
  const fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const nearlyText = fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc
      .array(
        fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xa0, 0xef, 0xf0, 0x90, 0xf4, 0xf5, 0xff),
        { maxLength: 6 },
      )
      .map((bytes) => new Uint8Array(bytes)),
    anyText.map((text) => encodeUtf8(text)),
  );
  fc.assert(
    fc.property(nearlyText, (bytes) => {
      let expected: string | undefined;
      try {
        expected = fatal.decode(bytes);
      } catch {
        expected = undefined;
      }
      expect(decodeUtf8(bytes)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test("long texts survive, whatever falls on the inner boundary", () => {
  for (const length of [1022, 1023, 1024, 1025, 5000]) {
    const text = `${"x".repeat(length)}😀é`;
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  }
});

test("well-formed means without lone surrogates", () => {
  expect(isWellFormed("a😀b")).toBe(true);
  for (const text of ["\ud83d", "a\ude00", "\ud83d\ud83d\ude00"]) expect(isWellFormed(text)).toBe(false);
});
