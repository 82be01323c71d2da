// Writes src/interp/code/code.ts (the internal instruction set) and src/interp/loop.ts (the loop over it).
// Owns the cases' text. `node scripts/generate-loop.mjs` writes; with `--check` it fails when the committed files drifted.
// Operand fields of a node: d (destination), a, b (operands) are word offsets from the frame pointer, or immediates
// where a form says so; `x` and `y` in the tables below stand for the operands.

import { readFileSync, writeFileSync } from "node:fs";
import { FUSED_PAIRS } from "./fused-pairs.mjs";
import { isShared, vectorLoop } from "./generate-vector-loop.mjs";

const R = (field) => `R[fp + i.${field}]`;
const RH = (field) => `R[fp + i.${field} + 1]`;
const F = (field) => `F[fp + i.${field}]`;
const D = (field) => `D[(fp + i.${field}) >> 1]`;
const X = (field) => `X[(fp + i.${field}) >> 1]`;
const NEXT = "i = i.next; continue;";

/** Replaces the stand-ins x and y; binds them to constants first when one stands more than once. */
function expression(text, x, y) {
  const count = (name) => (text.match(new RegExp(`\\b${name}\\b`, "g")) ?? []).length;
  const bind = [];
  let out = text;
  for (const [name, value] of [
    ["x", x],
    ["y", y],
  ]) {
    if (value === undefined) continue;
    if (count(name) > 1 && !/^i\.\w$/.test(value)) bind.push(`${name} = ${value}`);
    else out = out.replace(new RegExp(`\\b${name}\\b`, "g"), value);
  }
  return { prefix: bind.length > 0 ? `const ${bind.join(", ")}; ` : "", value: out };
}

const cases = [];
const forms = [];
const seen = new Set();
function define(name, text) {
  if (seen.has(name)) throw new Error(`twice: ${name}`);
  seen.add(name);
  cases.push({ name, text });
}
/** Registers how a Wasm instruction is lowered: fields are `Code` members. */
function form(op, fields) {
  forms.push([op, fields]);
}

// ---------------------------------------------------------------- calls and other ends of fuel regions
// These stand first: LAST_BOUNDARY tells the fault handler that nothing is prepaid behind the node.

define("Exit", "ex.fp = fp; ex.sp = sp; meter.counter = fuel; return null;");
define("RestoreInstance", "slow = Slow.RestoreInstance; break;");
define("Call", "callee = i.data as FunctionCode; break;");
define("CallImport", "ex.target = instance.func(i.a); slow = Slow.CallFunction; break;");
define(
  "CallIndirect",
  `const elements = (instance.tables[i.c] as TableInstance).elements, index = ${R("a")} >>> 0;
      if (index >= elements.length) throw undefinedElement(index);
      const func = elements[index] as FunctionInstance | null;
      if (func === null) throw uninitializedElement(index);
      if (func.typeId !== i.b) ex.checkIndirect(func, i.b);
      if (func.instance === instance) { callee = func.code as FunctionCode; break; }
      ex.target = func; slow = Slow.CallFunction; break;`,
);
define(
  "CallRef",
  `const func = ${X("a")} as FunctionInstance | null;
      if (func === null) throw new Trap("null-function-reference");
      if (func.instance === instance) { callee = func.code as FunctionCode; break; }
      ex.target = func; slow = Slow.CallFunction; break;`,
);
define("TailCall", "slow = Slow.TailCall; break;");
define("Heavy", "slow = Slow.Heavy; break;");
define("Raise", "slow = Slow.Raise; break;");
define("Charge", "if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelCharge; break; } NEXT");
define(
  "LoopHeader",
  "if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelCharge; break; } slow = Slow.LeaveExact; break;",
);
define("Recharge", "if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelAfter; break; } NEXT");
define("Tick", "slow = Slow.Tick; break;");
define("Return32", `R[fp] = ${R("a")}; RETURN`);
define("Return64", `R[fp] = ${R("a")}; R[fp + 1] = ${RH("a")}; RETURN`);
define("Return", "RETURN");
const LAST_BOUNDARY = "Return";

// ---------------------------------------------------------------- control
const TAKE = "if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; break; } i = i.target; continue;";
define("Nop", NEXT);
define("Unreachable", 'throw new Trap("unreachable");');
define("Br", TAKE);
define("BrIfNonZero", `if (${R("a")} !== 0) { ${TAKE} } ${NEXT}`);
define("BrIfZero", `if (${R("a")} === 0) { ${TAKE} } ${NEXT}`);
define("BrIfNull", `if (${X("a")} === null) { ${TAKE} } ${NEXT}`);
define("BrIfNotNull", `if (${X("a")} !== null) { ${TAKE} } ${NEXT}`);
define(
  "BrTable",
  `const index = ${R("a")} >>> 0, edges = i.data as CodeNode[];
      i = edges[index < i.b ? index : i.b] as CodeNode; ${TAKE}`,
);
define("BrTest", `if (ex.test(i, fp)) { ${TAKE} } ${NEXT}`);

