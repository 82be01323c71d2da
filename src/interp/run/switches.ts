// Whether this host searches a `switch` case by case, as QuickJS, XS and goja do, or has a table for it.
// Owns the probe, made once per process: hosts do not say it, so it is measured.

const LAST = 79;

/** Enough cases that a search shows; the one for 0 is found at once, {@link LAST}'s after all others. */
function find(op: number): number {
  // biome-ignore format: a list of numbers
  switch (op) {
    case 0: return 1;
    case 1: case 2: case 3: case 4: case 5: case 6: case 7: case 8: case 9: case 10: case 11: case 12: case 13: case 14:
    case 15: case 16: case 17: case 18: case 19: case 20: case 21: case 22: case 23: case 24: case 25: case 26: case 27:
    case 28: case 29: case 30: case 31: case 32: case 33: case 34: case 35: case 36: case 37: case 38: case 39: case 40:
    case 41: case 42: case 43: case 44: case 45: case 46: case 47: case 48: case 49: case 50: case 51: case 52: case 53:
    case 54: case 55: case 56: case 57: case 58: case 59: case 60: case 61: case 62: case 63: case 64: case 65: case 66:
    case 67: case 68: case 69: case 70: case 71: case 72: case 73: case 74: case 75: case 76: case 77: case 78: case 79:
      return 2;
    default: return 3;
  }
}

/** A clock, in milliseconds, and how many switches to time by it: a search of 80 cases takes a fifth of a microsecond and more. */
interface Clock {
  now(): number;
  readonly turns: number;
  /** What it may be wrong by. */
  readonly tick: number;
}

function hostClock(): Clock {
  return typeof performance === "object"
    ? { now: () => performance.now(), turns: 1 << 11, tick: 0.2 }
    : { now: () => Date.now(), turns: 1 << 15, tick: 2 };
}

function timeOf(clock: Clock, op: number): number {
  const start = clock.now();
  let sum = 0;
  for (let k = clock.turns; k > 0; k--) sum += find(op);
  const time = clock.now() - start;
  return sum === 0 ? 0 : time;
}

/** Whether the last case takes much longer than the first; the fastest of three counts, as others may use the processor. */
export function measureSearch(clock: Clock = hostClock(), time: typeof timeOf = timeOf): boolean {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 3; k++) {
    first = Math.min(first, time(clock, 0));
    last = Math.min(last, time(clock, LAST));
    // With a table it is at once, and the rest need not be waited for. So it is where the clock stands still.
    if (last <= clock.tick) return false;
  }
  return last > 3 * first + clock.tick;
}

let searches: boolean | undefined;

/** Asked each time that a loop is entered. */
export function searchesSwitches(): boolean {
  searches ??= measureSearch();
  return searches;
}
