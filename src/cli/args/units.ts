// Reads the quantities of the command line: sizes, durations and counts.
// Owns their syntax. Everything here throws UsageError, with the name of the option first.

import { DURATION_UNITS, SIZE_UNITS, splitQuantity } from "../../checks/quantities.ts";
import { UsageError } from "../usage-error.ts";

/** Fuel is counted in 64 bits; half of them are enough for anybody, and leave room for sums. */
const MOST_FUEL = 2n ** 63n - 1n;

/** A value that looks like a file is the file: the value before it was forgotten. */
function misread(option: string, text: string, problem: string): UsageError {
  const isFile = /[/\\]|\.(wasm|wat|wasi)$/i.test(text);
  return new UsageError(
    isFile ? `${option} lacks its value: '${text}' stands in its place` : `${option}: '${text}' ${problem}`,
  );
}

/** Bytes: `65536`, `64KiB`, `10MB`, `1.5GiB`. Units of 1000 (KB) and of 1024 (KiB), in any case. */
export function parseSize(option: string, text: string): number {
  const parts = splitQuantity(text);
  const factor = parts && SIZE_UNITS.get(parts.unit);
  if (parts === undefined || factor === undefined) {
    throw misread(option, text, "is not a size; write bytes, or 64KiB, 10MB, 1GiB");
  }
  const bytes = parts.number * factor;
  if (!Number.isSafeInteger(bytes)) {
    throw new UsageError(`${option}: '${text}' is not a whole number of bytes below 2^53`);
  }
  return bytes;
}

/** Milliseconds: `500ms`, `5s`, `2m`, `1.5h`. The unit is required, since `5` would be anybody's guess. */
export function parseDuration(option: string, text: string): number {
  const parts = splitQuantity(text);
  const factor = parts && DURATION_UNITS.get(parts.unit);
  if (parts === undefined || factor === undefined) {
    if (parts?.number === 0) throw noTime(option);
    const advice = parts?.unit === "" ? `say ${text}s or ${text}ms` : "write 500ms, 5s, 2m or 1h";
    throw misread(option, text, `is not a duration; ${advice}`);
  }
  const milliseconds = parts.number * factor;
  if (!Number.isFinite(milliseconds)) throw new UsageError(`${option}: '${text}' is too long`);
  return milliseconds;
}

function noTime(option: string): UsageError {
  return new UsageError(`${option}: 0 leaves no time for anything; without ${option} there is no bound`);
}

/** A duration that something may take. Wasmtime's spelling counts seconds where there is no unit. */
export function parseTimeLimit(option: string, text: string, unitIsSeconds = false): number {
  const bare = unitIsSeconds && /^\d[\d_]*(\.\d+)?$/.test(text);
  const milliseconds = parseDuration(option, bare ? `${text}s` : text);
  if (milliseconds === 0) throw noTime(option);
  return milliseconds;
}

/** Pages are of this size, but for those of a proposal. */
const PAGE_BYTES = 65_536;

/** A size that memories may have: some bytes without a unit are most likely a slip. */
export function parseMemoryLimit(option: string, text: string): number {
  const bytes = parseSize(option, text);
  if (bytes > 0 && bytes < PAGE_BYTES && /^[\d_]+$/.test(text)) {
    throw new UsageError(
      `${option}: ${text} bytes are less than one page of memory (64KiB); for megabytes write ${text}MB`,
    );
  }
  return bytes;
}

/** A whole number, 0 or more, as an exact 64-bit quantity: `1000000`, `1_000_000`. */
export function parseFuel(option: string, text: string): bigint {
  if (!/^\d[\d_]*$/.test(text)) {
    throw misread(option, text, "is not a whole number, 0 or more");
  }
  const digits = text.replaceAll("_", "");
  // 2^63 has 19 digits; converting megabytes of them would take quadratic time.
  const fuel = digits.length > 40 ? MOST_FUEL + 1n : BigInt(digits);
  if (fuel > MOST_FUEL) throw new UsageError(`${option}: '${text}' is more than ${MOST_FUEL}`);
  return fuel;
}

/** A whole number between `least` and `most`. */
export function parseCount(option: string, text: string, least: number, most: number): number {
  const number = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw misread(option, text, `is not a whole number from ${least} to ${most}`);
  }
  return number;
}

/** A byte count for people: `64 KiB`, `1.2 MiB`. */
export function formatSize(bytes: number | bigint): string {
  let value = Number(bytes);
  if (value < 1024) return `${value} B`;
  let unit = "B";
  for (const next of ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`;
}
