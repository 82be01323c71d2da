// Instructions on i32.

import { binary, binary32, comparison, same, unary } from "./families.mjs";

const compare = (name, holds, inverse, swapped, rare = []) =>
  comparison("I32", name, { holds, inverse, swapped, rare });

export const i32 = [
  ...binary32("I32Add", "d32 = a32 + b32 | 0;", { commutative: true }),
  ...binary32("I32Sub", "d32 = a32 - b32 | 0;"),
  ...binary32("I32Mul", "d32 = Math.imul(a32, b32);", { commutative: true }),
  ...binary32("I32And", "d32 = a32 & b32;", {
    commutative: true,
    tests: { branch: "BrI32And", branchI: "BrI32AndI", branchNot: "BrI32Nand", branchNotI: "BrI32NandI" },
  }),
  ...binary32("I32Or", "d32 = a32 | b32;", { commutative: true }),
  ...binary32("I32Xor", "d32 = a32 ^ b32;", { commutative: true }),
  ...binary32("I32Shl", "d32 = a32 << b32;"),
  ...binary32("I32ShrS", "d32 = a32 >> b32;"),
  ...binary32("I32ShrU", "d32 = a32 >>> b32 | 0;"),
  ...binary32("I32Rotl", "x = a32; y = b32; d32 = x << y | x >>> 32 - y;"),
  ...binary32("I32Rotr", "x = a32; y = b32; d32 = x >>> y | x << 32 - y;"),
  { name: "BrI32And", text: "", when: "(a32 & b32) !== 0" },
  { name: "BrI32AndI", text: "", when: "(a32 & imm) !== 0" },
  { name: "BrI32Nand", text: "", when: "(a32 & b32) === 0" },
  { name: "BrI32NandI", text: "", when: "(a32 & imm) === 0" },
  ...compare("Eq", "a32 === b32", "Ne", "Eq"),
  ...compare("Ne", "a32 !== b32", "Eq", "Ne"),
  ...compare("LtS", "a32 < b32", "GeS", "GtS"),
  ...compare("LtU", "(a32 >>> 0) < (b32 >>> 0)", "GeU", "GtU"),
  ...compare("GtS", "a32 > b32", "LeS", "LtS"),
  ...compare("GtU", "(a32 >>> 0) > (b32 >>> 0)", "LeU", "LtU"),
  ...compare("LeS", "a32 <= b32", "GtS", "GeS", ["I32LeS", "I32LeSI"]),
  ...compare("LeU", "(a32 >>> 0) <= (b32 >>> 0)", "GtU", "GeU", ["I32LeU", "I32LeUI"]),
  ...compare("GeS", "a32 >= b32", "LtS", "LeS", ["I32GeS", "I32GeSI"]),
  ...compare("GeU", "(a32 >>> 0) >= (b32 >>> 0)", "LtU", "LeU", ["I32GeU", "I32GeUI"]),
  ...unary("I32Eqz", "d32 = a32 === 0 ? 1 : 0;"),
  ...unary("I32Clz", "d32 = Math.clz32(a32);"),
  ...unary("I32Ctz", "d32 = i32.ctz(a32);", { rare: true }),
  ...unary("I32Popcnt", "d32 = i32.popcnt(a32);", { rare: true }),
  ...unary("I32Extend8S", "d32 = a32 << 24 >> 24;"),
  ...unary("I32Extend16S", "d32 = a32 << 16 >> 16;"),
  ...binary("I32DivS", "d32 = i32.divS(a32, b32);"),
  ...binary("I32DivU", "d32 = i32.divU(a32, b32);"),
  ...binary("I32RemS", "d32 = i32.remS(a32, b32);"),
  ...binary("I32RemU", "d32 = i32.remU(a32, b32);"),
  // Reinterpretations, and taking the low half, are moves of words.
  same("I32WrapI64", "Unary", "Copy32"),
  same("I32ReinterpretF32", "Unary", "Copy32"),
  same("F32ReinterpretI32", "Unary", "Copy32"),
];
