// A module while it is being made: its index spaces, and what has been declared in it so far.
// Owns that a declaration gets its index; what is declared, and in which order, others choose.

import type { Feature } from "../src/isa/features.ts";
import type { ExceptionStyle, FunctionShape, MemoryShape, ModuleShape, TableShape } from "./body-writer.ts";
import type { RegularInstructions } from "./catalogue.ts";
import { type FunctionType, limits, type Type, typeBytes, unsigned } from "./encode.ts";
import {
  type DataSegment,
  type ElementSegment,
  type GeneratedFunction,
  type GeneratedGlobal,
  type GeneratedMemory,
  type GeneratedModule,
  type GeneratedTable,
  type Import,
  KIND,
} from "./encode-module.ts";
import type { TypeSpace } from "./generate-types.ts";
import type { Random } from "./random.ts";

/** What all modules of a world have in common. */
export interface Context {
  readonly random: Random;
  readonly features: ReadonlySet<Feature>;
  readonly regular: RegularInstructions;
  readonly simd: boolean;
  readonly canonicalNaN: boolean;
  readonly aggregates: boolean;
  /** Of each module. */
  readonly exceptions: readonly ExceptionStyle[];
  /** Whether shared types may hold references to exceptions. */
  readonly exnTypes: boolean;
  readonly threads: boolean;
  /** Structs, arrays and function types, the same in all modules. */
  readonly space: TypeSpace;
}

/** All imports come first, of each kind: own declarations have the indices behind them. */
export class ModuleDraft implements ModuleShape {
  readonly context: Context;
  readonly random: Random;
  readonly name: string;
  /** Whether it is the first module of its world, which owns the budget. */
  readonly isFirst: boolean;
  readonly regular: RegularInstructions;
  readonly aggregates: boolean;
  readonly canonicalNaN: boolean;
  readonly tailCalls: boolean;
  readonly exceptions: ExceptionStyle;
  types: readonly Type[] = [];
  look: number | undefined;
  start: number | undefined;

  // Index spaces: imports and own declarations.
  readonly space: TypeSpace;
  readonly functions: FunctionShape[] = [];
  readonly tables: TableShape[] = [];
  readonly memories: MemoryShape[] = [];
  readonly globals: { readonly type: Type; readonly mutable: boolean }[] = [];
  readonly tags: (readonly Type[])[] = [];
  readonly elementSegments: Type[] = [];
  importedFunctions = 0;
  importedGlobals = 0;

  // What the sections hold.
  readonly #imports: Import[] = [];
  readonly #bodies: GeneratedFunction[] = [];
  readonly #tables: GeneratedTable[] = [];
  readonly #memories: GeneratedMemory[] = [];
  readonly #globals: GeneratedGlobal[] = [];
  readonly #tags: number[] = [];
  readonly #exports: GeneratedModule["exports"][number][] = [];
  readonly #exportedTags = new Map<string, readonly Type[]>();
  readonly #elements: ElementSegment[] = [];
  readonly #data: DataSegment[] = [];

  /** `at`: the module's place in its world. */
  constructor(context: Context, name: string, at: number) {
    this.context = context;
    this.random = context.random;
    this.name = name;
    this.isFirst = at === 0;
    this.regular = context.regular;
    this.aggregates = context.aggregates;
    this.canonicalNaN = context.canonicalNaN;
    this.tailCalls = context.features.has("tail-call");
    this.exceptions = context.exceptions[at] as ExceptionStyle;
    this.space = context.space.copy();
  }

  /** All modules of a world share one: the first own global of the first module, the first import of the next. */
  get budget(): number {
    return this.isFirst ? this.importedGlobals : 0;
  }

  get accumulator(): number {
    return this.importedGlobals + (this.isFirst ? 1 : 0);
  }

  get dataSegments(): number {
    return this.#data.length;
  }

  importFunction(from: string, field: string, type: FunctionType, typeIdx: number): void {
    this.#import(from, field, KIND.function, unsigned(typeIdx));
    this.functions.push({ type, typeIdx, leaf: false });
    this.importedFunctions++;
  }

  importTable(from: string, field: string, table: GeneratedTable): void {
    const { element, min, is64 } = table;
    this.#import(from, field, KIND.table, [...typeBytes(element), ...limits(table)]);
    this.tables.push({ element, size: min, is64 });
  }

  importMemory(from: string, field: string, memory: GeneratedMemory): void {
    this.#import(from, field, KIND.memory, limits(memory));
    this.memories.push(memory);
  }

  importGlobal(from: string, field: string, type: Type, mutable: boolean): void {
    this.#import(from, field, KIND.global, [...typeBytes(type), mutable ? 1 : 0]);
    this.globals.push({ type, mutable });
    this.importedGlobals++;
  }

  importTag(from: string, field: string, params: readonly Type[]): void {
    const typeIdx = this.space.functionIndex({ params, results: [] });
    this.#import(from, field, KIND.tag, [0, ...unsigned(typeIdx)]);
    this.tags.push(params);
  }

  #import(module: string, name: string, kind: number, description: readonly number[]): void {
    this.#imports.push({ module, name, kind, description });
  }

  /** Gives its index. It needs an {@link addBody}, in the order of the indices. */
  addFunction(type: FunctionType, leaf: boolean, typeIdx = this.space.functionIndex(type)): number {
    return this.functions.push({ type, typeIdx, leaf }) - 1;
  }

  /** The body of the next function that has none. */
  addBody(body: Pick<GeneratedFunction, "locals" | "steps">): void {
    const { type, typeIdx } = this.functions[this.importedFunctions + this.#bodies.length] as FunctionShape;
    this.#bodies.push({ type, typeIdx, ...body });
  }

  addTable(table: GeneratedTable): void {
    const { element, min, is64 } = table;
    this.#tables.push(table);
    this.tables.push({ element, size: min, is64 });
  }

  addMemory(memory: GeneratedMemory): void {
    this.#memories.push(memory);
    this.memories.push(memory);
  }

  addGlobal(type: Type, mutable: boolean, init: readonly number[]): void {
    this.#globals.push({ type, mutable, init });
    this.globals.push({ type, mutable });
  }

  addTag(params: readonly Type[]): void {
    this.#tags.push(this.space.functionIndex({ params, results: [] }));
    this.tags.push(params);
  }

  addElements(segment: ElementSegment): void {
    this.#elements.push(segment);
    this.elementSegments.push(segment.element);
  }

  addData(segment: DataSegment): void {
    this.#data.push(segment);
  }

  export(name: string, kind: number, index: number): void {
    this.#exports.push({ name, kind, index });
    if (kind === KIND.tag) this.#exportedTags.set(name, this.tags[index] as readonly Type[]);
  }

  finish(): GeneratedModule {
    return {
      name: this.name,
      space: this.space,
      imports: this.#imports,
      canonicalNaN: this.canonicalNaN,
      importedFunctions: this.importedFunctions,
      importedGlobals: this.importedGlobals,
      functions: this.#bodies,
      tables: this.#tables,
      memories: this.#memories,
      tags: this.#tags,
      globals: this.#globals,
      exports: this.#exports,
      exportedTags: this.#exportedTags,
      start: this.start,
      elements: this.#elements,
      data: this.#data,
    };
  }
}
