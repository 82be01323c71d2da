// Assembles WebAssembly text for tests.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initSync, watify } from "@mdn/watify";

let ready = false;

/** The module as bytes. Throws the assembler's message on a syntax error. */
export function wat(text: string): Uint8Array {
  if (!ready) {
    const path = createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm");
    initSync({ module: readFileSync(path) });
    ready = true;
  }
  return watify(text);
}
