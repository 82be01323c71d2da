// The rules of the sections that the tool conventions describe: `producers` and `target_features`.

import { quotedName } from "../printable.ts";
import { type Complaints, readWhole, type SectionCheck } from "./custom-section.ts";
import { targetFeaturePrefix } from "./target-features.ts";

const PRODUCER_FIELDS: ReadonlySet<string> = new Set(["language", "processed-by", "sdk"]);

export const checkProducers: SectionCheck = (module, section, complaints) => {
  readWhole(module, section, (cursor) => {
    const field = uniqueNames("field", complaints);
    const fieldCount = cursor.length();
    for (let i = 0; i < fieldCount; i++) {
      const at = cursor.position;
      const name = cursor.name();
      field(name, at);
      if (!PRODUCER_FIELDS.has(name)) complaints.add(`unknown field ${quotedName(name)}`, at);
      const value = uniqueNames("producer", complaints);
      const valueCount = cursor.length();
      for (let k = 0; k < valueCount; k++) {
        const valueAt = cursor.position;
        value(cursor.name(), valueAt);
        cursor.name();
      }
    }
  });
};

export const checkTargetFeatures: SectionCheck = (module, section, complaints) => {
  readWhole(module, section, (cursor) => {
    const feature = uniqueNames("feature", complaints);
    const count = cursor.length();
    for (let i = 0; i < count; i++) {
      const at = cursor.position;
      const prefix = cursor.byte();
      if (targetFeaturePrefix(prefix) === undefined)
        complaints.add(`unknown prefix 0x${prefix.toString(16)}`, at);
      feature(cursor.name(), at);
    }
  });
};

/** Complains of every name that it has been shown before. */
function uniqueNames(what: string, complaints: Complaints): (name: string, at: number) => void {
  const seen = new Set<string>();
  return (name, at) => {
    if (seen.has(name)) complaints.add(`duplicate ${what} ${quotedName(name)}`, at);
    seen.add(name);
  };
}
