// The words in which the cases of this folder say what an operation does, and what stands for each in generated code.
// The text is JavaScript over these words; the loops, the rare operations and whatever else executes nodes are made from it.
//
// A case is `{ name, text, when, access, ends, rare, form }`:
//   name    member of `Code`
//   text    statements; the node behind comes next
//   when    a condition, looked at after `text`: if it holds, the node's branch is taken
//   access  width in bytes of an access to memory 0: `e` is the address, checked before `text`
//   ends    the text says itself where to go on, with one of the words in capitals below
//   rare    not worth its room in the main loop: a function in ops/rare.ts
//   form    how a regular Wasm instruction is lowered to this case and its siblings, see families.mjs
//
// Words for operands, each of a (first), b (second), c (third) and d (destination):
//   d32     the 32-bit word                     dHi     the high word of an i64, whose low word is d32
//   dF32    the value as f32                    dF64    the value as f64
//   dRef    the reference                       dAt     the index of the word in the register file, R
// Words for what the node holds: imm (its b), imm2 (its c), also as words of one i64; offset (its c); data, of the
// type that src/interp/code/node-data.ts names.
// Words for state: R, F, D, X the register file's views; fp; G the globals; ex, instance; in accesses M8, M32 and ml,
// memory 0's bytes, words and length. fuel is never touched by a text, `when` and the words below do that.
// Scratch variables, of 32-bit numbers if not said otherwise: SCRATCH below; v is a float.
//
// Words for where to go on, after which nothing follows:
//   TAKE         to the branch's target, for its fuel      RETURN       to the caller, for the fuel behind the call
//   CALL         into the function `callee`                LEAVE(X)     out of the switch: `slow` becomes Slow.X
//   FAULT(X)     a trap, which run/faults.ts words; allowed anywhere

export const SCRATCH = [
  "x",
  "y",
  "al",
  "ah",
  "bl",
  "bh",
  "a0",
  "a1",
  "b0",
  "b1",
  "l",
  "h",
  "m",
  "e",
  "v",
  "s",
  "t",
  "index",
];

/** What the operands' words stand for, where the frame begins at `fp` and the node is `i`. */
function expandOperands(name, text) {
  return text
    .replace(/\b([abcd])32\b/g, "R[fp + i.$1]")
    .replace(/\b([abcd])Hi\b/g, "R[fp + i.$1 + 1]")
    .replace(/\b([abcd])F32\b/g, "F[fp + i.$1]")
    .replace(/\b([abcd])F64\b/g, "D[(fp + i.$1) >> 1]")
    .replace(/\b([abcd])Ref\b/g, "X[(fp + i.$1) >> 1]")
    .replace(/\b([abcd])At\b/g, "fp + i.$1")
    .replace(/\bimm\b/g, "i.b")
    .replace(/\b(imm2|offset)\b/g, "i.c")
    .replace(/\bdata\b/g, `(i.data as DataOf<Code.${name}>)`);
}

/** A word of memory 0 at address `e`, aligned or not. */
export const loaded = (e = "e") => `((e & 3) === 0 ? M32[${e} >>> 2] : load32(M8, ${e}))`;

/** Writes a word to memory 0 at address e. */
export const stored = (value) => `if ((e & 3) === 0) M32[e >>> 2] = ${value}; else store32(M8, e, ${value});`;

/** The text with its second operand an immediate. */
export const immediate = (text) => text.replace(/\bb32\b/g, "imm").replace(/\bbHi\b/g, "imm2");

/** A float result: every NaN that arithmetic makes is the canonical one. */
export const canonical = (type, value) =>
  type === "F32"
    ? `v = ${value}; if (v === v) dF32 = v; else d32 = 0x7fc00000;`
    : `v = ${value}; if (v === v) dF64 = v; else { d32 = 0; dHi = 0x7ff80000; }`;

/**
 * A case's statements for one place that executes it. `target` says what the words for where to go on stand for there: `NEXT`,
 * `TAKE`, `RETURN` and `CALL` as text, `leave` and `fault` as functions of the name.
 */
export function bodyOf({ name, text, when, access, ends }, target) {
  if (text === undefined && when === undefined) throw new Error(`${name} has no text`);
  const check =
    access === undefined ? "" : `e = (a32 >>> 0) + offset; if (e > ml - ${access}) ${target.fault(access)}`;
  const end = ends ? "" : `${when === undefined ? "" : `if (${when}) { TAKE } `}NEXT`;
  return expandOperands(name, [check, text, end].filter((part) => part !== "").join(" "))
    .replace(/\bLEAVE\((\w+)\)/g, (_, name) => target.leave(name))
    .replace(/\bFAULT\((\w+)\)/g, (_, name) => target.fault(name))
    .replace(/\b(NEXT|TAKE|RETURN|CALL)\b/g, (word) => target[word])
    .trim();
}

/** The text with its scratch variables declared where they are assigned, for places where they are not shared. */
export function declareScratch(text) {
  return text.replace(new RegExp(`(?<=^|[;}] )(${SCRATCH.join("|")}) = `, "g"), "const $1 = ");
}
