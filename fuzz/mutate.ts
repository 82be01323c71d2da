// Damages modules: bytes, LEB128 numbers, sections, and whole instructions with all sizes put right again.
// Owns how; every mutation is a pure function of the module and three numbers, so that a shrinker can work on them.

import { unsigned } from "./encode.ts";
import { Cursor, readInstruction } from "./oracle/instructions.ts";

export interface Mutation {
  readonly kind: MutationKind;
  /** Where, as a fraction of what there is to choose from: 0 to 1, 1 excluded. */
  readonly at: number;
  /** What, in any way the kind likes: 0 to 2^32 - 1. */
  readonly value: number;
}

type Mutator = (bytes: Uint8Array, at: number, value: number, donor: Uint8Array) => Uint8Array;

const index = (length: number, at: number): number => Math.min(length - 1, Math.floor(length * at));

function replaceRange(bytes: Uint8Array, from: number, to: number, by: ArrayLike<number>): Uint8Array {
  const output = new Uint8Array(bytes.length - (to - from) + by.length);
  output.set(bytes.subarray(0, from));
  output.set(by, from);
  output.set(bytes.subarray(to), from + by.length);
  return output;
}

const ODD_NUMBERS: readonly (readonly number[])[] = [
  [0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x1f],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0x80, 0x80, 0x04],
  [0x7f],
  [0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
];

/** Opcodes with the same operand and result types, so that one may stand for another. */
const ALIKE: readonly (readonly [number, number])[] = [
  [0x46, 0x4f],
  [0x51, 0x5a],
  [0x5b, 0x60],
  [0x61, 0x66],
  [0x67, 0x69],
  [0x6a, 0x78],
  [0x79, 0x7b],
  [0x7c, 0x8a],
  [0x8b, 0x91],
  [0x92, 0x98],
  [0x99, 0x9f],
  [0xa0, 0xa6],
];

export const MUTATORS = {
  bit: (bytes, at, value) => {
    const output = bytes.slice();
    const k = index(output.length, at);
    output[k] = (output[k] as number) ^ (1 << (value & 7));
    return output;
  },
  byte: (bytes, at, value) => {
    const output = bytes.slice();
    output[index(output.length, at)] = value & 255;
    return output;
  },
  insert: (bytes, at, value) => {
    const k = index(bytes.length + 1, at);
    return replaceRange(bytes, k, k, [value & 255, (value >> 8) & 255].slice(0, 1 + (value & 1)));
  },
  remove: (bytes, at, value) => {
    const k = index(bytes.length, at);
    return replaceRange(bytes, k, Math.min(bytes.length, k + 1 + (value % 16)), []);
  },
  truncate: (bytes, at) => bytes.slice(0, index(bytes.length, at)),
  number: (bytes, at, value) => {
    const k = index(bytes.length, at);
    return replaceRange(bytes, k, k + 1, ODD_NUMBERS[value % ODD_NUMBERS.length] as readonly number[]);
  },
  /** Only the 7 payload bits of a byte: lengths stay what they are. */
  payload: (bytes, at, value) => {
    const output = bytes.slice();
    const k = index(output.length, at);
    output[k] = ((output[k] as number) & 0x80) | (value & 0x7f);
    return output;
  },
  splice: (bytes, at, value, donor) => {
    const length = 1 + (value % 64);
    const from = index(Math.max(1, donor.length - length), (value % 1009) / 1009);
    const k = index(bytes.length, at);
    return replaceRange(bytes, k, Math.min(bytes.length, k + length), donor.subarray(from, from + length));
  },
  swapSections: (bytes, at, value) => {
    const sections = splitSections(bytes);
    if (sections.length < 2) return bytes;
    const a = index(sections.length, at);
    const b = value % sections.length;
    [sections[a], sections[b]] = [sections[b] as Uint8Array, sections[a] as Uint8Array];
    return joinSections(bytes, sections);
  },
  dropSection: (bytes, at) => {
    const sections = splitSections(bytes);
    sections.splice(index(sections.length, at), 1);
    return joinSections(bytes, sections);
  },
  foreignSection: (bytes, at, value, donor) => {
    const sections = splitSections(bytes);
    const foreign = splitSections(donor);
    if (sections.length === 0 || foreign.length === 0) return bytes;
    const chosen = foreign[value % foreign.length] as Uint8Array;
    const same = sections.findIndex((section) => section[0] === chosen[0]);
    if (same >= 0) sections[same] = chosen;
    else sections.splice(index(sections.length, at), 0, chosen);
    return joinSections(bytes, sections);
  },
  /** Another instruction of the same type. */
  alikeInstruction: (bytes, at, value) =>
    changeBody(bytes, at, value, (body, instructions, which) => {
      for (let k = which; k < instructions.length; k++) {
        const from = instructions[k] as number;
        const opcode = body[from] as number;
        const group = ALIKE.find(([first, last]) => opcode >= first && opcode <= last);
        if (group === undefined) continue;
        const output = body.slice();
        output[from] = group[0] + ((value >>> 8) % (group[1] - group[0] + 1));
        return output;
      }
      return body;
    }),
  dropInstruction: (bytes, at, value) =>
    changeBody(bytes, at, value, (body, instructions, which) =>
      replaceRange(body, instructions[which] as number, instructions[which + 1] ?? body.length, []),
    ),
  copyInstruction: (bytes, at, value) =>
    changeBody(bytes, at, value, (body, instructions, which) => {
      const other = (value >>> 8) % instructions.length;
      const copied = body.slice(instructions[other], instructions[other + 1] ?? body.length);
      return replaceRange(body, instructions[which] as number, instructions[which] as number, copied);
    }),
  swapInstructions: (bytes, at, value) =>
    changeBody(bytes, at, value, (body, instructions, which) => {
      const a = instructions[which] as number;
      const b = instructions[which + 1];
      if (b === undefined) return body;
      const end = instructions[which + 2] ?? body.length;
      return replaceRange(body, a, end, [...body.subarray(b, end), ...body.subarray(a, b)]);
    }),
  /** An immediate, its length kept. */
  immediate: (bytes, at, value) =>
    changeBody(bytes, at, value, (body, instructions, which) => {
      for (let k = which; k < instructions.length; k++) {
        const from = instructions[k] as number;
        const end = instructions[k + 1] ?? body.length;
        if (end - from < 2) continue;
        const output = body.slice();
        const place = from + 1 + ((value >>> 16) % (end - from - 1));
        output[place] = ((output[place] as number) & 0x80) | (value & 0x7f);
        return output;
      }
      return body;
    }),
} as const satisfies Record<string, Mutator>;

