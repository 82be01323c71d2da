// Generates worlds from a seed: a module, or two that call each other, and what to call.
// Owns what the modules have in common and the planned calls; a module is made in generate-module.ts.

import type { Feature } from "../src/isa/features.ts";
import type { ExceptionStyle } from "./body-writer.ts";
import { RegularInstructions } from "./catalogue.ts";
import {
  ANYREF,
  EQREF,
  EXTERNREF,
  F32,
  F64,
  heapOf,
  I31REF,
  I32,
  I64,
  isNullable,
  type Type,
} from "./encode.ts";
import { type GeneratedFunction, type GeneratedModule, KIND } from "./encode-module.ts";
import { type Offer, offerOf } from "./generate-imports.ts";
import { generateModule } from "./generate-module.ts";
import { addAggregateTypes, TypeSpace } from "./generate-types.ts";
import type { Context } from "./module-draft.ts";
import type { Random } from "./random.ts";
import { edgeF32, edgeF64, edgeI32, edgeI64 } from "./values.ts";
import type { Argument, GeneratedWorld, PlannedCall } from "./world.ts";

export interface GeneratorOptions {
  /** Proposals to use besides the MVP. */
  readonly features: ReadonlySet<Feature>;
}

export function generateWorld(random: Random, { features }: GeneratorOptions): GeneratedWorld {
  const some = (feature: Feature, probability: number): boolean =>
    features.has(feature) && random.chance(probability);
  const simd = some("simd", 0.35);
  const threads = some("threads", 0.2);
  const aggregates = some("gc", 0.6);
  const exceptions: readonly ExceptionStyle[] = some("exceptions", 0.55)
    ? random.pick([
        ["modern", "modern"],
        ["modern", "modern"],
        ["legacy", "legacy"],
        ["modern", "legacy"],
        ["legacy", "modern"],
      ])
    : ["none", "none"];
  const canonicalNaN = simd || random.chance(0.6);
  const left = new Set(features);
  if (!simd) for (const feature of ["simd", "relaxed-simd"] as const) left.delete(feature);
  if (!threads) left.delete("threads");
  const space = new TypeSpace();
  const exnTypes = exceptions.every((style) => style === "modern");
  if (aggregates) addAggregateTypes(random, space, simd, exnTypes);
  const regular = new RegularInstructions(left, canonicalNaN);
  const context: Context = {
    random,
    features,
    regular,
    simd,
    canonicalNaN,
    aggregates,
    exceptions,
    exnTypes,
    threads,
    space,
  };
  const modules: GeneratedModule[] = [];
  let offer: Offer | undefined;
  for (let count = random.chance(0.25) ? 2 : 1; count > 0; count--) {
    const module = generateModule(context, modules.length === 0 ? "a" : "b", offer);
    modules.push(module);
    offer = offerOf(module);
  }
  return { modules, calls: planCalls(random, modules) };
}

function planCalls(random: Random, modules: readonly GeneratedModule[]): PlannedCall[] {
  const calls: PlannedCall[] = [];
  modules.forEach((module, at) => {
    for (const { name, kind, index } of module.exports) {
      if (kind !== KIND.function || !name.startsWith("f")) continue;
      const { type } = module.functions[index - module.importedFunctions] as GeneratedFunction;
      for (let left = random.between(1, 3); left > 0; left--) {
        const args = type.params.map((param) => argument(random, param));
        calls.push({ module: at, name, args, budget: random.pick([0, 3, 20, 60, 200, 200]) });
      }
    }
  });
  return calls;
}

/** Numbers only where JavaScript keeps every bit: no NaN but the canonical one. */
function argument(random: Random, type: Type): Argument {
  switch (type) {
    case I32:
      return edgeI32(random);
    case I64:
      return edgeI64(random);
    case F32:
      return canonical(new Float32Array(Uint32Array.of(edgeF32(random)).buffer)[0] as number);
    case F64:
      return canonical(new Float64Array(BigUint64Array.of(edgeF64(random)).buffer)[0] as number);
    default:
      return referenceArgument(random, type);
  }
}

function referenceArgument(random: Random, type: Type): Argument {
  if (isNullable(type) && random.chance(0.4)) return null;
  const heap = heapOf(type);
  if (heap === ANYREF || heap === EXTERNREF) {
    // Nothing that was returned may be null.
    if (isNullable(type) && random.chance(0.6)) return { previous: random.below(8) };
    if (heap === EXTERNREF || random.chance(0.3)) return random.pick(["a host's", "another"]);
  }
  return [ANYREF, EQREF, I31REF].includes(heap) ? random.between(-9, 9) : null;
}

function canonical(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value;
}
