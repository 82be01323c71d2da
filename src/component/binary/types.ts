// Type definitions of components: value types, functions, resources, component and instance types, core types.
// Owns their grammar; whether an index means anything is the validator's affair.

import { importDesc } from "../../decoder/sections/imports.ts";
import { readRecGroup } from "../../decoder/sections/types.ts";
import { NumType } from "../../module/types.ts";
import type {
  CoreType,
  ExternDesc,
  ModuleDeclaration,
  SyntaxCase,
  SyntaxField,
  SyntaxValType,
  TypeDeclaration,
  TypeDefinition,
} from "../model/definitions.ts";
import type { PrimitiveKind } from "../model/value-type.ts";
import { readAlias } from "./aliases.ts";
import type { ComponentReader } from "./component-reader.ts";
import { readCoreSort, readExternName } from "./names-and-sorts.ts";

const PRIMITIVE_CODES: ReadonlyMap<number, PrimitiveKind> = new Map([
  [0x7f, "bool"],
  [0x7e, "s8"],
  [0x7d, "u8"],
  [0x7c, "s16"],
  [0x7b, "u16"],
  [0x7a, "s32"],
  [0x79, "u32"],
  [0x78, "s64"],
  [0x77, "u64"],
  [0x76, "f32"],
  [0x75, "f64"],
  [0x74, "char"],
  [0x73, "string"],
  [0x64, "error-context"],
] satisfies [number, PrimitiveKind][]);

const FUNC = 0x40;
const ASYNC_FUNC = 0x43;

function primitive(reader: ComponentReader, code: number): PrimitiveKind | undefined {
  const kind = PRIMITIVE_CODES.get(code);
  if (kind === "error-context") reader.need("component-error-context", "error-context");
  return kind;
}

/** A primitive, or a type index: non-negative as a signed number, of which a first byte from 0x40 to 0x7f is negative. */
export function readValType(reader: ComponentReader): SyntaxValType {
  const byte = reader.peek();
  if (byte >= 0x40 && byte < 0x80) {
    reader.position++;
    return primitive(reader, byte) ?? reader.failLeading(byte, "component value type");
  }
  const offset = reader.position;
  const index = reader.s33();
  return index >= 0 ? index : reader.fail(`invalid leading byte for component value type`, offset);
}

function optionalValType(reader: ComponentReader): SyntaxValType | undefined {
  return reader.optional("optional component value type", () => readValType(reader));
}

function readField(reader: ComponentReader): SyntaxField {
  return { name: reader.name(), type: readValType(reader) };
}

function readCase(reader: ComponentReader): SyntaxCase {
  const name = reader.name();
  const type = optionalValType(reader);
  const zero = reader.byte();
  if (zero !== 0) reader.failLeading(zero, "zero byte required");
  return { name, type };
}

/** The type of a function's, or task's, result. */
export function readResult(reader: ComponentReader): SyntaxValType | undefined {
  const form = reader.byte();
  if (form === 0) return readValType(reader);
  if (form !== 1) reader.failLeading(form, "component function results");
  const count = reader.byte();
  if (count !== 0) reader.failLeading(count, "number of results");
  return undefined;
}

export function readTypeDefinition(reader: ComponentReader): TypeDefinition {
  const code = reader.byte();
  const kind = primitive(reader, code);
  if (kind !== undefined) return { kind: "primitive", primitive: kind };
  switch (code) {
    case 0x72:
      return { kind: "record", fields: reader.list(() => readField(reader)) };
    case 0x71:
      return { kind: "variant", cases: reader.list(() => readCase(reader)) };
    case 0x70:
      return { kind: "list", element: readValType(reader), length: undefined };
    case 0x67:
      reader.need("component-fixed-length-lists", "a list of fixed length");
      return { kind: "list", element: readValType(reader), length: reader.u32() };
    case 0x6f:
      return { kind: "tuple", types: reader.list(() => readValType(reader)) };
    case 0x6e:
      return { kind: "flags", names: reader.list(() => reader.name()) };
    case 0x6d:
      return { kind: "enum", names: reader.list(() => reader.name()) };
    case 0x6b:
      return { kind: "option", type: readValType(reader) };
    case 0x6a:
      return { kind: "result", ok: optionalValType(reader), err: optionalValType(reader) };
    case 0x69:
      return { kind: "own", resource: reader.u32() };
    case 0x68:
      return { kind: "borrow", resource: reader.u32() };
    case 0x66:
    case 0x65:
      reader.need("component-async", code === 0x66 ? "a stream" : "a future");
      return { kind: code === 0x66 ? "stream" : "future", element: optionalValType(reader) };
    case 0x63:
      reader.need("component-map", "a map");
      return { kind: "map", key: readValType(reader), value: readValType(reader) };
    case FUNC:
    case ASYNC_FUNC: {
      if (code === ASYNC_FUNC) reader.need("component-async", "an async function type");
      const params = reader.list(() => readField(reader));
      return { kind: "func", async: code === ASYNC_FUNC, params, result: readResult(reader) };
    }
    case 0x41:
      return { kind: "component", declarations: readDeclarations(reader, true) };
    case 0x42:
      return { kind: "instance", declarations: readDeclarations(reader, false) };
    case 0x3f: {
      const rep = reader.byte();
      if (rep === NumType.I64) reader.need("component-memory64", "a resource represented by an i64");
      else if (rep !== NumType.I32) reader.failLeading(rep, "resource representation");
      const dtor = reader.optional("optional destructor", () => reader.u32());
      return { kind: "resource", rep: rep === NumType.I64 ? "i64" : "i32", dtor };
    }
    default:
      return reader.failLeading(code, "component defined type");
  }
}

