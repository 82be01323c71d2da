// An application as its manifest declares it: inert data, with the line of what may still turn out to be wrong.

import type { Problem } from "./problems.ts";
import type { Located } from "./table-reader.ts";

export interface Manifest {
  /** Path of the manifest, as it was given. */
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** What every route begins with, e.g. `/api`. */
  readonly base: string;
  readonly variables: ReadonlyMap<string, VariableDeclaration>;
  readonly triggers: readonly HttpTrigger[];
  readonly components: ReadonlyMap<string, ComponentDeclaration>;
  /** What is left out here, or means something else. */
  readonly warnings: readonly Problem[];
}

export interface VariableDeclaration {
  readonly name: string;
  readonly line: number;
  readonly default: string | undefined;
  readonly required: boolean;
  /** Its value must not be shown. */
  readonly secret: boolean;
}

export interface HttpTrigger {
  readonly id: string;
  readonly line: number;
  /** E.g. `trigger.http[0]`. */
  readonly path: string;
  /** `undefined` for a component that only others of the application reach. */
  readonly route: Located<string> | undefined;
  /** `undefined` where the manifest is wrong. */
  readonly target: TriggerTarget | undefined;
}

export type TriggerTarget =
  | { readonly kind: "component"; readonly id: string; readonly executor: Executor }
  | { readonly kind: "static"; readonly response: StaticResponse };

export type Executor =
  | { readonly type: "http" }
  | { readonly type: "wagi"; readonly argv: string; readonly entrypoint: string };

export interface StaticResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface ComponentDeclaration {
  readonly id: string;
  readonly line: number;
  readonly description: string;
  /** Path relative to the manifest. */
  readonly source: Located<string>;
  /** Templates. */
  readonly variables: ReadonlyMap<string, Located<string>>;
  readonly environment: ReadonlyMap<string, string>;
  readonly files: readonly FileMount[];
  readonly excludeFiles: readonly Located<string>[];
  /** Templates. */
  readonly allowedOutboundHosts: readonly Located<string>[];
  readonly keyValueStores: readonly Located<string>[];
  readonly sqliteDatabases: readonly Located<string>[];
  readonly build: BuildDeclaration | undefined;
  readonly limits: ComponentLimits;
}

export type FileMount =
  | { readonly kind: "pattern"; readonly line: number; readonly pattern: string }
  | {
      readonly kind: "placement";
      readonly line: number;
      readonly source: string;
      readonly destination: string;
    };

export interface BuildDeclaration {
  readonly line: number;
  /** Run one after another, by the shell. */
  readonly commands: readonly string[];
  /** Relative to the manifest; its directory, if left out. */
  readonly workdir: string | undefined;
  /** Patterns, relative to the working directory. */
  readonly watch: readonly Located<string>[];
}

/** `[component.NAME.tool.wasmeter]`: what one request may use. Those left out are the server's. */
export interface ComponentLimits {
  readonly fuel?: bigint | undefined;
  /** Milliseconds, from the request's arrival to the end of the guest. */
  readonly timeoutMs?: number | undefined;
  /** Bytes of memories and tables together. */
  readonly maxMemory?: number | undefined;
  /** Requests that run at the same time in a process. */
  readonly maxConcurrency?: number | undefined;
  readonly costModel?: "instructions" | "bounded" | undefined;
  /** Virtual clock and random numbers of this seed. */
  readonly deterministic?: { readonly seed: bigint } | undefined;
}
