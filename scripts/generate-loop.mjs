// Writes the generated files of the interpreter from scripts/cases: the internal instruction set, the two loops, the rare
// operations. `node scripts/generate-loop.mjs` writes; with `--check` it fails when the committed files drifted.
// Owns the frame around the cases, of the main loop and its copies.

import { readFileSync, writeFileSync } from "node:fs";
import { asserted } from "./asserted.mjs";
import { loopCases, numbers } from "./cases/index.mjs";
import { bodyOf, SCRATCH } from "./cases/vocabulary.mjs";
import { codeText } from "./generate-code.mjs";
import { rareText } from "./generate-rare.mjs";
import { dispatchText } from "./generate-vector-dispatch.mjs";
import { vectorLoop } from "./generate-vector-loop.mjs";
import { searchTree } from "./search-tree.mjs";

const NEXT = "i = i.next; continue;";

/** Where statements go on; `leave` is how they get behind all cases. */
const targetOf = (leave) => ({
  NEXT,
  TAKE: `if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelBranch; ${leave} } i = i.target; continue;`,
  RETURN: `i = CS[--sp]; fp -= i.d; if ((fuel -= i.fuel) < 0) { slow = Slow.RefuelAfter; ${leave} } i = i.next; continue;`,
  CALL: leave,
  leave: (name) => `slow = Slow.${name}; ${leave}`,
  // Of an access out of bounds, its width.
  fault: (name) => `{ kind = ${typeof name === "number" ? name : `Fault.${name}`}; break fault; }`,
});

/** Operands, fuel and places of faults of a pair are where they always are: the second node is reached through the first. */
function statements(made, target) {
  if (made.head === undefined) return bodyOf(made, target);
  return `${bodyOf(made.head, { ...target, NEXT: "i = i.next;" })} ${bodyOf(made.tail, target)}`;
}

/** What has no case. */
const otherwise = ({ TAKE }, padding) => `if (i.op <= LAST_RARE) {
            if (RARE[i.op - FIRST_RARE](ex, i, fp)) { ${TAKE} }
            ${NEXT}
          }
          // A vector or aggregate instruction, or the entry of a tree: others execute it and what is between its like.
          slow = Slow.Elsewhere;${padding}`;

/** The cases where \`switch\` is a table. */
function switchOf(padding) {
  const target = targetOf("break;");
  const cases = loopCases.map(
    (made) => `    case Code.${made.name}: {\n      ${statements(made, target)}\n    }`,
  );
  return `switch (i.op) {
${cases.join("\n")}
        default:
          ${otherwise(target, padding)}
        }`;
}

/** The cases where it is a search. */
function treeOfCases() {
  const target = targetOf("break cases;");
  const cases = loopCases.map((made) => ({ name: made.name, text: statements(made, target) }));
  return `cases: {
        const { op } = i;
        ${searchTree(cases, numbers, otherwise(target, ""))}
        }`;
}

const IMPORTS = `import type { FunctionInstance } from "../runtime/function.ts";
import type { StructObject } from "../runtime/gc.ts";
import type { TableInstance } from "../runtime/table.ts";
import { Code, FIRST_RARE, LAST_BOUNDARY, LAST_RARE } from "./code/code.ts";
import type { CodeNode, FunctionCode } from "./code/node.ts";
import type { DataOf } from "./code/node-data.ts";
import * as i32 from "./ops/numeric/i32.ts";
import * as i64 from "./ops/numeric/i64.ts";
import { RARE } from "./ops/rare.ts";
import { Fault, faultOf } from "./run/faults.ts";
import type { LoopState } from "./run/loop-state.ts";
import { SLOW_PATHS, Slow } from "./run/slow.ts";

`;