// ---------------------------------------------------------------- moves
define("Copy32", `${R("d")} = ${R("a")}; ${NEXT}`);
define("Copy64", `${R("d")} = ${R("a")}; ${RH("d")} = ${RH("a")}; ${NEXT}`);
define(
  "Copy128",
  `const s = fp + i.a, t = fp + i.d; R[t] = R[s]; R[t + 1] = R[s + 1]; R[t + 2] = R[s + 2]; R[t + 3] = R[s + 3]; ${NEXT}`,
);
define("CopyRef", `${X("d")} = ${X("a")}; ${NEXT}`);
define("Const32", `${R("d")} = i.b; ${NEXT}`);
define("Const64", `${R("d")} = i.b; ${RH("d")} = i.c; ${NEXT}`);
define(
  "Const128",
  `const q = i.data as Int32Array, t = fp + i.d; R[t] = q[0]; R[t + 1] = q[1]; R[t + 2] = q[2]; R[t + 3] = q[3]; ${NEXT}`,
);
define("ConstRef", `${X("d")} = i.data; ${NEXT}`);
define("CopyRange", `R.copyWithin(fp + i.d, fp + i.a, fp + i.a + i.b); ${NEXT}`);
define(
  "CopyRangeRefs",
  `R.copyWithin(fp + i.d, fp + i.a, fp + i.a + i.b); ex.copyRefs((fp + i.d) >> 1, (fp + i.a) >> 1, i.b >> 1); ${NEXT}`,
);
define("Select32", `${R("d")} = ${R("c")} !== 0 ? ${R("a")} : ${R("b")}; ${NEXT}`);
define(
  "Select64",
  `const s = ${R("c")} !== 0 ? fp + i.a : fp + i.b; ${R("d")} = R[s]; ${RH("d")} = R[s + 1]; ${NEXT}`,
);
define("SelectSlow", `ex.select(i, fp); ${NEXT}`);
define("GlobalGet32", `const g = G[i.a] as GlobalInstance; ${R("d")} = g.bits[g.at]; ${NEXT}`);
define(
  "GlobalGet64",
  `const g = G[i.a] as GlobalInstance; ${R("d")} = g.bits[g.at]; ${RH("d")} = g.bits[g.at + 1]; ${NEXT}`,
);
define("GlobalGetSlow", `ex.globalGet(i, fp); ${NEXT}`);
define("GlobalSet32", `const g = G[i.b] as GlobalInstance; g.bits[g.at] = ${R("a")}; ${NEXT}`);
define(
  "GlobalSet64",
  `const g = G[i.b] as GlobalInstance; g.bits[g.at] = ${R("a")}; g.bits[g.at + 1] = ${RH("a")}; ${NEXT}`,
);
define("GlobalSetSlow", `ex.globalSet(i, fp); ${NEXT}`);
define("Rare", `executeRare(i, R, F, D, fp); ${NEXT}`);
define("Special", `ex.special(i, fp); ${NEXT}`);
// Fields that take one entry, and null tests; all else on structs and arrays is in aggregate.ts. c is the entry.
const struct = `const o = ${X("a")} as StructObject | null; if (o === null) throw new Trap("null-structure-reference");`;
define("StructGet32", `${struct} ${R("d")} = o.fields[i.c] as number; ${NEXT}`);
define("StructGetRef", `${struct} ${X("d")} = o.fields[i.c]; ${NEXT}`);
define("StructSet32", `${struct} o.fields[i.c] = ${R("b")}; ${NEXT}`);
define("StructSetRef", `${struct} o.fields[i.c] = ${X("b")}; ${NEXT}`);
define("RefIsNull", `${R("d")} = ${X("a")} === null ? 1 : 0; ${NEXT}`);
form("RefIsNull", { kind: "Unary", rr: "RefIsNull", branch: "BrIfNull", branchNot: "BrIfNotNull" });

