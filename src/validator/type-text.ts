// Types in text form for messages, in the numbering of the module that is judged.
// Cold: it may search, since it runs once per invalid module.

import type { TypeIds } from "../module/canonical.ts";
import { formatHeap, formatValType } from "../module/format-types.ts";
import type { Heap, ValType } from "../module/types.ts";
import { HEAP_CONCRETE, heapOf, isConcrete, isRef, typeIdxOf } from "../module/types.ts";

/** `[i32 (ref 3)]` for canonical types; a type that the module has under several indices gets the first. */
export function typesText(types: readonly ValType[], typeIds: TypeIds): string {
  return `[${types.map((type) => typeText(type, typeIds)).join(" ")}]`;
}

/** Text form of a canonical value type. */
export function typeText(type: ValType, typeIds: TypeIds): string {
  if (!isRef(type)) return formatValType(type);
  const heap = heapOf(type);
  return formatValType(type + 4 * (heapToLocal(heap, typeIds) - heap));
}

/** Text form of a canonical heap type. */
export function heapText(heap: Heap, typeIds: TypeIds): string {
  return formatHeap(heapToLocal(heap, typeIds));
}

function heapToLocal(heap: Heap, typeIds: TypeIds): Heap {
  if (!isConcrete(heap)) return heap;
  const idx = typeIds.indexOf(typeIdxOf(heap));
  return idx < 0 ? heap : HEAP_CONCRETE + idx;
}
