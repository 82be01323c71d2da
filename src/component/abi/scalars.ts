// Converters of types without parts, but for strings: numbers, booleans, characters.

import { describe } from "../../checks/describe.ts";
import { Trap } from "../../errors.ts";
import type { PrimitiveKind } from "../model/value-type.ts";
import type { Side } from "./context.ts";
import { type Converter, Mismatch, type Passing } from "./converter.ts";

function is(kind: string, value: unknown): Mismatch {
  return new Mismatch(`${describe(value)} is no ${kind}`);
}

/** An integer of at most 32 bits. */
function integer(
  kind: PrimitiveKind,
  size: 1 | 2 | 4,
  min: number,
  max: number,
  wrap: (word: number) => number,
  load: (view: DataView, at: number) => number,
): Converter {
  return {
    size,
    alignment: size,
    flat: 1,
    passing: [wrap],
    parts: 1,
    check(_, value) {
      if (typeof value !== "number" || !(value >= min && value <= max) || !Number.isInteger(value)) {
        throw is(kind, value);
      }
      return value;
    },
    load: (side, at) => load(side.view, at),
    lift: (side, word) => wrap(side.flat.R[word] as number),
    store: {
      1: (side: Side, value: unknown, at: number) => side.view.setInt8(at, value as number),
      2: (side: Side, value: unknown, at: number) => side.view.setInt16(at, value as number, true),
      4: (side: Side, value: unknown, at: number) => side.view.setInt32(at, value as number, true),
    }[size],
    lower(side, value, word) {
      const { R } = side.flat;
      R[word] = value as number;
      R[word + 1] = 0;
    },
  };
}

/** An integer of 64 bits, which takes safe integers too. */
function wideInteger(kind: "s64" | "u64", min: bigint, max: bigint): Converter {
  const isSigned = kind === "s64";
  return {
    size: 8,
    alignment: 8,
    flat: 1,
    passing: ["wide"],
    parts: 1,
    check(_, value) {
      const fits =
        typeof value === "bigint"
          ? value >= min && value <= max
          : typeof value === "number" && Number.isSafeInteger(value) && (isSigned || value >= 0);
      if (!fits) throw is(kind, value);
      return value;
    },
    load: (side, at) => (isSigned ? side.view.getBigInt64(at, true) : side.view.getBigUint64(at, true)),
    lift(side, word) {
      const { R } = side.flat;
      const high = R[word + 1] as number;
      return (BigInt(isSigned ? high : high >>> 0) << 32n) | BigInt((R[word] as number) >>> 0);
    },
    store: (side, value, at) => side.view.setBigInt64(at, BigInt.asIntN(64, BigInt(value as bigint)), true),
    lower(side, value, word) {
      const { R } = side.flat;
      const bits = BigInt(value as bigint);
      R[word] = Number(BigInt.asIntN(32, bits));
      R[word + 1] = Number(BigInt.asIntN(32, bits >> 32n));
    },
  };
}

const NAN_32 = 0x7fc00000;
const NAN_64_HIGH = 0x7ff80000;

function checkNumber(kind: PrimitiveKind): Converter["check"] {
  return (_, value) => {
    if (typeof value !== "number") throw is(kind, value);
    return value;
  };
}

const F32: Converter = {
  size: 4,
  alignment: 4,
  flat: 1,
  passing: [(word) => word],
  parts: 1,
  check: /* @__PURE__ */ checkNumber("f32"),
  load: (side, at) => side.view.getFloat32(at, true),
  lift: (side, word) => side.flat.F[word],
  store(side, value, at) {
    if (Number.isNaN(value)) side.view.setInt32(at, NAN_32, true);
    else side.view.setFloat32(at, value as number, true);
  },
  lower(side, value, word) {
    const { R, F } = side.flat;
    if (Number.isNaN(value)) R[word] = NAN_32;
    else F[word] = value as number;
    R[word + 1] = 0;
  },
};

