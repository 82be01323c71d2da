// Which proposals a module uses, found by looking at its types, definitions and code.
// Owns that reading of a decoded module. It says what is used, not whether the module is valid.

import { InstructionReader } from "../../decoder/instruction-reader.ts";
import type { OpcodeTables } from "../../decoder/opcode-shapes.ts";
import { FEATURES, type Feature } from "../../isa/features.ts";
import { BlockKind, type Immediate, type Instruction } from "../../isa/instruction.ts";
import { createInstructionLookup } from "../../isa/instructions.ts";
import type { ConstExpr, Module } from "../../module/module.ts";
import {
  type GlobalType,
  HeapType,
  heapOf,
  isConcrete,
  isExact,
  isNullable,
  isRef,
  type LimitsType,
  type MemoryType,
  NumType,
  refType,
  type SubType,
  type TableType,
  type ValType,
} from "../../module/types.ts";

const DEFAULT_PAGE_SIZE_LOG2 = 16;

/** Arithmetic that constant expressions may do since the extended-const proposal. */
const EXTENDED_CONST: ReadonlySet<string> = new Set(
  ["i32", "i64"].flatMap((type) => ["add", "sub", "mul"].map((operation) => `${type}.${operation}`)),
);

/** The proposals that `module` uses, in the order of {@link FEATURES}; none of them: an MVP module. */
export function featuresUsed(module: Module, tables: OpcodeTables): Feature[] {
  const used = new Set<Feature>();
  for (const type of module.types) addType(used, type);
  // Only a group of several types is certain to have been written with `rec`.
  if (module.recGroups.some((group) => group.count > 1)) used.add("gc");
  if (module.hasCompactImports) used.add("compact-imports");
  addDefinitions(used, module);
  addSegments(used, module);
  addCode(used, module, tables);
  const hasTags = module.tags.length > 0 || module.imports.some(({ desc }) => desc.kind === "tag");
  if (hasTags && !used.has("legacy-exceptions")) used.add("exceptions");
  return FEATURES.filter((feature) => used.has(feature));
}

function addType(used: Set<Feature>, { final, supertypes, composite, describes, descriptor }: SubType): void {
  if (!final || supertypes.length > 0) used.add("gc");
  if (describes !== undefined || descriptor !== undefined) used.add("custom-descriptors");
  switch (composite.kind) {
    case "func":
      if (composite.results.length > 1) used.add("multi-value");
      for (const type of [...composite.params, ...composite.results]) addValType(used, type);
      break;
    case "struct":
      used.add("gc");
      for (const field of composite.fields) addValType(used, field.type);
      break;
    case "array":
      used.add("gc");
      addValType(used, composite.field.type);
      break;
  }
}

function addValType(used: Set<Feature>, type: ValType): void {
  if (type === NumType.V128) used.add("simd");
  if (!isRef(type)) return;
  if (isExact(type)) used.add("custom-descriptors");
  const heap = heapOf(type);
  if (isConcrete(heap) || !isNullable(type)) used.add("function-references");
  if (isConcrete(heap)) return;
  switch (heap as HeapType) {
    case HeapType.Func:
    case HeapType.Extern:
      used.add("reference-types");
      break;
    case HeapType.Exn:
    case HeapType.NoExn:
      used.add("exceptions");
      break;
    default:
      used.add("gc");
  }
}

function addLimits(used: Set<Feature>, { is64 }: LimitsType): void {
  if (is64) used.add("memory64");
}

function addMemory(used: Set<Feature>, type: MemoryType): void {
  addLimits(used, type);
  if (type.shared) used.add("threads");
  if (type.pageSizeLog2 !== DEFAULT_PAGE_SIZE_LOG2) used.add("custom-page-sizes");
}

function addTable(used: Set<Feature>, type: TableType): void {
  addLimits(used, type);
  // The MVP has tables, but funcref only there.
  if (type.element !== refType(HeapType.Func, true)) addValType(used, type.element);
}

function addDefinitions(used: Set<Feature>, module: Module): void {
  let tables = module.tables.length;
  let memories = module.memories.length;
  const globals: GlobalType[] = [];
  for (const { desc } of module.imports) {
    if (desc.kind === "table") {
      tables++;
      addTable(used, desc.type);
    } else if (desc.kind === "memory") {
      memories++;
      addMemory(used, desc.type);
    } else if (desc.kind === "global") {
      globals.push(desc.type);
      if (desc.type.mutable) used.add("mutable-globals");
    } else if (desc.kind === "func" && desc.exact) used.add("custom-descriptors");
  }
  for (const { type, init } of module.tables) {
    addTable(used, type);
    if (init !== undefined) used.add("function-references");
  }
  for (const { type } of module.memories) addMemory(used, type);
  for (const { type } of module.globals) globals.push(type);
  for (const { type } of globals) addValType(used, type);
  if (module.exports.some(({ kind, index }) => kind === "global" && globals[index]?.mutable === true)) {
    used.add("mutable-globals");
  }
  if (tables > 1) used.add("reference-types");
  if (memories > 1) used.add("multi-memory");
}

function addSegments(used: Set<Feature>, module: Module): void {
  if (module.dataCount !== undefined || module.data.some(({ mode }) => mode === "passive")) {
    used.add("bulk-memory");
  }
  for (const { mode, type, exprs, tableIdx } of module.elements) {
    if (mode === "passive") used.add("bulk-memory");
    if (mode === "declarative" || tableIdx !== 0) used.add("reference-types");
    if (exprs.length > 0 && type !== refType(HeapType.Func, true)) addValType(used, type);
  }
}

function addCode(used: Set<Feature>, module: Module, tables: OpcodeTables): void {
  const lookup = createInstructionLookup();
  const reader = new InstructionReader(module.bytes, tables);
  const walk = (start: number, end: number, constant: boolean): void => {
    reader.seek(start);
    while (reader.position < end) {
      const row = lookup.byOp(reader.read());
      if (row === undefined) return;
      if (row.feature !== undefined) used.add(row.feature);
      if (row.mnemonic === "return_call_ref") used.add("tail-call");
      if (constant && EXTENDED_CONST.has(row.mnemonic)) used.add("extended-const");
      for (const immediate of row.immediates) addImmediate(used, immediate, reader.instruction);
    }
  };
  for (const { locals, codeStart, end } of module.code) {
    for (const { type } of locals) addValType(used, type);
    walk(codeStart, end, false);
  }
  for (const { start, end } of constExprs(module)) walk(start, end, true);
}

function addImmediate(used: Set<Feature>, immediate: Immediate, instruction: Instruction): void {
  switch (immediate) {
    case "blockType":
      if (instruction.blockKind === BlockKind.TypeIdx) used.add("multi-value");
      if (instruction.blockKind === BlockKind.Value) addValType(used, instruction.blockType);
      break;
    case "memArg":
      if (instruction.memIdx !== 0) used.add("multi-memory");
      break;
    case "valTypes":
      for (const type of instruction.types) addValType(used, type);
      break;
    case "heapType":
      addValType(used, refType(instruction.heap, true, instruction.exact));
      break;
    case "castFlags":
      addValType(used, instruction.type1);
      addValType(used, instruction.type2);
      break;
    default:
  }
}

function* constExprs(module: Module): Generator<ConstExpr> {
  for (const { init } of module.globals) yield init;
  for (const { init } of module.tables) if (init !== undefined) yield init;
  for (const { offsetExpr } of module.data) if (offsetExpr !== undefined) yield offsetExpr;
  for (const { offsetExpr, exprs } of module.elements) {
    if (offsetExpr !== undefined) yield offsetExpr;
    yield* exprs;
  }
}
