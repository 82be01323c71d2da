// Writes src/interp/tree/nodes.ts (the closures that trees are made of) and src/interp/tree/drivers.ts (the functions they hang under).
// Owns the closures' text. `node scripts/generate-trees.mjs` writes; with `--check` it fails when the committed files drifted.
//
// A node's function must have at most 27 bytes of bytecode: V8 inlines such functions always, larger ones only while little
// has been inlined. Hence small nodes, helpers of their own for what is longer, and captured variables in the nearest context.

import { readFileSync, writeFileSync } from "node:fs";
import { asserted } from "./asserted.mjs";
import { vectorCases } from "./cases/vector.mjs";
import { fusedText } from "./generate-fused.mjs";
import { COMPARISONS, OPERATIONS } from "./tree-operations.mjs";

/** Copies of every node by depth: V8 does not inline a function into itself. */
const FAMILIES = 3;
const LOOP_DRIVERS = 512;
const FUNCTION_DRIVERS = 384;
const PART_DRIVERS = 128;

/** What a parameter holds, by its letter. */
const TYPES = {
  x: "Value",
  y: "Value",
  c: "Test",
  e: "Test",
  s: "Step",
  t: "Step",
  u: "Step",
  p: "Flow",
  q: "Flow",
  a: "number",
  b: "number",
  d: "number",
  k: "number",
  n: "number",
  j: "Exit",
  h: "Exit",
  i: "TrapSite",
  g: "Callee",
  l: "Cut",
  f: "Flow",
  o: "CodeNode",
  v: "Binary",
  w: "Unary",
  z: "VectorStep",
  m: "VectorAccess",
};
/** What a node's text may name of the machine. */
const ENVIRONMENT = [
  "R",
  "F",
  "D",
  "B",
  "H",
  "Z",
  "V",
  "imul",
  "clz32",
  "sqrt",
  "pay",
  "leave",
  "quit",
  "trap",
  "load16",
  "load32",
  "loadF32",
  "loadF64",
  "store8",
  "store16",
  "store32",
  "storeF32",
  "storeF64",
  "nan32",
  "nan64",
  "copy64",
  "load64",
  "lowOf",
  "highOf",
  "setLow",
  "setHigh",
  "pass",
  "rare",
  "callIndirect",
];

const nodes = [];
const define = (name, parameters, result, text) =>
  nodes.push({ name, parameters: parameters.split(" ").filter(Boolean), result, text });
const operands = (text, x, y) => text.replace(/\b[xy]\b/g, (name) => (name === "x" ? x : y));
const SHAPES = [
  ["XY", "x y", "x(fp)", "y(fp)"],
  ["XK", "x k", "x(fp)", "k"],
];

// ---------------------------------------------------------------- 32-bit integers
define("get", "a", "number", "R[fp + a]");
define("constant", "k", "number", "k");
for (const [name, text] of Object.entries(OPERATIONS))
  for (const [shape, parameters, x, y] of SHAPES)
    define(name + shape, parameters, "number", operands(text, x, y));
define("subKX", "k x", "number", "k - x(fp) | 0");
define("clz", "x", "number", "clz32(x(fp))");
define("unary", "w x", "number", "w(x(fp))");
define("binary", "v x y", "number", "v(x(fp), y(fp))");
for (const [name, text] of Object.entries(COMPARISONS))
  for (const [shape, parameters, x, y] of SHAPES)
    define(name + shape, parameters, "boolean", operands(text, x, y));
define("isZero", "x", "boolean", "x(fp) === 0");
define("isSet", "x", "boolean", "x(fp) !== 0");
define("not", "c", "boolean", "!c(fp)");
define("both", "c e", "boolean", "c(fp) && e(fp)");
define("either", "c e", "boolean", "c(fp) || e(fp)");
define("bit", "c", "number", "c(fp) ? 1 : 0");
define("select", "c x y", "number", "c(fp) ? x(fp) : y(fp)");
define("set", "d x", "void", "{ R[fp + d] = x(fp); }");
define("tee", "d x", "number", "{ const v = x(fp); R[fp + d] = v; return v; }");
// Words 4 to 7 of the counters are spare, for values on their way.
define("hold", "k x", "void", "{ Z[k] = x(fp); }");
define("held", "k", "number", "Z[k]");

