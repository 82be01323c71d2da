export * from "./api/core.ts";
