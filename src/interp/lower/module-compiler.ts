// Lowers a module's functions when they are first called, and answers what running code asks about its module.
// Owns the reader and the tables that all of a module's lowerings share.

import { InstructionReader } from "../../decoder/instruction-reader.ts";
import { decodeNames } from "../../decoder/names.ts";
import type { OpcodeTables } from "../../decoder/opcode-shapes.ts";
import { LimitError } from "../../errors.ts";
import type { InstructionLookup } from "../../isa/instructions.ts";
import type { Op } from "../../isa/op.ts";
import { formatInstruction } from "../../module/disassemble.ts";
import type { Import } from "../../module/module.ts";
import type { ModuleNames } from "../../module/names.ts";
import type { ExecutableModule } from "../../runtime/instance.ts";
import type { InstantiationPlan } from "../../runtime/instantiation-plan.ts";
import { ResourceMeter } from "../../runtime/resource-meter.ts";
import type { CheckedModule } from "../../validator/checked-module.ts";
import type { Rules } from "../../validator/rules.ts";
import { Code, type Form, PAIRS } from "../code/code.ts";
import type { Costs } from "../code/cost-model.ts";
import { type CodeNode, type ExactCode, FunctionCode, type ModuleCode } from "../code/node.ts";
import type { Operation } from "../code/node-data.ts";
import type { Parts } from "../parts.ts";
import { pairKey } from "./emitter.ts";
import { Lowering } from "./lower.ts";
import type { LoweringTools } from "./lowering-context.ts";
import type { Recipes } from "./recipes.ts";

/** Which code runs: the fast one with the exact one behind it, or the exact one alone. */
export type LoweringMode = "fast" | "exact";

/** What an engine's modules share. */
export interface CompilerOptions {
  readonly costs: Costs;
  readonly lowering: LoweringMode;
  readonly tables: OpcodeTables;
  readonly rules: Rules;
  readonly rows: InstructionLookup;
  readonly recipes: Recipes;
  readonly branches: ReadonlyMap<Operation, readonly [Code, Code]>;
  readonly pairs: ReadonlyMap<number, Code>;
  readonly parts: Parts;
  /** What a module may take on the host's heap. */
  readonly heapBytes: number;
}

/** A function of which something is known: that it is called or referenced. */
const FUNCTION_CODE_BYTES = 480;
/** Trees leave at least this part of the module's heap for code, without which nothing runs. */
const LEFT_BY_TREES = 1 / 2;
/** Bytes of a tree for each byte of code that it is made from, and of the largest. */
const TREE_PER_CODE = 2;
const MOST_TREE_BYTES = 2 ** 20;

/** The operations that do two at once. */
export function createPairs(): Map<number, Code> {
  return new Map(PAIRS.map(([first, second, both]) => [pairKey(first, second), both]));
}

/** How comparisons fuse with the branch behind them: node operation to branches on true and on false. */
export function createBranches(forms: ReadonlyMap<Op, Form>): Map<Code, readonly [Code, Code]> {
  const branches = new Map<Code, readonly [Code, Code]>();
  const none = -1 as Code;
  for (const form of forms.values()) {
    if (form.branch !== none) branches.set(form.rr, [form.branch, form.branchNot]);
    if (form.branchI !== none) branches.set(form.ri, [form.branchI, form.branchNotI]);
  }
  branches.set(Code.I32Eqz, [Code.BrIfZero, Code.BrIfNonZero]);
  return branches;
}

export class ModuleCompiler implements ModuleCode, ExecutableModule {
  readonly checked: CheckedModule;
  readonly costs: Costs;
  readonly tables: OpcodeTables;
  readonly rules: Rules;
  readonly parts: Parts;
  readonly callsOfTrees: CodeNode[] = [];
  readonly #options: CompilerOptions;
  readonly #tools: LoweringTools;
  readonly #functions: (FunctionCode | undefined)[];
  /** What the module takes on the host's heap, decoded and lowered. */
  readonly #heap: ResourceMeter;
  /** Lowerings that were stopped and are to be gone on with. */
  readonly #unfinished = new Map<FunctionCode, Lowering>();
  plan: InstantiationPlan | undefined;
  #names: ModuleNames | undefined;
  #importedFunctions: readonly Import[] | undefined;

  constructor(checked: CheckedModule, options: CompilerOptions) {
    this.checked = checked;
    this.costs = options.costs;
    this.tables = options.tables;
    this.rules = options.rules;
    this.parts = options.parts;
    this.#options = options;
    const { recipes, branches, pairs, rows, costs, parts } = options;
    const reader = new InstructionReader(checked.module.bytes, options.tables);
    this.#tools = { checked, costs, reader, recipes, branches, pairs, rows, parts };
    this.#functions = new Array(checked.module.functions.length);
    this.#heap = new ResourceMeter(options.heapBytes);
    this.#heap.tryReserve(checked.module.heapBytes);
  }

