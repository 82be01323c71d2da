// Rules of type definitions, aliases, imports and exports, in components and in the types of components and instances.

import type { CoreItemSort, ResourceBinding } from "../model/checked-component.ts";
import type { Alias, ExternName, Sort, TypeDeclaration, TypeDefinition } from "../model/definitions.ts";
import { partsOf } from "../model/type-interner.ts";
import type { ComponentType, Extern, ExternType, InstanceType, NamedType } from "../model/types.ts";
import type { ResourceType } from "../model/value-type.ts";
import { type CoreTypeEntry, defineCoreType } from "./core-types.ts";
import { Scope } from "./scope.ts";
import { checkLabels, checkValueType } from "./value-types.ts";

/** The type that a definition makes; resources, which only components define, are the caller's. */
export function defineType(
  definition: Exclude<TypeDefinition, { kind: "resource" }>,
  scope: Scope,
): NamedType {
  const { types, place } = scope.shared;
  switch (definition.kind) {
    case "func": {
      const { params, result, async } = definition;
      checkLabels(
        params.map(({ name }) => name),
        "function parameter",
        "parameter",
        place,
      );
      const resultType = result === undefined ? undefined : scope.valueType(result);
      if (resultType?.hasBorrow === true) place.fail("function result cannot contain a `borrow` type");
      return {
        kind: "func",
        async,
        params: params.map(({ name, type }) => ({ name, type: scope.valueType(type) })),
        result: resultType,
      };
    }
    case "component":
      return componentType(definition.declarations, scope);
    case "instance":
      return instanceType(definition.declarations, scope);
    default:
      return checkValueType(definition, scope, types, place);
  }
}

function componentType(declarations: readonly TypeDeclaration[], parent: Scope): ComponentType {
  const scope = new Scope("component-type", parent, parent.shared);
  declareAll(declarations, scope);
  return finishComponentType(scope);
}

/** The type of a component, declared or defined, once all in it has been checked. */
export function finishComponentType(scope: Scope): ComponentType {
  const { imports, exports, importedResources, exportedResources } = scope;
  return {
    kind: "component",
    depth: scope.depthOf(imports, exports),
    imports,
    exports,
    importedResources,
    exportedResources,
  };
}

function instanceType(declarations: readonly TypeDeclaration[], parent: Scope): InstanceType {
  const scope = new Scope("instance-type", parent, parent.shared);
  declareAll(declarations, scope);
  const { exports, exportedResources } = scope;
  return { kind: "instance", depth: scope.depthOf(exports), exports, resources: exportedResources };
}

function declareAll(declarations: readonly TypeDeclaration[], scope: Scope): void {
  for (const declaration of declarations) {
    scope.shared.place.offset = declaration.offset;
    declareOne(declaration, scope);
  }
}

function declareOne(declaration: TypeDeclaration, scope: Scope): void {
  switch (declaration.kind) {
    case "core-type":
      addCoreType(declaration.type, scope);
      return;
    case "type": {
      const { type } = declaration;
      if (type.kind === "resource") {
        scope.fail("resources can only be defined within a concrete component");
      }
      scope.types.push(defineType(type, scope));
      return;
    }
    case "alias": {
      const { alias } = declaration;
      const permitted: readonly Sort[] =
        alias.kind === "outer" ? ["core-type", "type"] : alias.kind === "export" ? ["type", "instance"] : [];
      if (!permitted.includes(alias.sort))
        scope.fail("aliases in types may only refer to types or instances");
      defineAlias(alias, scope);
      return;
    }
    case "import": {
      const { type, resources } = scope.declare(declaration.desc);
      addImport(scope, declaration.name, type, resources);
      return;
    }
    case "export": {
      const { type, resources } = scope.declare(declaration.desc);
      addExport(scope, declaration.name, type);
      for (const { resource, path } of resources) {
        scope.exportedResources.push({ resource, path: [declaration.name.name, ...path] });
      }
      return;
    }
  }
}

export function addCoreType(type: Parameters<typeof defineCoreType>[0], scope: Scope): void {
  const { limits, place } = scope.shared;
  const outer = (count: number, index: number): CoreTypeEntry => scope.outer(count).coreTypes.entry(index);
  defineCoreType(type, scope.coreTypes, outer, limits, place);
}

/** Registers an import; it becomes an item of the scope. */
export function addImport(
  scope: Scope,
  name: ExternName,
  type: ExternType,
  resources: readonly ResourceBinding[],
): Extern {
  const attributes = scope.importNames.add(name, type);
  // What is imported can be used in exports, too.
  const isVisible = scope.visibleToImports.admit(type) && scope.visibleToExports.admit(type);
  if (!isVisible) scope.fail(`${kindText(type)} not valid to be used as import`);
  const extern = { type, attributes };
  scope.imports.set(name.name, extern);
  for (const { resource, path } of resources) {
    scope.importedResources.push({ resource, path: [name.name, ...path] });
    scope.recorded.add(resource);
  }
  scope.push(type);
  return extern;
}

