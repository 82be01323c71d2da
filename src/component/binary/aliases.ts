// Aliases: another name for an export of an instance, or for a definition of an enclosing component.

import type { Alias, Sort } from "../model/definitions.ts";
import type { ComponentReader } from "./component-reader.ts";
import { readSort } from "./names-and-sorts.ts";

/** What may be aliased from an enclosing component. */
const OUTER_SORTS: readonly Sort[] = ["core-module", "core-type", "type", "component"];

export function readAlias(reader: ComponentReader): Alias {
  const what = "component outer alias kind";
  const sort = readSort(reader, what);
  const sortByte = reader.bytes[reader.position - 1] ?? 0;
  const target = reader.byte();
  switch (target) {
    case 0x00:
      return { kind: "export", sort, instance: reader.u32(), name: reader.name() };
    case 0x01:
      return { kind: "core-export", sort, instance: reader.u32(), name: reader.name() };
    case 0x02:
      if (!OUTER_SORTS.includes(sort)) reader.failLeading(sortByte, what);
      return { kind: "outer", sort, count: reader.u32(), index: reader.u32() };
    default:
      return reader.failLeading(target, "alias");
  }
}
