// Numbers at which arithmetic goes wrong, mixed with plain random ones.
// Owns the choice; floats are given as bits, so that every NaN can be had.

import type { Random } from "./random.ts";

export function edgeI32(random: Random): number {
  switch (random.below(6)) {
    case 0:
      return random.between(-2, 9);
    case 1:
      return random.pick([
        0x7fffffff, -0x80000000, -0x7fffffff, 0x7ffffffe, 0xffff, 0x8000, 0x7fff, 0xff, 0x80,
      ]);
    case 2:
      return 1 << random.below(32);
    case 3:
      return ((1 << random.below(32)) - 1) | 0;
    case 4:
      return random.below(2 ** 16);
    default:
      return random.u32() | 0;
  }
}

export function edgeI64(random: Random): bigint {
  switch (random.below(6)) {
    case 0:
      return BigInt(edgeI32(random));
    case 1:
      return BigInt.asIntN(64, 1n << BigInt(random.below(64)));
    case 2:
      return BigInt.asIntN(64, (1n << BigInt(random.below(65))) - 1n);
    case 3:
      return BigInt.asIntN(64, (BigInt(edgeI32(random)) << 32n) | BigInt(edgeI32(random) >>> 0));
    case 4:
      return random.pick([
        -(2n ** 63n),
        2n ** 63n - 1n,
        -(2n ** 63n) + 1n,
        2n ** 53n,
        -(2n ** 53n) - 1n,
        2n ** 32n,
      ]);
    default:
      return BigInt.asIntN(64, random.u64());
  }
}

const F64_EDGES = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  0.49999999999999994,
  4503599627370495.5,
  1e300,
  -1e300,
  5e-324,
  -5e-324,
  2 ** -1022,
  2 ** 31,
  2 ** 31 - 1,
  -(2 ** 31),
  -(2 ** 31) - 1,
  -(2 ** 31) - 0.9,
  2 ** 32,
  2 ** 32 - 1,
  -0.9,
  -1.1,
  2 ** 63,
  -(2 ** 63),
  2 ** 63 - 1024,
  2 ** 64,
  2 ** 64 - 2048,
  2 ** 53,
  2 ** 53 + 2,
  Number.MAX_VALUE,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  3.4028234663852886e38,
  3.4028235677973366e38,
  1.1754943508222875e-38,
];

export function edgeF64(random: Random): bigint {
  switch (random.below(6)) {
    case 0:
      return bitsOfF64(random.between(-9, 9));
    case 1:
    case 2:
      return bitsOfF64(random.pick(F64_EDGES));
    case 3:
      return random.pick([
        0x7ff8000000000000n,
        0xfff8000000000000n,
        0x7ff0000000000001n,
        0x7ff4000000000000n,
        0xffffffffffffffffn,
      ]);
    case 4:
      return bitsOfF64(random.u32() / 2 ** random.below(40) - 1000);
    default:
      return random.u64();
  }
}

/** As an unsigned number. */
export function edgeF32(random: Random): number {
  switch (random.below(6)) {
    case 0:
      return bitsOfF32(random.between(-9, 9));
    case 1:
    case 2:
      return bitsOfF32(random.pick(F64_EDGES));
    case 3:
      return random.pick([0x7fc00000, 0xffc00000, 0x7f800001, 0x7fa00000, 0xffffffff]);
    case 4:
      return bitsOfF32(random.u32() / 2 ** random.below(40) - 1000);
    default:
      return random.u32();
  }
}

export function bitsOfF64(value: number): bigint {
  return new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;
}

export function bitsOfF32(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0] as number;
}
