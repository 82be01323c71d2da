// Instances of one component for one request each: made once, reset for the next.
// Owns their lives. What a request is and what its guest may see is put in from outside.

import type { AsyncCallOptions, Caller } from "../api/index.ts";
import { type Engine, Store } from "../api/index.ts";
import {
  type Component,
  type ComponentInstance,
  ComponentLinker,
  type HostInterface,
  type PreparedComponent,
} from "../component/index.ts";
import { type ComponentWasiOptions, Wasi } from "../component-wasi/index.ts";
import { type GuestGrants, IdleInstances, RequestGrants } from "./idle-instances.ts";

export interface ComponentPoolOptions {
  readonly engine: Engine;
  readonly component: Component;
  /** What each guest may reach, and how; clocks and sockets of the process. */
  readonly network: Pick<ComponentWasiOptions, "network" | "transport" | "host">;
  /** Interfaces besides WASI's, by name; `caller` gives the call of theirs that is under way. */
  readonly interfaces: (caller: () => Caller | undefined) => Readonly<Record<string, HostInterface>>;
  /** Called when a request is over, so that these let go of what they have for the guest in that store. */
  readonly onEnd: (store: Store) => void;
  readonly maxMemory: number;
  readonly deterministic: { readonly seed: bigint } | undefined;
}

/** An instance, and the place where its WASI looks for what it is given. */
export interface PooledComponent {
  readonly instance: ComponentInstance;
  readonly store: Store;
  readonly wasi: Wasi;
  readonly grants: RequestGrants;
  /** Whether it can be made as new; not if it has got something of its host when it was made. */
  readonly canReset: boolean;
  /** Whether it was made for this request. */
  isNew: boolean;
}

class Grants extends RequestGrants implements ComponentWasiOptions {
  readonly deterministic: boolean | { readonly seed: bigint };
  readonly network?: NonNullable<ComponentWasiOptions["network"]>;
  readonly transport?: NonNullable<ComponentWasiOptions["transport"]>;
  readonly host?: NonNullable<ComponentWasiOptions["host"]>;

  constructor({ network: { network, transport, host }, deterministic }: ComponentPoolOptions) {
    super();
    this.deterministic = deterministic ?? false;
    if (network !== undefined) this.network = network;
    if (transport !== undefined) this.transport = transport;
    if (host !== undefined) this.host = host;
  }
}

export class ComponentPool {
  readonly #options: ComponentPoolOptions;
  readonly #prepared: PreparedComponent;
  readonly #idle = new IdleInstances<PooledComponent>();

  /** @throws LinkError naming every import that is not there */
  constructor(options: ComponentPoolOptions) {
    this.#options = options;
    const linker = new ComponentLinker(options.engine);
    Wasi.addTo(linker);
    const interfaces = options.interfaces(() => linker.caller);
    for (const [name, host] of Object.entries(interfaces)) linker.instance(name, host);
    this.#prepared = linker.prepare(options.component);
  }

  /**
   * An instance that is as new, with what it is given for the request to come. `call` bounds its start functions.
   * @throws by rejecting: LimitError, Trap, InterruptedError from its making; whatever opening its grants throws
   */
  async acquire(grants: GuestGrants, call: AsyncCallOptions): Promise<PooledComponent> {
    const idle = this.#idle.take();
    if (idle === undefined) return this.#make(grants, call);
    idle.grants.put(grants);
    idle.instance.reset();
    idle.isNew = false;
    return idle;
  }

  /** Closes what the guest had open, and keeps the instance for another request. */
  release(used: PooledComponent): void {
    used.wasi.close();
    this.#options.onEnd(used.store);
    used.grants.put({});
    if (used.canReset) this.#idle.keep(used);
  }

  close(): void {
    this.#idle.close();
  }

  async #make(given: GuestGrants, call: AsyncCallOptions): Promise<PooledComponent> {
    const { engine, maxMemory } = this.#options;
    const grants = new Grants(this.#options);
    grants.put(given);
    const wasi = new Wasi(grants);
    const store = new Store(engine, { limits: { memoryBytes: maxMemory, totalBytes: maxMemory }, wasi });
    try {
      const instance = await this.#prepared.instantiateAsync(store, call);
      return { instance, store, wasi, grants, canReset: canReset(instance), isNew: true };
    } catch (error) {
      wasi.close();
      this.#options.onEnd(store);
      throw error;
    }
  }
}

/** Notes the instance as it is now; false where that cannot be done. */
function canReset(instance: ComponentInstance): boolean {
  try {
    instance.checkpoint();
    return true;
  } catch {
    // Such a component serves one request, as a module of WASI does that has opened a file when it was made.
    return false;
  }
}
