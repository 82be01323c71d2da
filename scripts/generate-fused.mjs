// The text of src/interp/tree/fused-nodes.ts: the closures that trees are made of where nothing compiles JavaScript.
// Owns the closures' text. There each call and each step of the interpreter below counts, so that nodes are large: an operation has
// a form for each kind of operand (L a register, K a constant, E a node), and one that writes its result to a register. A frame is a view of
// its own, and what changes is a parameter of the function around all nodes, which is read without a check that it has been set.

import { asserted, FUSED_LISTS } from "./asserted.mjs";
import { conditions, whole } from "./fused-operations.mjs";
import { COMPARISONS, OPERATIONS } from "./tree-operations.mjs";

const marked = (text) => asserted(text, FUSED_LISTS);

const lines = [];
const define = (name, parameters, text) =>
  lines.push({ name, parameters: parameters.split(" ").filter(Boolean), text });
const TYPES = {
  x: "Value",
  y: "Value",
  c: "Test",
  e: "Test",
  p: "Flow",
  q: "Flow",
  s: "Step",
  t: "Step",
  u: "Step",
  v: "Step",
  w: "Step",
  z: "Step",
  a: "number",
  b: "number",
  d: "number",
  k: "number",
  n: "number",
  m: "number",
  i: "Site",
  j: "Exit",
  h: "Exit",
  g: "FusedCallee",
  o: "CodeNode",
  f1: "Unary",
  f2: "Binary",
};
/** What a binary node's operands are, by its form: parameters and texts. */
const FORMS = {
  LL: ["a b", "L[a]", "L[b]"],
  LK: ["a k", "L[a]", "k"],
  LE: ["a y", "L[a]", "y(L)"],
  EL: ["x b", "x(L)", "L[b]"],
  EK: ["x k", "x(L)", "k"],
  EE: ["x y", "x(L)", "y(L)"],
};
const FLOAT_FORMS = {
  LL: ["a b", "L.D[a]", "L.D[b]"],
  LE: ["a y", "L.D[a]", "y(L)"],
  EL: ["x b", "x(L)", "L.D[b]"],
  EE: ["x y", "x(L)", "y(L)"],
};
const filled = (text, x, y) =>
  text.replace(/\bimul\b/, "Math.imul").replace(/\b[xy]\b/g, (name) => (name === "x" ? x : y));
const PAY = "if ((fuel -= n) < 0) quit(L, j);";

// ---------------------------------------------------------------- 32-bit integers
define("get", "a", "L[a]");
define("constant", "k", "k");
define("set", "d x", "{ L[d] = x(L); }");
define("setK", "d k", "{ L[d] = k; }");
define("move", "d a", "{ L[d] = L[a]; }");
for (const [name, text] of Object.entries(OPERATIONS))
  for (const [form, [parameters, x, y]] of Object.entries(FORMS)) {
    define(name + form, parameters, filled(text, x, y));
    define(`set${upper(name)}${form}`, `d ${parameters}`, `{ L[d] = ${filled(text, x, y)}; }`);
  }
define("rotlLK", "a k m", "L[a] << k | L[a] >>> m");
define("rotlEK", "x k m", "{ const v = x(L); return v << k | v >>> m; }");
define("subKX", "k x", "k - x(L) | 0");
define("clz", "x", "Math.clz32(x(L))");
define("unary", "f1 x", "f1(x(L))");
define("binary", "f2 x y", "f2(x(L), y(L))");
for (const [name, text] of Object.entries(COMPARISONS))
  for (const [form, [parameters, x, y]] of Object.entries(FORMS)) {
    // An unsigned constant is made so beforehand.
    const test = filled(text, x, y).replace("k >>> 0", "k");
    define(name + form, parameters, test);
    if (form[0] === "L" && form[1] !== "E")
      define(
        `loop${upper(name)}${form}`,
        `s ${parameters} n j`,
        `{ for (;;) { s(L); if (!(${test})) return 0; ${PAY} } }`,
      );
  }
