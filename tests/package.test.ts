// What is published: its size, its entry points, and that importing it does nothing by itself.

import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

const KIB = 1024;
// The whole package, every entry point with its types; what a bundle takes of it is bounded in bundle-size.test.ts.
// More than half of it are the engine once more in four scripts: three for hosts without modules, and the command (in two parts).
const PACKED_BUDGET = 1920 * KIB;
const UNPACKED_BUDGET = 8320 * KIB;

interface Manifest {
  readonly exports: Record<
    string,
    string | { readonly types: string; readonly node?: string; readonly default: string }
  >;
  readonly bin: Record<string, string>;
  readonly sideEffects: readonly string[];
  readonly dependencies?: Record<string, string>;
}

interface Packed {
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

const manifest = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as Manifest;

function pack(): Packed {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: projectRoot,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [packed] = JSON.parse(output) as Packed[];
  if (packed === undefined) throw new Error("npm pack reported nothing");
  return packed;
}

it("packs what its manifest names, within the size budget", () => {
  const { files, size, unpackedSize } = pack();
  const paths = files.map(({ path }) => path);
  const named = [
    ...Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === "string" ? [entry] : Object.values(entry),
    ),
    ...Object.values(manifest.bin),
  ];
  expect(paths).toEqual(
    expect.arrayContaining(named.filter((path) => !path.includes("*")).map((path) => path.replace("./", ""))),
  );
  expect(paths).toEqual(
    expect.arrayContaining([
      "dist/script/wasmeter.es5.cjs",
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
      "docs/cli.md",
      "man/wasmeter.1",
    ]),
  );
  const foreign = paths.filter(
    (path) => !/^(bin\/|dist\/|docs\/|man\/|README\.md$|LICENSE$|CHANGELOG\.md$|package\.json$)/.test(path),
  );
  expect(foreign).toEqual([]);
  expect(paths.filter((path) => path.includes("testing"))).toEqual([]);
  expect(size).toBeLessThan(PACKED_BUDGET);
  expect(unpackedSize).toBeLessThan(UNPACKED_BUDGET);
});

it("needs no other package", () => {
  expect(manifest.dependencies ?? {}).toEqual({});
});

it("records no registry host in the lock file", () => {
  expect(readFileSync(join(projectRoot, "package-lock.json"), "utf8")).not.toContain('"resolved"');
});

