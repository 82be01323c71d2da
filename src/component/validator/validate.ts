// Validates a decoded component, and makes of it the steps of its instantiation.
// Owns the order: definitions one by one, each seeing those before it; the rules are in the files beside it.

import type { Module } from "../../api/index.ts";
import type { ModuleLimits } from "../../limits.ts";
import type { TypeRegistry } from "../../module/type-registry.ts";
import { NumType } from "../../module/types.ts";
import type { CheckedComponent, Step, StepBody } from "../model/checked-component.ts";
import type { Alias, Component, Definition, ExternName, SortIdx } from "../model/definitions.ts";
import type { ComponentLimits } from "../model/limits.ts";
import { TypeInterner } from "../model/type-interner.ts";
import type { ExternType } from "../model/types.ts";
import type { ResourceDefinition } from "../model/value-type.ts";
import { canon } from "./canon-rules.ts";
import { typeOfModule } from "./core-types.ts";
import { Place } from "./fail.ts";
import { coreInstance, instance, resolveItem } from "./instances.ts";
import { Scope, type Shared } from "./scope.ts";
import { Bindings, Subtyping } from "./subtyping.ts";
import {
  addCoreType,
  addExport,
  addImport,
  defineAlias,
  defineType,
  finishComponentType,
  isCoreItem,
} from "./type-rules.ts";

export interface ValidateOptions {
  readonly registry: TypeRegistry;
  readonly limits: ModuleLimits;
  readonly componentLimits: ComponentLimits;
  /** The core module whose bytes begin at `start` in the file, compiled. */
  readonly moduleAt: (start: number) => Module;
  /** A component's own name, from its custom sections. */
  readonly nameOf: (component: Component) => string | undefined;
}

/**
 * @throws ValidationError for the first rule that is broken, with offset and path
 * @throws LimitError past one of the limits of components
 */
export function validateComponent(component: Component, options: ValidateOptions): CheckedComponent {
  const { registry, limits, componentLimits } = options;
  const place = new Place(componentLimits);
  const types = new TypeInterner(componentLimits);
  return validateIn(component, undefined, { types, registry, place, limits, componentLimits }, options);
}

function validateIn(
  component: Component,
  parent: Scope | undefined,
  shared: Shared,
  options: ValidateOptions,
): CheckedComponent {
  const scope = new Scope("component", parent, shared);
  const { place } = shared;
  const path = place.path.join(" > ");
  const steps: Step[] = [];
  for (const definition of component.definitions) {
    const { offset } = definition;
    place.offset = offset;
    place.path.push(nameOf(definition, scope));
    const step = validateDefinition(definition, scope, options);
    place.path.pop();
    if (step !== undefined) steps.push({ ...step, offset });
  }
  place.offset = component.end;
  for (const [index, { used }] of scope.values.entries()) {
    if (!used)
      scope.fail(`value index ${index} was not used as part of an instantiation, start function, or export`);
  }
  const type = finishComponentType(scope);
  return { type, steps, resources: scope.resources, path, name: options.nameOf(component) };
}

/** A definition as paths have it: its kind and its place in its index space. */
function nameOf(definition: Definition, scope: Scope): string {
  switch (definition.kind) {
    case "core-module":
      return `core module ${scope.coreModules.length}`;
    case "core-instance":
      return `core instance ${scope.coreInstances.length}`;
    case "core-type":
      return `core type ${scope.coreTypes.entries.length}`;
    case "component":
      return `component ${scope.components.length}`;
    case "instance":
      return `instance ${scope.instances.length}`;
    case "type":
      return `type ${scope.types.length}`;
    case "canon":
      return definition.canon.kind === "lift"
        ? `func ${scope.funcs.length}`
        : `core func ${scope.core["core-func"].length}`;
    case "import":
    case "export":
      return `${definition.kind} ${JSON.stringify(definition.name.name)}`;
    default:
      return definition.kind;
  }
}

function validateDefinition(
  definition: Definition,
  scope: Scope,
  options: ValidateOptions,
): StepBody | undefined {
  const { shared } = scope;
  switch (definition.kind) {
    case "core-module": {
      const module = options.moduleAt(definition.start);
      scope.coreModules.push(typeOfModule(module.checked, shared.place));
      return { kind: "core-module", module };
    }
    case "core-instance":
      return coreInstance(definition.instance, scope);
    case "core-type":
      addCoreType(definition.type, scope);
      return undefined;
    case "component": {
      const component = validateIn(definition.component, scope, shared, options);
      scope.components.push(component.type);
      return { kind: "component", component };
    }
    case "instance":
      return instance(definition.instance, scope);
    case "alias":
      return validateAlias(definition.alias, scope);
    case "type": {
      const { type } = definition;
      if (type.kind === "resource") return defineResource(type, scope);
      scope.types.push(defineType(type, scope));
      return undefined;
    }
    case "canon":
      return canon(definition.canon, scope);
    case "import": {
      const { type, resources } = scope.declare(definition.desc);
      const { attributes } = addImport(scope, definition.name, type, resources);
      return { kind: "import", name: definition.name.name, attributes, type, resources };
    }
    case "export":
      return validateExport(definition.name, definition.item, definition.desc, scope);
    case "start":
      return validateStart(definition, scope);
    case "value":
      return scope.fail("value definitions are not known to this engine");
  }
}

