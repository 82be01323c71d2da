// Sizes and durations as people write them: a number and a unit.
// Owns the units; what is said about a text that is neither belongs to whoever has read it.

export const SIZE_UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 1],
  ["kb", 1e3],
  ["mb", 1e6],
  ["gb", 1e9],
  ["tb", 1e12],
  ["kib", 2 ** 10],
  ["mib", 2 ** 20],
  ["gib", 2 ** 30],
  ["tib", 2 ** 40],
]);

/** In milliseconds. There is no unit for a number alone, since `5` would be anybody's guess. */
export const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["min", 60_000],
  ["h", 3_600_000],
]);

/** A number, and the letters after it in lower case; `undefined` for anything else. */
export function splitQuantity(text: string): { readonly number: number; readonly unit: string } | undefined {
  const match = /^(\d[\d_]*(?:\.\d+)?) ?([a-z]*)$/i.exec(text);
  if (match === null) return undefined;
  return { number: Number(match[1]!.split("_").join("")), unit: match[2]!.toLowerCase() };
}

/** `64KiB` in bytes, `1.5h` in milliseconds; `undefined` for what has no such unit, or is no finite number. */
export function quantityIn(units: ReadonlyMap<string, number>, text: string): number | undefined {
  const parts = splitQuantity(text);
  const factor = parts && units.get(parts.unit);
  if (parts === undefined || factor === undefined) return undefined;
  const quantity = parts.number * factor;
  return Number.isFinite(quantity) ? quantity : undefined;
}
