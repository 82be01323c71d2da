// The f32 and f64 operations that are not one JavaScript operator (spec 4.3.3), deterministic profile:
// every NaN that arithmetic produces is the canonical positive one, while neg, abs and copysign move bits.
// f32 values are numbers that Math.fround does not change. Knows nothing of frames or fuel.

/** Bits of the canonical f32 NaN. */
export const F32_CANONICAL_NAN = 0x7fc00000;
/** High half of the canonical f64 NaN; the low half is 0. */
export const F64_CANONICAL_NAN_HIGH = 0x7ff80000;

/**
 * Stores the result of f32 arithmetic, rounding it to f32, a NaN as the canonical one.
 * Also `f32.demote_f64`: putF32(R, F, d, D[a >> 1]).
 */
export function putF32(R: Int32Array, F: Float32Array, d: number, value: number): void {
  // A typed array may store any NaN for a NaN: V8 keeps the processor's, which x86 makes negative.
  // biome-ignore lint/suspicious/noSelfCompare: without a JIT, Number.isNaN costs a call
  if (value !== value) R[d] = F32_CANONICAL_NAN;
  else F[d] = value;
}

/** Stores the result of f64 arithmetic, a NaN as the canonical one. Also `f64.promote_f32`. */
export function putF64(R: Int32Array, D: Float64Array, d: number, value: number): void {
  // biome-ignore lint/suspicious/noSelfCompare: without a JIT, Number.isNaN costs a call
  if (value !== value) {
    R[d] = 0;
    R[d + 1] = F64_CANONICAL_NAN_HIGH;
  } else {
    D[d >> 1] = value;
  }
}

/** Rounds to the nearest integer, ties to even, keeping the sign of zero. For f32 and f64. */
export function nearest(value: number): number {
  // From 2^52 on every double is an integer; below, adding 2^52 rounds the fraction away as the spec asks.
  if (value > 0) return value < 0x10000000000000 ? value + 0x10000000000000 - 0x10000000000000 : value;
  if (value < 0) {
    return value > -0x10000000000000 ? -(0x10000000000000 - value - 0x10000000000000) : value;
  }
  return value;
}

// Math.trunc, Math.ceil, Math.floor, Math.sqrt, Math.min and Math.max agree with Wasm on every value, signs of
// zero and NaN operands included: the loop uses them directly, with putF32 and putF64 for NaN results.

/** f32.neg on bits. */
export function negF32(bits: number): number {
  return bits ^ -0x80000000;
}

/** f32.abs on bits. */
export function absF32(bits: number): number {
  return bits & 0x7fffffff;
}

/** f32.copysign on bits; with high halves, f64.copysign. */
export function copysignF32(bits: number, signBits: number): number {
  return (bits & 0x7fffffff) | (signBits & -0x80000000);
}

/** f64.neg from halves. */
export function negF64Into(R: Int32Array, d: number, lo: number, hi: number): void {
  R[d] = lo;
  R[d + 1] = hi ^ -0x80000000;
}

/** f64.abs from halves. */
export function absF64Into(R: Int32Array, d: number, lo: number, hi: number): void {
  R[d] = lo;
  R[d + 1] = hi & 0x7fffffff;
}

/** f64.copysign from halves; only the sign operand's high half matters. */
export function copysignF64Into(R: Int32Array, d: number, lo: number, hi: number, signHi: number): void {
  R[d] = lo;
  R[d + 1] = (hi & 0x7fffffff) | (signHi & -0x80000000);
}
