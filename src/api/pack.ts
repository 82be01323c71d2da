// A pack: a part of the engine that an embedder's bundle may leave out. Owns which features need which pack; packs.ts has them.

import { NO_PARTS, type Parts } from "../interp/parts.ts";
import { type Feature, withDependents } from "../isa/features.ts";
import { inspection, inspectSymbol } from "./inspection.ts";

/** Packs are named for the feature that they bring; `trees` brings none, but speed. */
export type PackName = "simd" | "gc" | "threads" | "trees";

/** For {@link EngineOptions.packs}. */
export class Pack {
  readonly name: PackName;
  /** @internal What one engine gets. */
  readonly make: () => Partial<Parts>;

  /** @internal */
  constructor(name: PackName, make: () => Partial<Parts>) {
    this.name = name;
    this.make = make;
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Pack", { name: this.name });
  }
}

/** The features that need a pack which is not among `packs`, each with that one's name. */
export function featuresLacking(packs: readonly Pack[]): ReadonlyMap<Feature, PackName> {
  const lacking = new Map<Feature, PackName>();
  for (const name of ["simd", "gc", "threads"] as const) {
    if (packs.some((pack) => pack.name === name)) continue;
    for (const feature of withDependents(name)) lacking.set(feature, name);
  }
  return lacking;
}

/** What an engine with these packs has. */
export function partsOf(packs: readonly Pack[]): Parts {
  let parts = NO_PARTS;
  for (const pack of packs) parts = Object.assign({}, parts, pack.make());
  return parts;
}
