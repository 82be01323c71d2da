// Entry point `wasmeter/plugin`, for hosts of any kind: plugins, pools, their ABIs and errors.

export type { AbiName } from "./abi.ts";
export type { CurrentPlugin, NumberType, PluginHostFunction, PluginHostFunctions } from "./current-plugin.ts";
export {
  type CallCost,
  type LogEntry,
  type LogLevel,
  PLUGIN_ERROR_KINDS,
  PluginError,
  type PluginErrorDetails,
  type PluginErrorKind,
} from "./errors.ts";
export type { PluginEvent, PluginObserver } from "./events.ts";
export {
  fetchHttp,
  type HttpBounds,
  type HttpCallback,
  type HttpRequest,
  type HttpResponse,
} from "./extism/http.ts";
export {
  type InstanceState,
  PLUGIN_DEFAULTS,
  type PluginCallOptions,
  type PluginOptions,
  type PluginWasi,
  type PoolOptions,
} from "./options.ts";
export { Plugin, type PluginModule } from "./plugin.ts";
export { PluginPool } from "./pool.ts";
export { PluginResult } from "./result.ts";
export type { PluginSource } from "./template.ts";
