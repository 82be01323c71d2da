// The engines under test, behind one face: instantiate bytes, run, count instructions.
// Owns how each engine is loaded. Knows nothing of kernels or timing.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Loads what `spec` describes: `{ kind: "wasmeter", dist, lowering, scalar, loop }`, `{ kind: "native" }` or `{ kind: "polywasm" }`;
 * `scalar` asks for a kernel's form without vectors, where it has one, `loop` for no closure trees, where the build has them.
 * Returns a function from bytes to `{ run(n), instructions() }`, or undefined where the engine does not exist.
 * `instructions()` is how many the instance has executed so far; only ours knows.
 */
export async function loadEngine(spec) {
  switch (spec.kind) {
    case "wasmeter": {
      const { Engine, Linker, Module, Store } = await import(
        pathToFileURL(resolve(spec.dist, "index.js")).href
      );
      const engine = new Engine({
        ...(spec.lowering === undefined ? {} : { lowering: spec.lowering }),
        ...(spec.loop ? await withoutTrees(spec.dist) : {}),
      });
      return (bytes) => {
        const store = new Store(engine);
        const instance = new Linker(engine).instantiate(store, new Module(engine, bytes));
        const { run, scalar = run } = instance.exports;
        return { run: spec.scalar ? scalar : run, instructions: () => Number(store.fuelConsumed) };
      };
    }
    case "native":
      return globalThis.WebAssembly === undefined ? undefined : drive(globalThis.WebAssembly);
    case "polywasm":
      return drive((await import("polywasm")).WebAssembly);
    default:
      throw new Error(`no engine ${spec.kind}`);
  }
}

/** The option that leaves trees out; none for builds from before there were any. */
async function withoutTrees(dist) {
  const path = resolve(dist, "packs.js");
  if (!existsSync(path)) return {};
  const { simd, gc, threads } = await import(pathToFileURL(path).href);
  return { packs: [simd, gc, threads] };
}

function drive(namespace) {
  return (bytes) => {
    const { run } = new namespace.Instance(new namespace.Module(bytes)).exports;
    return { run, instructions: () => 0 };
  };
}