// ---------------------------------------------------------------- floats
define("get32", "a", "number", "F[fp + a]");
define("get64", "a", "number", "D[fp + a >> 1]");
for (const [name, sign] of [
  ["Add", "+"],
  ["Sub", "-"],
  ["Mul", "*"],
  ["Div", "/"],
])
  define(`f${name}`, "x y", "number", `x(fp) ${sign} y(fp)`);
define("fRound", "x", "number", "fround(x(fp))");
define("fSqrt", "x", "number", "sqrt(x(fp))");
define("unsigned", "x", "number", "x(fp) >>> 0");
for (const [name, sign] of [
  ["Eq", "==="],
  ["Ne", "!=="],
  ["Lt", "<"],
  ["Gt", ">"],
  ["Le", "<="],
  ["Ge", ">="],
])
  define(`f${name}`, "x y", "boolean", `x(fp) ${sign} y(fp)`);
define("set32", "d x", "void", "nan32(fp + d, x(fp))");
define("set64", "d x", "void", "nan64(fp + d, x(fp))");
define("tee64", "d x", "number", "{ const v = x(fp); nan64(fp + d, v); return v; }");
// Every bit of a NaN counts here. As a double, since the processor is slow to read two words it has just written as one.
define("copy64", "d a", "void", "copy64(fp + d, fp + a)");
define("load64", "x d", "number", "load64(x(fp), fp + d)");
define("holdFloat", "k x", "void", "{ H[k] = x(fp); }");
define("heldFloat", "k", "number", "H[k]");

// ---------------------------------------------------------------- memory 0, of at most 2 GiB
// A negative address stands for one above 2 GiB, which is outside: it becomes the largest one.
define("address", "x", "number", "x(fp) >>> 0");
define("addressAt", "x k", "number", "{ const v = x(fp); return (v + k | v >> 31) >>> 0; }");
define("checked", "x i", "number", "x(fp) ?? trap(fp, i)");
define("checkedStep", "x i", "void", "{ x(fp) ?? trap(fp, i); }");
define("load8", "x", "number", "V.u8[x(fp)]");
for (const name of ["load16", "load32", "loadF32", "loadF64"]) define(name, "x", "number", `${name}(x(fp))`);
for (const name of ["store8", "store16", "store32", "storeF32", "storeF64"])
  define(name, "x y", "number", `${name}(x(fp), y(fp))`);

// ---------------------------------------------------------------- globals
define("global", "k", "number", "lowOf(V.globals[k]!)");
define("globalHigh", "k", "number", "highOf(V.globals[k]!)");
define("globalSet", "k x", "void", "setLow(k, x(fp))");
define("globalSetHigh", "k x", "void", "setHigh(k, x(fp))");

