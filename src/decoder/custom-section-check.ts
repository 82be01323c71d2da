// What is wrong with a module's custom sections, for those who want to know: it makes no module malformed or invalid.
// Owns the list, its bound, and which sections have rules; the rules of each stand beside this file.

import type { Module } from "../module/module.ts";
import { checkBranchHints } from "./branch-hint-check.ts";
import { BRANCH_HINT_SECTION } from "./branch-hints.ts";
import { Complaints, type SectionCheck } from "./custom-section.ts";
import { checkNames } from "./name-check.ts";
import type { OpcodeTables } from "./opcode-shapes.ts";
import { checkProducers, checkTargetFeatures } from "./tool-section-check.ts";

/** One thing that is wrong with a custom section. */
export interface CustomSectionProblem {
  /** The section's name. */
  readonly section: string;
  /** What is wrong and where; begins as the official test suite has it, where it has it. */
  readonly message: string;
  /** Byte offset in the module. */
  readonly offset: number;
}

const CHECKS: ReadonlyMap<string, SectionCheck> = new Map([
  ["name", checkNames],
  [BRANCH_HINT_SECTION, checkBranchHints],
  ["producers", checkProducers],
  ["target_features", checkTargetFeatures],
]);

/**
 * Checks the custom sections that have rules: `name`, `metadata.code.branch_hint`, `producers` and
 * `target_features`. Lists at most 100 problems of each. `tables` are those that the module was decoded with.
 * Never throws.
 */
export function checkCustomSections(module: Module, tables: OpcodeTables): CustomSectionProblem[] {
  const found = new Map<string, Complaints>();
  for (const section of module.customSections) {
    const check = CHECKS.get(section.name);
    if (check === undefined) continue;
    const known = found.get(section.name);
    // Readers take the first of several, so its contents are those that count.
    if (known !== undefined) known.add("duplicate section: only the first one is read", section.start);
    else {
      const complaints = new Complaints();
      found.set(section.name, complaints);
      complaints.attempt(() => check(module, section, complaints, tables));
    }
  }
  return [...found].flatMap(([section, { errors }]) =>
    errors.map(({ message, offset }) => ({ section, message, offset })),
  );
}