const F64: Converter = {
  size: 8,
  alignment: 8,
  flat: 1,
  passing: ["wide"],
  parts: 1,
  check: /* @__PURE__ */ checkNumber("f64"),
  load: (side, at) => side.view.getFloat64(at, true),
  lift: (side, word) => side.flat.D[word >> 1],
  store(side, value, at) {
    if (Number.isNaN(value)) {
      side.view.setInt32(at, 0, true);
      side.view.setInt32(at + 4, NAN_64_HIGH, true);
    } else {
      side.view.setFloat64(at, value as number, true);
    }
  },
  lower(side, value, word) {
    const { R, D } = side.flat;
    if (Number.isNaN(value)) {
      R[word] = 0;
      R[word + 1] = NAN_64_HIGH;
    } else {
      D[word >> 1] = value as number;
    }
  },
};

const passBool: Passing = (word) => (word === 0 ? 0 : 1);

const BOOL: Converter = {
  size: 1,
  alignment: 1,
  flat: 1,
  passing: [passBool],
  parts: 1,
  check(_, value) {
    if (typeof value !== "boolean") throw is("bool", value);
    return value;
  },
  load: (side, at) => side.view.getUint8(at) !== 0,
  lift: (side, word) => side.flat.R[word] !== 0,
  store: (side, value, at) => side.view.setUint8(at, value === true ? 1 : 0),
  lower(side, value, word) {
    const { R } = side.flat;
    R[word] = value === true ? 1 : 0;
    R[word + 1] = 0;
  },
};

function passChar(word: number): number {
  const code = word >>> 0;
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw new Trap("invalid-char", `0x${code.toString(16)}`);
  }
  return word;
}

const CHAR: Converter = {
  size: 4,
  alignment: 4,
  flat: 1,
  passing: [passChar],
  parts: 1,
  check(_, value) {
    const code = typeof value === "string" ? value.codePointAt(0) : undefined;
    const isOne =
      code !== undefined &&
      (value as string).length === (code > 0xffff ? 2 : 1) &&
      !(code >= 0xd800 && code <= 0xdfff);
    if (!isOne) throw is("char", value);
    return value;
  },
  load: (side, at) => String.fromCodePoint(passChar(side.view.getInt32(at, true))),
  lift: (side, word) => String.fromCodePoint(passChar(side.flat.R[word] as number)),
  store: (side, value, at) => side.view.setInt32(at, (value as string).codePointAt(0) ?? 0, true),
  lower(side, value, word) {
    const { R } = side.flat;
    R[word] = (value as string).codePointAt(0) ?? 0;
    R[word + 1] = 0;
  },
};

type ScalarKind = Exclude<PrimitiveKind, "string" | "error-context">;

export const SCALARS: Readonly<Record<ScalarKind, Converter>> = {
  bool: BOOL,
  s8: /* @__PURE__ */ integer(
    "s8",
    1,
    -(2 ** 7),
    2 ** 7 - 1,
    (x) => (x << 24) >> 24,
    (v, at) => v.getInt8(at),
  ),
  u8: /* @__PURE__ */ integer(
    "u8",
    1,
    0,
    2 ** 8 - 1,
    (x) => x & 0xff,
    (v, at) => v.getUint8(at),
  ),
  s16: /* @__PURE__ */ integer(
    "s16",
    2,
    -(2 ** 15),
    2 ** 15 - 1,
    (x) => (x << 16) >> 16,
    (v, at) => v.getInt16(at, true),
  ),
  u16: /* @__PURE__ */ integer(
    "u16",
    2,
    0,
    2 ** 16 - 1,
    (x) => x & 0xffff,
    (v, at) => v.getUint16(at, true),
  ),
  s32: /* @__PURE__ */ integer(
    "s32",
    4,
    -(2 ** 31),
    2 ** 31 - 1,
    (x) => x,
    (v, at) => v.getInt32(at, true),
  ),
  u32: /* @__PURE__ */ integer(
    "u32",
    4,
    0,
    2 ** 32 - 1,
    (x) => x >>> 0,
    (v, at) => v.getUint32(at, true),
  ),
  s64: /* @__PURE__ */ wideInteger("s64", -(1n << 63n), (1n << 63n) - 1n),
  u64: /* @__PURE__ */ wideInteger("u64", 0n, (1n << 64n) - 1n),
  f32: F32,
  f64: F64,
  char: CHAR,
};
