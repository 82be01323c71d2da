// A Wasm exception outside of Wasm: what a guest threw and did not catch, or a host function throws into it.

import { RuntimeError } from "../errors.ts";
import type { Tag } from "./tag.ts";

/** Carries a tag and its payload. Thrown by a host function, guests can catch it by its tag and by `catch_all`. */
export class WasmException extends RuntimeError {
  override name = "WasmException";
  readonly tag: Tag;
  /** Values of the tag's parameter types. */
  readonly payload: readonly unknown[];

  constructor(tag: Tag, payload: readonly unknown[] = []) {
    super("uncaught exception");
    this.tag = tag;
    this.payload = payload;
  }
}