/** The function, and what it calls. */
const functionText = (name, exported, dispatch) =>
  `const SAVED = -1;

/** Runs until an Exit node (null), or until a view that it holds is stale: then from the node it returns. */
${exported}function ${name}(ex: LoopState, start: CodeNode): CodeNode | null {
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
  let kind: Fault | number = 0;
  let ${SCRATCH.map((name) => `${name} = 0`).join(", ")};
  for (;;) {
    try {
      for (;;) {
        fault: {
        ${dispatch}
        if (slow === Slow.Enter) {
          const base = fp + i.d;
          if (!callee.isSlow && sp < maxDepth && base + callee.frameWords <= RL) {
            CS[sp++] = i;
            fp = base;
            for (let k = base + callee.zeroFrom, end = base + callee.zeroTo; k < end; k++) R[k] = 0;
            if (callee.refLocals !== null) ex.clearRefs(callee.refLocals, base >> 1);
            if ((fuel -= callee.entryFuel) >= 0) {
              i = callee.entry as CodeNode;
              continue;
            }
            slow = Slow.RefuelEntry;
          } else {
            slow = Slow.EnterPrepared;
          }
          ex.callee = callee;
        }
        // What is not worth a place in the loop.
        ex.fp = fp; ex.sp = sp; meter.counter = fuel; fuel = SAVED;
        i = SLOW_PATHS[slow](ex, i);
        if (ex.stale) return i;
        slow = Slow.Enter;
        fp = ex.fp; sp = ex.sp; fuel = meter.counter;
        continue;
        }
        // The only throw, so that no trap finds code that has never run: it would be thrown away for that.
        throw faultOf(kind, e, ml);
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
`;

const loop = `// The loop: executes lowered code until it returns to the host, suspends or faults.
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run \`npm run generate\`.
//
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

${IMPORTS.replace(
  'import { SLOW_PATHS, Slow } from "./run/slow.ts";\n',
  `import { entersYoung } from "./run/slices.ts";
import { SLOW_PATHS, Slow } from "./run/slow.ts";
import { searchesSwitches } from "./run/switches.ts";
import { runSearchingLoop } from "./searching-loop.ts";
import { runYoungLoop } from "./young-loop.ts";
`,
)}/** Runs from node \`start\` in the state that \`ex\` holds, until an Exit node. A fault leaves the state at the faulting node. */
export function execute(ex: LoopState, start: CodeNode): void {
  for (let i: CodeNode | null = start; i !== null; ) {
    if (searchesSwitches()) i = runSearchingLoop(ex, i);
    else i = entersYoung() ? runYoungLoop(ex, i) : runLoop(ex, i);
  }
}

${functionText("runLoop", "", switchOf(""))}`;

/** Together with the cases more than 61,440 bytes of bytecode; each access has four. */
const PADDING = Array.from({ length: 86 }, () => `          ${"i.a; ".repeat(100).trim()}`).join("\n");

const youngLoop = `// A copy of the loop that V8 never optimises, as it has more than 61,440 bytes of bytecode: see run/slices.ts.
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run \`npm run generate\`.

${IMPORTS}${functionText(
  "runYoungLoop",
  "export ",
  switchOf(`
          break;
        case -1 as Code:
          // Never executed.
${PADDING}`),
)}`;

const searchingLoop = `// A copy of the loop for hosts that search a \`switch\` case by case: a tree of comparisons in its place (run/switches.ts).
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run \`npm run generate\`.

${IMPORTS}${functionText("runSearchingLoop", "export ", treeOfCases())}`;

const check = process.argv.includes("--check");
let drifted = false;
for (const [file, unasserted] of [
  ["src/interp/code/code.ts", codeText],
  ["src/interp/loop.ts", loop],
  ["src/interp/ops/rare.ts", rareText],
  ["src/interp/ops/simd/dispatch.ts", dispatchText],
  ["src/interp/searching-loop.ts", searchingLoop],
  ["src/interp/vector-loop.ts", vectorLoop(loopCases)],
  ["src/interp/young-loop.ts", youngLoop],
]) {
  const text = asserted(unasserted);
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
