// What regular instructions have in common: the cases that each needs, and the form by which it is lowered.
// The kinds of form are those of `FormKind` in src/interp/code/code.ts.

import { immediate } from "./vocabulary.mjs";

/** One operand in a register; options are fields of the case. */
export const unary = (name, text, options = {}) => [
  { name, text, ...options, form: { op: name, kind: "Unary", rr: name } },
];

/** Two operands in registers. */
export const binary = (name, text, options = {}) => [
  { name, text, ...options, form: { op: name, kind: "Binary", rr: name } },
];

/** Two operands, of which the second is a register or one word. `tests` are branches on the result. */
export const binary32 = (name, text, { commutative = false, tests = {} } = {}) => [
  { name, text, form: { op: name, kind: "Binary32", rr: name, ri: `${name}I`, commutative, ...tests } },
  { name: `${name}I`, text: immediate(text) },
];

/** The same on words in pairs. */
export const binary64 = (name, text, { commutative = false } = {}) => [
  { name, text, form: { op: name, kind: "Binary64", rr: name, ri: `${name}I`, commutative } },
  { name: `${name}I`, text: immediate(text) },
];

/**
 * A comparison of integers: as a value and as a branch, each with a register or an immediate. `inverse` is the comparison that
 * holds where this one does not, `swapped` the one with the operands exchanged. `rare` lists the cases that are.
 */
export function comparison(type, name, { load = "", holds, inverse, swapped, rare = [] }) {
  const is64 = type === "I64";
  const form = {
    op: `${type}${name}`,
    kind: is64 ? "Compare64" : "Compare32",
    rr: `${type}${name}`,
    ri: `${type}${name}I`,
    ...(is64 ? {} : { swapped: `${type}${swapped}` }),
    swappedI: `${type}${swapped}I`,
    branch: `Br${type}${name}`,
    branchI: `Br${type}${name}I`,
    branchNot: `Br${type}${inverse}`,
    branchNotI: `Br${type}${inverse}I`,
  };
  // An immediate is one word, sign-extended: a branch has no field for a second.
  const withImmediate = (text) => text.replace(/\bb32\b/g, "imm").replace(/\bbHi\b/g, "imm >> 31");
  const mark = (made) => (rare.includes(made.name) ? { ...made, rare: true } : made);
  return [
    { name: form.rr, text: `${load} d32 = ${holds} ? 1 : 0;`, form },
    { name: form.ri, text: withImmediate(`${load} d32 = ${holds} ? 1 : 0;`) },
    { name: form.branch, text: load, when: holds },
    { name: form.branchI, text: withImmediate(load), when: withImmediate(holds) },
  ].map(mark);
}

/** A comparison of floats. Its negation is not the opposite comparison: with a NaN both are false. */
export function floatComparison(type, name, holds, { rare = [] } = {}) {
  const rr = `${type}${name}`;
  const branch = `Br${type}${name}`;
  const branchNot = `Br${type}Not${name}`;
  const mark = (made) => (rare.includes(made.name) ? { ...made, rare: true } : made);
  return [
    {
      name: rr,
      text: `d32 = ${holds} ? 1 : 0;`,
      form: { op: rr, kind: "CompareFloat", rr, branch, branchNot },
    },
    { name: branch, text: "", when: holds },
    { name: branchNot, text: "", when: `!(${holds})` },
  ].map(mark);
}

/** A load: `access` bytes at `e`. */
export const load = (name, access, text, options = {}) => [
  { name, access, text, ...options, form: { op: name, kind: "Load", rr: name } },
];

/** A store, of a register or of an immediate word. */
export const store = (name, access, text) => [
  { name, access, text, form: { op: name, kind: "Store", rr: name, ri: `${name}I` } },
  { name: `${name}I`, access, text: immediate(text) },
];

/** An instruction that another one's case does as well. */
export const same = (op, kind, rr) => ({ form: { op, kind, rr } });
