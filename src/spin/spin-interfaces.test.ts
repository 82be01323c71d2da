import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { Engine, Store } from "../api/index.ts";
import { Component, ComponentError, ComponentLinker, type HostInterface } from "../component/index.ts";
import { type HostCall, hostCall } from "./host-call.ts";
import { absentImports, spinInterfaces } from "./spin-interfaces.ts";
import { wasiKeyValue } from "./stores/key-value.ts";
import { KeyValueFile, KeyValueStore, StoreError } from "./stores/key-value-file.ts";
import { SqlGrants } from "./stores/sqlite-interfaces.ts";

const FREE: HostCall = { charge: () => {}, report: () => {}, owner: () => undefined };

/** What is asked for by name: what the linker does, without its types. */
type Members = Record<
  string,
  ((...args: unknown[]) => unknown) & Record<string, (...args: unknown[]) => unknown>
>;

function interfaces(call: HostCall = FREE): Record<string, Members> {
  const file = new KeyValueFile(undefined);
  const granted = {
    variables: new Map([["greeting", "good day"]]),
    stores: new Map([["default", file.store("default")]]),
    databases: new SqlGrants(),
  };
  return spinInterfaces(granted, call) as unknown as Record<string, Members>;
}

interface StreamingStore {
  set(key: string, value: Uint8Array): unknown;
  getKeys(): Promise<[ReadableStream<string>, Promise<unknown>]>;
}

async function payloadOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    if (error instanceof ComponentError) return error.payload;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

it("gives variables in every form that Spin has", async () => {
  const all = interfaces();
  for (const name of ["fermyon:spin/variables@2.0.0", "spin:variables/variables@3.0.0"]) {
    expect(await all[name]?.get?.("greeting")).toBe("good day");
    expect(await payloadOf(() => all[name]?.get?.("other"))).toEqual({
      tag: "undefined",
      val: 'no variable "other"',
    });
  }
  const config = all["wasi:config/store@0.2.0-draft-2024-09-27"];
  expect(config?.get?.("greeting")).toBe("good day");
  expect(config?.get?.("other")).toBeUndefined();
  expect(config?.getAll?.()).toEqual([["greeting", "good day"]]);
});

describe("key-value", () => {
  it("opens what was granted, and tells what goes wrong as the interface does", async () => {
    const { Store: KeyValue } = interfaces()["fermyon:spin/key-value@2.0.0"] ?? {};
    const store = KeyValue?.open?.("default") as Record<string, (...args: unknown[]) => unknown>;
    await store.set?.("k", bytes(1));
    expect(await store.get?.("k")).toEqual(bytes(1));
    expect([await store.exists?.("k"), await store.exists?.("l"), await store.getKeys?.()]).toEqual([
      true,
      false,
      ["k"],
    ]);
    await store.delete?.("k");
    expect(await store.get?.("k")).toBeUndefined();
    expect(await payloadOf(() => KeyValue?.open?.("other"))).toEqual({ tag: "access-denied" });
    expect(await payloadOf(() => store.set?.("x".repeat(5000), bytes()))).toEqual({
      tag: "other",
      val: "a key has at most 4096 bytes",
    });
  });

  it("streams its keys in the third version, and tells behind them what went wrong", async () => {
    const { Store: KeyValue } = interfaces()["spin:key-value/key-value@3.0.0"] ?? {};
    const store = KeyValue?.open?.("default") as StreamingStore;
    await store.set("a", bytes(1));
    await store.set("b", bytes(2));
    const [keys, done] = await store.getKeys();
    const reader = keys.getReader();
    expect([(await reader.read()).value, (await reader.read()).value, (await reader.read()).done]).toEqual([
      "a",
      "b",
      true,
    ]);
    expect(await done).toEqual({ tag: "ok", val: undefined });
    const broken = new Map([["default", new KeyValueFile("/dev/null/none/x.db").store("default")]]);
    const all = spinInterfaces({ variables: new Map(), stores: broken, databases: new SqlGrants() }, FREE);
    const { Store: Broken } = all["spin:key-value/key-value@3.0.0"] as unknown as Members;
    const failing = Broken?.open?.("default") as StreamingStore;
    const [none, failed] = await failing.getKeys();
    expect((await none.getReader().read()).done).toBe(true);
    expect(await failed).toEqual({
      tag: "err",
      val: { tag: "other", val: "the store cannot be used now" },
    });
  });

  it("is WASI's too, with batches and atomics", async () => {
    const all = interfaces();
    const bucket = all["wasi:keyvalue/store@0.2.0-draft2"]?.open?.("default") as Members[string];
    const batch = all["wasi:keyvalue/batch@0.2.0-draft2"];
    const atomics = all["wasi:keyvalue/atomics@0.2.0-draft2"];
    await batch?.setMany?.(bucket, [
      ["a", bytes(1)],
      ["b", bytes(2)],
    ]);
    expect(await bucket.listKeys?.(undefined)).toEqual({ keys: ["a", "b"], cursor: undefined });
    expect(await payloadOf(() => bucket.listKeys?.("b"))).toEqual({ tag: "other", val: "no such cursor" });
    expect(await batch?.getMany?.(bucket, ["b", "none"])).toEqual([
      ["b", bytes(2)],
      ["none", undefined],
    ]);
    await batch?.deleteMany?.(bucket, ["a"]);
    expect(await bucket.exists?.("a")).toBe(false);
    expect(await atomics?.increment?.(bucket, "n", 3n)).toBe(3n);
    const first = atomics?.Cas?.new?.(bucket, "b") as Members[string];
    expect(await first.current?.()).toEqual(bytes(2));
    await bucket.set?.("b", bytes(9));
    const refused = (await payloadOf(() => atomics?.swap?.(first, bytes(3)))) as {
      tag: string;
      val: unknown;
    };
    expect(refused.tag).toBe("cas-failed");
    // It has looked again, and succeeds.
    await atomics?.swap?.(refused.val, bytes(4));
    expect(await bucket.get?.("b")).toEqual(bytes(4));
    expect(await payloadOf(() => atomics?.swap?.(refused.val, new Uint8Array((16 << 20) + 1)))).toEqual({
      tag: "store-error",
      val: { tag: "other", val: "a value has at most 16777216 bytes" },
    });
  });

  it("says it as atomics do where a value that has changed cannot be read again", async () => {
    let isFirst = true;
    const store = new KeyValueStore("default", <T>() => {
      if (!isFirst) throw new StoreError("it is gone");
      isFirst = false;
      return false as T;
    });
    const all = wasiKeyValue(new Map([["default", store]]), FREE) as unknown as Record<string, Members>;
    const atomics = all["wasi:keyvalue/atomics@0.2.0-draft2"];
    const cas = atomics?.Cas?.new?.(all["wasi:keyvalue/store@0.2.0-draft2"]?.open?.("default"), "k");
    expect(await payloadOf(() => atomics?.swap?.(cas, bytes(1)))).toEqual({
      tag: "store-error",
      val: { tag: "other", val: "it is gone" },
    });
  });

  it("tells the log, and not the guest, why a file cannot be used", async () => {
    const reported: string[] = [];
    const stores = new Map([["default", new KeyValueFile("/dev/null/none/x.db").store("default")]]);
    const all = spinInterfaces(
      { variables: new Map(), stores, databases: new SqlGrants() },
      { ...FREE, report: (line) => reported.push(line) },
    );
    const { Store: KeyValue } = all["fermyon:spin/key-value@2.0.0"] as unknown as Members;
    const store = KeyValue?.open?.("default") as Members[string];
    expect(await payloadOf(() => store.get?.("k"))).toEqual({
      tag: "other",
      val: "the store cannot be used now",
    });
    expect(reported[0]).toContain("/dev/null/none");
  });
});

