// Active data segments are joined to images before the first instance is made. None of that may be observed: neither
// where segments overlap, nor when one of them traps half-way.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine, Global, Linker, Memory, Module, Store, Table, Trap } from "wasmeter";
import { wat } from "./wat.ts";

const PAGE = 65536;
const engine = new Engine();

interface Segment {
  readonly imported: boolean;
  /** From a global, so that it is known only at instantiation. */
  readonly computed: boolean;
  readonly address: number;
  readonly bytes: readonly number[];
}

const segment: fc.Arbitrary<Segment> = fc.record({
  imported: fc.boolean(),
  computed: fc.integer({ min: 0, max: 5 }).map((k) => k === 0),
  address: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 600 }) },
    { weight: 1, arbitrary: fc.integer({ min: PAGE - 8, max: PAGE }) },
  ),
  bytes: fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 12 }),
});

/** Both memories as the specification has them, and how many segments were copied before one trapped. */
function model(segments: readonly Segment[]): { imported: Uint8Array; own: Uint8Array; copied: number } {
  const imported = new Uint8Array(PAGE).fill(0xee);
  const own = new Uint8Array(PAGE);
  let copied = 0;
  for (const { imported: isImported, address, bytes } of segments) {
    if (address + bytes.length > PAGE) break;
    (isImported ? imported : own).set(bytes, address);
    copied++;
  }
  return { imported, own, copied };
}

const hex = (bytes: readonly number[]): string =>
  bytes.map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");

/** Function k of the imported table copies segment k to the end of the own memory; the last one reads a byte of it. */
function textOf(segments: readonly Segment[]): string {
  const addresses = [...new Set(segments.map(({ address }) => address))];
  return `(module
    (import "m" "memory" (memory $imported 1))
    (import "m" "table" (table ${segments.length + 1} funcref))
    ${addresses.map((address) => `(import "m" "g${address}" (global $g${address} i32))`).join(" ")}
    (memory $own (export "own") 1)
    (elem (i32.const 0) func ${segments.map((_, k) => `$init${k}`).join(" ")} $load)
    ${segments
      .map(
        ({ imported, computed, address, bytes }, k) => `
    (data $d${k} (memory ${imported ? "$imported" : "$own"})
      (offset ${computed ? `(global.get $g${address})` : `(i32.const ${address})`}) "${hex(bytes)}")
    (func $init${k} (memory.init $own $d${k} (i32.const ${PAGE - 100}) (i32.const 0) (i32.const ${bytes.length})))`,
      )
      .join("")}
    (func $load (param i32) (result i32) (i32.load8_u $own (local.get 0))))`;
}

function check(segments: readonly Segment[]): void {
  const module = new Module(engine, wat(textOf(segments)));
  const expected = model(segments);
  // Of the second instance too, which finds everything prepared.
  for (let round = 0; round < 2; round++) {
    const store = new Store(engine);
    const memory = new Memory(store, { min: 1 });
    memory.bytes().fill(0xee);
    const table = new Table(store, { element: "funcref", min: segments.length + 1 });
    const linker = new Linker(engine).define("m", "memory", memory).define("m", "table", table);
    for (const address of new Set(segments.map((each) => each.address))) {
      linker.define("m", `g${address}`, globalOf(store, address));
    }
    const instantiate = () => linker.instantiate(store, module);
    if (expected.copied < segments.length) expect(instantiate).toThrow(Trap);
    else instantiate();
    expect(Buffer.compare(memory.bytes(), expected.imported)).toBe(0);
    const load = table.get(segments.length) as (address: number) => number;
    const read = (from: number, length: number) => Array.from({ length }, (_, k) => load(from + k));
    expect(read(0, 620)).toEqual([...expected.own.subarray(0, 620)]);
    expect(read(PAGE - 12, 12)).toEqual([...expected.own.subarray(PAGE - 12)]);
    segments.forEach(({ bytes }, k) => {
      const init = table.get(k) as () => void;
      // A segment that was copied is dropped: nothing but nothing can be read from it.
      if (k < expected.copied && bytes.length > 0) expect(init).toThrow(Trap);
      else init();
      if (k >= expected.copied) expect(read(PAGE - 100, bytes.length)).toEqual(bytes);
    });
  }
}

function globalOf(store: Store, value: number): Global {
  return new Global(store, { type: "i32" }, value);
}

describe("active data segments", () => {
  it("end up where they belong, however they lie and wherever one traps", () => {
    fc.assert(fc.property(fc.array(segment, { minLength: 1, maxLength: 14 }), check), { numRuns: 150 });
  });

  it("leave alone what stands between them in a memory that was there before", () => {
    check([
      { imported: true, computed: false, address: 0, bytes: [1, 2] },
      { imported: true, computed: false, address: 4, bytes: [5, 6] },
    ]);
  });

  it("do not clear what an earlier segment wrote where a later one has a gap", () => {
    check([
      { imported: false, computed: true, address: 5, bytes: [9, 9, 9] },
      { imported: false, computed: false, address: 0, bytes: [1] },
      { imported: false, computed: false, address: 20, bytes: [2] },
    ]);
  });

  it("of a memory of 64-bit addresses that lie outside of it trap", () => {
    const text = `(module (memory i64 1) (data (i64.const 0xffffffffffffffff) "x"))`;
    const module = new Module(engine, wat(text));
    expect(() => new Linker(engine).instantiate(new Store(engine), module)).toThrow(
      "out of bounds memory access",
    );
  });
});
