// Writes modules: LEB128, types, sections, vectors (spec section 5).
// Owns the bytes; what is in a module, and whether it is valid, is the caller's affair.

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
/** Only as the storage of fields and elements. */
export const I8 = 0x78;
export const I16 = 0x77;
export const FUNCREF = 0x70;
export const EXTERNREF = 0x6f;
export const ANYREF = 0x6e;
export const EQREF = 0x6d;
export const I31REF = 0x6c;
export const STRUCTREF = 0x6b;
export const ARRAYREF = 0x6a;
export const EXNREF = 0x69;
export const NULLREF = 0x71;
export const NULLEXTERNREF = 0x72;
export const NULLFUNCREF = 0x73;
export const NULLEXNREF = 0x74;

/**
 * A value type as a number, so that equality is `===`: a number type, or a nullable reference to an abstract heap type,
 * is its one byte; any other reference is made by {@link refTo}.
 */
export type Type = number;

/** An abstract heap type (the byte of its nullable reference), or `CONCRETE` + type index. */
export type Heap = number;

export const CONCRETE = 0x100;
/** Set in references that are not null, above the bits of any heap type. */
const NON_NULL = 0x10000;

export function refTo(heap: Heap, nullable: boolean): Type {
  return nullable ? heap : heap | NON_NULL;
}

export function isRef(type: Type): boolean {
  return type >= CONCRETE || (type >= EXNREF && type <= NULLEXNREF);
}

export function isNullable(type: Type): boolean {
  return (type & NON_NULL) === 0;
}

export function heapOf(type: Type): Heap {
  return type & ~NON_NULL;
}

export interface FunctionType {
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

export function unsigned(value: number | bigint): number[] {
  if (typeof value === "bigint") {
    const output: number[] = [];
    for (let rest = value; ; rest >>= 7n) {
      if (rest < 128n) return [...output, Number(rest)];
      output.push(Number(rest & 127n) | 128);
    }
  }
  const output: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...output, rest];
    output.push((rest % 128) | 128);
  }
}

export function signed(value: bigint): number[] {
  const output: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const low = Number(rest & 127n);
    if ((rest >> 7n === 0n && low < 64) || (rest >> 7n === -1n && low >= 64)) return [...output, low];
    output.push(low | 128);
  }
}

export function heapBytes(heap: Heap): number[] {
  return heap < CONCRETE ? [heap] : signed(BigInt(heap - CONCRETE));
}

export function typeBytes(type: Type): number[] {
  if (type < CONCRETE) return [type];
  return [isNullable(type) ? 0x63 : 0x64, ...heapBytes(heapOf(type))];
}

export function name(text: string): number[] {
  const utf8 = new TextEncoder().encode(text);
  return [...unsigned(utf8.length), ...utf8];
}

export function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

export function section(id: number, body: readonly number[]): number[] {
  return [id, ...unsigned(body.length), ...body];
}

export interface Limits {
  readonly min: number;
  readonly max: number | undefined;
  readonly is64?: boolean;
  readonly shared?: boolean;
}

export function limits({ min, max, is64 = false, shared = false }: Limits): number[] {
  const flags = (max === undefined ? 0 : 1) | (shared ? 2 : 0) | (is64 ? 4 : 0);
  return [flags, ...unsigned(min), ...(max === undefined ? [] : unsigned(max))];
}

export function functionType({ params, results }: FunctionType): number[] {
  return [0x60, ...vector(params.map(typeBytes)), ...vector(results.map(typeBytes))];
}

export const HEADER: readonly number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** `(i32.const value)`, or with `is64` `(i64.const value)`, as a constant expression. */
export function offsetExpression(value: number, is64 = false): number[] {
  return [is64 ? 0x42 : 0x41, ...signed(BigInt(value)), 0x0b];
}

/** The little-endian bytes of a float's bits. */
export function littleEndian(bits: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, k) => Number((bits >> BigInt(8 * k)) & 255n));
}
