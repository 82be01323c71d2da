// The state of one Extism plugin: its memory, input, output, error, variables, last response.
// Owns the bounds of what it keeps. What the plugin's functions do with it is functions.ts's.

import { ExitError, type Instance, type Store } from "../../api/index.ts";
import { quotedName } from "../../printable.ts";
import { utf8Length } from "../../utf8.ts";
import type { AbiSession, GuestCall } from "../abi.ts";
import { CallFailure } from "../failure.ts";
import { type CallLogs, excerptOf } from "../logs.ts";
import type { HttpCallback } from "./http.ts";
import { ExtismMemory } from "./memory.ts";

/** What is the same for all instances of a plugin. */
export interface ExtismConfig {
  readonly config: ReadonlyMap<string, Uint8Array>;
  readonly allowedHosts: readonly string[];
  readonly http: HttpCallback;
  readonly variableBytes: number;
  readonly httpResponseBytes: number;
  readonly httpRequests: number;
}

/** What a variable takes besides its name and value. */
const VARIABLE_BYTES = 64;

export class ExtismSession implements AbiSession {
  readonly stdin = undefined;
  readonly stdout = undefined;
  readonly memory: ExtismMemory;
  readonly logs: CallLogs;
  readonly config: ExtismConfig;
  readonly variables = new Map<string, Uint8Array>();
  #variableBytes = 0;
  /** The call that is under way. */
  call: GuestCall | undefined;
  input = 0;
  inputLength = 0;
  output: { readonly address: number; readonly length: number } | undefined;
  error = 0;
  status = 0;
  headers: string | undefined;
  requests = 0;

  constructor(store: Store, logs: CallLogs, config: ExtismConfig) {
    this.memory = new ExtismMemory(store);
    this.logs = logs;
    this.config = config;
  }

  /** @throws Error between calls */
  get signal(): AbortSignal {
    if (this.call === undefined) throw new Error("no call of the plugin is under way");
    return this.call.signal;
  }

  async run(_instance: Instance, call: GuestCall): Promise<Uint8Array> {
    this.call = call;
    this.input = this.memory.lend(call.input);
    this.inputLength = this.input === 0 ? 0 : call.input.length;
    if (this.inputLength < call.input.length) {
      throw new CallFailure("memory", `the plugin's memory has no room for its input`);
    }
    let status: unknown;
    try {
      status = await call.invoke(call.name, []);
    } catch (error) {
      // Commands end so: what they have set as output is their output.
      if (!(error instanceof ExitError) || error.exitCode !== 0) throw error;
    }
    const problem = this.error === 0 ? undefined : this.memory.block(this.error);
    if (problem !== undefined) throw new CallFailure("guest-error", excerptOf(problem));
    if (status !== undefined && status !== 0) {
      throw new CallFailure(
        "guest-error",
        `${quotedName(call.name)} gave ${String(status)}, which means failure`,
      );
    }
    const { address, length } = this.output ?? { address: 0, length: 0 };
    if (length > call.outputLimit) {
      throw new CallFailure(
        "output-too-large",
        `an output of ${length} bytes: more than ${call.outputLimit}`,
      );
    }
    // It may have been freed since.
    const output = length === 0 ? undefined : this.memory.read(address, length);
    if (length > 0 && output === undefined) {
      throw new CallFailure("guest-error", "the plugin has freed its output");
    }
    return output?.slice() ?? new Uint8Array(0);
  }

  end(keepsState: boolean): void {
    this.call = undefined;
    this.memory.reset();
    this.input = 0;
    this.inputLength = 0;
    this.output = undefined;
    this.error = 0;
    this.status = 0;
    this.headers = undefined;
    this.requests = 0;
    if (keepsState || this.variables.size === 0) return;
    this.variables.clear();
    this.#variableBytes = 0;
  }

  /** Keeps a variable; false if there is no room. */
  setVariable(name: string, value: Uint8Array): boolean {
    const before = this.variables.get(name);
    const cost = VARIABLE_BYTES + utf8Length(name) + value.length;
    const rest = this.#variableBytes - (before === undefined ? 0 : this.#costOf(name, before));
    if (rest + cost > this.config.variableBytes) return false;
    this.#variableBytes = rest + cost;
    this.variables.set(name, value);
    return true;
  }

  removeVariable(name: string): void {
    const before = this.variables.get(name);
    if (before === undefined) return;
    this.#variableBytes -= this.#costOf(name, before);
    this.variables.delete(name);
  }

  #costOf(name: string, value: Uint8Array): number {
    return VARIABLE_BYTES + utf8Length(name) + value.length;
  }
}
