// Core types and core module types of components, and matching of core modules' imports and exports.
// Owns the rules of core-module declarations; types themselves are the engine's registry's.

import type { ModuleLimits } from "../../limits.ts";
import { toCanonical } from "../../module/canonical.ts";
import { formatFuncType, formatValType } from "../../module/format-types.ts";
import type { ImportDesc } from "../../module/module.ts";
import { inOneGo, Steps } from "../../module/steps.ts";
import type { TypeRegistry } from "../../module/type-registry.ts";
import { type FuncType, heapOf, isConcrete, isRef, type SubType, typeIdxOf } from "../../module/types.ts";
import type { CheckedModule, ExternType as CoreExternType } from "../../validator/checked-module.ts";
import { memoryTypeProblem, tableTypeProblem } from "../../validator/limits-types.ts";
import { TypeDefinitions } from "../../validator/type-definitions.ts";
import type { CoreType, ModuleDeclaration } from "../model/definitions.ts";
import type { ModuleImport, ModuleType } from "../model/types.ts";
import type { Place } from "./fail.ts";

/** What a core type index refers to: a type of the registry, or a module type. */
export type CoreTypeEntry = { readonly typeId: number } | ModuleType;

/** An index space of core types: of a component, of a component or instance type, or of a module type. */
export class CoreTypeSpace {
  readonly entries: CoreTypeEntry[] = [];
  readonly #registry: TypeRegistry;
  readonly #limits: ModuleLimits;
  readonly #place: Place;
  /** Canonical ids by index; -1 for module types, to which nothing may refer. */
  readonly #ids: number[] = [];

  constructor(registry: TypeRegistry, limits: ModuleLimits, place: Place) {
    this.#registry = registry;
    this.#limits = limits;
    this.#place = place;
  }

  get registry(): TypeRegistry {
    return this.#registry;
  }

  addEntry(entry: CoreTypeEntry): void {
    this.entries.push(entry);
    this.#ids.push("typeId" in entry ? entry.typeId : -1);
  }

