// A decoded module as inert data, every index module-local, nothing checked beyond the grammar.
// Owns the shape; the decoder fills it, the validator judges it, the runtime instantiates it.

import type { GlobalType, MemoryType, RecGroup, SubType, TableType, ValType } from "./types.ts";

/** A constant expression: bytes `start` to `end` of the module, `end` past its `end` opcode. */
export interface ConstExpr {
  readonly start: number;
  readonly end: number;
}

export type ImportDesc =
  | { readonly kind: "func"; readonly typeIdx: number; readonly exact: boolean }
  | { readonly kind: "table"; readonly type: TableType }
  | { readonly kind: "memory"; readonly type: MemoryType }
  | { readonly kind: "global"; readonly type: GlobalType }
  | { readonly kind: "tag"; readonly typeIdx: number };

export type ExternKind = ImportDesc["kind"];

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly desc: ImportDesc;
  /** Byte offset of the import in the module. */
  readonly offset: number;
}

export interface Export {
  readonly name: string;
  readonly kind: ExternKind;
  readonly index: number;
  readonly offset: number;
}

export interface TableDef {
  readonly type: TableType;
  /** `undefined`: the table starts out as null references. */
  readonly init: ConstExpr | undefined;
  readonly offset: number;
}

export interface MemoryDef {
  readonly type: MemoryType;
  readonly offset: number;
}

export interface GlobalDef {
  readonly type: GlobalType;
  readonly init: ConstExpr;
  readonly offset: number;
}

export interface TagDef {
  readonly typeIdx: number;
  readonly offset: number;
}

export interface ElementSegment {
  readonly mode: "passive" | "declarative" | "active";
  /** Active segments only. */
  readonly tableIdx: number;
  readonly offsetExpr: ConstExpr | undefined;
  readonly type: ValType;
  /** Either function indices or expressions; the other is empty. */
  readonly funcIdxs: readonly number[];
  readonly exprs: readonly ConstExpr[];
  readonly offset: number;
}

export interface DataSegment {
  readonly mode: "passive" | "active";
  readonly memIdx: number;
  readonly offsetExpr: ConstExpr | undefined;
  /** The segment's bytes are `start` to `end` of the module. */
  readonly start: number;
  readonly end: number;
  readonly offset: number;
}

/** `count` consecutive locals of one type, as the binary format groups them. */
export interface LocalRun {
  readonly count: number;
  readonly type: ValType;
}

/** A function body: locals, then instructions from `codeStart` up to `end` (past the final `end`). */
export interface FunctionBody {
  /** Offset of the body's size field. */
  readonly start: number;
  readonly codeStart: number;
  readonly end: number;
  /** Without the parameters. */
  readonly locals: readonly LocalRun[];
  /** Sum of the runs' counts. */
  readonly localCount: number;
}

export interface CustomSection {
  readonly name: string;
  /** Payload bytes after the name. */
  readonly start: number;
  readonly end: number;
  /** Id of the last non-custom section before this one; 0 when it stands first. */
  readonly after: number;
}

/** A module as decoded. Function, table, memory, global and tag index spaces: imports first, then definitions. */
export interface Module {
  readonly bytes: Uint8Array;
  readonly types: readonly SubType[];
  readonly recGroups: readonly RecGroup[];
  readonly imports: readonly Import[];
  /** Whether some of them stand in groups of one module's (compact-imports proposal); that changes nothing else. */
  readonly hasCompactImports: boolean;
  /** Type indices of the defined functions. */
  readonly functions: readonly number[];
  readonly tables: readonly TableDef[];
  readonly memories: readonly MemoryDef[];
  readonly tags: readonly TagDef[];
  readonly globals: readonly GlobalDef[];
  readonly exports: readonly Export[];
  readonly start: { readonly funcIdx: number; readonly offset: number } | undefined;
  readonly elements: readonly ElementSegment[];
  readonly dataCount: number | undefined;
  readonly code: readonly FunctionBody[];
  readonly data: readonly DataSegment[];
  readonly customSections: readonly CustomSection[];
  /** What all of it takes on the heap of the JavaScript engine. */
  readonly heapBytes: number;
}
