// What a plugin logs during one call, within bounds.
// Owns the bounds: what is above them is counted and not kept. Where lines go besides is the embedder's affair.

import { decodeUtf8 } from "../utf8.ts";
import type { LogEntry, LogLevel } from "./errors.ts";

/** Levels, the least important first: the numbers by which Extism's `get_log_level` names them. */
export const LOG_LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warn", "error"];

/** What an entry takes besides its text. */
const ENTRY_BYTES = 64;
/** Of a plugin's own error. */
const MOST_MESSAGE_BYTES = 64 * 1024;
/** Bounds the argument list of one `fromCharCode`, which is on the JS stack. */
const CHUNK = 1024;

export class CallLogs {
  readonly #limit: number;
  readonly #least: number;
  readonly #listener: ((entry: LogEntry) => void) | undefined;
  #entries: LogEntry[] = [];
  #bytes = 0;
  #dropped = 0;

  /**
   * @param limit bytes that are kept in one call
   * @param least the least important level that is kept
   * @param listener is told each entry that is kept
   */
  constructor(limit: number, least: LogLevel, listener: ((entry: LogEntry) => void) | undefined) {
    this.#limit = limit;
    this.#least = LOG_LEVELS.indexOf(least);
    this.#listener = listener;
  }

  /** For Extism's `get_log_level`. */
  get leastLevel(): number {
    return this.#least;
  }

  wants(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.#least;
  }

  add(level: LogLevel, source: LogEntry["source"], bytes: Uint8Array): void {
    if (!this.wants(level)) return;
    if (this.#bytes + bytes.length + ENTRY_BYTES > this.#limit) {
      this.#dropped++;
      return;
    }
    this.#bytes += bytes.length + ENTRY_BYTES;
    const entry = { level, source, message: textOfBytes(bytes) };
    this.#entries.push(entry);
    this.#listener?.(entry);
  }

  /** Gives what was logged, with a last line for what was not kept, and begins anew. */
  take(): readonly LogEntry[] {
    const entries = this.#entries;
    if (this.#dropped > 0) {
      const message = `${this.#dropped} more entries were not kept: the limit logBytes = ${this.#limit} is reached`;
      entries.push({ level: "warn", source: "log", message });
    }
    this.#entries = [];
    this.#bytes = 0;
    this.#dropped = 0;
    return entries;
  }
}

/** Bytes of a guest as text: UTF-8, or else each byte as a character. */
export function textOfBytes(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text !== undefined) return text;
  // In pieces: as many strings as there are bytes would take thirty times their memory.
  let latin1 = "";
  const units: number[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) {
    units.length = 0;
    for (const byte of bytes.subarray(at, at + CHUNK)) units.push(byte);
    latin1 += String.fromCharCode(...units);
  }
  return latin1;
}

/** The text of a guest's message: its beginning where it is longer than anybody reads. */
export function excerptOf(bytes: Uint8Array): string {
  if (bytes.length <= MOST_MESSAGE_BYTES) return textOfBytes(bytes);
  let end = MOST_MESSAGE_BYTES;
  // No character is cut.
  while (end > MOST_MESSAGE_BYTES - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${textOfBytes(bytes.subarray(0, end))}… (${bytes.length} bytes in all)`;
}
