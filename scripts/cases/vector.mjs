// The frequent vector instructions, word by word, for the vector loop and trees; all others are calls, in vector-calls.mjs.
// Here d, a and b are indices in R, the register file; in `words`, x, y and z stand for one word of operands a, b and c.

import { loads, stores } from "./vector-calls.mjs";

/**
 * Cases of the main loop that the vector loop executes too: what counts, addresses and branches in a loop over vectors.
 * Their numbers adjoin, so that the switch over them is a table.
 */
export const SHARED = new Set([
  ...["Nop", "Br", "BrIfNonZero", "BrIfZero"],
  ...["Copy32", "Copy64", "Copy128", "Const32", "Const64", "Const128", "Select32"],
  ...["Add", "Sub", "Mul", "And", "Or", "Xor", "Shl", "ShrS", "ShrU"].flatMap((name) => [
    `I32${name}`,
    `I32${name}I`,
  ]),
  "I32Eqz",
  ...["And", "Nand", "Eq", "Ne", "LtS", "LtU", "GtS", "GtU", "LeS", "LeU", "GeS", "GeU"].flatMap((name) => [
    `BrI32${name}`,
    `BrI32${name}I`,
  ]),
  ...["I32Load", "I32Load8U", "I32Load16U", "I64Load", "I32Store", "I32Store8", "I64Store"],
  ...["F32", "F64"].flatMap((type) => ["Add", "Sub", "Mul", "ConvertI32S"].map((name) => type + name)),
]);

export const vectorCases = [];
const define = (names, text) => vectorCases.push({ names: [names].flat(), text });
const at = (base, k) => (k === 0 ? base : `${base} + ${k}`);
const word = (base, k, view = "R") => `${view}[${at(base, k)}]`;
const each = (lanes, text) => Array.from({ length: lanes }, (_, k) => text(k)).join(" ");

/** Each word of the result from the same words of the operands. The whole of an operand is `d`, or apart from it. */
function words(names, text, { view = "R", prefix = "" } = {}) {
  define(
    names,
    `${prefix}${each(4, (k) => {
      const bind = ["x", "y", "z"]
        .filter((name) => new RegExp(`\\b${name}\\b`).test(text))
        .map((name) => `${name} = ${word({ x: "a", y: "b", z: "c" }[name], k, view)}`);
      return `{ const ${bind.join(", ")}; ${word("d", k)} = ${text}; }`;
    })}`,
  );
}

// ---------------------------------------------------------------- memory 0, 32-bit addresses; c is the offset, or -1
const access = (bytes, text) =>
  `const e = (R[a] >>> 0) + i.c; if (i.c < 0 || e > ml - ${bytes}) { if (!access(ex, i, fp, i === entry)) break run; break; }
        ${text} break;`;
const read = (e) => `(${e} & 3) === 0 ? M32[${e} >>> 2] : load32(M8, ${e})`;
define(
  "Op.V128Load",
  access(
    16,
    `const w = e >>> 2, s = (e & 3) << 3;
        if (s === 0) { ${each(4, (k) => `${word("d", k)} = ${word("w", k, "M32")};`)} }
        else { ${each(4, (k) => `${word("d", k)} = ${word("w", k, "M32")} >>> s | ${word("w", k + 1, "M32")} << 32 - s;`)} }`,
  ),
);
define(
  "Op.V128Store",
  access(
    16,
    `if ((e & 3) === 0) { const w = e >>> 2; ${each(4, (k) => `${word("w", k, "M32")} = ${word("b", k)};`)} }
        else storeVector(views, b, M8, e);`,
  ),
);
const fill = (value) => `const v = ${value}; ${each(4, (k) => `${word("d", k)} = v;`)}`;
const pair = (lo, hi) => `const l = ${lo}, h = ${hi}; R[d] = l; R[d + 1] = h; R[d + 2] = l; R[d + 3] = h;`;
define("Op.V128Load8Splat", access(1, fill("Math.imul(M8[e], 0x01010101)")));
define("Op.V128Load16Splat", access(2, fill("Math.imul(M8[e] | M8[e + 1] << 8, 0x00010001)")));
define("Op.V128Load32Splat", access(4, fill(read("e"))));
define("Op.V128Load64Splat", access(8, `const f = e + 4; ${pair(read("e"), read("f"))}`));
define("Op.V128Load32Zero", access(4, `R[d] = ${read("e")}; R[d + 1] = 0; R[d + 2] = 0; R[d + 3] = 0;`));
define(
  "Op.V128Load64Zero",
  access(8, `const f = e + 4; R[d] = ${read("e")}; R[d + 1] = ${read("f")}; R[d + 2] = 0; R[d + 3] = 0;`),
);
const elsewhere = [...loads, ...stores].map(({ name }) => name);
define(
  elsewhere.filter((name) => !vectorCases.some(({ names }) => names.includes(name))),
  "if (!access(ex, i, fp, i === entry)) break run;",
);

