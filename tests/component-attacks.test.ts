// Guests and hosts that break the rules of the Canonical ABI: each is told by its own error before anything is done, and what a host
// changes behind a call's back changes nothing.

import { describe, expect, it } from "vitest";
import { Engine, Store, Trap } from "wasmeter";
import { Component, ComponentLinker } from "wasmeter/component";
import { wat } from "./wat.ts";

const engine = new Engine({ features: "all" });

type Link = (linker: ComponentLinker) => void;

function make(text: string, link: Link = () => undefined) {
  const linker = new ComponentLinker(engine);
  link(linker);
  return linker.instantiate(new Store(engine), new Component(engine, wat(text)));
}

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

const codeOf = (call: () => unknown): unknown => {
  const error = thrownBy(call);
  return error instanceof Trap ? error.code : error;
};

describe("a guest's realloc", () => {
  /** Takes a list; its realloc does as `body` says. `sum` adds what it has got. */
  const taker = (element: string, body: string, more = "", imports = "") => `(component
    ${more}
    (core module $m
      ${imports}
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) ${body})
      (func (export "take") (param $at i32) (param $length i32) (result i32) (local $sum i32)
        (block $end (loop $next
          (br_if $end (i32.eqz (local.get $length)))
          (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $next)))
        (local.get $sum)))
    (core instance $i (instantiate $m ${imports === "" ? "" : '(with "" (instance (export "f" (func $f))))'}))
    (func (export "take") (param "list" (list ${element})) (result u32)
      (canon lift (core func $i "take") (memory $i "memory") (realloc (func $i "realloc")))))`;

  it.each([
    ["beyond the memory", "u8", "(i32.const 65530)", "realloc-out-of-bounds"],
    ["at the end of all addresses", "u8", "(i32.const -1)", "realloc-out-of-bounds"],
    ["that is not aligned", "u32", "(i32.const 2)", "realloc-unaligned"],
    ["never, as it traps", "u8", "unreachable", "unreachable"],
  ])("gives memory %s", (_, element, body, code) => {
    const instance = make(taker(element, body));
    expect(codeOf(() => instance.exports.take([1, 2, 3, 4, 5, 6, 7]))).toBe(code);
    expect(codeOf(() => instance.exports.take([]))).toBe("cannot-enter-component");
  });

  it("may give the last byte there is, and nothing at the end for nothing", () => {
    expect(make(taker("u8", "(i32.const 65535)")).exports.take([9])).toBe(9);
    expect(make(taker("u8", "(i32.const 65536)")).exports.take([])).toBe(0);
  });

  it("may grow the memory that it gives", () => {
    const grown = make(taker("u8", "(i32.mul (memory.grow (i32.const 1)) (i32.const 65536))"));
    expect(grown.exports.take(new Uint8Array(60_000).fill(1))).toBe(60_000);
    expect(grown.exports.take([5, 6])).toBe(11);
  });

  it("may not call out of its component", () => {
    const text = taker(
      "u8",
      "(call $f) (i32.const 8)",
      '(import "f" (func $g)) (core func $f (canon lower (func $g)))',
      '(import "" "f" (func $f))',
    );
    let calls = 0;
    const instance = make(text, (linker) => linker.func("f", () => void calls++));
    expect(codeOf(() => instance.exports.take([1]))).toBe("cannot-leave-component");
    expect(calls).toBe(0);
  });

  it("may take for ever, and is stopped as anything else", () => {
    const instance = make(taker("u8", "(loop $l (br $l)) (i32.const 8)"));
    expect(thrownBy(() => instance.call("take", [[1]], { fuel: 10_000 }))).toMatchObject({
      name: "OutOfFuelError",
    });
  });
});

