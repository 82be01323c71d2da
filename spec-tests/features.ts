// Which feature switches each directory of the suite runs with.
// Owns only that; the names are the engine's.

import type { Feature } from "../src/isa/features.ts";

/** The suite's root is the Wasm 3.0 core. */
const WASM_3: readonly Feature[] = [
  "mutable-globals",
  "sign-extension",
  "saturating-float-to-int",
  "multi-value",
  "bulk-memory",
  "reference-types",
  "simd",
  "extended-const",
  "tail-call",
  "relaxed-simd",
  "multi-memory",
  "memory64",
  "function-references",
  "gc",
  "exceptions",
];

const BY_DIRECTORY: Readonly<Record<string, readonly Feature[]>> = {
  "": WASM_3,
  custom: WASM_3,
  legacy: [...WASM_3, "legacy-exceptions"],
  "proposals/compact-import-section": [...WASM_3, "compact-imports"],
  "proposals/custom-descriptors": [...WASM_3, "custom-descriptors"],
  "proposals/custom-page-sizes": [...WASM_3, "custom-page-sizes"],
  // Branched off before reference types and multiple memories: its scripts demand that second ones be invalid.
  "proposals/threads": [
    "mutable-globals",
    "sign-extension",
    "saturating-float-to-int",
    "multi-value",
    "bulk-memory",
    "threads",
  ],
  "proposals/wide-arithmetic": [...WASM_3, "wide-arithmetic"],
};

/** Directory of a script, "" for the root. */
export function directoryOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : "";
}

/** Switches for the script `file`. Throws when its directory is not known: a new one needs a decision. */
export function featuresFor(file: string): readonly Feature[] {
  const directory = directoryOf(file);
  const features = BY_DIRECTORY[directory];
  if (features === undefined) throw new Error(`no feature switches are set for the directory "${directory}"`);
  return features;
}
