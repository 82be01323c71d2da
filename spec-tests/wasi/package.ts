// The built package, seen through its entry points: what is tested is what is published.

/** Like `typeof import(…)` of the built package, which type checking must not need. */
export interface Package {
  readonly engine: typeof import("../../src/index.ts");
  readonly wasi: typeof import("../../src/wasi/index.ts");
  readonly node: typeof import("../../src/node.ts");
}

/** Loads the built package. */
export async function loadPackage(): Promise<Package> {
  // Names in variables: the bundler and the type checker leave them alone.
  const [engine, wasi, node] = ["wasmeter", "wasmeter/wasi", "wasmeter/node"];
  return {
    engine: (await import(engine)) as Package["engine"],
    wasi: (await import(wasi)) as Package["wasi"],
    node: (await import(node)) as Package["node"],
  };
}
