import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../usage-error.ts";
import { formatSize, parseCount, parseDuration, parseFuel, parseSize } from "./units.ts";

describe("parseSize", () => {
  it.each([
    ["0", 0],
    ["65536", 65536],
    ["1_000", 1000],
    ["10B", 10],
    ["64KiB", 65536],
    ["64kib", 65536],
    ["64 KiB", 65536],
    ["10MB", 10_000_000],
    ["1.5GiB", 1.5 * 2 ** 30],
    ["1GiB", 2 ** 30],
    ["2TB", 2e12],
  ])("reads %s as %d bytes", (text, bytes) => {
    expect(parseSize("--max-memory", text)).toBe(bytes);
  });

  it.each(["", "MB", "10K", "10 M", "-1", "1e6", "0x10", "1.3B", "9007199254740993", "99999999TiB", "1KiB2"])(
    "refuses '%s', naming the option",
    (text) => {
      expect(() => parseSize("--max-memory", text)).toThrow(UsageError);
      expect(() => parseSize("--max-memory", text)).toThrow(/^--max-memory: '/);
    },
  );
});

describe("parseDuration", () => {
  it.each([
    ["500ms", 500],
    ["0ms", 0],
    ["5s", 5_000],
    ["1.5s", 1_500],
    ["2m", 120_000],
    ["1h", 3_600_000],
  ])("reads %s as %d ms", (text, milliseconds) => {
    expect(parseDuration("--timeout", text)).toBe(milliseconds);
  });

  it("wants a unit, and proposes one", () => {
    expect(() => parseDuration("--timeout", "5")).toThrow("say 5s or 5ms");
  });

  it.each(["", "s", "5 days", "-5s", "5sm"])("refuses '%s'", (text) => {
    expect(() => parseDuration("--timeout", text)).toThrow(UsageError);
  });
});

describe("parseFuel", () => {
  it("is exact to the last unit", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (fuel) => {
        expect(parseFuel("--fuel", String(fuel))).toBe(fuel);
      }),
    );
    expect(parseFuel("--fuel", "10_000_000")).toBe(10_000_000n);
  });

  it.each(["", "-1", "1.5", "1e6", "1k", "9223372036854775808", "9".repeat(100_000)])(
    "refuses a bad count",
    (text) => {
      expect(() => parseFuel("--fuel", text)).toThrow(UsageError);
    },
  );
});

describe("parseCount", () => {
  it("keeps to its bounds", () => {
    expect(parseCount("--n", "1", 1, 10)).toBe(1);
    expect(parseCount("--n", "10", 1, 10)).toBe(10);
    expect(() => parseCount("--n", "0", 1, 10)).toThrow("from 1 to 10");
    expect(() => parseCount("--n", "11", 1, 10)).toThrow(UsageError);
    expect(() => parseCount("--n", "x", 1, 10)).toThrow(UsageError);
  });
});

it("formats sizes for people", () => {
  expect([0, 1023, 1024, 1536, 65536, 5e9].map((bytes) => formatSize(bytes))).toEqual([
    "0 B",
    "1023 B",
    "1 KiB",
    "1.5 KiB",
    "64 KiB",
    "4.7 GiB",
  ]);
});
