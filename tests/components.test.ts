// Components, run: values both ways, resources, composition, and stops anywhere. Real ones are looked for in
// $WASM_COMPONENTS, a folder with `bin` and `expected`.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Engine, LimitError, LinkError, Store, Trap } from "wasmeter";
import {
  Component,
  ComponentError,
  type ComponentInstance,
  ComponentLinker,
  typescriptOf,
} from "wasmeter/component";
import { Wasi } from "wasmeter/component/wasi";
import { componentBytes, componentsFolder, hasComponents } from "./real-components.ts";
import { wat } from "./wat.ts";

const engine = new Engine();

function make(
  text: string,
  link: (linker: ComponentLinker) => void = () => undefined,
  store = new Store(engine),
) {
  const linker = new ComponentLinker(store.engine);
  link(linker);
  return linker.instantiate(store, new Component(store.engine, wat(text)));
}

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

/** Two components, of which one calls the other: between their frames stands one of the host. */
const SPINNING = `(component
  (component $inner
    (core module $m (func (export "spin") (param i32) (result i32)
      (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (i32.const 7)))
    (core instance $i (instantiate $m))
    (func (export "spin") (param "n" u32) (result u32) (canon lift (core func $i "spin"))))
  (component $outer
    (import "spin" (func $imported (param "n" u32) (result u32)))
    (core func $spin (canon lower (func $imported)))
    (core module $m
      (import "inner" "spin" (func $spin (param i32) (result i32)))
      (func (export "run") (param i32) (result i32) (i32.add (call $spin (local.get 0)) (i32.const 1))))
    (core instance $i (instantiate $m (with "inner" (instance (export "spin" (func $spin))))))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))
  (instance $inner (instantiate $inner))
  (instance $outer (instantiate $outer (with "spin" (func $inner "spin"))))
  (export "run" (func $outer "run")))`;

/** A guest whose memory takes whatever is allocated, one after the other, and which gives back what it is given. */
const MEMORY = `
  (core module $libc
    (memory (export "memory") 1)
    (global $top (mut i32) (i32.const 64))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (global.get $top)
      (global.set $top (i32.add (global.get $top) (local.get 3)))))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))`;

describe("a component that computes for long", () => {
  it("gets closure trees, and the frames of the host between its parts none", () => {
    expect(make(SPINNING).call("run", [8_000_000])).toBe(8);
  });
});

