// The operations and conditions of the loop that fused nodes have as they are: the text of scripts/cases on a frame of its own.
// Owns how that text is changed; scripts/generate-fused.mjs has all other nodes.

import { loopCases } from "./cases/index.mjs";
import { bodyOf, SCRATCH } from "./cases/vocabulary.mjs";

const fused = (text) =>
  text
    .replace(/R\[fp \+ i\.([abcd])\]/g, "L[$1]")
    .replace(/R\[fp \+ i\.([abcd]) \+ 1\]/g, "L[$1 + 1]")
    .replace(/F\[fp \+ i\.([abcd])\]/g, "L.F[$1]")
    .replace(/D\[\(fp \+ i\.([abcd])\) >> 1\]/g, "L.D[$1 >> 1]")
    .replace(/fp \+ i\.([abcd])/g, "$1")
    .replace(/\bi\.([abcd])/g, "$1")
    .replace(/\bR\b/g, "L");
const target = { NEXT: "", TAKE: "", RETURN: "", CALL: "", leave: () => "", fault: () => "quit(L, j);" };
const UNFIT = /\bX\b|\bex\b|\binstance\b|\bdata\b/;
function ready(text) {
  // The second word of an operand is named beforehand.
  const highs = [...new Set([...text.matchAll(/L\[([abcd]) \+ 1\]/g)].map(([, each]) => each))];
  let out = text;
  for (const each of highs) out = out.replaceAll(`L[${each} + 1]`, `L[${each}${each}]`);
  const doubles = [...new Set([...out.matchAll(/L\.D\[([abcd]) >> 1\]/g)].map(([, each]) => each))];
  for (const each of doubles) out = out.replaceAll(`L.D[${each} >> 1]`, `L.D[${each}2]`);
  const scratch = SCRATCH.filter((each) => new RegExp(`(?<![.\\w])${each} = `).test(out));
  const before = [
    ...highs.map((each) => `${each}${each} = ${each} + 1`),
    ...doubles.map((each) => `${each}2 = ${each} >> 1`),
  ];
  return {
    out,
    before: before.length === 0 ? "" : `const ${before.join(", ")}; `,
    scratch: scratch.length === 0 ? "" : `let ${scratch.map((each) => `${each} = 0`).join(", ")}; `,
  };
}
/** What is one node better than several: words in pairs. */
const PAIRED = /^(I64(?!Load$)|Select64|Global(Get|Set)64|F64(Neg|Abs)$)/;
export const whole = [];
export const conditions = [];
for (const made of loopCases) {
  if (made.head !== undefined || made.ends || made.text === undefined) continue;
  if (made.when !== undefined) {
    if (!/^BrI64/.test(made.name)) continue;
    const raw = fused(
      bodyOf({ ...made, text: `${made.text} return ${made.when};`, when: undefined, ends: true }, target),
    );
    const { out, before, scratch } = ready(raw);
    conditions.push(`    case Code.${made.name}: { ${before}return (L) => { ${scratch}${out} }; }`);
    continue;
  }
  if (!PAIRED.test(made.name)) continue;
  const raw = fused(bodyOf(made, target));
  if (UNFIT.test(raw)) continue;
  const { out, before, scratch } = ready(raw);
  whole.push({
    name: made.name,
    text: `    case Code.${made.name}: { ${before}return (L) => { ${scratch}${out} }; }`,
  });
}
