// Rules of instances: instantiating core modules and components, and instances made of exports.

import type { ExternType as CoreExternType } from "../../validator/checked-module.ts";
import type { CoreItem, Item, ResourceBinding, StepBody } from "../model/checked-component.ts";
import type { CoreInstanceExpr, InstanceExpr, SortIdx } from "../model/definitions.ts";
import type { Extern, ExternType, InstanceType } from "../model/types.ts";
import { coreMismatch } from "./core-types.ts";
import { ExternNames } from "./extern-names.ts";
import type { Scope } from "./scope.ts";
import { Substitution } from "./substitution.ts";
import { Bindings, followPath, Subtyping } from "./subtyping.ts";
import { coreNoun, isCoreItem } from "./type-rules.ts";

export function coreInstance(expr: CoreInstanceExpr, scope: Scope): StepBody {
  return expr.kind === "exports"
    ? coreInstanceOfExports(expr.exports, scope)
    : instantiateModule(expr.module, expr.args, scope);
}

function coreInstanceOfExports(
  items: Extract<CoreInstanceExpr, { kind: "exports" }>["exports"],
  scope: Scope,
): StepBody {
  const exports = new Map<string, CoreItem>();
  const types = new Map<string, CoreExternType>();
  for (const { name, sort, index, offset } of items) {
    scope.shared.place.offset = offset;
    if (!isCoreItem(sort)) scope.fail(`core instances export no ${sort}`);
    if (exports.has(name)) scope.fail(`export name \`${name}\` already defined`);
    types.set(name, scope.find(scope.core[sort], index, coreNoun(sort)));
    exports.set(name, { sort, index });
  }
  scope.coreInstances.push(types);
  return { kind: "core-exports", exports };
}

function instantiateModule(
  module: number,
  items: Extract<CoreInstanceExpr, { kind: "instantiate" }>["args"],
  scope: Scope,
): StepBody {
  const { place, registry } = scope.shared;
  const type = scope.find(scope.coreModules, module, "module");
  const args = new Map<string, number>();
  for (const { name, index, offset } of items) {
    place.offset = offset;
    if (args.has(name)) scope.fail(`duplicate module instantiation argument named \`${name}\``);
    scope.find(scope.coreInstances, index, "core instance");
    args.set(name, index);
  }
  place.work(type.imports.length);
  for (const wanted of type.imports) {
    const index = args.get(wanted.module);
    if (index === undefined) scope.fail(`missing module instantiation argument named \`${wanted.module}\``);
    const found = scope.coreInstances[index]?.get(wanted.name);
    if (found === undefined) {
      scope.fail(
        `module instantiation argument \`${wanted.module}\` does not export an item named \`${wanted.name}\``,
      );
    }
    const mismatch = coreMismatch(found, wanted.type, registry);
    if (mismatch !== undefined) {
      scope.fail(
        `type mismatch for export \`${wanted.name}\` of module instantiation argument \`${wanted.module}\`: ${mismatch}`,
      );
    }
  }
  scope.coreInstances.push(type.exports);
  return { kind: "core-instantiate", module, type, args };
}

/** What an index of a component-level sort refers to. */
export function resolveItem({ sort, index }: SortIdx, scope: Scope): { item: Item; type: ExternType } {
  switch (sort) {
    case "core-module":
      return { item: { sort, index }, type: scope.find(scope.coreModules, index, "module") };
    case "func":
      return { item: { sort, index }, type: scope.find(scope.funcs, index, "function") };
    case "value": {
      const value = scope.find(scope.values, index, "value");
      if (value.used) scope.fail(`value ${index} has been used before`);
      value.used = true;
      return { item: { sort, index }, type: { kind: "value", type: value.type } };
    }
    case "type": {
      const type = scope.type(index);
      return {
        item: { sort, resource: type.kind === "resource" ? type.canonical : undefined },
        type: { kind: "type", type, bound: "eq" },
      };
    }
    case "component":
      return { item: { sort, index }, type: scope.find(scope.components, index, "component") };
    case "instance":
      return { item: { sort, index }, type: scope.find(scope.instances, index, "instance") };
    default:
      return scope.fail(`components export no ${sort}`);
  }
}