export type MutationKind = keyof typeof MUTATORS;

/** Applies mutations one after the other. `donor` is another module, to take pieces from. */
export function mutate(bytes: Uint8Array, mutations: readonly Mutation[], donor: Uint8Array): Uint8Array {
  let output = bytes;
  for (const { kind, at, value } of mutations) {
    if (output.length === 0) break;
    try {
      output = (MUTATORS[kind] as Mutator)(output, at, value, donor);
    } catch {
      // What is broken already may have no sections or instructions to work on.
    }
  }
  return output;
}

/** The sections as they stand, id and size included. Throws where they are broken. */
function splitSections(bytes: Uint8Array): Uint8Array[] {
  const cursor = new Cursor(bytes, 8);
  const sections: Uint8Array[] = [];
  while (cursor.at < bytes.length) {
    const from = cursor.at;
    cursor.byte();
    cursor.skip(cursor.u32());
    sections.push(bytes.subarray(from, cursor.at));
  }
  return sections;
}

function joinSections(bytes: Uint8Array, sections: readonly Uint8Array[]): Uint8Array {
  const total = sections.reduce((sum, section) => sum + section.length, 8);
  const output = new Uint8Array(total);
  output.set(bytes.subarray(0, 8));
  let at = 8;
  for (const section of sections) {
    output.set(section, at);
    at += section.length;
  }
  return output;
}

type ChangeInstructions = (body: Uint8Array, instructions: readonly number[], which: number) => Uint8Array;

/** Changes one function's instructions and puts the sizes of body and section right. */
function changeBody(bytes: Uint8Array, at: number, value: number, change: ChangeInstructions): Uint8Array {
  const sections = splitSections(bytes);
  const where = sections.findIndex((section) => section[0] === 10);
  if (where < 0) return bytes;
  const code = sections[where] as Uint8Array;
  const cursor = new Cursor(code, 1);
  cursor.u32();
  const count = cursor.u32();
  if (count === 0) return bytes;
  const chosen = Math.min(count - 1, Math.floor(count * at));
  let from = cursor.at;
  for (let k = 0; k < chosen; k++) {
    cursor.skip(cursor.u32());
    from = cursor.at;
  }
  const size = cursor.u32();
  const body = code.subarray(cursor.at, cursor.at + size);
  const inner = new Cursor(body);
  inner.skipVector(() => {
    inner.skipLeb();
    inner.skipValType();
  });
  const instructions: number[] = [];
  while (inner.at < body.length) {
    instructions.push(inner.at);
    readInstruction(inner);
  }
  const changed = change(body, instructions, value % instructions.length);
  const content = replaceRange(code, from, cursor.at + size, [...unsigned(changed.length), ...changed]);
  const start = new Cursor(content, 1);
  start.u32();
  const rest = content.subarray(start.at);
  const section = new Uint8Array(1 + unsigned(rest.length).length + rest.length);
  section.set([10, ...unsigned(rest.length)]);
  section.set(rest, section.length - rest.length);
  sections[where] = section;
  return joinSections(bytes, sections);
}