describe("an imported function", () => {
  const ECHO = `(component
    (import "ask" (func $ask (param "text" string) (param "list" (list u16)) (result string)))
    (import "count" (func $count (param "n" u64) (result u64)))
    (import "fail" (func $fail (param "n" u32) (result (result u32 (error string)))))
    ${MEMORY}
    (core func $ask' (canon lower (func $ask) (memory $memory) (realloc $realloc)))
    (core func $count' (canon lower (func $count)))
    (core func $fail' (canon lower (func $fail) (memory $memory) (realloc $realloc)))
    (core module $m
      (import "" "memory" (memory 1))
      (import "" "ask" (func $ask (param i32 i32 i32 i32 i32)))
      (import "" "count" (func $count (param i64) (result i64)))
      (import "" "fail" (func $fail (param i32 i32)))
      (func (export "ask") (param i32 i32 i32 i32) (result i32)
        (call $ask (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 16))
        (i32.const 16))
      (func (export "count") (param i64) (result i64) (i64.add (call $count (local.get 0)) (i64.const 1)))
      (func (export "fail") (param i32) (result i32) (call $fail (local.get 0) (i32.const 32)) (i32.const 32)))
    (core instance $i (instantiate $m (with "" (instance
      (export "memory" (memory $memory)) (export "ask" (func $ask')) (export "count" (func $count'))
      (export "fail" (func $fail'))))))
    (func (export "ask") (param "text" string) (param "list" (list u16)) (result string)
      (canon lift (core func $i "ask") (memory $memory) (realloc $realloc)))
    (func (export "count") (param "n" u64) (result u64) (canon lift (core func $i "count")))
    (func (export "fail") (param "n" u32) (result (result u32 (error string)))
      (canon lift (core func $i "fail") (memory $memory))))`;
  const HOST = {
    ask: (text: string, list: Uint16Array): unknown => `${text}:${[...list].join("+")}`,
    count: (n: bigint): unknown => n * 2n,
    fail: (n: number): unknown => {
      if (n === 0) throw new ComponentError("nothing");
      if (n === 1) throw new RangeError("a mistake of the host");
      return n;
    },
  };
  const link = (host: typeof HOST) => (linker: ComponentLinker) => {
    for (const [name, func] of Object.entries(host)) linker.func(name, func);
  };

  it("gets values of JavaScript and gives them back", () => {
    const { exports } = make(ECHO, link(HOST));
    expect(exports.ask("snö", [1, 65_535])).toBe("snö:1+65535");
    expect(exports.count(2n ** 62n)).toBe(2n ** 63n + 1n);
    expect(exports.count(5)).toBe(11n);
    expect(exports.fail(7)).toBe(7);
    expect(() => exports.fail(0)).toThrow(new ComponentError("nothing"));
  });

  it("is refused a result of another type, by its name and the path", () => {
    const wrong = make(ECHO, link({ ...HOST, ask: () => 5, count: () => -1n }));
    expect(() => wrong.exports.ask("", [])).toThrow("ask: result: 5 is no string");
    // What was in the middle of a call may be in any state.
    expect(() => wrong.exports.count(1n)).toThrow("cannot enter component instance");
    const other = make(ECHO, link({ ...HOST, count: () => -1n }));
    expect(() => other.exports.count(1n)).toThrow(new TypeError("count: result: -1n is no u64"));
  });

  it("ends the call with what it throws, which leaves other instances alone", () => {
    const store = new Store(engine);
    const first = make(ECHO, link(HOST), store);
    const second = make(ECHO, link(HOST), store);
    expect(() => first.exports.fail(1)).toThrow(new RangeError("a mistake of the host"));
    expect(() => first.exports.fail(2)).toThrow(Trap);
    expect(second.exports.fail(2)).toBe(2);
  });

  it("may take its time, where the call may wait", async () => {
    const later = link({
      ...HOST,
      ask: async (text: string) => `later ${text}`,
      fail: async () => Promise.reject(new ComponentError("no")),
    });
    const instance = make(ECHO, later);
    await expect(instance.callAsync("ask", ["x", []])).resolves.toBe("later x");
    await expect(instance.callAsync("fail", [3])).rejects.toThrow(new ComponentError("no"));
    expect(() => make(ECHO, later).exports.ask("x", [])).toThrow("ask would have to wait");
    const execution = instance.start("ask", ["y", []]);
    expect(execution.resume()).toBe("awaiting-host");
    expect(() => instance.call("count", [1n])).toThrow("instance busy");
    await execution.settled();
    expect(execution.resume()).toBe("done");
    expect(execution.result).toBe("later y");
  });

  it("knows the call that is under way, and charges it before its effects", () => {
    const bounded = new Engine({ costModel: "bounded" });
    const store = new Store(bounded, { fuel: 100_000 });
    let calls = 0;
    const linker = new ComponentLinker(bounded);
    link({
      ...HOST,
      count: (n: bigint) => {
        linker.caller?.chargeFuel(1000);
        expect(linker.caller?.store).toBe(store);
        calls++;
        return n;
      },
    })(linker);
    const instance = linker.instantiate(store, new Component(bounded, wat(ECHO)));
    const execution = instance.start("count", [1n]);
    expect(execution.resume({ fuel: 900 })).toBe("out-of-fuel");
    expect(calls).toBe(0);
    expect(execution.resume({ fuel: 2000 })).toBe("done");
    expect(calls).toBe(1);
    expect(linker.caller).toBeUndefined();
  });

  it("is asked for with everything else that is missing, and what was expected", () => {
    const failure = thrownBy(() => make(ECHO, (linker) => linker.func("count", HOST.count)));
    expect(failure).toBeInstanceOf(LinkError);
    expect((failure as LinkError).problems.map(({ module, expected }) => [module, expected])).toEqual([
      ["ask", "func(text: string, list: list<u16>) -> string"],
      ["fail", "func(n: u32) -> result<u32, string>"],
    ]);
  });
});

