// A generated module in parts, and its bytes: plain, or with a counter for every mnemonic.

import type { MemoryShape, Step } from "./body-writer.ts";
import {
  type FunctionType,
  HEADER,
  I64,
  limits,
  name,
  offsetExpression,
  section,
  signed,
  type Type,
  typeBytes,
  unsigned,
  vector,
} from "./encode.ts";
import { isDefaultable, type TypeSpace } from "./generate-types.ts";

export interface GeneratedFunction {
  readonly type: FunctionType;
  readonly typeIdx: number;
  readonly locals: readonly Type[];
  readonly steps: readonly Step[];
}

/** Kind bytes of imports and exports. */
export const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
  readonly description: readonly number[];
}

export interface ElementSegment {
  /** Table of an active segment's elements; `undefined`: passive. */
  readonly at: { readonly table: number; readonly is64: boolean } | undefined;
  readonly element: Type;
  /** Constant expressions. */
  readonly items: readonly (readonly number[])[];
}

export interface DataSegment {
  readonly at: { readonly memory: number; readonly is64: boolean; readonly offset: number } | undefined;
  readonly bytes: readonly number[];
}

export interface GeneratedTable {
  readonly element: Type;
  readonly min: number;
  readonly max: number;
  readonly is64: boolean;
  /** Of elements that may not be null. */
  readonly init: readonly number[];
}

export interface GeneratedMemory extends MemoryShape {
  readonly min: number;
  readonly max: number;
}

export interface GeneratedGlobal {
  readonly type: Type;
  readonly mutable: boolean;
  readonly init: readonly number[];
}

/** A module in parts. */
export interface GeneratedModule {
  readonly name: string;
  readonly space: TypeSpace;
  readonly imports: readonly Import[];
  /** NaN results are made canonical, because their bits can be seen. */
  readonly canonicalNaN: boolean;
  readonly importedFunctions: number;
  readonly importedGlobals: number;
  readonly functions: readonly GeneratedFunction[];
  readonly tables: readonly GeneratedTable[];
  readonly memories: readonly GeneratedMemory[];
  /** Type indices. */
  readonly tags: readonly number[];
  readonly globals: readonly GeneratedGlobal[];
  readonly exports: readonly { readonly name: string; readonly kind: number; readonly index: number }[];
  /** Payload types of the exported tags, by name. */
  readonly exportedTags: ReadonlyMap<string, readonly Type[]>;
  readonly start: number | undefined;
  readonly elements: readonly ElementSegment[];
  readonly data: readonly DataSegment[];
}

/** Prefix of the globals by which {@link encodeModule} reports executed instructions. */
export const EXECUTED_PREFIX = "executed:";

/** What is counted besides instructions, under names that no mnemonic has. */
export const COUNTED = {
  functionEntry: "(entry)",
  /** Declared locals of the functions entered. */
  local: "(local)",
  /** Delimiters reached by falling through. */
  delimiter: "(delimiter)",
  /** A loop's start, reached from before the loop or by a branch. */
  turn: "(turn)",
} as const;

const DELIMITERS = new Set(["end", "else", "catch", "catch_all", "delegate"]);

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
    if (DELIMITERS.has(op)) return [...increment(COUNTED.delimiter), ...bytes];
    return [...increment(op), ...bytes, ...(op === "loop" ? increment(COUNTED.turn) : [])];
  };
  const code = module.functions.map(({ locals, steps }) => {
    const body = [
      ...vector(locals.map((type) => [1, ...typeBytes(type)])),
      ...increment(COUNTED.functionEntry),
      ...increment(COUNTED.local, locals.length),
      ...steps.flatMap(encodeStep),
    ];
    return [...unsigned(body.length), ...body];
  });
  const globals = [
    ...module.globals.map(({ type, mutable, init }) => [...typeBytes(type), mutable ? 1 : 0, ...init]),
    ...Array.from(counters, () => [I64, 1, 0x42, 0, 0x0b]),
  ];
  const exports = [
    ...module.exports,
    ...Array.from(counters, ([op, index]) => ({ name: EXECUTED_PREFIX + op, kind: KIND.global, index })),
  ];
  const imports = module.imports.map((item) => [
    ...name(item.module),
    ...name(item.name),
    item.kind,
    ...item.description,
  ]);
  const functionCount = module.importedFunctions + module.functions.length;
  const optional = (id: number, items: readonly (readonly number[])[]): number[] =>
    items.length > 0 ? section(id, vector(items)) : [];
  const bytes = [
    ...HEADER,
    ...section(1, vector(module.space.encode())),
    ...section(2, vector(imports)),
    ...section(3, vector(module.functions.map(({ typeIdx }) => unsigned(typeIdx)))),
    ...section(4, vector(module.tables.map(encodeTable))),
    ...optional(5, module.memories.map(limits)),
    ...optional(
      13,
      module.tags.map((typeIdx) => [0, ...unsigned(typeIdx)]),
    ),
    ...section(6, vector(globals)),
    ...section(7, vector(exports.map((item) => [...name(item.name), item.kind, ...unsigned(item.index)]))),
    ...(module.start === undefined ? [] : section(8, unsigned(module.start))),
    ...section(9, vector([...module.elements.map(elementSegment), declare(functionCount)])),
    ...(module.data.length > 0 ? section(12, unsigned(module.data.length)) : []),
    ...section(10, vector(code)),
    ...section(11, vector(module.data.map(dataSegment))),
  ];
  return Uint8Array.from(bytes);
}

function encodeTable({ element, init, ...size }: GeneratedTable): number[] {
  const type = [...typeBytes(element), ...limits(size)];
  return isDefaultable(element) ? type : [0x40, 0, ...type, ...init];
}

/** Every function may be named by `ref.func`. */
function declare(count: number): number[] {
  return [3, 0, ...vector(Array.from({ length: count }, (_, k) => unsigned(k)))];
}

function elementSegment({ at, element, items }: ElementSegment): number[] {
  const content = [...typeBytes(element), ...vector(items)];
  if (at === undefined) return [5, ...content];
  return [6, ...unsigned(at.table), ...offsetExpression(0, at.is64), ...content];
}

function dataSegment({ at, bytes }: DataSegment): number[] {
  const content = [...unsigned(bytes.length), ...bytes];
  if (at === undefined) return [1, ...content];
  const offset = offsetExpression(at.offset, at.is64);
  return at.memory === 0 ? [0, ...offset, ...content] : [2, ...unsigned(at.memory), ...offset, ...content];
}
