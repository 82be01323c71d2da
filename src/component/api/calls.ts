// Calls of a component's functions by its host: at once, as an execution, or driven by the event loop.
// Owns the raw functions by which they are made, each from its first use on.

import { backendOf } from "../../api/backend.ts";
import { type AsyncCallBounds, drive } from "../../api/drive.ts";
import { Execution } from "../../api/execution.ts";
import { type CallBounds, callFunction } from "../../api/func.ts";
import { Module } from "../../api/module.ts";
import type { Store } from "../../api/store.ts";
import { makeRawFunction } from "../../interp/run/host-code.ts";
import { NumType } from "../../module/types.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import { instantiate } from "../../runtime/instantiate.ts";
import type { HostCall } from "../runtime/async/host-export.ts";
import { exportFunction, unwrapped } from "../runtime/host-export.ts";
import type { InstanceState } from "../runtime/instance-state.ts";
import type { ComponentFunc } from "../runtime/items.ts";
import { hostDrop } from "../runtime/resource-builtins.ts";
import type { GuestResource } from "../runtime/resources.ts";

/** A function that an instance exports. */
export interface ExportedFunction {
  readonly func: ComponentFunc;
  /** For messages, e.g. `a:b/c@1.0.0#greet`. */
  readonly name: string;
}

const EMPTY_MODULE = /* @__PURE__ */ Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

export class Calls {
  readonly store: Store;
  readonly #state: InstanceState;
  /** Whether calls may go on beside each other, as some of its functions are async: each waits for its turn. */
  #isAsync = false;
  readonly #functions = new Map<ComponentFunc, FunctionInstance>();
  readonly #drops = new Map<GuestResource, FunctionInstance>();

  constructor(store: Store, state: InstanceState) {
    this.store = store;
    this.#state = state;
  }

  exported(func: ComponentFunc, name: string): ExportedFunction {
    if (func.kind === "lifted" && func.signature.type.async) this.#isAsync = true;
    return { func, name };
  }

  /** @throws what the guest does; ComponentError for the error of its `result` */
  call({ func, name }: ExportedFunction, args: readonly unknown[], bounds?: CallBounds): unknown {
    if (func.kind === "host") return Reflect.apply(func.call, undefined, args);
    const call: HostCall = { args, returned: undefined };
    return callFunction(this.store, this.#raw(func, name), [call], name, this.#bounds(bounds));
  }

  start(exported: ExportedFunction, args: readonly unknown[], concurrent = false): Execution {
    return this.#start(exported, { args, returned: undefined }, concurrent);
  }

  #start({ func, name }: ExportedFunction, call: HostCall, concurrent = false): Execution {
    if (func.kind === "host")
      throw new TypeError(`${name} is a function of the host: there is nothing to run`);
    const { interpreter } = backendOf(this.store.engine);
    return new Execution(
      this.store,
      interpreter.start(this.store.state, this.#raw(func, name), [call], concurrent || this.#isAsync),
    );
  }

  async callAsync(
    exported: ExportedFunction,
    args: readonly unknown[],
    bounds: AsyncCallBounds,
  ): Promise<unknown> {
    if (exported.func.kind === "host") return Reflect.apply(exported.func.call, undefined, args);
    const { signature } = exported.func;
    if (!signature.type.async) return drive(this.start(exported, args, bounds.concurrent), bounds);
    return new Promise((resolve, reject) => {
      const returned = (value: unknown): void => {
        try {
          resolve(unwrapped(value, signature.isFallible));
        } catch (error) {
          reject(error);
        }
      };
      drive(this.#start(exported, { args, returned }, bounds.concurrent), bounds).then(resolve, reject);
    });
  }

  /** Calls an async function: `returned` gets what it returns, a `result` as it is; resolves when its tasks have ended. */
  callToEnd(
    exported: ExportedFunction,
    args: readonly unknown[],
    returned: (value: unknown) => void,
    bounds: AsyncCallBounds,
  ): Promise<unknown> {
    return drive(this.#start(exported, { args, returned }, bounds.concurrent), bounds);
  }

  #bounds(bounds: CallBounds | undefined): CallBounds | undefined {
    return this.#isAsync ? { ...bounds, concurrent: true } : bounds;
  }

  /** Drops a resource that the host owns; what it has dropped or given away already is no matter. */
  drop(resource: GuestResource, value: object): void {
    const rep = resource.drop(value);
    if (rep === undefined) return;
    let raw = this.#drops.get(resource);
    if (raw === undefined) {
      const type = { kind: "func", params: [NumType.I32], results: [] } as const;
      const { instance, name } = resource;
      raw = makeRawFunction(
        this.store.engine.registry,
        type,
        hostDrop(resource),
        `drop of ${name}`,
        this.#home(instance),
      );
      this.#drops.set(resource, raw);
    }
    callFunction(this.store, raw, [rep], `${resource.name}[Symbol.dispose]`);
  }

  #raw(func: ComponentFunc & { readonly kind: "lifted" }, name: string): FunctionInstance {
    let raw = this.#functions.get(func);
    if (raw === undefined) {
      raw = exportFunction(func, name, this.#home(func.instance));
      this.#functions.set(func, raw);
    }
    return raw;
  }

  /** The core instance that counts as running while a call does. */
  #home(instance: InstanceState): ModuleInstance {
    instance.home ??= this.#state.home ?? this.#makeHome();
    return instance.home;
  }

  /** For components without core instances, whose functions are the host's own. */
  #makeHome(): ModuleInstance {
    const { engine, state } = this.store;
    const module = new Module(engine, EMPTY_MODULE);
    return instantiate(backendOf(engine).compiled(module), state, []);
  }
}
