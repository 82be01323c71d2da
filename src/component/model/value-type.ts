// Value types of the component model, resolved: a shared graph in which every type is one object.
// Owns the shapes; who makes them is type-interner.ts, which rules they obey is the validator's affair.

/** Types without parts. */
export const PRIMITIVES = [
  "bool",
  "s8",
  "u8",
  "s16",
  "u16",
  "s32",
  "u32",
  "s64",
  "u64",
  "f32",
  "f64",
  "char",
  "string",
  "error-context",
] as const;

export type PrimitiveKind = (typeof PRIMITIVES)[number];

/** The core types that values are flattened to. */
export type FlatType = "i32" | "i64" | "f32" | "f64";

/** As many core values as a function takes flat; one with more takes a pointer. */
export const MAX_FLAT_PARAMS = 16;
/** The same for a call of an `async` import. */
export const MAX_FLAT_ASYNC_PARAMS = 4;
/** As many core values as a function gives back flat. */
export const MAX_FLAT_RESULTS = 1;

/**
 * What all value types have. Two types are the same structure exactly when their `canonical` objects are the same object;
 * whatever is derived from structure alone (converters, layouts) is kept by that object.
 *
 * A type that an import or export gives a name is an object of its own, with the same `canonical` as the type it names:
 * that is how records, variants, enums, flags and resources keep their names in text and in the rules of visibility.
 */
export interface TypeNode {
  /** The one object for this structure, in a whole component with all that is nested in it. */
  readonly canonical: ValueType;
  /** Unique among the types of the whole; ascending in order of making. */
  readonly id: number;
  /** Levels of types below this one, itself included. */
  readonly depth: number;
  /** Types in it, itself included, each as often as it occurs. */
  readonly parts: number;
  /** Bytes in a linear memory of 32-bit addresses, padding included (Canonical ABI, element size). */
  readonly size: number;
  readonly alignment: Alignment;
  /** Both with 64-bit addresses, which is what validation bounds. */
  readonly size64: number;
  readonly alignment64: Alignment;
  /** What it is flattened to; `undefined` when that is more than {@link MAX_FLAT_PARAMS}. */
  readonly flat: readonly FlatType[] | undefined;
  /** Whether values have parts behind a pointer (strings, lists, maps): lifting needs a memory, lowering `realloc` too. */
  readonly hasPointers: boolean;
  /** Whether a `borrow` occurs in it, outside of streams and futures. */
  readonly hasBorrow: boolean;
  /** Whether an `own` or `borrow` occurs anywhere in it: what the type means depends on what resources are bound to. */
  readonly hasResources: boolean;
}

export type Alignment = 1 | 2 | 4 | 8;

export interface PrimitiveType extends TypeNode {
  readonly kind: PrimitiveKind;
}

export interface Field {
  readonly name: string;
  readonly type: ValueType;
}

export interface RecordType extends TypeNode {
  readonly kind: "record";
  /** At least one. */
  readonly fields: readonly Field[];
}

export interface Case {
  readonly name: string;
  readonly type: ValueType | undefined;
}

export interface VariantType extends TypeNode {
  readonly kind: "variant";
  /** At least one. */
  readonly cases: readonly Case[];
}

export interface ListType extends TypeNode {
  readonly kind: "list";
  readonly element: ValueType;
  /** Of fixed-length lists, whose elements lie in place; `undefined` for lists behind a pointer. */
  readonly length: number | undefined;
}

export interface TupleType extends TypeNode {
  readonly kind: "tuple";
  readonly types: readonly ValueType[];
}

export interface FlagsType extends TypeNode {
  readonly kind: "flags";
  /** 1 to 32. */
  readonly names: readonly string[];
}

export interface EnumType extends TypeNode {
  readonly kind: "enum";
  readonly names: readonly string[];
}

export interface OptionType extends TypeNode {
  readonly kind: "option";
  readonly type: ValueType;
}

export interface ResultType extends TypeNode {
  readonly kind: "result";
  readonly ok: ValueType | undefined;
  readonly err: ValueType | undefined;
}

export interface HandleType extends TypeNode {
  readonly kind: "own" | "borrow";
  readonly resource: ResourceType;
}

export interface StreamType extends TypeNode {
  readonly kind: "stream" | "future";
  readonly element: ValueType | undefined;
}

export interface MapType extends TypeNode {
  readonly kind: "map";
  readonly key: ValueType;
  readonly value: ValueType;
}

export type ValueType =
  | PrimitiveType
  | RecordType
  | VariantType
  | ListType
  | TupleType
  | FlagsType
  | EnumType
  | OptionType
  | ResultType
  | HandleType
  | StreamType
  | MapType;

/**
 * A resource type as one component (or component or instance type) sees it: a variable that each instance binds.
 *
 * Imported and exported names of a resource are objects of their own with the same `canonical`. Canonical ones of a
 * component have a `slot`: an instance keeps what it has bound them to in a list by slot, and a checked definition says which
 * slots it binds (`ResourceBinding` in checked-component.ts).
 */
export interface ResourceType {
  readonly kind: "resource";
  readonly canonical: ResourceType;
  readonly id: number;
  /** Place in `CheckedComponent.resources`; -1 in types that no component binds, such as those of component types. */
  readonly slot: number;
  /** Set when the component itself defines the resource: only there are `resource.new` and `resource.rep` allowed. */
  readonly definition: ResourceDefinition | undefined;
}

export interface ResourceDefinition {
  readonly rep: "i32" | "i64";
  /** Index in the core function index space. */
  readonly dtor: number | undefined;
}