define("isZeroL", "a", "L[a] === 0");
define("isZero", "x", "x(L) === 0");
define("isSetL", "a", "L[a] !== 0");
define("isSet", "x", "x(L) !== 0");
define("not", "c", "!c(L)");
define("both", "c e", "c(L) && e(L)");
define("either", "c e", "c(L) || e(L)");
define("bit", "c", "c(L) ? 1 : 0");
define("select", "c x y", "c(L) ? x(L) : y(L)");
define("setSelect", "d c a b", "{ L[d] = c(L) ? L[a] : L[b]; }");
define("hold", "k x", "{ spare[k] = x(L); }");
define("held", "k", "spare[k]");

// ---------------------------------------------------------------- floats; registers of doubles are counted in doubles
define("get32", "a", "L.F[a]");
define("get64", "a", "L.D[a]");
const SET64 = "if (v === v) L.D[d] = v; else nan64(L, d);";
for (const [name, sign] of [
  ["fAdd", "+"],
  ["fSub", "-"],
  ["fMul", "*"],
  ["fDiv", "/"],
])
  for (const [form, [parameters, x, y]] of Object.entries(FLOAT_FORMS)) {
    define(name + form, parameters, `${x} ${sign} ${y}`);
    define(`set${upper(name)}${form}`, `d ${parameters}`, `{ const v = ${x} ${sign} ${y}; ${SET64} }`);
  }
define("fRound", "x", "Math.fround(x(L))");
define("fSqrt", "x", "Math.sqrt(x(L))");
define("unsigned", "x", "x(L) >>> 0");
for (const [name, sign] of [
  ["fEq", "==="],
  ["fNe", "!=="],
  ["fLt", "<"],
  ["fGt", ">"],
  ["fLe", "<="],
  ["fGe", ">="],
])
  define(name, "x y", `x(L) ${sign} y(L)`);
define("set32", "d x", "{ const v = x(L); if (v === v) L.F[d] = v; else L[d] = 0x7fc00000; }");
define("set64", "d x", `{ const v = x(L); ${SET64} }`);
define("copy64", "d a", "{ const d1 = d + 1, a1 = a + 1; return (L) => { L[d] = L[a]; L[d1] = L[a1]; }; }");
define("const64", "d k m", "{ const d1 = d + 1; return (L) => { L[d] = k; L[d1] = m; }; }");

// ---------------------------------------------------------------- memory 0, of at most 2 GiB
const ADDRESSES = {
  L: ["a", "L[a] >>> 0"],
  LK: ["a k", "(L[a] >>> 0) + k"],
  E: ["x", "x(L) >>> 0"],
  EK: ["x k", "(x(L) >>> 0) + k"],
};
const LOADS = {
  load8: ["M8[e]", 1],
  load16: ["M8[e] | M8[e + 1] << 8", 2],
  load32: ["(e & 3) === 0 ? M32[e >> 2] : load32(M8, e)", 4],
  loadF32: ["(e & 3) === 0 ? MF32[e >> 2] : farF32(e)", 4],
  loadF64: ["(e & 7) === 0 ? MF64[e >> 3] : farF64(e)", 8],
};
for (const [name, [text, bytes]] of Object.entries(LOADS))
  for (const [form, [parameters, address]] of Object.entries(ADDRESSES)) {
    const check = `const e = ${address}; if (e > last${bytes}) return trap(L, i);`;
    define(name + form, `${parameters} i`, `{ ${check} return ${text}; }`);
    if (!name.includes("F"))
      define(`set${upper(name)}${form}`, `d ${parameters} i`, `{ ${check} L[d] = ${text}; }`);
  }
for (const [form, [parameters, address]] of Object.entries(ADDRESSES))
  define(
    `load64${form}`,
    `${parameters} d i`,
    `{ const d1 = d + 1; return (L) => { const e = ${address}; if (e > last8) return trap(L, i); if ((e & 3) === 0) { L[d] = M32[e >> 2]; L[d1] = M32[(e >> 2) + 1]; } else { L[d] = load32(M8, e); L[d1] = load32(M8, e + 4); } }; }`,
  );
