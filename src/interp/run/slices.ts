// How much fuel the loop gets at a time. Owns the one piece of state that the engine keeps per process: how young the loop is,
// that is, how near to being optimised by the compiler of the JavaScript engine.
//
// V8 compiles a hot function when it is next called, and a second time, for the frame that is running ("OSR"), if that call
// does not come within two ticks of 132 KiB of bytecode. The loop is large: each compilation takes half a second. So while it is
// young its slices are short, and after each it returns and is called again; one compilation is left of two.

/** Small enough to poll for interruption every few milliseconds, large enough to cost nothing. */
const SLICE = 1n << 18n;

/** A tick is some 4,000 instructions. */
const YOUNG_SLICE = 1n << 11n;

/** Afterwards V8 has compiled the loop, if it ever will: a second without, a tenth of a second with optimised code. */
const YOUNG_SLICES = 1 << 15;

/** What ran until then was not worth a warm-up; V8 decides after some 1,000. */
const SLICES_BEFORE_WARM_UP = 1 << 6;

let slices = 0;
let warmUp: (() => void) | undefined;

/** Registers what runs the loop through all of its operations, once in the process and only when much is being executed. */
export function setWarmUp(run: () => void): void {
  if (slices < SLICES_BEFORE_WARM_UP) warmUp = run;
}

/** How much fuel the next slice has. */
export function nextSlice(): bigint {
  if (slices === YOUNG_SLICES) return SLICE;
  if (++slices === SLICES_BEFORE_WARM_UP) {
    const run = warmUp;
    warmUp = undefined;
    try {
      run?.();
    } catch {
      // On the last bytes of the host's stack: the guest's run must not end by it.
    }
  }
  return YOUNG_SLICE;
}
