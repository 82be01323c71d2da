// What validation establishes about a component: what instantiating it does, step by step, with every index and type resolved.
// Owns the shape. The validator makes it, the runtime goes through its steps in order.
//
// An instance has one list for each sort (core functions, tables, memories, globals, tags, core modules, core instances;
// functions, values, components, instances), and one of resource types by slot. A step appends to the list of the sort that
// it makes; indices in steps are places in those lists. Types are nowhere looked up: steps carry them.

import type { Module } from "../../api/index.ts";
import type { FuncType as CoreFuncType } from "../../module/types.ts";
import type {
  CancellableBuiltin,
  CopyOperation,
  EndOperation,
  PlainBuiltin,
  ResourceBuiltin,
  StreamOrFuture,
  StringEncoding,
} from "./canon.ts";
import type {
  ComponentType,
  ExternAttributes,
  ExternType,
  FuncType,
  InstanceType,
  ModuleType,
} from "./types.ts";
import type { ResourceType, StreamType, ValueType } from "./value-type.ts";

export interface CheckedComponent {
  /** Its imports and exports. */
  readonly type: ComponentType;
  /** In order; instantiation executes them one after the other. */
  readonly steps: readonly Step[];
  /** Every canonical resource type that occurs in the steps, by slot. */
  readonly resources: readonly ResourceType[];
  /** `""` for the file itself, else such as `component 2`, for messages. */
  readonly path: string;
  /** From its `component-name` section. */
  readonly name: string | undefined;
}

/** Lists of an instance that hold core items. */
export type CoreItemSort = "core-func" | "core-table" | "core-memory" | "core-global" | "core-tag";

/** A core item: a place in one of the instance's lists. */
export interface CoreItem {
  readonly sort: CoreItemSort;
  readonly index: number;
}

/**
 * A component-level item. A type is a resource type, which has a place in the instance's list of resources, or nothing that
 * exists when components run.
 */
export type Item =
  | { readonly sort: "core-module" | "func" | "value" | "component" | "instance"; readonly index: number }
  | { readonly sort: "type"; readonly resource: ResourceType | undefined };

/** `resource` is bound to what is found along `path`: names of exports, from the step's own item. Empty: the item itself. */
export interface ResourceBinding {
  readonly resource: ResourceType;
  readonly path: readonly string[];
}

/** Canonical options, resolved. Places are in the lists of core memories and functions. */
export interface CanonOptions {
  readonly stringEncoding: StringEncoding;
  readonly memory: number | undefined;
  readonly realloc: number | undefined;
  readonly postReturn: number | undefined;
  readonly async: boolean;
  readonly callback: number | undefined;
}

export interface ImportStep {
  readonly kind: "import";
  readonly name: string;
  readonly attributes: ExternAttributes | undefined;
  readonly type: ExternType;
  readonly resources: readonly ResourceBinding[];
}

export interface ExportStep {
  readonly kind: "export";
  readonly name: string;
  readonly attributes: ExternAttributes | undefined;
  readonly item: Item;
  /** As exported: the ascribed type if there is one. Appended to the item's list, under this type. */
  readonly type: ExternType;
  /** Resource types that an ascribed type makes of those of the item. */
  readonly resources: readonly ResourceBinding[];
}

export type CanonStep = { readonly kind: "canon" } & (
  | {
      readonly canon: "lift";
      readonly coreFunc: number;
      readonly type: FuncType;
      readonly options: CanonOptions;
    }
  /** All others append to the core functions, one of type `coreType`. */
  | {
      readonly canon: "lower";
      readonly func: number;
      readonly type: FuncType;
      readonly options: CanonOptions;
    }
  | { readonly canon: ResourceBuiltin; readonly resource: ResourceType }
  | { readonly canon: PlainBuiltin }
  | { readonly canon: "task.return"; readonly result: ValueType | undefined; readonly options: CanonOptions }
  | { readonly canon: "context.get" | "context.set"; readonly type: "i32" | "i64"; readonly slot: number }
  | { readonly canon: "subtask.cancel"; readonly async: boolean }
  | { readonly canon: `${StreamOrFuture}.${EndOperation}`; readonly type: StreamType }
  | {
      readonly canon: `${StreamOrFuture}.${CopyOperation}`;
      readonly type: StreamType;
      readonly options: CanonOptions;
    }
  | {
      readonly canon: `${StreamOrFuture}.cancel-${CopyOperation}`;
      readonly type: StreamType;
      readonly async: boolean;
    }
  | { readonly canon: "error-context.new" | "error-context.debug-message"; readonly options: CanonOptions }
  | {
      readonly canon: "waitable-set.wait" | "waitable-set.poll";
      readonly cancellable: boolean;
      readonly memory: number;
    }
  | { readonly canon: "thread.new-indirect"; readonly typeId: number; readonly table: number }
  | { readonly canon: CancellableBuiltin; readonly cancellable: boolean }
) & {
    /** Type of the core function that it makes, or takes (lift); options and types determine it. */
    readonly coreType: CoreFuncType;
    /** Canonical id of that type in the engine's registry. */
    readonly coreTypeId: number;
  };

export type StepBody =
  | { readonly kind: "core-module"; readonly module: Module }
  | {
      readonly kind: "core-instantiate";
      readonly module: number;
      readonly type: ModuleType;
      /** For each import's module name, a core instance. */
      readonly args: ReadonlyMap<string, number>;
    }
  /** A core instance of these exports. */
  | { readonly kind: "core-exports"; readonly exports: ReadonlyMap<string, CoreItem> }
  | {
      readonly kind: "core-alias";
      readonly sort: CoreItemSort;
      readonly instance: number;
      readonly name: string;
    }
  | { readonly kind: "component"; readonly component: CheckedComponent }
  | {
      readonly kind: "instantiate";
      readonly component: number;
      readonly args: ReadonlyMap<string, Item>;
      /** Of the new instance, as this component sees it. */
      readonly type: InstanceType;
      readonly resources: readonly ResourceBinding[];
    }
  /** An instance of these exports. */
  | { readonly kind: "exports"; readonly exports: ReadonlyMap<string, Item>; readonly type: InstanceType }
  /** Appends an export of an instance. Types are not aliased by steps: they have been bound already. */
  | {
      readonly kind: "alias";
      readonly sort: "core-module" | "func" | "value" | "component" | "instance";
      readonly instance: number;
      readonly name: string;
    }
  /** Appends an item of an enclosing component, `count` components outwards (0: this one). */
  | {
      readonly kind: "outer-alias";
      readonly sort: "core-module" | "component";
      readonly count: number;
      readonly index: number;
    }
  /** A new resource type for this instance, bound to its slot. */
  | { readonly kind: "resource"; readonly resource: ResourceType }
  | CanonStep
  | ImportStep
  | ExportStep
  /** Calls a function with values, and appends what it gives. */
  | {
      readonly kind: "start";
      readonly func: number;
      readonly args: readonly number[];
      readonly results: number;
    }
  /** Appends a value that the file holds in `start` to `end`. */
  | { readonly kind: "value"; readonly type: ValueType; readonly start: number; readonly end: number };

/** `offset`: of the definition in the file, for messages. */
export type Step = StepBody & { readonly offset: number };
