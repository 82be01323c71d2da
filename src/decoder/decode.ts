// Bytes to module, in one pass (spec sections 5.5.2 and 5.5.18): the preamble and the order of sections.
// Owns what is malformed about the whole; each section's grammar is in sections/, and nothing here is validation.

import type { ModuleLimits } from "../limits.ts";
import type { CodeVisitor } from "../module/code-visitor.ts";
import type { Module } from "../module/module.ts";
import { inOneGo } from "../module/steps.ts";
import { ByteReader } from "./byte-reader.ts";
import { CUSTOM_SECTION_BYTES, NAME_UNIT_BYTES } from "./definition-bytes.ts";
import { ExpressionReader } from "./expression-reader.ts";
import { describeForeignBytes } from "./foreign-bytes.ts";
import { hexByte } from "./hex.ts";
import { InstructionReader } from "./instruction-reader.ts";
import { createModuleBuilder, DecoderContext } from "./module-builder.ts";
import type { OpcodeTables } from "./opcode-shapes.ts";
import { decodeCode } from "./sections/code.ts";
import {
  decodeFunctions,
  decodeGlobals,
  decodeMemories,
  decodeTables,
  decodeTags,
} from "./sections/definitions.ts";
import { decodeExports, decodeImports, decodeStart, hasTags } from "./sections/imports.ts";
import { decodeData, decodeDataCount, decodeElements } from "./sections/segments.ts";
import { decodeTypes } from "./sections/types.ts";
import { TypeReader } from "./type-reader.ts";
import { VisitorGuard } from "./visitor-guard.ts";

export interface DecodeOptions {
  /** Of the features that are on. */
  readonly tables: OpcodeTables;
  readonly limits: ModuleLimits;
}

/** The preamble as little-endian words. */
const MAGIC = 0x6d736100;
const VERSION = 1;

const CUSTOM = 0;
const DATA_COUNT = 12;
const TAG = 13;

/** Decodes a section, at once or in steps. */
type SectionDecoder = (context: DecoderContext) => Iterable<void> | void;

/** What a section that is not custom is decoded by, and its place in a module. */
interface SectionKind {
  readonly decode: SectionDecoder;
  readonly place: number;
}

/** By id: the data count stands before the code, tags before globals. Custom sections, id 0, stand anywhere. */
const SECTIONS: readonly (SectionKind | undefined)[] = [
  undefined,
  { decode: decodeTypes, place: 1 },
  { decode: decodeImports, place: 2 },
  { decode: decodeFunctions, place: 3 },
  { decode: decodeTables, place: 4 },
  { decode: decodeMemories, place: 5 },
  { decode: decodeGlobals, place: 7 },
  { decode: decodeExports, place: 8 },
  { decode: decodeStart, place: 9 },
  { decode: decodeElements, place: 10 },
  { decode: decodeCode, place: 12 },
  { decode: decodeData, place: 13 },
  { decode: decodeDataCount, place: 11 },
  { decode: decodeTags, place: 6 },
];

/**
 * Decodes a module; the bytes are kept, not copied. Without a visitor it only decodes.
 *
 * @throws MalformedError where the binary grammar is violated
 * @throws LimitError where one of `limits` is passed
 * @throws ValidationError what the visitor threw first, once the whole module is known to be well-formed
 */
export function decodeModule(bytes: Uint8Array, options: DecodeOptions, visitor?: CodeVisitor): Module {
  return inOneGo(decodeInSteps(bytes, options, visitor));
}

/**
 * The same for whoever wants to do something else in between: it yields after each section, and within sections after some
 * milliseconds' work, be it its own or the visitor's.
 */
