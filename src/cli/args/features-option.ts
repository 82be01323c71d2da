// Reads `--features`: a named set, single proposals, or the default set with some added and removed.
// Owns the syntax; the names are those of isa/features.ts.

import { didYouMean } from "../../checks/suggest.ts";
import { FEATURE_SETS, FEATURES, type Feature, withDependents, withFoundations } from "../../isa/features.ts";
import { UsageError } from "../usage-error.ts";

/** The option's row in a command's table. */
export const FEATURES_OPTION = {
  features: {
    value: "LIST",
    help: "proposals that are on: a set (mvp, 2.0, 3.0, default, all), names\nafter commas, +name or -name to change the default",
  },
} as const;

function isFeature(name: string): name is Feature {
  return (FEATURES as readonly string[]).includes(name);
}

/**
 * `3.0`, `mvp,simd`, `all,-threads`; a list that begins with + or - changes the default set. A proposal comes with
 * those that it is built on, and goes with those that are built on it. Throws UsageError for an unknown name.
 */
export function parseFeatures(text: string): Set<Feature> {
  const result = new Set<Feature>(/^[+-]/.test(text) ? FEATURE_SETS.default : []);
  for (const item of text.split(",")) {
    const remove = item.startsWith("-");
    const name = item.replace(/^[+-]/, "").trim();
    let named: readonly Feature[];
    if (isFeature(name)) named = [name];
    else if (Object.hasOwn(FEATURE_SETS, name)) named = FEATURE_SETS[name as keyof typeof FEATURE_SETS];
    else {
      const known = [...Object.keys(FEATURE_SETS), ...FEATURES];
      const hint = didYouMean(name, known) || `; sets are ${Object.keys(FEATURE_SETS).join(", ")}`;
      throw new UsageError(`--features: no proposal or set is called '${name}'${hint}`);
    }
    // So that every list makes sense: `gc` turns on what it is built on, `-reference-types` turns off `gc`.
    for (const feature of named) {
      if (remove) for (const each of withDependents(feature)) result.delete(each);
      else for (const each of withFoundations(feature)) result.add(each);
    }
  }
  return result;
}
