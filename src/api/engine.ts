// The engine: what modules, stores and linkers share — feature switches, cost model, limits, types.
// Owns configuration. Holds no guest state.

import { createOpcodeTables, type OpcodeTables } from "../decoder/opcode-shapes.ts";
import { COST_MODELS, type CostModel, resolveCosts } from "../interp/code/cost-model.ts";
import type { LoweringMode } from "../interp/lower/module-compiler.ts";
import { FEATURE_SETS, FEATURES, type Feature, type FeatureSet, findUnfounded } from "../isa/features.ts";
import { DEFAULT_MODULE_LIMITS, type ModuleLimits } from "../limits.ts";
import { TypeRegistry } from "../module/type-registry.ts";
import { createRules, type Rules } from "../validator/rules.ts";
import type { Backend } from "./backend.ts";
import { InterruptHandle } from "./interrupt.ts";

export interface EngineOptions {
  /**
   * Which proposals modules may use. Default: `"default"`, Wasm 3.0 with threads and legacy exceptions. A list has
   * to contain what its members are built on: `gc` needs `function-references`, that needs `reference-types`.
   */
  readonly features?: keyof typeof FEATURE_SETS | Iterable<Feature>;
  /** What instructions cost. Default `"instructions"`: 1 each. Use `"bounded"` to bound time. */
  readonly costModel?: keyof typeof COST_MODELS | CostModel;
  /** NaN results canonical and relaxed SIMD in its deterministic form. Default, and for now always, true. */
  readonly deterministic?: boolean;
  readonly moduleLimits?: Partial<ModuleLimits>;
  /**
   * Which code runs. `"fast"` (default) fuses instructions and prepays fuel by region; `"exact"` executes
   * one by one. Results, traps and fuel are the same; `"exact"` is several times slower.
   */
  readonly lowering?: LoweringMode;
}

/** Shared configuration. Immutable; cheap enough to make one per embedder, and meant to be shared by its stores. */
export class Engine {
  readonly features: FeatureSet;
  readonly costModel: CostModel;
  readonly deterministic: boolean;
  readonly moduleLimits: ModuleLimits;
  /** @internal */
  readonly registry = new TypeRegistry();
  /** @internal */
  readonly lowering: LoweringMode;
  /** @internal What executes, once something is to run; `backendOf` makes it. */
  backend: Backend | undefined;
  /** @internal */
  readonly opcodeTables: OpcodeTables;
  /** @internal */
  readonly rules: Rules;
  #interrupts: InterruptHandle | undefined;

  /**
   * @throws TypeError for unknown features, features without what they are built on, and unknown cost models;
   * RangeError for costs that are not integers in range
   */
  constructor(options: EngineOptions = {}) {
    this.features = resolveFeatures(options.features ?? "default");
    this.costModel = resolveCostModel(options.costModel ?? "instructions");
    // A model that cannot be priced is an error here, not when something first runs.
    resolveCosts(this.costModel);
    this.deterministic = options.deterministic ?? true;
    for (const name of Object.keys(options.moduleLimits ?? {})) {
      if (Object.hasOwn(DEFAULT_MODULE_LIMITS, name)) continue;
      throw new TypeError(
        `no module limit ${JSON.stringify(name)}; there are ${Object.keys(DEFAULT_MODULE_LIMITS).join(", ")}`,
      );
    }
    const { lowering = "fast" } = options;
    if (lowering !== "fast" && lowering !== "exact") {
      throw new TypeError(`no lowering ${JSON.stringify(lowering)}; there are "fast" and "exact"`);
    }
    this.moduleLimits = { ...DEFAULT_MODULE_LIMITS, ...options.moduleLimits };
    this.opcodeTables = createOpcodeTables(this.features);
    this.rules = createRules(this.features);
    this.lowering = lowering;
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

function resolveFeatures(option: NonNullable<EngineOptions["features"]>): FeatureSet {
  if (typeof option === "string") {
    if (!Object.hasOwn(FEATURE_SETS, option)) {
      throw new TypeError(
        `no feature set ${JSON.stringify(option)}; there are ${Object.keys(FEATURE_SETS).join(", ")}`,
      );
    }
    return new Set(FEATURE_SETS[option]);
  }
  const features = new Set(option);
  const known: readonly string[] = FEATURES;
  for (const feature of features) {
    if (!known.includes(feature)) {
      throw new TypeError(`no feature ${JSON.stringify(feature)}; there are ${known.join(", ")}`);
    }
  }
  const unfounded = findUnfounded(features);
  if (unfounded !== undefined) {
    throw new TypeError(`the feature ${unfounded.feature} needs ${unfounded.needs}, which is off`);
  }
  return features;
}

function resolveCostModel(option: NonNullable<EngineOptions["costModel"]>): CostModel {
  if (typeof option !== "string") return option;
  if (!Object.hasOwn(COST_MODELS, option)) {
    throw new TypeError(
      `no cost model ${JSON.stringify(option)}; there are ${Object.keys(COST_MODELS).join(", ")}`,
    );
  }
  return COST_MODELS[option];
}
