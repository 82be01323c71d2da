// Instances of one component or program between two requests, and what each request grants them.
// Owns their number. How they are made, and made as new again, is the pools' affair.

import type { Store } from "../api/index.ts";
import type { WasiOptions } from "../wasi/index.ts";

/** Bytes that idle instances of one component may hold together. */
const MOST_IDLE_BYTES = 256 * 2 ** 20;
/** Idle instances of one component. */
const MOST_IDLE = 32;

/** What a guest is given for one request; what is missing is not granted. */
export type GuestGrants = Pick<WasiOptions, "args" | "env" | "stdin" | "stdout" | "stderr" | "preopens">;

/** The options of a WASI that begins anew for each request, and then reads them anew. */
export class RequestGrants implements GuestGrants {
  #current: GuestGrants = {};

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

export class IdleInstances<T extends { readonly store: Store }> {
  readonly #idle: T[] = [];
  #bytes = 0;
  #isClosed = false;

  /** The one that was used last, whose memory is most likely to be in the processor's caches. */
  take(): T | undefined {
    const taken = this.#idle.pop();
    if (taken !== undefined) this.#bytes -= taken.store.bytesUsed;
    return taken;
  }

  /** Keeps an instance if there is room for it. */
  keep(instance: T): void {
    const bytes = instance.store.bytesUsed;
    if (this.#isClosed || this.#idle.length >= MOST_IDLE || this.#bytes + bytes > MOST_IDLE_BYTES) return;
    this.#idle.push(instance);
    this.#bytes += bytes;
  }

  /** Lets go of all, and keeps none from now on. */
  close(): void {
    this.#isClosed = true;
    this.#idle.length = 0;
    this.#bytes = 0;
  }
}
