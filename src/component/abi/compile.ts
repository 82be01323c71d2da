// From types to converters: each is made once, kept by the type's canonical object.
// Owns the choice; types are not looked at again when calls are made.

import { describe } from "../../checks/describe.ts";
import { LinkError } from "../../errors.ts";
import type { HandleType, StreamType, ValueType } from "../model/value-type.ts";
import { enumeration, flags, option, record, result, tuple, variant } from "./compound.ts";
import { type Converter, Mismatch } from "./converter.ts";
import { type Elements, elementsOf, fixedList, list, TYPED, tupleList } from "./lists.ts";
import { SCALARS } from "./scalars.ts";
import { STRING } from "./strings.ts";

const made = /* @__PURE__ */ new WeakMap<ValueType, Converter>();

/** How the elements of a stream or future are read and written. */
export interface ElementCopier extends Elements {
  readonly size: number;
  readonly alignment: number;
  /** Whether they are copied as bytes between guests. */
  readonly isNumber: boolean;
  /** Whether writing them needs memory. */
  readonly allocates: boolean;
}

/** @throws LinkError as {@link converterOf} */
export function elementCopier(type: ValueType): ElementCopier {
  const converter = converterOf(type);
  const { size, alignment } = converter;
  const elements = elementsOf(type.canonical, converter);
  return { ...elements, size, alignment, isNumber: type.kind in TYPED, allocates: type.hasPointers };
}

/** @throws LinkError for types whose values cannot be passed yet */
export function converterOf(type: ValueType): Converter {
  // Handles are of a resource type that is another one in every component.
  const key = type.canonical;
  let converter = made.get(key);
  if (converter === undefined) {
    converter = compile(key);
    made.set(key, converter);
  }
  return converter;
}

function optional(type: ValueType | undefined): Converter | undefined {
  return type === undefined ? undefined : converterOf(type);
}

function compile(type: ValueType): Converter {
  switch (type.kind) {
    case "string":
      return STRING;
    case "record":
      return record(type.fields.map(({ name, type: field }) => ({ name, converter: converterOf(field) })));
    case "tuple":
      return tuple(type.types.map(converterOf));
    case "variant":
      return variant(type.cases.map(({ name, type: payload }) => ({ name, converter: optional(payload) })));
    case "option":
      return option(converterOf(type.type), type.type.kind === "option");
    case "result":
      return result(optional(type.ok), optional(type.err));
    case "enum":
      return enumeration(type.names);
    case "flags":
      return flags(type.names);
    case "list": {
      const element = converterOf(type.element);
      return type.length === undefined
        ? list(type.element, element)
        : fixedList(type.element, element, type.length);
    }
    case "map":
      return map(type.key, type.value);
    case "own":
    case "borrow":
      return handle(type);
    case "stream":
    case "future":
      return end(type);
    case "error-context":
      throw new LinkError(`values of type ${type.kind} cannot be passed`);
    default:
      return SCALARS[type.kind];
  }
}

/** A list of pairs, as keys may occur twice; a host may give a `Map`. */
function map(key: ValueType, value: ValueType): Converter {
  const pairs = tupleList(tuple([converterOf(key), converterOf(value)]));
  return {
    ...pairs,
    check: (side, entries) => pairs.check(side, entries instanceof Map ? pairsOf(entries) : entries),
  };
}

/** What a `Map` holds, whatever iterator a class of it has, which need not end. @throws Mismatch for what only inherits from one */
function pairsOf(entries: Map<unknown, unknown>): unknown[] {
  const pairs: unknown[] = [];
  try {
    Map.prototype.forEach.call(entries, (value, key) => pairs.push([key, value]));
  } catch {
    throw new Mismatch(`${describe(entries)} is no list`);
  }
  return pairs;
}

/** The readable end of a stream or future. */
function end(type: StreamType): Converter {
  return {
    ...INDEX,
    check(side, value) {
      const reason = side.handles.endMismatch(type, value);
      if (reason !== undefined) throw new Mismatch(reason);
      return value;
    },
    load: (side, at) => side.handles.liftEnd(type, side.view.getInt32(at, true)),
    lift: (side, word) => side.handles.liftEnd(type, side.flat.R[word] as number),
    store: (side, value, at) => side.view.setInt32(at, side.handles.lowerEnd(type, value), true),
    lower(side, value, word) {
      const { R } = side.flat;
      R[word] = side.handles.lowerEnd(type, value);
      R[word + 1] = 0;
    },
  };
}

/** What passes as an index of a handle table. */
const INDEX = { size: 4, alignment: 4, flat: 1, passing: undefined, parts: 1 } as const;

function handle(type: HandleType): Converter {
  return {
    ...INDEX,
    check(side, value) {
      const reason = side.handles.mismatch(type, value);
      if (reason !== undefined) throw new Mismatch(reason);
      return value;
    },
    load: (side, at) => side.handles.lift(type, side.view.getInt32(at, true)),
    lift: (side, word) => side.handles.lift(type, side.flat.R[word] as number),
    store: (side, value, at) => side.view.setInt32(at, side.handles.lower(type, value), true),
    lower(side, value, word) {
      const { R } = side.flat;
      R[word] = side.handles.lower(type, value);
      R[word + 1] = 0;
    },
  };
}
