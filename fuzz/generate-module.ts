// Generates one module of a world: its declarations, each kind in a function of its own, in the order in which they
// need each other. Owns what a module has besides imports; what is declared so far is in module-draft.ts.

import type { FunctionShape } from "./body-writer.ts";
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
  NULLEXTERNREF,
  NULLREF,
  refTo,
  STRUCTREF,
  type Type,
  V128,
} from "./encode.ts";
import { type GeneratedModule, KIND } from "./encode-module.ts";
import { generateBody } from "./generate-body.ts";
import { ConstantExpressions } from "./generate-constants.ts";
import { importSome, type Offer } from "./generate-imports.ts";
import {
  dumpSteps,
  LOOK_LOCALS,
  LOOK_TYPE,
  lookSteps,
  SUM_LOCALS,
  SUM_TYPE,
  sumSteps,
} from "./generate-observers.ts";
import { addAggregateTypes } from "./generate-types.ts";
import { type Context, ModuleDraft } from "./module-draft.ts";
import { BUDGET_EXPORT, isVisible } from "./world.ts";

/** A world's first module, or one that imports from what the module before it offers. */
export function generateModule(context: Context, name: string, offer: Offer | undefined): GeneratedModule {
  const draft = new ModuleDraft(context, name, offer === undefined ? 0 : 1);
  chooseTypes(draft);
  importSome(draft, offer);
  // Functions first: constant expressions name them.
  declareFunctions(draft);
  if (draft.exceptions !== "none") declareTags(draft);
  declareMemories(draft);
  const expressions = new ConstantExpressions(draft.random, draft, context.features, draft.importedGlobals);
  declareGlobals(draft, expressions);
  declareTables(draft, expressions);
  addElementSegments(draft, expressions);
  addDataSegments(draft);
  writeBodies(draft);
  exportAll(draft);
  addObservers(draft);
  return draft.finish();
}

// ---------------------------------------------------------------------- types

/** Adds types that only this module has, and chooses the value types that it uses. */
function chooseTypes(draft: ModuleDraft): void {
  const { random, space, aggregates } = draft;
  const { simd, exnTypes } = draft.context;
  if (aggregates && random.chance(0.4)) addAggregateTypes(random, space, simd, exnTypes);
  const vectors = simd ? [V128, V128, V128] : [];
  draft.types = [I32, I32, I32, I64, I64, F32, F64, ...vectors, ...someReferences(draft)];
}