describe("a guest's string", () => {
  /** Gives the string at `at` of `length`, in memory that begins with `bytes`. */
  const giver = (encoding: string, bytes: readonly number[], at: number, length: number) => `(component
    (core module $m
      (memory (export "memory") 1)
      (data (i32.const 16) "${bytes.map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}")
      (func (export "give") (result i32)
        (i32.store (i32.const 0) (i32.const ${at})) (i32.store (i32.const 4) (i32.const ${length})) (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "give") (result string)
      (canon lift (core func $i "give") (memory $i "memory") string-encoding=${encoding})))`;
  const TAG = -(2 ** 31);

  it.each<[string, string, number[], number, number, string]>([
    ["a surrogate", "utf8", [0xed, 0xa0, 0x80], 16, 3, "invalid-utf8"],
    ["an overlong form", "utf8", [0xc0, 0x80], 16, 2, "invalid-utf8"],
    ["a character above the last", "utf8", [0xf4, 0x90, 0x80, 0x80], 16, 4, "invalid-utf8"],
    ["a character that is cut off", "utf8", [0xe2, 0x82], 16, 2, "incomplete-utf8"],
    ["more than there is", "utf8", [], 65_000, 1000, "string-pointer-out-of-bounds"],
    ["as long as can be said", "utf8", [], 16, -1, "string-pointer-out-of-bounds"],
    ["a high surrogate alone", "utf16", [0x3d, 0xd8], 16, 1, "invalid-utf16"],
    ["a low one before a high one", "utf16", [0x00, 0xde, 0x3d, 0xd8], 16, 2, "invalid-utf16"],
    ["an odd address", "utf16", [], 17, 1, "unaligned-pointer"],
    ["twice the memory", "utf16", [], 16, 40_000, "string-pointer-out-of-bounds"],
    ["an odd address", "latin1+utf16", [], 17, 1, "unaligned-pointer"],
    ["a tag and a lone surrogate", "latin1+utf16", [0x3d, 0xd8], 16, TAG + 1, "invalid-utf16"],
    ["a tag and more than there is", "latin1+utf16", [], 16, TAG + 40_000, "string-pointer-out-of-bounds"],
  ])("of %s in %s traps", (_, encoding, bytes, at, length, code) => {
    expect(codeOf(() => make(giver(encoding, bytes, at, length)).exports.give())).toBe(code);
  });

  it.each<[string, string, number[], number, number, string]>([
    ["nothing at the very end", "utf8", [], 65_536, 0, ""],
    ["nothing at the very end", "utf16", [], 65_536, 0, ""],
    ["a pair", "utf16", [0x3d, 0xd8, 0x00, 0xde], 16, 2, "😀"],
    ["all of a byte", "latin1+utf16", [0xe4, 0xff, 0x00], 16, 3, "äÿ\0"],
    ["a tagged pair", "latin1+utf16", [0x3d, 0xd8, 0x00, 0xde], 16, TAG + 2, "😀"],
  ])("of %s in %s is one", (_, encoding, bytes, at, length, text) => {
    expect(make(giver(encoding, bytes, at, length)).exports.give()).toBe(text);
  });
});

describe("a guest's handles", () => {
  /** A component with a resource of its own, and one of the host's; `body` is what `run` does with what it got for it. */
  const user = (body: string, type: string) => `(component
    (import "host" (instance $host (export "thing" (type $thing (sub resource)))
      (export "[method]thing.poke" (func (param "self" (borrow $thing))))))
    (alias export $host "thing" (type $thing))
    (core func $drop (canon resource.drop $thing))
    (core func $poke (canon lower (func $host "[method]thing.poke")))
    (core module $m
      (import "" "drop" (func $drop (param i32))) (import "" "poke" (func $poke (param i32)))
      (func (export "run") (param i32) ${body}))
    (core instance $i (instantiate $m (with "" (instance
      (export "drop" (func $drop)) (export "poke" (func $poke))))))
    (func (export "run") (param "thing" (${type} $thing)) (canon lift (core func $i "run"))))`;

  class Thing {
    pokes = 0;
    disposals = 0;
    poke(): void {
      this.pokes++;
    }
    [Symbol.dispose](): void {
      this.disposals++;
    }
  }

  it.each([
    ["dropped twice", "own", "(call $drop (local.get 0)) (call $drop (local.get 0))", "unknown-handle", 0, 1],
    [
      "used when it is dropped",
      "own",
      "(call $drop (local.get 0)) (call $poke (local.get 0))",
      "unknown-handle",
      0,
      1,
    ],
    ["made up", "own", "(call $poke (i32.const 99))", "unknown-handle", 0, 0],
    ["made up, and none", "own", "(call $poke (i32.const 0))", "unknown-handle", 0, 0],
    ["made up, beyond all", "own", "(call $poke (i32.const -1))", "unknown-handle", 0, 0],
    ["kept, though only lent", "borrow", "(call $poke (local.get 0))", "borrows-still-held", 1, 0],
    [
      "given back, and used again",
      "borrow",
      "(call $drop (local.get 0)) (call $poke (local.get 0))",
      "unknown-handle",
      0,
      0,
    ],
  ])("%s trap", (_, type, body, code, pokes, disposals) => {
    const instance = make(user(body, type), (linker) => linker.instance("host", { Thing }));
    const thing = new Thing();
    expect(codeOf(() => instance.exports.run(thing))).toBe(code);
    expect(thing).toMatchObject({ pokes, disposals });
  });
});