describe("what the host lends by a canonical definition", () => {
  const LOWERED = '(import "f" (func $f)) (core func $lowered (canon lower (func $f)))';
  const START = `(core module $m (import "" "f" (func $f)) (start $f))`;
  const started = (func: string) =>
    `(core instance $i (instantiate $m (with "" (instance (export "f" (func ${func}))))))`;

  it("can be a core module's start function, which may wait", async () => {
    let calls = 0;
    make(`(component ${LOWERED} ${START} ${started("$lowered")})`, (linker) =>
      linker.func("f", () => void calls++),
    );
    expect(calls).toBe(1);
    expect(() =>
      make(`(component (core func $inc (canon backpressure.inc)) ${START} ${started("$inc")})`),
    ).not.toThrow();
    const linker = new ComponentLinker(engine).func("f", async () => void calls++);
    const component = new Component(engine, wat(`(component ${LOWERED} ${START} ${started("$lowered")})`));
    await linker.instantiateAsync(new Store(engine), component);
    expect(calls).toBe(2);
    expect(() => linker.instantiate(new Store(engine), component)).toThrow("would have to wait");
  });

  it("can be lifted again, and be the one that allocates", () => {
    const { exports } = make(
      `(component
        (import "f" (func $f (param "n" u32) (result u32)))
        (import "allocate" (func $allocate
          (param "at" u32) (param "old" u32) (param "alignment" u32) (param "size" u32) (result u32)))
        (core func $f' (canon lower (func $f)))
        (core func $allocate' (canon lower (func $allocate)))
        (core module $m (memory (export "memory") 1)
          (func (export "take") (param i32 i32) (result i32) (i32.load8_u (local.get 0))))
        (core instance $i (instantiate $m))
        (func (export "f") (param "n" u32) (result u32) (canon lift (core func $f')))
        (func (export "take") (param "bytes" (list u8)) (result u32)
          (canon lift (core func $i "take") (memory $i "memory") (realloc $allocate'))))`,
      (linker) =>
        linker.func("f", (n) => n + 1).func("allocate", (_at, _old, _alignment, size) => 1000 + size),
    );
    expect(exports.f(4)).toBe(5);
    expect(exports.f(5)).toBe(6);
    // Who allocates for a call may not call out.
    expect(() => exports.take([7, 8])).toThrow("cannot leave component instance");
  });
});

describe("arguments", () => {
  const FIXED = `(component
    (core module $m (func (export "f") (param i32 i64 f32) (result i32) (local.get 0)))
    (core instance $i (instantiate $m))
    (func (export "take-it") (param "first-one" u8) (param "b" s64) (param "c" float32) (result s8)
      (canon lift (core func $i "f"))))`;

  it("are checked before the guest is entered", () => {
    const { exports } = make(FIXED);
    expect(exports.takeIt(255, 1n, 0.5)).toBe(-1);
    expect(() => exports.takeIt(256, 1n, 0.5)).toThrow(new TypeError("takeIt: first-one: 256 is no u8"));
    expect(() => exports.takeIt(1, 1n)).toThrow(new TypeError("takeIt: c: undefined is no f32"));
    expect(() => exports.takeIt(1, 1n, 1, 1)).toThrow("takeIt: 4 arguments for 3 parameters");
    expect(exports.takeIt(1, 1n, 0.5)).toBe(1);
  });

  it("go by name in either form, and errors say which there are", () => {
    const instance = make(FIXED);
    expect(instance.call("take-it", [1, 2n, 3])).toBe(1);
    expect(instance.call("takeIt", [1, 2n, 3])).toBe(1);
    expect(() => instance.call("take")).toThrow('no exported function "take"; there are take-it, takeIt');
    expect(() => instance.call(["a:b/c", "x"])).toThrow('no exported interface "a:b/c"; there are none');
    expect(() => instance.call("take-it", 5 as never)).toThrow("an array of the function's arguments");
  });
});

