// The text of src/interp/ops/rare.ts: the cases that are not worth their room in the main loop, each a function.

import { arithmeticCases, rareCases } from "./cases/index.mjs";
import { bodyOf, declareScratch } from "./cases/vocabulary.mjs";

const functionName = (name) => `${name[0].toLowerCase()}${name.slice(1)}`;

/** Views that a text uses, taken from the execution. */
const VIEWS = [
  ["R", "R"],
  ["F", "F"],
  ["D", "D"],
  ["M8", "u8"],
  ["M32", "i32"],
  ["ml", "memoryLength"],
];

function functionText(made) {
  const body = bodyOf(made, {
    NEXT: "return false;",
    TAKE: "return true;",
    fault: (kind) => {
      if (typeof kind !== "number") throw new Error(`${made.name}: this fault has no case here`);
      return `throw outOfBounds(e, ${kind}, ml);`;
    },
  }).replace(/if \((.*)\) \{ return true; \} return false;$/s, "return $1;");
  const views = VIEWS.filter(([name]) => new RegExp(`\\b${name}\\b`).test(body)).map(([name, from]) =>
    name === from ? name : `${from}: ${name}`,
  );
  const take = views.length === 0 ? "" : `  const { ${views.join(", ")} } = ex;\n`;
  const statements = declareScratch(body).replace(/; (?=return )/g, ";\n  ");
  return `function ${functionName(made.name)}(ex: ${arithmeticCases.includes(made) ? "Registers" : "RareState"}, i: CodeNode, fp: number): boolean {
${take}  ${statements}
}`;
}

export const rareText = `// Operations that are not worth their room in the main loop, each a function; the loop calls them by number.
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run \`npm run generate\`.
//
// Together they would make the loop half as large again, and the compiler of the JavaScript engine as slow; apart, only
// those that a program uses are compiled at all.

import type { CodeNode } from "../code/node.ts";
import { outOfBounds } from "../run/faults.ts";
import * as convert from "./numeric/convert.ts";
import * as float from "./numeric/float.ts";
import * as i32 from "./numeric/i32.ts";
import * as i64 from "./numeric/i64.ts";

/** Views of the register file. */
export interface Registers {
  readonly R: Int32Array;
  readonly F: Float32Array;
  readonly D: Float64Array;
}

/** What these operations see of an execution. */
export interface RareState extends Registers {
  /** Memory 0. */
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly memoryLength: number;
  // What has a file of its own, each for node \`i\` in the frame at \`fp\`.
  special(i: CodeNode, fp: number): void;
  test(i: CodeNode, fp: number): boolean;
  select(i: CodeNode, fp: number): void;
  globalGet(i: CodeNode, fp: number): void;
  globalSet(i: CodeNode, fp: number): void;
  /** Copies \`count\` references between slots of the register file. */
  copyRefs(to: number, from: number, count: number): void;
}

/** Executes node \`i\` in the frame at \`fp\`; returns whether its branch is taken. @throws Trap as the instruction does */
export type RareOperation = (ex: RareState, i: CodeNode, fp: number) => boolean;

${rareCases.map(functionText).join("\n\n")}

/** What is arithmetic on registers alone, by number from FIRST_RARE on. */
export const RARE_ARITHMETIC: readonly ((ex: Registers, i: CodeNode, fp: number) => boolean)[] = [
${arithmeticCases.map(({ name }) => `  ${functionName(name)},`).join("\n")}
];

/** All, by number from FIRST_RARE on. */
export const RARE: readonly RareOperation[] = [
  ...RARE_ARITHMETIC,
${rareCases
  .slice(arithmeticCases.length)
  .map(({ name }) => `  ${functionName(name)},`)
  .join("\n")}
];
`;
