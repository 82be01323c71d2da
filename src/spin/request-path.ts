// The path of a request in the one form that is routed: RFC 3986, section 6.2.2. Done once, before anything looks at it.

const UNRESERVED = /[A-Za-z0-9\-._~]/;
/** What may stand in a path as it is. */
const PLAIN = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/;

/**
 * Decodes what need not be encoded, encodes what must be, writes the digits of the rest in upper case and removes `.` and `..`.
 * An encoded slash stays what it is: no separator.
 *
 * @param path begins with a slash; one character for each byte, as Node gives it
 * @returns `undefined` for an escape that is none, and for a NUL, which no guest could be given
 */
export function normalisePath(path: string): string | undefined {
  const decoded = PLAIN.test(path) ? path : decodeUnreserved(path);
  if (decoded === undefined || !decoded.includes("/.")) return decoded;
  const kept: string[] = [];
  const segments = decoded.split("/").slice(1);
  for (const [k, segment] of segments.entries()) {
    const isLast = k === segments.length - 1;
    if (segment === "..") kept.pop();
    else if (segment !== ".") {
      kept.push(segment);
      continue;
    }
    // `/a/..` is the directory itself.
    if (isLast) kept.push("");
  }
  return `/${kept.join("/")}`;
}

function decodeUnreserved(path: string): string | undefined {
  let result = "";
  for (let k = 0; k < path.length; k++) {
    const char = path[k] as string;
    if (char !== "%") {
      result += PLAIN.test(char) ? char : encoded(char.charCodeAt(0) & 0xff);
      continue;
    }
    const digits = path.slice(k + 1, k + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return undefined;
    const code = Number.parseInt(digits, 16);
    if (code === 0) return undefined;
    const plain = String.fromCharCode(code);
    result += UNRESERVED.test(plain) ? plain : encoded(code);
    k += 2;
  }
  return result;
}

function encoded(code: number): string {
  return `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** Percent-decoding as UTF-8; what is not UTF-8 becomes U+FFFD. For a path that {@link normalisePath} gave. */
export function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  const bytes: number[] = [];
  for (let k = 0; k < path.length; k++) {
    if (path[k] === "%") {
      bytes.push(Number.parseInt(path.slice(k + 1, k + 3), 16));
      k += 2;
    } else bytes.push(path.charCodeAt(k));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
