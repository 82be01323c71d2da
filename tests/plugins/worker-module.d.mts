import type { PluginHostFunctions } from "wasmeter/plugin";

export const hostFunctions: PluginHostFunctions;