describe("a guest's post-return", () => {
  const returner = (body: string) => `(component
    (import "f" (func $g)) (core func $f (canon lower (func $g)))
    (core module $m
      (import "" "f" (func $f))
      (func (export "run") (result i32) (i32.const 7))
      (func (export "after") (param i32) ${body}))
    (core instance $i (instantiate $m (with "" (instance (export "f" (func $f))))))
    (func (export "run") (result u32) (canon lift (core func $i "run") (post-return (func $i "after")))))`;

  it.each([
    ["traps", "unreachable", "unreachable"],
    ["calls out of its component", "(call $f)", "cannot-leave-component"],
  ])("that %s ends the call, whatever its result was", (_, body, code) => {
    const instance = make(returner(body), (linker) => linker.func("f", () => undefined));
    expect(codeOf(() => instance.exports.run())).toBe(code);
    expect(codeOf(() => instance.exports.run())).toBe("cannot-enter-component");
  });
});

describe("a host", () => {
  const ECHO = `(component
    (type $pair' (record (field "name" string) (field "numbers" (list u16)))) (export $pair "pair" (type $pair'))
    (core module $m
      (memory (export "memory") 1)
      (global $top (mut i32) (i32.const 64))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.set $top (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
        (global.get $top)
        (global.set $top (i32.add (global.get $top) (local.get 3))))
      (func (export "flags") (param i32))
      (func (export "echo") (param i32 i32) (result i32)
        (i32.store (i32.const 0) (local.get 0)) (i32.store (i32.const 4) (local.get 1)) (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "pairs") (param "all" (list $pair)) (result (list $pair))
      (canon lift (core func $i "echo") (memory $i "memory") (realloc (func $i "realloc"))))
    (func (export "bytes") (param "all" (list u8)) (result (list u8))
      (canon lift (core func $i "echo") (memory $i "memory") (realloc (func $i "realloc"))))
    (type $set' (flags "a" "b-c")) (export $set "set" (type $set'))
    (func (export "flags") (param "all" $set) (canon lift (core func $i "flags")))
    (func (export "numbered") (param "all" (map string u32)) (result (map string u32))
      (canon lift (core func $i "echo") (memory $i "memory") (realloc (func $i "realloc"))))
    (func (export "options") (param "all" (list (option u32))) (result (list (option u32)))
      (canon lift (core func $i "echo") (memory $i "memory") (realloc (func $i "realloc")))))`;

  /** Another value each time it is asked. */
  const changing = <K extends string>(key: K, ...values: unknown[]): Record<K, unknown> =>
    Object.defineProperty({}, key, { get: () => values.shift(), enumerable: true }) as Record<K, unknown>;

  it("whose getters give something else the second time is asked once", () => {
    const { exports } = make(ECHO);
    const pair = Object.assign(changing("name", "first", 5), { numbers: [1, 2] });
    expect(exports.pairs([pair])).toEqual([{ name: "first", numbers: Uint16Array.of(1, 2) }]);
    const elements = new Proxy([1, 2, 3], {
      get: (target, key) => (key === "length" ? 2 : (Reflect.get(target, key) as unknown)),
    });
    expect(exports.pairs([{ name: "", numbers: elements }])[0].numbers).toEqual(Uint16Array.of(1, 2));
  });

  it("may change what it has given while the guest stands between", () => {
    const instance = make(ECHO);
    const numbers = [1, 2, 3];
    const pair: Record<string, unknown> = { name: "given", numbers };
    const pairs = [pair];
    const execution = instance.start("pairs", [pairs]);
    expect(execution.resume({ fuel: 5 })).toBe("out-of-fuel");
    numbers.push(4, 5, 6);
    pair.name = 5;
    pairs.length = 0;
    expect(execution.resume()).toBe("done");
    expect(execution.result).toEqual([{ name: "given", numbers: Uint16Array.of(1, 2, 3) }]);

    const bytes = new Uint8Array(100).fill(1);
    const other = instance.start("bytes", [bytes]);
    expect(other.resume({ fuel: 5 })).toBe("out-of-fuel");
    bytes.fill(2);
    expect(other.resume()).toBe("done");
    expect(other.result).toEqual(new Uint8Array(100).fill(1));
  });

  it.each<[string, unknown, string]>([
    [
      "an array that says to be as long as can be",
      new Array(2 ** 32 - 1),
      "options: all: a list of 4294967295 takes more than 268435455 bytes",
    ],
    ["a proxy of bytes", new Proxy(Uint8Array.of(1), {}), "bytes: all: an Uint8Array is no list"],
    ["what looks like bytes", Object.create(Uint8Array.prototype), "bytes: all: an Uint8Array is no list"],
    ["bytes of another width", Uint16Array.of(1), "bytes: all: an Uint16Array is no list"],
    [
      "a wrong value at depth",
      [
        { name: "a", numbers: [] },
        { name: "b", numbers: [1, -1] },
      ],
      "pairs: all[1].numbers[1]: -1 is no u16",
    ],
    ["an object without its field", [{ numbers: [] }], "pairs: all[0].name: undefined is no string"],
  ])("that gives %s is told so", (_, value, message) => {
    const name = message.slice(0, message.indexOf(":"));
    const { exports } = make(ECHO);
    expect(thrownBy(() => exports[name](value))).toEqual(new TypeError(message));
    // Nothing has reached the guest.
    expect(exports.bytes([1])).toEqual(Uint8Array.of(1));
  });

  it("whose bytes lie about their length gives what is there", () => {
    const { exports } = make(ECHO);
    const lying = Object.defineProperty(Uint8Array.of(1, 2, 3), "length", { value: 1e9 });
    expect(exports.bytes(lying)).toEqual(Uint8Array.of(1, 2, 3));
    const detached = Uint8Array.of(1, 2, 3);
    structuredClone(detached, { transfer: [detached.buffer] });
    expect(exports.bytes(detached)).toEqual(new Uint8Array());
  });

  it("whose getter throws gets its error back, and the guest goes on", () => {
    const { exports } = make(ECHO);
    const failing = Object.defineProperty({ numbers: [] }, "name", {
      get() {
        throw new RangeError("mine");
      },
    });
    expect(thrownBy(() => exports.pairs([failing]))).toEqual(new RangeError("mine"));
    expect(exports.bytes([1])).toEqual(Uint8Array.of(1));
  });

  it("whose values contain themselves, or go deeper than their type, is told where", () => {
    const all: unknown[] = [];
    all.push(all);
    let deep: unknown = [];
    for (let level = 0; level < 1_000_000; level++) deep = [deep];
    const pair: Record<string, unknown> = { numbers: [] };
    pair.name = pair;
    const { exports } = make(ECHO);
    for (const [value, message] of [
      [all, "pairs: all[0].name: undefined is no string"],
      [deep, "pairs: all[0].name: undefined is no string"],
      [[pair], "pairs: all[0].name: an object is no string"],
      [[{ name: "", numbers: deep }], "pairs: all[0].numbers[0]: an array is no u16"],
    ] as const)
      expect(thrownBy(() => exports.pairs(value))).toEqual(new TypeError(message));
    expect(exports.bytes([1])).toEqual(Uint8Array.of(1));
  });

  it("whose objects throw whatever is done to them gets that back, or is told what they are not", () => {
    const mine = new RangeError("mine");
    const fail = (): never => {
      throw mine;
    };
    const proxy = new Proxy({}, { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail });
    const awkward = { toString: fail, toJSON: fail, valueOf: fail, [Symbol.toPrimitive]: fail };
    const { exports } = make(ECHO);
    for (const value of [proxy, awkward]) {
      expect(thrownBy(() => exports.pairs([{ name: value, numbers: [] }]))).toEqual(
        new TypeError("pairs: all[0].name: an object is no string"),
      );
      expect(thrownBy(() => exports.options([value]))).toEqual(
        new TypeError("options: all[0]: an object is no u32"),
      );
    }
    expect(thrownBy(() => exports.pairs([proxy]))).toBe(mine);
    expect(exports.bytes([1])).toEqual(Uint8Array.of(1));
  });

  it("whose Map has an iterator without an end gives what the Map holds", () => {
    class Endless extends Map<string, number> {
      override *[Symbol.iterator](): MapIterator<[string, number]> {
        for (;;) yield ["x", 1];
      }
    }
    const { exports } = make(ECHO);
    expect(exports.numbered(new Endless([["a", 1]]))).toEqual([["a", 1]]);
    expect(thrownBy(() => exports.numbered(Object.create(Map.prototype)))).toEqual(
      new TypeError("numbered: all: a Map is no list"),
    );
  });

  it("whose names are endless is told of them in few words", () => {
    const { exports } = make(ECHO);
    const error = thrownBy(() => exports.flags({ ["k".repeat(1_000_000)]: true })) as TypeError;
    expect(error.message).toMatch(/^flags: all: there is no flag k+… \(1000000 characters\)$/);
    expect(error.message.length).toBeLessThan(1000);
  });

  const CALLS = `(component
    (import "host" (instance $host
      (export "thing" (type $thing (sub resource)))
      (export "make" (func (result (own $thing))))
      (export "[method]thing.poke" (func (param "self" (borrow $thing))))
      (export "call" (func))))
    (alias export $host "thing" (type $thing))
    (core func $drop (canon resource.drop $thing))
    (core func $make (canon lower (func $host "make")))
    (core func $poke (canon lower (func $host "[method]thing.poke")))
    (core func $call (canon lower (func $host "call")))
    (core module $m
      (import "" "make" (func $make (result i32)))
      (import "" "poke" (func $poke (param i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "call" (func $call))
      (func (export "use") (local i32)
        (local.set 0 (call $make)) (call $poke (local.get 0)) (call $drop (local.get 0)))
      (func (export "call") (call $call))
      (func (export "other"))
      (func (export "trap") unreachable))
    (core instance $i (instantiate $m (with "" (instance (export "make" (func $make))
      (export "poke" (func $poke)) (export "drop" (func $drop)) (export "call" (func $call))))))
    (func (export "use") (canon lift (core func $i "use")))
    (func (export "call") (canon lift (core func $i "call")))
    (func (export "other") (canon lift (core func $i "other")))
    (func (export "trap") (canon lift (core func $i "trap"))))`;

  class Thing {
    poke(): void {}
  }

  const caller = (make_: () => unknown, call: () => unknown = () => undefined) =>
    make(CALLS, (linker) => linker.instance("host", { Thing, make: make_, call }));

  it.each<[string, object, string]>([
    ["method", { poke: 7 }, "Thing.poke is 7, and no method any more"],
    ["disposal", { [Symbol.dispose]: 7 }, "[Symbol.dispose] of a Thing is 7, and no function"],
  ])("whose object has something else for its %s is told so, by its name", (_, members, message) => {
    const instance = caller(() => Object.assign(new Thing(), members));
    expect(thrownBy(() => instance.exports.use())).toEqual(new TypeError(message));
  });

  it("cannot enter an instance that is under way, which goes on, nor one that has ended by a trap", async () => {
    const seen: unknown[] = [];
    const enter = (): void => {
      seen.push(codeOf(() => instance.exports.other()));
    };
    let instance = caller(() => new Thing(), enter);
    instance.exports.call();
    await instance.callAsync("call");
    instance.exports.other();
    expect(seen).toEqual(["cannot-enter-component", "cannot-enter-component"]);
    expect(codeOf(() => instance.exports.trap())).toBe("unreachable");
    for (const name of ["other", "use", "trap"])
      expect(codeOf(() => instance.exports[name]())).toBe("cannot-enter-component");

    // Below a promise too, though that call is none of the guest's.
    instance = caller(
      () => new Thing(),
      async () => instance.callAsync("other"),
    );
    await expect(instance.callAsync("call")).rejects.toMatchObject({ name: "InstanceBusyError" });
  });

  it.each<[string, (resolve: (value: unknown) => void) => void, unknown]>([
    ["settles twice", (resolve) => [1, 2].forEach(resolve), undefined],
    [
      "throws",
      () => {
        throw new RangeError("mine");
      },
      new RangeError("mine"),
    ],
  ])("whose promise %s is taken at its first word", async (_, then, expected) => {
    const instance = caller(
      () => new Thing(),
      () => ({ then }),
    );
    const outcome = await instance.callAsync("call").catch((error) => error);
    expect(outcome).toEqual(expected);
  });

  const COUNTER = `(component
    (type $counter' (resource (rep i32))) (export $counter "counter" (type $counter'))
    (core func $new (canon resource.new $counter'))
    (core func $drop (canon resource.drop $counter'))
    (core module $m
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (func (export "new") (param i32) (result i32) (call $new (local.get 0)))
      (func (export "both") (param i32 i32) (call $drop (local.get 0)))
      (func (export "two") (param i32 i32)))
    (core instance $i (instantiate $m (with "" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
    (func (export "[constructor]counter") (param "start" u32) (result (own $counter)) (canon lift (core func $i "new")))
    (func (export "give-two") (param "a" (own $counter)) (param "b" (own $counter)) (canon lift (core func $i "two")))
    (func (export "give-and-lend") (param "a" (own $counter)) (param "b" (borrow $counter)) (canon lift (core func $i "both")))
    (func (export "lend-two") (param "a" (borrow $counter)) (param "b" (borrow $counter)) (canon lift (core func $i "two"))))`;

  it("cannot give a resource away twice in one call, nor lend it beside that", () => {
    const { exports } = make(COUNTER);
    const counter = new exports.Counter(1);
    for (const name of ["giveTwo", "giveAndLend"]) {
      expect(thrownBy(() => exports[name](counter, counter))).toMatchObject({
        name: "TypeError",
        message: `${name}: b: a Counter is given away, and used again in the same call`,
      });
    }
    exports.lendTwo(counter, counter);
    exports.giveTwo(counter, new exports.Counter(2));
    expect(thrownBy(() => exports.lendTwo(counter, counter))).toMatchObject({
      message: "lendTwo: a: the Counter has been given away",
    });
  });
});

describe("a lifted list", () => {
  it("counts what JavaScript makes of it, however little it is in memory", () => {
    // Each element is a byte, in a hundred tuples of one.
    const levels = 90;
    const types = Array.from(
      { length: levels },
      (_, k) => `(type $t${k + 1} (tuple ${k === 0 ? "u8" : `$t${k}`}))`,
    );
    const text = `(component
      ${types.join("\n")}
      (core module $m (memory (export "memory") 17)
        (func (export "give") (result i32)
          (i32.store (i32.const 0) (i32.const 16)) (i32.store (i32.const 4) (i32.const 1000000)) (i32.const 0)))
      (core instance $i (instantiate $m))
      (func (export "give") (result (list $t${levels})) (canon lift (core func $i "give") (memory $i "memory"))))`;
    expect(thrownBy(() => make(text).exports.give())).toMatchObject({
      name: "LimitError",
      limit: "liftedBytes",
    });
  });
});
