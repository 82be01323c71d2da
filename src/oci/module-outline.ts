// What is known of a module by its sections' heads, without decoding it: whether it is whole, how much memory it starts with,
// and whether a component answers HTTP. A node must not spend seconds on a large module before its container begins; everything
// else is checked in there.
// Owns that outline; sections are read by the decoder's own cursor.

import { ByteReader } from "../decoder/byte-reader.ts";
import { beginsAsWasm, isComponent } from "../decoder/foreign-bytes.ts";
import { MalformedError } from "../errors.ts";
import { Refusal } from "./refusal.ts";

/** Where a module's bytes come from: at most `length` of them from `offset` on, fewer at the end. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Uint8Array;
}

export interface ModuleOutline {
  readonly kind: "module" | "component";
  /** What its own and imported memories declare as their least, together; of a component, nothing is known. */
  readonly memoryBytes: number;
  /** Whether it is a component that exports a handler of wasi:http. */
  readonly isHttpHandler: boolean;
}

const IMPORT_SECTION = 2;
const MEMORY_SECTION = 5;
/** Of a component. */
const EXPORT_SECTION = 11;
/** 0.2 has `incoming-handler`; 0.3, `handler`, of which the server says best what it lacks. */
const HTTP_HANDLER = /^wasi:http\/(?:incoming-)?handler@/;
const HEADER = 8;
/** A section's number and the longest length. */
const SECTION_HEAD = 6;
/** Sections that are looked at; there are some dozen where none are custom, and some hundred in components. */
const MOST_SECTIONS = 10_000;
/** Sections of imports, memories and exports that are larger are left to the command. */
const MOST_READ = 2 ** 20;
const PAGE_BYTES = 65_536;

/** Throws Refusal for what cannot be run whatever it holds; `path` begins the message. */
export function outline(source: ByteSource, path: string): ModuleOutline {
  const header = source.read(0, HEADER);
  if (!beginsAsWasm(header)) throw new Refusal("not-wasm", `${path} is not WebAssembly`);
  if (header.length < HEADER) throw truncated(path, source.size);
  const kind = isComponent(header) ? "component" : "module";
  if (kind === "module" && (header[4] !== 1 || header[5] !== 0 || header[6] !== 0 || header[7] !== 0)) {
    throw new Refusal("broken", `${path} is WebAssembly of a version that does not run here`);
  }
  const isRead = (id: number): boolean =>
    kind === "component" ? id === EXPORT_SECTION : id === IMPORT_SECTION || id === MEMORY_SECTION;
  let memoryBytes = 0;
  let isHttpHandler = false;
  let at = HEADER;
  for (let count = 0; at < source.size && count < MOST_SECTIONS; count++) {
    const head = new ByteReader(source.read(at, SECTION_HEAD));
    try {
      const id = head.byte();
      const size = head.u32();
      const start = at + head.position;
      if (start + size > source.size) throw truncated(path, source.size);
      if (isRead(id) && size <= MOST_READ) {
        const section = new ByteReader(source.read(start, size));
        if (kind === "component") isHttpHandler ||= exportsHandler(section);
        else memoryBytes += id === IMPORT_SECTION ? importedMemory(section) : ownMemory(section);
      }
      at = start + size;
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      const isAtEnd = at + head.end >= source.size;
      if (isAtEnd && error.message.startsWith("unexpected end")) throw truncated(path, source.size);
      throw new Refusal("broken", `${path}: malformed: ${error.message}`);
    }
  }
  return { kind, memoryBytes, isHttpHandler };
}

function truncated(path: string, size: number): Refusal {
  return new Refusal("broken", `${path} ends too early: it has ${size} bytes, and its sections need more`);
}

function ownMemory(section: ByteReader): number {
  let bytes = 0;
  for (let rest = section.length(); rest > 0; rest--) bytes += leastBytes(section);
  return bytes;
}

/** Kinds of imports, as the binary format numbers them. */
const enum Kind {
  Func = 0,
  Table = 1,
  Memory = 2,
  Global = 3,
  Tag = 4,
}

function importedMemory(section: ByteReader): number {
  let bytes = 0;
  for (let rest = section.length(); rest > 0; rest--) {
    section.name();
    section.name();
    switch (section.byte()) {
      case Kind.Func:
        section.u32();
        break;
      case Kind.Table:
        skipReferenceType(section);
        limits(section);
        break;
      case Kind.Memory:
        bytes += leastBytes(section);
        break;
      case Kind.Global:
        skipReferenceType(section);
        section.byte();
        break;
      case Kind.Tag:
        section.byte();
        section.u32();
        break;
      default:
        // What it is, the decoder says.
        return bytes;
    }
  }
  return bytes;
}

/** A value type; `ref` and `ref null` are followed by a heap type. */
function skipReferenceType(section: ByteReader): void {
  const byte = section.byte();
  if (byte === 0x63 || byte === 0x64) section.s33();
}

function leastBytes(section: ByteReader): number {
  const { least, pageBytes } = limits(section);
  return least * pageBytes;
}

/** Sorts of a component's items, as the binary format numbers them. */
const enum Sort {
  Core = 0,
  Value = 2,
  Type = 3,
  Instance = 5,
}

/** Whether a handler is among a component's exports; what follows a value or a name with attributes is not looked at. */
function exportsHandler(section: ByteReader): boolean {
  for (let rest = section.length(); rest > 0; rest--) {
    // Forms 0 and 1 are a name alone.
    if (section.byte() > 1) return false;
    const name = section.name();
    const sort = section.byte();
    if (sort === Sort.Core) section.byte();
    section.u32();
    if (sort === Sort.Instance && HTTP_HANDLER.test(name)) return true;
    if (section.byte() === 1 && !skipExternDesc(section)) return false;
  }
  return false;
}

/** The type that is ascribed to an export. `false` for a value's. */
function skipExternDesc(section: ByteReader): boolean {
  const sort = section.byte();
  if (sort === Sort.Value) return false;
  const second = sort === Sort.Core || sort === Sort.Type ? section.byte() : undefined;
  const isAnyType = sort === Sort.Type && second === 1;
  if (!isAnyType) section.u32();
  return true;
}

/** Flags (1: a maximum follows, 2: shared, 4: 64-bit, 8: a page size follows), least, most, page size. */
function limits(section: ByteReader): { least: number; pageBytes: number } {
  const flags = section.u32();
  const is64 = (flags & 4) !== 0;
  const bound = (): number => (is64 ? Number(section.u64BigInt()) : section.u32());
  const least = bound();
  if ((flags & 1) !== 0) bound();
  const pageBytes = (flags & 8) !== 0 ? 2 ** Math.min(section.u32(), 63) : PAGE_BYTES;
  return { least, pageBytes };
}
