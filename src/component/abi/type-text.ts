// Types in the words of WIT, for messages: `func(name: string) -> option<u32>`.
// Written with a bound, as a type may be larger than anybody reads.

import type { FuncType } from "../model/types.ts";
import type { ValueType } from "../model/value-type.ts";

/** Levels that are written out. */
const MOST_LEVELS = 4;

function list(items: readonly string[]): string {
  return items.join(", ");
}

export function valueTypeText(type: ValueType | undefined, levels = MOST_LEVELS): string {
  if (type === undefined) return "_";
  if (levels === 0) return "…";
  const text = (part: ValueType | undefined): string => valueTypeText(part, levels - 1);
  switch (type.kind) {
    case "record":
      return `record { ${list(type.fields.map(({ name, type: field }) => `${name}: ${text(field)}`))} }`;
    case "variant":
      return `variant { ${list(type.cases.map(({ name, type: payload }) => (payload === undefined ? name : `${name}(${text(payload)})`)))} }`;
    case "enum":
    case "flags":
      return `${type.kind} { ${list(type.names)} }`;
    case "tuple":
      return `tuple<${list(type.types.map(text))}>`;
    case "list":
      return `list<${text(type.element)}${type.length === undefined ? "" : `, ${type.length}`}>`;
    case "option":
      return `option<${text(type.type)}>`;
    case "result":
      return type.ok === undefined && type.err === undefined
        ? "result"
        : `result<${text(type.ok)}${type.err === undefined ? "" : `, ${text(type.err)}`}>`;
    case "own":
    case "borrow":
      return `${type.kind}<resource>`;
    case "stream":
    case "future":
      return type.element === undefined ? type.kind : `${type.kind}<${text(type.element)}>`;
    case "map":
      return `map<${text(type.key)}, ${text(type.value)}>`;
    default:
      return type.kind;
  }
}

export function funcTypeText({ params, result, async: isAsync }: FuncType): string {
  const takes = list(params.map(({ name, type }) => `${name}: ${valueTypeText(type)}`));
  const gives = result === undefined ? "" : ` -> ${valueTypeText(result)}`;
  return `${isAsync ? "async " : ""}func(${takes})${gives}`;
}