// ---------------------------------------------------------------- i32
const binary32 = {
  Add: ["x + y | 0", true],
  Sub: ["x - y | 0"],
  Mul: ["Math.imul(x, y)", true],
  And: ["x & y", true],
  Or: ["x | y", true],
  Xor: ["x ^ y", true],
  Shl: ["x << y"],
  ShrS: ["x >> y"],
  ShrU: ["x >>> y | 0"],
  Rotl: ["x << y | x >>> 32 - y"],
  Rotr: ["x >>> y | x << 32 - y"],
};
for (const [name, [text, commutative]] of Object.entries(binary32)) {
  const rr = expression(text, R("a"), R("b"));
  define(`I32${name}`, `${rr.prefix}${R("d")} = ${rr.value}; ${NEXT}`);
  const ri = expression(text, R("a"), "i.b");
  define(`I32${name}I`, `${ri.prefix}${R("d")} = ${ri.value}; ${NEXT}`);
  const tests = {
    branch: "BrI32And",
    branchI: "BrI32AndI",
    branchNot: "BrI32Nand",
    branchNotI: "BrI32NandI",
  };
  form(`I32${name}`, {
    kind: "Binary32",
    rr: `I32${name}`,
    ri: `I32${name}I`,
    commutative: Boolean(commutative),
    ...(name === "And" ? tests : {}),
  });
}
// Bit tests.
define("BrI32And", `if ((${R("a")} & ${R("b")}) !== 0) { ${TAKE} } ${NEXT}`);
define("BrI32AndI", `if ((${R("a")} & i.b) !== 0) { ${TAKE} } ${NEXT}`);
define("BrI32Nand", `if ((${R("a")} & ${R("b")}) === 0) { ${TAKE} } ${NEXT}`);
define("BrI32NandI", `if ((${R("a")} & i.b) === 0) { ${TAKE} } ${NEXT}`);
const compare32 = {
  Eq: ["x === y", "Ne", "Eq"],
  Ne: ["x !== y", "Eq", "Ne"],
  LtS: ["x < y", "GeS", "GtS"],
  LtU: ["(x >>> 0) < (y >>> 0)", "GeU", "GtU"],
  GtS: ["x > y", "LeS", "LtS"],
  GtU: ["(x >>> 0) > (y >>> 0)", "LeU", "LtU"],
  LeS: ["x <= y", "GtS", "GeS"],
  LeU: ["(x >>> 0) <= (y >>> 0)", "GtU", "GeU"],
  GeS: ["x >= y", "LtS", "LeS"],
  GeU: ["(x >>> 0) >= (y >>> 0)", "LtU", "LeU"],
};
for (const [name, [text, inverse, swapped]] of Object.entries(compare32)) {
  define(`I32${name}`, `${R("d")} = ${expression(text, R("a"), R("b")).value} ? 1 : 0; ${NEXT}`);
  define(`I32${name}I`, `${R("d")} = ${expression(text, R("a"), "i.b").value} ? 1 : 0; ${NEXT}`);
  define(`BrI32${name}`, `if (${expression(text, R("a"), R("b")).value}) { ${TAKE} } ${NEXT}`);
  define(`BrI32${name}I`, `if (${expression(text, R("a"), "i.b").value}) { ${TAKE} } ${NEXT}`);
  form(`I32${name}`, {
    kind: "Compare32",
    rr: `I32${name}`,
    ri: `I32${name}I`,
    swapped: `I32${swapped}`,
    swappedI: `I32${swapped}I`,
    branch: `BrI32${name}`,
    branchI: `BrI32${name}I`,
    branchNot: `BrI32${inverse}`,
    branchNotI: `BrI32${inverse}I`,
  });
}
define("I32Eqz", `${R("d")} = ${R("a")} === 0 ? 1 : 0; ${NEXT}`);
form("I32Eqz", { kind: "Unary", rr: "I32Eqz" });
for (const [name, text] of Object.entries({
  Clz: "Math.clz32(x)",
  Extend8S: "x << 24 >> 24",
  Extend16S: "x << 16 >> 16",
})) {
  define(`I32${name}`, `${R("d")} = ${expression(text, R("a")).value}; ${NEXT}`);
  form(`I32${name}`, { kind: "Unary", rr: `I32${name}` });
}
for (const name of ["DivS", "DivU", "RemS", "RemU"]) {
  define(
    `I32${name}`,
    `${R("d")} = i32.${name[0].toLowerCase()}${name.slice(1)}(${R("a")}, ${R("b")}); ${NEXT}`,
  );
  form(`I32${name}`, { kind: "Binary", rr: `I32${name}` });
}

