// All that `inspect` says of a module, as data: for programs as it is, for people by report-text.ts.

import { decodeBranchHints } from "../../decoder/branch-hints.ts";
import { type CustomSectionProblem, checkCustomSections } from "../../decoder/custom-section-check.ts";
import { decodeProducers } from "../../decoder/producers.ts";
import { decodeTargetFeatures } from "../../decoder/target-features.ts";
import type { Module } from "../../module/module.ts";
import { featuresUsed } from "./features-used.ts";
import type { ModuleView } from "./module-view.ts";
import { listSections, type SectionInfo } from "./sections.ts";

interface ImportReport {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
  readonly type: string;
}

export interface MemberReport {
  readonly index: number;
  readonly type: string;
  /** `module.name` of the import. */
  readonly import?: string;
  readonly exports: readonly string[];
}

/** What the section `metadata.code.branch_hint` says of one function. */
interface BranchHintReport {
  readonly index: number;
  readonly name?: string;
  readonly hints: readonly { readonly offset: number; readonly likely: boolean }[];
}

/** What `inspect --json` prints; sizes and offsets are bytes, names and types whole. */
export interface ModuleReport {
  readonly file: string;
  readonly size: number;
  readonly name?: string;
  readonly sections: readonly SectionInfo[];
  readonly imports: readonly ImportReport[];
  readonly exports: readonly { name: string; kind: string; index: number; type: string }[];
  readonly types: number;
  readonly functions: { imported: number; defined: number; named: number; codeBytes: number };
  readonly memories: readonly MemberReport[];
  readonly tables: readonly MemberReport[];
  readonly globals: readonly MemberReport[];
  readonly tags: readonly MemberReport[];
  readonly start?: { index: number; name?: string };
  readonly elements: { segments: number; entries: number };
  readonly data: { segments: number; bytes: number };
  readonly producers: Readonly<Record<string, readonly string[]>>;
  /** Of the section `target_features`: what tools had switched on, used or not. */
  readonly targetFeatures: readonly string[];
  readonly branchHints: readonly BranchHintReport[];
  readonly customSectionProblems: readonly CustomSectionProblem[];
  readonly features: readonly string[];
}

function sum<T>(items: readonly T[], amount: (item: T) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}

/** Looks at all of a module. `file` is what the report calls it. */
export function buildReport(file: string, view: ModuleView): ModuleReport {
  const { module, names } = view;
  const members = (kind: "memory" | "table" | "global" | "tag"): MemberReport[] =>
    view.members(kind).map(({ index, type, import: imported, exports }) => ({
      index,
      type,
      ...(imported && { import: `${imported.module}.${imported.name}` }),
      exports,
    }));
  const spaces = {
    func: view.members("func"),
    table: members("table"),
    memory: members("memory"),
    global: members("global"),
    tag: members("tag"),
  };
  const startName = module.start && view.functionName(module.start.funcIdx);
  return {
    file,
    size: module.bytes.length,
    ...(names.module !== undefined && { name: names.module }),
    sections: listSections(module),
    imports: module.imports.map(({ module: from, name, desc }) => ({
      module: from,
      name,
      kind: desc.kind,
      type: view.importText(desc),
    })),
    exports: module.exports.map(({ name, kind, index }) => ({
      name,
      kind,
      index,
      // A module that is not valid may export what is not there.
      type: spaces[kind][index]?.type ?? "unknown",
    })),
    types: module.types.length,
    functions: {
      imported: spaces.func.length - module.functions.length,
      defined: module.functions.length,
      named: names.functions.size,
      codeBytes: sum(module.code, ({ codeStart, end }) => end - codeStart),
    },
    memories: spaces.memory,
    tables: spaces.table,
    globals: spaces.global,
    tags: spaces.tag,
    ...(module.start && {
      start: { index: module.start.funcIdx, ...(startName !== undefined && { name: startName }) },
    }),
    elements: {
      segments: module.elements.length,
      entries: sum(module.elements, ({ funcIdxs, exprs }) => funcIdxs.length + exprs.length),
    },
    data: { segments: module.data.length, bytes: sum(module.data, ({ start, end }) => end - start) },
    producers: producers(module),
    targetFeatures: decodeTargetFeatures(module).map(({ prefix, name }) => `${prefix}${name}`),
    branchHints: branchHints(view),
    customSectionProblems: checkCustomSections(module, view.tables),
    features: featuresUsed(module, view.tables),
  };
}

function producers(module: Module): Record<string, string[]> {
  const entries = [...decodeProducers(module)].map(([field, tools]): [string, string[]] => [
    field,
    tools.map(({ name, version }) => (version === "" ? name : `${name} ${version}`)),
  ]);
  return Object.fromEntries(entries);
}

function branchHints(view: ModuleView): BranchHintReport[] {
  const byFunction = new Map<number, { offset: number; likely: boolean }[]>();
  for (const { funcIdx, offset, likely } of decodeBranchHints(view.module)) {
    const hints = byFunction.get(funcIdx) ?? [];
    byFunction.set(funcIdx, hints);
    hints.push({ offset, likely });
  }
  return [...byFunction].map(([index, hints]) => {
    const name = view.functionName(index);
    return { index, ...(name !== undefined && { name }), hints };
  });
}
