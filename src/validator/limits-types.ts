// Rules of memory and table types (spec 3.2.10-3.2.13, threads, custom page sizes): what sizes a module may ask for.
// Owns those rules; each gives the reason why a type is invalid, or nothing.

import type { LimitsType, MemoryType, TableType } from "../module/types.ts";

const DEFAULT_PAGE_SIZE_LOG2 = 16;

/** Why a memory type is invalid; `undefined` when it is valid. */
export function memoryTypeProblem(type: MemoryType): string | undefined {
  const { pageSizeLog2, is64 } = type;
  if (pageSizeLog2 !== DEFAULT_PAGE_SIZE_LOG2 && pageSizeLog2 !== 0) {
    return `invalid custom page size 2^${pageSizeLog2}: only 1 and 65536 are allowed`;
  }
  // As many pages as have an address; a count of 2^32 or 2^64 itself does not fit its type.
  const addressBits = is64 ? 64n : 32n;
  const pages = 1n << (addressBits - BigInt(pageSizeLog2));
  const most = pageSizeLog2 === 0 ? pages - 1n : pages;
  const problem = limitsProblem(type, most, `memory size must be at most ${most} pages${byteText(type)}`);
  if (problem !== undefined) return problem;
  return type.shared && type.max === undefined ? "shared memory must have maximum" : undefined;
}

/** Why a table type's limits are invalid; `undefined` when they are valid. */
export function tableTypeProblem(type: TableType): string | undefined {
  const most = (1n << (type.is64 ? 64n : 32n)) - 1n;
  return limitsProblem(type, most, `table size must be at most ${most} elements`);
}

function limitsProblem({ min, max }: LimitsType, most: bigint, tooLarge: string): string | undefined {
  if (min > most || (max !== undefined && max > most)) return tooLarge;
  if (max !== undefined && min > max) {
    return `size minimum must not be greater than maximum: ${min} > ${max}`;
  }
  return undefined;
}

function byteText({ pageSizeLog2, is64 }: MemoryType): string {
  if (pageSizeLog2 !== DEFAULT_PAGE_SIZE_LOG2) return "";
  return is64 ? " (16EiB)" : " (4GiB)";
}
