// Types of what components import and export, resolved: functions, instances, components, core modules.
// Owns the shapes. Value types are in value-type.ts.

import type { ExternType as CoreExternType } from "../../validator/checked-module.ts";
import type { Field, ResourceType, ValueType } from "./value-type.ts";

export interface FuncType {
  readonly kind: "func";
  readonly params: readonly Field[];
  readonly result: ValueType | undefined;
  /** Whether calls of it may block, by its type; how a core function implements it is a canonical option's affair. */
  readonly async: boolean;
}

/** A core module's type; canonical type ids are of the engine's registry. */
export interface ModuleType {
  readonly kind: "core-module";
  readonly imports: readonly ModuleImport[];
  readonly exports: ReadonlyMap<string, CoreExternType>;
}

export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly type: CoreExternType;
}

/** What an import or export of sort `type` names. */
export type NamedType = ValueType | ResourceType | FuncType | InstanceType | ComponentType;

export type ExternType =
  | ModuleType
  | FuncType
  | InstanceType
  | ComponentType
  /** `type` is what the name stands for from now on: an object of its own. */
  | { readonly kind: "type"; readonly type: NamedType; readonly bound: "eq" | "sub" }
  | { readonly kind: "value"; readonly type: ValueType };

/** Sorts of component-level items. */
export type ExternSort = "core-module" | "func" | "value" | "type" | "component" | "instance";

export interface InstanceType {
  readonly kind: "instance";
  /** Levels of instance and component types in each other, itself included. */
  readonly depth: number;
  /** In order. */
  readonly exports: ReadonlyMap<string, Extern>;
  /** Canonical resource types that are bound by this instance's exports, with the path of export names to each. */
  readonly resources: readonly ResourcePath[];
}

export interface ComponentType {
  readonly kind: "component";
  /** As of instance types. */
  readonly depth: number;
  readonly imports: ReadonlyMap<string, Extern>;
  readonly exports: ReadonlyMap<string, Extern>;
  /** Resource types that an instantiation's arguments bind; paths begin with the import's name. */
  readonly importedResources: readonly ResourcePath[];
  /** Resource types that each instantiation makes anew; paths begin with the export's name. */
  readonly exportedResources: readonly ResourcePath[];
}

/** An import or export of a type: its type and what else its declaration says. */
export interface Extern {
  readonly type: ExternType;
  readonly attributes: ExternAttributes | undefined;
}

/** Attributes of a name, each at most once; no rule of typing looks at them. */
export interface ExternAttributes {
  /** Interface name. */
  readonly implements?: string;
  readonly versionSuffix?: string;
  readonly externalId?: string;
}

export interface ResourcePath {
  readonly resource: ResourceType;
  readonly path: readonly string[];
}
