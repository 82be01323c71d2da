// The custom section `target_features` (tool conventions): what a linker was told about the target.

import type { Module } from "../module/module.ts";
import { readCustomSection } from "./custom-section.ts";

const PREFIXES: ReadonlyMap<number, TargetFeature["prefix"]> = new Map([
  [0x2b, "+"],
  [0x2d, "-"],
  [0x3d, "="],
]);

export interface TargetFeature {
  /** Used; disallowed when linking; required when linking. */
  readonly prefix: "+" | "-" | "=";
  readonly name: string;
}

/** The meaning of a prefix byte. */
export function targetFeaturePrefix(byte: number): TargetFeature["prefix"] | undefined {
  return PREFIXES.get(byte);
}

/** Empty where the section is absent or does not decode. */
export function decodeTargetFeatures(module: Module): readonly TargetFeature[] {
  const features = readCustomSection(module, "target_features", (cursor) => {
    const found: TargetFeature[] = [];
    const count = cursor.length();
    for (let i = 0; i < count; i++) {
      const prefix = PREFIXES.get(cursor.byte());
      if (prefix === undefined) return cursor.fail("malformed target feature", cursor.position - 1);
      found.push({ prefix, name: cursor.name() });
    }
    return found;
  });
  return features ?? [];
}