/** Exports a resource, an interface of it, and how many there are. */
const SHOP = `(component
  (component $inner
    (core module $d (table (export "t") 1 funcref) (type $t (func (param i32)))
      (func (export "drop") (param i32) (call_indirect (type $t) (local.get 0) (i32.const 0))))
    (core instance $d (instantiate $d))
    (type $item' (resource (rep i32) (dtor (func $d "drop"))))
    (export $item "item" (type $item'))
    (core func $new (canon resource.new $item'))
    (core module $m
      (import "" "t" (table 1 funcref))
      (import "" "new" (func $new (param i32) (result i32)))
      (global $alive (mut i32) (i32.const 0))
      (func (export "make") (param i32) (result i32)
        (global.set $alive (i32.add (global.get $alive) (i32.const 1)))
        (call $new (local.get 0)))
      (func (export "price") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
      (func (export "alive") (result i32) (global.get $alive))
      (func $drop (param i32) (global.set $alive (i32.sub (global.get $alive) (i32.const 1))))
      (elem (i32.const 0) $drop))
    (core instance $i (instantiate $m (with "" (instance (export "t" (table $d "t")) (export "new" (func $new))))))
    (func (export "[constructor]item") (param "n" u32) (result (own $item)) (canon lift (core func $i "make")))
    (func (export "[method]item.price") (param "self" (borrow $item)) (result u32) (canon lift (core func $i "price")))
    (func (export "alive") (result u32) (canon lift (core func $i "alive"))))
  (instance $inner (instantiate $inner))
  (export "my:shop/items@1.2.0" (instance $inner)))`;

describe("a resource of the guest", () => {
  it("is a class, whose objects are dropped once", () => {
    const { exports } = make(SHOP);
    const { Item, alive } = exports["my:shop/items@1.2.0"];
    const item = new Item(21);
    expect(item).toBeInstanceOf(Item);
    expect(item.price()).toBe(42);
    expect(alive()).toBe(1);
    item[Symbol.dispose]();
    item[Symbol.dispose]();
    expect(alive()).toBe(0);
    expect(() => item.price()).toThrow(new TypeError("Item.price: self: the Item has been dropped"));
    expect(() => Item.prototype.price.call({})).toThrow(
      new TypeError("Item.price: self: an object is no Item"),
    );
    expect(() => Item(1)).toThrow("Item is a class");
  });

  it("is called by another component without the host in between, in a compatible version", () => {
    const store = new Store(engine);
    const shop = make(SHOP, undefined, store);
    const BUYER = `(component
      (import "my:shop/items@1.0.7" (instance $shop
        (export "item" (type $item (sub resource)))
        (export "[constructor]item" (func (param "n" u32) (result (own $item))))
        (export "[method]item.price" (func (param "self" (borrow $item)) (result u32)))))
      (alias export $shop "item" (type $item))
      (core func $new (canon lower (func $shop "[constructor]item")))
      (core func $price (canon lower (func $shop "[method]item.price")))
      (core func $drop (canon resource.drop $item))
      (core module $m
        (import "" "new" (func $new (param i32) (result i32)))
        (import "" "price" (func $price (param i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "buy") (param i32) (result i32) (local $h i32) (local $p i32)
          (local.set $h (call $new (local.get 0)))
          (local.set $p (call $price (local.get $h)))
          (call $drop (local.get $h))
          (local.get $p)))
      (core instance $i (instantiate $m (with "" (instance
        (export "new" (func $new)) (export "price" (func $price)) (export "drop" (func $drop))))))
      (func (export "buy") (param "n" u32) (result u32) (canon lift (core func $i "buy"))))`;
    const buyer = make(BUYER, (linker) => linker.component("my:shop/items@1.0.0", shop), store);
    expect(buyer.exports.buy(4)).toBe(8);
    expect(shop.exports["my:shop/items@1.2.0"].alive()).toBe(0);
    expect(() => make(BUYER, (linker) => linker.component("my:shop/items@2.0.0", shop), store)).toThrow(
      "the instance exports no",
    );
    expect(() => make(BUYER, (linker) => linker.component("my:shop/items@1.0.0", shop))).toThrow(
      "another store",
    );
    expect(() =>
      make(
        BUYER.replace('(param "n" u32) (result (own', '(param "n" s32) (result (own'),
        (linker) => linker.component("my:shop/items@1.0.0", shop),
        store,
      ),
    ).toThrow(LinkError);
  });
});

