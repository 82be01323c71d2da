// A decoded component as inert data: its definitions in the order of the file, indices not resolved.
// Owns the shape; the decoder fills it, the validator judges it. Nothing is checked beyond the grammar.

import type { ImportDesc } from "../../module/module.ts";
import type { SubType } from "../../module/types.ts";
import type { Canon } from "./canon.ts";
import type { ExternAttributes } from "./types.ts";
import type { PrimitiveKind, ResourceDefinition } from "./value-type.ts";

/** A value type where it is used: a primitive, or a type index. */
export type SyntaxValType = PrimitiveKind | number;

/** Sorts with which component-level definitions name items; those of core items begin with `core-`. */
export type Sort =
  | "core-func"
  | "core-table"
  | "core-memory"
  | "core-global"
  | "core-tag"
  | "core-type"
  | "core-module"
  | "core-instance"
  | "func"
  | "value"
  | "type"
  | "component"
  | "instance";

export interface SortIdx {
  readonly sort: Sort;
  readonly index: number;
}

/** A name and what stands behind it: arguments of an instantiation, members of an instance made of exports. */
export interface NamedItem extends ExternName, SortIdx {
  readonly offset: number;
}

export type CoreInstanceExpr =
  /** Arguments are instances: `sort` is `core-instance`. */
  | { readonly kind: "instantiate"; readonly module: number; readonly args: readonly NamedItem[] }
  | { readonly kind: "exports"; readonly exports: readonly NamedItem[] };

export type InstanceExpr =
  | { readonly kind: "instantiate"; readonly component: number; readonly args: readonly NamedItem[] }
  | { readonly kind: "exports"; readonly exports: readonly NamedItem[] };

export type Alias =
  | { readonly kind: "export"; readonly sort: Sort; readonly instance: number; readonly name: string }
  | { readonly kind: "core-export"; readonly sort: Sort; readonly instance: number; readonly name: string }
  | { readonly kind: "outer"; readonly sort: Sort; readonly count: number; readonly index: number };

/** A core type: a recursion group of core definitions, whose indices are those of the scope, or a module type. */
export type CoreType =
  | { readonly kind: "group"; readonly types: readonly SubType[] }
  | { readonly kind: "module"; readonly declarations: readonly ModuleDeclaration[] };

export type ModuleDeclaration = { readonly offset: number } & (
  | { readonly kind: "import"; readonly module: string; readonly name: string; readonly desc: ImportDesc }
  | { readonly kind: "type"; readonly type: CoreType }
  | { readonly kind: "alias"; readonly alias: Alias }
  | { readonly kind: "export"; readonly name: string; readonly desc: ImportDesc }
);

export interface SyntaxField {
  readonly name: string;
  readonly type: SyntaxValType;
}

export interface SyntaxCase {
  readonly name: string;
  readonly type: SyntaxValType | undefined;
}

/** A type definition of a value type. */
export type DefinedValueType =
  | { readonly kind: "primitive"; readonly primitive: PrimitiveKind }
  | { readonly kind: "record"; readonly fields: readonly SyntaxField[] }
  | { readonly kind: "variant"; readonly cases: readonly SyntaxCase[] }
  | { readonly kind: "list"; readonly element: SyntaxValType; readonly length: number | undefined }
  | { readonly kind: "tuple"; readonly types: readonly SyntaxValType[] }
  | { readonly kind: "flags" | "enum"; readonly names: readonly string[] }
  | { readonly kind: "option"; readonly type: SyntaxValType }
  | {
      readonly kind: "result";
      readonly ok: SyntaxValType | undefined;
      readonly err: SyntaxValType | undefined;
    }
  | { readonly kind: "own" | "borrow"; readonly resource: number }
  | { readonly kind: "stream" | "future"; readonly element: SyntaxValType | undefined }
  | { readonly kind: "map"; readonly key: SyntaxValType; readonly value: SyntaxValType };

export type TypeDefinition =
  | DefinedValueType
  | {
      readonly kind: "func";
      readonly async: boolean;
      readonly params: readonly SyntaxField[];
      readonly result: SyntaxValType | undefined;
    }
  | { readonly kind: "component" | "instance"; readonly declarations: readonly TypeDeclaration[] }
  | ({ readonly kind: "resource" } & ResourceDefinition);

/** Declarations of component types; those of instance types have no imports. */
export type TypeDeclaration = { readonly offset: number } & (
  | { readonly kind: "core-type"; readonly type: CoreType }
  | { readonly kind: "type"; readonly type: TypeDefinition }
  | { readonly kind: "alias"; readonly alias: Alias }
  | { readonly kind: "import" | "export"; readonly name: ExternName; readonly desc: ExternDesc }
);

export interface ExternName {
  readonly name: string;
  /** As they stand there; the validator sees to it that none stands twice. */
  readonly attributes: readonly Attribute[];
}

export interface Attribute {
  readonly kind: keyof ExternAttributes;
  readonly text: string;
}

export type ExternDesc =
  /** A type index; that of a core module is in the core type index space. */
  | { readonly kind: "core-module" | "func" | "component" | "instance"; readonly type: number }
  | { readonly kind: "type"; readonly bound: "eq"; readonly type: number }
  | { readonly kind: "type"; readonly bound: "sub" }
  | { readonly kind: "value"; readonly bound: "eq"; readonly value: number }
  | { readonly kind: "value"; readonly bound: "type"; readonly type: SyntaxValType };

export type DefinitionBody =
  /** Bytes `start` to `end` of the file are a core module of its own. */
  | { readonly kind: "core-module"; readonly start: number; readonly end: number }
  | { readonly kind: "core-instance"; readonly instance: CoreInstanceExpr }
  | { readonly kind: "core-type"; readonly type: CoreType }
  | { readonly kind: "component"; readonly component: Component }
  | { readonly kind: "instance"; readonly instance: InstanceExpr }
  | { readonly kind: "alias"; readonly alias: Alias }
  | { readonly kind: "type"; readonly type: TypeDefinition }
  | { readonly kind: "canon"; readonly canon: Canon }
  | {
      readonly kind: "start";
      readonly func: number;
      readonly args: readonly number[];
      readonly results: number;
    }
  | { readonly kind: "import"; readonly name: ExternName; readonly desc: ExternDesc }
  | {
      readonly kind: "export";
      readonly name: ExternName;
      readonly item: SortIdx;
      readonly desc: ExternDesc | undefined;
    }
  /** Bytes `start` to `end` are the value's encoding, which only its type explains. */
  | { readonly kind: "value"; readonly type: SyntaxValType; readonly start: number; readonly end: number };

/** `offset`: of its first byte in the file. */
export type Definition = DefinitionBody & { readonly offset: number };

export interface CustomSection {
  readonly name: string;
  /** Payload bytes after the name. */
  readonly start: number;
  readonly end: number;
}

/** A component as decoded; offsets are those of the file. */
export interface Component {
  /** Of its preamble, to its last byte. */
  readonly start: number;
  readonly end: number;
  readonly definitions: readonly Definition[];
  readonly customSections: readonly CustomSection[];
}