// ---------------------------------------------------------------- sequences and control
define("two", "s t", "void", "{ s(fp); t(fp); }");
define("three", "s t u", "void", "{ s(fp); t(fp); u(fp); }");
define("stepThen", "s p", "number", "{ s(fp); return p(fp); }");
define("twoThen", "s t p", "number", "{ s(fp); t(fp); return p(fp); }");
define("flowThen", "p q", "number", "p(fp) || q(fp)");
define("code", "n", "number", "n");
define("when", "c p", "number", "c(fp) ? p(fp) : 0");
define("choose", "c p q", "number", "c(fp) ? p(fp) : q(fp)");
// What runs out of fuel is thrown: as one more code it would have to be told from the others all the way up.
define("spend", "n j", "void", "{ if (pay(n)) quit(fp, j); }");
define("jump", "n k j", "number", "{ if (pay(n)) quit(fp, j); return k; }");
define("leaveAt", "j", "number", "{ leave(fp, j); return -1; }");
define("block", "p", "number", "{ const c = p(fp); return c > 0 ? c - 1 : c; }");
define("blockOne", "p", "number", "{ const c = p(fp); return c < 0 ? c : 0; }");
define("zero", "a b", "void", "{ for (let k = fp + a, to = fp + b; k < to; k++) R[k] = 0; }");
define("enter", "g k", "boolean", "pass(g.fuel, k)");
define("call", "f a", "number", "f(fp + a) | 0");
define("callIndirect", "o k j", "number", "callIndirect(fp, o, k, j) | 0");
// What hangs under a driver of its own. V8 must not take it for a constant, or it would be inlined here.
define("cut", "l", "number", "l.flow(fp) | 0");
define("rare", "j", "void", "{ rare(fp, j); }");
// A word of a vector at a time: by a function of words; four of its bytes, each from where a shuffle says.
define("packed1", "w x", "number", "w(x(fp))");
define("packed2", "v x y", "number", "v(x(fp), y(fp))");
define("byte", "a", "number", "B[(fp << 2) + a]");
define("twoBytes", "x y", "number", "x(fp) | y(fp) << 8");
define("fourBytes", "x y", "number", "x(fp) | y(fp) << 16");
define("vector", "z o", "void", "{ z(fp, o); }");
define("vectorAccess", "m x", "number", "m(x(fp), fp)");

// ---------------------------------------------------------------- text

const upper = (name) => name[0].toUpperCase() + name.slice(1);

function family(index) {
  const names = [...ENVIRONMENT, "fround"];
  const made = nodes.map(({ name, parameters, text }) => {
    const captured = names.filter((each) => new RegExp(`(?<![.\\w])${each}\\b`).test(text));
    const typed = parameters.map((each) => `${each}: ${TYPES[each]}`);
    const inner = [...typed, ...captured.map((each) => `${each}: Environment["${each}"]`)];
    return {
      // Named, so that profiles and the test of their sizes can tell them apart.
      factory: `  const make${upper(name)} = (${inner.join(", ")}) => { const ${name}Node = (${/\bfp\b/.test(text) ? "fp" : "_fp"}: number) => ${text}; return ${name}Node; };`,
      entry: `    ${name}: (${typed.join(", ")}) => make${upper(name)}(${[...parameters, ...captured].join(", ")}),`,
    };
  });
  return `function createFamily${index}({ ${names.join(", ")} }: Environment): Family {
${made.map(({ factory }) => factory).join("\n")}
  return {
${made.map(({ entry }) => entry).join("\n")}
  };
}`;
}

const nodesText = `// The closures that trees are made of, in copies by depth.
// Generated by scripts/generate-trees.mjs: change that file, then run it.

import type { CodeNode } from "../code/node.ts";
import type { Binary, Environment, Unary } from "./environment.ts";
import type { Callee, Cut, Exit, Flow, Step, Test, TrapSite, Value } from "./machine.ts";
import type { VectorAccess } from "./vector-memory.ts";
import type { VectorStep } from "./vectors.ts";

/** The operands of every kind of node, a letter each: x y Value, c e Test, s t u Step, p q f Flow; others are no closures. */
export const NODE_OPERANDS = {
${nodes.map(({ name, parameters }) => `  ${name}: "${parameters.join("")}",`).join("\n")}
} as const;

export type NodeKind = keyof typeof NODE_OPERANDS;

/** Makes a node's closure; its operands are as {@link NODE_OPERANDS} says. */
export type NodeFactory = (...operands: never[]) => Value | Test | Step;

export type Family = Readonly<Record<NodeKind, NodeFactory>>;

${Array.from({ length: FAMILIES }, (_, index) => family(index)).join("\n\n")}

export function createFamilies(environment: Environment): readonly Family[] {
  return [${Array.from({ length: FAMILIES }, (_, index) => `createFamily${index}(environment)`).join(", ")}];
}
`;

