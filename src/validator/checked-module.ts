// What validation establishes about a module: every index space's types, in canonical form.
// Owns the shape and how it is filled index space by index space; judges nothing.

import type { FeatureSet } from "../isa/features.ts";
import type { ModuleLimits } from "../limits.ts";
import type { TypeIds } from "../module/canonical.ts";
import type { Export, ExternKind, Module } from "../module/module.ts";
import type { TypeRegistry } from "../module/type-registry.ts";
import type { GlobalType, MemoryType, TableType, ValType } from "../module/types.ts";

/** The type of an import or export, canonical. */
export type ExternType =
  /** `exact`: the import demands this very type (custom descriptors); always true for definitions. */
  | { readonly kind: "func"; readonly typeId: number; readonly exact: boolean }
  | { readonly kind: "table"; readonly type: TableType }
  | { readonly kind: "memory"; readonly type: MemoryType }
  | { readonly kind: "global"; readonly type: GlobalType }
  | { readonly kind: "tag"; readonly typeId: number };

/**
 * A valid module and the types of its index spaces, imports first. Type ids and the
 * ids inside value types are canonical: `registry` explains them.
 */
export interface CheckedModule {
  readonly module: Module;
  readonly features: FeatureSet;
  readonly limits: ModuleLimits;
  readonly registry: TypeRegistry;
  /** Canonical id of each type index. */
  readonly typeIds: TypeIds;
  /** How many entries at the start of each index space are imports. */
  readonly importCounts: Readonly<Record<ExternKind, number>>;
  /** Canonical id of each function's type. */
  readonly functionTypeIds: readonly number[];
  /** Imported functions whose own type may be a subtype of the declared one (all, unless imported as exact). */
  readonly inexactFunctions: ReadonlySet<number>;
  readonly tableTypes: readonly TableType[];
  readonly memoryTypes: readonly MemoryType[];
  readonly globalTypes: readonly GlobalType[];
  readonly tagTypeIds: readonly number[];
  /** Element type of each element segment. */
  readonly elementTypes: readonly ValType[];
  /** Parallel to `module.imports`. */
  readonly importTypes: readonly ExternType[];
  /** Parallel to `module.exports`. */
  readonly exportTypes: readonly ExternType[];
  readonly exportsByName: ReadonlyMap<string, Export>;
  /** The first name under which each exported function is exported, by function index. */
  readonly functionExportNames: ReadonlyMap<number, string>;
  /** Functions that `ref.func` may name in bodies: those that occur outside of them. */
  readonly declaredFunctions: ReadonlySet<number>;
}

/** {@link CheckedModule} under construction. */
export interface ModuleContext extends CheckedModule {
  module: Module;
  readonly typeIds: number[];
  readonly importCounts: Record<ExternKind, number>;
  readonly functionTypeIds: number[];
  readonly inexactFunctions: Set<number>;
  readonly tableTypes: TableType[];
  readonly memoryTypes: MemoryType[];
  readonly globalTypes: GlobalType[];
  readonly tagTypeIds: number[];
  readonly elementTypes: ValType[];
  readonly importTypes: ExternType[];
  readonly exportTypes: ExternType[];
  readonly exportsByName: Map<string, Export>;
  readonly functionExportNames: Map<number, string>;
  readonly declaredFunctions: Set<number>;
}

/** An empty context for `module`; the validator fills it. */
export function createModuleContext(
  module: Module,
  features: FeatureSet,
  limits: ModuleLimits,
  registry: TypeRegistry,
): ModuleContext {
  return {
    module,
    features,
    limits,
    registry,
    typeIds: [],
    importCounts: { func: 0, table: 0, memory: 0, global: 0, tag: 0 },
    functionTypeIds: [],
    inexactFunctions: new Set(),
    tableTypes: [],
    memoryTypes: [],
    globalTypes: [],
    tagTypeIds: [],
    elementTypes: [],
    importTypes: [],
    exportTypes: [],
    exportsByName: new Map(),
    functionExportNames: new Map(),
    declaredFunctions: new Set(),
  };
}
