// The embedder API without packs: everything that `import … from "wasmeter/core"` gives.

export type { CustomSectionProblem } from "../decoder/custom-section-check.ts";
export {
  type BacktraceFrame,
  CompileError,
  ERROR_NAMES,
  type ErrorKind,
  ExitError,
  errorKind,
  InstanceBusyError,
  InterruptedError,
  LimitError,
  LinkError,
  type LinkProblem,
  MalformedError,
  OutOfFuelError,
  RuntimeError,
  type RuntimeErrorKind,
  Trap,
  type TrapCode,
  ValidationError,
  WouldBlockError,
} from "../errors.ts";
export { BOUNDED_MODEL, type CostModel, INSTRUCTIONS_MODEL } from "../interp/code/cost-model.ts";
export { FEATURE_SETS, FEATURES, type Feature, type FeatureSet } from "../isa/features.ts";
export type { InstructionClass } from "../isa/instruction.ts";
export { DEFAULT_LIMITS, DEFAULT_MODULE_LIMITS, type Limits, type ModuleLimits } from "../limits.ts";
export type { ExternKind } from "../module/module.ts";
export type { DeniedCount, DeniedGrowth, GrowingResource, GrowthLimit } from "../runtime/denials.ts";
export type { FuelScope } from "../runtime/fuel.ts";
export type { StoreParticipant } from "../runtime/participant.ts";
export type { Blocking } from "../runtime/store.ts";
export { Caller } from "./caller.ts";
export type { AsyncCallOptions } from "./drive.ts";
export { Engine, type EngineOptions } from "./engine.ts";
export { WasmException } from "./exception.ts";
export { Execution, type ExecutionState, type ResumeOptions } from "./execution.ts";
export type { ExportValue } from "./externs.ts";
export type { CallOptions, Func, HostFunction, HostFunctionType } from "./func.ts";
export { type ArrayContents, type FieldDescriptor, GcArray, GcStruct } from "./gc-object.ts";
export { Global, type GlobalOptions } from "./global.ts";
export { HostHeapBudget } from "./host-heap-budget.ts";
export { type Exports, Instance, type StartOptions } from "./instance.ts";
export { InterruptHandle, type InterruptOptions } from "./interrupt.ts";
export { Linker, type LinkerOptions } from "./linker.ts";
export { Memory, type MemoryOptions } from "./memory.ts";
export type { Address } from "./memory-access.ts";
export {
  type CompileAsyncOptions,
  type ExportDescriptor,
  type ImportDescriptor,
  Module,
  type ModuleSource,
} from "./module.ts";
export type { Pack, PackName } from "./pack.ts";
export { PreparedInstance } from "./prepared-instance.ts";
export { Scheduler, type SchedulerOptions, type TaskOptions } from "./scheduler.ts";
export { Store, type StoreOptions } from "./store.ts";
export { Table, type TableOptions } from "./table.ts";
export { Tag, type TagOptions } from "./tag.ts";
export { type Percentiles, Tenant, type TenantMetrics, type TenantOptions } from "./tenant.ts";
export type { FuncTypeDescriptor, ValTypeName } from "./types.ts";