// ---------------------------------------------------------------- bits and lanes
words("Op.V128Not", "~x");
words("Op.V128And", "x & y");
words("Op.V128Andnot", "x & ~y");
words("Op.V128Or", "x | y");
words("Op.V128Xor", "x ^ y");
words(
  [
    "Op.V128Bitselect",
    ...["I8x16", "I16x8", "I32x4", "I64x2"].map((shape) => `Op.${shape}RelaxedLaneselect`),
  ],
  "y ^ (x ^ y) & z",
  { prefix: "const c = fp + i.c; " },
);
define("Op.I8x16Splat", fill("Math.imul(R[a] & 0xff, 0x01010101)"));
define("Op.I16x8Splat", fill("Math.imul(R[a] & 0xffff, 0x00010001)"));
define(["Op.I32x4Splat", "Op.F32x4Splat"], fill("R[a]"));
define(["Op.I64x2Splat", "Op.F64x2Splat"], pair("R[a]", "R[a + 1]"));
define(["Op.I32x4ExtractLane", "Op.F32x4ExtractLane"], "R[d] = R[a + i.c];");
define([
  "Op.I64x2ExtractLane",
  "Op.F64x2ExtractLane",
], "const s = a + i.c + i.c, h = R[s + 1]; R[d] = R[s]; R[d + 1] = h;");
define([
  "Op.I32x4ReplaceLane",
  "Op.F32x4ReplaceLane",
], `const v = R[b]; ${each(4, (k) => `${word("d", k)} = ${word("a", k)};`)} R[d + i.c] = v;`);
define(
  "VectorCode.ShuffleWords",
  `const lanes = i.data as DataOf<VectorCode.ShuffleWords>, p = lanes[0], q = lanes[1], r = lanes[2], s = lanes[3];
        const x = R[p < 4 ? a + p : b + p - 4], y = R[q < 4 ? a + q : b + q - 4];
        const z = R[r < 4 ? a + r : b + r - 4], w = R[s < 4 ? a + s : b + s - 4];
        R[d] = x; R[d + 1] = y; R[d + 2] = z; R[d + 3] = w;`,
);
words("VectorCode.RotateWords", "x << n | x >>> 32 - n", { prefix: "const n = i.c; " });
define("Op.I8x16Shuffle", "i8x16Shuffle(views, d, a, b, i.data as DataOf<Op.I8x16Shuffle>);");

