// Turns text modules into binaries with the two assemblers, which are WebAssembly modules themselves.
// Owns the ways around their gaps; must not run in the process in which the engine runs.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initSync, watify } from "@mdn/watify";
import type { ModuleSource } from "../reader/script.ts";
import type { Assembled } from "./cache.ts";

/** Everything that wabt knows and does not turn on by itself. */
const WABT_FEATURES = {
  exceptions: true,
  mutable_globals: true,
  sat_float_to_int: true,
  sign_extension: true,
  simd: true,
  threads: true,
  function_references: true,
  multi_value: true,
  tail_call: true,
  bulk_memory: true,
  reference_types: true,
  annotations: true,
  code_metadata: true,
  gc: true,
  memory64: true,
  extended_const: true,
  relaxed_simd: true,
} as const;

/** Assembles one module. */
export type Assemble = (source: ModuleSource) => Assembled;

/** The assemblers as they are: text to module. Each throws what it pleases. */
export interface Assemblers {
  readonly watify: (text: string) => Uint8Array;
  readonly wabt: (text: string) => Uint8Array;
}

/** Loads both. */
export async function loadAssemblers(): Promise<Assemblers> {
  const require = createRequire(import.meta.url);
  initSync({ module: readFileSync(require.resolve("@mdn/watify/watify_bg.wasm")) });
  const { default: loadWabt } = await import("wabt");
  const wabt = await loadWabt();
  return {
    watify,
    wabt: (text) => {
      const module = wabt.parseWat("module.wat", text, WABT_FEATURES);
      try {
        // Copied: `destroy` frees the memory that the buffer views.
        return module.toBinary({ write_debug_names: true }).buffer.slice();
      } finally {
        module.destroy();
      }
    },
  };
}

/** Assembles modules as scripts have them. */
export function createAssemble({ watify: first, wabt: second }: Assemblers): Assemble {
  return ({ bytes, form }) => {
    const text = escapeNonAscii(bytes, form);
    try {
      const binary = first(text);
      // Of several annotations of one instruction watify drops all but the last, without a word; wabt keeps them.
      if (text.includes("(@metadata.code.")) return { by: "wabt", binary: second(text) };
      return { by: "watify", binary };
    } catch (refusal) {
      const firstError = describe(refusal);
      // A quoted module is nearly always there to be refused; a second opinion would only add false acceptances.
      if (form === "quote") return { by: undefined, error: `watify: ${firstError}` };
      try {
        return { by: "wabt", binary: second(text) };
      } catch (secondRefusal) {
        return { by: undefined, error: `watify: ${firstError}\nwabt: ${describe(secondRefusal)}` };
      }
    }
  };
}

function describe(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/**
 * Replaces bytes above 0x7f by their escapes `\hh`. Inside strings this means the same, and assemblers refuse
 * some characters even there. In a script's own text they occur in strings and comments only; in quoted text
 * they may also be the very error that is asserted, so there only strings are touched.
 */
export function escapeNonAscii(bytes: string, form: ModuleSource["form"]): string {
  if (form !== "quote") return escapeAll(bytes);
  return bytes.replace(/"(?:[^"\\]|\\[\s\S])*"/g, escapeAll);
}

function escapeAll(bytes: string): string {
  return bytes.replace(/[\x80-\xff]/g, (char) => `\\${char.charCodeAt(0).toString(16)}`);
}
