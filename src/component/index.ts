// Entry point `wasmeter/component`: components, read, linked and run. An explicit list of what is public.

export {
  Component,
  type ComponentExternDescriptor,
  type ComponentOptions,
} from "./api/component.ts";
export { ComponentError } from "./api/component-error.ts";
export type { ComponentExports } from "./api/exports.ts";
export { ComponentInstance, type FunctionPath } from "./api/instance.ts";
export { ComponentLinker, type ComponentLinkerOptions, PreparedComponent } from "./api/linker.ts";
export type { HostClass, HostFunction, HostInterface, Resource, Tagged } from "./api/types.ts";
export { typescriptOf } from "./api/typescript.ts";
export { type ComponentLimits, DEFAULT_COMPONENT_LIMITS } from "./model/limits.ts";
export type { ExternAttributes, ExternSort } from "./model/types.ts";
