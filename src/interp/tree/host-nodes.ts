// Which nodes suit the host: whether it compiles JavaScript, and inlines as V8 does.
// Owns the probes, made once per process; those that take long a piece at a time.

import { searchesSwitches } from "../run/switches.ts";

/** `inlined` nodes where V8 compiles; `fused` ones where nothing does; `none` where something does that has not been measured. */
export type HostNodes = "inlined" | "fused" | "none";

let known: HostNodes | undefined;
let slow = 0;
let next = 0;

/** Milliseconds: a turn of an empty loop takes 0.3 to 3 ns with a compiler, 5 to 30 without. */
const COMPILED = 4e-6;
/** Where it is likely that the host compiles, it is given time to do so at once. */
const LONG = 50_000;
const SHORT = 16_000;
/** How often the loop must have been found slow, and after how many milliseconds each: a compiler works beside the program. */
const PROBES = 8;
const APART = 5;

/** Asked where a tree would be built; `undefined` while it is not known. */
export function nodesForHost(): HostNodes | undefined {
  known ??= probe();
  return known;
}

function probe(): HostNodes | undefined {
  // No host that compiles does.
  if (searchesSwitches()) return "fused";
  if (typeof performance !== "object") return "HermesInternal" in globalThis ? "fused" : "none";
  if (slow === 0 && "WebAssembly" in globalThis) {
    // Trees were measured to gain in Node. Of other engines' inlining, and of V8 with compressed pointers, nothing is known.
    if (!isNode()) return "none";
    for (let k = 0; k < PROBES; k++) if (timeOfTurn(LONG) < COMPILED) return "inlined";
  }
  const now = performance.now();
  if (now < next) return undefined;
  next = now + APART;
  if (timeOfTurn(SHORT) < COMPILED) return isNode() ? "inlined" : "none";
  slow++;
  return slow < PROBES ? undefined : "fused";
}

export function isNode(): boolean {
  const { versions } =
    (globalThis as { process?: { versions?: Record<string, string | undefined> } }).process ?? {};
  return versions?.node !== undefined && versions.bun === undefined && versions.electron === undefined;
}

/** Milliseconds that a turn of a loop takes. */
function timeOfTurn(turns: number): number {
  const start = performance.now();
  let sum = 0;
  for (let k = 0; k < turns; k++) sum = (sum + k) | 0;
  const time = performance.now() - start;
  return sum === -1 ? 0 : time / turns;
}