// ---------------------------------------------------------------- i64, as pairs of words
const pair = (a, b) => [R(a), RH(a), ...(b === "rr" ? [R("b"), RH("b")] : ["i.b", "i.c"])];
for (const name of ["Add", "Sub", "Mul", "And", "Or", "Xor"]) {
  for (const shape of ["rr", "ri"]) {
    const [al, ah, bl, bh] = pair("a", shape);
    const suffix = shape === "rr" ? "" : "I";
    const text = {
      Add: `const al = ${al}, l = al + ${bl} | 0; ${RH("d")} = ${ah} + ${bh} + ((l >>> 0) < (al >>> 0) ? 1 : 0) | 0; ${R("d")} = l;`,
      Sub: `const al = ${al}, bl = ${bl}; ${RH("d")} = ${ah} - ${bh} - ((al >>> 0) < (bl >>> 0) ? 1 : 0) | 0; ${R("d")} = al - bl | 0;`,
      // 16-bit partial products: 4.4 ns against 12.8 ns for products in doubles (V8).
      Mul: `const al = ${al}, bl = ${bl}, a1 = al >>> 16, a0 = al & 65535, b1 = bl >>> 16, b0 = bl & 65535;
      const m = Math.imul(a1, b0) + (Math.imul(a0, b0) >>> 16) | 0, v = (m & 65535) + Math.imul(a0, b1) | 0;
      ${RH("d")} = Math.imul(a1, b1) + (m >>> 16) + (v >>> 16) + Math.imul(al, ${bh}) + Math.imul(${ah}, bl) | 0; ${R("d")} = Math.imul(al, bl);`,
      And: `${RH("d")} = ${ah} & ${bh}; ${R("d")} = ${al} & ${bl};`,
      Or: `${RH("d")} = ${ah} | ${bh}; ${R("d")} = ${al} | ${bl};`,
      Xor: `${RH("d")} = ${ah} ^ ${bh}; ${R("d")} = ${al} ^ ${bl};`,
    }[name];
    // The high word is written first: d may be a or b, and the low words were read before.
    define(`I64${name}${suffix}`, `${text} ${NEXT}`);
  }
  form(`I64${name}`, { kind: "Binary64", rr: `I64${name}`, ri: `I64${name}I`, commutative: name !== "Sub" });
}
const compare64 = {
  Eq: ["al === bl && ah === bh", "Ne", "Eq"],
  Ne: ["al !== bl || ah !== bh", "Eq", "Ne"],
  LtS: ["ah < bh || ah === bh && (al >>> 0) < (bl >>> 0)", "GeS", "GtS"],
  LtU: ["(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) < (bl >>> 0)", "GeU", "GtU"],
  GtS: ["ah > bh || ah === bh && (al >>> 0) > (bl >>> 0)", "LeS", "LtS"],
  GtU: ["(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) > (bl >>> 0)", "LeU", "LtU"],
  LeS: ["ah < bh || ah === bh && (al >>> 0) <= (bl >>> 0)", "GtS", "GeS"],
  LeU: ["(ah >>> 0) < (bh >>> 0) || ah === bh && (al >>> 0) <= (bl >>> 0)", "GtU", "GeU"],
  GeS: ["ah > bh || ah === bh && (al >>> 0) >= (bl >>> 0)", "LtS", "LeS"],
  GeU: ["(ah >>> 0) > (bh >>> 0) || ah === bh && (al >>> 0) >= (bl >>> 0)", "LtU", "LeU"],
};
for (const [name, [text, inverse, swapped]] of Object.entries(compare64)) {
  // An immediate is one word, sign-extended: a branch has no field for a second.
  for (const [suffix, b] of [
    ["", `bl = ${R("b")}, bh = ${RH("b")}`],
    ["I", "bl = i.b, bh = bl >> 31"],
  ]) {
    const load = `const al = ${R("a")}, ah = ${RH("a")}, ${b};`;
    define(`I64${name}${suffix}`, `${load} ${R("d")} = ${text} ? 1 : 0; ${NEXT}`);
    define(`BrI64${name}${suffix}`, `${load} if (${text}) { ${TAKE} } ${NEXT}`);
  }
  form(`I64${name}`, {
    kind: "Compare64",
    rr: `I64${name}`,
    ri: `I64${name}I`,
    swappedI: `I64${swapped}I`,
    branch: `BrI64${name}`,
    branchI: `BrI64${name}I`,
    branchNot: `BrI64${inverse}`,
    branchNotI: `BrI64${inverse}I`,
  });
}
define("I64Eqz", `${R("d")} = (${R("a")} | ${RH("a")}) === 0 ? 1 : 0; ${NEXT}`);
define("BrI64Eqz", `if ((${R("a")} | ${RH("a")}) === 0) { ${TAKE} } ${NEXT}`);
define("BrI64Nez", `if ((${R("a")} | ${RH("a")}) !== 0) { ${TAKE} } ${NEXT}`);
form("I64Eqz", { kind: "Unary", rr: "I64Eqz", branch: "BrI64Eqz", branchNot: "BrI64Nez" });
// Shifts by a constant n: "Low" for 0 < n < 32, "High" for 32 <= n < 64 with b = n - 32.
const load64 = `const l = ${R("a")}, h = ${RH("a")};`;
const store64 = (lo, hi) => `${R("d")} = ${lo}; ${RH("d")} = ${hi}; ${NEXT}`;
define("I64ShlLow", `${load64} ${store64("l << i.b", "h << i.b | l >>> 32 - i.b")}`);
define("I64ShlHigh", `const l = ${R("a")}; ${store64("0", "l << i.b")}`);
define("I64ShrULow", `${load64} ${store64("l >>> i.b | h << 32 - i.b", "h >>> i.b")}`);
define("I64ShrUHigh", `const h = ${RH("a")}; ${store64("h >>> i.b", "0")}`);
define("I64ShrSLow", `${load64} ${store64("l >>> i.b | h << 32 - i.b", "h >> i.b")}`);
define("I64ShrSHigh", `const h = ${RH("a")}; ${store64("h >> i.b", "h >> 31")}`);
define("I64RotlLow", `${load64} ${store64("l << i.b | h >>> 32 - i.b", "h << i.b | l >>> 32 - i.b")}`);
define("I64RotlHigh", `${load64} ${store64("h << i.b | l >>> 32 - i.b", "l << i.b | h >>> 32 - i.b")}`);
define("I64Swap", `${load64} ${store64("h", "l")}`);
for (const name of ["Shl", "ShrS", "ShrU", "Rotl", "Rotr"]) {
  define(
    `I64${name}`,
    `i64.${name[0].toLowerCase()}${name.slice(1)}Into(R, fp + i.d, ${R("a")}, ${RH("a")}, ${R("b")}); ${NEXT}`,
  );
  form(`I64${name}`, { kind: "Shift64", rr: `I64${name}` });
}
for (const name of ["DivS", "DivU", "RemS", "RemU"]) {
  define(
    `I64${name}`,
    `i64.${name[0].toLowerCase()}${name.slice(1)}Into(R, fp + i.d, ${R("a")}, ${RH("a")}, ${R("b")}, ${RH("b")}); ${NEXT}`,
  );
  form(`I64${name}`, { kind: "Binary", rr: `I64${name}` });
}
define("I64ExtendI32S", `const l = ${R("a")}; ${store64("l", "l >> 31")}`);
define("I64ExtendI32U", `${store64(R("a"), "0")}`);
form("I64ExtendI32S", { kind: "Unary", rr: "I64ExtendI32S" });
form("I64ExtendI32U", { kind: "Unary", rr: "I64ExtendI32U" });
form("I64Extend32S", { kind: "Unary", rr: "I64ExtendI32S" });

