// The custom section `metadata.code.branch_hint` (branch hinting, an appendix of Wasm 3.0).

import type { Module } from "../module/module.ts";
import { metadataBase, readCodeMetadata } from "./code-metadata.ts";
import { readCustomSection } from "./custom-section.ts";
import { importedCount } from "./index-spaces.ts";

export const BRANCH_HINT_SECTION = "metadata.code.branch_hint";

/** Whether the branch at a byte offset of the module is likely taken. */
export interface BranchHint {
  readonly funcIdx: number;
  readonly offset: number;
  readonly likely: boolean;
}

/**
 * The hints in the order of the section. Empty where there are none, or where they do not decode. They are not
 * checked against the code: one at an offset where no branch stands is harmless, because nobody asks for it.
 */
export function decodeBranchHints(module: Module): readonly BranchHint[] {
  const imported = importedCount(module, "func");
  const hints = readCustomSection(module, BRANCH_HINT_SECTION, (cursor) => {
    const found: BranchHint[] = [];
    for (const { at, funcIdx, items } of readCodeMetadata(cursor)) {
      const body = module.code[funcIdx - imported];
      if (body === undefined) return cursor.fail("malformed branch hint: no such function", at);
      const base = metadataBase(module, body);
      for (const { at: itemAt, offset, start, end } of items) {
        const value = module.bytes[start];
        if (end - start !== 1 || value === undefined || value > 1) {
          throw cursor.fail("malformed branch hint", itemAt);
        }
        found.push({ funcIdx, offset: base + offset, likely: value === 1 });
      }
    }
    return found;
  });
  return hints ?? [];
}
