// Reading the contents of custom sections, none of which can make a module malformed (spec section 5.5.3).

import { MalformedError } from "../errors.ts";
import type { CustomSection, Module } from "../module/module.ts";
import { ByteReader } from "./byte-reader.ts";
import type { OpcodeTables } from "./opcode-shapes.ts";

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

/** Problems listed of one section: a hostile one may have millions. */
const MOST = 100;

/** What is found wrong with one section. */
export class Complaints {
  readonly errors: MalformedError[] = [];

  /** Notes something at a byte offset of the module. */
  add(message: string, offset: number): void {
    if (this.errors.length < MOST) this.errors.push(new MalformedError(message, offset));
  }

  /** Runs `read`, and notes what it finds malformed. */
  attempt(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      if (this.errors.length < MOST) this.errors.push(error);
    }
  }
}

/** Applies the rules of one kind of section; `tables` read the module's code. May throw `MalformedError`. */
export type SectionCheck = (
  module: Module,
  section: CustomSection,
  complaints: Complaints,
  tables: OpcodeTables,
) => void;

/** Reads all of `range`. Throws `MalformedError` when `read` leaves something over. */
export function readWhole<T>(
  { bytes }: Module,
  { start, end }: Pick<CustomSection, "start" | "end">,
  read: (cursor: ByteReader) => T,
): T {
  const cursor = new ByteReader(bytes, start, end);
  const value = read(cursor);
  if (cursor.position !== end) cursor.fail(`section size mismatch: ${end - cursor.position} bytes left over`);
  return value;
}
