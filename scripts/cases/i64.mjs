// Instructions on i64, as pairs of words. Where a result is written word by word, the order minds that d may be a or b.

import { binary, binary64, comparison, same, unary } from "./families.mjs";

const LOAD = "al = a32; ah = aHi; bl = b32; bh = bHi;";
const compare = (name, holds, inverse, swapped, rare = []) =>
  comparison("I64", name, { load: LOAD, holds, inverse, swapped, rare });
/** Rare as a value; also as a branch. */
const values = (name) => [`I64${name}`, `I64${name}I`];
const all = (name) => [...values(name), `BrI64${name}`, `BrI64${name}I`];

const LOAD_A = "l = a32; h = aHi;";
const rare = { rare: true };
const shift = (name, text, options = {}) => ({
  name,
  text,
  ...options,
  form: { op: name, kind: "Shift64", rr: name },
});

export const i64 = [
  ...binary64(
    "I64Add",
    "al = a32; l = al + b32 | 0; dHi = aHi + bHi + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; d32 = l;",
    { commutative: true },
  ),
  ...binary64(
    "I64Sub",
    "al = a32; bl = b32; dHi = aHi - bHi - ((al >>> 0) < (bl >>> 0) ? 1 : 0) | 0; d32 = al - bl | 0;",
  ),
  // 16-bit partial products: 4.4 ns against 12.8 ns for products in doubles (V8).
  ...binary64(
    "I64Mul",
    `al = a32; bl = b32; a1 = al >>> 16; a0 = al & 65535; b1 = bl >>> 16; b0 = bl & 65535;
      m = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16) | 0; t = (m & 65535) + Math.imul(a0, b1) | 0;
      dHi = Math.imul(a1, b1) + (m >>> 16) + (t >>> 16) + Math.imul(al, bHi) + Math.imul(aHi, bl) | 0; d32 = Math.imul(al, bl);`,
    { commutative: true },
  ),
  ...binary64("I64And", "dHi = aHi & bHi; d32 = a32 & b32;", { commutative: true }),
  ...binary64("I64Or", "dHi = aHi | bHi; d32 = a32 | b32;", { commutative: true }),
  ...binary64("I64Xor", "dHi = aHi ^ bHi; d32 = a32 ^ b32;", { commutative: true }),
  ...compare("Eq", "al === bl && ah === bh", "Ne", "Eq"),
  ...compare("Ne", "al !== bl || ah !== bh", "Eq", "Ne", values("Ne")),
  ...compare("LtS", "ah < bh || ah === bh && (al >>> 0) < (bl >>> 0)", "GeS", "GtS", ["I64LtSI"]),
  ...compare("LtU", "(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0)", "GeU", "GtU", [
    "I64LtUI",
  ]),
  ...compare("GtS", "ah > bh || ah === bh && (al >>> 0) > (bl >>> 0)", "LeS", "LtS", all("GtS").slice(1)),
  ...compare(
    "GtU",
    "(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) > (bl >>> 0)",
    "LeU",
    "LtU",
    all("GtU"),
  ),
  ...compare("LeS", "ah < bh || ah === bh && (al >>> 0) <= (bl >>> 0)", "GtS", "GeS", all("LeS")),
  ...compare(
    "LeU",
    "(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) <= (bl >>> 0)",
    "GtU",
    "GeU",
    all("LeU"),
  ),
  ...compare("GeS", "ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0)", "LtS", "LeS", all("GeS")),
  ...compare(
    "GeU",
    "(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0)",
    "LtU",
    "LeU",
    all("GeU"),
  ),
  {
    name: "I64Eqz",
    text: "d32 = (a32 | aHi) === 0 ? 1 : 0;",
    form: { op: "I64Eqz", kind: "Unary", rr: "I64Eqz", branch: "BrI64Eqz", branchNot: "BrI64Nez" },
  },
  { name: "BrI64Eqz", text: "", when: "(a32 | aHi) === 0" },
  { name: "BrI64Nez", text: "", when: "(a32 | aHi) !== 0" },
  // Shifts by a constant n: "Low" for 0 < n < 32, "High" for 32 <= n < 64 with imm = n - 32.
  { name: "I64ShlLow", text: `${LOAD_A} d32 = l << imm; dHi = h << imm | l >>> 32 - imm;` },
  { name: "I64ShlHigh", text: "l = a32; d32 = 0; dHi = l << imm;" },
  { name: "I64ShrULow", text: `${LOAD_A} d32 = l >>> imm | h << 32 - imm; dHi = h >>> imm;` },
  { name: "I64ShrUHigh", text: "h = aHi; d32 = h >>> imm; dHi = 0;" },
  { name: "I64ShrSLow", text: `${LOAD_A} d32 = l >>> imm | h << 32 - imm; dHi = h >> imm;` },
  { name: "I64ShrSHigh", text: "h = aHi; d32 = h >> imm; dHi = h >> 31;" },
  { name: "I64RotlLow", text: `${LOAD_A} d32 = l << imm | h >>> 32 - imm; dHi = h << imm | l >>> 32 - imm;` },
  {
    name: "I64RotlHigh",
    text: `${LOAD_A} d32 = h << imm | l >>> 32 - imm; dHi = l << imm | h >>> 32 - imm;`,
  },
  { name: "I64Swap", text: `${LOAD_A} d32 = h; dHi = l;` },
  shift("I64Shl", "i64.shlInto(R, dAt, a32, aHi, b32);"),
  shift("I64ShrS", "i64.shrSInto(R, dAt, a32, aHi, b32);"),
  shift("I64ShrU", "i64.shrUInto(R, dAt, a32, aHi, b32);"),
  shift("I64Rotl", "i64.rotlInto(R, dAt, a32, aHi, b32);", rare),
  shift("I64Rotr", "i64.rotrInto(R, dAt, a32, aHi, b32);", rare),
  ...binary("I64DivS", "i64.divSInto(R, dAt, a32, aHi, b32, bHi);", rare),
  ...binary("I64DivU", "i64.divUInto(R, dAt, a32, aHi, b32, bHi);", rare),
  ...binary("I64RemS", "i64.remSInto(R, dAt, a32, aHi, b32, bHi);", rare),
  ...binary("I64RemU", "i64.remUInto(R, dAt, a32, aHi, b32, bHi);", rare),
  ...unary("I64Clz", "d32 = i64.clz(a32, aHi); dHi = 0;", rare),
  ...unary("I64Ctz", "d32 = i64.ctz(a32, aHi); dHi = 0;", rare),
  ...unary("I64Popcnt", "d32 = i64.popcnt(a32, aHi); dHi = 0;", rare),
  ...unary("I64Extend8S", "l = a32 << 24 >> 24; d32 = l; dHi = l >> 31;", rare),
  ...unary("I64Extend16S", "l = a32 << 16 >> 16; d32 = l; dHi = l >> 31;", rare),
  ...unary("I64ExtendI32S", "l = a32; d32 = l; dHi = l >> 31;"),
  ...unary("I64ExtendI32U", "d32 = a32; dHi = 0;"),
  same("I64Extend32S", "Unary", "I64ExtendI32S"),
  same("I64ReinterpretF64", "Unary", "Copy64"),
  same("F64ReinterpretI64", "Unary", "Copy64"),
];
