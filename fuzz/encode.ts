// Writes modules: LEB128, sections, vectors (spec section 5).
// Owns the bytes; what is in a module, and whether it is valid, is the caller's affair.

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export const FUNCREF = 0x70;
export const EXTERNREF = 0x6f;

export type Type = number;

export interface FunctionType {
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

export function unsigned(value: number): number[] {
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

export function limits(min: number, max: number | undefined): number[] {
  return max === undefined ? [0, ...unsigned(min)] : [1, ...unsigned(min), ...unsigned(max)];
}

export function functionType({ params, results }: FunctionType): number[] {
  return [0x60, ...vector(params.map((type) => [type])), ...vector(results.map((type) => [type]))];
}

export const HEADER: readonly number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** `(i32.const value)` as a constant expression. */
export function offsetExpression(value: number): number[] {
  return [0x41, ...signed(BigInt(value)), 0x0b];
}

/** The little-endian bytes of a float's bits. */
export function littleEndian(bits: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, k) => Number((bits >> BigInt(8 * k)) & 255n));
}
