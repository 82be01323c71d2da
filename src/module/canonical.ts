// From a module's type indices to canonical ids: value types, and composites of them.
// Owns the replacement; which id an index has is the registry's affair.

import type { CompositeType, FieldType, ValType } from "./types.ts";
import { HEAP_CONCRETE, heapOf, REF_BASE, typeIdxOf } from "./types.ts";

/** A map from a module's type indices to canonical type ids. */
export type TypeIds = readonly number[];

/**
 * `type` with its module-local type index replaced by the canonical id.
 * The index must be within `typeIds`.
 */
export function toCanonical(type: ValType, typeIds: TypeIds): ValType {
  if (type < REF_BASE + 4 * HEAP_CONCRETE) return type;
  const idx = typeIdxOf(heapOf(type));
  return type + 4 * (canonicalId(typeIds, idx) - idx);
}

/** @throws RangeError for an index that is not within `typeIds` */
export function canonicalId(typeIds: TypeIds, idx: number): number {
  const id = typeIds[idx];
  if (id === undefined) throw new RangeError(`type ${idx} has no canonical id`);
  return id;
}

export function canonicalComposite(type: CompositeType, ids: TypeIds): CompositeType {
  switch (type.kind) {
    case "func":
      return {
        kind: "func",
        params: type.params.map((param) => toCanonical(param, ids)),
        results: type.results.map((result) => toCanonical(result, ids)),
      };
    case "struct":
      return { kind: "struct", fields: type.fields.map((field) => canonicalField(field, ids)) };
    case "array":
      return { kind: "array", field: canonicalField(type.field, ids) };
  }
}

function canonicalField(field: FieldType, ids: TypeIds): FieldType {
  return { type: toCanonical(field.type, ids), mutable: field.mutable };
}
