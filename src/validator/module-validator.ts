// Validates a module while it is decoded (spec 3.5): each expression when it is shown, the rest as its sections are complete.
// Owns the module-level rules and the index spaces; expressions are the function validator's.

import { ValidationError } from "../errors.ts";
import type { Feature, FeatureSet } from "../isa/features.ts";
import type { Instruction } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import type { ModuleLimits } from "../limits.ts";
import { toCanonical } from "../module/canonical.ts";
import type {
  CodeVisitor,
  ConstExprPlace,
  InstructionVisitor,
  PartialModule,
} from "../module/code-visitor.ts";
import type { ElementSegment, Export, Import, LocalRun, Module } from "../module/module.ts";
import { INDEX, ITEM, Steps } from "../module/steps.ts";
import type { TypeRegistry } from "../module/type-registry.ts";
import type { GlobalType, MemoryType, TableType, ValType } from "../module/types.ts";
import { heapOf, isConcrete, isRef, typeIdxOf } from "../module/types.ts";
import { quotedName } from "../printable.ts";
import {
  type CheckedModule,
  createModuleContext,
  type ExternType,
  type ModuleContext,
} from "./checked-module.ts";
import { FunctionValidator } from "./function-validator.ts";
import { memoryTypeProblem, tableTypeProblem } from "./limits-types.ts";
import type { Rules } from "./rules.ts";
import { TypeDefinitions } from "./type-definitions.ts";
import { isDefaultable } from "./type-stack.ts";

export interface ModuleValidatorOptions {
  readonly features: FeatureSet;
  readonly limits: ModuleLimits;
  /** The engine's registry; the module's types are added to it. */
  readonly registry: TypeRegistry;
  /** Those of the features: making them takes longer than validating a small module. */
  readonly rules: Rules;
}

/**
 * Validates one module. Give it to the decoder as visitor, then call {@link finish}
 * with the decoded module. Everything throws `ValidationError`, or `LimitError`.
 */
export class ModuleValidator implements CodeVisitor, InstructionVisitor {
  readonly #options: ModuleValidatorOptions;
  #context: ModuleContext | undefined;
  #code: FunctionValidator | undefined;
  #skipping = false;
  /** What of the module's lists has been judged, where the context does not tell. */
  #groupsJudged = 0;
  #startJudged = false;
  #dataJudged = 0;
  readonly #steps = new Steps();

  constructor(options: ModuleValidatorOptions) {
    this.#options = options;
  }

  beginConstExpr(
    module: PartialModule,
    place: ConstExprPlace,
    _index: number,
    expected: ValType,
    offset: number,
  ): InstructionVisitor {
    const context = this.#contextOf(module);
    // It may refer to the globals before it, in a section that is not complete.
    this.#settleGlobals(context);
    // An offset into nothing has no type to be checked against; the segment will be judged for that.
    this.#skipping =
      (place === "data-offset" && context.memoryTypes.length === 0) ||
      (place === "element-offset" && context.tableTypes.length === 0);
    this.#expressions(context).beginConstant(this.#canonical(context, expected, offset), offset);
    return this;
  }

  /** Bodies are the function validator's alone. */
  beginBody(
    module: PartialModule,
    definedIdx: number,
    locals: readonly LocalRun[],
    codeStart: number,
  ): InstructionVisitor {
    const context = this.#contextOf(module);
    const code = this.#expressions(context);
    code.begin(context.importCounts.func + definedIdx, locals, codeStart);
    return code;
  }

  /** Sees the instructions of constant expressions. */
  instruction(instruction: Instruction): void {
    // Functions that constant expressions refer to may be referred to everywhere (spec 3.5.16, C.refs).
    if (instruction.op === Op.RefFunc) this.#context?.declaredFunctions.add(instruction.index);
    if (!this.#skipping) this.#code!.instruction(instruction);
  }

  /** The result. `module` is complete, and has been {@link settle}d. */
  finish(module: Module): CheckedModule {
    const context = this.#contextOf(module);
    context.module = module;
    return context;
  }

  #expressions(context: ModuleContext): FunctionValidator {
    this.#code ??= new FunctionValidator(context, this.#options.rules);
    return this.#code;
  }

