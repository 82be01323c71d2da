// Limits for guests that fit the heap of this process. Owns the proportion; what the limits count is the engine's affair.

import { hostHeapLimit } from "../../host.ts";
import { DEFAULT_LIMITS, DEFAULT_MODULE_LIMITS } from "../../limits.ts";

/** What one store's guests may take of the heap. The same is the default's part of 256 MB. */
const STORE_PART = 3 / 8;
/** What one module may take of it, as engines have it by default. */
const MODULE_PART = 1 / 3;

/** Limits of what is on the heap of the JavaScript engine. */
export interface HeapLimits {
  /** For `new Store(engine, { limits })`. */
  readonly limits: { readonly hostHeapBytes: number };
  /** For `new Engine({ moduleLimits })`. */
  readonly moduleLimits: { readonly heapBytes: number };
}

/**
 * Limits for a process that runs one guest at a time, from the heap that V8 allows it (`--max-old-space-size`, or what it takes
 * from a container's memory): three eighths for the store and a third for the module, and never more than the defaults. Where
 * several stores are alive at once, divide `hostHeapBytes` among them. Unlike the defaults they differ from machine to machine, and
 * with them where a guest is refused a table.
 */
export function heapLimits(): HeapLimits {
  const heap = hostHeapLimit() ?? Number.POSITIVE_INFINITY;
  const part = (most: number, fraction: number): number => Math.min(most, Math.floor(heap * fraction));
  return {
    limits: { hostHeapBytes: part(DEFAULT_LIMITS.hostHeapBytes, STORE_PART) },
    moduleLimits: { heapBytes: part(DEFAULT_MODULE_LIMITS.heapBytes, MODULE_PART) },
  };
}
