import { expect, it } from "vitest";
import { formatBacktrace } from "./backtrace.ts";

const frame = (funcIdx: number, functionName?: string, offset?: number) => ({
  moduleName: undefined,
  funcIdx,
  functionName,
  offset,
});

it("shows the innermost frames of a deep recursion", () => {
  const frames = Array.from({ length: 100 }, (_, i) => frame(i, undefined, i));
  const lines = formatBacktrace(frames).split("\n");
  expect(lines).toHaveLength(42);
  expect(lines[0]).toContain("func[0]");
  expect(lines[39]).toContain("func[39]");
  expect(lines[40]).toBe("    … more frames");
});

it("tells what repeats itself once", () => {
  const down = Array.from({ length: 40 }, () => frame(1, "down", 9));
  expect(formatBacktrace([frame(0, "leaf", 5), ...down, frame(2, "main", 7)])).toBe(
    [
      "    at leaf (func[0]) @ 0x5",
      "    at down (func[1]) @ 0x9",
      "    … this frame 39 more times",
      "    at main (func[2]) @ 0x7",
      "",
    ].join("\n"),
  );
});

it("tells cycles once, and what is left of the last one", () => {
  const cycle = [frame(1, "even", 9), frame(2, "odd", 11)];
  const frames = [...cycle, ...cycle, ...cycle, ...cycle, frame(1, "even", 9), frame(3, "main", 7)];
  expect(formatBacktrace(frames)).toBe(
    [
      "    at even (func[1]) @ 0x9",
      "    at odd (func[2]) @ 0xb",
      "    … these 2 frames 3 more times",
      "    at even (func[1]) @ 0x9",
      "    at main (func[3]) @ 0x7",
      "",
    ].join("\n"),
  );
});

it("shows twice what is there twice", () => {
  const two = [frame(1, "a", 1), frame(1, "a", 1)];
  expect(formatBacktrace(two)).toBe("    at a (func[1]) @ 0x1\n".repeat(2));
});

it("says when the engine has kept no more frames", () => {
  const text = formatBacktrace(Array.from({ length: 100 }, () => frame(1, "down", 9)));
  expect(text).toBe("    at down (func[1]) @ 0x9\n    … this frame 99 more times\n    … more frames\n");
});

it("cuts names before it does anything with them", () => {
  const name = "\u0007".repeat(10_000_000);
  const text = formatBacktrace(Array.from({ length: 30 }, (_, i) => frame(i, name, i)));
  expect(text.length).toBeLessThan(30 * 2_000);
  expect(text).toContain("… (10000000 characters) (func[3]) @ 0x3\n");
});