const GROUP = 64;
function drivers(name, type, count, text) {
  const groups = Array.from(
    { length: count / GROUP },
    () => `  () => [\n${`    ${text},\n`.repeat(GROUP)}  ],`,
  );
  return `export const ${name}: readonly (() => readonly ${type}[])[] = [\n${groups.join("\n")}\n];`;
}
const driversText = `// The functions that trees hang under, one for each loop and function, all equal: each call below one then has one target,
// which V8 takes as a constant. Generated by scripts/generate-trees.mjs: change that file, then run it.

import type { GatedCallee } from "./gate.ts";
import type { Flow } from "./machine.ts";

export type LoopDriver = (p: Flow) => Flow;
export type FunctionDriver = (g: GatedCallee, Z: Int32Array) => Flow;

/** In groups, each made when it is needed. */
${drivers("LOOP_DRIVERS", "LoopDriver", LOOP_DRIVERS, "(p) => (fp) => { for (;;) { const c = p(fp); if (c !== 1) return c; } }")}

/**
 * Made large by what never happens: V8 inlines two functions of this size where they are called. Of one that is smaller it unrolls a
 * recursion a dozen times.
 */
${drivers("FUNCTION_DRIVERS", "FunctionDriver", FUNCTION_DRIVERS, "(g, Z) => (fp) => { const o = g.gate; o.fp = fp; let c = o.code; if (c >= 0) { Z[1] = (Z[1]! + 1) | 0; return 0; } if (c < -1) [c = 0, c = 0, c = 0, c = 0, c = 0, c = 0] = Z; return c; }")}

/** Of parts that are compiled by themselves. */
${drivers("PART_DRIVERS", "LoopDriver", PART_DRIVERS, "(p) => (fp) => p(fp)")}
`;

// ---------------------------------------------------------------- vectors
function vectorStep({ names, text }) {
  const bound = ["d", "a", "b"].filter((each) => new RegExp(`\\b${each}\\b`).test(text));
  const bind = bound.map((each) => `${each} = fp + i.${each}`).join(", ");
  return names.map((name) => `    [${name}, (fp, i) => { const ${bind}; ${asserted(text)} }],`).join("\n");
}
/** What vector-lanes.ts does not do lane by lane, or not always: shifts by a count that is computed. */
const CALLED = /(Sh[lr][SU]?|NarrowI16x8U|I32x4Abs|F32x4(Relaxed)?(Min|Max))$/;
const operations = vectorCases
  .map(({ names, text }) => ({ names: names.filter((name) => CALLED.test(name)), text }))
  .filter(({ names }) => names.length > 0);
const vectorsText = `// Vector instructions as functions on the registers of trees, where these are frequent and not done lane by lane.
// Generated from scripts/cases by scripts/generate-trees.mjs: change those, then run \`npm run generate\`.

import { Op } from "../../isa/op.ts";
import { SHIFT_BY_IMMEDIATE } from "../code/operations.ts";
import * as shift from "../ops/simd/shift.ts";
import type { VectorViews } from "../ops/simd/views.ts";
import { i8x16NarrowI16x8U } from "../ops/simd/widen.ts";
import type { VectorStep } from "./vectors.ts";

/** By operation. A function each, so that V8 compiles each by itself. */
export function createVectorSteps(views: VectorViews): ReadonlyMap<number, VectorStep> {
  const { R, F } = views;
  return new Map<number, VectorStep>([
${operations.map(vectorStep).join("\n")}
  ]);
}
`;

const outputs = [
  ["src/interp/tree/vector-steps.ts", vectorsText],
  ["src/interp/tree/nodes.ts", nodesText],
  ["src/interp/tree/fused-nodes.ts", fusedText],
  ["src/interp/tree/drivers.ts", driversText],
];
for (const [path, text] of outputs) {
  const url = new URL(`../${path}`, import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(url, text);
  else if (readFileSync(url, "utf8") !== text) {
    console.error(`${path} has drifted from scripts/generate-trees.mjs: run npm run generate`);
    process.exitCode = 1;
  }
}
