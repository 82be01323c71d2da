// The type section (spec section 5.5.4): recursion groups of type definitions.
// Owns their grammar; indices, supertypes' kinds and descriptors' pairing are the validator's affair.

import type { CompositeType, FieldType, SubType } from "../../module/types.ts";
import { FIELD_BYTES, PARAM_BYTES, SUPERTYPE_BYTES, TYPE_BYTES } from "../definition-bytes.ts";
import { hexByte } from "../hex.ts";
import type { DecoderContext } from "../module-builder.ts";
import { readEach } from "./read-each.ts";

const FUNC = 0x60;
const STRUCT = 0x5f;
const ARRAY = 0x5e;
const SUB = 0x50;
const SUB_FINAL = 0x4f;
const REC = 0x4e;
const DESCRIPTOR = 0x4d;
const DESCRIBES = 0x4c;

export function* decodeTypes(context: DecoderContext): Generator<void, void> {
  const { module, types } = context;
  /** Length of the chain of supertypes above each type. */
  const depths: number[] = [];
  const readType = (): void => {
    const type = typeDefinition(context);
    let depth = 0;
    for (const typeIdx of type.supertypes) {
      const below = depths[typeIdx];
      if (below !== undefined) depth = Math.max(depth, below + 1);
    }
    context.limit("subtypingDepth", depth, "chain of supertypes");
    depths.push(depth);
    module.types.push(type);
  };
  yield* readEach(context, context.count("types", "types"), () => {
    const start = module.types.length;
    const count = beginRecGroup(context, start);
    module.recGroups.push({ start, count });
    if (count === 1) return readType();
    return readEach(context, count, readType);
  });
  types.typeCount = module.types.length;
}

/** What the grammar of types needs; components have types outside of modules. */
export type TypeContext = Pick<DecoderContext, "cursor" | "types" | "has" | "limit" | "count" | "take">;

/** One recursion group of an index space whose first free index is `start`; gives its members. */
export function readRecGroup(context: TypeContext, start: number): SubType[] {
  const members: SubType[] = [];
  for (let left = beginRecGroup(context, start); left > 0; left--) members.push(typeDefinition(context));
  return members;
}

/** Reads how many members a group has. */
function beginRecGroup(context: TypeContext, start: number): number {
  const { cursor, types } = context;
  let count = 1;
  if (cursor.peek() === REC && context.has("gc")) {
    cursor.position++;
    count = context.count("types", "types", start);
  }
  types.typeCount = start + count;
  context.limit("types", types.typeCount, "types");
  return count;
}

function typeDefinition(context: TypeContext): SubType {
  const type = subType(context);
  context.take(typeBytes(type));
  return type;
}

function typeBytes({ supertypes, composite }: SubType): number {
  const bytes = TYPE_BYTES + SUPERTYPE_BYTES * supertypes.length;
  switch (composite.kind) {
    case "func":
      return bytes + PARAM_BYTES * (composite.params.length + composite.results.length);
    case "struct":
      return bytes + FIELD_BYTES * composite.fields.length;
    case "array":
      return bytes + FIELD_BYTES;
  }
}

function subType(context: TypeContext): SubType {
  const { cursor } = context;
  const form = cursor.peek();
  const supertypes: number[] = [];
  let final = true;
  if ((form === SUB || form === SUB_FINAL) && context.has("gc")) {
    cursor.position++;
    final = form === SUB_FINAL;
    const count = cursor.length();
    for (let i = 0; i < count; i++) supertypes.push(cursor.u32());
  }
  // The clauses stand in this order, each at most once.
  const describes = clause(context, DESCRIBES);
  const descriptor = clause(context, DESCRIPTOR);
  return {
    final,
    supertypes,
    composite: compositeType(context),
    ...(describes === undefined ? {} : { describes }),
    ...(descriptor === undefined ? {} : { descriptor }),
  };
}

/** The type index of a custom-descriptors clause, if one stands here. */
function clause({ cursor, types }: TypeContext, code: number): number | undefined {
  if (cursor.peek() !== code || !types.has("custom-descriptors")) return undefined;
  cursor.position++;
  return cursor.u32();
}

function compositeType(context: TypeContext): CompositeType {
  const { cursor, types } = context;
  const offset = cursor.position;
  const form = cursor.byte();
  switch (form) {
    case FUNC: {
      const params = types.resultType();
      context.limit("arity", params.length, "parameters of a function type");
      const results = types.resultType();
      context.limit("arity", results.length, "results of a function type");
      return { kind: "func", params, results };
    }
    case STRUCT: {
      if (!context.has("gc")) break;
      const count = context.count("fields", "fields of a struct type");
      const fields: FieldType[] = [];
      for (let i = 0; i < count; i++) fields.push(fieldType(context));
      return { kind: "struct", fields };
    }
    case ARRAY:
      if (!context.has("gc")) break;
      return { kind: "array", field: fieldType(context) };
    default:
  }
  // Forms are seven-bit signed integers, of which this is the second byte's beginning.
  if (form >= 0x80) return cursor.fail("integer representation too long", offset + 1);
  return cursor.fail(`malformed definition type ${hexByte(form)}${hint(form)}`, offset);
}

function hint(form: number): string {
  switch (form) {
    case STRUCT:
    case ARRAY:
    case SUB:
    case SUB_FINAL:
    case REC:
      return ": needs the feature gc";
    case DESCRIPTOR:
    case DESCRIBES:
      return ": descriptor clauses need the feature custom-descriptors, once each, describes first";
    default:
      return "";
  }
}

function fieldType({ types }: TypeContext): FieldType {
  const type = types.storageType();
  return { type, mutable: types.mutability() };
}
