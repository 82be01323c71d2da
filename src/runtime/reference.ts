// What a reference is at run time.
// Owns the representation; the heap objects themselves are in gc.ts.

/**
 * A reference value. `null` is the null reference of every type. A function reference is a
 * `FunctionInstance`; an exception reference an `ExceptionInstance`; an `i31` a JavaScript
 * integer; structs and arrays their GC objects; every other JavaScript value is a host
 * reference. `any.convert_extern` and its inverse are the identity, as in the JS API,
 * where a host number in the i31 range *is* an i31.
 */
export type Reference = unknown;

/**
 * Longest array of references, and largest table, whatever the limits. V8 makes a hash table of a longer `new Array`,
 * fifty times slower, and ends the whole process when an array grows past 2^27.
 */
export const MAX_REFERENCES = 2 ** 25;
