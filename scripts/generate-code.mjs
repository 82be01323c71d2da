// The text of src/interp/code/code.ts: the internal instruction set, and which Wasm instruction becomes which.

import { arithmeticCases, cases, forms, LAST_BOUNDARY, numbers, pairs, rareCases } from "./cases/index.mjs";

/** How the warm-up exercises a case; `undefined`: the case needs data of its own. */
function warmUpOf({ text, when, access, ends, rare, warmUp }) {
  if (warmUp !== undefined) return warmUp;
  if (ends || rare || /\b(data|G|FAULT)\b/.test(text)) return undefined;
  if (when !== undefined) return "Branch";
  if (access !== undefined) return "Memory";
  if (/\bi(32|64)\./.test(text)) return "Call";
  return /\bimm\b.*\bimm2\b/s.test(text) ? "Immediate" : "Plain";
}

const enumeration = numbers
  .map(({ from, names }) => names.map((name, k) => `  ${name}${k === 0 ? ` = ${from}` : ""},`).join("\n"))
  .join("\n\n");

const warmUps = cases
  .map((made) => [made.name, warmUpOf(made)])
  .filter(([, kind]) => kind !== undefined)
  .map(([name, kind]) => `  [Code.${name}, WarmUp.${kind}],`)
  .join("\n");

const formEntries = forms
  .map(({ op, kind, rr, ...rest }) => {
    const extra = Object.entries(rest)
      .filter(([, value]) => value !== false)
      .map(([key, value]) => `${key}: ${value === true ? "true" : `Code.${value}`}`)
      .join(", ");
    return `    [Op.${op}]: form(FormKind.${kind}, Code.${rr}${extra ? `, { ${extra} }` : ""}),`;
  })
  .join("\n");

export const codeText = `// The internal instruction set that functions are lowered to, and which Wasm instruction becomes which.
// Generated from scripts/cases by scripts/generate-loop.mjs: change those, then run \`npm run generate\`.

import { Op } from "../../isa/op.ts";

/** Operation of a {@link CodeNode}: boundaries, what both loops execute, the rest of the main loop, rare ones. */
export const enum Code {
${enumeration}
}

/** Behind nodes up to this one no fuel is prepaid: they end a region. */
export const LAST_BOUNDARY = Code.${LAST_BOUNDARY};

/** Operations from here to the last are functions in ops/rare.ts; first those that are arithmetic on registers alone. */
export const FIRST_RARE = Code.${rareCases[0].name};
export const LAST_RARE_ARITHMETIC = Code.${arithmeticCases.at(-1).name};
export const LAST_RARE = Code.${rareCases.at(-1).name};

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
${pairs.map(({ name, head, tail }) => `  [Code.${head.name}, Code.${tail.name}, Code.${name}],`).join("\n")}
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
${warmUps}
];

function forms() {
  return {
${formEntries}
  } satisfies Partial<Record<Op, Form>>;
}

/** The instructions that are lowered by a form. */
export type RegularOp = keyof ReturnType<typeof forms>;

/** The forms by \`Op\`; made once per engine. */
export function createForms(): Map<Op, Form> {
  return new Map(Object.entries(forms()).map(([op, form]) => [Number(op) as Op, form]));
}
`;
