// Tag and exception instances (spec 4.2.10, 4.2.13), and how exceptions cross between guest and host.

import type { FuncType } from "../module/types.ts";
import type { Reference } from "./reference.ts";

/** Identity is the object's: two tags of equal type are different tags. */
export class TagInstance {
  /** Canonical type id. */
  readonly typeId: number;
  /** Canonical; `params` is the payload. */
  readonly type: FuncType;

  constructor(typeId: number, type: FuncType) {
    this.typeId = typeId;
    this.type = type;
  }
}

/** A thrown exception: a tag and its payload, laid out as in registers. */
export class ExceptionInstance {
  readonly tag: TagInstance;
  /** Two words per 8-byte slot. */
  readonly bits: Int32Array;
  /** One entry per slot; none when the payload has no references. */
  readonly refs: readonly Reference[];
  /** Whether the GC heap has counted it: from the first time on that a guest keeps a reference to it. */
  counted = false;

  constructor(tag: TagInstance, bits: Int32Array, refs: readonly Reference[]) {
    this.tag = tag;
    this.bits = bits;
    this.refs = refs;
  }
}

/** How exceptions cross between guest and host. What they are for the host is the embedder's layer's affair. */
export interface ExceptionBoundary {
  /** What an exception that no guest caught is thrown as in the host: an error, or whatever the host had thrown. */
  toError(exception: ExceptionInstance): unknown;
  /** The exception that something thrown, of whatever kind, is for guests; `undefined` when they do not see it. */
  toException(thrown: unknown): ExceptionInstance | undefined;
}
