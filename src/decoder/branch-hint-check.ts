// The rules of the section `metadata.code.branch_hint` (branch hinting): each hint stands at an `if` or `br_if`.

import { Op } from "../isa/op.ts";
import type { FunctionBody, Module } from "../module/module.ts";
import { type FunctionMetadata, metadataBase, readCodeMetadata } from "./code-metadata.ts";
import { type Complaints, readWhole, type SectionCheck } from "./custom-section.ts";
import { importedCount } from "./index-spaces.ts";
import { InstructionReader } from "./instruction-reader.ts";

/** Ids of the code section and of what may follow it. */
const AFTER_CODE: ReadonlySet<number> = new Set([10, 11]);

export const checkBranchHints: SectionCheck = (module, section, complaints, tables) => {
  if (AFTER_CODE.has(section.after))
    complaints.add("invalid placement: behind the code section", section.start);
  const imported = importedCount(module, "func");
  const reader = new InstructionReader(module.bytes, tables);
  let last = -1;
  for (const metadata of readWhole(module, section, readCodeMetadata)) {
    const { at, funcIdx } = metadata;
    const body = module.code[funcIdx - imported];
    if (funcIdx === last) complaints.add(`duplicate function: ${funcIdx}`, at);
    else if (funcIdx < last) complaints.add(`invalid order: function ${funcIdx} after function ${last}`, at);
    else if (body === undefined) complaints.add(`invalid function index: ${funcIdx} has no code here`, at);
    else checkFunction(module, body, metadata, reader, complaints);
    last = Math.max(last, funcIdx);
  }
};

/** Walks over the body once, however many hints there are. */
function checkFunction(
  module: Module,
  body: FunctionBody,
  { items }: FunctionMetadata,
  reader: InstructionReader,
  complaints: Complaints,
): void {
  const base = metadataBase(module, body);
  let last = -1;
  reader.seek(body.codeStart);
  for (const { at, offset, start, end } of items) {
    const [value, ...others] = module.bytes.subarray(start, Math.min(end, start + 2));
    if (value === undefined || others.length > 0) {
      complaints.add(`invalid hint value: ${end - start} bytes instead of one`, at);
    } else if (value > 1) complaints.add(`invalid hint value: ${value}`, at);
    if (offset === last) complaints.add(`duplicate annotation: at offset ${offset} of the function`, at);
    if (offset < last) complaints.add(`invalid order: offset ${offset} after ${last}`, at);
    if (offset <= last) continue;
    last = offset;
    while (reader.position < base + offset && reader.position < body.end) reader.read();
    if (reader.position !== base + offset || reader.position >= body.end) {
      complaints.add(`invalid offset: no instruction at ${offset} of the function`, at);
      continue;
    }
    const op = reader.read();
    if (op !== Op.If && op !== Op.BrIf) {
      complaints.add(
        `invalid target: the instruction at 0x${(base + offset).toString(16)} is no if or br_if`,
        at,
      );
    }
  }
}
