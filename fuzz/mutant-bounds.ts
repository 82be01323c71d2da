// What a damaged module or component may use.

export const MUTANT_LIMITS = {
  memoryBytes: 2 ** 24,
  totalBytes: 2 ** 25,
  gcHeapBytes: 2 ** 22,
  tableElements: 100_000,
  callDepth: 500,
};

export const MUTANT_FUEL = 100_000;
