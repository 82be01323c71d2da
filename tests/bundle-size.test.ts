// What an embedder's bundle grows by, for each usual set of imports: minified and compressed.
// README.md and docs/embedding.md tell them to users, the former as measured here: `UPDATE=1 npx vitest run
// tests/bundle-size.test.ts` writes it, after a build. A change that breaks a budget has to say what is worth the bytes.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

const KIB = 1024;

/** Name, budget in KiB of Brotli, and what is imported. */
const BUNDLES: readonly (readonly [string, number, string])[] = [
  ["validating alone", 31, 'import { Engine, Module } from "wasmeter"; export { Engine, Module };'],
  ["the core alone", 82, 'export * from "wasmeter/core";'],
  ["the core with vectors", 96, 'export * from "wasmeter/core"; export { simd } from "wasmeter/packs";'],
  ["the core with trees", 106, 'export * from "wasmeter/core"; export { trees } from "wasmeter/packs";'],
  ["the engine", 122, 'export * from "wasmeter";'],
  ["the engine with the namespace", 129, 'export * from "wasmeter"; export * from "wasmeter/webassembly";'],
  ["the engine with WASI", 142, 'export * from "wasmeter"; export * from "wasmeter/wasi";'],
  ["the engine with plugins", 147, 'export * from "wasmeter"; export * from "wasmeter/plugin";'],
];

interface Bundle {
  readonly bytes: Uint8Array;
  /** In bytes; Brotli takes seconds, so only once. */
  readonly compressed: number;
}

/** Bundles that several tests look at. */
const made = new Map<string, Promise<Bundle>>();

function bundle(contents: string): Promise<Bundle> {
  let bundled = made.get(contents);
  if (bundled === undefined) {
    bundled = makeBundle(contents);
    made.set(contents, bundled);
  }
  return bundled;
}

async function makeBundle(contents: string): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(projectRoot, "tests") },
    ...{ bundle: true, minify: true, write: false, format: "esm", platform: "neutral" },
    mainFields: ["module"],
    // Without the project's paths, which lead to the sources.
    tsconfigRaw: "{}",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("nothing was bundled");
  return { bytes: file.contents, compressed: brotliCompressSync(file.contents).length };
}

it.each(BUNDLES)("%s takes at most %i KiB", async (_, budget, imports) => {
  const { compressed } = await bundle(imports);
  expect(compressed).toBeLessThanOrEqual(budget * KIB);
  // A budget far above what is needed holds nothing.
  expect(compressed).toBeGreaterThan(0.8 * budget * KIB);
});

it.each([
  ["components", 45_000, 'export * from "wasmeter";', 'export * from "wasmeter/component";'],
  [
    "the hosts of components",
    32_000,
    'export * from "wasmeter";',
    'export { handleRequest, Wasi } from "wasmeter/component/wasi";',
  ],
])("%s take at most %i bytes beside the engine", async (_, budget, engine, more) => {
  const added = (await bundle(engine + more)).compressed - (await bundle(engine)).compressed;
  expect(added).toBeLessThanOrEqual(budget);
  expect(added).toBeGreaterThan(0.8 * budget);
});

const README = join(projectRoot, "README.md");
const TABLE = /(?<=<!-- sizes -->\n)[\s\S]*(?=<!-- \/sizes -->)/;
/** By how many KiB the README may be off, so that not every change has to touch it. */
const TOLERANCE = 2;

it("README.md tells what bundles take (UPDATE=1 rewrites it)", async () => {
  const measured = await Promise.all(
    BUNDLES.map(async ([name, , imports]) => {
      const { bytes, compressed } = await bundle(imports);
      return [name, bytes.length / KIB, compressed / KIB] as const;
    }),
  );
  if (process.env.UPDATE === "1") {
    const rows = measured.map(
      ([name, minified, brotli]) => `| ${name} | ${Math.round(minified)} | ${Math.round(brotli)} |\n`,
    );
    const table = `| KiB | minified | with Brotli |\n|---|---|---|\n${rows.join("")}`;
    writeFileSync(README, readFileSync(README, "utf8").replace(TABLE, table));
  }
  const told = TABLE.exec(readFileSync(README, "utf8"))?.[0] ?? "";
  for (const [name, , brotli] of measured) {
    const row = told.split("\n").find((line) => line.startsWith(`| ${name} |`));
    expect(row, `the README's row of ${name}`).toBeDefined();
    expect(Math.abs(Number(row?.split("|")[3]) - brotli), name).toBeLessThanOrEqual(TOLERANCE);
  }
});

it("leaves out what executes where nothing is executed", async () => {
  const text = new TextDecoder().decode((await bundle(BUNDLES[0]?.[2] ?? "")).bytes);
  expect(text).toContain("unexpected end");
  expect(text).not.toContain("call stack exhausted");
});