const STORES = {
  store8: ["M8[e] = v;", 1, ["L", "E", "K"]],
  store16: ["M8[e] = v; M8[e + 1] = v >> 8;", 2, ["L", "E", "K"]],
  store32: ["if ((e & 3) === 0) M32[e >> 2] = v; else store32(M8, e, v);", 4, ["L", "E", "K"]],
  storeF32: ["if ((e & 3) === 0 && v === v) MF32[e >> 2] = v; else putF32(e, v);", 4, ["E"]],
  storeF64: ["if ((e & 7) === 0 && v === v) MF64[e >> 3] = v; else putF64(e, v);", 8, ["E"]],
};
const STORED = { L: ["b", "L[b]"], E: ["y", "y(L)"], K: ["n", "n"] };
for (const [name, [text, bytes, kinds]] of Object.entries(STORES))
  for (const [form, [parameters, address]] of Object.entries(ADDRESSES))
    for (const kind of kinds) {
      const [parameter, value] = STORED[kind];
      define(
        `${name}${form}_${kind}`,
        `${parameters} ${parameter} i`,
        `{ const e = ${address}, v = ${value}; if (e > last${bytes}) return trap(L, i); ${text} }`,
      );
    }

// ---------------------------------------------------------------- globals
define("global", "k", "{ const g = G[k]; return g.bits[g.at]; }");
define("globalHigh", "k", "{ const g = G[k]; return g.bits[g.at + 1]; }");
define("globalSet", "k x", "{ const g = G[k]; g.bits[g.at] = x(L); }");
define("globalSetHigh", "k x", "{ const g = G[k]; g.bits[g.at + 1] = x(L); }");

// ---------------------------------------------------------------- sequences and control
define("checked", "x i", "x(L) ?? trap(L, i)");
const STEPS = ["s", "t", "u", "v", "w", "z"];
export const MAX_STEPS = 6;
for (let count = 0; count <= MAX_STEPS; count++) {
  const steps = STEPS.slice(0, count);
  const parameters = steps.join(" ");
  const run = steps.map((each) => `${each}(L);`).join(" ");
  if (count > 1) define(`steps${count}`, parameters, `{ ${run} }`);
  if (count > 0) define(`then${count}`, `${parameters} p`, `{ ${run} return p(L); }`);
  if (count > 0) define(`go${count}`, `${parameters} k`, `{ ${run} return k; }`);
  if (count > 4) continue;
  // Steps, a branch on a condition, and what follows.
  define(`when${count}`, `${parameters} c p q`, `{ ${run} return c(L) ? p(L) : q(L); }`);
  define(`flow${count}`, `${parameters} p q`, `{ ${run} return p(L) || q(L); }`);
  define(`exit${count}`, `${parameters} c n k j q`, `{ ${run} if (c(L)) { ${PAY} return k; } return q(L); }`);
  define(`jump${count}`, `${parameters} n k j`, `{ ${run} ${PAY} return k; }`);
  if (count > 0)
    define(`loop${count}`, `${parameters} c n j`, `{ for (;;) { ${run} if (!c(L)) return 0; ${PAY} } }`);
}
define("loop", "p", "{ for (;;) { const c = p(L); if (c !== 1) return c; } }");
define("code", "n", "n");
define("spend", "n j", `{ ${PAY} }`);
define("leaveAt", "j", "leave(L, j)");
define("block", "p", "{ const c = p(L); return c > 0 ? c - 1 : c; }");
define("blockOne", "p", "{ const c = p(L); return c < 0 ? c : 0; }");
define("zero", "a b", "{ for (let k = a; k < b; k++) L[k] = 0; }");
define("table", "x m pp", "{ const v = x(L) >>> 0; return pp[v < m ? v : m]!(L); }");
define("tableL", "a m pp", "{ const v = L[a] >>> 0; return pp[v < m ? v : m]!(L); }");
TYPES.pp = "readonly Flow[]";
define(
  "wholeCall",
  "g a k j",
  `{
    const at = L.start + a;
    if (room === 0 || fuel < g.fuel) return leave(L, j);
    fuel -= g.fuel;
    C[room--] = k;
    if (g.onFrame(frames[at >> 1] ?? frameAt(at)) < 0) return -1;
    room++;
    return 0;
  }`,
);
define("callIndirect", "o k j", "callIndirect(L, o, k, j)");
define("rare", "j", "{ rare(L, j); }");

