// Writes docs/instructions.md out of the instruction table. Imported by src/isa/instruction-docs.test.ts, which
// compares the file with this text and, with UPDATE=1 in the environment, writes it.

import type { Feature } from "../src/isa/features.ts";
import type { InstructionRow } from "../src/isa/instruction.ts";
import { ADDRESS } from "../src/isa/instruction.ts";
import { INSTRUCTIONS } from "../src/isa/instructions.ts";

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ADDRESS]: "addr",
  127: "i32",
  126: "i64",
  125: "f32",
  124: "f64",
  123: "v128",
};

const PREFIX_BITS = 12;

/** Chapter titles by opcode prefix. */
const CHAPTERS: readonly (readonly [prefix: number, title: string])[] = [
  [0x00, "One-byte opcodes"],
  [0xfb, "Prefix `fb`: references and aggregates"],
  [0xfc, "Prefix `fc`: saturating conversions, bulk operations, wide arithmetic"],
  [0xfd, "Prefix `fd`: vectors"],
  [0xfe, "Prefix `fe`: atomics"],
];

const INTRODUCTION = `# Instructions

<!-- Generated from src/isa/instructions.ts: \`UPDATE=1 npx vitest run src/isa/instruction-docs.test.ts\`. -->

Every instruction that Wasmeter knows, one row per opcode.

- **Opcode**: the bytes of the binary format. Prefixed opcodes continue as LEB128.
- **Immediates**: in the order of the binary format. A \`2\` marks the second index of an instruction.
- **Signature**: of regular instructions, which are validated by it alone. \`addr\` is the index type of the
  instruction's memory. A dash: the types depend on context, and the rule is the instruction's own.
- **Feature**: the switch that turns the instruction on; a dash for the first version of WebAssembly. \`throw\`
  also comes with \`legacy-exceptions\`; \`return_call_ref\` also needs \`tail-call\`.
- **Class**: the group under which a cost model can price it.
- **Access**: bytes of memory that it reads or writes; the natural alignment. Atomics demand that alignment.
- **Traps**: whether the instruction itself can trap.

\`select\`, \`ref.test\`, \`ref.cast\` and \`ref.cast_desc_eq\` have two opcodes each: with and without a type, and for
a non-null and a nullable target type.
`;

/** The whole file's text. */
export function instructionDocs(): string {
  const rows = Object.entries(INSTRUCTIONS).map(([op, row]) => [Number(op), row] as const);
  const chapters = CHAPTERS.map(([prefix, title]) => {
    const lines = rows.filter(([op]) => op >>> PREFIX_BITS === prefix).map(([op, row]) => tableLine(op, row));
    return [`\n## ${title}\n`, ...TABLE_HEAD, ...lines, ""].join("\n");
  });
  return `${INTRODUCTION}${summary(rows.map(([, row]) => row))}${chapters.join("")}`;
}

const TABLE_HEAD = [
  "| Instruction | Opcode | Immediates | Signature | Feature | Class | Access | Traps |",
  "|---|---|---|---|---|---|---|---|",
];

function tableLine(op: number, row: InstructionRow): string {
  const cells = [
    `\`${row.mnemonic}\``,
    `\`${opcodeText(op)}\``,
    row.immediates.join(", "),
    row.signature === undefined ? "–" : signatureText(row.signature),
    row.feature ?? "–",
    row.class,
    row.accessBytes === 0 ? "" : String(row.accessBytes),
    row.traps ? "yes" : "",
  ];
  return `|${cells.map((cell) => (cell === "" ? " " : ` ${cell} `)).join("|")}|`;
}

function signatureText({ params, results }: NonNullable<InstructionRow["signature"]>): string {
  const names = (types: readonly number[]) => types.map((type) => TYPE_NAMES[type]).join(" ");
  return `\`[${names(params)}] → [${names(results)}]\``;
}

function opcodeText(op: number): string {
  const byte = (value: number) => value.toString(16).padStart(2, "0");
  if (op < 0x100) return byte(op);
  const sub = op & ((1 << PREFIX_BITS) - 1);
  const leb = sub < 0x80 ? byte(sub) : `${byte((sub & 0x7f) | 0x80)} ${byte(sub >>> 7)}`;
  return `${byte(op >>> PREFIX_BITS)} ${leb}`;
}

function summary(rows: readonly InstructionRow[]): string {
  const counts = new Map<Feature | undefined, number>();
  for (const { feature } of rows) counts.set(feature, (counts.get(feature) ?? 0) + 1);
  const parts = [...counts].map(([feature, count]) => `${feature ?? "first version"} ${count}`);
  return `\n${rows.length} opcodes: ${parts.join(", ")}.\n`;
}
