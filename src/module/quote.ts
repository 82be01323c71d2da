// String literals of the text format (spec section 6.3.4): names, and bytes of any kind.

import { hex } from "./format-numbers.ts";

/** A name as a literal: ASCII that needs no escape as it is, everything else by code point. */
export function quote(text: string): string {
  const escaped = text.replace(/[^ -~]|["\\]/gu, (char) => `\\u{${hex(char.codePointAt(0) ?? 0)}}`);
  return `"${escaped}"`;
}

/** Any bytes as a literal. */
export function quoteBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\${hex(byte, 2)}`;
  }
  return `"${text}"`;
}