function validateAlias(alias: Alias, scope: Scope): StepBody | undefined {
  defineAlias(alias, scope);
  const { sort } = alias;
  switch (alias.kind) {
    case "core-export":
      return isCoreItem(sort)
        ? { kind: "core-alias", sort, instance: alias.instance, name: alias.name }
        : undefined;
    case "export":
      return sort === "core-module" ||
        sort === "func" ||
        sort === "value" ||
        sort === "component" ||
        sort === "instance"
        ? { kind: "alias", sort, instance: alias.instance, name: alias.name }
        : undefined;
    case "outer":
      return sort === "core-module" || sort === "component"
        ? { kind: "outer-alias", sort, count: alias.count, index: alias.index }
        : undefined;
  }
}

function defineResource({ rep, dtor }: ResourceDefinition, scope: Scope): StepBody {
  if (dtor !== undefined) {
    const found = scope.find(scope.core["core-func"], dtor, "function");
    const type = found.kind === "func" ? scope.shared.registry.funcType(found.typeId) : undefined;
    const core = rep === "i64" ? NumType.I64 : NumType.I32;
    if (
      type === undefined ||
      type.params.length !== 1 ||
      type.params[0] !== core ||
      type.results.length > 0
    ) {
      scope.fail(`core function ${dtor} has wrong signature for a destructor`);
    }
  }
  const resource = scope.newResource({ rep, dtor });
  scope.types.push(resource);
  return { kind: "resource", resource };
}

function validateExport(
  name: ExternName,
  sortIdx: SortIdx,
  desc: Parameters<Scope["declare"]>[0] | undefined,
  scope: Scope,
): StepBody {
  const { place, registry } = scope.shared;
  const { item, type: offered } = resolveItem(sortIdx, scope);
  if (desc === undefined) {
    const type: ExternType =
      offered.kind === "type" ? { ...offered, type: scope.rename(offered.type) } : offered;
    const { attributes } = addExport(scope, name, type);
    recordResources(scope, name.name, type);
    return { kind: "export", name: name.name, attributes, item, type, resources: [] };
  }
  const { type, resources } = scope.declare(desc);
  const subtyping = new Subtyping(registry, place);
  const bindings = new Bindings();
  const externs = new Map([[name.name, { type: offered, attributes: undefined }]]);
  const paths = resources.map(({ resource, path }) => ({ resource, path: [name.name, ...path] }));
  const mismatch = subtyping.bindPaths(paths, externs, bindings) ?? subtyping.extern(offered, type, bindings);
  if (mismatch !== undefined)
    scope.fail(`ascribed type of export is not compatible with item's type: ${mismatch}`);
  const { attributes } = addExport(scope, name, type);
  recordResources(scope, name.name, type);
  return { kind: "export", name: name.name, attributes, item, type, resources };
}

/** Where resource types of the component can be found in its exports: those that are not imported, each once. */
function recordResources(scope: Scope, name: string, type: ExternType): void {
  const seen = new Set<unknown>();
  const walk = (extern: ExternType, path: readonly string[]): void => {
    if (extern.kind === "type" && extern.type.kind === "resource") {
      const { canonical } = extern.type;
      if (scope.recorded.has(canonical)) return;
      scope.recorded.add(canonical);
      scope.exportedResources.push({ resource: canonical, path });
    } else if (extern.kind === "instance" && !seen.has(extern)) {
      seen.add(extern);
      scope.shared.place.work(extern.exports.size);
      for (const [inner, { type: member }] of extern.exports) walk(member, [...path, inner]);
    }
  };
  walk(type, [name]);
}

function validateStart(definition: Extract<Definition, { kind: "start" }>, scope: Scope): StepBody {
  const { func, args, results } = definition;
  const type = scope.find(scope.funcs, func, "function");
  if (args.length !== type.params.length) {
    scope.fail(
      `component start function requires ${type.params.length} arguments but was given ${args.length}`,
    );
  }
  const subtyping = new Subtyping(scope.shared.registry, scope.shared.place);
  for (const [k, { name, type: wanted }] of type.params.entries()) {
    const { type: offered } = resolveItem({ sort: "value", index: args[k] ?? 0 }, scope);
    const mismatch = subtyping.extern(offered, { kind: "value", type: wanted }, new Bindings());
    if (mismatch !== undefined)
      scope.fail(`value type mismatch for component start function argument \`${name}\`: ${mismatch}`);
  }
  if (results !== (type.result === undefined ? 0 : 1)) {
    scope.fail(`component start function has a result count of ${results}, and its type another`);
  }
  if (type.result !== undefined) scope.values.push({ type: type.result, used: false });
  return { kind: "start", func, args, results };
}
