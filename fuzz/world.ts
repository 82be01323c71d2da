// What the fuzzer runs: modules to instantiate in order, what they import from the host, and what to call.
// Knows nothing of how a world is made, nor of the engines that run it.

import type { Feature } from "../src/isa/features.ts";
import { EXNREF, F32, F64, type FunctionType, heapOf, I32, I64, type Type, V128 } from "./encode.ts";
import { encodeModule, type GeneratedModule } from "./encode-module.ts";

/** What Node 20's own engine has. */
export const NODE_20_FEATURES: ReadonlySet<Feature> = new Set<Feature>([
  "mutable-globals",
  "sign-extension",
  "saturating-float-to-int",
  "multi-value",
  "bulk-memory",
  "reference-types",
  "simd",
  "tail-call",
]);

/** What else Node 26's has. */
export const NODE_26_FEATURES: ReadonlySet<Feature> = new Set<Feature>([
  ...NODE_20_FEATURES,
  "extended-const",
  "relaxed-simd",
  "multi-memory",
  "memory64",
  "function-references",
  "gc",
  "exceptions",
  "legacy-exceptions",
  "threads",
]);

/** A host function that both engines are given; see subject.ts for what each does. */
export interface HostImport {
  readonly name: string;
  readonly type: FunctionType;
}

export const HOST_FUNCTIONS: readonly HostImport[] = [
  { name: "log", type: { params: [I32], results: [I32] } },
  { name: "mix", type: { params: [I64, F64, F32], results: [I64, I32] } },
  { name: "grow", type: { params: [], results: [] } },
  { name: "again", type: { params: [I32], results: [I32] } },
  { name: "fail", type: { params: [I32], results: [] } },
  { name: "toss", type: { params: [I32], results: [I32] } },
  { name: "hurl", type: { params: [I32], results: [] } },
];

/** The host's tag: its payload is an i32. */
export const HOST_TAG = "tag";

/** A module as an engine is given it. */
export interface WorldModule {
  /** Under which later modules import from it. */
  readonly name: string;
  readonly hasStart: boolean;
  /** Calls a host function that calls the guest. */
  readonly reenters: boolean;
  /** Payload types of the exported tags, by name. */
  readonly tags: ReadonlyMap<string, readonly Type[]>;
  /** With `count`, see {@link encodeModule}; what is not generated has no counters. */
  encode(count: boolean): Uint8Array;
}

/** What JavaScript can pass: a string is an object of the host, `previous` what an earlier call returned. */
export type Argument = number | bigint | string | null | { readonly previous: number };

export interface PlannedCall {
  /** Index into {@link World.modules}. */
  readonly module: number;
  readonly name: string;
  readonly args: readonly Argument[];
  /** Value of the budget before the call. */
  readonly budget: number;
}

/** Modules to instantiate in this order, and what to call. */
export interface World {
  readonly modules: readonly WorldModule[];
  readonly calls: readonly PlannedCall[];
}

/** A world in parts, so that a minimiser can take some away. */
export interface GeneratedWorld {
  readonly modules: readonly GeneratedModule[];
  readonly calls: readonly PlannedCall[];
}

export function toWorld({ modules, calls }: GeneratedWorld): World {
  return {
    modules: modules.map((module) => ({
      name: module.name,
      hasStart: module.start !== undefined,
      reenters: module.imports.some(({ name: imported }) => imported === "again"),
      tags: module.exportedTags,
      encode: once((count) => encodeModule(module, count)),
    })),
    calls,
  };
}

/** A world runs many times; its bytes stay the same. */
function once<T>(make: (count: boolean) => T): (count: boolean) => T {
  const made = new Map<boolean, T>();
  return (count) => {
    const value = made.get(count) ?? make(count);
    made.set(count, value);
    return value;
  };
}

export const BUDGET_EXPORT = "budget";

/** Whether JavaScript may hold values of this type. */
export function isVisible(type: Type): boolean {
  return type !== V128 && heapOf(type) !== EXNREF;
}
