// The sections of a module that has been decoded: where they lie and how many items each holds.
// Owns the walk over section headers; what is inside is the decoder's.

import { ByteReader } from "../../decoder/byte-reader.ts";
import type { Module } from "../../module/module.ts";

/** One section as it lies in the file. */
export interface SectionInfo {
  /** `type`, `import` …, `custom`. */
  readonly kind: string;
  /** Of a custom section. */
  readonly name?: string;
  /** Byte offset of the section's contents. */
  readonly offset: number;
  /** Bytes of the contents. */
  readonly size: number;
  /** Entries; `undefined` for custom sections. */
  readonly items?: number;
}

const PREAMBLE_BYTES = 8;

/** By section id (spec section 5.5.2). */
const KINDS: readonly { readonly kind: string; readonly items: (module: Module) => number }[] = [
  { kind: "custom", items: () => 0 },
  { kind: "type", items: (module) => module.types.length },
  { kind: "import", items: (module) => module.imports.length },
  { kind: "function", items: (module) => module.functions.length },
  { kind: "table", items: (module) => module.tables.length },
  { kind: "memory", items: (module) => module.memories.length },
  { kind: "global", items: (module) => module.globals.length },
  { kind: "export", items: (module) => module.exports.length },
  { kind: "start", items: () => 1 },
  { kind: "element", items: (module) => module.elements.length },
  { kind: "code", items: (module) => module.code.length },
  { kind: "data", items: (module) => module.data.length },
  { kind: "data count", items: () => 1 },
  { kind: "tag", items: (module) => module.tags.length },
];

/** All sections in the order of the file. */
export function listSections(module: Module): SectionInfo[] {
  const reader = new ByteReader(module.bytes, PREAMBLE_BYTES);
  const sections: SectionInfo[] = [];
  let customs = 0;
  while (reader.position < module.bytes.length) {
    const id = reader.byte();
    const size = reader.u32();
    const offset = reader.skip(size);
    const known = KINDS[id]!;
    if (id === 0) {
      sections.push({ kind: known.kind, name: module.customSections[customs++]!.name, offset, size });
    } else sections.push({ kind: known.kind, offset, size, items: known.items(module) });
  }
  return sections;
}