// ---------------------------------------------------------------- floats; every NaN result is the canonical one
for (const [type, view] of [
  ["F32", F],
  ["F64", D],
]) {
  const nan = type === "F32" ? `${R("d")} = 0x7fc00000;` : `${R("d")} = 0; ${RH("d")} = 0x7ff80000;`;
  const store = (value) => `const v = ${value}; if (v === v) ${view("d")} = v; else { ${nan} }`;
  for (const [name, sign] of [
    ["Add", "+"],
    ["Sub", "-"],
    ["Mul", "*"],
    ["Div", "/"],
  ]) {
    define(`${type}${name}`, `${store(`${view("a")} ${sign} ${view("b")}`)} ${NEXT}`);
    form(`${type}${name}`, { kind: "Binary", rr: `${type}${name}` });
  }
  define(`${type}Sqrt`, `${store(`Math.sqrt(${view("a")})`)} ${NEXT}`);
  form(`${type}Sqrt`, { kind: "Unary", rr: `${type}Sqrt` });
  for (const [name, sign] of [
    ["Eq", "==="],
    ["Ne", "!=="],
    ["Lt", "<"],
    ["Gt", ">"],
    ["Le", "<="],
    ["Ge", ">="],
  ]) {
    const text = `${view("a")} ${sign} ${view("b")}`;
    define(`${type}${name}`, `${R("d")} = ${text} ? 1 : 0; ${NEXT}`);
    define(`Br${type}${name}`, `if (${text}) { ${TAKE} } ${NEXT}`);
    // Not the opposite comparison: with a NaN both are false.
    define(`Br${type}Not${name}`, `if (!(${text})) { ${TAKE} } ${NEXT}`);
    form(`${type}${name}`, {
      kind: "CompareFloat",
      rr: `${type}${name}`,
      branch: `Br${type}${name}`,
      branchNot: `Br${type}Not${name}`,
    });
  }
}
define("F32Neg", `${R("d")} = ${R("a")} ^ 0x80000000; ${NEXT}`);
define("F32Abs", `${R("d")} = ${R("a")} & 0x7fffffff; ${NEXT}`);
define("F64Neg", `${RH("d")} = ${RH("a")} ^ 0x80000000; ${R("d")} = ${R("a")}; ${NEXT}`);
define("F64Abs", `${RH("d")} = ${RH("a")} & 0x7fffffff; ${R("d")} = ${R("a")}; ${NEXT}`);
for (const name of ["F32Neg", "F32Abs", "F64Neg", "F64Abs"]) form(name, { kind: "Unary", rr: name });
define("F64ConvertI32S", `${D("d")} = ${R("a")}; ${NEXT}`);
define("F64ConvertI32U", `${D("d")} = ${R("a")} >>> 0; ${NEXT}`);
define("F32ConvertI32S", `${F("d")} = ${R("a")}; ${NEXT}`);
define("F32ConvertI32U", `${F("d")} = ${R("a")} >>> 0; ${NEXT}`);
for (const name of ["F64ConvertI32S", "F64ConvertI32U", "F32ConvertI32S", "F32ConvertI32U"])
  form(name, { kind: "Unary", rr: name });

// ---------------------------------------------------------------- memory 0 with 32-bit addresses; c is the offset
const address = (bytes) =>
  `const e = (${R("a")} >>> 0) + i.c; if (e > ml - ${bytes}) throw outOfBounds(e, ${bytes}, ml);`;
