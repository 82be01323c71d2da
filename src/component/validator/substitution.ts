// Types with resource types and named types replaced: what an instantiation gives, what a declared instance is.
// Each node is rewritten once, so that a type graph takes the time of its nodes and not of its paths.

import { mapParts, partsOf, type TypeInterner } from "../model/type-interner.ts";
import type {
  ComponentType,
  Extern,
  ExternType,
  FuncType,
  InstanceType,
  NamedType,
  ResourcePath,
} from "../model/types.ts";
import type { ResourceType, ValueType } from "../model/value-type.ts";
import type { Place } from "./fail.ts";

/** Any object of a type graph. */
type Node = NamedType;

export class Substitution {
  readonly #types: TypeInterner;
  readonly #place: Place;
  /** Canonical resource types to canonical ones. */
  readonly #resources = new Map<ResourceType, ResourceType>();
  /** Rewritten nodes, and those that were given. */
  readonly #nodes = new Map<Node, Node>();
  #renamesValues = false;

  constructor(types: TypeInterner, place: Place) {
    this.#types = types;
    this.#place = place;
  }

  bindResource(from: ResourceType, to: ResourceType): void {
    if (from !== to) this.#resources.set(from, to);
  }

  /** `from` by the name that it has where it comes from; `to` by the name that it has here. */
  bindName(from: NamedType, to: NamedType): void {
    if (from === to) return;
    this.#nodes.set(from, to);
    if (from.kind !== "resource") this.#renamesValues = true;
  }

  get isIdentity(): boolean {
    return this.#resources.size === 0 && this.#nodes.size === 0;
  }

  /** What a canonical resource type is here. */
  canonical(resource: ResourceType): ResourceType {
    return this.#resources.get(resource) ?? resource;
  }

  extern(type: ExternType): ExternType {
    switch (type.kind) {
      case "core-module":
        return type;
      case "type": {
        const named = this.#named(type.type);
        return named === type.type ? type : { ...type, type: named };
      }
      case "value": {
        const value = this.value(type.type);
        return value === type.type ? type : { ...type, type: value };
      }
      case "func":
        return this.#func(type);
      case "instance":
        return this.instance(type);
      case "component":
        return this.#component(type);
    }
  }

  #named(type: NamedType): NamedType {
    switch (type.kind) {
      case "resource":
        return this.#resource(type);
      case "func":
        return this.#func(type);
      case "instance":
        return this.instance(type);
      case "component":
        return this.#component(type);
      default:
        return this.value(type);
    }
  }

  value(type: ValueType): ValueType {
    if (!type.hasResources && !this.#renamesValues) return type;
    return this.#memoised(type, () => {
      let changed = false;
      const parts = mapParts(
        type,
        (part) => {
          const mapped = this.value(part);
          changed ||= mapped !== part;
          return mapped;
        },
        (resource) => {
          const mapped = this.#resource(resource);
          changed ||= mapped !== resource;
          return mapped;
        },
      );
      this.#place.work(1 + partsOf(type).length);
      return changed ? this.#types.make(parts) : type;
    });
  }

  #resource(resource: ResourceType): ResourceType {
    return this.#memoised(resource, () => {
      const target = this.canonical(resource.canonical);
      if (target === resource.canonical) return resource;
      return resource === resource.canonical ? target : this.#types.renameResource(target);
    });
  }

  #func(func: FuncType): FuncType {
    return this.#memoised(func, () => {
      this.#place.work(1 + func.params.length);
      const params = func.params.map(({ name, type }) => ({ name, type: this.value(type) }));
      const result = func.result === undefined ? undefined : this.value(func.result);
      const changed = result !== func.result || params.some(({ type }, k) => type !== func.params[k]?.type);
      return changed ? { ...func, params, result } : func;
    });
  }

  /** Its bound resource types are replaced too if they were given, and then no longer bound by it. */
  instance(instance: InstanceType): InstanceType {
    return this.#memoised(instance, () => {
      const exports = this.#externs(instance.exports);
      const resources = this.#unbound(instance.resources);
      if (exports === instance.exports && resources === instance.resources) return instance;
      return { ...instance, exports, resources };
    });
  }

  #component(component: ComponentType): ComponentType {
    return this.#memoised(component, () => {
      const imports = this.#externs(component.imports);
      const exports = this.#externs(component.exports);
      if (imports === component.imports && exports === component.exports) return component;
      return { ...component, imports, exports };
    });
  }

  #externs(externs: ReadonlyMap<string, Extern>): ReadonlyMap<string, Extern> {
    this.#place.work(externs.size);
    let changed = false;
    const result = new Map<string, Extern>();
    for (const [name, extern] of externs) {
      const type = this.extern(extern.type);
      changed ||= type !== extern.type;
      result.set(name, type === extern.type ? extern : { ...extern, type });
    }
    return changed ? result : externs;
  }

  #unbound(paths: readonly ResourcePath[]): readonly ResourcePath[] {
    return paths.some(({ resource }) => this.#resources.has(resource))
      ? paths.filter(({ resource }) => !this.#resources.has(resource))
      : paths;
  }

  #memoised<T extends Node>(node: T, make: () => T): T {
    const known = this.#nodes.get(node);
    if (known !== undefined) return known as T;
    const made = make();
    this.#nodes.set(node, made);
    return made;
  }
}