  addGroup(types: readonly SubType[]): void {
    const start = this.entries.length;
    for (const type of types) this.#checkReferences(type);
    // The types before the group are there as ids only.
    const all: SubType[] = [];
    types.forEach((type, k) => {
      all[start + k] = type;
    });
    const definitions = new TypeDefinitions(all, this.#registry, this.#ids, this.#place.offset);
    inOneGo(definitions.check({ start, count: types.length }, new Steps()));
    for (let idx = start; idx < this.#ids.length; idx++) {
      const typeId = this.#ids[idx] ?? -1;
      if (this.#registry.definedType(typeId).depth > this.#limits.subtypingDepth) {
        this.#place.fail("sub type hierarchy too deep");
      }
      this.entries.push({ typeId });
    }
  }

  entry(index: number): CoreTypeEntry {
    return this.entries[index] ?? this.#place.fail(`unknown type ${index}: type index out of bounds`);
  }

  /** The function type at an index. */
  func(index: number): number {
    const entry = this.entry(index);
    if (!("typeId" in entry) || this.#registry.definedType(entry.typeId).funcType === undefined) {
      this.#place.fail(`core type index ${index} is not a function type`);
    }
    return entry.typeId;
  }

  module(index: number): ModuleType {
    const entry = this.entry(index);
    if ("typeId" in entry) this.#place.fail(`core type index ${index} is not a module type`);
    return entry;
  }

  /** The canonical type of an import or export of a module type. */
  extern(desc: ImportDesc): CoreExternType {
    const fail = (problem: string | undefined): void => {
      if (problem !== undefined) this.#place.fail(problem);
    };
    switch (desc.kind) {
      case "func":
        return { kind: "func", typeId: this.func(desc.typeIdx), exact: desc.exact };
      case "tag": {
        const typeId = this.func(desc.typeIdx);
        if (this.#registry.funcType(typeId).results.length > 0) fail("non-empty tag result type");
        return { kind: "tag", typeId };
      }
      case "memory":
        fail(memoryTypeProblem(desc.type));
        return { kind: "memory", type: desc.type };
      case "table": {
        fail(tableTypeProblem(desc.type));
        return { kind: "table", type: { ...desc.type, element: this.#valType(desc.type.element) } };
      }
      case "global":
        return { kind: "global", type: { ...desc.type, type: this.#valType(desc.type.type) } };
    }
  }

  #valType(type: number): number {
    this.#checkHeap(type);
    return toCanonical(type, this.#ids);
  }

  #checkReferences({ composite, supertypes }: SubType): void {
    const types =
      composite.kind === "func"
        ? [...composite.params, ...composite.results]
        : composite.kind === "struct"
          ? composite.fields.map(({ type }) => type)
          : [composite.field.type];
    for (const type of types) {
      if (isRef(type) && isConcrete(heapOf(type))) this.#checkNoModule(typeIdxOf(heapOf(type)));
    }
    for (const index of supertypes) this.#checkNoModule(index);
  }

  #checkHeap(type: number): void {
    if (!isRef(type) || !isConcrete(heapOf(type))) return;
    const index = typeIdxOf(heapOf(type));
    this.entry(index);
    this.#checkNoModule(index);
  }

  #checkNoModule(index: number): void {
    if (this.#ids[index] === -1) this.#place.fail(`core type index ${index} is a module type`);
  }
}

/** What a module type's aliases refer to: `count` scopes outwards, of which 0 is the module type itself. */
export type OuterCoreTypes = (count: number, index: number) => CoreTypeEntry;

/** A core type definition, into `space`. */
export function defineCoreType(
  type: CoreType,
  space: CoreTypeSpace,
  outer: OuterCoreTypes,
  limits: ModuleLimits,
  place: Place,
): void {
  if (type.kind === "group") space.addGroup(type.types);
  else space.addEntry(moduleTypeOf(type.declarations, space.registry, outer, limits, place));
}

function moduleTypeOf(
  declarations: readonly ModuleDeclaration[],
  registry: TypeRegistry,
  outer: OuterCoreTypes,
  limits: ModuleLimits,
  place: Place,
): ModuleType {
  const space = new CoreTypeSpace(registry, limits, place);
  const imports: ModuleImport[] = [];
  const exports = new Map<string, CoreExternType>();
  const unique = new UniqueImports(place);
  for (const declaration of declarations) {
    place.offset = declaration.offset;
    switch (declaration.kind) {
      case "import": {
        const { module, name } = declaration;
        unique.add(module, name);
        imports.push({ module, name, type: space.extern(declaration.desc) });
        break;
      }
      case "export": {
        const { name } = declaration;
        if (exports.has(name)) place.fail(`export name \`${name}\` already defined`);
        exports.set(name, space.extern(declaration.desc));
        break;
      }
      case "type":
        if (declaration.type.kind === "module") {
          place.fail("invalid leading byte (0x50) for type definition: a module type in a module type");
        }
        space.addGroup(declaration.type.types);
        break;
      case "alias": {
        const { alias } = declaration;
        if (alias.kind !== "outer") place.fail("only outer aliases are allowed in module types");
        const entry = alias.count === 0 ? space.entry(alias.index) : outer(alias.count - 1, alias.index);
        if (!("typeId" in entry)) place.fail("a module type cannot be aliased into a module type");
        space.addEntry(entry);
        break;
      }
    }
  }
  return { kind: "core-module", imports, exports };
}

/** Imports of core modules here have names of two levels that, together, may stand once only. */
class UniqueImports {
  readonly #seen = new Map<string, Set<string>>();
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  add(module: string, name: string): void {
    const names = this.#seen.get(module) ?? new Set();
    this.#seen.set(module, names);
    if (names.has(name)) this.#place.fail(`duplicate import name \`${module}:${name}\``);
    names.add(name);
  }
}

/** The type of a core module. */
export function typeOfModule({ module, importTypes, exportTypes }: CheckedModule, place: Place): ModuleType {
  const unique = new UniqueImports(place);
  const imports = module.imports.map(({ module: from, name }, k): ModuleImport => {
    unique.add(from, name);
    return { module: from, name, type: importTypes[k] as CoreExternType };
  });
  const exports = new Map(module.exports.map(({ name }, k) => [name, exportTypes[k] as CoreExternType]));
  return { kind: "core-module", imports, exports };
}

/** Why `offered` cannot stand where `expected` is asked for; `undefined` when it can. */
export function coreMismatch(
  offered: CoreExternType,
  expected: CoreExternType,
  registry: TypeRegistry,
): string | undefined {
  const text = (typeId: number) => formatFuncType(registry.definedType(typeId).composite as FuncType);
  if (offered.kind !== expected.kind) return `expected ${expected.kind}, found ${offered.kind}`;
  switch (expected.kind) {
    case "func":
    case "tag": {
      if (offered.kind !== "func" && offered.kind !== "tag") return undefined;
      const fits =
        expected.kind === "func"
          ? registry.matchesFunc(offered.typeId, expected.typeId, expected.exact)
          : registry.matchesTagType(offered.typeId, expected.typeId);
      return fits ? undefined : `expected: ${text(expected.typeId)}, found: ${text(offered.typeId)}`;
    }
    case "global": {
      if (offered.kind !== "global" || registry.matchesGlobalType(offered.type, expected.type)) {
        return undefined;
      }
      if (offered.type.mutable !== expected.type.mutable) return "global types differ in mutability";
      return `expected global type ${formatValType(expected.type.type)}, found ${formatValType(offered.type.type)}`;
    }
    case "table":
      if (offered.kind !== "table" || registry.matchesTableType(offered.type, expected.type))
        return undefined;
      return offered.type.element === expected.type.element
        ? "mismatch in table limits"
        : `expected table element type ${formatValType(expected.type.element)}, found ${formatValType(offered.type.element)}`;
    case "memory":
      if (offered.kind !== "memory" || registry.matchesMemoryType(offered.type, expected.type)) {
        return undefined;
      }
      return offered.type.shared === expected.type.shared
        ? "mismatch in memory limits"
        : "mismatch in the shared flag for memories";
  }
}
