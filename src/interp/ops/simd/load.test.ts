import { describe, expect, it } from "vitest";
import { INSTRUCTIONS } from "../../../isa/instructions.ts";
import { executeVectorLoad, executeVectorStore, type VectorLoad, type VectorStore } from "./dispatch.ts";
import { createVectorViews } from "./views.ts";

const MEMORY = Uint8Array.from({ length: 40 }, (_, i) => (i * 37 + 0x85) & 0xff);
const at = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const lanes = (width: number, values: readonly bigint[]) =>
  new Uint8Array(
    values.flatMap((x) => Array.from({ length: width / 8 }, (_, k) => Number((x >> BigInt(8 * k)) & 0xffn))),
  );

/** What a load of the mnemonic gives from address `e`, read with a DataView; `old` is a lane load's vector. */
function reference(mnemonic: string, e: number, old: Uint8Array, lane: number): Uint8Array {
  const view = at(MEMORY);
  const unsigned = (bits: number, from: number) => {
    let x = 0n;
    for (let k = bits / 8 - 1; k >= 0; k--) x = (x << 8n) | BigInt(view.getUint8(from + k));
    return x;
  };
  const extend = /load(\d+)x(\d+)_(.)$/.exec(mnemonic);
  if (extend) {
    const [bits, count] = [Number(extend[1]), Number(extend[2])];
    const narrow = Array.from({ length: count }, (_, i) => unsigned(bits, e + (i * bits) / 8));
    return lanes(2 * bits, extend[3] === "s" ? narrow.map((x) => BigInt.asIntN(bits, x)) : narrow);
  }
  const [, digits, kind] = /load(\d*)_?(\w*)$/.exec(mnemonic) ?? [];
  if (kind === "") return MEMORY.slice(e, e + 16);
  const bits = Number(digits);
  const x = unsigned(bits, e);
  if (kind === "splat") return lanes(bits, Array(128 / bits).fill(x));
  if (kind === "zero") return lanes(128, [x]);
  const result = old.slice();
  result.set(lanes(bits, [x]), (lane * bits) / 8);
  return result;
}

const memoryOps = Object.entries(INSTRUCTIONS)
  .filter(([op, row]) => Number(op) >> 12 === 0xfd && row.accessBytes > 0)
  .map(([op, row]) => ({
    op: Number(op),
    mnemonic: row.mnemonic,
    lanes: row.lanes,
    bytes: row.accessBytes,
  }));
const loads = memoryOps.filter(({ mnemonic }) => mnemonic.includes("load"));
const stores = memoryOps.filter(({ mnemonic }) => mnemonic.includes("store"));

describe("vector loads", () => {
  it.each(loads)(
    "$mnemonic, at any alignment, into its operand and elsewhere",
    ({ op, mnemonic, lanes, bytes }) => {
      const old = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 + i);
      for (let e = 0; e < 8; e++) {
        for (let lane = 0; lane < Math.max(lanes, 1); lane++) {
          // The view ends where the access does: nothing behind it may be needed.
          const exact = MEMORY.slice(0, e + bytes);
          for (const d of [0, 4]) {
            const v = createVectorViews(new ArrayBuffer(48));
            v.U8.set(old, 16);
            executeVectorLoad(op as VectorLoad, v, d, 4, exact, e, lane);
            expect(v.U8.slice(4 * d, 4 * d + 16)).toEqual(reference(mnemonic, e, old, lane));
            expect(v.U8.slice(4 * (4 - d), 4 * (4 - d) + 16)).toEqual(d === 0 ? old : new Uint8Array(16));
            expect(v.U8.slice(32)).toEqual(new Uint8Array(16));
          }
        }
      }
    },
  );
});

describe("vector stores", () => {
  it.each(stores)("$mnemonic, at any alignment", ({ op, lanes, bytes }) => {
    const v = createVectorViews(new ArrayBuffer(32));
    v.U8.set(MEMORY.subarray(3, 19), 16);
    for (let e = 0; e < 8; e++) {
      for (let lane = 0; lane < Math.max(lanes, 1); lane++) {
        const memory = new Uint8Array(32).fill(0xaa);
        executeVectorStore(op as VectorStore, v, 4, memory, e, lane);
        const expected = new Uint8Array(32).fill(0xaa);
        expected.set(MEMORY.subarray(3 + lane * bytes, 3 + lane * bytes + bytes), e);
        expect(memory).toEqual(expected);
      }
    }
  });
});

it("covers every vector instruction that touches memory", () => {
  expect([loads.length, stores.length]).toEqual([17, 5]);
});
