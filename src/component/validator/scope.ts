// A scope: the index spaces of a component, or of a component or instance type, while its definitions are checked.
// Owns looking things up by index, and what a scope makes anew: resource types and names for types.

import { LimitError } from "../../errors.ts";
import type { ModuleLimits } from "../../limits.ts";
import type { TypeRegistry } from "../../module/type-registry.ts";
import type { ExternType as CoreExternType } from "../../validator/checked-module.ts";
import type { CoreItemSort, ResourceBinding } from "../model/checked-component.ts";
import type { ExternDesc, SyntaxValType } from "../model/definitions.ts";
import type { ComponentLimits } from "../model/limits.ts";
import type { TypeInterner } from "../model/type-interner.ts";
import type {
  ComponentType,
  Extern,
  ExternType,
  FuncType,
  InstanceType,
  ModuleType,
  NamedType,
  ResourcePath,
} from "../model/types.ts";
import type { ResourceDefinition, ResourceType, ValueType } from "../model/value-type.ts";
import { CoreTypeSpace } from "./core-types.ts";
import { ExternNames } from "./extern-names.ts";
import type { Place } from "./fail.ts";
import { Substitution } from "./substitution.ts";
import { VisibleTypes } from "./visibility.ts";

/** What all scopes of a file share. */
export interface Shared {
  readonly types: TypeInterner;
  readonly registry: TypeRegistry;
  readonly place: Place;
  readonly limits: ModuleLimits;
  readonly componentLimits: ComponentLimits;
}

export type ScopeKind = "component" | "component-type" | "instance-type";

/** A core item's type. */
type CoreSpaces = { readonly [Sort in CoreItemSort]: CoreExternType[] };

/** A value, and whether it has been used: each has to be, once. */
export interface ValueEntry {
  readonly type: ValueType;
  used: boolean;
}

export class Scope {
  readonly kind: ScopeKind;
  readonly parent: Scope | undefined;
  readonly shared: Shared;

  readonly core: CoreSpaces = {
    "core-func": [],
    "core-table": [],
    "core-memory": [],
    "core-global": [],
    "core-tag": [],
  };
  readonly coreTypes: CoreTypeSpace;
  readonly coreModules: ModuleType[] = [];
  readonly coreInstances: ReadonlyMap<string, CoreExternType>[] = [];
  readonly funcs: FuncType[] = [];
  readonly values: ValueEntry[] = [];
  readonly types: NamedType[] = [];
  readonly components: ComponentType[] = [];
  readonly instances: InstanceType[] = [];

  readonly imports = new Map<string, Extern>();
  readonly exports = new Map<string, Extern>();
  readonly importNames: ExternNames;
  readonly exportNames: ExternNames;
  readonly visibleToImports = new VisibleTypes();
  readonly visibleToExports = new VisibleTypes();

  /** Canonical resource types of a component, by slot. */
  readonly resources: ResourceType[] = [];
  /** Those that are imported, or that an export has been found to give. */
  readonly recorded = new Set<ResourceType>();
  readonly importedResources: ResourcePath[] = [];
  readonly exportedResources: ResourcePath[] = [];

  constructor(kind: ScopeKind, parent: Scope | undefined, shared: Shared) {
    this.kind = kind;
    this.parent = parent;
    this.shared = shared;
    this.coreTypes = new CoreTypeSpace(shared.registry, shared.limits, shared.place);
    this.importNames = new ExternNames("import", shared.place);
    this.exportNames = new ExternNames("export", shared.place);
  }

  fail(message: string): never {
    return this.shared.place.fail(message);
  }

  /** An entry of an index space; `what` is what messages call it. */
  find<T>(space: readonly T[], index: number, what: string): T {
    return space[index] ?? this.fail(`unknown ${what} ${index}: ${what} index out of bounds`);
  }

  type(index: number): NamedType {
    return this.find(this.types, index, "type");
  }

  valueType(type: SyntaxValType): ValueType {
    if (typeof type === "string") return this.shared.types.primitive(type);
    const found = this.type(type);
    switch (found.kind) {
      case "resource":
      case "func":
      case "instance":
      case "component":
        return this.fail(`type index ${type} is not a defined type`);
      default:
        return found;
    }
  }