describe("a function by the async ABI", () => {
  const lifted = (code: string, callback: number) => `(component
    (core func $return (canon task.return (result u32)))
    (core module $m (import "" "return" (func $return (param i32)))
      (func (export "f") (param i32) (result i32) ${code} (i32.const ${callback}))
      (func (export "callback") (param i32 i32 i32) (result i32) unreachable))
    (core instance $i (instantiate $m (with "" (instance (export "return" (func $return))))))
    (func (export "f") async (param "n" u32) (result u32)
      (canon lift (core func $i "f") async (callback (func $i "callback")))))`;
  const RETURN = "(call $return (i32.mul (local.get 0) (i32.const 3)))";

  it("gives what it returns, once", () => {
    expect(make(lifted(RETURN, 0)).exports.f(7)).toBe(21);
    expect(() => make(lifted("", 0)).exports.f(7)).toThrow("async-lifted export failed to produce a result");
    expect(() => make(lifted(RETURN + RETURN, 0)).exports.f(7)).toThrow("invalid `task.return`");
  });

  const SLOW = `(component
    (import "slow" (func $slow async (param "n" u32) (result u32)))
    (core func $slow' (canon lower (func $slow)))
    (core module $m (import "" "slow" (func $slow (param i32) (result i32)))
      (func (export "f") (param i32) (result i32) (i32.add (call $slow (local.get 0)) (i32.const 1))))
    (core instance $i (instantiate $m (with "" (instance (export "slow" (func $slow'))))))
    (func (export "f") async (param "n" u32) (result u32) (canon lift (core func $i "f"))))`;

  it("waits for the host, and calls that are made beside each other take turns", async () => {
    const asked: number[] = [];
    const instance = make(SLOW, (linker) =>
      linker.func("slow", async (n: number) => {
        asked.push(n);
        await Promise.resolve();
        return n * 10;
      }),
    );
    const results = await Promise.all([1, 2, 3].map((n) => instance.callAsync("f", [n])));
    expect(results).toEqual([11, 21, 31]);
    expect(asked).toEqual([1, 2, 3]);
    expect(() => instance.exports.f(1)).toThrow("would have to wait");
  });

  it("gives back the stream that it was given", async () => {
    const instance = make(`(component
      (core module $m (func (export "f") (param i32) (result i32) (local.get 0)))
      (core instance $i (instantiate $m))
      (func (export "f") async (param "s" (stream u8)) (result (stream u8)) (canon lift (core func $i "f"))))`);
    const given = (function* () {
      yield Uint8Array.of(1, 2);
      yield Uint8Array.of(3);
    })();
    const stream = await instance.callAsync("f", [given]);
    const bytes: number[] = [];
    for await (const chunk of stream as AsyncIterable<Uint8Array>) bytes.push(...chunk);
    expect(bytes).toEqual([1, 2, 3]);
  });

  it("costs the same wherever it runs out of fuel", async () => {
    const slow = async (n: number) => n;
    const whole = make(SLOW, (linker) => linker.func("slow", slow));
    expect(await whole.callAsync("f", [4])).toBe(5);
    const instance = make(SLOW, (linker) => linker.func("slow", slow));
    const execution = instance.start("f", [4]);
    let stops = 0;
    while (execution.resume({ fuel: 1n }) !== "done") {
      if (execution.state === "awaiting-host") await execution.settled();
      else expect(execution.state).toBe("out-of-fuel");
      stops++;
    }
    expect(execution.result).toBe(5);
    expect(stops).toBeGreaterThan(2);
    expect(instance.store.fuelConsumed).toBe(whole.store.fuelConsumed);
  });

  it("is called back where it yields, also behind its result", () => {
    expect(() => make(lifted(RETURN, 1)).exports.f(7)).toThrow("unreachable");
    expect(() => make(lifted(RETURN, 3)).exports.f(7)).toThrow("unsupported callback code 3");
  });
});

