// V8 never optimises a function of more than 61,440 bytes of bytecode; the loops keep well below.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

const BUDGET = 45 * 1024;

/**
 * `(module (func (export "f") (drop (i32x4.splat (i32.const 1)))))`: V8 makes bytecode at the first call only, so something
 * must run in each loop.
 */
const PROGRAM = `
  import { Engine, Linker, Module, Store } from ${JSON.stringify(pathToFileURL(join(projectRoot, "dist/index.js")).href)};
  const bytes = Uint8Array.of(
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0,
    10, 10, 1, 8, 0, 0x41, 1, 0xfd, 0x11, 0x1a, 0x01, 0x0b);
  const engine = new Engine();
  new Linker(engine).instantiate(new Store(engine), new Module(engine, bytes)).call("f", []);
`;

it.each(["runLoop", "executeVectors"])("keeps the bytecode of %s below its budget", (name) => {
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
  expect(Math.max(...lengths), "this is the loop, not a stub").toBeGreaterThan(2_000);
  expect(Math.max(...lengths)).toBeLessThan(BUDGET);
});
