// Limits that fit the heap of the process: read in processes of their own, with heaps of several sizes.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { DEFAULT_LIMITS, DEFAULT_MODULE_LIMITS } from "wasmeter";

const NODE = fileURLToPath(new URL("../dist/node.js", import.meta.url));
const INDEX = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const PROGRAM = `
  import { getHeapStatistics } from "node:v8";
  const { heapLimits } = await import(process.argv[1]);
  const { Engine } = await import(process.argv[2]);
  console.log(JSON.stringify([getHeapStatistics().heap_size_limit, heapLimits(), new Engine().moduleLimits.heapBytes]));
`;

function limitsWith(megabytes: number): [number, { limits: object; moduleLimits: object }, number] {
  const args = [`--max-old-space-size=${megabytes}`, "--input-type=module", "--eval", PROGRAM, NODE, INDEX];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

it.each([32, 64, 128])("are less than the defaults with %d MB of heap", (megabytes) => {
  const [heap, limits, ofEngine] = limitsWith(megabytes);
  expect(limits).toEqual({
    limits: { hostHeapBytes: Math.floor((heap * 3) / 8) },
    moduleLimits: { heapBytes: Math.floor(heap / 3) },
  });
  expect(ofEngine).toBe(Math.floor(heap / 3));
});

it("are the defaults with much of it", () => {
  const [, limits, ofEngine] = limitsWith(4096);
  expect(limits).toEqual({
    limits: { hostHeapBytes: DEFAULT_LIMITS.hostHeapBytes },
    moduleLimits: { heapBytes: DEFAULT_MODULE_LIMITS.heapBytes },
  });
  expect(ofEngine).toBe(DEFAULT_MODULE_LIMITS.heapBytes);
});
