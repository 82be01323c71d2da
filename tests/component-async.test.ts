// Async components, from outside: whom a failure ends, streams and waitable sets against a model, and what hostile guests try.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine, ExitError, LimitError, Store } from "wasmeter";
import { Component, ComponentLinker } from "wasmeter/component";
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

const slow = (after: string): string => `(component
  (import "slow" (func $slow async (param "n" u32) (result u32)))
  (core func $slow' (canon lower (func $slow)))
  (core module $m (import "" "slow" (func $slow (param i32) (result i32)))
    (func (export "f") (param i32) (result i32) (i32.add (call $slow (local.get 0)) (i32.const 1)) ${after}))
  (core instance $i (instantiate $m (with "" (instance (export "slow" (func $slow'))))))
  (func (export "f") async (param "n" u32) (result u32) (canon lift (core func $i "f"))))`;

/** Waits for the host, and gives one more than that. */
const SLOW = slow("");

/** Reads a stream by the synchronous ABI. */
const reader = (body: string): string => `(component
  (type $s (stream u8))
  (core module $memory (memory (export "m") 1))
  (core instance $memory (instantiate $memory))
  (core func $read (canon stream.read $s (memory $memory "m")))
  (core module $m (import "" "read" (func $read (param i32 i32 i32) (result i32)))
    (func (export "f") (param i32) (result i32) ${body}))
  (core instance $i (instantiate $m (with "" (instance (export "read" (func $read))))))
  (func (export "f") async (param "s" $s) (result u32) (canon lift (core func $i "f"))))`;

/** One element. */
const READER = reader("(call $read (local.get 0) (i32.const 0) (i32.const 1))");

const later = <T>(turns: number, then: () => T): Promise<T> =>
  turns === 0 ? Promise.resolve().then(then) : Promise.resolve().then(() => later(turns - 1, then));

/** What calls have come to, as text. */
async function outcomes(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((each) => String(each.status === "rejected" ? each.reason : each.value));
}

/** A component that calls one of its own, which waits for the host and traps. */
const CALLING = `(component
  (import "slow" (func $slow async (param "n" u32) (result u32)))
  (component $inner ${slow("unreachable").slice("(component".length, -1)})
  (instance $inner (instantiate $inner (with "slow" (func $slow))))
  (component $outer ${SLOW.slice("(component".length, -1).replace('(func (export "f") async', '(func (export "g") async')})
  (alias export $inner "f" (func $f))
  (instance $outer (instantiate $outer (with "slow" (func $f))))
  (export "g" (func $outer "g")))`;

/** Returns, waits for the host and traps. */
const RETURNING = `(component
  (import "slow" (func $slow async (param "n" u32) (result u32)))
  (core func $slow' (canon lower (func $slow)))
  (core func $return (canon task.return (result u32)))
  (core module $m
    (import "" "slow" (func $slow (param i32) (result i32)))
    (import "" "return" (func $return (param i32)))
    (func (export "f") (param i32)
      (call $return (local.get 0)) (drop (call $slow (local.get 0))) unreachable))
  (core instance $i (instantiate $m (with "" (instance (export "slow" (func $slow')) (export "return" (func $return))))))
  (func (export "f") async (param "n" u32) (result u32) (canon lift (core func $i "f") async)))`;

const CANNOT_ENTER = "Trap: cannot enter component instance";

