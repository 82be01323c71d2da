// What a module takes from the host and from the module before it, and what it offers to the next.
// Owns which of that is taken, and by which type.

import { CONCRETE, EXNREF, type FunctionType, heapOf, I32, I64, isRef, refTo, type Type } from "./encode.ts";
import { type GeneratedMemory, type GeneratedModule, type GeneratedTable, KIND } from "./encode-module.ts";
import type { ModuleDraft } from "./module-draft.ts";
import { BUDGET_EXPORT, HOST_FUNCTIONS, HOST_TAG } from "./world.ts";

/** What an earlier module offers to a later one. */
export interface Offer {
  readonly module: string;
  readonly functions: readonly {
    readonly name: string;
    readonly type: FunctionType;
    readonly typeIdx: number;
    readonly isPlain: boolean;
  }[];
  readonly tables: readonly { readonly name: string; readonly table: GeneratedTable }[];
  readonly memories: readonly { readonly name: string; readonly memory: GeneratedMemory }[];
  readonly globals: readonly { readonly name: string; readonly type: Type; readonly mutable: boolean }[];
  readonly tags: ReadonlyMap<string, readonly Type[]>;
}

/** Its own definitions, but for the functions that only observe. */
export function offerOf(module: GeneratedModule): Offer {
  const functions = module.exports.flatMap(({ name, kind, index }) => {
    const func = module.functions[index - module.importedFunctions];
    const isOwn = kind === KIND.function && func !== undefined && name !== "dump" && name !== "sum";
    if (!isOwn) return [];
    const { type, typeIdx } = func;
    return [{ name, type, typeIdx, isPlain: module.space.isPlain(typeIdx) }];
  });
  const named = <T>(kind: number, own: readonly T[]): { name: string; item: T }[] => {
    const imported = module.imports.filter((item) => item.kind === kind).length;
    return module.exports.flatMap(({ name, kind: exportKind, index }) => {
      const item = own[index - imported];
      return exportKind === kind && item !== undefined ? [{ name, item }] : [];
    });
  };
  return {
    module: module.name,
    functions,
    tables: named(KIND.table, module.tables).map(({ name, item }) => ({ name, table: item })),
    memories: named(KIND.memory, module.memories).map(({ name, item }) => ({ name, memory: item })),
    globals: named(KIND.global, module.globals)
      .filter(({ name }) => name !== BUDGET_EXPORT)
      .map(({ name, item }) => ({ name, type: item.type, mutable: item.mutable })),
    tags: module.exportedTags,
  };
}

/** Functions of the host and of the module before; now and then the rest of what these have. */
export function importSome(draft: ModuleDraft, offer: Offer | undefined): void {
  importHostFunctions(draft);
  if (offer !== undefined) importFunctions(draft, offer);
  importGlobals(draft, offer);
  if (offer !== undefined) {
    importTables(draft, offer);
    importMemories(draft, offer);
  }
  if (draft.exceptions !== "none") importTags(draft, offer);
}

function importHostFunctions(draft: ModuleDraft): void {
  const { random, space, exceptions } = draft;
  for (const { name, type } of HOST_FUNCTIONS) {
    if (random.chance(likelihood(name, exceptions !== "none")))
      draft.importFunction("host", name, type, space.functionIndex(type));
  }
}

/** How often a module imports a function of the host. */
function likelihood(name: string, hasHandlers: boolean): number {
  switch (name) {
    // Natively a guest's handlers catch any error of a host function; in the engine they catch exceptions only.
    case "fail":
      return hasHandlers ? 0 : 0.05;
    case "toss":
    case "hurl":
      return hasHandlers ? 0.6 : 0;
    default:
      return 0.2;
  }
}

function importFunctions(draft: ModuleDraft, { module, functions }: Offer): void {
  const { random, space, context } = draft;
  for (const { name, type, typeIdx, isPlain } of functions) {
    const isShared = typeIdx < context.space.size;
    const isKnown = (isShared || isPlain) && [...type.params, ...type.results].every(canNameIn(draft));
    if (!isKnown || !random.chance(0.7)) continue;
    let index = isShared ? typeIdx : space.functionIndex(type);
    // By the type of the export or one above it.
    for (let above = space.definition(index).supertype; above !== undefined && random.chance(0.4); ) {
      index = above;
      above = space.definition(index).supertype;
    }
    const composite = space.composite(index);
    if (composite.kind === "func") draft.importFunction(module, name, composite.type, index);
  }
}

function importGlobals(draft: ModuleDraft, offer: Offer | undefined): void {
  const { random, space, aggregates } = draft;
  if (offer !== undefined) draft.importGlobal(offer.module, BUDGET_EXPORT, I32, true);
  if (random.chance(0.3)) draft.importGlobal("host", "number", I64, false);
  if (offer === undefined) return;
  const canName = canNameIn(draft);
  for (const { name, type, mutable } of offer.globals) {
    if (!canName(type) || !random.chance(0.4)) continue;
    const above = isRef(type) && aggregates ? refTo(space.topOf(heapOf(type)), true) : type;
    draft.importGlobal(offer.module, name, mutable || random.chance(0.7) ? type : above, mutable);
  }
}

function importTables(draft: ModuleDraft, { module, tables }: Offer): void {
  const canName = canNameIn(draft);
  for (const { name, table } of tables) {
    if (canName(table.element) && draft.random.chance(0.6)) draft.importTable(module, name, table);
  }
}

function importMemories(draft: ModuleDraft, { module, memories }: Offer): void {
  const severalAllowed = draft.context.features.has("multi-memory");
  for (const { name, memory } of memories) {
    if (!draft.random.chance(0.4) || (draft.memories.length > 0 && !severalAllowed)) continue;
    draft.importMemory(module, name, memory);
  }
}

function importTags(draft: ModuleDraft, offer: Offer | undefined): void {
  const { random } = draft;
  if (random.chance(0.5)) draft.importTag("host", HOST_TAG, [I32]);
  if (offer === undefined) return;
  const canName = canNameIn(draft);
  for (const [name, params] of offer.tags) {
    if (params.every(canName) && random.chance(0.7)) draft.importTag(offer.module, name, params);
  }
}

/**
 * Whether a module can write down a type of another: one that all modules share. A module with legacy handlers must not
 * even name the type of exceptions.
 */
function canNameIn({ exceptions, context }: ModuleDraft): (type: Type) => boolean {
  return (type) =>
    (exceptions !== "legacy" || heapOf(type) !== EXNREF) && heapOf(type) < CONCRETE + context.space.size;
}
