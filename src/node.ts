export * from "./wasi/node/index.ts";
