// Generates whole modules, and pairs of modules that call each other, from a seed.
// Owns what a module declares; function bodies are in generate-body.ts, bytes in encode-module.ts.

import type { Feature } from "../src/isa/features.ts";
import type {
  ExceptionStyle,
  FunctionShape,
  MemoryShape,
  ModuleShape,
  Step,
  TableShape,
} from "./body-writer.ts";
import { RegularInstructions } from "./catalogue.ts";
import {
  ANYREF,
  ARRAYREF,
  CONCRETE,
  EQREF,
  EXNREF,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FunctionType,
  heapOf,
  I31REF,
  I32,
  I64,
  isNullable,
  isRef,
  limits,
  NULLEXTERNREF,
  NULLREF,
  refTo,
  STRUCTREF,
  type Type,
  typeBytes,
  unsigned,
  V128,
} from "./encode.ts";
import type {
  DataSegment,
  ElementSegment,
  GeneratedFunction,
  GeneratedMemory,
  GeneratedModule,
  GeneratedTable,
  Import,
} from "./encode-module.ts";
import { generateBody } from "./generate-body.ts";
import { ConstantExpressions } from "./generate-constants.ts";
import {
  dumpSteps,
  LOOK_LOCALS,
  LOOK_TYPE,
  lookSteps,
  SUM_LOCALS,
  SUM_TYPE,
  sumSteps,
} from "./generate-observers.ts";
import { addAggregateTypes, TypeSpace } from "./generate-types.ts";
import type { Random } from "./random.ts";
import { edgeF32, edgeF64, edgeI32, edgeI64 } from "./values.ts";
import {
  type Argument,
  BUDGET_EXPORT,
  type GeneratedWorld,
  HOST_FUNCTIONS,
  HOST_TAG,
  isVisible,
  type PlannedCall,
} from "./world.ts";

export interface GeneratorOptions {
  /** Proposals to use besides the MVP. */
  readonly features: ReadonlySet<Feature>;
}

/** What an earlier module offers to a later one. */
interface Offer {
  readonly module: string;
  readonly functions: readonly {
    readonly name: string;
    readonly type: FunctionType;
    readonly typeIdx: number;
    readonly isPlain: boolean;
  }[];
  readonly tables: readonly { readonly name: string; readonly table: GeneratedTable }[];
  readonly memories: readonly { readonly name: string; readonly memory: GeneratedMemory }[];
  readonly globals: readonly { readonly name: string; readonly type: Type; readonly mutable: boolean }[];
  readonly tags: ReadonlyMap<string, readonly Type[]>;
}

