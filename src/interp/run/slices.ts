// How much fuel the loop gets at a time, and which of the two copies of it runs. Owns the one piece of state that the engine
// keeps per process: how much has been executed, and so how near V8 is to having optimised the loop.
//
// V8 counts the bytes that a loop jumps back and wants to optimise this one after a thousand nodes. That takes half a second of
// the processor, which most programs never get back. So the process begins with a copy that V8 does not optimise (young-loop.ts).
// What has run for about as long as a compilation takes goes on in the loop proper, warmed up, with short slices at first: after
// each the loop is called again and finds its optimised code. Code for the frame that is running ("OSR"), which V8 would
// otherwise compile as well, is then rarely needed.

/** Small enough to poll for interruption every few milliseconds, large enough to cost nothing. */
const SLICE = 1n << 18n;

/** 2 ms, and half a second of them: about what the compilation takes. */
const YOUNG_FUEL = 2 ** 16;
const YOUNG_SLICE = BigInt(YOUNG_FUEL);
const YOUNG_SLICES = 240;

/**
 * As much as the first tree costs: 0.1 s, for the nodes' warm-up and the code of the tree builder, of which V8 has seen nothing yet.
 * What ends before that is better off without.
 */
const SLICES_BEFORE_TREES = 48;

/** Until V8 has compiled the loop: a second without, a tenth of a second with optimised code. */
const SHORT_SLICE = 1n << 11n;
const SHORT_SLICES = 1 << 15;

/** Short calls hardly use fuel, yet entering the loop takes a microsecond: so many are as much as a young slice. */
const ENTRIES_PER_SLICE = 1 << 11;

/**
 * Whether the host optimises what is hot as V8 does, told by what V8 has and JavaScriptCore took over. In Hermes the copy takes six times as
 * long as the loop proper: 900 ns an instruction against 150.
 */
const OPTIMISES = typeof (Error as { stackTraceLimit?: unknown }).stackTraceLimit === "number";

/** Whether slices are short enough, while it matters, to tell what is hot by where they end. Elsewhere entries count. */
export const TELLS_HEAT = OPTIMISES;

let slices = OPTIMISES ? 0 : YOUNG_SLICES + SHORT_SLICES;
let entries = 0;
/** Of a young slice, what trees have used. */
let usedByTrees = 0;
let warmUp: (() => void) | undefined;

function isYoung(): boolean {
  return slices < YOUNG_SLICES;
}

/** Says, each time that a loop is entered, whether it is to be the one that is not optimised. */
export function entersYoung(): boolean {
  if (!isYoung()) return false;
  if (++entries % ENTRIES_PER_SLICE === 0) countSlice();
  return isYoung();
}

/** Whether so much has run that trees are likely to pay. */
export function isTimeForTrees(): boolean {
  return slices >= SLICES_BEFORE_TREES;
}

/** Fuel that trees have used is not the loop's: where they do most of the work, the loop proper need not be compiled at all. */
export function countTrees(fuel: number): void {
  if (!isYoung()) return;
  usedByTrees += fuel;
  const whole = Math.floor(usedByTrees / YOUNG_FUEL);
  usedByTrees -= whole * YOUNG_FUEL;
  slices = Math.max(SLICES_BEFORE_TREES, slices - whole);
}

/** Registers what runs the loop proper through all of its operations, before it is used. */
export function setWarmUp(run: () => void): void {
  if (isYoung()) warmUp = run;
}

/** How much fuel the next slice has. */
export function nextSlice(): bigint {
  if (slices === YOUNG_SLICES + SHORT_SLICES) return SLICE;
  countSlice();
  return isYoung() ? YOUNG_SLICE : SHORT_SLICE;
}

function countSlice(): void {
  if (++slices !== YOUNG_SLICES) return;
  const run = warmUp;
  warmUp = undefined;
  try {
    run?.();
  } catch {
    // On the last bytes of the host's stack: the guest's run must not end by it.
  }
}