  /** Bytes that the module takes on the host's heap. */
  get heapBytes(): number {
    return this.#heap.used;
  }

  get names(): ModuleNames {
    this.#names ??= decodeNames(this.checked.module, "functions");
    return this.#names;
  }

  get moduleName(): string | undefined {
    return this.names.module;
  }

  functionName(funcIdx: number): string | undefined {
    const { module, importCounts, functionExportNames } = this.checked;
    const named = this.names.functions.get(funcIdx);
    if (named !== undefined) return named;
    if (funcIdx >= importCounts.func) return functionExportNames.get(funcIdx);
    this.#importedFunctions ??= module.imports.filter(({ desc }) => desc.kind === "func");
    const imported = this.#importedFunctions[funcIdx];
    return imported && `${imported.module}.${imported.name}`;
  }

  func(definedIdx: number): FunctionCode {
    const known = this.#functions[definedIdx];
    if (known !== undefined) return known;
    const funcIdx = definedIdx + this.checked.importCounts.func;
    this.#reserve(FUNCTION_CODE_BYTES, funcIdx);
    const typeId = this.checked.functionTypeIds[funcIdx]!;
    const type = this.checked.registry.funcType(typeId);
    const made = new FunctionCode(this, funcIdx, definedIdx, type);
    this.#functions[definedIdx] = made;
    return made;
  }

  loweredFunction(definedIdx: number): FunctionCode {
    return this.func(definedIdx);
  }

  lower(func: FunctionCode, stop: () => boolean): boolean {
    const exact = this.#options.lowering === "exact";
    const lowering = this.#unfinished.get(func) ?? new Lowering(this.#tools, func, exact);
    this.#unfinished.delete(func);
    try {
      // Kept over a stop, and where `stop` throws; not where lowering itself has failed.
      const done = lowering.advance(() => {
        this.#count(lowering);
        this.#unfinished.set(func, lowering);
        if (stop()) return true;
        this.#unfinished.delete(func);
        return false;
      });
      if (!done) return false;
      this.#count(lowering);
    } catch (error) {
      if (!this.#unfinished.has(func)) this.#discard(lowering);
      throw error;
    }
    const code = this.#finish(lowering);
    if (code === undefined) {
      this.parts.tier?.prepare(func);
      return true;
    }
    func.exact = code;
    func.handlers = code.handlers;
    func.entry = code.entry;
    func.entryFuel = 0;
    return true;
  }

  lowerExact(func: FunctionCode): ExactCode {
    const lowering = new Lowering(this.#tools, func, true);
    try {
      lowering.advance(() => {
        this.#count(lowering);
        return false;
      });
      this.#count(lowering);
    } catch (error) {
      this.#discard(lowering);
      throw error;
    }
    return this.#finish(lowering)!;
  }

  #finish(lowering: Lowering): ExactCode | undefined {
    const code = lowering.finish();
    // What its stubs have become: little, and the function is there now.
    const more = lowering.heapBytes - lowering.counted;
    this.#heap.tryReserve(Math.min(more, this.#heap.free));
    lowering.func.codeBytes += lowering.heapBytes;
    return code;
  }

  /** Counts what a lowering has come to hold. @throws LimitError */
  #count(lowering: Lowering): void {
    const more = lowering.heapBytes - lowering.counted;
    if (more <= 0) return;
    this.#reserve(more, lowering.func.funcIdx);
    lowering.counted += more;
  }

  #reserve(bytes: number, funcIdx: number): void {
    const heap = this.#heap;
    if (heap.tryReserve(bytes)) return;
    throw new LimitError(
      "heapBytes",
      heap.used + bytes,
      heap.limit,
      `code of the module's function ${funcIdx}`,
    );
  }

  #discard(lowering: Lowering): void {
    lowering.discard();
    this.#heap.release(lowering.counted);
  }

  takeForTree(func: FunctionCode): boolean {
    const heap = this.#heap;
    const bytes = Math.min(TREE_PER_CODE * func.codeBytes, MOST_TREE_BYTES);
    return heap.free - bytes >= heap.limit * LEFT_BY_TREES && heap.tryReserve(bytes);
  }

  costAt(at: number): number {
    return this.costs.of(this.#tools.reader.seek(at).read());
  }

  instructionText(at: number): string {
    const { reader, rows } = this.#tools;
    reader.seek(at).read();
    const { instruction } = reader;
    const row = rows.byOp(instruction.op);
    return row === undefined
      ? "unknown"
      : formatInstruction(instruction, row, { bytes: this.checked.module.bytes });
  }

  instructionEnd(at: number): number {
    const { reader } = this.#tools;
    reader.seek(at).read();
    return reader.position;
  }
}
