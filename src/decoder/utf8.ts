// Strict UTF-8 decoding (Unicode 15, section 3.9, table 3-7), written out because not every host has TextDecoder.
// Owns nothing but the byte patterns.

/** Code units gathered before they become a string; bounds the argument list of one `fromCharCode`. */
const CHUNK = 1024;

/**
 * Decodes `bytes[start, end)`. `undefined` when that is not well-formed UTF-8:
 * overlong forms, surrogates, values past U+10FFFF and cut sequences are refused.
 * A byte order mark is a character like any other.
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  const units: number[] = [];
  let position = start;
  while (position < end) {
    if (units.length >= CHUNK) {
      text += String.fromCharCode(...units);
      units.length = 0;
    }
    const lead = bytes[position++];
    if (lead < 0x80) {
      units.push(lead);
      continue;
    }
    const trailing = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    if (trailing === 0 || position + trailing > end) return undefined;
    const second = bytes[position];
    // The second byte's range is narrower after these leads: overlong forms, surrogates, beyond U+10FFFF.
    if (second < (lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80)) return undefined;
    if (second > (lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf)) return undefined;
    let codePoint = lead & (0x3f >> trailing);
    for (let i = 0; i < trailing; i++) {
      const byte = bytes[position++];
      if ((byte & 0xc0) !== 0x80) return undefined;
      codePoint = (codePoint << 6) | (byte & 0x3f);
    }
    if (codePoint < 0x10000) units.push(codePoint);
    else units.push(0xd7c0 + (codePoint >> 10), 0xdc00 | (codePoint & 0x3ff));
  }
  return text + String.fromCharCode(...units);
}
