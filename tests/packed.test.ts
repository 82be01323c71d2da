// What `npm pack` makes, installed into an empty project: every entry point in strict TypeScript by both ways of resolution, in plain
// JavaScript, and the scripts by `require`.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";
import { wat } from "./wat.ts";

const project = mkdtempSync(join(tmpdir(), "wasmeter-packed-"));
afterAll(() => rmSync(project, { recursive: true, maxRetries: 5 }));

const node = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" });

beforeAll(() => {
  const npm = (...args: readonly string[]) =>
    execFileSync("npm", [...args, "--ignore-scripts"], { cwd: project, stdio: ["ignore", "pipe", "ignore"] });
  writeFileSync(join(project, "package.json"), `{ "private": true }`);
  npm("pack", "--pack-destination", project, projectRoot);
  const { version } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
    version: string;
  };
  npm("install", "--offline", "--no-audit", "--no-fund", `./wasmeter-${version}.tgz`);
  mkdirSync(join(project, "node_modules/@types"));
  for (const name of ["@types/node", "undici-types"])
    symlinkSync(join(projectRoot, "node_modules", name), join(project, "node_modules", name));
}, 120_000);

/** One use of each entry point that its types have to allow, and one that they must not. */
const TYPED = `
import { Engine, Linker, Module, OutOfFuelError, Store } from "wasmeter";
import { Engine as Core } from "wasmeter/core";
import { gc, simd, threads, trees } from "wasmeter/packs";
import { CapturedOutput, MemoryFileSystem, WasiPreview1 } from "wasmeter/wasi";
import { createWebAssembly, install, type WebAssemblyNamespace } from "wasmeter/webassembly";
import { Component, ComponentLinker } from "wasmeter/component";
import { Wasi as ComponentWasi } from "wasmeter/component/wasi";
import { HttpServer } from "wasmeter/http";
import { HostFileSystem, nodeWasi } from "wasmeter/node";
import { Plugin, PluginPool, type PluginResult } from "wasmeter/plugin";

const bytes = new Uint8Array(8);
const engine = new Engine({ costModel: "bounded" });
const store: Store = new Store(engine, { fuel: 1n, wasi: new WasiPreview1({ stdout: new CapturedOutput() }) });
const result: unknown = new Linker(engine).instantiate(store, new Module(engine, bytes)).call("f", [1]);
new Core({ packs: [gc, simd, threads, trees] });
const namespace: WebAssemblyNamespace = createWebAssembly({ fuel: 1, limits: { totalBytes: 1 } });
const installed: boolean = install({ force: true });
const component = new Component(engine, bytes);
new ComponentLinker(engine);
new HostFileSystem("/");
const called: Promise<PluginResult> = new Plugin(bytes).call("f", "input", { fuel: 1 });
export { ComponentWasi, called, component, HttpServer, installed, MemoryFileSystem, namespace, nodeWasi, OutOfFuelError, PluginPool, result };
// @ts-expect-error: no such option
new Store(engine, { feul: 1 });
// @ts-expect-error: fuel is a number
createWebAssembly({ fuel: "1" });
`;

it.each([
  ["node16", { module: "node16", moduleResolution: "node16", skipLibCheck: false }],
  ["bundler", { module: "esnext", moduleResolution: "bundler", skipLibCheck: true }],
])("has types by the resolution %s", { timeout: 120_000 }, (_, options) => {
  const compilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, target: "es2022", types: ["node"] },
    ...{ lib: ["es2023", "ESNext.Disposable"], ...options },
  };
  writeFileSync(join(project, "main.mts"), TYPED);
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.mts"] }));
  expect(node(join(projectRoot, "node_modules/typescript/bin/tsc"), "-p", project)).toBe("");
});

it("has every entry point for plain JavaScript, and runs a module", () => {
  const { exports } = JSON.parse(
    readFileSync(join(project, "node_modules/wasmeter/package.json"), "utf8"),
  ) as { exports: Record<string, unknown> };
  const entries = Object.keys(exports).filter((entry) => !/json|\*/.test(entry));
  expect(entries.length).toBeGreaterThan(9);
  writeFileSync(
    join(project, "answer.wasm"),
    wat(`(module (func (export "answer") (result i32) (i32.const 42)))`),
  );
  writeFileSync(
    join(project, "main.mjs"),
    `${entries.map((entry, k) => `import * as entry${k} from "${entry.replace(".", "wasmeter")}";`).join("\n")}
     import { readFileSync } from "node:fs";
     const { Engine, Linker, Module, Store } = entry0;
     const engine = new Engine();
     const module = new Module(engine, readFileSync("answer.wasm"));
     console.log(new Linker(engine).instantiate(new Store(engine), module).call("answer"));
     console.log([${entries.map((_, k) => `entry${k}`)}].every((entry) => Object.keys(entry).length > 0));`,
  );
  expect(node("main.mjs")).toBe("42\ntrue\n");
});

it.each(["es2022", "es2015", "es5"])("gives the script in %s to require", (dialect) => {
  writeFileSync(
    join(project, "main.cjs"),
    `const { createWebAssembly } = require("wasmeter/script/wasmeter.${dialect}.cjs");
     const bytes = require("node:fs").readFileSync("answer.wasm");
     createWebAssembly({ fuel: 10 }).instantiate(bytes).then(({ instance }) => console.log(instance.exports.answer()));`,
  );
  expect(node("main.cjs")).toBe("42\n");
});
