// Generates whole modules, and pairs of modules that call each other, from a seed.
// Owns what a module declares; function bodies are in generate-body.ts, bytes in encode.ts.

import type { Feature } from "../src/isa/features.ts";
import { type RegularInstruction, regularInstructions } from "./catalogue.ts";
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FunctionType,
  functionType,
  HEADER,
  I32,
  I64,
  limits,
  littleEndian,
  name,
  offsetExpression,
  section,
  signed,
  type Type,
  unsigned,
  V128,
  vector,
} from "./encode.ts";
import { type FunctionShape, generateBody, type ModuleShape, type Step, sameTypes } from "./generate-body.ts";
import type { Random } from "./random.ts";
import { edgeF32, edgeF64, edgeI32, edgeI64 } from "./values.ts";

export interface GeneratorOptions {
  /** Proposals to use besides the MVP. */
  readonly features: ReadonlySet<Feature>;
}

/** What Node 20's own engine has. */
export const NODE_20_FEATURES: ReadonlySet<Feature> = new Set<Feature>([
  "mutable-globals",
  "sign-extension",
  "saturating-float-to-int",
  "multi-value",
  "bulk-memory",
  "reference-types",
  "simd",
  "tail-call",
]);

/** A host function that both engines are given; see host.ts for what each does. */
export interface HostImport {
  readonly name: string;
  readonly type: FunctionType;
}

export const HOST_FUNCTIONS: readonly HostImport[] = [
  { name: "log", type: { params: [I32], results: [I32] } },
  { name: "mix", type: { params: [I64, F64, F32], results: [I64, I32] } },
  { name: "grow", type: { params: [], results: [] } },
  { name: "again", type: { params: [I32], results: [I32] } },
  { name: "fail", type: { params: [I32], results: [] } },
];

export interface GeneratedFunction {
  readonly type: FunctionType;
  readonly locals: readonly Type[];
  readonly steps: readonly Step[];
}

interface Import {
  readonly module: string;
  readonly name: string;
  /** Kind byte and description. */
  readonly kind: number;
  readonly description: readonly number[];
}

interface Segment {
  /** Table of an active segment's elements; `undefined`: passive. */
  readonly at: number | undefined;
  readonly element: Type;
  /** Function indices, `undefined` for null. */
  readonly items: readonly (number | undefined)[];
}

/** A module in parts. */
export interface GeneratedModule {
  readonly name: string;
  readonly types: readonly FunctionType[];
  readonly imports: readonly Import[];
  /** NaN results are made canonical, because their bits can be seen. */
  readonly canonicalNaN: boolean;
  readonly importedFunctions: number;
  readonly importedGlobals: number;
  readonly functions: readonly GeneratedFunction[];
  readonly tables: readonly { readonly element: Type; readonly min: number; readonly max: number }[];
  readonly memory: { readonly min: number; readonly max: number } | undefined;
  readonly globals: readonly {
    readonly type: Type;
    readonly mutable: boolean;
    readonly init: readonly number[];
  }[];
  readonly exports: readonly { readonly name: string; readonly kind: number; readonly index: number }[];
  readonly start: number | undefined;
  readonly elements: readonly Segment[];
  readonly data: readonly { readonly offset: number | undefined; readonly bytes: readonly number[] }[];
}

/** A module as an engine is given it. */
export interface WorldModule {
  /** Under which later modules import from it. */
  readonly name: string;
  readonly hasStart: boolean;
  /** Calls a host function that calls the guest. */
  readonly reenters: boolean;
  /** With `count`, see {@link encodeModule}; what is not generated has no counters. */
  encode(count: boolean): Uint8Array;
}

export interface PlannedCall {
  /** Index into {@link World.modules}. */
  readonly module: number;
  readonly name: string;
  readonly args: readonly (number | bigint | null)[];
  /** Value of the budget before the call. */
  readonly budget: number;
}

/** Modules to instantiate in this order, and what to call. */
export interface World {
  readonly modules: readonly WorldModule[];
  readonly calls: readonly PlannedCall[];
}

/** A world in parts, so that a minimiser can take some away. */
export interface GeneratedWorld {
  readonly modules: readonly GeneratedModule[];
  readonly calls: readonly PlannedCall[];
}

