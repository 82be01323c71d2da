// The engine: what modules, stores and linkers share — feature switches, cost model, limits, types.
// Owns configuration. Holds no guest state.

import { describe } from "../checks/describe.ts";
import {
  limitTable,
  listOf,
  type OptionTable,
  oneOf,
  optionsOf,
  readOptions,
  shape,
  suggestion,
  unexpected,
} from "../checks/options.ts";
import { createOpcodeTables, type OpcodeTables } from "../decoder/opcode-shapes.ts";
import { hasOwn, hostHeapLimit, requireLittleEndian } from "../host.ts";
import { COST_MODELS, type CostModel, type Costs, resolveCosts } from "../interp/code/cost-model.ts";
import type { LoweringMode } from "../interp/lower/module-compiler.ts";
import type { Parts } from "../interp/parts.ts";
import { FEATURE_SETS, FEATURES, type Feature, type FeatureSet, findUnfounded } from "../isa/features.ts";
import { DEFAULT_MODULE_LIMITS, type ModuleLimits } from "../limits.ts";
import { TypeRegistry } from "../module/type-registry.ts";
import { Rules } from "../validator/rules.ts";
import type { Backend } from "./backend.ts";
import { inspection, inspectSymbol } from "./inspection.ts";
import { InterruptHandle } from "./interrupt.ts";
import { featuresLacking, Pack } from "./pack.ts";

export interface EngineOptions {
  /**
   * Which proposals modules may use. Default: `"default"`, Wasm 3.0 with threads and legacy exceptions. A list has
   * to contain what its members are built on: `gc` needs `function-references`, that needs `reference-types`.
   */
  readonly features?: keyof typeof FEATURE_SETS | Iterable<Feature>;
  /** What instructions cost. Default `"instructions"`: 1 each. Use `"bounded"` to bound time. */
  readonly costModel?: keyof typeof COST_MODELS | CostModel;
  /** Limits that differ from `DEFAULT_MODULE_LIMITS`, of which `heapBytes` is less on hosts with a small heap. */
  readonly moduleLimits?: Partial<ModuleLimits>;
  /**
   * Which code runs. `"fast"` (default) fuses instructions and prepays fuel by region; `"exact"` executes
   * one by one. Results, traps and fuel are the same; `"exact"` is several times slower.
   */
  readonly lowering?: LoweringMode;
  /**
   * What the engine has of `wasmeter/packs`. Default: all, which are there for stores of the entry point `wasmeter`; those of
   * `wasmeter/core` need this option. Features whose pack is missing are off, and cannot be asked for.
   */
  readonly packs?: readonly Pack[];
}

export const ENGINE_OPTIONS = {
  features: { expected: "the name of a set of features, or a list of features", read: readFeatures },
  costModel: { expected: '"instructions", "bounded" or a cost model', read: readCostModel },
  moduleLimits: /* @__PURE__ */ optionsOf(
    "an object of limits",
    /* @__PURE__ */ limitTable(DEFAULT_MODULE_LIMITS),
  ),
  lowering: /* @__PURE__ */ oneOf(["fast", "exact"]),
  packs: /* @__PURE__ */ listOf(
    "a list of packs",
    /* @__PURE__ */ shape<Pack>("a pack of wasmeter/packs", (value) => value instanceof Pack),
  ),
} satisfies OptionTable<EngineOptions>;

/** Shared configuration. Immutable; cheap enough to make one per embedder, and meant to be shared by its stores. */
export class Engine {
  readonly features: FeatureSet;
  readonly costModel: CostModel;
  readonly moduleLimits: ModuleLimits;
  /** @internal */
  readonly registry = new TypeRegistry();
  /** @internal */
  readonly costs: Costs;
  /** @internal */
  readonly lowering: LoweringMode;
  /** @internal As the option says. */
  readonly packs: readonly Pack[] | undefined;
  /** @internal What its packs bring, once there is a store. */
  parts: Parts | undefined;
  /** @internal What executes, once something is to run; `backendOf` makes it. */
  backend: Backend | undefined;
  /** @internal */
  readonly opcodeTables: OpcodeTables;
  /** @internal */
  readonly rules: Rules;
  #interrupts: InterruptHandle | undefined;

