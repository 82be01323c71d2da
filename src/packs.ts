export * from "./api/packs.ts";