export function toWorld({ modules, calls }: GeneratedWorld): World {
  return {
    modules: modules.map((module) => ({
      name: module.name,
      hasStart: module.start !== undefined,
      reenters: module.imports.some(({ name: imported }) => imported === "again"),
      encode: (count) => encodeModule(module, count),
    })),
    calls,
  };
}

export const BUDGET_EXPORT = "budget";

/** What an earlier module offers to a later one. */
interface Offer {
  readonly module: string;
  readonly functions: readonly { readonly name: string; readonly type: FunctionType }[];
  readonly table: { readonly min: number; readonly max: number } | undefined;
  readonly memory: { readonly min: number; readonly max: number } | undefined;
}

export function generateWorld(random: Random, { features }: GeneratorOptions): GeneratedWorld {
  const simd = features.has("simd") && random.chance(0.3);
  const canonicalNaN = simd || random.chance(0.6);
  const used = new Set([...features].filter((feature) => simd || feature !== "simd"));
  const regular = regularInstructions(used);
  const context: Context = { random, regular, simd, canonicalNaN, tailCalls: features.has("tail-call") };
  const modules: GeneratedModule[] = [];
  let offer: Offer | undefined;
  for (let count = random.chance(0.25) ? 2 : 1; count > 0; count--) {
    const module = generateModule(context, modules.length === 0 ? "a" : "b", offer);
    modules.push(module);
    offer = offerOf(module);
  }
  return { modules, calls: planCalls(random, modules) };
}

interface Context {
  readonly random: Random;
  readonly regular: readonly RegularInstruction[];
  readonly simd: boolean;
  readonly canonicalNaN: boolean;
  readonly tailCalls: boolean;
}

function offerOf(module: GeneratedModule): Offer {
  const functions = module.exports.flatMap(({ name: exported, kind, index }) => {
    const own = module.functions[index - module.importedFunctions];
    return kind === 0 && own !== undefined && exported !== "dump" ? [{ name: exported, type: own.type }] : [];
  });
  const [first] = module.tables;
  const table = first?.element === FUNCREF ? first : undefined;
  return { module: module.name, functions, table, memory: module.memory };
}

