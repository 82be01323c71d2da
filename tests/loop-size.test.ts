// V8 never optimises a function of more than 61,440 bytes of bytecode; the loops keep well below, but for the one that the
// process begins with.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

const NEVER_OPTIMISED = 61_440;
const BUDGET = 45 * 1024;
/** What V8 compiles when a program has run for a while: its time is proportional. */
const MAIN_LOOP_BUDGET = 30 * 1024;

/**
 * `(module (func (export "f") (drop (i32x4.splat (i32.const 1)))) (func (export "spin") (loop (br_if 0 (i32.ne (local.tee 0
 * (i32.add (local.get 0) (i32.const 1))) (i32.const 3000000))))))`, the second with a local: V8 makes bytecode at the first call
 * only, so something must run in each loop, and long enough for the main one to be used.
 */
const PROGRAM = `
  import { Engine, Linker, Module, Store } from ${JSON.stringify(pathToFileURL(join(projectRoot, "dist/index.js")).href)};
  import { gc, simd, threads } from ${JSON.stringify(pathToFileURL(join(projectRoot, "dist/packs.js")).href)};
  const bytes = Uint8Array.of(
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 3, 2, 0, 0,
    7, 12, 2, 1, 0x66, 0, 0, 4, 0x73, 0x70, 0x69, 0x6e, 0, 1,
    10, 33, 2, 8, 0, 0x41, 1, 0xfd, 0x11, 0x1a, 0x01, 0x0b,
    22, 1, 1, 0x7f, 3, 0x40, 0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x41, 0xc0, 0x8d, 0xb7, 0x01, 0x47, 0x0d, 0, 0x0b, 0x0b);
  // What trees execute is not the loop's.
  const engine = new Engine({ packs: [gc, simd, threads] });
  const instance = new Linker(engine).instantiate(new Store(engine), new Module(engine, bytes));
  instance.call("f", []);
  instance.call("spin", []);
`;

function bytecodeLength(name: string): number {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      "--print-bytecode",
      `--print-bytecode-filter=${name}`,
      "--no-flush-bytecode",
      "--input-type=module",
      "--eval",
      PROGRAM,
    ],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  expect(status, stderr).toBe(0);
  const lengths = [...stdout.matchAll(/^Bytecode length: (\d+)$/gm)].map(([, digits]) => Number(digits));
  expect(lengths.length, `${name} was compiled`).toBeGreaterThan(0);
  return Math.max(...lengths);
}

it.each([
  ["runLoop", MAIN_LOOP_BUDGET],
  ["executeVectors", BUDGET],
])("keeps the bytecode of %s below its budget", { timeout: 60_000 }, (name, budget) => {
  const length = bytecodeLength(name);
  expect(length, "this is the loop, not a stub").toBeGreaterThan(2_000);
  expect(length).toBeLessThan(budget);
});

it("keeps the loop that a process begins with too large to be optimised", { timeout: 60_000 }, () => {
  expect(bytecodeLength("runYoungLoop")).toBeGreaterThan(NEVER_OPTIMISED);
});
