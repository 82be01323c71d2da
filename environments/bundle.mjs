// Makes the smoke suite one script of each dialect, with the engine and its guests inside.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { watify } from "@mdn/watify";
import { assembleKernels } from "../bench/kernels.mjs";
import { bundleScript, DIALECTS, ENTRY, toDialect } from "../scripts/build-scripts.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const KERNELS = ["fib", "sieve", "matmul", "sha256", "splitmix"];
const GUESTS = [
  { name: "c-hello", args: ["one", "two words"] },
  { name: "c-file", args: ["/"] },
  { name: "as-crc32", args: ["123456789"] },
  { name: "rust-cat", args: ["/text"] },
];

/** What the script gives, and components, which it does not. */
const WITH_COMPONENTS = `${ENTRY}
export { Component, ComponentError, ComponentLinker } from ${JSON.stringify(`${root}dist/component.js`)};
export { HttpError, startHandling, Wasi as ComponentWasi } from ${JSON.stringify(`${root}dist/component/wasi.js`)};`;

/** Bytes as text that every host can read: not all have `atob`. */
const literal = (bytes) => `fromHex("${Buffer.from(bytes).toString("hex")}")`;
const FROM_HEX = `function fromHex(text) {
  const bytes = new Uint8Array(text.length / 2);
  for (let k = 0; k < bytes.length; k++) bytes[k] = parseInt(text.substr(2 * k, 2), 16);
  return bytes;
}`;

async function wasmText() {
  const { scalar } = await assembleKernels();
  const kernels = scalar.filter(({ name }) => KERNELS.includes(name));
  // The kernels' assembler, which is ready by now.
  const component = watify(readFileSync(`${root}environments/smoke/component.wat`, "utf8"));
  const list = (items) => `[${items.join(", ")}]`;
  return `${FROM_HEX}
export const kernels = ${list(
    kernels.map(
      ({ name, small, binary }) =>
        `{ name: "${name}", size: ${small}, bytes: ${literal(Buffer.from(binary, "base64"))} }`,
    ),
  )};
export const guests = ${list(
    GUESTS.map(
      ({ name, args }) =>
        `{ name: "${name}", args: ${JSON.stringify(args)}, bytes: ${literal(readFileSync(`${root}guests/wasm/${name}.wasm`))} }`,
    ),
  )};
export const component = ${literal(component)};`;
}

/** A suite in some dialects, as a variable `suite` with what its module exports. `modules`: what it may import beside the engine, by name. */
async function bundleSuite(entry, modules = {}, dialects = DIALECTS) {
  const given = { "wasmeter-script": WITH_COMPONENTS, ...modules };
  const plugin = {
    name: "given",
    setup(build) {
      build.onResolve({ filter: /^(wasmeter-script|virtual:.*)$/ }, ({ path }) => ({
        path,
        namespace: "given",
      }));
      build.onLoad({ filter: /.*/, namespace: "given" }, ({ path }) => ({
        contents: given[path],
        resolveDir: root,
      }));
    },
  };
  const script = await bundleScript({ entry, globalName: "suite", plugins: [plugin] });
  return Object.fromEntries(dialects.map((dialect) => [dialect, toDialect(script, dialect, "suite")]));
}

/**
 * The smoke suite: `smoke()` gives a promise of the outcome as JSON, and `smokeAtOnce()` what of it needs no promise.
 * `rounds`: how often each kernel is timed at most.
 */
export async function bundleSmoke({ rounds = 1 } = {}) {
  const wasm = `${await wasmText()}\nexport const rounds = ${rounds};`;
  const entry = `export { smoke, smokeAtOnce } from ${JSON.stringify(`${root}environments/smoke/index.js`)};`;
  return bundleSuite(entry, { "virtual:wasm": wasm });
}

/** The kernels as measured by bench/trees.mjs: `smoke()` gives a promise of the figures as JSON, of what `job` says. */
export async function bundleTrees(job, kernels, dialects) {
  const wasm = kernels.map(
    ({ name, small, results, binary }) =>
      `{ name: "${name}", size: ${small}, result: "${results[1]}", bytes: ${literal(Buffer.from(binary, "base64"))} }`,
  );
  return bundleSuite(
    `export { smoke } from ${JSON.stringify(`${root}bench/trees-suite.js`)};`,
    {
      "virtual:job": `export default ${JSON.stringify(job)};`,
      "virtual:kernels": `${FROM_HEX}\nexport const kernels = [${wasm.join(", ")}];`,
      "virtual:testing": `export { setTier } from ${JSON.stringify(`${root}dist/testing.js`)};`,
    },
    dialects,
  );
}

/** The suite of real components, which reads what stands before it as `given`, in some dialects. */
export function bundleComponents(dialects) {
  const entry = `export { smoke } from ${JSON.stringify(`${root}environments/components/suite.js`)};`;
  return bundleSuite(entry, {}, dialects);
}