describe("a trap", () => {
  const answering = (turns: number) => (linker: ComponentLinker) =>
    void linker.func("slow", (n: number) => later(turns, () => n));

  it.each([
    [3, 20],
    [20, 3],
    [1, 1],
  ])(
    "ends the call whose it is, whoever has the turn: after %i turns, and others after %i",
    async (turns, others) => {
      const store = new Store(engine);
      const failing = make(slow("unreachable"), answering(turns), store);
      const other = make(SLOW, answering(others), store);
      const calls = [
        other.callAsync("f", [1]),
        failing.callAsync("f", [2]),
        other.callAsync("f", [3]),
        failing.callAsync("f", [4]),
      ];
      const [first, one, third, another] = await outcomes(calls);
      expect([first, third]).toEqual(["2", "4"]);
      // Which of the two begins first is nobody's affair.
      expect([one, another].sort()).toEqual([CANNOT_ENTER, "Trap: unreachable"]);
      await expect(failing.callAsync("f", [1])).rejects.toThrow("cannot enter component instance");
      expect(await other.callAsync("f", [5])).toBe(6);
    },
  );

  it("ends who has called what has trapped and waits for it, by the same error, and no other", async () => {
    const store = new Store(engine);
    const linker = new ComponentLinker(engine);
    const failing = make(slow("unreachable"), answering(5), store);
    linker.func("slow", (n: number) => later(9, () => n));
    const calling = linker.instantiate(store, new Component(engine, wat(CALLING)));
    const other = make(SLOW, answering(2), store);
    const calls = [other.callAsync("f", [1]), calling.callAsync("g", [2]), other.callAsync("f", [3])];
    expect(await outcomes(calls)).toEqual(["2", "Trap: unreachable", "4"]);
    await expect(calling.callAsync("g", [1])).rejects.toThrow("cannot enter component instance");
    expect(await outcomes([failing.callAsync("f", [2])])).toEqual(["Trap: unreachable"]);
  });

  it("of what goes on after it has returned ends what waits for all of that", async () => {
    const store = new Store(engine);
    const returning = make(RETURNING, answering(5), store);
    const other = make(SLOW, answering(20), store);
    const returned: unknown[] = [];
    const toEnd = returning.callToEnd("f", [2], (value) => returned.push(value));
    const calls = [other.callAsync("f", [1]), toEnd, other.callAsync("f", [3])];
    expect(await outcomes(calls)).toEqual(["2", "Trap: unreachable", "4"]);
    expect(returned).toEqual([2]);
  });

  it("is the same for what the host throws", async () => {
    const store = new Store(engine);
    const exit = new ExitError(3);
    const failing = make(
      SLOW.replace("(call $slow (local.get 0))", "(call $slow (call $slow (local.get 0)))"),
      (linker) =>
        linker.func("slow", (n: number) => {
          if (n === 3) throw exit;
          return later(4, () => n + 1);
        }),
      store,
    );
    const other = make(SLOW, answering(12), store);
    const settled = await Promise.allSettled([other.callAsync("f", [1]), failing.callAsync("f", [2])]);
    expect(settled).toMatchObject([{ value: 2 }, { reason: exit }]);
  });
});

describe("what the host has promised and not kept", () => {
  it("ends the calls of the instance that it was for, and no other's, whoever has the turn", async () => {
    const store = new Store(engine);
    const failing = make(
      SLOW,
      (linker) =>
        linker.func("slow", () =>
          later(3, () => {
            throw new Error("the host's own mistake");
          }),
        ),
      store,
    );
    const other = make(SLOW, (linker) => linker.func("slow", (n: number) => later(20, () => n)), store);
    const settled = await Promise.allSettled([
      other.callAsync("f", [1]),
      failing.callAsync("f", [2]),
      other.callAsync("f", [3]),
    ]);
    expect(settled.map((each) => (each.status === "rejected" ? String(each.reason) : each.value))).toEqual([
      2,
      "Error: the host's own mistake",
      4,
    ]);
    await expect(failing.callAsync("f", [1])).rejects.toThrow("cannot enter component instance");
    expect(await other.callAsync("f", [5])).toBe(6);
  });

  it("is a stream's too: nothing is asked of it before somebody reads", async () => {
    let asked = 0;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          asked++;
          return later(2, () => {
            throw new Error("the stream broke");
          });
        },
      }),
    };
    const ignoring = make(`(component
      (core module $m (func (export "f") (param i32) (result i32) (i32.const 7)))
      (core instance $i (instantiate $m))
      (func (export "f") async (param "s" (stream u8)) (result u32) (canon lift (core func $i "f"))))`);
    expect(await ignoring.callAsync("f", [source])).toBe(7);
    expect(asked).toBe(0);
    await expect(make(READER).callAsync("f", [source])).rejects.toThrow("the stream broke");
    expect(asked).toBe(1);
  });

  it("a value of another type is a TypeError that ends the reader", async () => {
    await expect(make(READER).callAsync("f", [[["no byte"]]])).rejects.toThrow("stream[0]");
  });

  it("who reads nothing is told of something: of bytes much is fetched then, and the end is left for who reads", async () => {
    const read = (length: number) => `(call $read (local.get 0) (i32.const 0) (i32.const ${length}))`;
    const results = [0, 10, 0, 0, 10].map((length, k) => `(i32.shl ${read(length)} (i32.const ${k * 6}))`);
    const waiting = make(reader(results.reduce((all, one) => `(i32.add ${all} ${one})`)));
    const asked: number[] = [];
    const chunks = [Uint8Array.of(1, 2, 3)].values();
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async (wanted: number) => {
          asked.push(wanted);
          return chunks.next();
        },
      }),
    };
    // Nothing; three; nothing, at the end, twice; that it is the end.
    expect(await waiting.callAsync("f", [source])).toBe((3 << (4 + 6)) + (1 << 24));
    expect(asked).toEqual([65_536, 65_536]);
  });

  it("a stream that nobody reads any more is told, with what was not read", async () => {
    const returned: unknown[] = [];
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: Uint8Array.of(1, 2, 3) }),
        return: async (rest: unknown) => {
          returned.push(rest);
          return { done: true, value: undefined };
        },
      }),
    };
    const dropping = make(
      READER.replace(
        '(core module $m (import ""',
        `(core func $drop (canon stream.drop-readable $s))
        (core module $m (import "" "drop" (func $drop (param i32))) (import ""`,
      )
        .replace("(i32.const 1))))", "(i32.const 1)) (call $drop (local.get 0))))")
        .replace('(instance (export "read"', '(instance (export "drop" (func $drop)) (export "read"'),
    );
    expect(await dropping.callAsync("f", [source])).toBe(1 << 4);
    expect(returned).toEqual([Uint8Array.of(2, 3)]);
  });
});

