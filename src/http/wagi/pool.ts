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

/** Bytes that idle instances of one component may hold together. */
const MOST_IDLE_BYTES = 256 * 2 ** 20;
/** Idle instances of one component. */
const MOST_IDLE = 32;

/** What a guest is given for one request; what is missing is not granted. */
export type GuestGrants = Pick<WasiOptions, "args" | "env" | "stdin" | "stdout" | "stderr" | "preopens">;

/** An instance, and the place where its WASI looks for what it is given. */
export interface PooledInstance {
  readonly instance: Instance;
  readonly store: Store;
  readonly wasi: WasiPreview1;
  readonly grants: Grants;
  /** Whether a request has run in it. */
  isUsed: boolean;
}

/** The options of a WASI, which reads them anew at each reset. */
class Grants implements WasiOptions {
  #current: GuestGrants = {};
  readonly deterministic: boolean | { readonly seed: bigint };

  constructor(deterministic: { readonly seed: bigint } | undefined) {
    this.deterministic = deterministic ?? false;
  }

  put(grants: GuestGrants): void {
    this.#current = grants;
  }

  get args(): readonly string[] {
    return this.#current.args ?? [];
  }

  get env(): Readonly<Record<string, string>> {
    return this.#current.env ?? {};
  }

  get stdin(): NonNullable<WasiOptions["stdin"]> {
    return this.#current.stdin ?? "null";
  }

  get stdout(): NonNullable<WasiOptions["stdout"]> {
    return this.#current.stdout ?? "null";
  }

  get stderr(): NonNullable<WasiOptions["stderr"]> {
    return this.#current.stderr ?? "null";
  }

  get preopens(): NonNullable<WasiOptions["preopens"]> {
    return this.#current.preopens ?? {};
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
  readonly #idle: PooledInstance[] = [];
  #idleBytes = 0;
  #isClosed = false;

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
    const idle = this.#idle.pop();
    if (idle === undefined) return this.#make(grants, timeoutMs);
    this.#idleBytes -= idle.store.bytesUsed;
    idle.grants.put(grants);
    idle.instance.reset();
    return idle;
  }

  /** Closes what the guest had open, and keeps the instance for another request. */
  release(used: PooledInstance): void {
    used.wasi.close();
    used.grants.put({});
    used.isUsed = true;
    const bytes = used.store.bytesUsed;
    if (this.#isClosed || this.#idle.length >= MOST_IDLE || this.#idleBytes + bytes > MOST_IDLE_BYTES) return;
    this.#idle.push(used);
    this.#idleBytes += bytes;
  }

  close(): void {
    this.#isClosed = true;
    this.#idle.length = 0;
    this.#idleBytes = 0;
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
