// A decoded module with its names and whole index spaces, for the commands that show modules.
// Owns lookups by name and index; knows nothing of output.

import { decodeModule } from "../../decoder/decode.ts";
import { decodeNames } from "../../decoder/names.ts";
import { createOpcodeTables, type OpcodeTables } from "../../decoder/opcode-shapes.ts";
import { DEFAULT_MODULE_LIMITS } from "../../limits.ts";
import {
  formatFuncType,
  formatGlobalType,
  formatMemoryType,
  formatTableType,
} from "../../module/format-types.ts";
import type { ExternKind, Import, ImportDesc, Module } from "../../module/module.ts";
import type { ModuleNames } from "../../module/names.ts";

/** A member of an index space. */
export interface Member {
  readonly index: number;
  /** In text form, e.g. `(func (param i32))`. */
  readonly type: string;
  /** The import that it is, if it is one. */
  readonly import: Import | undefined;
  /** Names under which it is exported. */
  readonly exports: readonly string[];
}

/** A function by index. */
export interface FunctionMember extends Member {
  /** From the name section, else an export name. */
  readonly name: string | undefined;
  readonly typeIdx: number;
}

/** All that is known of a module without validating it: it is shown even where it is invalid. */
export class ModuleView {
  readonly module: Module;
  readonly names: ModuleNames;
  /** For whoever reads its code. */
  readonly tables: OpcodeTables;
  readonly #exports = new Map<ExternKind, Map<number, string[]>>();
  /** Texts of function types and of tag types: a million functions may have one type of two thousand value types. */
  readonly #typeTexts = { func: new Map<number, string>(), tag: new Map<number, string>() };

  /**
   * @param tables of all features, if there are some already
   * @throws MalformedError or LimitError
   */
  constructor(bytes: Uint8Array, tables: OpcodeTables = createOpcodeTables()) {
    this.tables = tables;
    this.module = decodeModule(bytes, { limits: DEFAULT_MODULE_LIMITS, tables });
    this.names = decodeNames(this.module);
    for (const { name, kind, index } of this.module.exports) {
      const byIndex = this.#exports.get(kind) ?? new Map<number, string[]>();
      this.#exports.set(kind, byIndex);
      const known = byIndex.get(index);
      if (known === undefined) byIndex.set(index, [name]);
      else known.push(name);
    }
  }

  /** `(func (param i32))` of a type index; `tag` for the keyword of tags. */
  funcTypeText(typeIdx: number, keyword: "func" | "tag" = "func"): string {
    const known = this.#typeTexts[keyword].get(typeIdx);
    if (known !== undefined) return known;
    const composite = this.module.types[typeIdx]?.composite;
    const text =
      composite?.kind === "func" ? formatFuncType(composite, keyword) : `(${keyword} (type ${typeIdx}))`;
    this.#typeTexts[keyword].set(typeIdx, text);
    return text;
  }

  /** An import's type in text form. */
  importText(desc: ImportDesc): string {
    switch (desc.kind) {
      case "func":
        return this.funcTypeText(desc.typeIdx);
      case "table":
        return formatTableType(desc.type);
      case "memory":
        return formatMemoryType(desc.type);
      case "global":
        return formatGlobalType(desc.type);
      case "tag":
        return this.funcTypeText(desc.typeIdx, "tag");
    }
  }

  /** All functions, imports first. */
  functions(): FunctionMember[] {
    const typeIdxs = [
      ...this.module.imports.flatMap(({ desc }) => (desc.kind === "func" ? [desc.typeIdx] : [])),
      ...this.module.functions,
    ];
    return this.members("func").map((member, index) => ({
      ...member,
      typeIdx: typeIdxs[index]!,
      name: this.functionName(index),
    }));
  }

  functionName(index: number): string | undefined {
    return this.names.functions.get(index) ?? this.#exports.get("func")?.get(index)?.[0];
  }

  /** An index space, imports first. */
  members(kind: ExternKind): Member[] {
    const exported = this.#exports.get(kind);
    const imported = this.module.imports.filter(({ desc }) => desc.kind === kind);
    const types = [...imported.map(({ desc }) => this.importText(desc)), ...this.#definitions(kind)];
    return types.map((type, index) => ({
      index,
      type,
      import: imported[index],
      exports: exported?.get(index) ?? [],
    }));
  }

  #definitions(kind: ExternKind): string[] {
    const { functions, tables, memories, globals, tags } = this.module;
    switch (kind) {
      case "func":
        return functions.map((typeIdx) => this.funcTypeText(typeIdx));
      case "table":
        return tables.map(({ type }) => formatTableType(type));
      case "memory":
        return memories.map(({ type }) => formatMemoryType(type));
      case "global":
        return globals.map(({ type }) => formatGlobalType(type));
      case "tag":
        return tags.map(({ typeIdx }) => this.funcTypeText(typeIdx, "tag"));
    }
  }
}
