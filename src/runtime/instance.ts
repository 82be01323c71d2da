// A module instance (spec 4.2.5): a checked module bound to its store's memories, tables, globals, tags.
// Owns the index spaces at run time. Function instances are made on first use: most
// functions of a large module are never referenced except by direct calls.

import type { OpcodeTables } from "../decoder/opcode-shapes.ts";
import type { DefinedType } from "../module/type-registry.ts";
import type { CheckedModule } from "../validator/checked-module.ts";
import { FunctionInstance, type LoweredFunction } from "./function.ts";
import type { ObjectType } from "./gc.ts";
import type { GlobalInstance } from "./global.ts";
import { FUNCTION_BYTES } from "./host-heap.ts";
import { type InstantiationPlan, planOf } from "./instantiation-plan.ts";
import type { MemoryInstance } from "./memory.ts";
import type { Reference } from "./reference.ts";
import type { StoreState } from "./store.ts";
import type { TableInstance } from "./table.ts";
import type { TagInstance } from "./tag.ts";

/** What a name is exported as. */
export type ExternInstance =
  | { readonly kind: "func"; readonly func: FunctionInstance }
  | { readonly kind: "table"; readonly table: TableInstance }
  | { readonly kind: "memory"; readonly memory: MemoryInstance }
  | { readonly kind: "global"; readonly global: GlobalInstance }
  | { readonly kind: "tag"; readonly tag: TagInstance };

/** A checked module with the interpreter's lowered functions, shared by all its instances. */
export interface ExecutableModule {
  readonly checked: CheckedModule;
  /** With which its bytes are read. */
  readonly tables: OpcodeTables;
  /** What its instances have in common; made by the first of them, see `planOf`. */
  plan: InstantiationPlan | undefined;
  /** The lowered form of a defined function, by its place among the definitions. */
  loweredFunction(definedIdx: number): LoweredFunction;
}

export class ModuleInstance {
  readonly executable: ExecutableModule;
  readonly store: StoreState;
  readonly memories: MemoryInstance[] = [];
  readonly tables: TableInstance[] = [];
  readonly globals: GlobalInstance[] = [];
  readonly tags: TagInstance[] = [];
  /** Element segments; a dropped one is empty. */
  readonly elements: (readonly Reference[])[] = [];
  /** Data segments; a dropped one is empty. */
  readonly data: Uint8Array[];
  /** Defined types by module type index. */
  readonly types: readonly DefinedType[];
  /** Struct and array types by module type index, each from its first use on; see {@link objectType}. */
  readonly objectTypes: (ObjectType | undefined)[] = [];
  readonly #functions: (FunctionInstance | undefined)[];
  readonly #importedFunctions: number;

  constructor(
    executable: ExecutableModule,
    store: StoreState,
    importedFunctions: readonly FunctionInstance[],
  ) {
    this.executable = executable;
    this.store = store;
    const { checked } = executable;
    const plan = planOf(executable);
    this.types = plan.types;
    this.data = plan.dataAfterwards.slice();
    this.#functions = [...importedFunctions];
    this.#functions.length = checked.functionTypeIds.length;
    this.#importedFunctions = importedFunctions.length;
  }

  get checked(): CheckedModule {
    return this.executable.checked;
  }

  /** The function at `funcIdx`, which validation has checked. @throws LimitError when there is no room for one more */
  func(funcIdx: number): FunctionInstance {
    const known = this.#functions[funcIdx];
    if (known !== undefined) return known;
    const typeId = this.checked.functionTypeIds[funcIdx]!;
    const type = this.checked.registry.funcType(typeId);
    const code = this.executable.loweredFunction(funcIdx - this.#importedFunctions);
    this.store.reserveHostHeap(FUNCTION_BYTES, "reference to a function");
    const made = FunctionInstance.guest(typeId, type, this, code);
    this.#functions[funcIdx] = made;
    return made;
  }

  /** The struct or array type at `typeIdx`. */
  objectType(typeIdx: number): ObjectType {
    const { objectTypes, types } = this;
    // All at once, as an array with wide gaps would be a hash table.
    while (objectTypes.length < types.length) objectTypes.push(undefined);
    const type = objectTypes[typeIdx] ?? this.store.heap.typeOf(types[typeIdx]!);
    objectTypes[typeIdx] = type;
    return type;
  }

  /** What the module exports as `name`, or `undefined`. */
  export(name: string): ExternInstance | undefined {
    const found = this.checked.exportsByName.get(name);
    return found === undefined ? undefined : this.extern(found.kind, found.index);
  }

  /** The item at an index of an index space. */
  extern(kind: ExternInstance["kind"], index: number): ExternInstance {
    switch (kind) {
      case "func":
        return { kind, func: this.func(index) };
      case "table":
        return { kind, table: this.tables[index]! };
      case "memory":
        return { kind, memory: this.memories[index]! };
      case "global":
        return { kind, global: this.globals[index]! };
      case "tag":
        return { kind, tag: this.tags[index]! };
    }
  }
}
