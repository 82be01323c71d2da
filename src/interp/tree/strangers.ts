// The warm-up of helpers: each call in one must have seen several targets before V8 compiles the helper by itself. Where V8 knows
// only one, it inlines that there; the helper then counts as large wherever it is to be inlined itself.
// Owns the targets.

/** Calls of what is warmed up, with each target. */
export const CALLS = 80;

/** Stand-ins for every helper. */
export const STRANGERS: readonly ((x: number, y: number) => number)[] = [
  (x) => x,
  (x, y) => (x + y) | 0,
  () => 0,
  (_, y) => y,
  (x) => x & 1,
];

export type Helper = (x: number, y: number, z: number) => unknown;

function strangerAt(k: number): Helper {
  return STRANGERS[k % STRANGERS.length]!;
}

/** `factory` makes a helper of others. */
export function warmUpHelper(factory: (first: Helper, second: Helper, third: Helper) => Helper): void {
  STRANGERS.forEach((stranger, k) => {
    const made = factory(stranger, strangerAt(k + 1), strangerAt(k + 2));
    // Aligned addresses only: while V8 knows nothing of the way that unaligned ones take, it need not join that way's result, an
    // object as far as it can tell, with a number from the aligned one. For doubles that made three times the time.
    for (let call = 0; call < CALLS; call++) made(8 * call, 8 * call, call);
  });
}