const word = (at = "e") => `(e & 3) === 0 ? M32[${at} >>> 2] : load32(M8, ${at})`;
const loads = {
  I32Load: [4, `${R("d")} = ${word()};`],
  I32Load8S: [1, `${R("d")} = M8[e] << 24 >> 24;`],
  I32Load8U: [1, `${R("d")} = M8[e];`],
  I32Load16S: [2, `${R("d")} = (M8[e] | M8[e + 1] << 8) << 16 >> 16;`],
  I32Load16U: [2, `${R("d")} = M8[e] | M8[e + 1] << 8;`],
  I64Load: [
    8,
    `if ((e & 3) === 0) { ${R("d")} = M32[e >>> 2]; ${RH("d")} = M32[(e >>> 2) + 1]; } else { ${R("d")} = load32(M8, e); ${RH("d")} = load32(M8, e + 4); }`,
  ],
  I64Load8S: [1, `const l = M8[e] << 24 >> 24; ${R("d")} = l; ${RH("d")} = l >> 31;`],
  I64Load8U: [1, `${R("d")} = M8[e]; ${RH("d")} = 0;`],
  I64Load16S: [2, `const l = (M8[e] | M8[e + 1] << 8) << 16 >> 16; ${R("d")} = l; ${RH("d")} = l >> 31;`],
  I64Load16U: [2, `${R("d")} = M8[e] | M8[e + 1] << 8; ${RH("d")} = 0;`],
  I64Load32S: [4, `const l = ${word()}; ${R("d")} = l; ${RH("d")} = l >> 31;`],
  I64Load32U: [4, `${R("d")} = ${word()}; ${RH("d")} = 0;`],
};
for (const [name, [bytes, text]] of Object.entries(loads)) {
  define(name, `${address(bytes)} ${text} ${NEXT}`);
  form(name, { kind: "Load", rr: name });
}
form("F32Load", { kind: "Load", rr: "I32Load" });
form("F64Load", { kind: "Load", rr: "I64Load" });
const put32 = (value) => `if ((e & 3) === 0) M32[e >>> 2] = ${value}; else store32(M8, e, ${value});`;
const stores = {
  I32Store: [4, put32],
  I32Store8: [1, (value) => `M8[e] = ${value};`],
  I32Store16: [2, (value) => `const v = ${value}; M8[e] = v; M8[e + 1] = v >> 8;`],
};
for (const [name, [bytes, text]] of Object.entries(stores)) {
  define(name, `${address(bytes)} ${text(R("b"))} ${NEXT}`);
  define(`${name}I`, `${address(bytes)} ${text("i.b")} ${NEXT}`);
  form(name, { kind: "Store", rr: name, ri: `${name}I` });
}
define(
  "I64Store",
  `${address(8)} const l = ${R("b")}, h = ${RH("b")}; if ((e & 3) === 0) { M32[e >>> 2] = l; M32[(e >>> 2) + 1] = h; } else { store32(M8, e, l); store32(M8, e + 4, h); } ${NEXT}`,
);
form("I64Store", { kind: "Store", rr: "I64Store" });
form("F64Store", { kind: "Store", rr: "I64Store" });
form("F32Store", { kind: "Store", rr: "I32Store" });
form("I64Store8", { kind: "Store", rr: "I32Store8" });
form("I64Store16", { kind: "Store", rr: "I32Store16" });
form("I64Store32", { kind: "Store", rr: "I32Store" });

// i32.wrap_i64 and reinterpretations are moves of words.
form("I32WrapI64", { kind: "Unary", rr: "Copy32" });
form("I32ReinterpretF32", { kind: "Unary", rr: "Copy32" });
form("F32ReinterpretI32", { kind: "Unary", rr: "Copy32" });
form("I64ReinterpretF64", { kind: "Unary", rr: "Copy64" });
form("F64ReinterpretI64", { kind: "Unary", rr: "Copy64" });
// The rest of scalar arithmetic is rare: one case, and a second switch outside the loop.
const rare = [
  "I32Ctz",
  "I32Popcnt",
  "I64Clz",
  "I64Ctz",
  "I64Popcnt",
  "I64Extend8S",
  "I64Extend16S",
  ...["F32", "F64"].flatMap((type) => ["Ceil", "Floor", "Trunc", "Nearest"].map((name) => type + name)),
  ...["I32", "I64"].flatMap((to) =>
    ["F32", "F64"].flatMap((from) =>
      ["S", "U"].flatMap((sign) => [`${to}Trunc${from}${sign}`, `${to}TruncSat${from}${sign}`]),
    ),
  ),
  "F32ConvertI64S",
  "F32ConvertI64U",
  "F64ConvertI64S",
  "F64ConvertI64U",
  "F32DemoteF64",
  "F64PromoteF32",
];
for (const name of rare) form(name, { kind: "Unary", rr: "Rare" });
for (const type of ["F32", "F64"])
  for (const name of ["Min", "Max", "Copysign"]) form(type + name, { kind: "Binary", rr: "Rare" });

// ---------------------------------------------------------------- pairs
// The first node of a pair gets the pair's operation; the second stays as it is, for those who jump to it, and is
// reached through the first one's \`next\`. So operands, fuel and places of faults are where they always are.
const single = new Map(cases.map(({ name, text }) => [name, text]));
const pairs = FUSED_PAIRS.map(([first, second]) => {
  const head = single.get(first);
  if (head === undefined || !head.endsWith(NEXT) || /break;|i = i\.target/.test(head))
    throw new Error(`${first} cannot begin a pair`);
  const tail = single.get(second);
  if (tail === undefined) throw new Error(`no operation ${second}`);
  const name = `${first}_${second}`;
  define(name, `{ ${head.slice(0, -NEXT.length)} } i = i.next; { ${tail} }`);
  return { name, first, second };
});

// ---------------------------------------------------------------- numbers
// Boundaries, then what the vector loop executes too, so that its switch is a table as well. The text keeps its order: with
// the cases moved `sieve` took 8 % longer.
const boundaries = cases.findIndex(({ name }) => name === LAST_BOUNDARY) + 1;
const rest = cases.slice(boundaries);
const numbered = [
  ...cases.slice(0, boundaries),
  ...rest.filter(({ name }) => isShared(name)),
  ...rest.filter(({ name }) => !isShared(name)),
];

