// Loads and stores of memory 0 with 32-bit addresses. All other accesses are in ops/special.ts.

import { load, same, store } from "./families.mjs";
import { loaded, stored } from "./vocabulary.mjs";

const HALF = "M8[e] | M8[e + 1] << 8";
const SIGNED_HALF = "(M8[e] | M8[e + 1] << 8) << 16 >> 16";
const rare = { rare: true };

export const memory = [
  ...load("I32Load", 4, `d32 = ${loaded()};`),
  ...load("I32Load8S", 1, "d32 = M8[e] << 24 >> 24;"),
  ...load("I32Load8U", 1, "d32 = M8[e];"),
  ...load("I32Load16S", 2, `d32 = ${SIGNED_HALF};`),
  ...load("I32Load16U", 2, `d32 = ${HALF};`),
  ...load(
    "I64Load",
    8,
    "if ((e & 3) === 0) { d32 = M32[e >>> 2]; dHi = M32[(e >>> 2) + 1]; } else { d32 = load32(M8, e); dHi = load32(M8, e + 4); }",
  ),
  ...load("I64Load8S", 1, "l = M8[e] << 24 >> 24; d32 = l; dHi = l >> 31;", rare),
  ...load("I64Load8U", 1, "d32 = M8[e]; dHi = 0;"),
  ...load("I64Load16S", 2, `l = ${SIGNED_HALF}; d32 = l; dHi = l >> 31;`, rare),
  ...load("I64Load16U", 2, `d32 = ${HALF}; dHi = 0;`),
  ...load("I64Load32S", 4, `l = ${loaded()}; d32 = l; dHi = l >> 31;`),
  ...load("I64Load32U", 4, `d32 = ${loaded()}; dHi = 0;`),
  same("F32Load", "Load", "I32Load"),
  same("F64Load", "Load", "I64Load"),
  ...store("I32Store", 4, stored("b32")),
  ...store("I32Store8", 1, "M8[e] = b32;"),
  ...store("I32Store16", 2, "x = b32; M8[e] = x; M8[e + 1] = x >> 8;"),
  {
    name: "I64Store",
    access: 8,
    text: "l = b32; h = bHi; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); }",
    form: { op: "I64Store", kind: "Store", rr: "I64Store" },
  },
  same("F64Store", "Store", "I64Store"),
  same("F32Store", "Store", "I32Store"),
  same("I64Store8", "Store", "I32Store8"),
  same("I64Store16", "Store", "I32Store16"),
  same("I64Store32", "Store", "I32Store"),
];