export function* decodeInSteps(
  bytes: Uint8Array,
  options: DecodeOptions,
  visitor?: CodeVisitor,
): Generator<void, Module> {
  const { limits, tables } = options;
  const cursor = new ByteReader(bytes);
  const types = new TypeReader(cursor, tables.features);
  const instructions = new InstructionReader(cursor, tables, { limits, types });
  const guard = new VisitorGuard(visitor);
  const expressions = new ExpressionReader(cursor, instructions, guard, limits.nesting);
  const module = createModuleBuilder(bytes);
  const context = new DecoderContext({ cursor, types, instructions, expressions, guard, limits, module });

  context.limit("moduleBytes", bytes.length, "bytes of the module");
  readPreamble(cursor);
  yield* readSections(context);
  checkCounts(context);
  if (guard.error !== undefined) throw guard.error;
  return module;
}

function readPreamble(cursor: ByteReader): void {
  const foreign = describeForeignBytes(cursor.bytes);
  const hint = foreign === undefined ? "" : `: this is ${foreign}`;
  if (cursor.end < 4) cursor.fail(`unexpected end of section or function${hint}`, cursor.end);
  if (cursor.bits32() !== MAGIC) cursor.fail(`magic header not detected${hint}`, 0);
  if (cursor.end < 8) cursor.fail(`unexpected end of section or function${hint}`, cursor.end);
  const version = cursor.bits32();
  if (foreign !== undefined) cursor.fail(`unknown binary version${hint}`, 4);
  if (version !== VERSION) cursor.fail(`unknown binary version ${version >>> 0}`, 4);
}

function* readSections(context: DecoderContext): Generator<void, void> {
  const { cursor, guard, module } = context;
  let last = CUSTOM;
  let place = 0;
  while (cursor.position < cursor.end) {
    const offset = cursor.position;
    const id = cursor.byte();
    const section = sectionOf(context, id, offset);
    if (section !== undefined && section.place <= place) {
      cursor.fail(`unexpected content after last section: section ${id} after section ${last}`, offset);
    }
    const size = cursor.length();
    const start = cursor.position;
    if (section === undefined) readCustomSection(context, start + size, last);
    else {
      const steps = section.decode(context);
      if (typeof steps === "object") yield* steps;
      last = id;
      place = section.place;
    }
    if (cursor.position !== start + size) cursor.fail(`section size mismatch in section ${id}`, start);
    yield* guard.settle(module);
    yield;
  }
}

/** `undefined` for a custom section. @throws MalformedError for an id that no section has here */
function sectionOf(context: DecoderContext, id: number, offset: number): SectionKind | undefined {
  const { cursor } = context;
  const section = SECTIONS[id];
  if (section === undefined && id !== CUSTOM) cursor.fail(`malformed section id ${hexByte(id)}`, offset);
  if (id === TAG && !hasTags(context)) {
    cursor.fail(`malformed section id ${hexByte(id)}: tags need the feature exceptions`, offset);
  }
  if (id === DATA_COUNT && !context.has("bulk-memory")) {
    cursor.fail(`malformed section id ${hexByte(id)}: the data count needs the feature bulk-memory`, offset);
  }
  return section;
}

/** Keeps name and range: whatever a custom section's contents are, they make no module malformed. */
function readCustomSection(context: DecoderContext, end: number, after: number): void {
  const { cursor, module } = context;
  const name = cursor.name();
  const start = cursor.position;
  if (start > end) cursor.fail("unexpected end of section or function: a custom section's name", start);
  cursor.skip(end - start);
  context.take(CUSTOM_SECTION_BYTES + NAME_UNIT_BYTES * name.length);
  module.customSections.push({ name, start, end, after });
}

/** What sections say about each other (spec section 5.5.18). */
function checkCounts({ cursor, module, firstDataUse }: DecoderContext): void {
  const { functions, code, dataCount, data } = module;
  if (functions.length !== code.length) {
    cursor.fail(
      `function and code section have inconsistent lengths: ${functions.length} functions, ${code.length} bodies`,
    );
  }
  if (dataCount !== undefined && dataCount !== data.length) {
    cursor.fail(
      `data count and data section have inconsistent lengths: ${dataCount} announced, ${data.length} segments`,
    );
  }
  if (dataCount === undefined && firstDataUse >= 0) {
    cursor.fail("data count section required", firstDataUse);
  }
}