  /**
   * @throws TypeError for unknown options, features, limits and cost models, and for features without what they are built
   * on or the pack that they need; RangeError for limits and costs that are not integers in range
   */
  constructor(options?: EngineOptions) {
    requireLittleEndian();
    const read = readOptions("new Engine", options, ENGINE_OPTIONS);
    this.packs = read.packs;
    this.features = withPacks(read.features, read.packs);
    this.costModel = read.costModel ?? COST_MODELS.instructions;
    // A model that cannot be priced is an error here, not when something first runs.
    this.costs = resolveCosts(this.costModel);
    this.moduleLimits = { ...defaultModuleLimits(), ...read.moduleLimits };
    this.opcodeTables = createOpcodeTables(this.features);
    this.rules = new Rules(this.features);
    this.lowering = read.lowering ?? "fast";
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Engine", { features: this.features.size, lowering: this.lowering });
  }

  /** A handle by which another thread can interrupt every run of this engine. */
  interruptHandle(): InterruptHandle {
    this.#interrupts ??= new InterruptHandle();
    return this.#interrupts;
  }

  /** @internal The handle, if one was ever asked for. */
  get interrupts(): InterruptHandle | undefined {
    return this.#interrupts;
  }
}

/** A module's part of the host's heap, and a store's, leave a third for the engine and for what is not collected yet. */
const PART_OF_HEAP = 1 / 3;

function defaultModuleLimits(): ModuleLimits {
  const heap = hostHeapLimit() ?? Number.POSITIVE_INFINITY;
  const heapBytes = Math.min(DEFAULT_MODULE_LIMITS.heapBytes, Math.floor(heap * PART_OF_HEAP));
  return { ...DEFAULT_MODULE_LIMITS, heapBytes };
}

function readFeatures(option: unknown, what: string): FeatureSet {
  if (typeof option === "string") {
    const sets: Readonly<Record<string, readonly Feature[]>> = FEATURE_SETS;
    if (hasOwn(FEATURE_SETS, option)) return new Set(sets[option]);
    throw unknownName(what, "feature set", option, Object.keys(FEATURE_SETS));
  }
  if (!isIterable(option)) throw unexpected(what, ENGINE_OPTIONS.features.expected, option);
  const features = new Set<Feature>();
  for (const each of option) {
    const feature = FEATURES.find((known) => known === each);
    if (feature === undefined) throw unknownName(what, "feature", each, FEATURES);
    features.add(feature);
  }
  const unfounded = findUnfounded(features);
  if (unfounded !== undefined) {
    throw new TypeError(`${what}: ${unfounded.feature} needs ${unfounded.needs}, which is off`);
  }
  return features;
}

/** The features that are on. @throws TypeError where one was asked for whose pack is missing */
function withPacks(asked: FeatureSet | undefined, packs: readonly Pack[] | undefined): FeatureSet {
  const lacking = packs === undefined ? undefined : featuresLacking(packs);
  if (asked === undefined) return new Set(FEATURE_SETS.default.filter((feature) => !lacking?.has(feature)));
  for (const feature of asked) {
    const pack = lacking?.get(feature);
    if (pack !== undefined) {
      throw new TypeError(
        `new Engine: option features: ${feature} needs the pack ${pack}, which is not among packs`,
      );
    }
  }
  return asked;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function readCostModel(option: unknown, what: string): CostModel {
  if (typeof option === "string") {
    const presets: Readonly<Record<string, CostModel>> = COST_MODELS;
    const preset = hasOwn(COST_MODELS, option) ? presets[option] : undefined;
    if (preset !== undefined) return preset;
    throw unknownName(what, "cost model", option, Object.keys(COST_MODELS));
  }
  if (typeof option === "object" && option !== null && !Array.isArray(option)) return option as CostModel;
  throw unexpected(what, ENGINE_OPTIONS.costModel.expected, option);
}

function unknownName(what: string, kind: string, name: unknown, known: readonly string[]): TypeError {
  const advice = suggestion(name, known) || `; there are ${known.join(", ")}`;
  return new TypeError(`${what}: there is no ${kind} ${describe(name)}${advice}`);
}