// packed.test.ts checks the declarations themselves.
it("has types that hold in a strict project, README samples too, and shows nothing internal", () => {
  const project = mkdtempSync(join(tmpdir(), "wasmeter-consumer-"));
  try {
    mkdirSync(join(project, "node_modules"));
    symlinkSync(projectRoot, join(project, "node_modules/wasmeter"));
    symlinkSync(join(projectRoot, "node_modules/@types"), join(project, "node_modules/@types"));
    symlinkSync(join(projectRoot, "node_modules/undici-types"), join(project, "node_modules/undici-types"));
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, module: "nodenext", target: "es2022" },
      ...{ types: ["node"], lib: ["es2023", "ESNext.Disposable"] },
    };
    const samples = readFileSync(join(projectRoot, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```$/gms);
    const files = ["main.mts"];
    for (const [, text = ""] of samples) {
      files.push(`sample-${files.length}.mts`);
      writeFileSync(join(project, files.at(-1) ?? ""), text);
    }
    expect(files).toHaveLength(2);
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    writeFileSync(
      join(project, "main.mts"),
      `import { Engine, Linker, Module, Store } from "wasmeter";
       import { nodeWasi } from "wasmeter/node";
       import { MemoryFileSystem } from "wasmeter/wasi";
       import { Plugin, PluginPool, type PluginResult } from "wasmeter/plugin";
       const engine = new Engine({ features: "all" });
       const wasi = nodeWasi({ stdout: "inherit", preopens: { "/data": new MemoryFileSystem() } });
       const linker = new Linker(engine).func("env", "f", { params: ["i32"], results: [] }, ({ memory }, at) => {
         memory?.readString(at, 1);
       });
       wasi.addTo(linker);
       const module = new Module(engine, new Uint8Array(8));
       const fuel: bigint = linker.instantiate(new Store(engine, { fuel: 1_000 }), module).store.fuelConsumed;
       const plugin = new Plugin(module, { allowedPaths: { "/data": "ro:/data", "/memory": new MemoryFileSystem() } });
       const called: Promise<PluginResult> = plugin.call("f", "input", { fuel: 1 });
       new PluginPool(new Uint8Array(8), { workers: 2 }).tenant("a", { fuelPerSecond: 1n });
       // @ts-expect-error: internal
       module.compiled;
       export { called, fuel };`,
    );
    const tsc = join(projectRoot, "node_modules/typescript/bin/tsc");
    const run = (): string => execFileSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
    expect(run()).toBe("");
  } finally {
    rmSync(project, { recursive: true });
  }
});

it("has types for projects without types of Node, and without Symbol.dispose in their library", () => {
  const project = mkdtempSync(join(tmpdir(), "wasmeter-consumer-"));
  try {
    mkdirSync(join(project, "node_modules"));
    symlinkSync(projectRoot, join(project, "node_modules/wasmeter"));
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: false, module: "nodenext", target: "es2022" },
      ...{ types: [], lib: ["ES2022", "DOM"] },
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.mts"] }));
    writeFileSync(
      join(project, "main.mts"),
      `import { Engine, type Execution, Store } from "wasmeter";
       import { WasiPreview1 } from "wasmeter/wasi";
       const store = new Store(new Engine(), { wasi: new WasiPreview1() });
       export const end = (execution: Execution): void => execution[Symbol.dispose]();
       export { store };`,
    );
    const tsc = join(projectRoot, "node_modules/typescript/bin/tsc");
    const run = (): string => execFileSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
    expect(run()).toBe("");
  } finally {
    rmSync(project, { recursive: true });
  }
});

const ENTRIES = Object.keys(manifest.exports).filter((entry) => !/json|\*/.test(entry));

it.each(ENTRIES)("imports %s without touching anything", (entry) => {
  const specifier = entry.replace(/^\./, "wasmeter");
  const script = `
    const snapshot = () => {
      const seen = {};
      for (const key of Reflect.ownKeys(globalThis)) {
        const value = Reflect.getOwnPropertyDescriptor(globalThis, key).value;
        seen[String(key)] = [value, ...(typeof value === "function" || typeof value === "object" && value !== null
          ? [value, value.prototype].flatMap((owner) => owner ? Reflect.ownKeys(owner).map(String) : []) : [])];
      }
      return seen;
    };
    const before = snapshot();
    const exported = await import(${JSON.stringify(specifier)});
    const after = snapshot();
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) =>
      before[key]?.length !== after[key]?.length || before[key].some((item, i) => !Object.is(item, after[key][i])));
    console.log(JSON.stringify({ changed, handles: process.getActiveResourcesInfo().filter((kind) => kind === "Timeout"),
      exported: Object.keys(exported), listeners: process.eventNames().map(String) }));
  `;
  const run = (code: string): string =>
    execFileSync(process.execPath, ["--input-type=module", "--eval", code], {
      cwd: projectRoot,
      encoding: "utf8",
    });
  const bare = JSON.parse(run("console.log(JSON.stringify(process.eventNames().map(String)))")) as string[];
  const seen = JSON.parse(run(script)) as Record<"changed" | "handles" | "exported" | "listeners", string[]>;
  expect(seen.changed).toEqual([]);
  expect(seen.handles).toEqual([]);
  expect(seen.listeners).toEqual(bare);
  expect(seen.exported.length).toBeGreaterThan(0);
});

it("marks all but its commands as free of side effects, and ships them executable", () => {
  // What the OCI runtime starts is not for import either.
  const started = ["./dist/create.cjs", "./dist/container.cjs"];
  const programs = Object.values(manifest.bin).filter((path) => path.startsWith("./dist/"));
  expect(manifest.sideEffects).toEqual([...programs, ...started]);
  for (const path of Object.values(manifest.bin)) {
    expect(readFileSync(join(projectRoot, path), "utf8")).toMatch(/^#!(\/usr\/bin\/env node|\/bin\/sh)\n/);
    expect(statSync(join(projectRoot, path)).mode & 0o111).toBe(0o111);
  }
  for (const path of started) expect(existsSync(join(projectRoot, path))).toBe(true);
});