describe("TypeScript declarations", () => {
  it("name interfaces, functions and classes as JavaScript has them", () => {
    const text = typescriptOf(new Component(engine, wat(SHOP)), "shop.wasm");
    expect(text.split("\n").slice(0, 18)).toEqual([
      "// Types of shop.wasm, made by: wasmeter types",
      "",
      "/** my:shop/items@1.2.0 */",
      "export namespace ExportedMyShopItems1_2_0 {",
      "  export class Item {",
      "    constructor(n: number);",
      "    price(): number;",
      "    [Symbol.dispose](): void;",
      "  }",
      "  export interface Interface {",
      "    alive(): number;",
      "    Item: typeof Item;",
      "  }",
      "}",
      "",
      "/** What the component imports: its host defines it. */",
      "export interface Imports {",
      "}",
    ]);
  });
});

describe("limits", () => {
  const handles = `(component
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core module $m (import "" "new" (func $new (param i32) (result i32)))
      (func (export "fill") (param i32)
        (loop $l (drop (call $new (i32.const 1)))
          (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
    (func (export "fill") (param "n" u32) (canon lift (core func $i "fill"))))`;

  it("hold for handles", () => {
    for (const n of [9, 10])
      make(handles, undefined, new Store(engine, { limits: { handles: 10 } })).exports.fill(n);
    const full = make(handles, undefined, new Store(engine, { limits: { handles: 10 } }));
    expect(() => full.exports.fill(11)).toThrow(LimitError);
  });

  it("hold for what handles take on the host's heap, and those that are dropped take nothing", () => {
    const dropping = `(component
      (type $r (resource (rep i32)))
      (core func $new (canon resource.new $r))
      (core func $drop (canon resource.drop $r))
      (core module $m
        (import "" "new" (func $new (param i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "fill") (param i32)
          (loop $l (drop (call $new (i32.const 1)))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "empty") (param i32)
          (loop $l (call $drop (local.get 0))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
      (core instance $i (instantiate $m (with "" (instance
        (export "new" (func $new)) (export "drop" (func $drop))))))
      (func (export "fill") (param "n" u32) (canon lift (core func $i "fill")))
      (func (export "empty") (param "n" u32) (canon lift (core func $i "empty"))))`;
    const store = new Store(engine, { limits: { hostHeapBytes: 1_000_000 } });
    const { exports } = make(dropping, undefined, store);
    exports.fill(1);
    exports.empty(1);
    const before = store.hostHeap.used;
    exports.fill(10_000);
    expect(store.hostHeap.used - before).toBe(800_000);
    exports.empty(10_000);
    expect(store.hostHeap.used).toBe(before);
    expect(() => exports.fill(20_000)).toThrow(/exceeds the limit hostHeapBytes = 1000000/);
  });

  it("hold for component instances", () => {
    const nested = "(component (component $c) (instance (instantiate $c)) (instance (instantiate $c)))";
    expect(() =>
      make(nested, undefined, new Store(engine, { limits: { componentInstances: 3 } })),
    ).not.toThrow();
    expect(() => make(nested, undefined, new Store(engine, { limits: { componentInstances: 2 } }))).toThrow(
      "3 exceeds the limit componentInstances = 2",
    );
  });
});

const isThere = hasComponents("bin/rust-types.wasm", "real components");

/** What JSON cannot say is said by a key. */
function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  if ("$bigint" in value) return BigInt(value.$bigint as string);
  if ("$number" in value) return value.$number === "-0" ? -0 : Number(value.$number);
  if ("$undefined" in value) return undefined;
  if ("$typed" in value) {
    const { $typed, values } = value as unknown as { $typed: "Uint8Array"; values: number[] };
    return globalThis[$typed].from(values);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, decode(each)]));
}

