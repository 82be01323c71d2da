// What `console.log` shows of the engine's objects in Node: a line in place of the state inside.
// Owns the symbol and the form; each class says what it shows.

import { shownName } from "../printable.ts";

/** The method that Node's `util.inspect` calls; other hosts do not know it. */
export const inspectSymbol: unique symbol = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");

/** `Store { fuelConsumed: 5n, bytesUsed: 65536 }`; what is `undefined` is left out. */
export function inspection(
  name: string,
  shown: Readonly<Record<string, string | number | bigint | boolean | undefined>>,
): string {
  const parts = Object.entries(shown).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [`${key}: ${typeof value === "bigint" ? `${value}n` : value}`];
  });
  return parts.length === 0 ? name : `${name} { ${parts.join(", ")} }`;
}

const MOST_NAMES = 8;

/** Names as guests make them, the first of them, and how many more. */
export function namesShown(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).map(shownName);
  if (names.length > MOST_NAMES) shown.push(`… ${names.length - MOST_NAMES} more`);
  return `[${shown.join(", ")}]`;
}