describe("calls that wait", () => {
  it("cost and give the same wherever they run out of fuel", async () => {
    const bytes = function* () {
      yield Uint8Array.of(5);
    };
    const cases = [
      { text: SLOW, args: () => [4], result: 5 },
      { text: READER, args: () => [bytes()], result: 1 << 4 },
    ];
    const costly = new Engine({ costModel: "bounded" });
    for (const { text, args, result } of cases) {
      let whole: bigint | undefined;
      for (const slice of [100_000n, 1n, 2n, 3n, 5n, 7n, 11n]) {
        const store = new Store(costly);
        const instance = make(
          text,
          (linker) => (text === SLOW ? linker.func("slow", async (n: number) => n) : undefined),
          store,
        );
        const execution = instance.start("f", args());
        let kept = slice;
        while (execution.resume({ fuel: kept }) !== "done") {
          if (execution.state === "awaiting-host") await execution.settled();
          // What is charged at once may be more than a slice.
          else kept = execution.state === "out-of-fuel" ? kept + slice : 0n;
          if (kept === 0n) throw execution.error;
        }
        whole ??= store.fuelConsumed;
        expect({ slice, result: execution.result, fuel: store.fuelConsumed }).toEqual({
          slice,
          result,
          fuel: whole,
        });
      }
    }
  });
});

/** A guest that does one thing at a time to streams of its own, as it is told. */
const WORKSHOP = `(component
  (type $s (stream u8))
  (core module $memory (memory (export "m") 1))
  (core instance $memory (instantiate $memory))
  (core func $new (canon stream.new $s))
  (core func $read (canon stream.read $s async (memory $memory "m")))
  (core func $write (canon stream.write $s async (memory $memory "m")))
  (core func $cancel-read (canon stream.cancel-read $s async))
  (core func $cancel-write (canon stream.cancel-write $s async))
  (core func $drop-readable (canon stream.drop-readable $s))
  (core func $drop-writable (canon stream.drop-writable $s))
  (core func $set (canon waitable-set.new))
  (core func $poll (canon waitable-set.poll (memory $memory "m")))
  (core func $join (canon waitable.join))
  (core func $drop-set (canon waitable-set.drop))
  (core module $m
    (import "" "m" (memory 1))
    (import "" "new" (func $new (result i64)))
    (import "" "set" (func $set (result i32)))
    (func (export "new") (result i64) (call $new))
    (func (export "set") (result i32) (call $set))
    (func (export "fill") (param i32 i32 i32)
      (memory.fill (local.get 0) (local.get 1) (local.get 2)))
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "load32") (param i32) (result i32) (i32.load (local.get 0))))
  (core instance $i (instantiate $m (with "" (instance (export "m" (memory $memory "m"))
    (export "new" (func $new)) (export "set" (func $set))))))
  (func (export "new") (result u64) (canon lift (core func $i "new")))
  (func (export "set") (result u32) (canon lift (core func $i "set")))
  (func (export "fill") (param "p" u32) (param "b" u32) (param "n" u32) (canon lift (core func $i "fill")))
  (func (export "load") (param "p" u32) (result u32) (canon lift (core func $i "load")))
  (func (export "load32") (param "p" u32) (result u32) (canon lift (core func $i "load32")))
  (func (export "read") (param "h" u32) (param "p" u32) (param "n" u32) (result s32) (canon lift (core func $read)))
  (func (export "write") (param "h" u32) (param "p" u32) (param "n" u32) (result s32) (canon lift (core func $write)))
  (func (export "cancel-read") (param "h" u32) (result s32) (canon lift (core func $cancel-read)))
  (func (export "cancel-write") (param "h" u32) (result s32) (canon lift (core func $cancel-write)))
  (func (export "drop-readable") (param "h" u32) (canon lift (core func $drop-readable)))
  (func (export "drop-writable") (param "h" u32) (canon lift (core func $drop-writable)))
  (func (export "poll") (param "s" u32) (param "p" u32) (result u32) (canon lift (core func $poll)))
  (func (export "join") (param "w" u32) (param "s" u32) (canon lift (core func $join)))
  (func (export "drop-set") (param "s" u32) (canon lift (core func $drop-set))))`;