/** Options that are not there are missing in what was recorded. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value) || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, plain(each)]),
  );
}

interface RecordedCall {
  readonly func: string;
  readonly args: readonly unknown[];
  readonly result?: unknown;
  readonly throws?: { readonly name: string; readonly payload?: unknown };
}

/** Calls to which the peer gives a result although their arguments are no values of the types, by number. */
const WRONG_THERE = new Set([22, 23, 24, 39]);

describe.skipIf(!isThere)("a component of every type of value", () => {
  const component = isThere ? new Component(engine, componentBytes("rust-types")) : undefined;
  const { cases, useHost } = isThere
    ? (JSON.parse(readFileSync(join(componentsFolder, "expected", "types.json"), "utf8")) as {
        cases: RecordedCall[];
        useHost: { name: string; result?: string; throws?: string; payload?: string; log: unknown[] }[];
      })
    : { cases: [], useHost: [] };

  function instantiate(
    isAsync = false,
    store = new Store(engine),
  ): { instance: ComponentInstance; log: unknown[] } {
    const log: unknown[] = [];
    class Sink {
      written = 0;
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
      write(bytes: Uint8Array): bigint {
        this.written += bytes.length;
        if (this.name === "full") throw new ComponentError("sink is full");
        return BigInt(this.written);
      }
      static finish({ name, written }: Sink): string {
        return `${name}:${written}`;
      }
      [Symbol.dispose](): void {
        log.push("sink dropped");
      }
    }
    const linker = new ComponentLinker(engine).instance("wasmeter:types/host@1.0.0", {
      Sink,
      log: (level: number, message: string) => {
        log.push([level, message]);
      },
      lookUp: (name: string) =>
        name === "nobody"
          ? undefined
          : { firstName: name, age: name.length, tags: [], nick: undefined, home: undefined },
      slow: (ms: number) => (isAsync ? Promise.resolve(ms * 2) : ms * 2),
      fail: (how: number) => {
        if (how === 3) throw new ComponentError("no three");
        return how === 4 ? { tag: "circle", val: 1.5 } : { tag: "polygon", val: [{ x: 1, y: 2 }] };
      },
    });
    new Wasi().addTo(linker);
    return { instance: linker.instantiate(store, component as Component), log };
  }

  it("answers as elsewhere, but for what is no value", () => {
    const { instance } = instantiate();
    const ops = instance.exports["wasmeter:types/ops@1.0.0"];
    expect(cases).toHaveLength(40);
    for (const [k, { func, args, result, throws }] of cases.entries()) {
      const call = (): unknown => plain(ops[func](...args.map(decode)));
      if (throws?.name === "ComponentError") expect(call).toThrow(new ComponentError(decode(throws.payload)));
      else if (throws !== undefined || WRONG_THERE.has(k)) expect(call).toThrow(TypeError);
      else expect(call()).toEqual(plain(decode(result)));
    }
  });

  it("is stopped at every k-th unit of fuel of a request, and gives the same answer for the same fuel", async () => {
    for (const { name, result, payload, log: expected } of useHost) {
      const whole = instantiate();
      const before = whole.instance.store.fuelConsumed;
      if (payload === undefined) expect(whole.instance.call("useHost", [name])).toBe(result);
      else expect(() => whole.instance.call("useHost", [name])).toThrow(new ComponentError(payload));
      expect(whole.log).toEqual(expected);
      const fuel = whole.instance.store.fuelConsumed - before;
      for (const step of [1, 7, 97, 1009]) {
        const sliced = instantiate(true);
        const execution = sliced.instance.start("use-host", [name]);
        for (let state = execution.resume({ fuel: step }); state !== "done" && state !== "trapped"; ) {
          if (state === "awaiting-host") await execution.settled();
          state = execution.resume({ fuel: step });
        }
        expect(execution.fuelConsumed).toBe(fuel);
        expect(execution.result ?? (execution.trap as ComponentError).payload).toBe(result ?? payload);
        expect(sliced.log).toEqual(expected);
      }
    }
  });
});
