// Instantiation (spec 4.7.2): allocates what a module defines, runs its segments and its start function.
// Owns the order of events. Imports have been matched before (link.ts).

import { Trap } from "../errors.ts";
import type { ElementSegment } from "../module/module.ts";
import { isRef, NumType, type ValType } from "../module/types.ts";
import { asU32, asU64, ConstEvaluator, type ConstValue } from "./const-expr.ts";
import type { FunctionInstance } from "./function.ts";
import { GlobalInstance } from "./global.ts";
import { elementBytes, instanceBytes } from "./host-heap.ts";
import { type ExecutableModule, type ExternInstance, ModuleInstance } from "./instance.ts";
import { type DataPlacement, GLOBAL_WORDS, planOf } from "./instantiation-plan.ts";
import { MemoryInstance } from "./memory.ts";
import type { Reference } from "./reference.ts";
import type { StoreState } from "./store.ts";
import { TableInstance } from "./table.ts";
import { TagInstance } from "./tag.ts";

/**
 * Instantiates `executable` with matched imports, in the order of the module's import section; the start
 * function is left to whoever runs {@link startFunction}. Active segments write as they go: those before one that
 * traps have had their effect, as the spec demands.
 *
 * `poll` is called now and then, and may throw; before the segments begin that leaves nothing behind.
 *
 * @throws LimitError when the store's limits do not allow what the module declares
 * @throws Trap when an active segment does not fit
 */
export function instantiate(
  executable: ExecutableModule,
  store: StoreState,
  imports: readonly ExternInstance[],
  poll: () => void = () => undefined,
): ModuleInstance {
  const { checked } = executable;
  const { module } = checked;
  const amounts = {
    instances: 1,
    memories: module.memories.length,
    tables: module.tables.length,
    globals: module.globals.length,
  };
  store.count(amounts);
  const bytes = instanceBytes(checked);
  try {
    store.reserveHostHeap(bytes, "instance");
  } catch (error) {
    store.uncount(amounts);
    throw error;
  }
  const functions: FunctionInstance[] = [];
  for (const item of imports) if (item.kind === "func") functions.push(item.func);
  const instance = new ModuleInstance(executable, store, functions);
  for (const item of imports) {
    if (item.kind === "table") instance.tables.push(item.table);
    else if (item.kind === "memory") instance.memories.push(item.memory);
    else if (item.kind === "global") instance.globals.push(item.global);
    else if (item.kind === "tag") instance.tags.push(item.tag);
  }
  for (const typeId of checked.tagTypeIds.slice(checked.importCounts.tag)) {
    const { funcType } = store.registry.definedType(typeId);
    if (funcType !== undefined) instance.tags.push(new TagInstance(typeId, funcType));
  }
  const evaluator = new ConstEvaluator(instance);
  const pace = new Pace(poll);
  try {
    allocate(instance, evaluator, pace);
  } catch (error) {
    // As if nothing had been: nobody has got hold of any of it.
    const { memory, table } = checked.importCounts;
    for (const each of instance.memories.slice(memory)) each.release();
    for (const each of instance.tables.slice(table)) each.release();
    store.hostHeap.release(bytes);
    store.uncount(amounts);
    evaluator.close();
    throw error;
  }
  try {
    store.instances.push(instance);
    store.heap.addRoots(instance);
    applySegments(instance, evaluator, pace);
  } finally {
    evaluator.close();
  }
  return instance;
}

/** Items between two polls: globals, elements, segments. */
const POLL_EVERY = 2 ** 14;
/** Bytes that take as long to copy as another item, or less. */
const BYTES_PER_ITEM = 64;

/** Polls now and then: how many items there are is the guest's choice. */
class Pace {
  readonly #poll: () => void;
  #left = POLL_EVERY;

  constructor(poll: () => void) {
    this.#poll = poll;
  }

