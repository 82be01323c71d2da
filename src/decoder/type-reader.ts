// Value, heap, reference and block types and limits, from bytes to the numbers of module/types.ts (spec section 5.3).
// Owns which type codes a set of features knows. Type indices are not checked against anything.

import type { Feature, FeatureSet } from "../isa/features.ts";
import type { GlobalType, Heap, LimitsType, MemoryType, TableType, ValType } from "../module/types.ts";
import { HEAP_CONCRETE, HeapType, NumType, refType } from "../module/types.ts";
import type { ByteReader } from "./byte-reader.ts";
import { hexByte } from "./hex.ts";

const REF = 0x64;
const REF_NULL = 0x63;
const EXACT = 0x62;
const I8 = 0x78;
const I16 = 0x77;

/** Any of `features` is enough. An empty list: always there. */
interface TypeCode {
  readonly code: number;
  readonly type: number;
  readonly features: readonly Feature[];
}

const NUMBER_CODES: readonly TypeCode[] = [
  { code: 0x7f, type: NumType.I32, features: [] },
  { code: 0x7e, type: NumType.I64, features: [] },
  { code: 0x7d, type: NumType.F32, features: [] },
  { code: 0x7c, type: NumType.F64, features: [] },
  { code: 0x7b, type: NumType.V128, features: ["simd"] },
];

const HEAP_CODES: readonly TypeCode[] = [
  { code: 0x74, type: HeapType.NoExn, features: ["exceptions"] },
  { code: 0x73, type: HeapType.NoFunc, features: ["gc"] },
  { code: 0x72, type: HeapType.NoExtern, features: ["gc"] },
  { code: 0x71, type: HeapType.None, features: ["gc"] },
  { code: 0x70, type: HeapType.Func, features: ["reference-types"] },
  { code: 0x6f, type: HeapType.Extern, features: ["reference-types"] },
  { code: 0x6e, type: HeapType.Any, features: ["gc"] },
  { code: 0x6d, type: HeapType.Eq, features: ["gc"] },
  { code: 0x6c, type: HeapType.I31, features: ["gc"] },
  { code: 0x6b, type: HeapType.Struct, features: ["gc"] },
  { code: 0x6a, type: HeapType.Array, features: ["gc"] },
  { code: 0x69, type: HeapType.Exn, features: ["exceptions"] },
];

/** Limits flags, as bits. */
const HAS_MAX = 1;
const SHARED = 2;
const IS_64 = 4;
const PAGE_SIZE = 8;

/** A limits flag and the feature that it needs. */
interface LimitsFlag {
  readonly bit: number;
  readonly feature: Feature;
}

const TABLE_FLAGS: readonly LimitsFlag[] = [{ bit: IS_64, feature: "memory64" }];
const MEMORY_FLAGS: readonly LimitsFlag[] = [
  ...TABLE_FLAGS,
  { bit: SHARED, feature: "threads" },
  { bit: PAGE_SIZE, feature: "custom-page-sizes" },
];

/** What only some features permit: a list of which one must be on, and the code in question. */
function missing(features: readonly Feature[]): string {
  return `: needs the feature ${features.join(" or ")}`;
}

/** Reads types at a {@link ByteReader}'s position. Every method throws `MalformedError` and only that. */
export class TypeReader {
  /** Whether the last heap type read was exact (custom-descriptors proposal). */
  exact = false;
  /** How many types the module has, as far as that is known. */
  typeCount = Number.POSITIVE_INFINITY;

  private readonly cursor: ByteReader;
  private readonly features: FeatureSet | undefined;
  /** By byte: the value type, 0 where there is none. */
  private readonly valTypes = new Uint16Array(256);
  /** By byte: the abstract heap type plus one, 0 where there is none. */
  private readonly heapTypes = new Uint8Array(256);

  /** `features` undefined: everything is permitted. */
  constructor(cursor: ByteReader, features: FeatureSet | undefined) {
    this.cursor = cursor;
    this.features = features;
    for (const { code, type, features: needed } of NUMBER_CODES) {
      if (this.hasAny(needed)) this.valTypes[code] = type;
    }
    for (const { code, type, features: needed } of HEAP_CODES) {
      if (!this.hasAny(needed)) continue;
      this.valTypes[code] = refType(type, true);
      this.heapTypes[code] = type + 1;
    }
  }

  has(feature: Feature): boolean {
    return this.features === undefined || this.features.has(feature);
  }

  private hasAny(features: readonly Feature[]): boolean {
    return features.length === 0 || features.some((feature) => this.has(feature));
  }

  /** Says what is wrong with the type code `byte`, at the previous position. */
  private failCode(message: string, byte: number, offset: number): never {
    const needed: readonly Feature[] =
      byte === REF || byte === REF_NULL
        ? ["function-references"]
        : byte === EXACT
          ? ["custom-descriptors"]
          : ([...NUMBER_CODES, ...HEAP_CODES].find(({ code }) => code === byte)?.features ?? []);
    this.cursor.fail(`${message} ${hexByte(byte)}${this.hasAny(needed) ? "" : missing(needed)}`, offset);
  }

