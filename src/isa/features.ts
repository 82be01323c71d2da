// The feature switches: one name per WebAssembly proposal.
// Owns the names and the named sets; what a switch turns on is said by the instruction table and the decoder.

/** Every switch, in the order in which the proposals were finished. */
export const FEATURES = [
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
  "legacy-exceptions",
  "threads",
  "custom-page-sizes",
  "wide-arithmetic",
  "custom-descriptors",
] as const;

/** Name of one WebAssembly proposal. */
export type Feature = (typeof FEATURES)[number];

const WASM_2: readonly Feature[] = [
  "mutable-globals",
  "sign-extension",
  "saturating-float-to-int",
  "multi-value",
  "bulk-memory",
  "reference-types",
  "simd",
];

const WASM_3: readonly Feature[] = [
  ...WASM_2,
  "extended-const",
  "tail-call",
  "relaxed-simd",
  "multi-memory",
  "memory64",
  "function-references",
  "gc",
  "exceptions",
];

/** Named sets of switches. `default` is Wasm 3.0 with threads and the legacy exceptions that toolchains still emit. */
export const FEATURE_SETS = {
  mvp: [],
  "2.0": WASM_2,
  "3.0": WASM_3,
  default: [...WASM_3, "legacy-exceptions", "threads"],
  all: FEATURES,
} as const satisfies Record<string, readonly Feature[]>;

/** The switches that are on. */
export type FeatureSet = ReadonlySet<Feature>;
