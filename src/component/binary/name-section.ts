// A component's own name, from its `component-name` section, which may be anything without making the component malformed.

import { ByteReader } from "../../decoder/byte-reader.ts";
import { MalformedError } from "../../errors.ts";
import type { CustomSection } from "../model/definitions.ts";

const COMPONENT_NAME = 0;

export function componentName(bytes: Uint8Array, sections: readonly CustomSection[]): string | undefined {
  const section = sections.find(({ name }) => name === "component-name");
  if (section === undefined) return undefined;
  const reader = new ByteReader(bytes, section.start, section.end);
  try {
    // The subsection with the component's own name is the first, if it is there.
    if (reader.position >= reader.end || reader.byte() !== COMPONENT_NAME) return undefined;
    reader.length();
    return reader.name();
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