function upper(name) {
  return name[0].toUpperCase() + name.slice(1);
}

/** What is read without a check: parameters of the function around all nodes. */
const STATE = [
  "machine: Machine",
  "frames: Frame[]",
  "fuel: number",
  "room: number",
  "G: readonly GlobalInstance[]",
  "M8: Uint8Array",
  "M32: Int32Array",
  "MF32: Float32Array",
  "MF64: Float64Array",
  "spare: Int32Array",
  "ml: number",
  "last1: number",
  "last2: number",
  "last4: number",
  "last8: number",
];

function factory({ name, parameters, text }) {
  const typed = parameters.map((each) => `${each}: ${TYPES[each]}`).join(", ");
  const own = marked(text);
  if (/return \(L\) =>/.test(text))
    return `    ${name}: (${typed}): Closure => ${own.replace("return (L) =>", "return (L: Frame) =>")},`;
  return `    ${name}: (${typed}): Closure => ${/\bL\b/.test(own) ? "(L: Frame)" : "()"} => ${own},`;
}

export const fusedText = `// The closures that trees are made of where nothing compiles JavaScript, in a form for each kind of operand.
// Generated from scripts/generate-fused.mjs and scripts/cases by scripts/generate-trees.mjs: change those, then run \`npm run generate\`.

import type { FunctionInstance } from "../../runtime/function.ts";
import type { GlobalInstance } from "../../runtime/global.ts";
import { Code, FIRST_RARE } from "../code/code.ts";
import type { CodeNode, FunctionCode } from "../code/node.ts";
import type { Operation } from "../code/node-data.ts";
import * as i64 from "../ops/numeric/i64.ts";
import { RARE_ARITHMETIC } from "../ops/rare.ts";
import { bulk } from "./bulk.ts";
import { type Binary, LEAVING, type Unary } from "./environment.ts";
import type { Closure, Flow, Frame, FusedCallee, NodeFactory, Site, Step, Test, Value } from "./frame.ts";
import { Counter, type Exit, LEFT, type Machine } from "./machine.ts";

export function createFusedNodes(
  ${STATE.join(",\n  ")},
) {
  const { C } = machine;
  const words = new Int32Array(2);
  const float = new Float32Array(words.buffer);
  const double = new Float64Array(words.buffer);

  function frameAt(at: number): Frame {
    let frame = frames[at >> 1];
    if (frame === undefined) {
      frame = Object.assign(machine.R.subarray(at), { F: machine.F.subarray(at), D: machine.D.subarray(at >> 1), start: at });
      frames[at >> 1] = frame;
    }
    return frame;
  }
  function leave(L: Frame, exit: Exit): number {
    machine.exit = exit;
    machine.fp = L.start;
    return LEFT;
  }
  function quit(L: Frame, exit: Exit): never {
    leave(L, exit);
    throw LEAVING;
  }
  function trap(L: Frame, { exit, operands }: Site): never {
    for (const { word, value } of operands) L[word] = value(L);
    return quit(L, exit);
  }
  function nan64(L: Frame, d: number): void {
    L[2 * d] = 0;
    L[2 * d + 1] = 0x7ff80000;
  }
  function load32(bytes: Uint8Array, e: number): number {
    return bytes[e]! | (bytes[e + 1]! << 8) | (bytes[e + 2]! << 16) | (bytes[e + 3]! << 24);
  }
  function store32(bytes: Uint8Array, e: number, v: number): void {
    bytes[e] = v;
    bytes[e + 1] = v >> 8;
    bytes[e + 2] = v >> 16;
    bytes[e + 3] = v >> 24;
  }
  function farF32(e: number): number {
    words[0] = load32(M8, e);
    return float[0]!;
  }
  function farF64(e: number): number {
    words[0] = load32(M8, e);
    words[1] = load32(M8, e + 4);
    return double[0]!;
  }
  function putF32(e: number, v: number): void {
    float[0] = v;
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    store32(M8, e, v === v ? words[0]! : 0x7fc00000);
  }
  function putF64(e: number, v: number): void {
    double[0] = v;
    // biome-ignore lint/suspicious/noSelfCompare: NaN is what is not itself
    const isNumber = v === v;
    store32(M8, e, isNumber ? words[0]! : 0);
    store32(M8, e + 4, isNumber ? words[1]! : 0x7ff80000);
  }
  function callIndirect(L: Frame, node: CodeNode, site: number, exit: Exit): number {
    const { instance } = machine.V;
    const elements = instance!.tables[node.c]?.elements as (FunctionInstance | null)[];
    const func = elements[L[node.a]! >>> 0];
    // What traps, converts or crosses instances is the interpreter's.
    if (func === undefined || func === null) return leave(L, exit);
    if (func.typeId !== node.b || func.instance !== instance) return leave(L, exit);
    const callee = (func.code as FunctionCode).tree?.callee as FusedCallee | undefined;
    if (callee === undefined || room === 0 || fuel < callee.fuel) return leave(L, exit);
    fuel -= callee.fuel;
    C[room--] = site;
    if (callee.onFrame(frameAt(L.start + node.d)) < 0) return LEFT;
    room++;
    return 0;
  }
  function rare(L: Frame, exit: Exit): void {
    if (exit.node.op === Code.Heavy) {
      if (!bulk(machine.V, machine.R, exit.node, L.start)) quit(L, exit);
      return;
    }
    try {
      RARE_ARITHMETIC[exit.node.op - FIRST_RARE]?.(machine, exit.node, L.start);
    } catch {
      // It traps again where the interpreter executes it.
      quit(L, exit);
    }
  }

  const nodes: Readonly<Record<string, NodeFactory>> = {
${lines.map(factory).join("\n")}
  };

  /** An operation with its operands in registers, as the loop has it; \`undefined\` where it is none of these. */
  function operation(op: Operation, d: number, a: number, b: number, c: number, j: Exit): Step | undefined {
    switch (op) {
${whole.map(({ text }) => marked(text).replace("return (L) =>", "return (L: Frame) =>")).join("\n")}
      default: return undefined;
    }
  }

  /** The condition of an operation that branches. */
  function condition(op: Operation, a: number, b: number): Test | undefined {
    switch (op) {
${conditions.map((text) => marked(text).replace("return (L) =>", "return (L: Frame) =>")).join("\n")}
      default: return undefined;
    }
  }

  /** Runs \`flow\` on the frame at \`at\`, with the counters and views that the machine has. */
  function run(flow: Flow, at: number): number {
    const { Z, V } = machine;
    fuel = Z[Counter.Fuel]!;
    room = Z[Counter.Room]!;
    ({ globals: G, u8: M8, i32: M32, f32: MF32, f64: MF64 } = V);
    ml = M8.length;
    last1 = ml - 1;
    last2 = ml - 2;
    last4 = ml - 4;
    last8 = ml - 8;
    try {
      return flow(frameAt(at));
    } finally {
      Z[Counter.Fuel] = fuel;
      Z[Counter.Room] = room;
    }
  }

  return { nodes, operation, condition, run };
}

export const WHOLE: ReadonlySet<Operation> = /* @__PURE__ */ new Set<Operation>([
${whole.map(({ name }) => `  Code.${name},`).join("\n")}
]);
export const CONDITIONS: ReadonlySet<Operation> = /* @__PURE__ */ new Set<Operation>([
${conditions.map((text) => `  ${/Code\.\w+/.exec(text)[0]},`).join("\n")}
]);
`;