  step(bytes = 0): void {
    this.#left -= 1 + bytes / BYTES_PER_ITEM;
    if (this.#left > 0) return;
    this.#left = POLL_EVERY;
    this.#poll();
  }
}

function allocate(instance: ModuleInstance, evaluator: ConstEvaluator, pace: Pace): void {
  const { module } = instance.checked;
  allocateMemories(instance);
  allocateGlobals(instance, evaluator, pace);
  allocateTables(instance, evaluator);
  for (const segment of module.elements) {
    instance.elements.push(elementsOf(instance, segment, evaluator, pace));
  }
}

function applySegments(instance: ModuleInstance, evaluator: ConstEvaluator, pace: Pace): void {
  let pending = 0;
  try {
    applyElements(instance, evaluator, pace);
    for (const step of planOf(instance.executable).dataSteps) {
      pending = step.segment;
      if (step.kind === "copy") {
        instance.memories[step.memIdx]!.u8.set(step.bytes, step.address);
      } else {
        applyData(instance, step, evaluator);
      }
      pace.step(step.bytes.length);
    }
  } catch (error) {
    restoreData(instance, pending);
    throw error;
  }
}

/** Brings back the segments from `first` on: functions that a table of another instance has already can still use them. */
function restoreData({ data, checked }: ModuleInstance, first: number): void {
  const { module } = checked;
  for (const [k, { start, end }] of module.data.entries()) {
    if (k >= first) data[k] = module.bytes.subarray(start, end);
  }
}

/** The start function, if the module has one: to be called once the instance is made. */
export function startFunction(instance: ModuleInstance): FunctionInstance | undefined {
  const { start } = instance.checked.module;
  return start === undefined ? undefined : instance.func(start.funcIdx);
}

function allocateMemories(instance: ModuleInstance): void {
  const { memoryTypes, importCounts } = instance.checked;
  for (const type of memoryTypes.slice(importCounts.memory)) {
    instance.memories.push(new MemoryInstance(type, instance.store.memoryBudget));
  }
}

function allocateGlobals(instance: ModuleInstance, evaluator: ConstEvaluator, pace: Pace): void {
  const { globalTypes, importCounts, module } = instance.checked;
  const { globalBits, isComputed } = planOf(instance.executable);
  const bits = globalBits.slice();
  module.globals.forEach((definition, k) => {
    const type = globalTypes[importCounts.global + k]!;
    const global = new GlobalInstance(type, bits, k * GLOBAL_WORDS);
    if (isComputed[k] === true) setGlobal(global, evaluator.evaluate(definition.init));
    instance.globals.push(global);
    pace.step();
  });
}

function setGlobal(global: GlobalInstance, value: ConstValue): void {
  if (isRef(global.type.type)) global.ref = value.ref;
  else global.bits.set(value.bits.subarray(0, wordsOfNumber(global.type.type)), global.at);
}

function wordsOfNumber(type: ValType): number {
  return type === NumType.V128 ? 4 : 2;
}

function allocateTables(instance: ModuleInstance, evaluator: ConstEvaluator): void {
  const { tableTypes, importCounts, module } = instance.checked;
  module.tables.forEach((definition, k) => {
    const type = tableTypes[importCounts.table + k]!;
    const init = definition.init === undefined ? null : evaluator.evaluate(definition.init).ref;
    instance.tables.push(new TableInstance(type, init, instance.store.tableBudget));
  });
}

function elementsOf(
  instance: ModuleInstance,
  segment: ElementSegment,
  evaluator: ConstEvaluator,
  pace: Pace,
): readonly Reference[] {
  if (segment.mode === "declarative") return [];
  pace.step();
  const { funcIdxs, exprs } = segment;
  if (funcIdxs.length > 0) {
    return funcIdxs.map((funcIdx) => {
      pace.step();
      return instance.func(funcIdx);
    });
  }
  return exprs.map((expr) => {
    pace.step();
    return evaluator.evaluate(expr).ref;
  });
}

function applyElements(instance: ModuleInstance, evaluator: ConstEvaluator, pace: Pace): void {
  instance.checked.module.elements.forEach((segment, k) => {
    if (segment.mode !== "active" || segment.offsetExpr === undefined) return;
    const table = instance.tables[segment.tableIdx]!;
    const items = instance.elements[k]!;
    const offset = offsetOf(evaluator.evaluate(segment.offsetExpr), table.type.is64);
    if (offset + items.length > table.elements.length) {
      throw new Trap(
        "out-of-bounds-table-access",
        `element segment ${k} (${items.length} elements at ${offset}) does not fit a table of ${table.elements.length}`,
      );
    }
    for (let index = 0; index < items.length; index++) table.elements[offset + index] = items[index];
    instance.elements[k] = [];
    pace.step(items.length);
    instance.store.hostHeap.release(elementBytes(segment));
  });
}

function applyData(
  instance: ModuleInstance,
  { segment, memIdx, offsetExpr, bytes }: DataPlacement,
  evaluator: ConstEvaluator,
): void {
  const memory = instance.memories[memIdx]!;
  const offset = offsetOf(evaluator.evaluate(offsetExpr), memory.type.is64);
  if (offset + bytes.length > memory.byteLength) {
    throw new Trap(
      "out-of-bounds-memory-access",
      `data segment ${segment} (${bytes.length} bytes at ${offset}) does not fit a memory of ${memory.byteLength}`,
    );
  }
  memory.u8.set(bytes, offset);
}

/** Above 2^53 it is rounded, and out of bounds either way. */
function offsetOf(value: ConstValue, is64: boolean): number {
  return is64 ? Number(asU64(value)) : asU32(value);
}