/** Registers an export; it becomes one more item of the scope. */
export function addExport(scope: Scope, name: ExternName, type: ExternType): Extern {
  const attributes = scope.exportNames.add(name, type);
  // The types of an instance are judged when the instance is imported or exported somewhere.
  if (scope.kind !== "instance-type" && !scope.visibleToExports.admit(type)) {
    scope.fail(`${kindText(type)} not valid to be used as export`);
  }
  const extern = { type, attributes };
  scope.exports.set(name.name, extern);
  scope.push(type);
  return extern;
}

function kindText(type: ExternType): string {
  return type.kind.replace("core-", "");
}

const CORE_NOUNS: ReadonlyMap<Sort, string> = new Map([
  ["core-func", "function"],
  ["core-table", "table"],
  ["core-memory", "memory"],
  ["core-global", "global"],
  ["core-tag", "tag"],
]);

/** How messages call a core item's sort. */
export function coreNoun(sort: CoreItemSort): string {
  return CORE_NOUNS.get(sort) ?? sort;
}

export function isCoreItem(sort: Sort): sort is CoreItemSort {
  return CORE_NOUNS.has(sort);
}

const NOUNS: Readonly<Record<ExternType["kind"], string>> = {
  "core-module": "module",
  func: "function",
  value: "value",
  type: "type",
  component: "component",
  instance: "instance",
};

/** Checks an alias and appends it to its index space. */
export function defineAlias(alias: Alias, scope: Scope): void {
  const { sort } = alias;
  switch (alias.kind) {
    case "export": {
      const instance = scope.find(scope.instances, alias.instance, "instance");
      const found = instance.exports.get(alias.name)?.type;
      if (found === undefined) {
        scope.fail(`instance ${alias.instance} has no export named \`${alias.name}\``);
      }
      if (found.kind !== sort) {
        const noun = sort in NOUNS ? NOUNS[sort as ExternType["kind"]] : sort;
        scope.fail(`export \`${alias.name}\` for instance ${alias.instance} is not a ${noun}`);
      }
      scope.push(found);
      return;
    }
    case "core-export": {
      if (!isCoreItem(sort)) scope.fail(`core instances export no ${sort}`);
      const instance = scope.find(scope.coreInstances, alias.instance, "core instance");
      const found = instance.get(alias.name);
      if (found === undefined) {
        scope.fail(`core instance ${alias.instance} has no export named \`${alias.name}\``);
      }
      if (`core-${found.kind}` !== sort) {
        scope.fail(`export \`${alias.name}\` for core instance ${alias.instance} is not a ${coreNoun(sort)}`);
      }
      scope.core[sort].push(found);
      return;
    }
    case "outer":
      defineOuterAlias(alias, scope);
  }
}

function defineOuterAlias({ sort, count, index }: Extract<Alias, { kind: "outer" }>, scope: Scope): void {
  const target = scope.outer(count);
  switch (sort) {
    case "core-module":
      scope.coreModules.push(scope.find(target.coreModules, index, "module"));
      return;
    case "core-type":
      scope.coreTypes.addEntry(target.coreTypes.entry(index));
      return;
    case "component":
      scope.components.push(scope.find(target.components, index, "component"));
      return;
    default: {
      const type = target.type(index);
      if (crossesComponent(scope, count) && new FreeResources(scope).isFree(type)) {
        scope.fail("the outer type transitively refers to resources not defined in the current component");
      }
      scope.types.push(type);
    }
  }
}

function crossesComponent(scope: Scope, count: number): boolean {
  let here: Scope | undefined = scope;
  for (let left = count; left > 0 && here !== undefined; left--) {
    if (here.kind === "component") return true;
    here = here.parent;
  }
  return false;
}

/** Whether types mention resource types that they do not bind themselves. */
class FreeResources {
  readonly #scope: Scope;
  /** Types in which none was found; what they bind is bound wherever they stand. */
  readonly #closed = new Set<NamedType>();
  readonly #bound = new Set<ResourceType>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  isFree(type: NamedType): boolean {
    if (this.#closed.has(type)) return false;
    this.#scope.shared.place.work(1);
    if (this.#look(type)) return true;
    this.#closed.add(type);
    return false;
  }

  #look(type: NamedType): boolean {
    switch (type.kind) {
      case "resource":
        return !this.#bound.has(type.canonical);
      case "func":
        return [
          ...type.params.map((param) => param.type),
          ...(type.result === undefined ? [] : [type.result]),
        ].some((each) => this.isFree(each));
      case "instance":
        for (const { resource } of type.resources) this.#bound.add(resource);
        return this.#anyFree(type.exports);
      case "component":
        for (const { resource } of type.importedResources) this.#bound.add(resource);
        for (const { resource } of type.exportedResources) this.#bound.add(resource);
        return this.#anyFree(type.imports) || this.#anyFree(type.exports);
      case "own":
      case "borrow":
        return this.isFree(type.resource);
      default:
        return type.hasResources && partsOf(type).some((part) => this.isFree(part));
    }
  }

  #anyFree(externs: ReadonlyMap<string, Extern>): boolean {
    for (const { type } of externs.values()) {
      if (type.kind === "core-module") continue;
      if (this.isFree(type.kind === "type" || type.kind === "value" ? type.type : type)) return true;
    }
    return false;
  }
}