function generateModule(context: Context, moduleName: string, offer: Offer | undefined): GeneratedModule {
  const { random, simd } = context;
  const types: FunctionType[] = [];
  const typeIdx = (type: FunctionType): number => {
    const found = types.findIndex(
      (t) => sameTypes(t.params, type.params) && sameTypes(t.results, type.results),
    );
    return found >= 0 ? found : types.push({ params: [...type.params], results: [...type.results] }) - 1;
  };
  const numeric = [I32, I32, I32, I64, I64, F32, F64];
  const valueTypes = [...numeric, ...(simd ? [V128, V128, V128] : [])];
  const allTypes = random.chance(0.5) ? [...valueTypes, FUNCREF, EXTERNREF] : valueTypes;

  // Imports: functions of the host and of the module before, now and then its table or memory.
  const imports: Import[] = [];
  const functions: FunctionShape[] = [];
  const addImport = (from: string, field: string, kind: number, ...description: number[]): void => {
    imports.push({ module: from, name: field, kind, description });
  };
  const importFunction = (from: string, field: string, type: FunctionType): void => {
    addImport(from, field, 0, ...unsigned(typeIdx(type)));
    functions.push({ type, leaf: false });
  };
  for (const host of HOST_FUNCTIONS) {
    if (random.chance(host.name === "fail" ? 0.05 : 0.2)) importFunction("host", host.name, host.type);
  }
  for (const { name: field, type } of offer?.functions ?? []) {
    if (random.chance(0.7)) importFunction((offer as Offer).module, field, type);
  }
  const importedFunctions = functions.length;
  const globals: { type: Type; mutable: boolean; init: readonly number[] }[] = [];
  const globalShapes: { type: Type; mutable: boolean }[] = [];
  if (offer !== undefined) {
    addImport(offer.module, BUDGET_EXPORT, 3, I32, 1);
    globalShapes.push({ type: I32, mutable: true });
  }
  if (random.chance(0.3)) {
    addImport("host", "number", 3, I64, 0);
    globalShapes.push({ type: I64, mutable: false });
  }
  const importedGlobals = globalShapes.length;
  const tables: { element: Type; min: number; max: number }[] = [];
  const tableShapes: { element: Type; size: number }[] = [];
  if (offer?.table !== undefined && random.chance(0.7)) {
    addImport(offer.module, "t0", 1, FUNCREF, ...limits(offer.table.min, offer.table.max));
    tableShapes.push({ element: FUNCREF, size: offer.table.min });
  }
  let hasMemory = false;
  if (offer?.memory !== undefined && random.chance(0.4)) {
    addImport(offer.module, "memory", 2, ...limits(offer.memory.min, offer.memory.max));
    hasMemory = true;
  }

  // Own definitions.
  const memory =
    !hasMemory && (simd || random.chance(0.9)) ? { min: random.between(1, 2), max: 3 } : undefined;
  hasMemory ||= memory !== undefined;
  const addTable = (element: Type): void => {
    const min = random.between(4, 9);
    tables.push({ element, min, max: min + random.below(6) });
    tableShapes.push({ element, size: min });
  };
  if (tableShapes.length === 0 && random.chance(0.7)) addTable(FUNCREF);
  if (random.chance(0.2)) addTable(FUNCREF);
  if (random.chance(0.3)) addTable(EXTERNREF);
  const addGlobal = (type: Type, mutable: boolean, init: readonly number[]): void => {
    globals.push({ type, mutable, init });
    globalShapes.push({ type, mutable });
  };
  if (offer === undefined) addGlobal(I32, true, [0x41, 0, 0x0b]);
  const budget = offer === undefined ? importedGlobals : 0;
  for (let left = random.below(6); left > 0; left--) {
    const type = random.pick(allTypes);
    addGlobal(type, random.chance(0.8), initialiser(random, type));
  }
  const signature = (most: number): FunctionType => ({
    params: Array.from({ length: random.below(5) }, () => random.pick(allTypes)),
    results: Array.from({ length: random.below(most + 1) }, () => random.pick(allTypes)),
  });
  const signatures = Array.from({ length: random.between(1, 3) }, () =>
    signature(random.chance(0.1) ? 12 : 3),
  );
  const ownCount = random.between(1, 6);
  for (let k = 0; k < ownCount; k++) {
    functions.push({
      type: random.chance(0.5) ? random.pick(signatures) : signature(3),
      leaf: random.chance(0.35),
    });
  }
  const start = random.chance(0.15) ? functions.length : undefined;
  if (start !== undefined) functions.push({ type: { params: [], results: [] }, leaf: random.chance(0.5) });

  // Segments.
  const elements: Segment[] = [];
  const someFunction = (): number | undefined =>
    random.chance(0.85) ? random.below(functions.length) : undefined;
  tableShapes.forEach(({ element, size }, table) => {
    if (element !== FUNCREF) return;
    const items = Array.from({ length: random.between(1, size - 1) }, someFunction);
    elements.push({ at: table, element, items });
  });
  if (random.chance(0.4)) {
    elements.push({
      at: undefined,
      element: FUNCREF,
      items: Array.from({ length: random.between(1, 6) }, someFunction),
    });
  }
  const data: { offset: number | undefined; bytes: number[] }[] = [];
  if (hasMemory) {
    const bytes = (): number[] => Array.from({ length: random.between(1, 12) }, () => random.below(256));
    for (let left = random.below(4); left > 0; left--) {
      data.push({
        offset: random.chance(0.6) ? random.pick([0, 8, 100, 65_530 - 10]) : undefined,
        bytes: bytes(),
      });
    }
  }

  const shape: ModuleShape = {
    regular: context.regular,
    types: allTypes,
    functions,
    globals: globalShapes,
    budget,
    tables: tableShapes,
    memory: hasMemory,
    dataSegments: data.length,
    elementSegments: elements.map(({ element }) => element),
    tailCalls: context.tailCalls,
    canonicalNaN: context.canonicalNaN,
    typeIdx,
  };
  const bodies: GeneratedFunction[] = [];
  for (let k = importedFunctions; k < functions.length; k++) {
    const self = functions[k] as FunctionShape;
    const size = random.weighted([
      [5, random.between(5, 40)],
      [4, random.between(40, 120)],
      [1, random.between(120, 400)],
    ]);
    bodies.push({ type: self.type, ...generateBody(random, shape, self, size) });
  }

  // Exports: whatever JavaScript can touch.
  const exports: { name: string; kind: number; index: number }[] = [];
  for (let k = importedFunctions; k < functions.length; k++) {
    const { type } = functions[k] as FunctionShape;
    // JavaScript can call neither with nor for vectors; other modules can.
    const callable = !type.params.includes(V128) && !type.results.includes(V128);
    exports.push({ name: `${callable ? "f" : "v"}${k}`, kind: 0, index: k });
  }
  if (hasMemory) exports.push({ name: "memory", kind: 2, index: 0 });
  tableShapes.forEach((_, k) => {
    exports.push({ name: `t${k}`, kind: 1, index: k });
  });
  globalShapes.forEach(({ type }, k) => {
    if (k === budget) exports.push({ name: BUDGET_EXPORT, kind: 3, index: k });
    else if (type !== V128) exports.push({ name: `g${k}`, kind: 3, index: k });
  });
  // v128 globals cannot be read from JavaScript: a function writes them to memory.
  const vectors = [...globalShapes.keys()].filter((k) => globalShapes[k]?.type === V128);
  if (vectors.length > 0 && hasMemory) {
    const steps: Step[] = vectors.flatMap((k, at) => [
      { op: "i32.const", bytes: [0x41, ...signed(BigInt(32_768 + 16 * at))] },
      { op: "global.get", bytes: [0x23, ...unsigned(k)] },
      { op: "v128.store", bytes: [0xfd, 11, 0, 0] },
    ]);
    const type: FunctionType = { params: [], results: [] };
    typeIdx(type);
    bodies.push({ type, locals: [], steps: [...steps, { op: "end", bytes: [0x0b] }] });
    exports.push({ name: "dump", kind: 0, index: importedFunctions + bodies.length - 1 });
  }
  for (const { type } of bodies) typeIdx(type);
  return {
    name: moduleName,
    types,
    imports,
    canonicalNaN: context.canonicalNaN,
    importedFunctions,
    importedGlobals,
    functions: bodies,
    tables,
    memory,
    globals,
    exports,
    start,
    elements,
    data,
  };
}