type Side = "read" | "write";
const BLOCKED = -1;
const [COMPLETED, DROPPED, CANCELLED] = [0, 1, 2];

interface End {
  readonly side: Side;
  state: "idle" | "copying" | "done" | "gone";
  length: number;
  progress: number;
  /** What its event will say, if it has one; and whether more may still be copied until it is delivered. */
  event: number | undefined;
  isPartial: boolean;
  inSet: boolean;
}

/** A stream and a set as the Canonical ABI describes them, for one instance; `undefined` for a trap. */
class Model {
  readonly ends: Record<Side, End> = { read: end("read"), write: end("write") };
  /** Who waits for the other end. */
  pending: End | undefined;
  isDropped = false;
  ready: End[] = [];

  copy(side: Side, length: number): number | undefined {
    const me = this.ends[side];
    const other = this.ends[side === "read" ? "write" : "read"];
    if (me.state !== "idle") return undefined;
    Object.assign(me, { state: "copying", length, progress: 0 });
    if (this.isDropped) return this.#over(me, DROPPED);
    if (this.pending === undefined) {
      this.pending = me;
      return BLOCKED;
    }
    const rest = other.length - other.progress;
    if (rest > 0) {
      const count = Math.min(length, rest);
      if (count > 0) {
        me.progress = count;
        other.progress += count;
        this.#event(other, COMPLETED, other.progress < other.length);
      }
      return this.#over(me, COMPLETED);
    }
    if (side === "write" && length === 0 && other.length === 0) return this.#over(me, COMPLETED);
    this.pending = me;
    this.#event(other, COMPLETED, false);
    return BLOCKED;
  }

  cancel(side: Side): number | undefined {
    const me = this.ends[side];
    if (me.state !== "copying") return undefined;
    if ((me.event === undefined || me.isPartial) && this.pending === me) {
      this.pending = undefined;
      me.event = CANCELLED;
    }
    return this.#over(me, me.event as number);
  }

  drop(side: Side): boolean {
    const me = this.ends[side];
    if (me.state === "copying" || me.state === "gone") return false;
    me.state = "gone";
    this.ready = this.ready.filter((each) => each !== me);
    me.inSet = false;
    if (this.isDropped) return true;
    this.isDropped = true;
    const { pending } = this;
    this.pending = undefined;
    if (pending !== undefined) this.#event(pending, DROPPED, false);
    return true;
  }

  join(side: Side, isIn: boolean): boolean {
    const me = this.ends[side];
    if (me.state === "gone") return false;
    this.ready = this.ready.filter((each) => each !== me);
    me.inSet = isIn;
    if (isIn && me.event !== undefined) this.ready.push(me);
    return true;
  }

  poll(): { readonly code: number; readonly payload: number } {
    const [first] = this.ready;
    if (first === undefined) return { code: 0, payload: 0 };
    return { code: first.side === "read" ? 2 : 3, payload: this.#over(first, first.event as number) };
  }

  #event(me: End, result: number, isPartial: boolean): void {
    me.event = result;
    me.isPartial = isPartial;
    if (me.inSet && !this.ready.includes(me)) this.ready.push(me);
  }

