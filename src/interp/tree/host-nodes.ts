// Which nodes suit the host: whether it is V8, which inlines as they need it, and whether it compiles JavaScript.
// Owns the probes, made once per process; those that take long a piece at a time.

import { searchesSwitches } from "../run/switches.ts";

/**
 * `inlined` nodes where V8 compiles; `fused` ones where nothing does; `none` in JavaScriptCore and SpiderMonkey, where trees of both are
 * slower than the loop, and in what has not been measured.
 */
export type HostNodes = "inlined" | "fused" | "none";

/** What is known of a host, and its clock in milliseconds. */
export interface Host {
  readonly searchesSwitches: boolean;
  readonly isHermes: boolean;
  readonly isV8: boolean;
  readonly hasWebAssembly: boolean;
  readonly now: () => number;
  /** Milliseconds that `turns` of a loop take. */
  readonly time: (turns: number) => number;
  /** By how many more turns the loop is to be timed than for a clock of microseconds. */
  readonly coarseness: number;
}

/** Milliseconds: a turn of an empty loop takes V8 0.3 to 3 ns with its optimising compilers, 5 to 30 without. */
const COMPILED = 4e-6;
/** Where it is likely that the host compiles, it is given time to do so at once. */
const LONG = 50_000;
const SHORT = 16_000;
/** How often the loop must have been found slow, and after how many milliseconds each: a compiler works beside the program. */
const PROBES = 8;
const APART = 5;

/** What finds out which nodes suit a host; it gives `undefined` while it does not know, and is asked again. */
export function probeOf(host: Host): () => HostNodes | undefined {
  let slow = 0;
  let next = 0;
  const isFast = (few: number): boolean => {
    const turns = few * host.coarseness;
    return host.time(turns) / turns < COMPILED;
  };
  return () => {
    // No host that compiles does; and Hermes has no clock to tell by.
    if (host.searchesSwitches || host.isHermes) return "fused";
    if (!host.isV8) return "none";
    if (slow === 0 && host.hasWebAssembly) {
      for (let k = 0; k < PROBES; k++) if (isFast(LONG)) return "inlined";
    }
    const now = host.now();
    if (now < next) return undefined;
    next = now + APART;
    if (isFast(SHORT)) return "inlined";
    slow++;
    return slow < PROBES ? undefined : "fused";
  };
}

let probe: (() => HostNodes | undefined) | undefined;
let known: HostNodes | undefined;

/** Asked where a tree would be built; `undefined` while it is not known. */
export function nodesForHost(): HostNodes | undefined {
  probe ??= probeOf(thisHost());
  known ??= probe();
  return known;
}

function thisHost(): Host {
  const clock: { now(): number } = typeof performance === "object" ? performance : Date;
  const now = (): number => clock.now();
  return {
    searchesSwitches: searchesSwitches(),
    isHermes: "HermesInternal" in globalThis,
    isV8: isV8(),
    hasWebAssembly: "WebAssembly" in globalThis,
    now,
    time: (turns) => timeOf(turns, now),
    coarseness: clock === Date ? 20 : 1,
  };
}

/** Told by V8's own words: its other traits are imitated, as stacks and their limit in JavaScriptCore and GraalJS. */
export function isV8(read = (of: object | null) => (of as { reading: unknown }).reading): boolean {
  try {
    read(null);
  } catch (error) {
    return error instanceof TypeError && error.message.startsWith("Cannot read properties of null");
  }
  return false;
}

function timeOf(turns: number, now: () => number): number {
  const start = now();
  let sum = 0;
  for (let k = 0; k < turns; k++) sum = (sum + k) | 0;
  const time = now() - start;
  return sum === -1 ? 0 : time;
}
