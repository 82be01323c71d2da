// The entry point `wasmeter/webassembly`: the `WebAssembly` namespace for hosts without a usable one.

export type { ErrorClass } from "./errors.ts";
export { hasWorkingWebAssembly, type InstallOptions, install } from "./install.ts";
export { createWebAssembly } from "./namespace.ts";
export type { WebAssemblyOptions } from "./realm.ts";
export type * from "./types-of-namespace.ts";
