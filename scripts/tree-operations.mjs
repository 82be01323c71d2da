// The 32-bit operations and comparisons that trees have a node for with each kind of operand, whichever nodes they are made of.

/** Of two operands, `x` and `y`; `imul` is `Math.imul`. */
export const OPERATIONS = {
  add: "x + y | 0",
  sub: "x - y | 0",
  mul: "imul(x, y)",
  and: "x & y",
  or: "x | y",
  xor: "x ^ y",
  shl: "x << y",
  shrS: "x >> y",
  shrU: "x >>> y | 0",
};

export const COMPARISONS = {
  eq: "x === y",
  ne: "x !== y",
  ltS: "x < y",
  gtS: "x > y",
  leS: "x <= y",
  geS: "x >= y",
  ltU: "x >>> 0 < y >>> 0",
  gtU: "x >>> 0 > y >>> 0",
  leU: "x >>> 0 <= y >>> 0",
  geU: "x >>> 0 >= y >>> 0",
};
