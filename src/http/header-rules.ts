// What HTTP allows as names and values of headers (RFC 9110, section 5), and which of them are one connection's affair.

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible characters, blanks, tabs, and bytes above ASCII, one character for each. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function isHeaderName(name: string): boolean {
  return NAME.test(name);
}

/** @param value as Node has it: a character for each byte */
export function isHeaderValue(value: string): boolean {
  return VALUE.test(value);
}

/** Headers between two ends of one connection: they are neither shown to guests nor taken from them. */
export const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
