// Work on a module that others may interrupt: how much of it is done between two looks at the clock.
// Owns the measure; who does the work says what each thing counts, and whoever runs it decides whether to go on at once.

/** Units between two steps: a millisecond or two, some five the first time. */
const UNITS_PER_STEP = 65_536;

/** A definition, an import or an export. A byte of code is one unit. */
export const ITEM = 64;
/** A function index in an element segment. */
export const INDEX = 8;

export class Steps {
  #units = 0;

  /** Counts work; whether it is time for a step, where a generator is to `yield`. */
  isDue(units: number): boolean {
    this.#units += units;
    if (this.#units < UNITS_PER_STEP) return false;
    this.#units = 0;
    return true;
  }
}

/** Bytes of code that are read in one go. */
export const BYTES_PER_STEP = UNITS_PER_STEP;

/** Function indices that are read in one go. */
export const INDICES_PER_STEP = UNITS_PER_STEP / INDEX;

/** Does all steps of something. */
export function inOneGo<T>(steps: Iterator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
