export * from "./component-wasi/node/index.ts";
export * from "./wasi/node/index.ts";
