// The index spaces of a decoded module, where imports come before definitions.

import type { ExternKind, Module } from "../module/module.ts";

const DEFINITIONS = {
  func: "functions",
  table: "tables",
  memory: "memories",
  global: "globals",
  tag: "tags",
} as const satisfies Record<ExternKind, keyof Module>;

/** How many of a kind are imported: the index of the first definition. */
export function importedCount(module: Module, kind: ExternKind): number {
  return module.imports.reduce((count, { desc }) => count + (desc.kind === kind ? 1 : 0), 0);
}

/** Imports and definitions of a kind together. */
export function indexSpaceSize(module: Module, kind: ExternKind): number {
  return importedCount(module, kind) + module[DEFINITIONS[kind]].length;
}

/** The type index of every function. */
export function functionTypeIdxs(module: Module): number[] {
  const imported = module.imports.flatMap(({ desc }) => (desc.kind === "func" ? [desc.typeIdx] : []));
  return imported.concat(module.functions);
}
