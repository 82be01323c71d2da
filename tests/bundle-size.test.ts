// What an embedder's bundle grows by, for each usual set of imports: minified and compressed.
// docs/embedding.md tells them to users; a change that breaks one has to say what is worth the bytes.

import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

const KIB = 1024;

/** Name, budget in KiB of Brotli, and what is imported. */
const BUNDLES: readonly (readonly [string, number, string])[] = [
  ["validating", 30, 'import { Engine, Module } from "wasmeter"; export { Engine, Module };'],
  ["the core alone", 81, 'export * from "wasmeter/core";'],
  ["the core with vectors", 92, 'export * from "wasmeter/core"; export { simd } from "wasmeter/packs";'],
  ["the core with trees", 94, 'export * from "wasmeter/core"; export { trees } from "wasmeter/packs";'],
  ["the engine", 110, 'export * from "wasmeter";'],
  ["the engine with the namespace", 116, 'export * from "wasmeter"; export * from "wasmeter/webassembly";'],
  ["the engine with WASI", 128, 'export * from "wasmeter"; export * from "wasmeter/wasi";'],
  ["the engine with plugins", 145, 'export * from "wasmeter"; export * from "wasmeter/plugin";'],
];

/** Bundles that several tests look at. */
const made = new Map<string, Promise<Uint8Array>>();

function bundle(contents: string): Promise<Uint8Array> {
  let bundled = made.get(contents);
  if (bundled === undefined) {
    bundled = makeBundle(contents);
    made.set(contents, bundled);
  }
  return bundled;
}

async function makeBundle(contents: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(projectRoot, "tests") },
    ...{ bundle: true, minify: true, write: false, format: "esm", platform: "neutral" },
    mainFields: ["module"],
    // Without the project's paths, which lead to the sources.
    tsconfigRaw: "{}",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("nothing was bundled");
  return file.contents;
}

it.each(BUNDLES)("%s takes at most %i KiB", async (_, budget, imports) => {
  const compressed = brotliCompressSync(await bundle(imports)).length;
  expect(compressed).toBeLessThanOrEqual(budget * KIB);
  // A budget far above what is needed holds nothing.
  expect(compressed).toBeGreaterThan(0.8 * budget * KIB);
});

it.each([
  ["components", 43_000, 'export * from "wasmeter";', 'export * from "wasmeter/component";'],
  [
    "the hosts of components",
    25_000,
    'export * from "wasmeter";',
    'export { handleRequest, Wasi } from "wasmeter/component/wasi";',
  ],
])("%s take at most %i bytes beside the engine", async (_, budget, engine, more) => {
  const size = async (imports: string) => brotliCompressSync(await bundle(imports)).length;
  const added = (await size(engine + more)) - (await size(engine));
  expect(added).toBeLessThanOrEqual(budget);
  expect(added).toBeGreaterThan(0.8 * budget);
});

it("leaves out what executes where nothing is executed", async () => {
  const text = new TextDecoder().decode(await bundle(BUNDLES[0]?.[2] ?? ""));
  expect(text).toContain("unexpected end");
  expect(text).not.toContain("call stack exhausted");
});