function initialiser(random: Random, type: Type): number[] {
  switch (type) {
    case I32:
      return [0x41, ...signed(BigInt(edgeI32(random))), 0x0b];
    case I64:
      return [0x42, ...signed(edgeI64(random)), 0x0b];
    case F32:
      return [0x43, ...littleEndian(BigInt(edgeF32(random)), 4), 0x0b];
    case F64:
      return [0x44, ...littleEndian(edgeF64(random), 8), 0x0b];
    case V128:
      return [0xfd, 12, ...littleEndian(random.u64(), 8), ...littleEndian(random.u64(), 8), 0x0b];
    default:
      return [0xd0, type, 0x0b];
  }
}

function planCalls(random: Random, modules: readonly GeneratedModule[]): PlannedCall[] {
  const calls: PlannedCall[] = [];
  modules.forEach((module, at) => {
    for (const { name: exported, kind, index } of module.exports) {
      if (kind !== 0 || !exported.startsWith("f")) continue;
      const { type } = module.functions[index - module.importedFunctions] as GeneratedFunction;
      for (let left = random.between(1, 2); left > 0; left--) {
        const args = type.params.map((param) => argument(random, param));
        calls.push({ module: at, name: exported, args, budget: random.pick([0, 3, 20, 60, 200]) });
      }
    }
  });
  return calls;
}

/** Numbers only where JavaScript keeps every bit: no NaN but the canonical one. */
function argument(random: Random, type: Type): number | bigint | null {
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
      return null;
  }
}

function canonical(value: number): number {
  return Number.isNaN(value) ? Number.NaN : value;
}

/** Prefix of the globals by which {@link encodeModule} reports executed instructions. */
export const EXECUTED_PREFIX = "executed:";