// ---------------------------------------------------------------- output
const SAVE = "ex.fp = fp; ex.sp = sp; meter.counter = fuel; fuel = SAVED;";
const RELOAD = "fp = ex.fp; sp = ex.sp; fuel = meter.counter;";
const RETURN = `i = CS[--sp] as CodeNode; fp -= i.d; if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelAfter; break; } i = i.next; continue;`;
// Shared by all cases: with variables of their own the function had 341 registers instead of 67, and V8 encodes those above 127 in
// four times the bytes. It takes 4 KB off the bytecode and 5 % off the time without a JIT.
const SCRATCH = ["x", "y", "al", "ah", "bl", "bh", "a0", "a1", "b0", "b1", "l", "h", "m", "e", "v", "s", "t"];
const DECLARED = new RegExp(`\\bconst (?=(${SCRATCH.join("|")})\\b)`, "g");
const expand = (text) =>
  text
    .replace(DECLARED, "")
    .replace(/\bRETURN\b/g, RETURN)
    .replace(/\bNEXT\b/g, NEXT);

const header = (what) => `// ${what}
// Generated by scripts/generate-loop.mjs: change that file, then run it.
`;

const code = `${header("The internal instruction set that functions are lowered to, and which Wasm instruction becomes which.")}
import { Op } from "../../isa/op.ts";

/** Operation of a {@link CodeNode}. */
export const enum Code {
${numbered.map(({ name }, index) => `  ${name} = ${index},`).join("\n")}
}

/** Behind nodes up to this one no fuel is prepaid: they end a region. */
export const LAST_BOUNDARY = Code.${LAST_BOUNDARY};

export const enum FormKind {
  Unary,
  Binary,
  Binary32,
  Binary64,
  Shift64,
  Compare32,
  Compare64,
  CompareFloat,
  Load,
  Store,
}

/** How one regular Wasm instruction is lowered. Absent forms are -1. */
export interface Form {
  readonly kind: FormKind;
  /** Operands in registers. */
  readonly rr: Code;
  /** Second operand an immediate. */
  readonly ri: Code;
  readonly commutative: boolean;
  /** The comparison with operands exchanged. */
  readonly swapped: Code;
  readonly swappedI: Code;
  /** Compare and branch, when true and when false. */
  readonly branch: Code;
  readonly branchI: Code;
  readonly branchNot: Code;
  readonly branchNotI: Code;
}

function form(kind: FormKind, rr: Code, rest: Partial<Form> = {}): Form {
  const none = -1 as Code;
  return {
    kind, rr, ri: none, commutative: false, swapped: none, swappedI: none,
    branch: none, branchI: none, branchNot: none, branchNotI: none, ...rest,
  };
}

/** Operations that stand for two: [first, second, both]. */
export const PAIRS: readonly (readonly [Code, Code, Code])[] = [
${pairs.map(({ name, first, second }) => `  [Code.${first}, Code.${second}, Code.${name}],`).join("\n")}
];

/** How the warm-up exercises an operation. */
export const enum WarmUp {
  /** Words from registers to registers. */
  Plain,
  /** \`a\` holds an address. */
  Memory,
  /** May take its branch. */
  Branch,
  /** \`b\` and \`c\` are the words of a number. */
  Immediate,
  /** A small function does it. */
  Call,
}

/** Every operation that stays inside the loop and needs no data of its own. */
export const WARM_UPS: readonly (readonly [Code, WarmUp])[] = [
${cases
  .filter(({ name }) => single.has(name))
  .filter(
    ({ text }) =>
      !/ex\.|executeRare|throw new|i\.data|break; *$|RETURN|\bG\[/.test(text.replaceAll(TAKE, "TAKE")),
  )
  .map(({ name, text }) => {
    const kind = text.includes(TAKE)
      ? "Branch"
      : /\bM(8|32)\b/.test(text)
        ? "Memory"
        : /\bi(32|64)\./.test(text)
          ? "Call"
          : /\bi\.b\b.*\bi\.c\b/s.test(text) && !/fp \+ i\.[bc]/.test(text)
            ? "Immediate"
            : "Plain";
    return `  [Code.${name}, WarmUp.${kind}],`;
  })
  .join("\n")}
];

/** The forms by \`Op\`; made once per engine. */
export function createForms(): Map<Op, Form> {
  return new Map<Op, Form>([
${forms
  .map(([op, { kind, rr, ...rest }]) => {
    const extra = Object.entries(rest)
      .filter(([, value]) => value !== false)
      .map(([key, value]) => `${key}: ${value === true ? "true" : `Code.${value}`}`)
      .join(", ");
    return `    [Op.${op}, form(FormKind.${kind}, Code.${rr}${extra ? `, { ${extra} }` : ""})],`;
  })
  .join("\n")}
  ]);
}
`;