  #has(feature: Feature): boolean {
    return this.#options.features.has(feature);
  }

  #contextOf(module: PartialModule): ModuleContext {
    const { features, limits, registry } = this.#options;
    this.#context ??= createModuleContext(module, features, limits, registry);
    return this.#context;
  }

  /** Judges the definitions that have been decoded since the last time, in the order of the sections. */
  *settle(module: PartialModule): Generator<void, void> {
    const context = this.#contextOf(module);
    const steps = this.#steps;
    yield* this.#settleTypes(context);
    const { functionTypeIds, tableTypes, memoryTypes, tagTypeIds, importTypes } = context;
    for (let k = importTypes.length; k < module.imports.length; k++) {
      if (steps.isDue(ITEM)) yield;
      this.#addImport(context, module.imports[k]!); // there are as many
    }
    const imported = context.importCounts;
    for (let k = functionTypeIds.length - imported.func; k < module.functions.length; k++) {
      if (steps.isDue(ITEM)) yield;
      functionTypeIds.push(this.#functionTypeId(context, module.functions[k]!, 0));
    }
    for (let k = tableTypes.length - imported.table; k < module.tables.length; k++) {
      if (steps.isDue(ITEM)) yield;
      this.#defineTable(context, module.tables[k]!);
    }
    for (let k = memoryTypes.length - imported.memory; k < module.memories.length; k++) {
      if (steps.isDue(ITEM)) yield;
      this.#addMemory(context, module.memories[k]!.type, module.memories[k]!.offset);
    }
    for (let k = tagTypeIds.length - imported.tag; k < module.tags.length; k++) {
      if (steps.isDue(ITEM)) yield;
      this.#addTag(context, module.tags[k]!.typeIdx, module.tags[k]!.offset);
    }
    this.#settleGlobals(context);
    for (let k = context.exportTypes.length; k < module.exports.length; k++) {
      if (steps.isDue(ITEM)) yield;
      this.#addExport(context, module.exports[k]!);
    }
    this.#checkStart(context);
    for (let k = context.elementTypes.length; k < module.elements.length; k++) {
      if (steps.isDue(ITEM)) yield;
      yield* this.#addElement(context, module.elements[k]!);
    }
    for (; this.#dataJudged < module.data.length; this.#dataJudged++) {
      if (steps.isDue(INDEX)) yield;
      const { mode, memIdx, offset } = module.data[this.#dataJudged]!;
      if (mode === "active" && memIdx >= memoryTypes.length) fail(`unknown memory ${memIdx}`, offset);
    }
  }

  *#settleTypes({ module, typeIds, registry }: ModuleContext): Generator<void, void> {
    const { types, recGroups } = module;
    if (this.#groupsJudged === recGroups.length) return;
    const definitions = new TypeDefinitions(types, registry, typeIds, 0);
    for (; this.#groupsJudged < recGroups.length; this.#groupsJudged++)
      yield* definitions.check(recGroups[this.#groupsJudged]!, this.#steps);
    if (this.#has("multi-value")) return;
    types.forEach(({ composite }, idx) => {
      if (composite.kind === "func" && composite.results.length > 1) {
        fail(`invalid result arity: type ${idx} needs the feature multi-value`, 0);
      }
    });
  }

  /** Each begins with an expression, before which the ones before it are judged: so there are few. */
  #settleGlobals(context: ModuleContext): void {
    const { module, globalTypes, importCounts } = context;
    for (let k = globalTypes.length - importCounts.global; k < module.globals.length; k++) {
      this.#addGlobal(context, module.globals[k]!.type, module.globals[k]!.offset);
    }
  }

  #defineTable(context: ModuleContext, { type, init, offset }: Module["tables"][number]): void {
    this.#addTable(context, type, offset);
    if (init === undefined && !isDefaultable(type.element)) {
      fail("type mismatch: a table of non-null references needs an initial value", offset);
    }
  }

  #addImport(context: ModuleContext, { desc, offset }: Import): void {
    switch (desc.kind) {
      case "func": {
        const typeId = this.#functionTypeId(context, desc.typeIdx, offset);
        if (!desc.exact) context.inexactFunctions.add(context.functionTypeIds.length);
        context.functionTypeIds.push(typeId);
        context.importTypes.push({ kind: "func", typeId, exact: desc.exact });
        break;
      }
      case "table":
        context.importTypes.push({ kind: "table", type: this.#addTable(context, desc.type, offset) });
        break;
      case "memory":
        context.importTypes.push({ kind: "memory", type: this.#addMemory(context, desc.type, offset) });
        break;
      case "global": {
        if (desc.type.mutable && !this.#has("mutable-globals")) {
          fail("mutable globals cannot be imported without the feature mutable-globals", offset);
        }
        context.importTypes.push({ kind: "global", type: this.#addGlobal(context, desc.type, offset) });
        break;
      }
      case "tag":
        context.importTypes.push({ kind: "tag", typeId: this.#addTag(context, desc.typeIdx, offset) });
        break;
    }
    context.importCounts[desc.kind]++;
  }

  #addTable(context: ModuleContext, type: TableType, offset: number): TableType {
    const canonical = { ...type, element: this.#canonical(context, type.element, offset) };
    const problem = tableTypeProblem(type);
    if (problem !== undefined) fail(problem, offset);
    context.tableTypes.push(canonical);
    if (context.tableTypes.length > 1 && !this.#has("reference-types")) {
      fail("multiple tables need the feature reference-types", offset);
    }
    return canonical;
  }

  #addMemory(context: ModuleContext, type: MemoryType, offset: number): MemoryType {
    const problem = memoryTypeProblem(type);
    if (problem !== undefined) fail(problem, offset);
    context.memoryTypes.push(type);
    if (context.memoryTypes.length > 1 && !this.#has("multi-memory")) {
      fail("multiple memories need the feature multi-memory", offset);
    }
    return type;
  }

  #addGlobal(context: ModuleContext, { type, mutable }: GlobalType, offset: number): GlobalType {
    const canonical = { type: this.#canonical(context, type, offset), mutable };
    context.globalTypes.push(canonical);
    return canonical;
  }

  #addTag(context: ModuleContext, typeIdx: number, offset: number): number {
    const typeId = this.#functionTypeId(context, typeIdx, offset);
    const { results } = context.registry.funcType(typeId);
    if (results.length > 0) fail(`non-empty tag result type: type ${typeIdx}`, offset);
    context.tagTypeIds.push(typeId);
    return typeId;
  }

  *#addElement(context: ModuleContext, segment: ElementSegment): Generator<void, void> {
    const { mode, tableIdx, offset, funcIdxs } = segment;
    const type = this.#canonical(context, segment.type, offset);
    if (mode === "active") {
      const table = context.tableTypes[tableIdx] ?? fail(`unknown table ${tableIdx}`, offset);
      if (!context.registry.isSubtype(type, table.element)) {
        fail(`type mismatch: element segment does not match table ${tableIdx}`, offset);
      }
    }
    for (const funcIdx of funcIdxs) {
      if (this.#steps.isDue(INDEX)) yield;
      if (funcIdx >= context.functionTypeIds.length) fail(`unknown function ${funcIdx}`, offset);
      context.declaredFunctions.add(funcIdx);
    }
    context.elementTypes.push(type);
  }

  #addExport(context: ModuleContext, item: Export): void {
    const { name, kind, index, offset } = item;
    if (context.exportsByName.has(name)) fail(`duplicate export name ${quotedName(name)}`, offset);
    context.exportsByName.set(name, item);
    context.exportTypes.push(this.#exportType(context, kind, index, offset));
    if (kind !== "func") return;
    context.declaredFunctions.add(index);
    if (!context.functionExportNames.has(index)) context.functionExportNames.set(index, name);
  }

  #checkStart({ module: { start }, functionTypeIds, registry }: ModuleContext): void {
    if (start === undefined || this.#startJudged) return;
    this.#startJudged = true;
    const { funcIdx, offset } = start;
    const typeId = functionTypeIds[funcIdx] ?? fail(`unknown function ${funcIdx}`, offset);
    const { params, results } = registry.funcType(typeId);
    if (params.length > 0 || results.length > 0) {
      fail(`start function ${funcIdx} must have neither parameters nor results`, offset);
    }
  }

  #exportType(context: ModuleContext, kind: ExternType["kind"], index: number, offset: number): ExternType {
    switch (kind) {
      case "func": {
        const typeId = context.functionTypeIds[index] ?? fail(`unknown function ${index}`, offset);
        return { kind, typeId, exact: !context.inexactFunctions.has(index) };
      }
      case "table":
        return { kind, type: context.tableTypes[index] ?? fail(`unknown table ${index}`, offset) };
      case "memory":
        return { kind, type: context.memoryTypes[index] ?? fail(`unknown memory ${index}`, offset) };
      case "global": {
        const type = context.globalTypes[index] ?? fail(`unknown global ${index}`, offset);
        if (type.mutable && !this.#has("mutable-globals")) {
          fail("mutable globals cannot be exported without the feature mutable-globals", offset);
        }
        return { kind, type };
      }
      case "tag":
        return { kind, typeId: context.tagTypeIds[index] ?? fail(`unknown tag ${index}`, offset) };
    }
  }

  /** Canonical id of the function type at a type index. */
  #functionTypeId(context: ModuleContext, typeIdx: number, offset: number): number {
    const typeId = context.typeIds[typeIdx] ?? fail(`unknown type ${typeIdx}`, offset);
    if (context.registry.definedType(typeId).funcType === undefined) {
      fail(`type mismatch: non-function type ${typeIdx}`, offset);
    }
    return typeId;
  }

  #canonical(context: ModuleContext, type: ValType, offset: number): ValType {
    if (isRef(type) && isConcrete(heapOf(type))) {
      const idx = typeIdxOf(heapOf(type));
      if (idx >= context.typeIds.length) fail(`unknown type ${idx}`, offset);
    }
    return toCanonical(type, context.typeIds);
  }
}

function fail(message: string, offset: number): never {
  throw new ValidationError(message, offset);
}