/** What is counted besides instructions, under names that no mnemonic has. */
export const COUNTED = {
  functionEntry: "(entry)",
  /** Declared locals of the functions entered. */
  local: "(local)",
  /** `end` and `else` reached by falling through. */
  delimiter: "(delimiter)",
  /** A loop's start, reached from before the loop or by a branch. */
  turn: "(turn)",
} as const;

/**
 * The module's bytes. With `count`, every mnemonic gets an exported i64 global with the number of times that an
 * instruction of that name was reached.
 */
export function encodeModule(module: GeneratedModule, count = false): Uint8Array {
  const counters = new Map<string, number>();
  const firstCounter = module.importedGlobals + module.globals.length;
  const increment = (op: string, by = 1): readonly number[] => {
    if (!count) return [];
    const index = unsigned(counters.get(op) ?? firstCounter + counters.size);
    counters.set(op, counters.get(op) ?? firstCounter + counters.size);
    return [0x23, ...index, 0x42, ...signed(BigInt(by)), 0x7c, 0x24, ...index];
  };
  const encodeStep = ({ op, bytes }: Step): number[] => {
    if (op === "end" || op === "else") return [...increment(COUNTED.delimiter), ...bytes];
    return [...increment(op), ...bytes, ...(op === "loop" ? increment(COUNTED.turn) : [])];
  };
  const code = module.functions.map(({ locals, steps }) => {
    const body = [
      ...vector(locals.map((type) => [1, type])),
      ...increment(COUNTED.functionEntry),
      ...increment(COUNTED.local, locals.length),
      ...steps.flatMap(encodeStep),
    ];
    return [...unsigned(body.length), ...body];
  });
  const globals = [
    ...module.globals.map(({ type, mutable, init }) => [type, mutable ? 1 : 0, ...init]),
    ...Array.from(counters, () => [I64, 1, 0x42, 0, 0x0b]),
  ];
  const exports = [
    ...module.exports,
    ...Array.from(counters, ([op, index]) => ({ name: EXECUTED_PREFIX + op, kind: 3, index })),
  ];
  const typeIdx = (type: FunctionType): number =>
    module.types.findIndex((t) => sameTypes(t.params, type.params) && sameTypes(t.results, type.results));
  const functionCount = module.importedFunctions + module.functions.length;
  const bytes = [
    ...HEADER,
    ...section(1, vector(module.types.map(functionType))),
    ...section(
      2,
      vector(
        module.imports.map((item) => [
          ...name(item.module),
          ...name(item.name),
          item.kind,
          ...item.description,
        ]),
      ),
    ),
    ...section(3, vector(module.functions.map(({ type }) => unsigned(typeIdx(type))))),
    ...section(4, vector(module.tables.map(({ element, min, max }) => [element, ...limits(min, max)]))),
    ...(module.memory ? section(5, vector([limits(module.memory.min, module.memory.max)])) : []),
    ...section(6, vector(globals)),
    ...section(7, vector(exports.map((item) => [...name(item.name), item.kind, ...unsigned(item.index)]))),
    ...(module.start === undefined ? [] : section(8, unsigned(module.start))),
    ...section(9, vector([...module.elements.map(elementSegment), declare(functionCount)])),
    ...(module.data.length > 0 ? section(12, unsigned(module.data.length)) : []),
    ...section(10, vector(code)),
    ...section(
      11,
      vector(
        module.data.map(({ offset, bytes: content }) =>
          offset === undefined
            ? [1, ...unsigned(content.length), ...content]
            : [0, ...offsetExpression(offset), ...unsigned(content.length), ...content],
        ),
      ),
    ),
  ];
  return Uint8Array.from(bytes);
}

/** Every function may be named by `ref.func`. */
function declare(count: number): number[] {
  return [3, 0, ...vector(Array.from({ length: count }, (_, k) => unsigned(k)))];
}

function elementSegment({ at, element, items }: Segment): number[] {
  const expressions = vector(
    items.map((item) => (item === undefined ? [0xd0, element, 0x0b] : [0xd2, ...unsigned(item), 0x0b])),
  );
  if (at === undefined) return [5, element, ...expressions];
  return [6, ...unsigned(at), ...offsetExpression(0), element, ...expressions];
}