  /** `message` is what the suite expects where the type stands. */
  valType(message = "malformed value type"): ValType {
    const cursor = this.cursor;
    const offset = cursor.position;
    const byte = cursor.byte();
    const type = this.valTypes[byte] ?? 0;
    if (type !== 0) return type;
    if ((byte === REF || byte === REF_NULL) && this.has("function-references")) {
      const heap = this.heapType(message === "malformed value type" ? undefined : message);
      return refType(heap, byte === REF_NULL, this.exact);
    }
    return this.failCode(message, byte, offset);
  }

  refType(): ValType {
    const cursor = this.cursor;
    const offset = cursor.position;
    const byte = cursor.peek();
    // The MVP's tables hold funcref, whatever else is switched on.
    if (byte === 0x70) {
      cursor.position++;
      return refType(HeapType.Func, true);
    }
    if ((this.valTypes[byte] ?? 0) > 0 && this.heapTypes[byte] === 0) {
      this.failCode("malformed reference type", byte, offset);
    }
    return this.valType("malformed reference type");
  }

  /** A heap type; {@link exact} says whether it was an exact one. */
  heapType(message = "malformed heap type"): Heap {
    const cursor = this.cursor;
    const offset = cursor.position;
    const byte = cursor.peek();
    this.exact = false;
    if (byte >= 0x40 && byte < 0x80) {
      cursor.position++;
      const heap = this.heapTypes[byte] ?? 0;
      if (heap !== 0) return heap - 1;
      if (byte === EXACT && this.has("custom-descriptors")) {
        // The suite calls a second exactness byte malformed; as a u32 it is also the type index 98.
        if (cursor.peek() === EXACT && this.typeCount <= EXACT) {
          this.failCode(message, EXACT, cursor.position);
        }
        this.exact = true;
        return HEAP_CONCRETE + cursor.u32();
      }
      return this.failCode(message, byte, offset);
    }
    const typeIdx = cursor.s33();
    if (typeIdx < 0) cursor.fail(message, offset);
    if (!this.has("function-references"))
      cursor.fail(`${message}${missing(["function-references"])}`, offset);
    return HEAP_CONCRETE + typeIdx;
  }

  /** A field's type: a value type, or a packed one. */
  storageType(): ValType {
    const byte = this.cursor.peek();
    if (byte !== I8 && byte !== I16) return this.valType("malformed storage type");
    this.cursor.position++;
    return byte === I8 ? NumType.I8 : NumType.I16;
  }

  /** `count` value types are counted against the bytes left, so a lying count allocates nothing. */
  resultType(): ValType[] {
    const count = this.cursor.length();
    const types: ValType[] = [];
    for (let i = 0; i < count; i++) types.push(this.valType());
    return types;
  }

  mutability(): boolean {
    const byte = this.cursor.byte();
    if (byte > 1) this.cursor.fail(`malformed mutability ${hexByte(byte)}`, this.cursor.position - 1);
    return byte === 1;
  }

  globalType(): GlobalType {
    const type = this.valType();
    return { type, mutable: this.mutability() };
  }

  tableType(): TableType {
    const element = this.refType();
    return { element, ...this.limits(this.limitsFlags(TABLE_FLAGS)) };
  }

  memoryType(): MemoryType {
    const flags = this.limitsFlags(MEMORY_FLAGS);
    const limits = this.limits(flags);
    let pageSizeLog2 = 16;
    if ((flags & PAGE_SIZE) !== 0) {
      const offset = this.cursor.position;
      pageSizeLog2 = this.cursor.u32();
      // Sizes that fit but are not permitted are the validator's affair.
      if (pageSizeLog2 > 64) this.cursor.fail(`invalid custom page size 2**${pageSizeLog2}`, offset);
    }
    return { ...limits, shared: (flags & SHARED) !== 0, pageSizeLog2 };
  }

  private limitsFlags(permitted: readonly LimitsFlag[]): number {
    const flags = this.cursor.byte();
    const needed = permitted.filter(({ bit, feature }) => (flags & bit) !== 0 && !this.has(feature));
    const unknown = permitted.reduce((bits, { bit }) => bits & ~bit, flags & ~HAS_MAX);
    if (unknown !== 0 || needed.length > 0) {
      const names = needed.map(({ feature }) => feature).join(" and ");
      const hint = unknown === 0 ? `: needs the feature ${names}` : "";
      this.cursor.fail(`malformed limits flags ${hexByte(flags)}${hint}`, this.cursor.position - 1);
    }
    return flags;
  }

  private limits(flags: number): LimitsType {
    const min = this.size();
    return { min, max: (flags & HAS_MAX) !== 0 ? this.size() : undefined, is64: (flags & IS_64) !== 0 };
  }

  private size(): bigint {
    return this.has("memory64") ? this.cursor.u64BigInt() : BigInt(this.cursor.u32());
  }
}