export function instance(expr: InstanceExpr, scope: Scope): StepBody {
  return expr.kind === "exports"
    ? instanceOfExports(expr.exports, scope)
    : instantiateComponent(expr.component, expr.args, scope);
}

function instanceOfExports(
  items: Extract<InstanceExpr, { kind: "exports" }>["exports"],
  scope: Scope,
): StepBody {
  // An instance made of exports names nothing anew: functions in it mean types by the names that those had before.
  const names = new ExternNames("export", scope.shared.place, false);
  const exports = new Map<string, Item>();
  const types = new Map<string, Extern>();
  for (const each of items) {
    scope.shared.place.offset = each.offset;
    const { item, type } = resolveItem(each, scope);
    const attributes = names.add(each, type);
    exports.set(each.name, item);
    types.set(each.name, { type, attributes });
  }
  const type: InstanceType = {
    kind: "instance",
    depth: scope.depthOf(types),
    exports: types,
    resources: [],
  };
  scope.instances.push(type);
  return { kind: "exports", exports, type };
}

function instantiateComponent(
  component: number,
  items: Extract<InstanceExpr, { kind: "instantiate" }>["args"],
  scope: Scope,
): StepBody {
  const { place, types, registry } = scope.shared;
  const target = scope.find(scope.components, component, "component");
  const args = new Map<string, Item>();
  const offered = new Map<string, Extern>();
  for (const each of items) {
    place.offset = each.offset;
    if (args.has(each.name)) {
      scope.fail(`instantiation argument \`${each.name}\` conflicts with previous argument \`${each.name}\``);
    }
    const { item, type } = resolveItem(each, scope);
    args.set(each.name, item);
    offered.set(each.name, { type, attributes: undefined });
  }

  const subtyping = new Subtyping(registry, place);
  const bindings = new Bindings();
  const problem = subtyping.bindPaths(target.importedResources, offered, bindings);
  if (problem !== undefined) scope.fail(problem);
  const substitution = new Substitution(types, place);
  for (const [name, { type }] of target.imports) {
    const found = offered.get(name)?.type;
    if (found === undefined) scope.fail(`missing import named \`${name}\``);
    const mismatch = subtyping.extern(found, type, bindings);
    if (mismatch !== undefined) scope.fail(`type mismatch for import \`${name}\`: ${mismatch}`);
    bindNames(type, found, substitution, scope);
  }
  for (const { resource, path } of target.importedResources) {
    const found = followPath(offered, path)?.type;
    if (found?.kind === "type" && found.type.kind === "resource") {
      substitution.bindResource(resource, found.type.canonical);
    }
  }
  const resources = target.exportedResources.map(({ resource, path }): ResourceBinding => {
    const fresh = scope.newResource();
    substitution.bindResource(resource, fresh);
    return { resource: fresh, path };
  });
  const made: InstanceType = {
    kind: "instance",
    depth: target.depth,
    exports: target.exports,
    resources: [],
  };
  const type = substitution.isIdentity ? made : substitution.instance(made);
  scope.instances.push(type);
  return { kind: "instantiate", component, args, type, resources };
}

/** Types that an import names are, in what is made, those that were given for them. */
function bindNames(
  expected: ExternType,
  offered: ExternType,
  substitution: Substitution,
  scope: Scope,
): void {
  scope.shared.place.work(1);
  if (expected.kind === "type" && offered.kind === "type") {
    substitution.bindName(expected.type, offered.type);
  } else if (expected.kind === "instance" && offered.kind === "instance" && expected !== offered) {
    for (const [name, { type }] of expected.exports) {
      const found = offered.exports.get(name)?.type;
      if (found !== undefined) bindNames(type, found, substitution, scope);
    }
  }
}