function readDeclarations(reader: ComponentReader, withImports: boolean): TypeDeclaration[] {
  return reader.state.nested(() => reader.definitions(() => readDeclaration(reader, withImports)));
}

function readDeclaration(reader: ComponentReader, withImports: boolean): TypeDeclaration {
  const offset = reader.position;
  const code = reader.byte();
  switch (code) {
    case 0x00:
      return { offset, kind: "core-type", type: readCoreType(reader) };
    case 0x01:
      return { offset, kind: "type", type: readTypeDefinition(reader) };
    case 0x02:
      return { offset, kind: "alias", alias: readAlias(reader) };
    case 0x03:
      if (!withImports) break;
      return { offset, kind: "import", name: readExternName(reader), desc: readExternDesc(reader) };
    case 0x04:
      return { offset, kind: "export", name: readExternName(reader), desc: readExternDesc(reader) };
    default:
  }
  return reader.failLeading(code, "component or instance type declaration");
}

export function readExternDesc(reader: ComponentReader): ExternDesc {
  const what = "component external kind";
  const code = reader.byte();
  switch (code) {
    case 0x00: {
      const sort = reader.byte();
      if (sort !== 0x11) reader.failLeading(sort, what);
      return { kind: "core-module", type: reader.u32() };
    }
    case 0x01:
      return { kind: "func", type: reader.u32() };
    case 0x02:
      reader.need("component-values", "a value");
      return readValueBound(reader);
    case 0x03: {
      const bound = reader.byte();
      if (bound > 1) reader.failLeading(bound, "type bound");
      return bound === 0 ? { kind: "type", bound: "eq", type: reader.u32() } : { kind: "type", bound: "sub" };
    }
    case 0x04:
      return { kind: "component", type: reader.u32() };
    case 0x05:
      return { kind: "instance", type: reader.u32() };
    default:
      return reader.failLeading(code, what);
  }
}

function readValueBound(reader: ComponentReader): ExternDesc {
  const bound = reader.byte();
  if (bound > 1) reader.failLeading(bound, "value bound");
  return bound === 0
    ? { kind: "value", bound: "eq", value: reader.u32() }
    : { kind: "value", bound: "type", type: readValType(reader) };
}

const MODULE_TYPE = 0x50;
const SUB = 0x50;

/** A module type and a type that is not final begin with the same byte; the latter has a zero before it here. */
export function readCoreType(reader: ComponentReader): CoreType {
  const code = reader.peek();
  if (code === MODULE_TYPE) {
    reader.position++;
    return {
      kind: "module",
      declarations: reader.state.nested(() => reader.definitions(() => readModuleDeclaration(reader))),
    };
  }
  if (code === 0) {
    reader.position++;
    if (reader.peek() !== SUB) reader.failLeading(reader.byte(), "type definition");
  }
  return { kind: "group", types: readRecGroup(reader.coreTypes, 0) };
}

function readModuleDeclaration(reader: ComponentReader): ModuleDeclaration {
  const offset = reader.position;
  const code = reader.byte();
  switch (code) {
    case 0x00: {
      const module = reader.name();
      return { offset, kind: "import", module, name: reader.name(), desc: importDesc(reader.coreTypes) };
    }
    case 0x01:
      return { offset, kind: "type", type: readCoreType(reader) };
    case 0x02: {
      const sort = readCoreSort(reader, "outer alias kind");
      if (sort !== "core-type")
        reader.failLeading(reader.bytes[reader.position - 1] ?? 0, "outer alias kind");
      const target = reader.byte();
      if (target !== 1) reader.failLeading(target, "outer alias target");
      return {
        offset,
        kind: "alias",
        alias: { kind: "outer", sort, count: reader.u32(), index: reader.u32() },
      };
    }
    case 0x03:
      return { offset, kind: "export", name: reader.name(), desc: importDesc(reader.coreTypes) };
    default:
      return reader.failLeading(code, "type definition");
  }
}
