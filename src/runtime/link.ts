// Matches a module's imports with what is offered (spec 4.7.2, 3.3.11-3.3.15).
// Owns the collection of everything that is missing or does not fit. Where offers come from is the API's affair.

import { LinkError, type LinkProblem } from "../errors.ts";
import {
  formatFuncType,
  formatGlobalType,
  formatMemoryType,
  formatTableType,
} from "../module/format-types.ts";
import type { Import } from "../module/module.ts";
import type { TypeRegistry } from "../module/type-registry.ts";
import { quotedName } from "../printable.ts";
import type { CheckedModule, ExternType } from "../validator/checked-module.ts";
import type { ExternInstance } from "./instance.ts";

/** Text form of an import's, export's or item's type. */
function externTypeText(type: ExternType, registry: TypeRegistry): string {
  switch (type.kind) {
    case "func":
      return formatFuncType(registry.funcType(type.typeId));
    case "tag":
      return formatFuncType(registry.funcType(type.typeId), "tag");
    case "table":
      return formatTableType(type.type);
    case "memory":
      return formatMemoryType(type.type);
    case "global":
      return formatGlobalType(type.type);
  }
}

/**
 * Types in text form. Those of functions and tags are written once each: a type may have a thousand parameters, and a
 * million imports.
 */
export function externTypeTexts(registry: TypeRegistry): (type: ExternType) => string {
  const texts = { func: new Map<number, string>(), tag: new Map<number, string>() };
  return (type) => {
    if (type.kind !== "func" && type.kind !== "tag") return externTypeText(type, registry);
    const known = texts[type.kind];
    const text = known.get(type.typeId) ?? externTypeText(type, registry);
    known.set(type.typeId, text);
    return text;
  };
}

/** The type of an item as it is now: tables and memories with their current size. */
export function externTypeOf(item: ExternInstance): ExternType {
  switch (item.kind) {
    case "func":
      return { kind: "func", typeId: item.func.typeId, exact: true };
    case "tag":
      return { kind: "tag", typeId: item.tag.typeId };
    case "table":
      return { kind: "table", type: { ...item.table.type, min: BigInt(item.table.elements.length) } };
    case "memory":
      return { kind: "memory", type: { ...item.memory.type, min: BigInt(item.memory.pages) } };
    case "global":
      return { kind: "global", type: item.global.type };
  }
}

function matches(actual: ExternType, expected: ExternType, registry: TypeRegistry): boolean {
  switch (expected.kind) {
    case "func":
      return actual.kind === "func" && registry.matchesFunc(actual.typeId, expected.typeId, expected.exact);
    case "tag":
      return actual.kind === "tag" && registry.matchesTagType(actual.typeId, expected.typeId);
    case "table":
      return actual.kind === "table" && registry.matchesTableType(actual.type, expected.type);
    case "memory":
      return actual.kind === "memory" && registry.matchesMemoryType(actual.type, expected.type);
    case "global":
      return actual.kind === "global" && registry.matchesGlobalType(actual.type, expected.type);
  }
}

/**
 * Finds every import by `resolve` and checks its type; gives the items in the order of the imports.
 * @throws LinkError naming all imports that are missing or do not match
 */
export function matchImports(
  checked: CheckedModule,
  resolve: (wanted: Import, expected: ExternType, index: number) => ExternInstance | undefined,
): ExternInstance[] {
  const items: ExternInstance[] = [];
  matchKnownImports(checked, (wanted, expected, index) => {
    const item = resolve(wanted, expected, index);
    if (item !== undefined) items.push(item);
    return item;
  });
  return items;
}

/** The same where some imports are to come later: those are not checked. */
export function matchKnownImports(
  checked: CheckedModule,
  resolve: (wanted: Import, expected: ExternType, index: number) => ExternInstance | "later" | undefined,
): (ExternInstance | "later")[] {
  const { registry } = checked;
  const text = externTypeTexts(registry);
  const problems: LinkProblem[] = [];
  const items: (ExternInstance | "later")[] = [];
  const provided = new Set<string>();
  checked.module.imports.forEach((wanted, k) => {
    const expected = checked.importTypes[k]!;
    const item = resolve(wanted, expected, k);
    if (item === "later" || (item !== undefined && matches(externTypeOf(item), expected, registry))) {
      items.push(item);
      provided.add(wanted.module);
      return;
    }
    problems.push({
      module: wanted.module,
      name: wanted.name,
      expected: text(expected),
      found: item === undefined ? undefined : text(externTypeOf(item)),
    });
  });
  if (problems.length > 0) throw new LinkError(problemsText(problems, provided), problems);
  return items;
}

/** How many problems a message spells out; the error's `problems` has all. */
const MAX_TOLD = 20;

/** What the functions of WASI preview1, and of the snapshot before it, are imported from. */
const WASI_MODULES: ReadonlySet<string> = new Set(["wasi_snapshot_preview1", "wasi_unstable"]);

/** `provided`: modules of which something was found. */
function problemsText(problems: readonly LinkProblem[], provided: ReadonlySet<string>): string {
  const told = problems
    .slice(0, MAX_TOLD)
    .map(({ module, name, expected, found }) =>
      found === undefined
        ? `unknown import ${quotedName(module)} ${quotedName(name)}: needs ${expected}`
        : `incompatible import type for ${quotedName(module)} ${quotedName(name)}: needs ${expected}, found ${found}`,
    );
  if (problems.length > MAX_TOLD) told.push(`and ${problems.length - MAX_TOLD} more`);
  const lacksWasi = problems.some(
    ({ module, found }) => found === undefined && WASI_MODULES.has(module) && !provided.has(module),
  );
  if (lacksWasi)
    told.push("nothing of WASI is defined: new WasiPreview1(…).addTo(linker), from wasmeter/wasi, does it");
  return told.join("\n");
}
