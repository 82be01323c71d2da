// What the sections' decoders share: the cursor, the readers over it, and the module being filled.
// Owns no bytes' meaning.

import { LimitError } from "../errors.ts";
import type { Feature } from "../isa/features.ts";
import type { ModuleLimits } from "../limits.ts";
import type { ConstExprPlace } from "../module/code-visitor.ts";
import type { ConstExpr, Module } from "../module/module.ts";
import { Steps } from "../module/steps.ts";
import { NumType, type ValType } from "../module/types.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ExpressionReader } from "./expression-reader.ts";
import type { InstructionReader } from "./instruction-reader.ts";
import type { Rest } from "./sections/read-each.ts";
import type { TypeReader } from "./type-reader.ts";
import type { VisitorGuard } from "./visitor-guard.ts";

/** A {@link Module} whose lists can still grow. */
export type ModuleBuilder = {
  -readonly [Key in keyof Module]: Module[Key] extends readonly (infer Item)[] ? Item[] : Module[Key];
};

export function createModuleBuilder(bytes: Uint8Array): ModuleBuilder {
  return {
    bytes,
    types: [],
    recGroups: [],
    imports: [],
    hasCompactImports: false,
    functions: [],
    tables: [],
    memories: [],
    tags: [],
    globals: [],
    exports: [],
    start: undefined,
    elements: [],
    dataCount: undefined,
    code: [],
    data: [],
    customSections: [],
    heapBytes: 0,
  };
}

/** Everything a section's decoder needs. */
export class DecoderContext {
  /** How many of each kind are imported; definitions count from there. */
  readonly imported = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  /** Whether each table, and each memory, is addressed by i64; imports first. */
  readonly tableIs64: boolean[] = [];
  readonly memoryIs64: boolean[] = [];

  readonly steps = new Steps();

  /** Offset of the first instruction in a body that names a data segment, or -1. */
  firstDataUse = -1;

  readonly cursor: ByteReader;
  readonly types: TypeReader;
  readonly instructions: InstructionReader;
  readonly expressions: ExpressionReader;
  readonly guard: VisitorGuard;
  readonly limits: ModuleLimits;
  readonly module: ModuleBuilder;

  constructor(parts: {
    cursor: ByteReader;
    types: TypeReader;
    instructions: InstructionReader;
    expressions: ExpressionReader;
    guard: VisitorGuard;
    limits: ModuleLimits;
    module: ModuleBuilder;
  }) {
    this.cursor = parts.cursor;
    this.types = parts.types;
    this.instructions = parts.instructions;
    this.expressions = parts.expressions;
    this.guard = parts.guard;
    this.limits = parts.limits;
    this.module = parts.module;
  }

  has(feature: Feature): boolean {
    return this.types.has(feature);
  }

  /** Throws {@link LimitError} when `requested` is past the limit `name`. */
  limit(name: keyof ModuleLimits, requested: number, what: string): void {
    if (requested > this.limits[name]) throw new LimitError(name, requested, this.limits[name], what);
  }

  /** Counts what something takes on the host's heap. @throws LimitError past `heapBytes` */
  take(bytes: number): void {
    const { module, limits } = this;
    module.heapBytes += bytes;
    if (module.heapBytes > limits.heapBytes)
      this.limit("heapBytes", module.heapBytes, "the module's definitions");
  }

  /** A vector's length: at most the bytes left, and within the limit `name` together with `existing` items. */
  count(name: keyof ModuleLimits, what: string, existing = 0): number {
    const count = this.cursor.length();
    this.limit(name, existing + count, what);
    return count;
  }

  /**
   * Reads a constant expression, showing it to the visitor, and gives it to `then`. Only its grammar is checked. What is left of one
   * that is longer than a step is the result.
   */
  constExpr(place: ConstExprPlace, index: number, expected: ValType, then: (expr: ConstExpr) => Rest): Rest {
    const start = this.cursor.position;
    this.guard.beginConstExpr(this.module, place, index, expected, start);
    this.expressions.begin();
    if (!this.expressions.read()) return this.restOfConstExpr(start, then);
    return then({ start, end: this.cursor.position });
  }

  private *restOfConstExpr(start: number, then: (expr: ConstExpr) => Rest): Generator<void, void> {
    do yield;
    while (!this.expressions.read());
    const rest = then({ start, end: this.cursor.position });
    if (typeof rest === "object") yield* rest;
  }

  /** Type of a segment's offset. An index out of range is the validator's affair, whatever stands here. */
  offsetType(is64: readonly boolean[], index: number): ValType {
    return is64[index] === true ? NumType.I64 : NumType.I32;
  }
}
