// The feature switches: one name per WebAssembly proposal.
// Owns the names and the named sets; what a switch turns on is said by the instruction table and the decoder.

/** Switches of core modules, in the order in which the proposals were finished. */
export const CORE_FEATURES = [
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
  "compact-imports",
] as const;

/** Switches of components; core modules do not look at them. */
export const COMPONENT_FEATURES = [
  "component-model",
  "component-async",
  "component-threads",
  "component-error-context",
  "component-gc",
  "component-map",
  "component-fixed-length-lists",
  "component-memory64",
  "component-values",
] as const;

/** Every switch. */
export const FEATURES = [...CORE_FEATURES, ...COMPONENT_FEATURES] as const;

/** Name of one proposal for core modules. */
export type CoreFeature = (typeof CORE_FEATURES)[number];

/** Name of one WebAssembly proposal. */
export type Feature = (typeof FEATURES)[number];

/** What a proposal is built on, and cannot be without. */
const NEEDS: Readonly<Partial<Record<Feature, readonly Feature[]>>> = {
  "reference-types": ["bulk-memory"],
  "relaxed-simd": ["simd"],
  "function-references": ["reference-types"],
  gc: ["function-references"],
  exceptions: ["reference-types"],
  "custom-descriptors": ["gc"],
  "component-async": ["component-model"],
  "component-threads": ["component-async"],
  "component-error-context": ["component-async"],
  "component-gc": ["component-model"],
  "component-map": ["component-model"],
  "component-fixed-length-lists": ["component-model"],
  "component-memory64": ["component-model", "memory64"],
  "component-values": ["component-model"],
};

/** `feature` with everything that it is built on. */
export function withFoundations(feature: Feature): Feature[] {
  return [feature, ...(NEEDS[feature] ?? []).flatMap(withFoundations)];
}

/** `feature` with everything that is built on it. */
export function withDependents(feature: Feature): Feature[] {
  return FEATURES.filter((each) => withFoundations(each).includes(feature));
}

/** The first switch that is on although one that it needs is off. */
export function findUnfounded(features: FeatureSet): { feature: Feature; needs: Feature } | undefined {
  for (const feature of FEATURES) {
    const needs = features.has(feature)
      ? withFoundations(feature).find((each) => !features.has(each))
      : undefined;
    if (needs !== undefined) return { feature, needs };
  }
  return undefined;
}

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

/**
 * Named sets of switches. `default` is Wasm 3.0 with threads, the legacy exceptions that toolchains still emit, and components as
 * of WASI 0.3.
 */
export const FEATURE_SETS = {
  mvp: [],
  "2.0": WASM_2,
  "3.0": WASM_3,
  default: [...WASM_3, "legacy-exceptions", "threads", "component-model", "component-async"],
  all: FEATURES,
} as const satisfies Record<string, readonly Feature[]>;

/** The switches that are on. */
export type FeatureSet = ReadonlySet<Feature>;
