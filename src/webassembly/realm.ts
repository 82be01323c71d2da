// One namespace: its engine and store, its budget, its error classes and the identities of what it hands out.

import { backendOf } from "../api/backend.ts";
import { ENGINE_OPTIONS, Engine, type EngineOptions } from "../api/engine.ts";
import { Store } from "../api/full-store.ts";
import { INTERRUPT_OPTIONS, type InterruptOptions, makeWatch } from "../api/interrupt.ts";
import { STORE_OPTIONS, type StoreOptions } from "../api/store.ts";
import { FUEL, type OptionTable, type Read, readOptions } from "../checks/options.ts";
import type { FunctionInstance } from "../runtime/function.ts";
import { ExceptionInstance, type TagInstance } from "../runtime/tag.ts";
import { NamespaceValues } from "./embedder-values.ts";
import { Errors } from "./errors.ts";
import { Exceptions, makeJSTag } from "./exception.ts";
import { OpaqueObjects } from "./values.ts";

/** What bounds everything that runs under one namespace. */
export interface WebAssemblyOptions extends Pick<EngineOptions, "features" | "costModel" | "moduleLimits"> {
  /** Fuel for all calls together. Default: unlimited. */
  readonly fuel?: StoreOptions["fuel"];
  /** Limits that differ from `DEFAULT_LIMITS`: for all instances of the namespace together. */
  readonly limits?: NonNullable<StoreOptions["limits"]>;
  /** Ends every call once it is aborted; one that runs synchronously cannot see it before it calls the host. */
  readonly signal?: InterruptOptions["signal"];
  /** Milliseconds that each call from JavaScript may take. Default: unlimited. */
  readonly timeoutMs?: InterruptOptions["timeoutMs"];
}

export const WEB_ASSEMBLY_OPTIONS = {
  features: ENGINE_OPTIONS.features,
  costModel: ENGINE_OPTIONS.costModel,
  moduleLimits: ENGINE_OPTIONS.moduleLimits,
  fuel: FUEL,
  limits: STORE_OPTIONS.limits,
  ...INTERRUPT_OPTIONS,
} satisfies OptionTable<WebAssemblyOptions>;

export class Realm {
  readonly engine: Engine;
  readonly store: Store;
  readonly errors = new Errors();
  readonly objects = new OpaqueObjects();
  readonly values: NamespaceValues = new NamespaceValues(this);
  readonly jsTag: TagInstance;
  readonly exceptions: Exceptions;
  readonly interrupts: Read<typeof INTERRUPT_OPTIONS>;

  /** @throws TypeError and RangeError for options that are none */
  constructor(options: WebAssemblyOptions) {
    const { fuel, limits, signal, timeoutMs, ...engineOptions } = readOptions(
      "createWebAssembly",
      options,
      WEB_ASSEMBLY_OPTIONS,
    );
    this.engine = new Engine(engineOptions);
    this.store = new Store(this.engine, { fuel, ...(limits === undefined ? {} : { limits }) });
    // Own, or what a page has put on `Object.prototype` would be found where nothing was given.
    this.interrupts = Object.assign(Object.create(null), {
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    this.jsTag = makeJSTag(this.engine);
    this.exceptions = new Exceptions(this);
    const { state } = this.store;
    state.memoryBudget.exactBuffers = true;
    state.embedder = this.values;
    state.exceptions = {
      toError: (exception) => this.exceptions.toJS(exception),
      toException: (thrown) => this.#toException(thrown),
    };
  }

  /** Calls a function with values of its parameter types. @throws what the engine does */
  call(func: FunctionInstance, values: readonly unknown[]): unknown[] {
    return backendOf(this.engine).interpreter.call(this.store.state, func, values, {
      fuel: undefined,
      quantum: undefined,
      watch: makeWatch(this.interrupts, this.engine.interrupts),
      // While a "promising" call waits, glue calls into the same instance: for its stack pointer, or to allocate.
      concurrent: true,
    });
  }

  /** Everything that JavaScript throws is an exception to guests, but for what ends them. */
  #toException(thrown: unknown): ExceptionInstance | undefined {
    const exception = this.exceptions.find(thrown);
    if (exception !== undefined) return exception;
    if (this.errors.isUncatchable(thrown)) return undefined;
    return new ExceptionInstance(this.jsTag, new Int32Array(2), [thrown]);
  }
}
