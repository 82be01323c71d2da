// Bytes to component, in one pass: the preamble, the sections, and components within components.
// Owns what is malformed about the whole; what sections hold is read by the files beside it, core modules by the decoder.

import { describeForeignBytes } from "../../decoder/foreign-bytes.ts";
import type {
  Component,
  CoreInstanceExpr,
  CustomSection,
  Definition,
  DefinitionBody,
  InstanceExpr,
} from "../model/definitions.ts";
import { readAlias } from "./aliases.ts";
import { readCanon } from "./canon.ts";
import { type ComponentDecodeOptions, ComponentReader, DecodeState } from "./component-reader.ts";
import {
  readArgument,
  readCoreArgument,
  readCoreExport,
  readExternName,
  readInlineExport,
  readSortIdx,
} from "./names-and-sorts.ts";
import { readCoreType, readExternDesc, readTypeDefinition, readValType } from "./types.ts";

/** The preamble as little-endian words; the second is version 13, layer 1. */
const MAGIC = 0x6d736100;
const VERSION_AND_LAYER = 0x0001000d;

/**
 * Decodes a component and all that is nested in it, but for core modules, of which it says where they are. The bytes are
 * kept, not copied.
 *
 * @throws MalformedError where the grammar is violated, with `path`
 * @throws LimitError where a limit is passed
 */
export function decodeComponent(bytes: Uint8Array, options: ComponentDecodeOptions): Component {
  const state = new DecodeState(options);
  return readComponent(new ComponentReader(bytes, 0, bytes.length, state));
}

function readComponent(reader: ComponentReader): Component {
  const { bytes, position: start, end, state } = reader;
  readPreamble(reader);
  const definitions: Definition[] = [];
  const customSections: CustomSection[] = [];
  const counts = new Map<string, number>();
  while (reader.position < end) {
    const offset = reader.position;
    const id = reader.byte();
    if (id > 12) reader.fail(`malformed section id ${id}`, offset);
    const size = reader.length();
    const payload = new ComponentReader(bytes, reader.skip(size), reader.position, state);
    if (id === 0) customSections.push(readCustomSection(payload));
    else readSection(payload, id, definitions, counts);
    if (payload.position !== payload.end) {
      payload.fail(`unexpected content in the component section: section ${id} is longer than its contents`);
    }
  }
  return { start, end, definitions, customSections };
}

function readPreamble(reader: ComponentReader): void {
  const start = reader.position;
  const hint = start === 0 ? describeForeignBytes(reader.bytes) : undefined;
  if (reader.end - start < 4)
    reader.fail(`unexpected end-of-file${hint === undefined ? "" : `: this is ${hint}`}`);
  if (reader.bits32() !== MAGIC) {
    reader.fail(`magic header not detected${hint === undefined ? "" : `: this is ${hint}`}`, start);
  }
  const version = reader.bits32();
  if (version === 1) {
    reader.fail("expected a version header for a component: this is a core module", start + 4);
  }
  if (version !== VERSION_AND_LAYER) reader.fail(`unknown binary version ${version >>> 0}`, start + 4);
}

function readCustomSection(reader: ComponentReader): CustomSection {
  const name = reader.name();
  const start = reader.skip(reader.end - reader.position);
  return { name, start, end: reader.end };
}

/** What each section defines, by id, and how one definition is read. */
type DefinitionReader = readonly [what: string, read: (reader: ComponentReader) => DefinitionBody];

const LISTS: Readonly<Record<number, DefinitionReader>> = {
  2: ["core instance", (reader) => ({ kind: "core-instance", instance: readCoreInstance(reader) })],
  3: ["core type", (reader) => ({ kind: "core-type", type: readCoreType(reader) })],
  5: ["instance", (reader) => ({ kind: "instance", instance: readInstance(reader) })],
  6: ["alias", (reader) => ({ kind: "alias", alias: readAlias(reader) })],
  7: ["type", (reader) => ({ kind: "type", type: readTypeDefinition(reader) })],
  8: ["canon", (reader) => ({ kind: "canon", canon: readCanon(reader) })],
  10: [
    "import",
    (reader) => ({ kind: "import", name: readExternName(reader), desc: readExternDesc(reader) }),
  ],
  11: ["export", readExport],
  12: ["value", readValue],
};

const CORE_MODULE = 1;
const COMPONENT = 4;
const START = 9;

function readSection(
  reader: ComponentReader,
  id: number,
  definitions: Definition[],
  counts: Map<string, number>,
): void {
  const { state } = reader;
  /** Numbers definitions of a kind as they come, imports and aliases apart, which a decoder does not resolve. */
  const define = (what: string, read: () => DefinitionBody): void => {
    const offset = reader.position;
    const number = counts.get(what) ?? 0;
    counts.set(what, number + 1);
    state.path.push(`${what} ${number}`);
    definitions.push({ ...read(), offset });
    state.path.pop();
  };
  switch (id) {
    case CORE_MODULE:
      state.addDefinitions(1);
      define("core module", () => {
        const start = reader.skip(reader.end - reader.position);
        return { kind: "core-module", start, end: reader.end };
      });
      return;
    case COMPONENT:
      state.addDefinitions(1);
      define("component", () => ({
        kind: "component",
        component: state.nested(() => readComponent(reader)),
      }));
      return;
    case START:
      reader.need("component-values", "a start definition", reader.position);
      state.addDefinitions(1);
      define("start", () => {
        const func = reader.u32();
        const args = reader.list(() => reader.u32());
        return { kind: "start", func, args, results: reader.u32() };
      });
      return;
    default: {
      const [what, read] = LISTS[id] as DefinitionReader;
      const count = reader.length();
      state.addDefinitions(count);
      for (let i = 0; i < count; i++) define(what, () => read(reader));
    }
  }
}

function readCoreInstance(reader: ComponentReader): CoreInstanceExpr {
  const form = reader.byte();
  if (form > 1) reader.failLeading(form, "core instance");
  if (form === 1) return { kind: "exports", exports: reader.list(() => readCoreExport(reader)) };
  return { kind: "instantiate", module: reader.u32(), args: reader.list(() => readCoreArgument(reader)) };
}

function readInstance(reader: ComponentReader): InstanceExpr {
  const form = reader.byte();
  if (form > 1) reader.failLeading(form, "instance");
  if (form === 1) return { kind: "exports", exports: reader.list(() => readInlineExport(reader)) };
  return { kind: "instantiate", component: reader.u32(), args: reader.list(() => readArgument(reader)) };
}

function readExport(reader: ComponentReader): DefinitionBody {
  const name = readExternName(reader);
  const item = readSortIdx(reader);
  const desc = reader.optional("optional component export type", () => readExternDesc(reader));
  return { kind: "export", name, item, desc };
}

function readValue(reader: ComponentReader): DefinitionBody {
  reader.need("component-values", "a value", reader.position);
  const type = readValType(reader);
  const length = reader.length();
  const start = reader.skip(length);
  return { kind: "value", type, start, end: start + length };
}
