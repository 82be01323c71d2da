// Instances of one module for one request each: made once, reset for the next.
// Owns their number and their lives. What a request is and what its guest may see is put in from outside.

import {
  type Engine,
  type Instance,
  Linker,
  type Module,
  type PreparedInstance,
  Store,
} from "../../api/index.ts";
import { type WasiOptions, WasiPreview1 } from "../../wasi/index.ts";
import { type GuestGrants, IdleInstances, RequestGrants } from "../idle-instances.ts";

/** An instance, and the place where its WASI looks for what it is given. */
export interface PooledInstance {
  readonly instance: Instance;
  readonly store: Store;
  readonly wasi: WasiPreview1;
  readonly grants: Grants;
  /** Whether a request has run in it. */
  isUsed: boolean;
}

class Grants extends RequestGrants implements WasiOptions {
  readonly deterministic: boolean | { readonly seed: bigint };

  constructor(deterministic: { readonly seed: bigint } | undefined) {
    super();
    this.deterministic = deterministic ?? false;
  }
}

export interface PoolOptions {
  readonly maxMemory: number;
  readonly deterministic: { readonly seed: bigint } | undefined;
}

export class InstancePool {
  readonly #engine: Engine;
  readonly #prepared: PreparedInstance;
  readonly #options: PoolOptions;
  readonly #idle = new IdleInstances<PooledInstance>();

  /** @throws LinkError naming every import that WASI preview1 does not have */
  constructor(engine: Engine, module: Module, options: PoolOptions) {
    this.#engine = engine;
    this.#options = options;
    const linker = new Linker(engine);
    WasiPreview1.addTo(linker);
    this.#prepared = linker.prepare(module);
  }

  /**
   * An instance that is as new, with what it is given for the request to come.
   * @throws LimitError, Trap, InterruptedError from its making; whatever opening its grants throws
   */
  acquire(grants: GuestGrants, timeoutMs: number): PooledInstance {
    const idle = this.#idle.take();
    if (idle === undefined) return this.#make(grants, timeoutMs);
    idle.grants.put(grants);
    idle.instance.reset();
    return idle;
  }

  /** Closes what the guest had open, and keeps the instance for another request. */
  release(used: PooledInstance): void {
    used.wasi.close();
    used.grants.put({});
    used.isUsed = true;
    this.#idle.keep(used);
  }

  close(): void {
    this.#idle.close();
  }

  #make(given: GuestGrants, timeoutMs: number): PooledInstance {
    const { maxMemory, deterministic } = this.#options;
    const grants = new Grants(deterministic);
    grants.put(given);
    const wasi = new WasiPreview1(grants);
    try {
      const store = new Store(this.#engine, {
        limits: { memoryBytes: maxMemory, totalBytes: maxMemory },
        wasi,
      });
      const instance = this.#prepared.instantiate(store, { timeoutMs });
      instance.checkpoint();
      return { instance, store, wasi, grants, isUsed: false };
    } catch (error) {
      wasi.close();
      throw error;
    }
  }
}
