// The command with V8's compiled code kept from run to run: whatever is where that code should be, the command does the same.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { codeFolder, prepareCode } from "../src/cli/kubernetes/compiled-code.ts";
import { projectRoot } from "./built-code.ts";
import { wat } from "./wat.ts";

const cli = join(projectRoot, "dist/cli.cjs");
const hello = join(projectRoot, "guests/wasm/c-hello.wasm");
const place = mkdtempSync(join(tmpdir(), "wasmeter-code-"));
// A bench may have left it.
beforeAll(() => rmSync(codeFolder(projectRoot), { recursive: true, force: true }));
afterAll(() => rmSync(place, { recursive: true }));

function run(folder: string, args: readonly string[] = [hello], flags: readonly string[] = []): string {
  const env = { ...process.env, WASMETER_CODE_CACHE: folder };
  const { stdout, stderr, status } = spawnSync(process.execPath, [...flags, cli, ...args], {
    env,
    encoding: "utf8",
  });
  return JSON.stringify({ stdout, stderr, status });
}

const filesIn = (folder: string): string[] => readdirSync(folder).map((name) => join(folder, name));

it("keeps code, uses it, and does the same without, with damaged, with unwritable and with foreign code", () => {
  const plain = run("");
  expect(plain).toContain("Hello from C!");
  const folder = join(place, "code");
  expect(run(folder, ["--version"])).toContain('"status":0');
  expect(run(folder, ["absent.wasm"])).toContain('"status":1');
  // Nothing that ran no guest is worth keeping.
  expect(() => statSync(folder)).toThrow();
  expect(run(folder)).toBe(plain);
  const [file = ""] = filesIn(folder);
  const whole = readFileSync(file);
  const written = statSync(file).mtimeMs;
  expect(run(folder)).toBe(plain);
  expect(statSync(file).mtimeMs).toBe(written);

  const damaged = Buffer.from(whole);
  for (let at = 40; at < damaged.length; at += 977) damaged[at]! ^= 0x5a;
  for (const contents of [damaged, whole.subarray(0, whole.length >> 1)]) {
    writeFileSync(file, contents);
    expect(run(folder)).toBe(plain);
    // It has been made anew.
    expect(statSync(file).size).toBeGreaterThan(whole.length / 2);
  }
  // Flags that change how V8 compiles have code of their own.
  expect(run(folder, [hello], ["--no-opt"])).toBe(plain);
  expect(filesIn(folder)).toHaveLength(2);

  const occupied = join(place, "occupied");
  writeFileSync(occupied, "");
  expect(run(occupied)).toBe(plain);
});

it("is kept of the script that components need, too, when one has run", () => {
  const folder = join(place, "of-components");
  const component = join(place, "component.wasm");
  writeFileSync(
    component,
    wat(readFileSync(join(projectRoot, "src/cli/kubernetes/sample-component.wat"), "utf8")),
  );
  const plain = run("", [component]);
  expect(plain).toContain("sample");
  run(folder);
  expect(filesIn(folder)).toHaveLength(1);
  expect(run(folder, [component])).toBe(plain);
  const [rest = "", core = ""] = filesIn(folder).sort();
  expect(filesIn(folder)).toHaveLength(2);
  const written = [rest, core].map((file) => statSync(file).mtimeMs);
  expect(run(folder, [component])).toBe(plain);
  expect([rest, core].map((file) => statSync(file).mtimeMs)).toEqual(written);
  // Either is looked at by itself.
  writeFileSync(rest, readFileSync(core));
  expect(run(folder, [component])).toBe(plain);
  expect(statSync(rest).mtimeMs).toBeGreaterThan(written[0] ?? 0);
});

it("is prepared beside the package, for those who can keep nothing, and for other bounds of the heap", () => {
  const folder = codeFolder(projectRoot);
  try {
    rmSync(folder, { recursive: true, force: true });
    expect(prepareCode(process.execPath, projectRoot)).toBe(true);
    // Of both scripts.
    expect(filesIn(folder)).toHaveLength(2);
    // Whoever finds it there keeps none of their own.
    const flags = ["--max-semi-space-size=1", "--max-old-space-size=64"];
    const own = join(place, "own");
    expect(run(own, [hello], flags)).toContain("Hello from C!");
    expect(() => statSync(own)).toThrow();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
