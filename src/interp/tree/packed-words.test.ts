import { describe, expect, it } from "vitest";
import { type LaneWords, packedWords, rotated, tableWords, withConstant } from "./packed-words.ts";

const NAMES = ["ltS", "ltU", "leS", "leU", "gtS", "gtU", "geS", "geU", "subSatU"] as const;

function prefixed(by: string, functions: LaneWords): Record<string, (x: number, y: number) => number> {
  return Object.fromEntries(Object.entries(functions).map(([name, of]) => [`${by}.${name}`, of]));
}

/** Words whose lanes meet each other's borders. */
const EDGES = [0, 1, 2, 0x33, 0x7e, 0x7f, 0x80, 0x81, 0xfe, 0xff];
const WORDS = EDGES.flatMap((x) =>
  EDGES.flatMap((y) => [x | (y << 8) | (x << 16) | (y << 24), y | (x << 8) | (0x5a << 16) | (x << 24)]),
);

describe.each(["bytes", "halves"] as const)("with a constant, %s", (lanes) => {
  it.each(NAMES)("%s gives what it gives of two operands", (name) => {
    const general = packedWords()[lanes][name as keyof LaneWords] as (x: number, y: number) => number;
    let count = 0;
    for (const k of WORDS) {
      const each = withConstant(lanes, name, k);
      if (each === undefined) continue;
      count++;
      for (const x of WORDS) expect(each(x), `${x} ${k}`).toBe(general(x, k));
    }
    expect(count).toBeGreaterThan(20);
  });
});

describe("words", () => {
  // What is handed on is not written to a register, which would cut it to 32 bits.
  it("are int32 whatever made them", () => {
    const { bytes, halves, ...others } = packedWords();
    const all = { ...others, ...prefixed("bytes", bytes), ...prefixed("halves", halves) };
    for (const [name, of] of Object.entries(all)) {
      for (const x of WORDS) {
        // Those whose second operand has to be small get none that is not.
        for (const y of WORDS) {
          const result = of(x, name === "addSmall" ? y & 0x7fff7fff : y);
          if (result !== (result | 0)) expect(`${name}(${x}, ${y})`).toBe(result | 0);
        }
      }
    }
    expect(Object.keys(all).length).toBeGreaterThan(50);
  });

  it("adds halves of which the second are small", () => {
    const { addSmall, halves } = packedWords();
    for (const x of WORDS)
      for (const y of WORDS.map((each) => each & 0x7fff7fff)) expect(addSmall(x, y)).toBe(halves.add(x, y));
  });

  it("rotates", () => {
    expect(rotated(8)(0x12345678)).toBe(0x34567812);
    expect(rotated(1)(0x80000000 | 0)).toBe(1);
  });

  it("looks up each byte", () => {
    const look = tableWords(Uint8Array.from({ length: 256 }, (_, k) => 255 - k));
    expect(look(0x00fe7f10)).toBe(0xff0180ef | 0);
  });
});
