// Real programs, run by the command as a user would run them, with and without Node's JIT.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";
import { guestCases, guestFile } from "./guest-cases.ts";

const scratch = mkdtempSync(join(tmpdir(), "wasmeter-guests-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const directories: Record<string, string> = { "/input": guestFile("input"), "/scratch": scratch };

describe.each([{ flags: [] }, { flags: ["--jitless"] }])("node $flags", ({ flags }) => {
  it.each(guestCases())("$name", ({ name, wasm, args, env, stdin, preopens, status, stderr }) => {
    const run = spawnSync(
      process.execPath,
      [
        ...flags,
        join(projectRoot, "dist/cli.cjs"),
        "run",
        ...["--argv0", wasm],
        ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
        ...preopens.flatMap((guest) => ["--dir", `${directories[guest]}::${guest}`]),
        guestFile(`wasm/${wasm}.wasm`),
        ...args,
      ],
      { input: stdin },
    );
    // Node itself says this under --jitless.
    const errors = run.stderr.toString().replace(/^Warning: disabling flag --expose_wasm .*\n/, "");
    expect(run.stdout.toString(), errors).toBe(readFileSync(guestFile(`expected/${name}.txt`), "utf8"));
    expect(run.status, errors).toBe(status);
    if (stderr !== undefined) expect(errors).toBe(stderr);
  });
});
