// Reading the contents of custom sections, none of which can make a module malformed (spec section 5.5.3).

import { MalformedError } from "../errors.ts";
import type { Module } from "../module/module.ts";
import { ByteReader } from "./byte-reader.ts";

/**
 * Runs `read` over the first custom section called `name`. Gives its result, or `undefined` when there is
 * no such section, or `read` found it malformed.
 */
export function readCustomSection<T>(
  module: Module,
  name: string,
  read: (cursor: ByteReader) => T,
): T | undefined {
  const section = module.customSections.find((candidate) => candidate.name === name);
  if (section === undefined) return undefined;
  try {
    return read(new ByteReader(module.bytes, section.start, section.end));
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
