// The custom section `metadata.code.branch_hint` (branch-hinting, an appendix of Wasm 3.0).

import type { Module } from "../module/module.ts";
import { ByteReader } from "./byte-reader.ts";
import { readCustomSection } from "./custom-section.ts";

/**
 * Whether branches are likely taken, by byte offset of the instruction in the module. Empty where there are no
 * hints, or where they do not decode. Hints are not checked against the code: one at an offset where no branch
 * stands is harmless, because nobody asks for it.
 */
export function decodeBranchHints(module: Module): ReadonlyMap<number, boolean> {
  const importedFunctions = module.imports.filter(({ desc }) => desc.kind === "func").length;
  const hints = readCustomSection(module, "metadata.code.branch_hint", (cursor) => {
    const likely = new Map<number, boolean>();
    const functionCount = cursor.length();
    for (let i = 0; i < functionCount; i++) {
      const body = module.code[cursor.u32() - importedFunctions];
      if (body === undefined) cursor.fail("malformed branch hint: no such function");
      // The section counts from the locals, which follow the body's size field.
      const base = new ByteReader(module.bytes, body.start);
      base.u32();
      const hintCount = cursor.length();
      for (let k = 0; k < hintCount; k++) {
        const offset = base.position + cursor.u32();
        const size = cursor.u32();
        const value = cursor.byte();
        if (size !== 1 || value > 1) cursor.fail("malformed branch hint");
        likely.set(offset, value === 1);
      }
    }
    return likely;
  });
  return hints ?? new Map();
}