  resource(index: number): ResourceType {
    const found = this.type(index);
    return found.kind === "resource" ? found : this.fail(`type index ${index} is not a resource type`);
  }

  funcType(index: number): FuncType {
    const found = this.type(index);
    return found.kind === "func" ? found : this.fail(`type index ${index} is not a function type`);
  }

  /** The scope `count` levels outwards; 0 is this one. */
  outer(count: number): Scope {
    let scope: Scope | undefined = this;
    for (let left = count; left > 0 && scope !== undefined; left--) scope = scope.parent;
    return scope ?? this.fail(`invalid outer alias count of ${count}`);
  }

  newResource(definition?: ResourceDefinition): ResourceType {
    const slot = this.kind === "component" ? this.resources.length : -1;
    const resource = this.shared.types.resource(slot, definition);
    if (slot >= 0) this.resources.push(resource);
    return resource;
  }

  /** A named type under one more name. */
  rename<T extends NamedType>(type: T): NamedType {
    const { types } = this.shared;
    switch (type.kind) {
      case "resource":
        return types.renameResource(type);
      case "func":
      case "instance":
      case "component":
        return { ...type };
      default:
        return types.rename(type);
    }
  }

  /** What a declaration describes. Resource types that are bound by its name are made anew, with the path to each. */
  declare(desc: ExternDesc): { readonly type: ExternType; readonly resources: readonly ResourceBinding[] } {
    switch (desc.kind) {
      case "core-module":
        return { type: this.coreTypes.module(desc.type), resources: [] };
      case "func":
        return { type: this.funcType(desc.type), resources: [] };
      case "component": {
        const found = this.type(desc.type);
        if (found.kind !== "component") this.fail(`type index ${desc.type} is not a component type`);
        return { type: found, resources: [] };
      }
      case "instance": {
        const found = this.type(desc.type);
        if (found.kind !== "instance") this.fail(`type index ${desc.type} is not an instance type`);
        return this.#open(found);
      }
      case "type": {
        if (desc.bound === "eq") {
          const type = this.rename(this.type(desc.type));
          return { type: { kind: "type", type, bound: "eq" }, resources: [] };
        }
        const resource = this.newResource();
        return { type: { kind: "type", type: resource, bound: "sub" }, resources: [{ resource, path: [] }] };
      }
      case "value":
        return {
          type: {
            kind: "value",
            type:
              desc.bound === "type"
                ? this.valueType(desc.type)
                : this.find(this.values, desc.value, "value").type,
          },
          resources: [],
        };
    }
  }

  /** An instance of this type, whose resource types are none that there were before. */
  #open(instance: InstanceType): { type: InstanceType; resources: readonly ResourceBinding[] } {
    if (instance.resources.length === 0) return { type: instance, resources: [] };
    const substitution = new Substitution(this.shared.types, this.shared.place);
    const resources = instance.resources.map(({ resource, path }) => {
      // A resource type, its name, and the path to it.
      this.shared.place.work(2 + path.length);
      const fresh = this.newResource();
      substitution.bindResource(resource, fresh);
      return { resource: fresh, path };
    });
    return { type: substitution.instance(instance), resources };
  }

  /** @throws LimitError where instance and component types are nested too deeply */
  depthOf(...lists: readonly ReadonlyMap<string, Extern>[]): number {
    let depth = 1;
    for (const externs of lists) {
      for (const { type } of externs.values()) {
        const inner = type.kind === "type" ? type.type : type;
        if (inner.kind === "instance" || inner.kind === "component") depth = Math.max(depth, inner.depth + 1);
      }
    }
    const allowed = this.shared.componentLimits.componentNesting;
    if (depth <= allowed) return depth;
    throw new LimitError("componentNesting", depth, allowed, "nesting of instance and component types");
  }

  /** Appends an item to the index space of its sort. */
  push(type: ExternType): void {
    switch (type.kind) {
      case "core-module":
        this.coreModules.push(type);
        break;
      case "func":
        this.funcs.push(type);
        break;
      case "value":
        this.values.push({ type: type.type, used: false });
        break;
      case "type":
        this.types.push(type.type);
        break;
      case "component":
        this.components.push(type);
        break;
      case "instance":
        this.instances.push(type);
        break;
    }
  }
}
