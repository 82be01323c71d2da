// Proves that the runner can fail: falsifies expected results, each of which must then be reported.
// Owns which are falsified and how.

import type { Directive, Script } from "./reader/script.ts";
import type { Pattern } from "./reader/values.ts";

/** Positions of the directives whose first expected result can be falsified. */
export function sabotageable(script: Script): number[] {
  return script.directives.flatMap((directive, index) => {
    const kind = directive.kind === "assert_return" ? directive.expected[0]?.kind : undefined;
    return kind === "number" || kind === "v128" || kind === "null" ? [index] : [];
  });
}

/** `script` with the first expected result of the directives at `positions` made wrong. */
export function sabotage(script: Script, positions: readonly number[]): Script {
  const targets = new Set(positions);
  const directives = script.directives.map((directive, index): Directive => {
    if (!targets.has(index) || directive.kind !== "assert_return") return directive;
    const [first, ...rest] = directive.expected;
    return first === undefined ? directive : { ...directive, expected: [falsify(first), ...rest] };
  });
  return { directives };
}

/** A pattern that nothing matches that matches `pattern`. */
export function falsify(pattern: Pattern): Pattern {
  switch (pattern.kind) {
    case "number":
      return { ...pattern, lane: falsifyLane(pattern.lane) };
    case "v128":
      return {
        ...pattern,
        lanes: pattern.lanes.map((lane, index) => (index === 0 ? falsifyLane(lane) : lane)),
      };
    case "null":
      return { kind: "ref", of: "any" };
    default:
      throw new RangeError(`cannot falsify a ${pattern.kind} pattern`);
  }
}

/** Flips the lowest bit; where a NaN was wanted, wants zero. */
function falsifyLane<L extends { readonly bits: bigint; readonly nan: unknown }>(lane: L): L {
  return lane.nan === undefined ? { ...lane, bits: lane.bits ^ 1n } : { ...lane, bits: 0n, nan: undefined };
}

/** `count` of `total` numbers, evenly spread, the same ones every time. */
export function spread(total: number, count: number): number[] {
  if (count > total) throw new RangeError(`cannot pick ${count} of ${total}`);
  return Array.from({ length: count }, (_, index) => Math.floor(((index + 0.5) * total) / count));
}
