// What the command reports as consumed by real programs, against an instrumented copy on Node's own engine and WASI.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { instrumentModule } from "../fuzz/oracle/instrument.ts";
import { projectRoot } from "./built-code.ts";
import { type GuestCase, guestCases, guestFile } from "./guest-cases.ts";

const scratch = mkdtempSync(join(tmpdir(), "wasmeter-guest-fuel-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Its hash map is seeded with random numbers, so no two runs execute the same instructions. */
const RANDOM = new Set(["rust-wordcount"]);

/** Runs a module on node:wasi with its descriptors as they are, then writes its counter to a file. */
const RUNNER = `
  import { readFileSync, writeFileSync } from "node:fs";
  import { WASI } from "node:wasi";
  const { module, args, env, preopens, report } = JSON.parse(process.argv[1]);
  const wasi = new WASI({ version: "preview1", args, env, preopens });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)), wasi.getImportObject());
  wasi.start(instance);
  writeFileSync(report, String(instance.exports.__fuel.value));
`;

function countedByNode({ wasm, args, env, stdin, preopens }: GuestCase): string {
  const module = join(scratch, "instrumented.wasm");
  const report = join(scratch, "fuel.txt");
  writeFileSync(module, instrumentModule(readFileSync(guestFile(`wasm/${wasm}.wasm`))));
  rmSync(report, { force: true });
  const directories = Object.fromEntries(preopens.map((guest) => [guest, directoryOf(guest)]));
  const options = { module, args: [wasm, ...args], env, preopens: directories, report };
  const { stderr } = spawnSync(
    process.execPath,
    ["--no-warnings", "--input-type=module", "--eval", RUNNER, JSON.stringify(options)],
    { input: stdin, encoding: "utf8" },
  );
  try {
    return readFileSync(report, "utf8");
  } catch {
    throw new Error(stderr);
  }
}

interface CommandRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly fuel: string | undefined;
}

function runByUs({ wasm, args, env, stdin, preopens }: GuestCase, ...options: string[]): CommandRun {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(projectRoot, "dist/cli.cjs"),
      "run",
      "--fuel-report",
      ...options,
      ...["--argv0", wasm],
      ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      ...preopens.flatMap((guest) => ["--dir", `${directoryOf(guest)}::${guest}`]),
      guestFile(`wasm/${wasm}.wasm`),
      ...args,
    ],
    { input: stdin, encoding: "utf8" },
  );
  return { status, stdout, fuel: /^fuel consumed: (\d+)$/m.exec(stderr)?.[1] };
}

function directoryOf(guest: string): string {
  return guest === "/input" ? guestFile("input") : scratch;
}

const OUT_OF_FUEL = 137;

it.each(guestCases().filter(({ wasm }) => !RANDOM.has(wasm)))("$name", (guest) => {
  const total = countedByNode(guest);
  const free = runByUs(guest);
  expect(free.fuel).toBe(total);
  expect(runByUs(guest, "--fuel", total)).toEqual(free);
  const short = String(BigInt(total) - 1n);
  expect(runByUs(guest, "--fuel", short)).toMatchObject({ status: OUT_OF_FUEL, fuel: short });
});
