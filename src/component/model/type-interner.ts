// Makes value types: an object for each definition and each name, and one canonical object for each structure.
// Owns what follows from structure alone: size, alignment, flattening (Canonical ABI). Judges nothing but limits.

import { LimitError } from "../../errors.ts";
import type { ComponentLimits } from "./limits.ts";
import {
  type Alignment,
  type FlatType,
  MAX_FLAT_PARAMS,
  type PrimitiveKind,
  type ResourceDefinition,
  type ResourceType,
  type TypeNode,
  type ValueType,
} from "./value-type.ts";

/** What distinguishes a type from others of its kind. */
export type Shape = ValueType extends infer T
  ? T extends ValueType
    ? Omit<T, keyof TypeNode>
    : never
  : never;

/** What structure determines. */
type Facts = Omit<TypeNode, "canonical" | "id">;

/** A node whose `canonical` is still to be set. */
type Draft<T> = T & { canonical?: T };

/** Types of one component with all that is nested in it. */
export class TypeInterner {
  readonly #limits: ComponentLimits;
  readonly #canonical = new Map<string, ValueType>();
  #nextId = 0;

  constructor(limits: ComponentLimits) {
    this.#limits = limits;
  }

  /**
   * A new type object of this shape.
   * @throws LimitError past `valueTypeDepth` or `typeSize`
   */
  make(shape: Shape): ValueType {
    const facts = factsOf(shape);
    this.#limit("valueTypeDepth", facts.depth, "levels of a value type");
    this.#limit("typeSize", facts.parts, "parts of a value type");
    const key = keyOf(shape);
    const known = this.#canonical.get(key);
    if (known !== undefined) return this.#node(shape, facts, known);
    const canonical = this.#node(mapParts(shape, canonicalOf, canonicalOf), facts, undefined);
    this.#canonical.set(key, canonical);
    // An object of its own, so that a definition's name is no other definition's.
    return this.#node(shape, facts, canonical);
  }

  primitive(kind: PrimitiveKind): ValueType {
    return this.#canonical.get(kind) ?? this.make({ kind }).canonical;
  }