// ---------------------------------------------------------------- integers
for (const [name, text] of Object.entries({
  Add: "x + y | 0",
  Sub: "x - y | 0",
  Mul: "Math.imul(x, y)",
  Eq: "x === y ? -1 : 0",
  Ne: "x !== y ? -1 : 0",
  LtS: "x < y ? -1 : 0",
  LtU: "(x >>> 0) < (y >>> 0) ? -1 : 0",
  GtS: "x > y ? -1 : 0",
  GtU: "(x >>> 0) > (y >>> 0) ? -1 : 0",
  LeS: "x <= y ? -1 : 0",
  LeU: "(x >>> 0) <= (y >>> 0) ? -1 : 0",
  GeS: "x >= y ? -1 : 0",
  GeU: "(x >>> 0) >= (y >>> 0) ? -1 : 0",
  MinS: "x < y ? x : y",
  MinU: "(x >>> 0) < (y >>> 0) ? x : y",
  MaxS: "x > y ? x : y",
  MaxU: "(x >>> 0) > (y >>> 0) ? x : y",
  DotI16x8S: "Math.imul(x << 16 >> 16, y << 16 >> 16) + Math.imul(x >> 16, y >> 16) | 0",
})) {
  words(`Op.I32x4${name}`, text);
}
words("Op.I32x4Neg", "0 - x | 0");
words("Op.I32x4Abs", "x < 0 ? 0 - x | 0 : x");
// With the highest bit of each lane apart, no carry crosses a lane.
for (const [shape, low] of [
  ["I8x16", "0x7f7f7f7f"],
  ["I16x8", "0x7fff7fff"],
]) {
  words(`Op.${shape}Add`, `(x & ${low}) + (y & ${low}) ^ (x ^ y) & ~${low}`);
  words(`Op.${shape}Sub`, `(x | ~${low}) - (y & ${low}) ^ ~(x ^ y) & ~${low}`);
}
words("Op.I16x8Mul", "Math.imul(x, y) & 0xffff | Math.imul(x >>> 16, y >>> 16) << 16");
for (const [name, sign] of [
  ["Eq", "-1 : 0"],
  ["Ne", "0 : -1"],
]) {
  const half = (mask) => `((x ^ y) & ${mask}) === 0 ? ${sign}`;
  words(`Op.I16x8${name}`, `(${half("0xffff")}) & 0xffff | (${half("0xffff0000")}) << 16`);
}
// The sum sets the highest bit of every byte that differs in a lower one.
const differs = "((x ^ y) & 0x7f7f7f7f) + 0x7f7f7f7f | x ^ y";
words("Op.I8x16Eq", `Math.imul(~(${differs}) >>> 7 & 0x01010101, 0xff)`);
words("Op.I8x16Ne", `Math.imul((${differs}) >>> 7 & 0x01010101, 0xff)`);
// The bits that were the bytes' highest meet in the product's highest byte, in order.
define(
  "Op.I8x16Bitmask",
  `R[d] = ${[0, 1, 2, 3].map((k) => `(Math.imul(${word("a", k)} >>> 7 & 0x01010101, 0x01020408) >>> 24 & 15)${k ? ` << ${4 * k}` : ""}`).join(" | ")};`,
);
// Where nothing needs clamping, which is the rule, halves are packed word by word.
define(
  "Op.I8x16NarrowI16x8U",
  `const ${["a", "b"].flatMap((base) => [0, 1, 2, 3].map((k) => `${base}${k} = ${word(base, k)}`)).join(", ")};
        if (((a0 | a1 | a2 | a3 | b0 | b1 | b2 | b3) & 0xff00ff00) === 0) {
          ${["a", "b"].flatMap((base) => [0, 2].map((k) => `${word("d", (base === "b" ? 2 : 0) + k / 2)} = (${base}${k} | ${base}${k} >>> 8) & 0xffff | (${base}${k + 1} | ${base}${k + 1} >>> 8) << 16;`)).join(" ")}
        } else i8x16NarrowI16x8U(views, d, a, b);`,
);
for (const [type, prefix] of [
  ["I16x8ExtendLowI8x16", "const v = R[a], w = R[a + 1];"],
  ["I16x8ExtendHighI8x16", "const v = R[a + 2], w = R[a + 3];"],
]) {
  const unsigned = (v) => [`${v} & 0xff | (${v} & 0xff00) << 8`, `${v} >>> 16 & 0xff | (${v} >>> 24) << 16`];
  const signed = (v) => [
    `${v} << 24 >> 24 & 0xffff | ${v} << 16 >> 24 << 16`,
    `${v} << 8 >> 24 & 0xffff | ${v} >> 24 << 16`,
  ];
  for (const [sign, halves] of [
    ["S", signed],
    ["U", unsigned],
  ]) {
    const four = [...halves("v"), ...halves("w")];
    define(`Op.${type}${sign}`, `${prefix} ${four.map((text, k) => `${word("d", k)} = ${text};`).join(" ")}`);
  }
}
for (const [type, prefix] of [
  ["I32x4ExtendLowI16x8", "const v = R[a], w = R[a + 1];"],
  ["I32x4ExtendHighI16x8", "const v = R[a + 2], w = R[a + 3];"],
]) {
  for (const [sign, halves] of [
    ["S", (v) => [`${v} << 16 >> 16`, `${v} >> 16`]],
    ["U", (v) => [`${v} & 0xffff`, `${v} >>> 16`]],
  ]) {
    const four = [...halves("v"), ...halves("w")];
    define(`Op.${type}${sign}`, `${prefix} ${four.map((text, k) => `${word("d", k)} = ${text};`).join(" ")}`);
  }
}
for (const [name, sign] of [
  ["Add", "+"],
  ["Sub", "-"],
]) {
  // The carry of a sum, the borrow of a difference.
  const carry = sign === "+" ? "(s >>> 0) < (x >>> 0)" : "(x >>> 0) < (y >>> 0)";
  define(
    `Op.I64x2${name}`,
    [0, 2]
      .map(
        (k) =>
          `{ const x = ${word("a", k)}, y = ${word("b", k)}, s = x ${sign} y | 0; ${word("d", k + 1)} = ${word("a", k + 1)} ${sign} ${word("b", k + 1)} ${sign} (${carry} ? 1 : 0); ${word("d", k)} = s; }`,
      )
      .join(" "),
  );
}
// Counts are taken modulo the lane's width; halves of a word are shifted together and cleaned of each other's bits.
const count = (bits) => `const n = (i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]) & ${bits}`;
words("Op.I32x4Shl", "x << n", { prefix: `${count(31)}; ` });
words("Op.I32x4ShrS", "x >> n", { prefix: `${count(31)}; ` });
words("Op.I32x4ShrU", "x >>> n", { prefix: `${count(31)}; ` });
words("Op.I16x8Shl", "x << n & m", {
  prefix: `${count(15)}, m = Math.imul(0xffff << n & 0xffff, 0x10001); `,
});
words("Op.I16x8ShrU", "x >>> n & m", { prefix: `${count(15)}, m = Math.imul(0xffff >>> n, 0x10001); ` });
words("Op.I16x8ShrS", "x << 16 >> 16 + n & 0xffff | x >> 16 >> n << 16", { prefix: `${count(15)}; ` });
words("Op.I8x16Shl", "x << n & m", { prefix: `${count(7)}, m = Math.imul(0xff << n & 0xff, 0x01010101); ` });
words("Op.I8x16ShrU", "x >>> n & m", { prefix: `${count(7)}, m = Math.imul(0xff >>> n, 0x01010101); ` });
for (const name of ["I8x16ShrS", "I64x2Shl", "I64x2ShrS", "I64x2ShrU"]) {
  define(
    `Op.${name}`,
    `shift.${name[0].toLowerCase()}${name.slice(1)}(views, d, a, i.c === SHIFT_BY_IMMEDIATE ? i.b : R[b]);`,
  );
}

