// Rules of value type definitions: labels, counts, sizes, what may stand in what.
// Owns those rules; indices are resolved by the scope.

import type { DefinedValueType, SyntaxValType } from "../model/definitions.ts";
import { isLabel } from "../model/names.ts";
import type { TypeInterner } from "../model/type-interner.ts";
import type { PrimitiveKind, ResourceType, ValueType } from "../model/value-type.ts";
import type { Place } from "./fail.ts";

/** Bytes that a value may need with 64-bit addresses. */
const SIZE_LIMIT = 2 ** 28;
const MAX_FLAGS = 32;

/** What the indices of a definition refer to. */
export interface TypeIndices {
  valueType(type: SyntaxValType): ValueType;
  resource(index: number): ResourceType;
}

const MAP_KEYS: ReadonlySet<string> = new Set<PrimitiveKind>([
  "bool",
  "s8",
  "u8",
  "s16",
  "u16",
  "s32",
  "u32",
  "s64",
  "u64",
  "char",
  "string",
]);

export function checkValueType(
  definition: DefinedValueType,
  indices: TypeIndices,
  types: TypeInterner,
  place: Place,
): ValueType {
  const type = resolve(definition, indices, types, place);
  if (type.size64 >= SIZE_LIMIT) {
    place.fail(`the type's size exceeds maximum byte size of ${SIZE_LIMIT - 1} with 64-bit addresses`);
  }
  return type;
}

function resolve(
  definition: DefinedValueType,
  indices: TypeIndices,
  types: TypeInterner,
  place: Place,
): ValueType {
  const optional = (type: SyntaxValType | undefined) =>
    type === undefined ? undefined : indices.valueType(type);
  const { kind } = definition;
  switch (kind) {
    case "primitive":
      return types.make({ kind: definition.primitive });
    case "record": {
      const { fields } = definition;
      if (fields.length === 0) place.fail("record type must have at least one field");
      checkLabels(
        fields.map(({ name }) => name),
        "record field",
        "field",
        place,
      );
      return types.make({
        kind,
        fields: fields.map(({ name, type }) => ({ name, type: indices.valueType(type) })),
      });
    }
    case "variant": {
      const { cases } = definition;
      if (cases.length === 0) place.fail("variant type must have at least one case");
      checkLabels(
        cases.map(({ name }) => name),
        "variant case",
        "case",
        place,
      );
      return types.make({ kind, cases: cases.map(({ name, type }) => ({ name, type: optional(type) })) });
    }
    case "list": {
      const { length } = definition;
      if (length === 0) place.fail("a list of fixed length must have at least one element");
      return types.make({ kind, element: indices.valueType(definition.element), length });
    }
    case "tuple":
      if (definition.types.length === 0) place.fail("tuple type must have at least one type");
      return types.make({ kind, types: definition.types.map((type) => indices.valueType(type)) });
    case "flags":
      if (definition.names.length === 0) place.fail("flags must have at least one entry");
      if (definition.names.length > MAX_FLAGS) place.fail(`cannot have more than ${MAX_FLAGS} flags`);
      checkLabels(definition.names, "flag", "flag", place);
      return types.make({ kind, names: definition.names });
    case "enum":
      if (definition.names.length === 0) place.fail("enum type must have at least one variant");
      checkLabels(definition.names, "enum tag", "tag", place);
      return types.make({ kind, names: definition.names });
    case "option":
      return types.make({ kind, type: indices.valueType(definition.type) });
    case "result":
      return types.make({ kind, ok: optional(definition.ok), err: optional(definition.err) });
    case "own":
    case "borrow":
      return types.make({ kind, resource: indices.resource(definition.resource) });
    case "stream":
    case "future": {
      const element = optional(definition.element);
      if (element?.hasBorrow === true) place.fail(`\`${kind}\` cannot contain a \`borrow\` type`);
      if (kind === "stream" && element?.kind === "char") {
        place.fail("`stream<char>` is not valid at this time");
      }
      return types.make({ kind, element });
    }
    case "map": {
      const key = indices.valueType(definition.key);
      if (!MAP_KEYS.has(key.kind)) place.fail(`invalid map key type: ${key.kind}`);
      return types.make({ kind, key, value: indices.valueType(definition.value) });
    }
  }
}

/** `what` is as `record field`, `short` the same where it is repeated. */
export function checkLabels(names: readonly string[], what: string, short: string, place: Place): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    if (name === "") place.fail(`${what} name cannot be empty`);
    if (!isLabel(name)) place.fail(`${what} name \`${name}\` is not in kebab case`);
    const key = name.toLowerCase();
    const previous = seen.get(key);
    if (previous !== undefined) {
      place.fail(`${what} name \`${name}\` conflicts with previous ${short} name \`${previous}\``);
    }
    seen.set(key, name);
  }
}