  #over(me: End, result: number): number {
    // What was copied in part is another's no more.
    if (this.pending === me) this.pending = undefined;
    me.event = undefined;
    me.isPartial = false;
    me.state = result === DROPPED ? "done" : "idle";
    this.ready = this.ready.filter((each) => each !== me);
    return result | (me.progress << 4);
  }
}

function end(side: Side): End {
  return { side, state: "idle", length: 0, progress: 0, event: undefined, isPartial: false, inSet: false };
}

const side = fc.constantFrom<Side>("read", "write");
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant("copy"), side, n: fc.constantFrom(0, 1, 2, 5, 8) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("cancel"), side, n: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("drop"), side, n: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("join"), side, n: fc.constantFrom(0, 1) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("poll"), side, n: fc.constant(0) }) },
);

describe("streams and waitable sets", () => {
  const linker = new ComponentLinker(engine);
  const prepared = linker.prepare(new Component(engine, wat(WORKSHOP)));

  function workshop(store = new Store(engine)) {
    const { exports } = prepared.instantiate(store);
    const both: bigint = exports.new();
    const handles = { read: Number(both & 0xffff_ffffn), write: Number(both >> 32n) };
    return { exports, handles };
  }

  it("do what a small model says, in any order, to the trap that ends it", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { exports, handles } = workshop();
        const set = exports.set();
        const model = new Model();
        for (const { op, side: at, n } of steps) {
          const handle = handles[at];
          const Name = at === "read" ? "Read" : "Write";
          const Able = at === "read" ? "Readable" : "Writable";
          let expected: unknown;
          let call: () => unknown;
          switch (op) {
            case "copy":
              expected = model.copy(at, n);
              call = () => exports[at](handle, at === "read" ? 100 : 200, n);
              break;
            case "cancel":
              expected = model.cancel(at);
              call = () => exports[`cancel${Name}`](handle);
              break;
            case "drop":
              expected = model.drop(at) ? "nothing" : undefined;
              call = () => exports[`drop${Able}`](handle) ?? "nothing";
              break;
            case "join":
              expected = model.join(at, n === 1) ? "nothing" : undefined;
              call = () => exports.join(handle, n === 1 ? set : 0) ?? "nothing";
              break;
            default:
              expected = model.poll();
              call = () => {
                const code = exports.poll(set, 0);
                return { code, payload: code === 0 ? 0 : exports.load32(4) };
              };
          }
          if (expected === undefined) {
            expect(call).toThrow();
            return;
          }
          expect({ op, at, got: call() }).toEqual({ op, at, got: expected });
        }
      }),
      { numRuns: 150, seed: 15 },
    );
  });

  it("copy bytes to the end of memory and not beyond", () => {
    const { exports, handles } = workshop();
    exports.fill(200, 7, 4);
    expect(exports.read(handles.read, 65_533, 3)).toBe(BLOCKED);
    expect(exports.write(handles.write, 200, 4)).toBe(3 << 4);
    expect([65_532, 65_533, 65_535].map((at) => exports.load(at))).toEqual([0, 7, 7]);
    for (const [at, length] of [
      [65_534, 3],
      [65_536, 1],
      [0xffff_ffff, 2],
      [0, 2 ** 28],
    ] as const) {
      const other = workshop();
      expect(() => other.exports.read(other.handles.read, at, length)).toThrow(/memory|at once/);
    }
  });

  it("are limited in number as all handles are, and found to be what they are", () => {
    const { exports, handles } = workshop(new Store(engine, { limits: { handles: 4 } }));
    const set = exports.set();
    expect(() => exports.new()).toThrow(LimitError);
    for (const wrong of [0, handles.write, set, 2 ** 32 - 1]) {
      const other = workshop();
      other.exports.set();
      expect(() => other.exports.read(wrong, 0, 1)).toThrow(/unknown handle|wrong type/);
    }
  });

  it("a set that has members is not dropped, and an end that copies is neither dropped nor given away", () => {
    const used = workshop();
    const set = used.exports.set();
    used.exports.join(used.handles.read, set);
    expect(() => used.exports.dropSet(set)).toThrow("cannot drop waitable set");
    const busy = workshop();
    busy.exports.read(busy.handles.read, 0, 1);
    expect(() => busy.exports.dropReadable(busy.handles.read)).toThrow("busy stream");
  });
});
