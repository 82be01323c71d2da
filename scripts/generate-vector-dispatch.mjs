// The text of src/interp/ops/simd/dispatch.ts: vector instructions that are calls, from cases/vector-calls.mjs.

import { vectorCases } from "./cases/vector.mjs";
import { called, loads, stores } from "./cases/vector-calls.mjs";

const inLoop = vectorCases.flatMap(({ names }) => names);
const all = [...inLoop, ...called.map(({ name }) => name)];
for (const name of all) if (all.indexOf(name) !== all.lastIndexOf(name)) throw new Error(`twice: ${name}`);

/** Five names a line. */
const union = (list) => {
  const names = list.map(({ name }) => `| ${name}`);
  const lines = Array.from({ length: Math.ceil(names.length / 5) }, (_, k) => names.slice(5 * k, 5 * k + 5));
  return lines.map((line) => `  ${line.join(" ")}`).join("\n");
};

/** The cases that make the same call, one behind the other. */
function cases(list, first) {
  const byCall = new Map();
  for (const { name, call, takes } of list) {
    const text = `${call}(v, ${first}${takes});`;
    byCall.set(text, [...(byCall.get(text) ?? []), name]);
  }
  return [...byCall]
    .map(([text, names]) => `    ${names.map((name) => `case ${name}:`).join(" ")} ${text} return;`)
    .join("\n");
}

/** The type and the function of vector loads or stores. */
const accesses = (kind, list, first, what, registers) => `export type Vector${kind} =
${union(list)};

/** Executes vector ${kind.toLowerCase()} \`op\` ${what}. */
export function executeVector${kind}(
  op: Vector${kind},
  v: VectorViews,
${registers.map((name) => `  ${name}: number,\n`).join("")}  M8: Uint8Array,
  e: number,
  lane: number,
): void {
  switch (op) {
${cases(list, first)}
    default:
      throw new Error(\`not a vector ${kind.toLowerCase()}: \${op satisfies never}\`);
  }
}`;

const files = [...new Set([...called, ...loads].map(({ call }) => call.split(".")[0]))].sort();

export const dispatchText = `// The vector instructions that are calls of functions, by number: on registers, and accesses to memory.
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run \`npm run generate\`.

import { Op } from "../../../isa/op.ts";
${files.map((file) => `import * as ${file} from "./${file}.ts";`).join("\n")}
import type { VectorViews } from "./views.ts";

/** What {@link executeVector} executes. */
export type CalledVector =
${union(called)};

/**
 * Executes \`op\` on registers. \`d\` is the destination; \`a\`, \`b\`, \`c\` are the operands in stack order, unused ones
 * any number: all Int32Array indices, of vectors or of scalars as the instruction's signature says. See
 * {@link VectorViews} for what may overlap.
 */
export function executeVector(
  op: CalledVector,
  v: VectorViews,
  d: number,
  a: number,
  b: number,
  c: number,
  lane: number,
): void {
  switch (op) {
${cases(called, "d, ")}
    default:
      throw new Error(\`not a vector instruction that is a call: \${op satisfies never}\`);
  }
}

${accesses("Load", loads, "d, ", "into `d`; `a` and `lane` are read by those into a lane only", ["d", "a"])}

${accesses("Store", stores, "", "of vector `a`; `lane` is read by those of a lane only", ["a"])}
`;
