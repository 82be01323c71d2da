// The rules of the section `name` (spec appendix 7.7.1 and the extended-name-section proposal): what it may name,
// and in which order. The names themselves may be anything, and need not differ.

import { Op } from "../isa/op.ts";
import type { Module } from "../module/module.ts";
import { ByteReader } from "./byte-reader.ts";
import { type Complaints, readWhole, type SectionCheck } from "./custom-section.ts";
import { functionTypeIdxs, indexSpaceSize } from "./index-spaces.ts";
import { InstructionReader } from "./instruction-reader.ts";

/** A module, and what would be dear to find out anew for every name. */
interface Subject {
  readonly module: Module;
  readonly typeIdxs: readonly number[];
  readonly reader: InstructionReader;
}

/** What a subsection names: `count` things, or inside each of them as many as `inner` says. */
interface Named {
  readonly what: string;
  readonly count: (subject: Subject) => number;
  readonly inner?: { readonly what: string; readonly count: (subject: Subject, index: number) => number };
}

const functions = ({ typeIdxs }: Subject): number => typeIdxs.length;
const types = ({ module }: Subject): number => module.types.length;

/** By subsection id; 0 is the module's own name. */
const SUBSECTIONS: ReadonlyMap<number, Named> = new Map([
  [1, { what: "function", count: functions }],
  [2, { what: "function", count: functions, inner: { what: "local", count: localCount } }],
  [3, { what: "function", count: functions, inner: { what: "label", count: labelCount } }],
  [4, { what: "type", count: types }],
  [5, { what: "table", count: ({ module }) => indexSpaceSize(module, "table") }],
  [6, { what: "memory", count: ({ module }) => indexSpaceSize(module, "memory") }],
  [7, { what: "global", count: ({ module }) => indexSpaceSize(module, "global") }],
  [8, { what: "element segment", count: ({ module }) => module.elements.length }],
  [9, { what: "data segment", count: ({ module }) => module.data.length }],
  [10, { what: "type", count: types, inner: { what: "field", count: fieldCount } }],
  [11, { what: "tag", count: ({ module }) => indexSpaceSize(module, "tag") }],
]);

export const checkNames: SectionCheck = (module, { start, end }, complaints, tables) => {
  if (isFollowedByContents(module, end)) {
    complaints.add("invalid placement: sections other than custom ones follow", start);
  }
  const reader = new InstructionReader(module.bytes, tables);
  const subject: Subject = { module, typeIdxs: functionTypeIdxs(module), reader };
  const cursor = new ByteReader(module.bytes, start, end);
  let last = -1;
  while (cursor.position < end) {
    const at = cursor.position;
    const id = cursor.byte();
    const size = cursor.length();
    const range = { start: cursor.position, end: cursor.position + size };
    cursor.skip(size);
    if (id === last) complaints.add(`duplicate subsection ${id}`, at);
    else if (id < last) complaints.add(`invalid order: subsection ${id} after ${last}`, at);
    last = Math.max(last, id);
    const named = SUBSECTIONS.get(id);
    // What is malformed in one subsection does not keep the next from being read.
    complaints.attempt(() => {
      if (id === 0) readWhole(module, range, (reader) => reader.name());
      // Other ids may be those of a later version.
      else if (named !== undefined) {
        readWhole(module, range, (reader) => checkMap(subject, named, reader, complaints));
      }
    });
  }
};

function checkMap(
  subject: Subject,
  { what, count, inner }: Named,
  cursor: ByteReader,
  complaints: Complaints,
): void {
  checkIndices(what, count(subject), cursor, complaints, (index, isNew) => {
    if (inner === undefined) cursor.name();
    else {
      // Counting may mean walking over a body: at most once for each.
      const most = isNew ? inner.count(subject, index) : Number.POSITIVE_INFINITY;
      checkIndices(`${what} ${index} ${inner.what}`, most, cursor, complaints, () => cursor.name());
    }
  });
}

/**
 * Reads a vector of things that begin with an index; each must be one of `count`, and they must rise.
 * `readRest` is told whether the index exists and has not occurred before.
 */
function checkIndices(
  what: string,
  count: number,
  cursor: ByteReader,
  complaints: Complaints,
  readRest: (index: number, isNew: boolean) => void,
): void {
  const length = cursor.length();
  let last = -1;
  for (let i = 0; i < length; i++) {
    const at = cursor.position;
    const index = cursor.u32();
    if (index >= count) complaints.add(`invalid index: there is no ${what} ${index}`, at);
    if (index === last) complaints.add(`duplicate name of ${what} ${index}`, at);
    if (index < last) complaints.add(`invalid order: ${what} ${index} after ${last}`, at);
    readRest(index, index > last && index < count);
    last = Math.max(last, index);
  }
}

function isFollowedByContents({ bytes }: Module, end: number): boolean {
  const cursor = new ByteReader(bytes, end);
  while (cursor.position < bytes.length) {
    if (cursor.byte() !== 0) return true;
    cursor.skip(cursor.u32());
  }
  return false;
}

function localCount(subject: Subject, funcIdx: number): number {
  const { module, typeIdxs } = subject;
  const typeIdx = typeIdxs[funcIdx];
  const composite = typeIdx === undefined ? undefined : module.types[typeIdx]?.composite;
  const params = composite?.kind === "func" ? composite.params.length : 0;
  return params + (bodyOf(subject, funcIdx)?.localCount ?? 0);
}

/** One for each block: a function's own label has no index in the section. */
function labelCount(subject: Subject, funcIdx: number): number {
  const body = bodyOf(subject, funcIdx);
  if (body === undefined) return 0;
  const reader = subject.reader.seek(body.codeStart);
  let labels = 0;
  while (reader.position < body.end) {
    const op = reader.read();
    if (op === Op.Block || op === Op.Loop || op === Op.If || op === Op.Try || op === Op.TryTable) labels++;
  }
  return labels;
}

function bodyOf({ module, typeIdxs }: Subject, funcIdx: number): Module["code"][number] | undefined {
  return module.code[funcIdx - (typeIdxs.length - module.code.length)];
}

function fieldCount({ module }: Subject, typeIdx: number): number {
  const composite = module.types[typeIdx]?.composite;
  return composite?.kind === "struct" ? composite.fields.length : 0;
}
