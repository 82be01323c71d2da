// Strings in a guest's memory, in the three encodings of the Canonical ABI.
// Owns their bytes; the encodings' names are canonical options.

import { describe } from "../../checks/describe.ts";
import { Trap } from "../../errors.ts";
import { decodeUtf8, encodeUtf8, isWellFormed, utf8Length } from "../../utf8.ts";
import type { StringEncoding } from "../model/canon.ts";
import type { Side } from "./context.ts";
import { type Converter, Mismatch } from "./converter.ts";
import { MAX_BYTES, type Place, requireShort, writePointer } from "./pointers.ts";

/** In a length of `latin1+utf16`: the string is UTF-16. */
const UTF16_TAG = 0x8000_0000;

/** Code units per `fromCharCode`, which takes them as arguments. */
const CHUNK = 1024;

function liftString(side: Side, pointer: number, length: number): string {
  const at = pointer >>> 0;
  switch (side.options.encoding) {
    case "utf8":
      return liftUtf8(side, at, length >>> 0);
    case "utf16":
      return liftUnits(side, at, length >>> 0, 2);
    case "latin1+utf16": {
      if ((at & 1) !== 0) throw new Trap("unaligned-pointer", `${at}, of a string`);
      const isUtf16 = (length & UTF16_TAG) !== 0;
      return liftUnits(side, at, isUtf16 ? (length ^ UTF16_TAG) >>> 0 : length >>> 0, isUtf16 ? 2 : 1);
    }
  }
}

/** @throws Trap; LimitError */
function requireBytes(side: Side, at: number, bytes: number): void {
  if (at + bytes > side.byteLength) {
    throw new Trap(
      side.options.isHostCall ? "string-pointer-out-of-bounds" : "string-out-of-bounds",
      `${bytes} bytes at address ${at}, memory size ${side.byteLength}`,
    );
  }
  side.lifting(bytes, 0);
}

function liftUtf8(side: Side, at: number, bytes: number): string {
  requireBytes(side, at, bytes);
  const text = decodeUtf8(side.u8, at, at + bytes);
  if (text !== undefined) return text;
  throw new Trap(isCut(side.u8, at, at + bytes) ? "incomplete-utf8" : "invalid-utf8");
}

/** Whether what is wrong with ill-formed UTF-8 is that its last character is cut off. */
function isCut(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const lead = bytes[at] as number;
    const trailing = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4) return false;
    for (let k = 1; k <= trailing; k++) {
      if (at + k === end) return true;
      const byte = bytes[at + k] as number;
      // The second byte's range is narrower after some leads (Unicode 15, table 3-7).
      const low = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (byte < low || byte > high) return false;
    }
    at += trailing + 1;
  }
  return false;
}

/** Code units of one or two bytes. */
function liftUnits(side: Side, at: number, length: number, width: 1 | 2): string {
  if (width === 2 && (at & 1) !== 0) throw new Trap("unaligned-pointer", `${at}, of a string`);
  requireBytes(side, at, length * width);
  const { view, u8 } = side;
  let text = "";
  const units: number[] = [];
  for (let k = 0; k < length; k++) {
    if (units.length === CHUNK) {
      text += String.fromCharCode(...units);
      units.length = 0;
    }
    units.push(width === 1 ? (u8[at + k] as number) : view.getUint16(at + 2 * k, true));
  }
  text += String.fromCharCode(...units);
  if (width === 2 && !isWellFormed(text)) throw new Trap("invalid-utf16");
  return text;
}

function isLatin1(text: string): boolean {
  for (let k = 0; k < text.length; k++) if (text.charCodeAt(k) > 0xff) return false;
  return true;
}

/** Where `encoding` leaves a choice, the shorter form. */
type StringForm = Exclude<StringEncoding, "latin1+utf16"> | "latin1" | "tagged-utf16";

function formOf(text: string, encoding: StringEncoding): StringForm {
  if (encoding !== "latin1+utf16") return encoding;
  return isLatin1(text) ? "latin1" : "tagged-utf16";
}

function lowerString(side: Side, text: string, place: Place, to: number): void {
  const { encoding } = side.options;
  const form = formOf(text, encoding);
  const bytes = form === "utf8" ? utf8Length(text) : form === "latin1" ? text.length : 2 * text.length;
  side.allocate({
    bytes,
    alignment: encoding === "utf8" ? 1 : 2,
    elements: 0,
    place(target, pointer) {
      const { view, u8 } = target;
      if (form === "utf8") u8.set(encodeUtf8(text), pointer);
      else if (form === "latin1") for (let k = 0; k < text.length; k++) u8[pointer + k] = text.charCodeAt(k);
      else for (let k = 0; k < text.length; k++) view.setUint16(pointer + 2 * k, text.charCodeAt(k), true);
      const length =
        form === "utf8" ? bytes : form === "tagged-utf16" ? (text.length | UTF16_TAG) >>> 0 : text.length;
      writePointer(target, place, to, pointer, length);
    },
  });
}

export const STRING: Converter = {
  size: 8,
  alignment: 4,
  flat: 2,
  passing: undefined,
  parts: 1,
  check(side, value) {
    if (typeof value !== "string") throw new Mismatch(`${describe(value)} is no string`);
    if (!isWellFormed(value)) throw new Mismatch(`${describe(value)} has a lone surrogate`);
    // A code unit takes at most three bytes.
    if (value.length > MAX_BYTES / 3) {
      requireShort(side.options.encoding === "utf8" ? utf8Length(value) : 2 * value.length, "a string");
    }
    return value;
  },
  load: (side, at) => liftString(side, side.view.getInt32(at, true), side.view.getInt32(at + 4, true)),
  lift: (side, word) => liftString(side, side.flat.R[word] as number, side.flat.R[word + 2] as number),
  store: (side, value, at) => lowerString(side, value as string, "memory", at),
  lower: (side, value, word) => lowerString(side, value as string, "registers", word),
};