function someReferences({ random, space, aggregates, exceptions }: ModuleDraft): Type[] {
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

/** At most so many of the types that the module uses. */
function someTypes({ random, types }: ModuleDraft, most: number): Type[] {
  return Array.from({ length: random.below(most + 1) }, () => random.pick(types));
}

// ---------------------------------------------------------------------- functions and tags

/** Some of like types, so that calls through tables meet; one for most function types; start and observer. */
function declareFunctions(draft: ModuleDraft): void {
  const { random, space } = draft;
  const signature = (most: number): FunctionType => ({
    params: someTypes(draft, 4),
    results: someTypes(draft, most),
  });
  const signatures = Array.from({ length: random.between(1, 3) }, () =>
    signature(random.chance(0.1) ? 12 : 3),
  );
  for (let left = random.between(1, 6); left > 0; left--) {
    draft.addFunction(random.chance(0.5) ? random.pick(signatures) : signature(3), random.chance(0.35));
  }
  for (const typeIdx of space.of("func")) {
    const composite = space.composite(typeIdx);
    if (composite.kind === "func" && random.chance(0.7))
      draft.addFunction(composite.type, random.chance(0.6), typeIdx);
  }
  // Of the types of imports, which they can tail-call.
  for (const { type, typeIdx } of draft.functions.slice(0, draft.importedFunctions)) {
    if (random.chance(0.4)) draft.addFunction(type, false, typeIdx);
  }
  if (random.chance(0.15)) draft.start = draft.addFunction({ params: [], results: [] }, random.chance(0.5));
  if (draft.aggregates) draft.look = draft.addFunction(LOOK_TYPE, true);
}

/** One without a payload, and others. */
function declareTags(draft: ModuleDraft): void {
  const payloads = Array.from({ length: draft.random.between(1, 3) }, () => someTypes(draft, 3));
  for (const params of [[], ...payloads]) draft.addTag(params);
}

// ---------------------------------------------------------------------- memories, globals, tables

function declareMemories(draft: ModuleDraft): void {
  const { random } = draft;
  const { simd, threads, features } = draft.context;
  const add = (): void => {
    draft.addMemory({
      min: random.between(1, 2),
      max: 3,
      is64: isWide(draft),
      shared: threads && random.chance(0.6),
    });
  };
  if (draft.memories.length === 0 && (simd || threads || random.chance(0.9))) add();
  if (features.has("multi-memory") && random.chance(0.3)) add();
}

/** Whether a memory or table has 64-bit addresses. */
function isWide({ random, context }: ModuleDraft): boolean {
  return context.features.has("memory64") && random.chance(0.3);
}

/** Budget and accumulator, then any. */
function declareGlobals(draft: ModuleDraft, expressions: ConstantExpressions): void {
  const { random, types, aggregates } = draft;
  if (draft.isFirst) draft.addGlobal(I32, true, [0x41, 0, 0x0b]);
  draft.addGlobal(I64, true, [0x42, 0, 0x0b]);
  for (let left = random.below(aggregates ? 9 : 6); left > 0; left--) {
    const { type, bytes } = expressions.make(random.pick(types));
    draft.addGlobal(type, random.chance(0.8), bytes);
  }
}

function declareTables(draft: ModuleDraft, expressions: ConstantExpressions): void {
  const { random, types, aggregates } = draft;
  const add = (wanted: Type): void => {
    const min = random.between(4, 9);
    const { type, bytes } = isNullable(wanted)
      ? { type: wanted, bytes: [] }
      : expressions.makeForTable(wanted);
    draft.addTable({ element: type, min, max: min + random.below(6), is64: isWide(draft), init: bytes });
  };
  if (draft.tables.length === 0 && random.chance(0.7)) add(FUNCREF);
  if (random.chance(0.2)) add(FUNCREF);
  if (random.chance(0.3)) add(EXTERNREF);
  if (aggregates) {
    for (let left = random.below(3); left > 0; left--) add(random.pick(types.filter(isRef)));
  }
}

// ---------------------------------------------------------------------- segments

function addElementSegments(draft: ModuleDraft, expressions: ConstantExpressions): void {
  const { random, space, types, aggregates } = draft;
  const items = (element: Type, most: number): number[][] =>
    expressions.elements(element, random.between(1, most));
  draft.tables.forEach(({ element, size, is64 }, table) => {
    const isFunction = space.topOf(heapOf(element)) === FUNCREF;
    if (!isFunction && !(aggregates && random.chance(0.5))) return;
    draft.addElements({ at: { table, is64 }, element, items: items(element, size - 1) });
  });
  const addPassive = (element: Type, most: number): void => {
    draft.addElements({ at: undefined, element, items: items(element, most) });
  };
  if (random.chance(0.4)) addPassive(FUNCREF, 6);
  if (!aggregates) return;
  // Mostly such as an array can be filled from.
  const ofArrays = space.of("array").flatMap((k) => {
    const composite = space.composite(k);
    return composite.kind === "array" && isRef(composite.field.storage) ? [composite.field.storage] : [];
  });
  for (let left = random.below(4); left > 0; left--) {
    const fitting = ofArrays.length > 0 && random.chance(0.7) ? ofArrays : types.filter(isRef);
    addPassive(random.pick(fitting), 5);
  }
}

/** Of use to memories and arrays; arrays take more bytes. */
function addDataSegments(draft: ModuleDraft): void {
  const { random, memories, aggregates } = draft;
  if (memories.length === 0 && !aggregates) return;
  const someBytes = (): number[] => {
    const length = aggregates ? random.between(8, 60) : random.between(1, 12);
    return Array.from({ length }, () => random.below(256));
  };
  for (let left = random.below(4); left > 0; left--) {
    const memory = random.chance(0.7) ? 0 : random.below(memories.length);
    const { is64 } = memories[memory] ?? { is64: false };
    const offset = random.pick([0, 8, 100, 65_530 - 64]);
    const isActive = memories.length > 0 && random.chance(0.6);
    draft.addData({ at: isActive ? { memory, is64, offset } : undefined, bytes: someBytes() });
  }
}

// ---------------------------------------------------------------------- bodies and exports

function writeBodies(draft: ModuleDraft): void {
  const { random, functions, look } = draft;
  for (let k = draft.importedFunctions; k < functions.length; k++) {
    if (k === look) {
      draft.addBody({ locals: LOOK_LOCALS, steps: lookSteps(draft, look) });
      continue;
    }
    const size = random.weighted([
      [5, random.between(5, 40)],
      [4, random.between(40, 120)],
      [1, random.between(120, 400)],
    ]);
    draft.addBody(generateBody(random, draft, functions[k] as FunctionShape, size));
  }
}

/** Everything, by names that tell what JavaScript can touch: `f`, `t` and `g`, not `v`, `x` and `y`. */
function exportAll(draft: ModuleDraft): void {
  for (let k = draft.importedFunctions; k < draft.functions.length; k++) {
    const { type } = draft.functions[k] as FunctionShape;
    draft.export(`${k !== draft.look && isCallable(type) ? "f" : "v"}${k}`, KIND.function, k);
  }
  draft.memories.forEach((_, k) => {
    draft.export(k === 0 ? "memory" : `m${k}`, KIND.memory, k);
  });
  draft.tables.forEach(({ element }, k) => {
    draft.export(`${isVisible(element) ? "t" : "x"}${k}`, KIND.table, k);
  });
  draft.globals.forEach(({ type }, k) => {
    const name = k === draft.budget ? BUDGET_EXPORT : `${isVisible(type) ? "g" : "y"}${k}`;
    draft.export(name, KIND.global, k);
  });
  draft.tags.forEach((_, k) => {
    draft.export(`e${k}`, KIND.tag, k);
  });
}

/** JavaScript can call neither with nor for what it cannot hold, nor make every reference; other modules can. */
function isCallable({ params, results }: FunctionType): boolean {
  const canMake = (type: Type): boolean =>
    !isRef(type) || isNullable(type) || [ANYREF, EQREF, I31REF, EXTERNREF].includes(heapOf(type));
  return [...params, ...results].every(isVisible) && params.every(canMake);
}

/** Functions that show at the end what JavaScript cannot see; no other function calls them. */
function addObservers(draft: ModuleDraft): void {
  const { look, globals, memories } = draft;
  if (globals.some(({ type }) => type === V128) && memories.length > 0) {
    draft.export("dump", KIND.function, draft.addFunction({ params: [], results: [] }, true));
    draft.addBody({ locals: [], steps: dumpSteps(draft) });
  }
  if (look !== undefined) {
    draft.export("sum", KIND.function, draft.addFunction(SUM_TYPE, true));
    draft.addBody({ locals: SUM_LOCALS, steps: sumSteps(draft, look) });
  }
}