  /** The same type under a name of its own. */
  rename<T extends ValueType>(type: T): T {
    return { ...type, id: this.#nextId++ };
  }

  /** A resource type that is none of those there are. */
  resource(slot: number, definition?: ResourceDefinition): ResourceType {
    const draft: Draft<Omit<ResourceType, "canonical">> = {
      kind: "resource",
      id: this.#nextId++,
      slot,
      definition,
    };
    return complete<ResourceType>(draft, undefined);
  }

  /** The same resource under a name of its own. */
  renameResource(resource: ResourceType): ResourceType {
    return { ...resource, id: this.#nextId++ };
  }

  /** `canonical` undefined: itself. */
  #node(shape: Shape, facts: Facts, canonical: ValueType | undefined): ValueType {
    return complete<ValueType>({ ...shape, ...facts, id: this.#nextId++ }, canonical);
  }

  #limit(name: keyof ComponentLimits, requested: number, what: string): void {
    const allowed = this.#limits[name];
    if (requested > allowed) throw new LimitError(name, requested, allowed, what);
  }
}

function complete<T extends { readonly canonical: T }>(draft: object, canonical: T | undefined): T {
  const node: { canonical?: T } = draft;
  node.canonical = canonical ?? (node as T);
  return node as T;
}

function canonicalOf<T extends { readonly canonical: T }>(type: T): T {
  return type.canonical;
}

/** The types that a type is made of, in order. */
export function partsOf(shape: Shape | ValueType): readonly ValueType[] {
  switch (shape.kind) {
    case "record":
      return shape.fields.map(({ type }) => type);
    case "variant":
      return shape.cases.flatMap(({ type }) => (type === undefined ? [] : [type]));
    case "list":
      return [shape.element];
    case "tuple":
      return shape.types;
    case "option":
      return [shape.type];
    case "result":
      return [shape.ok, shape.err].filter((type) => type !== undefined);
    case "stream":
    case "future":
      return shape.element === undefined ? [] : [shape.element];
    case "map":
      return [shape.key, shape.value];
    default:
      return [];
  }
}

/** The same shape of other parts. */
export function mapParts(
  shape: Shape | ValueType,
  part: (type: ValueType) => ValueType,
  resource: (type: ResourceType) => ResourceType,
): Shape {
  const optional = (type: ValueType | undefined) => (type === undefined ? undefined : part(type));
  const { kind } = shape;
  switch (kind) {
    case "record":
      return { kind, fields: shape.fields.map(({ name, type }) => ({ name, type: part(type) })) };
    case "variant":
      return { kind, cases: shape.cases.map(({ name, type }) => ({ name, type: optional(type) })) };
    case "list":
      return { kind, element: part(shape.element), length: shape.length };
    case "tuple":
      return { kind, types: shape.types.map((type) => part(type)) };
    case "option":
      return { kind, type: part(shape.type) };
    case "result":
      return { kind, ok: optional(shape.ok), err: optional(shape.err) };
    case "stream":
    case "future":
      return { kind, element: optional(shape.element) };
    case "map":
      return { kind, key: part(shape.key), value: part(shape.value) };
    case "own":
    case "borrow":
      return { kind, resource: resource(shape.resource) };
    case "flags":
    case "enum":
      return { kind, names: shape.names };
    default:
      return { kind };
  }
}

/** The same for two shapes exactly when they are the same structure. Names have neither commas nor colons. */
function keyOf(shape: Shape): string {
  const id = (type: ValueType | undefined) => (type === undefined ? "" : type.canonical.id);
  const { kind } = shape;
  switch (kind) {
    case "record":
      return `${kind} ${shape.fields.map(({ name, type }) => `${name}:${id(type)}`).join()}`;
    case "variant":
      return `${kind} ${shape.cases.map(({ name, type }) => `${name}:${id(type)}`).join()}`;
    case "list":
      return `${kind} ${id(shape.element)},${shape.length ?? ""}`;
    case "tuple":
      return `${kind} ${shape.types.map(id).join()}`;
    case "option":
      return `${kind} ${id(shape.type)}`;
    case "result":
      return `${kind} ${id(shape.ok)},${id(shape.err)}`;
    case "stream":
    case "future":
      return `${kind} ${id(shape.element)}`;
    case "map":
      return `${kind} ${id(shape.key)},${id(shape.value)}`;
    case "own":
    case "borrow":
      return `${kind} ${shape.resource.canonical.id}`;
    case "flags":
    case "enum":
      return `${kind} ${shape.names.join()}`;
    default:
      return kind;
  }
}

/** What one place in memory and in flat values needs. */
type Layout = Pick<Facts, "size" | "alignment" | "size64" | "alignment64" | "flat">;

function factsOf(shape: Shape): Facts {
  const parts = partsOf(shape);
  const isHandle = shape.kind === "own" || shape.kind === "borrow";
  const isPointer =
    shape.kind === "string" || shape.kind === "map" || (shape.kind === "list" && shape.length === undefined);
  const isEnd = shape.kind === "stream" || shape.kind === "future";
  return {
    depth: 1 + parts.reduce((most, { depth }) => Math.max(most, depth), 0),
    parts: 1 + parts.reduce((sum, part) => sum + part.parts, 0),
    hasPointers: isPointer || (!isEnd && parts.some((part) => part.hasPointers)),
    hasBorrow: shape.kind === "borrow" || (!isEnd && parts.some((part) => part.hasBorrow)),
    hasResources: isHandle || parts.some((part) => part.hasResources),
    ...layoutOf(shape),
  };
}

function scalar(size: Alignment, flat: FlatType = "i32"): Layout {
  return { size, alignment: size, size64: size, alignment64: size, flat: [flat] };
}

/** Address and count of what lies elsewhere. */
const POINTER: Layout = { size: 8, alignment: 4, size64: 16, alignment64: 8, flat: ["i32", "i32"] };

function layoutOf(shape: Shape): Layout {
  switch (shape.kind) {
    case "record":
      return inSequence(shape.fields.map(({ type }) => type));
    case "tuple":
      return inSequence(shape.types);
    case "list":
      return shape.length === undefined ? POINTER : repeated(shape.element, shape.length);
    case "variant":
      return tagged(shape.cases.map(({ type }) => type));
    case "option":
      return tagged([undefined, shape.type]);
    case "result":
      return tagged([shape.ok, shape.err]);
    case "enum":
      return scalar(discriminantSize(shape.names.length));
    case "flags":
      return scalar(shape.names.length <= 8 ? 1 : shape.names.length <= 16 ? 2 : 4);
    case "string":
    case "map":
      return POINTER;
    case "s64":
    case "u64":
      return scalar(8, "i64");
    case "f64":
      return scalar(8, "f64");
    case "f32":
      return scalar(4, "f32");
    case "bool":
    case "s8":
    case "u8":
      return scalar(1);
    case "s16":
    case "u16":
      return scalar(2);
    default:
      return scalar(4);
  }
}

function discriminantSize(cases: number): Alignment {
  return cases <= 2 ** 8 ? 1 : cases <= 2 ** 16 ? 2 : 4;
}

export function alignTo(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

function widest(a: Alignment, b: Alignment): Alignment {
  return a > b ? a : b;
}

function inSequence(types: readonly ValueType[]): Layout {
  let [size, size64] = [0, 0];
  let [alignment, alignment64]: [Alignment, Alignment] = [1, 1];
  for (const type of types) {
    size = alignTo(size, type.alignment) + type.size;
    size64 = alignTo(size64, type.alignment64) + type.size64;
    alignment = widest(alignment, type.alignment);
    alignment64 = widest(alignment64, type.alignment64);
  }
  const flat = flattenAll(types);
  return {
    size: alignTo(size, alignment),
    alignment,
    size64: alignTo(size64, alignment64),
    alignment64,
    flat,
  };
}

function repeated(element: ValueType, length: number): Layout {
  const { size, alignment, size64, alignment64 } = element;
  const flat = length > MAX_FLAT_PARAMS ? undefined : flattenAll(new Array<ValueType>(length).fill(element));
  return { size: size * length, alignment, size64: size64 * length, alignment64, flat };
}

/** A discriminant, and space for any of the cases. */
function tagged(cases: readonly (ValueType | undefined)[]): Layout {
  const discriminant = discriminantSize(cases.length);
  let [size, size64] = [0, 0];
  let [payload, payload64]: [Alignment, Alignment] = [1, 1];
  let flat: FlatType[] | undefined = [];
  for (const type of cases) {
    if (type === undefined) continue;
    size = Math.max(size, type.size);
    size64 = Math.max(size64, type.size64);
    payload = widest(payload, type.alignment);
    payload64 = widest(payload64, type.alignment64);
    flat = flat === undefined || type.flat === undefined ? undefined : joinFlat(flat, type.flat);
  }
  const alignment = widest(discriminant, payload);
  const alignment64 = widest(discriminant, payload64);
  return {
    size: alignTo(alignTo(discriminant, payload) + size, alignment),
    alignment,
    size64: alignTo(alignTo(discriminant, payload64) + size64, alignment64),
    alignment64,
    flat: flat === undefined || flat.length >= MAX_FLAT_PARAMS ? undefined : ["i32", ...flat],
  };
}

/** A place that several cases use has a type that holds what any of them puts there. */
function joinFlat(a: readonly FlatType[], b: readonly FlatType[]): FlatType[] {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  return longer.map((type, i) => {
    const other = shorter[i] ?? type;
    if (type === other) return type;
    return (type === "i32" && other === "f32") || (type === "f32" && other === "i32") ? "i32" : "i64";
  });
}

/** Flat values of `types` one after the other; `undefined` when there are more than {@link MAX_FLAT_PARAMS}. */
export function flattenAll(types: readonly ValueType[]): FlatType[] | undefined {
  const flat: FlatType[] = [];
  for (const type of types) {
    if (type.flat === undefined || flat.length + type.flat.length > MAX_FLAT_PARAMS) return undefined;
    for (const each of type.flat) flat.push(each);
  }
  return flat;
}
