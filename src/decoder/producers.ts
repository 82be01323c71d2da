// The custom section `producers` (tool conventions): which languages and tools made a module.

import type { Module } from "../module/module.ts";
import { readCustomSection } from "./custom-section.ts";

export interface Producer {
  readonly name: string;
  /** May be empty. */
  readonly version: string;
}

/** Producers by field (`language`, `processed-by`, `sdk`); empty where the section is absent or does not decode. */
export function decodeProducers(module: Module): ReadonlyMap<string, readonly Producer[]> {
  const producers = readCustomSection(module, "producers", (cursor) => {
    const fields = new Map<string, readonly Producer[]>();
    const count = cursor.length();
    for (let i = 0; i < count; i++) {
      const field = cursor.name();
      const valueCount = cursor.length();
      const values: Producer[] = [];
      for (let k = 0; k < valueCount; k++) {
        const name = cursor.name();
        values.push({ name, version: cursor.name() });
      }
      fields.set(field, values);
    }
    return fields;
  });
  return producers ?? new Map();
}
