// The head of a CGI answer (RFC 3875, section 6): the lines before the first empty one.
// Owns where it ends and what it says. What is no head is an InvalidAnswerError.

import { InvalidAnswerError } from "../handler.ts";
import { isHeaderName, isHeaderValue } from "../header-rules.ts";
import type { HeaderList } from "../request.ts";

/** Bytes that a head may have. */
export const LARGEST_WAGI_HEAD = 64 * 1024;
/** Room for most heads. */
const USUAL_HEAD = 512;

const NEWLINE = 10;
const RETURN = 13;

export interface CgiHead {
  readonly status: number;
  readonly headers: HeaderList;
}

/** Gathers bytes until the head is whole. */
export class HeadReader {
  #bytes = new Uint8Array(USUAL_HEAD);
  #length = 0;
  /** Whether nothing but a carriage return has come since the last line. */
  #lineIsEmpty = true;

  /** Bytes taken so far. */
  get length(): number {
    return this.#length;
  }

  /**
   * Takes bytes up to the end of the head; gives how many when it is whole, and `undefined` if it goes on.
   * @throws InvalidAnswerError when it is too large
   */
  take(bytes: Uint8Array): number | undefined {
    for (let k = 0; k < bytes.length; k++) {
      const byte = bytes[k] as number;
      if (byte === NEWLINE && this.#lineIsEmpty) return k + 1;
      if (this.#length === LARGEST_WAGI_HEAD) {
        throw new InvalidAnswerError(
          `there is no empty line in the first ${LARGEST_WAGI_HEAD} bytes of standard output, where the head should end`,
        );
      }
      if (this.#length === this.#bytes.length) this.#grow();
      this.#bytes[this.#length++] = byte;
      if (byte === NEWLINE) this.#lineIsEmpty = true;
      else if (byte !== RETURN) this.#lineIsEmpty = false;
    }
    return undefined;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.min(2 * this.#bytes.length, LARGEST_WAGI_HEAD));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  /** What the head says. @throws InvalidAnswerError */
  head(): CgiHead {
    return parseHead(Buffer.from(this.#bytes.buffer, 0, this.#length).toString("latin1"));
  }
}

/** @param text one character for each byte. @throws InvalidAnswerError */
export function parseHead(text: string): CgiHead {
  const headers: [string, string][] = [];
  let status: number | undefined;
  let isSufficient = false;
  let isRedirect = false;
  for (const line of text.split("\n")) {
    const trimmed = line.trim();
    if (trimmed === "") continue;
    const colon = trimmed.indexOf(":");
    const name = colon < 0 ? "" : trimmed.slice(0, colon).trim();
    const value = trimmed.slice(colon + 1).trim();
    if (!isHeaderName(name) || !isHeaderValue(value)) {
      throw new InvalidAnswerError(
        `the head has a line that is no header: ${JSON.stringify(trimmed.slice(0, 80))}`,
      );
    }
    const lower = name.toLowerCase();
    if (lower === "status") {
      isSufficient = true;
      status = statusOf(value);
      continue;
    }
    if (lower === "content-type") isSufficient = true;
    if (lower === "location") {
      isSufficient = true;
      isRedirect = true;
    }
    headers.push([name, value]);
  }
  if (!isSufficient) throw new InvalidAnswerError("the head has no Content-Type, Location or Status");
  return { status: status ?? (isRedirect ? 302 : 200), headers };
}

/** `404 Not Found` is 404. */
function statusOf(value: string): number {
  const [, digits] = /^(\d{3})(?:\s.*)?$/.exec(value) ?? [];
  if (digits === undefined)
    throw new InvalidAnswerError(`the Status ${JSON.stringify(value.slice(0, 80))} is no status`);
  return Number(digits);
}
