// The text by which recursion groups are recognised (spec 3.1.5): the same for two groups exactly when they are the same type.
// Owns the spelling; whose text is known already is the registry's affair.

import { type TypeIds, toCanonical } from "./canonical.ts";
import { ITEM, type Steps } from "./steps.ts";
import type { FieldType, RecGroup, SubType, ValType } from "./types.ts";
import { heapOf, isConcrete, isRef, typeIdxOf } from "./types.ts";

/** Of a parameter, result or field. */
const PART = 8;

/** What a type definition counts as work, see {@link Steps}. */
export function unitsOf({ composite, supertypes }: SubType): number {
  const units = ITEM + PART * supertypes.length;
  if (composite.kind === "func") return units + PART * (composite.params.length + composite.results.length);
  return composite.kind === "struct" ? units + PART * composite.fields.length : units;
}

/**
 * A group's text, made in steps: every count and kind is spelt out, references into the group are relative to its start (`.`), all
 * others canonical. `ids` are the canonical ids of the types before it.
 */
export function* groupKey(
  types: readonly SubType[],
  group: RecGroup,
  ids: TypeIds,
  steps: Steps,
): Generator<void, string> {
  const spelling = spellingOf(group, ids);
  const parts: string[] = [];
  for (let i = group.start; i < group.start + group.count; i++) {
    const type = types[i]!; // all are there
    if (steps.isDue(unitsOf(type))) yield;
    spell(parts, type, spelling);
  }
  return parts.join("");
}

/** The text of a type alone, whose references are canonical. */
export function typeKey(type: SubType): string {
  const parts: string[] = [];
  spell(parts, type, CANONICAL);
  return parts.join("");
}

/** How references are spelt. */
interface Spelling {
  typeIdx(idx: number): string;
  valType(type: ValType): string;
}

const CANONICAL: Spelling = { typeIdx: String, valType: String };

function spellingOf({ start }: RecGroup, ids: TypeIds): Spelling {
  return {
    typeIdx: (idx) => (idx >= start ? `.${idx - start}` : String(ids[idx])),
    valType(type) {
      if (!isRef(type) || !isConcrete(heapOf(type))) return String(type);
      const idx = typeIdxOf(heapOf(type));
      return idx >= start ? `.${type - 4 * start}` : String(toCanonical(type, ids));
    },
  };
}

/** Adds to the parts of a text. Joined at once they take a third of what V8 keeps of a text that was added to bit by bit. */
function spell(parts: string[], type: SubType, { typeIdx, valType }: Spelling): void {
  if (type.final) parts.push("!");
  if (type.supertypes.length > 0) parts.push("<", type.supertypes.map(typeIdx).join());
  if (type.describes !== undefined) parts.push("^", typeIdx(type.describes));
  if (type.descriptor !== undefined) parts.push("v", typeIdx(type.descriptor));
  const field = ({ type: stored, mutable }: FieldType): string => valType(stored) + (mutable ? "m" : "");
  const { composite } = type;
  switch (composite.kind) {
    case "func":
      parts.push("f", composite.params.map(valType).join(), ">", composite.results.map(valType).join());
      break;
    case "struct":
      parts.push("s", composite.fields.map(field).join());
      break;
    case "array":
      parts.push("a", field(composite.field));
  }
  parts.push(";");
}