/** What all modules of a world have in common. */
interface Context {
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

export function generateWorld(random: Random, { features }: GeneratorOptions): GeneratedWorld {
  const some = (feature: Feature, probability: number): boolean =>
    features.has(feature) && random.chance(probability);
  const simd = some("simd", 0.35);
  const threads = some("threads", 0.2);
  const aggregates = some("gc", 0.6);
  const exceptions: readonly ExceptionStyle[] = some("exceptions", 0.55)
    ? random.pick([
        ["modern", "modern"],
        ["modern", "modern"],
        ["legacy", "legacy"],
        ["modern", "legacy"],
        ["legacy", "modern"],
      ])
    : ["none", "none"];
  const canonicalNaN = simd || random.chance(0.6);
  const left = new Set(features);
  if (!simd) for (const feature of ["simd", "relaxed-simd"] as const) left.delete(feature);
  if (!threads) left.delete("threads");
  const space = new TypeSpace();
  const exnTypes = exceptions.every((style) => style === "modern");
  if (aggregates) addAggregateTypes(random, space, simd, exnTypes);
  const regular = new RegularInstructions(left, canonicalNaN);
  const context: Context = {
    random,
    features,
    regular,
    simd,
    canonicalNaN,
    aggregates,
    exceptions,
    exnTypes,
    threads,
    space,
  };
  const modules: GeneratedModule[] = [];
  let offer: Offer | undefined;
  for (let count = random.chance(0.25) ? 2 : 1; count > 0; count--) {
    const module = generateModule(context, modules.length === 0 ? "a" : "b", offer);
    modules.push(module);
    offer = offerOf(module);
  }
  return { modules, calls: planCalls(random, modules) };
}

function offerOf(module: GeneratedModule): Offer {
  const own = module.exports.flatMap(({ name, kind, index }) => {
    const func = module.functions[index - module.importedFunctions];
    const isOwn = kind === 0 && func !== undefined && name !== "dump" && name !== "sum";
    if (!isOwn) return [];
    const { type, typeIdx } = func;
    return [{ name, type, typeIdx, isPlain: module.space.isPlain(typeIdx) }];
  });
  const named = <T>(kind: number, items: readonly T[], imported: number): { name: string; item: T }[] =>
    module.exports.flatMap(({ name, kind: exportKind, index }) => {
      const item = items[index - imported];
      return exportKind === kind && item !== undefined ? [{ name, item }] : [];
    });
  const imported = (kind: number): number => module.imports.filter((item) => item.kind === kind).length;
  return {
    module: module.name,
    functions: own,
    tables: named(1, module.tables, imported(1)).map(({ name, item }) => ({ name, table: item })),
    memories: named(2, module.memories, imported(2)).map(({ name, item }) => ({ name, memory: item })),
    globals: named(3, module.globals, module.importedGlobals)
      .filter(({ name }) => name !== BUDGET_EXPORT)
      .map(({ name, item }) => ({ name, type: item.type, mutable: item.mutable })),
    tags: module.exportedTags,
  };
}

function someReferences(
  { random, aggregates }: Context,
  space: TypeSpace,
  exceptions: ExceptionStyle,
): Type[] {
  if (!aggregates) {
    const types = random.chance(0.5) ? [FUNCREF, EXTERNREF] : [];
    return exceptions === "modern" ? [...types, EXNREF] : types;
  }
  const abstract = [ANYREF, EQREF, I31REF, STRUCTREF, ARRAYREF, FUNCREF, EXTERNREF, NULLREF, NULLEXTERNREF];
  const types = [ANYREF, FUNCREF];
  for (let left = random.between(2, 4); left > 0; left--) {
    const heap = random.pick(abstract);
    types.push(refTo(heap, heap === NULLREF || heap === NULLEXTERNREF || random.chance(0.7)));
  }
  for (let left = random.between(3, 6); left > 0; left--) {
    types.push(refTo(CONCRETE + random.below(space.size), random.chance(0.7)));
  }
  if (exceptions === "modern") types.push(EXNREF, refTo(EXNREF, random.chance(0.5)));
  return types;
}

function generateModule(context: Context, moduleName: string, offer: Offer | undefined): GeneratedModule {
  const { random, simd, features, aggregates } = context;
  const space = context.space.copy();
  const shared = context.space.size;
  if (aggregates && random.chance(0.4)) addAggregateTypes(random, space, simd, context.exnTypes);
  const exceptions = context.exceptions[offer === undefined ? 0 : 1] as ExceptionStyle;
  // A module with legacy handlers must not even name the type of exceptions.
  const canName = (type: Type): boolean =>
    (exceptions !== "legacy" || heapOf(type) !== EXNREF) && heapOf(type) < CONCRETE + shared;
  const numeric = [I32, I32, I32, I64, I64, F32, F64];
  const valueTypes = [...numeric, ...(simd ? [V128, V128, V128] : [])];
  const allTypes = [...valueTypes, ...someReferences(context, space, exceptions)];
  const wide = (probability: number): boolean => features.has("memory64") && random.chance(probability);

  // Imports: functions of the host and of the module before, now and then the rest of what that has.
  const imports: Import[] = [];
  const functions: FunctionShape[] = [];
  const addImport = (from: string, field: string, kind: number, ...description: number[]): void => {
    imports.push({ module: from, name: field, kind, description });
  };
  const importFunction = (from: string, field: string, type: FunctionType, typeIdx: number): void => {
    addImport(from, field, 0, ...unsigned(typeIdx));
    functions.push({ type, typeIdx, leaf: false });
  };
  for (const { name, type } of HOST_FUNCTIONS) {
    // Natively a guest's handlers catch what a host function throws; in the engine they catch exceptions only.
    const usual = name === "toss" ? (exceptions === "none" ? 0 : 0.4) : 0.2;
    const probability = name === "fail" ? (exceptions === "none" ? 0.05 : 0) : usual;
    if (random.chance(probability)) importFunction("host", name, type, space.functionIndex(type));
  }
  for (const { name, type, typeIdx, isPlain } of offer?.functions ?? []) {
    const isKnown = (typeIdx < shared || isPlain) && [...type.params, ...type.results].every(canName);
    if (!isKnown || !random.chance(0.7)) continue;
    let index = typeIdx < shared ? typeIdx : space.functionIndex(type);
    // By the type of the export or one above it.
    for (let above = space.definition(index).supertype; above !== undefined && random.chance(0.4); ) {
      index = above;
      above = space.definition(index).supertype;
    }
    const composite = space.composite(index);
    if (composite.kind === "func") importFunction((offer as Offer).module, name, composite.type, index);
  }
  const importedFunctions = functions.length;
  const globals: { type: Type; mutable: boolean; init: readonly number[] }[] = [];
  const globalShapes: { type: Type; mutable: boolean }[] = [];
  const importGlobal = (from: string, field: string, type: Type, mutable: boolean): void => {
    addImport(from, field, 3, ...typeBytes(type), mutable ? 1 : 0);
    globalShapes.push({ type, mutable });
  };
  if (offer !== undefined) importGlobal(offer.module, BUDGET_EXPORT, I32, true);
  if (random.chance(0.3)) importGlobal("host", "number", I64, false);
  for (const { name, type, mutable } of offer?.globals ?? []) {
    if (!canName(type) || !random.chance(0.4)) continue;
    const above = isRef(type) && aggregates ? refTo(space.topOf(heapOf(type)), true) : type;
    importGlobal((offer as Offer).module, name, mutable || random.chance(0.7) ? type : above, mutable);
  }
  const importedGlobals = globalShapes.length;
  const tables: GeneratedTable[] = [];
  const tableShapes: TableShape[] = [];
  for (const { name, table } of offer?.tables ?? []) {
    const { element, is64, min: size } = table;
    if (!canName(element) || !random.chance(0.6)) continue;
    addImport((offer as Offer).module, name, 1, ...typeBytes(element), ...limits(table));
    tableShapes.push({ element, size, is64 });
  }
  const memories: GeneratedMemory[] = [];
  const memoryShapes: MemoryShape[] = [];
  for (const { name, memory } of offer?.memories ?? []) {
    if (!random.chance(0.4) || (memoryShapes.length > 0 && !features.has("multi-memory"))) continue;
    addImport((offer as Offer).module, name, 2, ...limits(memory));
    memoryShapes.push(memory);
  }
  const tags: number[] = [];
  const tagTypes: (readonly Type[])[] = [];
  const importTag = (from: string, field: string, params: readonly Type[]): void => {
    addImport(from, field, 4, 0, ...unsigned(space.functionIndex({ params, results: [] })));
    tagTypes.push(params);
  };
  if (exceptions !== "none") {
    if (random.chance(0.5)) importTag("host", HOST_TAG, [I32]);
    for (const [name, params] of offer?.tags ?? []) {
      if (params.every(canName) && random.chance(0.7)) importTag((offer as Offer).module, name, params);
    }
  }

  // Own definitions. Functions first: constant expressions name them.
  const signature = (most: number): FunctionType => ({
    params: Array.from({ length: random.below(5) }, () => random.pick(allTypes)),
    results: Array.from({ length: random.below(most + 1) }, () => random.pick(allTypes)),
  });
  const addFunction = (type: FunctionType, leaf: boolean, typeIdx = space.functionIndex(type)): void => {
    functions.push({ type, typeIdx, leaf });
  };
  const signatures = Array.from({ length: random.between(1, 3) }, () =>
    signature(random.chance(0.1) ? 12 : 3),
  );
  for (let left = random.between(1, 6); left > 0; left--) {
    addFunction(random.chance(0.5) ? random.pick(signatures) : signature(3), random.chance(0.35));
  }
  for (const typeIdx of space.of("func")) {
    const composite = space.composite(typeIdx);
    if (composite.kind === "func" && random.chance(0.7))
      addFunction(composite.type, random.chance(0.6), typeIdx);
  }
  const start = random.chance(0.15) ? functions.length : undefined;
  if (start !== undefined) addFunction({ params: [], results: [] }, random.chance(0.5));
  const look = functions.length;
  if (aggregates) addFunction(LOOK_TYPE, true);

  if (exceptions !== "none") {
    const payload = (most: number): Type[] =>
      Array.from({ length: random.below(most + 1) }, () => random.pick(allTypes));
    for (const params of [[], ...Array.from({ length: random.between(1, 3) }, () => payload(3))]) {
      tags.push(space.functionIndex({ params, results: [] }));
      tagTypes.push(params);
    }
  }
  const shape: ModuleShape = {
    regular: context.regular,
    types: allTypes,
    space,
    functions,
    globals: globalShapes,
    budget: offer === undefined ? importedGlobals : 0,
    accumulator: offer === undefined ? importedGlobals + 1 : importedGlobals,
    tables: tableShapes,
    memories: memoryShapes,
    tags: tagTypes,
    dataSegments: random.below(4),
    elementSegments: [],
    tailCalls: features.has("tail-call"),
    aggregates,
    look: aggregates ? look : undefined,
    exceptions,
    canonicalNaN: context.canonicalNaN,
  };
  const addMemory = (): void => {
    const memory = {
      min: random.between(1, 2),
      max: 3,
      is64: wide(0.3),
      shared: context.threads && random.chance(0.6),
    };
    memories.push(memory);
    memoryShapes.push(memory);
  };
  if (memoryShapes.length === 0 && (simd || context.threads || random.chance(0.9))) addMemory();
  if (features.has("multi-memory") && random.chance(0.3)) addMemory();
  const expressions = new ConstantExpressions(random, shape, features, importedGlobals);
  const addGlobal = (type: Type, mutable: boolean, init: readonly number[]): void => {
    globals.push({ type, mutable, init });
    globalShapes.push({ type, mutable });
  };
  if (offer === undefined) addGlobal(I32, true, [0x41, 0, 0x0b]);
  addGlobal(I64, true, [0x42, 0, 0x0b]);
  for (let left = random.below(aggregates ? 9 : 6); left > 0; left--) {
    const type = random.pick(allTypes);
    const { type: made, bytes } = expressions.make(type);
    addGlobal(made, random.chance(0.8), bytes);
  }
  const addTable = (element: Type): void => {
    const min = random.between(4, 9);
    const { type, bytes } = isNullable(element)
      ? { type: element, bytes: [] }
      : expressions.makeForTable(element);
    tables.push({ element: type, min, max: min + random.below(6), is64: wide(0.3), init: bytes });
    tableShapes.push({ element: type, size: min, is64: (tables.at(-1) as GeneratedTable).is64 });
  };
  if (tableShapes.length === 0 && random.chance(0.7)) addTable(FUNCREF);
  if (random.chance(0.2)) addTable(FUNCREF);
  if (random.chance(0.3)) addTable(EXTERNREF);
  if (aggregates) {
    for (let left = random.below(3); left > 0; left--) addTable(random.pick(allTypes.filter(isRef)));
  }

  // Segments.
  const elements: ElementSegment[] = [];
  const items = (element: Type, most: number): number[][] =>
    expressions.elements(element, random.between(1, most));
  tableShapes.forEach(({ element, size, is64 }, table) => {
    const isFunction = space.topOf(heapOf(element)) === FUNCREF;
    if (!isFunction && !(aggregates && random.chance(0.5))) return;
    elements.push({ at: { table, is64 }, element, items: items(element, size - 1) });
  });
  if (random.chance(0.4)) elements.push({ at: undefined, element: FUNCREF, items: items(FUNCREF, 6) });
  if (aggregates) {
    // Mostly such as an array can be filled from.
    const ofArrays = space.of("array").flatMap((k) => {
      const composite = space.composite(k);
      return composite.kind === "array" && isRef(composite.field.storage) ? [composite.field.storage] : [];
    });
    for (let left = random.below(4); left > 0; left--) {
      const fitting = ofArrays.length > 0 && random.chance(0.7) ? ofArrays : allTypes.filter(isRef);
      const element = random.pick(fitting);
      elements.push({ at: undefined, element, items: items(element, 5) });
    }
  }
  const data: DataSegment[] = [];
  const dataBytes = (): number[] => {
    const most = aggregates ? 60 : 12;
    return Array.from({ length: random.between(aggregates ? 8 : 1, most) }, () => random.below(256));
  };
  for (let left = shape.dataSegments; left > 0 && (memoryShapes.length > 0 || aggregates); left--) {
    const memory = random.chance(0.7) ? 0 : random.below(memoryShapes.length);
    const { is64 } = memoryShapes[memory] ?? { is64: false };
    const offset = random.pick([0, 8, 100, 65_530 - 64]);
    const isActive = memoryShapes.length > 0 && random.chance(0.6);
    data.push({ at: isActive ? { memory, is64, offset } : undefined, bytes: dataBytes() });
  }

  const complete: ModuleShape = {
    ...shape,
    dataSegments: data.length,
    elementSegments: elements.map(({ element }) => element),
  };
  const bodies: GeneratedFunction[] = [];
  for (let k = importedFunctions; k < functions.length; k++) {
    const self = functions[k] as FunctionShape;
    const { type, typeIdx } = self;
    if (aggregates && k === look) {
      bodies.push({ type, typeIdx, locals: LOOK_LOCALS, steps: lookSteps(complete, look) });
      continue;
    }
    const size = random.weighted([
      [5, random.between(5, 40)],
      [4, random.between(40, 120)],
      [1, random.between(120, 400)],
    ]);
    bodies.push({ type, typeIdx, ...generateBody(random, complete, self, size) });
  }

  // Exports: whatever JavaScript can touch.
  const exports: { name: string; kind: number; index: number }[] = [];
  for (let k = importedFunctions; k < functions.length; k++) {
    const { type } = functions[k] as FunctionShape;
    exports.push({ name: `${k !== look && isCallable(type) ? "f" : "v"}${k}`, kind: 0, index: k });
  }
  memoryShapes.forEach((_, k) => {
    exports.push({ name: k === 0 ? "memory" : `m${k}`, kind: 2, index: k });
  });
  tableShapes.forEach(({ element }, k) => {
    exports.push({ name: `${isVisible(element) ? "t" : "x"}${k}`, kind: 1, index: k });
  });
  globalShapes.forEach(({ type }, k) => {
    if (k === shape.budget) exports.push({ name: BUDGET_EXPORT, kind: 3, index: k });
    else exports.push({ name: `${isVisible(type) ? "g" : "y"}${k}`, kind: 3, index: k });
  });
  const exportedTags = new Map<string, readonly Type[]>();
  tagTypes.forEach((types, k) => {
    exports.push({ name: `e${k}`, kind: 4, index: k });
    exportedTags.set(`e${k}`, types);
  });
  const addObserver = (name: string, type: FunctionType, locals: readonly Type[], steps: Step[]): void => {
    bodies.push({ type, typeIdx: space.functionIndex(type), locals, steps });
    exports.push({ name, kind: 0, index: importedFunctions + bodies.length - 1 });
  };
  if (globalShapes.some(({ type }) => type === V128) && memoryShapes.length > 0) {
    addObserver("dump", { params: [], results: [] }, [], dumpSteps(complete));
  }
  if (aggregates) addObserver("sum", SUM_TYPE, SUM_LOCALS, sumSteps(complete, look));
  return {
    name: moduleName,
    space,
    imports,
    canonicalNaN: context.canonicalNaN,
    importedFunctions,
    importedGlobals,
    functions: bodies,
    tables,
    memories,
    tags,
    globals,
    exports,
    exportedTags,
    start,
    elements,
    data,
  };
}

/** JavaScript can call neither with nor for what it cannot hold, nor make every reference; other modules can. */
function isCallable({ params, results }: FunctionType): boolean {
  const canMake = (type: Type): boolean =>
    !isRef(type) || isNullable(type) || [ANYREF, EQREF, I31REF, EXTERNREF].includes(heapOf(type));
  return [...params, ...results].every(isVisible) && params.every(canMake);
}

function planCalls(random: Random, modules: readonly GeneratedModule[]): PlannedCall[] {
  const calls: PlannedCall[] = [];
  modules.forEach((module, at) => {
    for (const { name, kind, index } of module.exports) {
      if (kind !== 0 || !name.startsWith("f")) continue;
      const { type } = module.functions[index - module.importedFunctions] as GeneratedFunction;
      for (let left = random.between(1, 3); left > 0; left--) {
        const args = type.params.map((param) => argument(random, param));
        calls.push({ module: at, name, args, budget: random.pick([0, 3, 20, 60, 200, 200]) });
      }
    }
  });
  return calls;
}

/** Numbers only where JavaScript keeps every bit: no NaN but the canonical one. */
function argument(random: Random, type: Type): Argument {
  switch (type) {
    case I32:
      return edgeI32(random);
    case I64:
      return edgeI64(random);
    case F32:
      return canonical(new Float32Array(Uint32Array.of(edgeF32(random)).buffer)[0] as number);
    case F64:
      return canonical(new Float64Array(BigUint64Array.of(edgeF64(random)).buffer)[0] as number);
    default:
      return referenceArgument(random, type);
  }
}

function referenceArgument(random: Random, type: Type): Argument {
  if (isNullable(type) && random.chance(0.4)) return null;
  const heap = heapOf(type);
  if (heap === ANYREF || heap === EXTERNREF) {
    // Nothing that was returned may be null.
    if (isNullable(type) && random.chance(0.6)) return { previous: random.below(8) };
    if (heap === EXTERNREF || random.chance(0.3)) return random.pick(["a host's", "another"]);
  }
  return [ANYREF, EQREF, I31REF].includes(heap) ? random.between(-9, 9) : null;
}

function canonical(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value;
}
