// UTF-8 both ways, strictly (Unicode 15, section 3.9, table 3-7), without TextEncoder and TextDecoder, which QuickJS and Hermes
// lack. Owns nothing but the byte patterns.

/** Code units gathered before they become a string; bounds the argument list of one `fromCharCode`, which is on the JS stack. */
const CHUNK = 1024;

/**
 * Decodes `bytes[start, end)`, by default all. `undefined` when that is not well-formed UTF-8:
 * overlong forms, surrogates, values past U+10FFFF and cut sequences are refused.
 * A byte order mark is a character like any other.
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string | undefined {
  let text = "";
  const units: number[] = [];
  let position = start;
  while (position < end) {
    if (units.length >= CHUNK) {
      text += String.fromCharCode(...units);
      units.length = 0;
    }
    const lead = bytes[position++]!;
    if (lead < 0x80) {
      units.push(lead);
      continue;
    }
    const trailing = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    if (trailing === 0 || position + trailing > end) return undefined;
    const second = bytes[position]!;
    // The second byte's range is narrower after these leads: overlong forms, surrogates, beyond U+10FFFF.
    if (second < (lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80)) return undefined;
    if (second > (lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf)) return undefined;
    let codePoint = lead & (0x3f >> trailing);
    for (let i = 0; i < trailing; i++) {
      const byte = bytes[position++]!;
      if ((byte & 0xc0) !== 0x80) return undefined;
      codePoint = (codePoint << 6) | (byte & 0x3f);
    }
    if (codePoint < 0x10000) units.push(codePoint);
    else units.push(0xd7c0 + (codePoint >> 10), 0xdc00 | (codePoint & 0x3ff));
  }
  return text + String.fromCharCode(...units);
}

/** Bytes that {@link encodeUtf8} gives for `text`. Lone surrogates count as U+FFFD. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (isPair(text, i)) {
      length += 4;
      i++;
    } else length += 3;
  }
  return length;
}

/** UTF-8 of `text`. Lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    if (code < 0x800) {
      bytes[at++] = 0xc0 | (code >> 6);
    } else {
      if (isPair(text, i)) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
        bytes[at++] = 0xf0 | (code >> 18);
        bytes[at++] = 0x80 | ((code >> 12) & 63);
      } else {
        if (code >= 0xd800 && code < 0xe000) code = 0xfffd;
        bytes[at++] = 0xe0 | (code >> 12);
      }
      bytes[at++] = 0x80 | ((code >> 6) & 63);
    }
    bytes[at++] = 0x80 | (code & 63);
  }
  return bytes;
}

function isPair(text: string, i: number): boolean {
  return (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
}

/** Whether `text` has no lone surrogate, so that UTF-8 gives it back unchanged. */
export function isWellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xf800) !== 0xd800) continue;
    if (!isPair(text, i)) return false;
    i++;
  }
  return true;
}
