// UTF-8 both ways, without TextEncoder and TextDecoder, which QuickJS and Hermes lack.
// Knows nothing of WASI.

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

/** The text of `bytes`; `undefined` if they are not well-formed UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const parts: string[] = [];
  let units: number[] = [];
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i] as number;
    let code = lead;
    let extra = 0;
    // The lowest code point that may be written with this many bytes: shorter ones are overlong.
    let lowest = 0;
    if (lead >= 0x80) {
      if (lead >= 0xc2 && lead < 0xe0) {
        extra = 1;
        code = lead & 31;
        lowest = 0x80;
      } else if (lead >= 0xe0 && lead < 0xf0) {
        extra = 2;
        code = lead & 15;
        lowest = 0x800;
      } else if (lead >= 0xf0 && lead < 0xf5) {
        extra = 3;
        code = lead & 7;
        lowest = 0x10000;
      } else return undefined;
      if (i + extra >= bytes.length) return undefined;
      for (let j = 1; j <= extra; j++) {
        const next = bytes[i + j] as number;
        if ((next & 0xc0) !== 0x80) return undefined;
        code = (code << 6) | (next & 63);
      }
      if (code < lowest || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
    }
    i += extra + 1;
    if (code >= 0x10000) {
      units.push(0xd800 | ((code - 0x10000) >> 10), 0xdc00 | (code & 0x3ff));
    } else units.push(code);
    // apply() puts its arguments on the JS stack, which is small in QuickJS.
    if (units.length >= 1024) {
      parts.push(String.fromCharCode(...units));
      units = [];
    }
  }
  parts.push(String.fromCharCode(...units));
  return parts.join("");
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
