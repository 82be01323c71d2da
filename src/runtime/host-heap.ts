// What things take on the heap of the JavaScript engine, in bytes: what `hostHeapBytes` counts.
// Owns the sizes, measured in V8 without compressed pointers, which needs the most, and rounded up; they are the same on
// every host, so that the limit is met at the same place. Tables and GC objects have their own in table.ts and gc.ts.

import type { CheckedModule } from "../validator/checked-module.ts";

/** An instance with its exports object, without what it defines. */
const INSTANCE_BYTES = 3_584;
const MEMORY_BYTES = 384;
const TABLE_BYTES = 256;
/** Its cell included. */
const GLOBAL_BYTES = 96;
const TAG_BYTES = 64;
const EXPORT_BYTES = 40;
/** A place in an array. */
const PLACE_BYTES = 8;
/** The view of its bytes. */
const DATA_SEGMENT_BYTES = 104;

/** A function that is referenced, be it by its instance, a table or the host. */
export const FUNCTION_BYTES = 96;
/** A function as the embedder calls it. */
export const CALLABLE_BYTES = 640;
/** An execution, with the registers that it begins with. */
export const EXECUTION_BYTES = 3_072;
/** A handle to a resource that a component has defined. */
export const GUEST_HANDLE_BYTES = 80;
/** Any other, with what it names: a resource of the host, an end of a stream, a set of waitables. */
export const HANDLE_BYTES = 400;
/** A thread of a component, beside its execution. */
export const THREAD_BYTES = 400;
/** A place for a suspended frame's call, in an array that grows by half. */
export const CALL_NODE_BYTES = 12;
/** 8 bytes of frames: two words of registers, and a reference, in arrays that grow by half or double. */
export const FRAME_SLOT_BYTES = 24;

/**
 * What an instance of a module takes, its element segments included, without its tables' elements and without functions
 * that are referenced.
 */
export function instanceBytes({ module, functionTypeIds, typeIds }: CheckedModule): number {
  let segments = 0;
  for (const segment of module.elements) segments += elementBytes(segment);
  return (
    segments +
    INSTANCE_BYTES +
    PLACE_BYTES * (functionTypeIds.length + typeIds.length + module.elements.length) +
    MEMORY_BYTES * module.memories.length +
    TABLE_BYTES * module.tables.length +
    GLOBAL_BYTES * module.globals.length +
    TAG_BYTES * module.tags.length +
    EXPORT_BYTES * module.exports.length +
    DATA_SEGMENT_BYTES * module.data.length
  );
}

/** What the references of an element segment take. */
export function elementBytes(segment: CheckedModule["module"]["elements"][number]): number {
  return PLACE_BYTES * Math.max(segment.funcIdxs.length, segment.exprs.length);
}
