// Key-value interfaces: fermyon:spin/key-value, and the drafts of wasi:keyvalue that Spin has. One component's, with the stores
// that it was granted. Owns their classes and errors; stores are key-value-file.ts's affair.

import { ComponentError, type HostInterface } from "../../component/index.ts";
import { bytesOf, type HostCall } from "../host-call.ts";
import { type KeyValueStore, StoreError, type Value } from "./key-value-file.ts";
import { DONE, type Done, streamOf } from "./streams.ts";

/** The stores of a component, by label. */
export type GrantedStores = ReadonlyMap<string, KeyValueStore>;

/** The error of both interfaces. What has gone wrong with the file is for the log, not for the guest. */
function other(error: unknown, { report }: HostCall): ComponentError {
  if (error instanceof StoreError) return new ComponentError({ tag: "other", val: error.message });
  report(`a key-value store cannot be used: ${(error as Error).message}`);
  return new ComponentError({ tag: "other", val: "the store cannot be used now" });
}

/** What went wrong as the interface says it, also where the store has to be waited for. */
function told<T>(call: HostCall, run: () => T | Promise<T>): T | Promise<T> {
  const fail = (error: unknown): never => {
    throw other(error, call);
  };
  try {
    const result = run();
    return result instanceof Promise ? result.catch(fail) : result;
  } catch (error) {
    return fail(error);
  }
}

function opened(stores: GrantedStores, label: string): KeyValueStore {
  const store = stores.get(label);
  if (store === undefined) throw new ComponentError({ tag: "access-denied" });
  return store;
}

/** What both interfaces' stores do in the same words. */
class OpenStore {
  readonly store: KeyValueStore;
  readonly #call: HostCall;

  constructor(store: KeyValueStore, call: HostCall) {
    this.store = store;
    this.#call = call;
  }

  get(key: string): Value | Promise<Value> {
    this.#call.charge(bytesOf(key));
    return told(this.#call, () => this.store.get(key));
  }

  set(key: string, value: Uint8Array): void | Promise<void> {
    this.#call.charge(bytesOf(key) + value.length);
    return told(this.#call, () => this.store.set(key, value));
  }

  delete(key: string): void | Promise<void> {
    this.#call.charge(bytesOf(key));
    return told(this.#call, () => this.store.delete(key));
  }

  exists(key: string): boolean | Promise<boolean> {
    this.#call.charge(bytesOf(key));
    return told(this.#call, () => this.store.exists(key));
  }
}

/** `fermyon:spin/key-value@2.0.0`, and `spin:key-value` of the third version, by name. */
export function spinKeyValue(stores: GrantedStores, call: HostCall): Readonly<Record<string, HostInterface>> {
  class Store extends OpenStore {
    static open(label: string): Store {
      call.charge(bytesOf(label));
      return new Store(opened(stores, label), call);
    }

    getKeys(): string[] | Promise<string[]> {
      call.charge(0);
      return told(call, () => this.store.keys());
    }
  }

  class StreamingStore extends OpenStore {
    static open(label: string): StreamingStore {
      call.charge(bytesOf(label));
      return new StreamingStore(opened(stores, label), call);
    }

    /** What goes wrong is told behind the stream, which then has nothing. */
    async getKeys(): Promise<[ReadableStream<string>, Promise<Done | Failed>]> {
      call.charge(0);
      try {
        const keys = await told(call, () => this.store.keys());
        return [streamOf(keys), Promise.resolve(DONE)];
      } catch (error) {
        if (!ComponentError.isMade(error)) throw error;
        return [streamOf([]), Promise.resolve({ tag: "err", val: error.payload })];
      }
    }
  }
  return {
    "fermyon:spin/key-value@2.0.0": { Store },
    "spin:key-value/key-value@3.0.0": { Store: StreamingStore },
  };
}

/** A `result` that is an error, as a value. */
interface Failed {
  readonly tag: "err";
  readonly val: unknown;
}

type Entry = readonly [key: string, value: Uint8Array];

/** Interfaces of `wasi:keyvalue@0.2.0-draft2`, by name. */
export function wasiKeyValue(stores: GrantedStores, call: HostCall): Readonly<Record<string, HostInterface>> {
  class Bucket extends OpenStore {
    /** All at once: there is never a cursor to go on from. */
    async listKeys(cursor: string | undefined): Promise<{ keys: string[]; cursor: undefined }> {
      call.charge(0);
      if (cursor !== undefined) throw new ComponentError({ tag: "other", val: "no such cursor" });
      return { keys: await told(call, () => this.store.keys()), cursor: undefined };
    }
  }

  class Cas {
    readonly store: KeyValueStore;
    readonly key: string;
    #before: Value;

    constructor(store: KeyValueStore, key: string) {
      this.store = store;
      this.key = key;
    }

    static new(bucket: Bucket, key: string): Cas {
      call.charge(bytesOf(key));
      return new Cas(bucket.store, key);
    }

    async current(): Promise<Value> {
      call.charge(bytesOf(this.key));
      this.#before = await told(call, () => this.store.get(this.key));
      return this.#before;
    }

    /** Gives one that knows the value of now, where it is not the one that was read. */
    async swap(value: Uint8Array): Promise<Cas | undefined> {
      if (await told(call, () => this.store.swap(this.key, this.#before, value))) return undefined;
      const next = new Cas(this.store, this.key);
      await next.current();
      return next;
    }
  }

  return {
    "wasi:keyvalue/store@0.2.0-draft2": {
      open(label: string): Bucket {
        call.charge(bytesOf(label));
        return new Bucket(opened(stores, label), call);
      },
      Bucket,
    },
    "wasi:keyvalue/batch@0.2.0-draft2": {
      getMany(bucket: Bucket, keys: readonly string[]) {
        call.charge(lengthOf(keys));
        return told(call, () => bucket.store.getMany(keys));
      },
      setMany(bucket: Bucket, entries: readonly Entry[]) {
        call.charge(entries.reduce((sum, [key, value]) => sum + bytesOf(key) + value.length, 0));
        return told(call, () => bucket.store.setMany(entries));
      },
      deleteMany(bucket: Bucket, keys: readonly string[]) {
        call.charge(lengthOf(keys));
        return told(call, () => bucket.store.deleteMany(keys));
      },
    },
    "wasi:keyvalue/atomics@0.2.0-draft2": {
      Cas,
      increment(bucket: Bucket, key: string, delta: bigint) {
        call.charge(bytesOf(key));
        return told(call, () => bucket.store.increment(key, delta));
      },
      async swap(cas: Cas, value: Uint8Array): Promise<void> {
        call.charge(bytesOf(cas.key) + value.length);
        const next = await cas.swap(value).catch((error: unknown) => {
          throw ComponentError.isMade(error)
            ? new ComponentError({ tag: "store-error", val: error.payload })
            : error;
        });
        if (next !== undefined) throw new ComponentError({ tag: "cas-failed", val: next });
      },
    },
  };
}

function lengthOf(keys: readonly string[]): number {
  return keys.reduce((sum, key) => sum + bytesOf(key), 0);
}
