// The embedder API: everything that `import … from "wasmeter"` gives.

export * from "./core.ts";
// In the place of the one that has no packs.
export { Store } from "./full-store.ts";