// ---------------------------------------------------------------- floats; every NaN result is the canonical one
// f32 arithmetic is done in doubles and rounded by the store, which is exact: a double has more than twice the bits that one
// operation on f32 needs to round only once.
const f32 = (value, k) =>
  `{ const v = ${value}; if (v === v) ${word("d", k, "F")} = v; else ${word("d", k)} = 0x7fc00000; }`;
const f64 = (value, k) =>
  `{ const v = ${value}; if (v === v) D[(d >> 1)${k ? " + 1" : ""}] = v; else { ${word("d", 2 * k)} = 0; ${word("d", 2 * k + 1)} = 0x7ff80000; } }`;
const double = (base, k) => `D[(${base} >> 1)${k ? " + 1" : ""}]`;
for (const [name, sign] of [
  ["Add", "+"],
  ["Sub", "-"],
  ["Mul", "*"],
  ["Div", "/"],
]) {
  define(
    `Op.F32x4${name}`,
    each(4, (k) => f32(`${word("a", k, "F")} ${sign} ${word("b", k, "F")}`, k)),
  );
  define(
    `Op.F64x2${name}`,
    each(2, (k) => f64(`${double("a", k)} ${sign} ${double("b", k)}`, k)),
  );
}
define(
  "Op.F32x4Sqrt",
  each(4, (k) => f32(`Math.sqrt(${word("a", k, "F")})`, k)),
);
define(
  "Op.F64x2Sqrt",
  each(2, (k) => f64(`Math.sqrt(${double("a", k)})`, k)),
);
for (const name of ["Min", "Max"]) {
  define([`Op.F32x4${name}`, `Op.F32x4Relaxed${name}`], each(4, (k) =>
    f32(`Math.${name.toLowerCase()}(${word("a", k, "F")}, ${word("b", k, "F")})`, k),
  ));
}
words("Op.F32x4Neg", "x ^ 0x80000000");
words("Op.F32x4Abs", "x & 0x7fffffff");
for (const [name, sign] of [
  ["Eq", "==="],
  ["Ne", "!=="],
  ["Lt", "<"],
  ["Gt", ">"],
  ["Le", "<="],
  ["Ge", ">="],
]) {
  words(`Op.F32x4${name}`, `x ${sign} y ? -1 : 0`, { view: "F" });
}
define(
  "Op.F32x4ConvertI32x4S",
  each(4, (k) => `${word("d", k, "F")} = ${word("a", k)};`),
);