const loop = `${header("The loop: executes lowered code until it returns to the host, suspends or faults.")}//
// Invariants
// - \`fp\` is the current frame's first word in the register file: parameters, locals, operands, 8 bytes (2 words) each.
//   A callee's frame begins at the caller's outgoing arguments. i64 is two words, low first; v128 takes two slots;
//   references are in X, at the slot's index.
// - Memory 0's views (M8, M32, ml), the register file's (R, F, D, X) and the instance are constants: V8 then need not
//   check their type and load their address at every access, which costs 1.8x. What may change them runs outside the
//   loop, while the state is stored in \`ex\`, and sets \`ex.stale\`: the function returns and is entered again.
// - \`fuel\` is what is left of the slice after prepaying the region; the exact value is \`fuel + E(i)\`, where E is the
//   cost from i to the region's end. Branches carry E(target) - E(behind). While the exact value is in the
//   meter, \`fuel\` is SAVED, a value that it cannot have where something may throw.
// - Calls push their own node; it tells the way back: \`next\`, the frame distance \`d\`, the cost \`fuel\` of the region behind.

import { Trap } from "../errors.ts";
import type { FunctionInstance } from "../runtime/function.ts";
import type { StructObject } from "../runtime/gc.ts";
import type { GlobalInstance } from "../runtime/global.ts";
import type { TableInstance } from "../runtime/table.ts";
import { Code, LAST_BOUNDARY } from "./code/code.ts";
import type { CodeNode, FunctionCode } from "./code/node.ts";
import * as i32 from "./ops/numeric/i32.ts";
import * as i64 from "./ops/numeric/i64.ts";
import { executeRare } from "./ops/rare.ts";
import type { ExecutionContext } from "./run/context.ts";
import { outOfBounds, undefinedElement, uninitializedElement } from "./run/faults.ts";
import { Slow } from "./run/slow.ts";

const SAVED = -1;

/** Runs from node \`start\` in the state that \`ex\` holds, until an Exit node. A fault leaves the state at the faulting node. */
export function execute(ex: ExecutionContext, start: CodeNode): void {
  for (let i: CodeNode | null = start; i !== null; ) i = runLoop(ex, i);
}

/** Runs until an Exit node (null), or until a view that it holds is stale: then from the node it returns. */
function runLoop(ex: ExecutionContext, start: CodeNode): CodeNode | null {
  const meter = ex.store.fuel;
  const CS = ex.callers;
  const R = ex.R, F = ex.F, D = ex.D, X = ex.X, RL = R.length;
  const M8 = ex.u8, M32 = ex.i32, ml = ex.memoryLength;
  const instance = ex.instance, G = instance.globals;
  const maxDepth = ex.maxDepth;
  ex.stale = false;
  let i = start;
  let fp = ex.fp, sp = ex.sp, fuel = meter.counter;
  let callee: FunctionCode = start.owner;
  let slow = Slow.Enter as Slow;
  let ${SCRATCH.map((name) => `${name} = 0`).join(", ")};
  for (;;) {
    try {
      for (;;) {
        switch (i.op) {
${cases.map(({ name, text }) => `    case Code.${name}: {\n      ${expand(text)}\n    }`).join("\n")}
        default:
          // A vector instruction, which bears Wasm's opcode: a loop of its own executes it and what is between its like.
          // Or the entry of a tree, which may come back in another frame.
          ex.fp = fp; ex.sp = sp; meter.counter = fuel;
          i = ex.elsewhere(i, fp);
          if (ex.stale) return i;
          fp = ex.fp; sp = ex.sp; fuel = meter.counter;
          continue;
        }
        if (slow !== Slow.Enter) {
          // What is not worth a place in the loop.
          %SAVE%
          i = ex.slow(slow, i);
          if (ex.stale) return i;
          slow = Slow.Enter;
          %RELOAD%
          continue;
        }
        const base = fp + i.d;
        if (callee.isSlow || sp >= maxDepth || base + callee.frameWords > RL) {
          %SAVE%
          const next = ex.prepareCall(callee, base, i);
          if (ex.stale || next !== i) return next;
          %RELOAD%
        }
        CS[sp++] = i;
        fp = base;
        for (let k = base + callee.zeroFrom, end = base + callee.zeroTo; k < end; k++) R[k] = 0;
        if (callee.refLocals !== null) ex.clearRefs(callee.refLocals, base >> 1);
        if ((fuel -= callee.entryFuel) < 0) {
          ex.callee = callee;
          %SAVE%
          i = ex.slow(Slow.RefuelEntry, i);
          if (ex.stale) return i;
          %RELOAD%
          continue;
        }
        i = callee.entry as CodeNode;
      }
    } catch (error) {
      if (fuel !== SAVED) {
        ex.fp = fp;
        ex.sp = sp;
        meter.counter = i.op <= LAST_BOUNDARY ? fuel : fuel + i.fuel;
      }
      return ex.fault(i, error);
    }
  }
}

function load32(M8: Uint8Array, e: number): number {
  return M8[e] | (M8[e + 1] << 8) | (M8[e + 2] << 16) | (M8[e + 3] << 24);
}

function store32(M8: Uint8Array, e: number, value: number): void {
  M8[e] = value;
  M8[e + 1] = value >> 8;
  M8[e + 2] = value >> 16;
  M8[e + 3] = value >> 24;
}
`
  .replace(/%SAVE%/g, SAVE)
  .replace(/%RELOAD%/g, RELOAD);

const check = process.argv.includes("--check");
let drifted = false;
for (const [file, text] of [
  ["src/interp/code/code.ts", code],
  ["src/interp/loop.ts", loop],
  ["src/interp/vector-loop.ts", vectorLoop(cases)],
]) {
  const path = new URL(`../${file}`, import.meta.url);
  if (!check) {
    writeFileSync(path, text);
    continue;
  }
  if (readFileSync(path, "utf8") !== text) {
    console.error(`${file} differs from what scripts/generate-loop.mjs writes`);
    drifted = true;
  }
}
if (drifted) process.exit(1);