/** A component that imports Redis with a resource, and calls what opens a connection. */
const REDIS = `(component
  (import "fermyon:spin/redis@2.0.0" (instance $redis
    (export "connection" (type $connection (sub resource)))
    (type $error' (variant (case "invalid-address") (case "too-many-connections") (case "type-error") (case "other" string)))
    (export "error" (type $error (eq $error')))
    (export "[static]connection.open" (func (param "address" string) (result (result (own $connection) (error $error)))))
    (export "[method]connection.incr" (func (param "self" (borrow $connection)) (param "key" string) (result (result s64 (error $error)))))))
  (core module $libc
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 512))
  (core instance $libc (instantiate $libc))
  (core func $open (canon lower (func $redis "[static]connection.open")
    (memory $libc "memory") (realloc (func $libc "realloc"))))
  (core module $code
    (import "" "open" (func $open (param i32 i32 i32)))
    (import "" "memory" (memory 1))
    (func (export "run") (result i32)
      (call $open (i32.const 0) (i32.const 0) (i32.const 64))
      ;; Whether it failed, the case of the error, and the length of its text.
      (i32.add (i32.mul (i32.load8_u (i32.const 64)) (i32.const 10000))
        (i32.add (i32.mul (i32.load8_u (i32.const 68)) (i32.const 1000)) (i32.load (i32.const 76))))))
  (core instance $code (instantiate $code (with "" (instance
    (export "open" (func $open)) (export "memory" (memory $libc "memory"))))))
  (func (export "run") (result u32) (canon lift (core func $code "run"))))`;

it("satisfies interfaces that are not here: they are named, and their calls fail as theirs do", () => {
  const engine = new Engine();
  const component = new Component(engine, wat(REDIS));
  expect(absentImports(component)).toEqual(["fermyon:spin/redis@2.0.0"]);
  const linker = new ComponentLinker(engine);
  const all = spinInterfaces(
    { variables: new Map(), stores: new Map(), databases: new SqlGrants() },
    hostCall(
      () => linker.caller,
      () => {},
    ),
  );
  for (const [name, host] of Object.entries(all)) linker.instance(name, host as HostInterface);
  const instance = linker.instantiate(new Store(engine), component);
  expect((instance.exports.run as () => number)()).toBe(13_000 + "not supported here".length);
});

it("charges a call and its bytes by the prices of the cost model", () => {
  const charged: (bigint | number)[] = [];
  const caller = {
    store: { engine: { costModel: { wasiCall: 100, perHostByte: 2 } } },
    chargeFuel: (amount: bigint | number) => charged.push(amount),
  };
  hostCall(
    () => caller as never,
    () => {},
  ).charge(5);
  expect(charged).toEqual([110]);
});
