// PluginPool: a plugin that is called many times at once.

import type { Module, Tenant, TenantOptions } from "../api/index.ts";
import { readOptions } from "../checks/options.ts";
import type { AbiName } from "./abi.ts";
import type { Backend } from "./backend.ts";
import { Dispatcher } from "./dispatcher.ts";
import { LocalBackend } from "./local-backend.ts";
import {
  PLUGIN_DEFAULTS,
  type PluginCallOptions,
  POOL_OPTIONS,
  type PoolOptions,
  type PoolSettings,
} from "./options.ts";
import { type PluginModule, sourceOf } from "./plugin.ts";
import type { PluginResult } from "./result.ts";
import { Runner } from "./runner.ts";
import { type PluginSource, Template } from "./template.ts";

/** Makes what carries out calls in other threads, on hosts that have them. */
export type MakeThreads = (source: PluginSource, settings: PoolSettings) => Backend;

/**
 * A plugin for many calls at once: each in an instance of its own, which is as good as new for the next one. Calls of this
 * thread take turns by fuel; with `workers` they run in other threads, on all cores.
 *
 *     const pool = new PluginPool(bytes, { size: 16, workers: 4, fuel: 1_000_000 });
 *     const results = await Promise.all(inputs.map((input) => pool.call("transform", input)));
 */
export class PluginPool {
  readonly #template: Template;
  readonly #dispatcher: Dispatcher;
  readonly #runner: Runner | undefined;

  /**
   * @throws PluginError `bad-module` or `link`
   * @throws TypeError, RangeError for options that make no sense; TypeError for `workers` where there are none
   */
  constructor(module: PluginModule, options?: PoolOptions);
  /** @internal */
  constructor(module: PluginModule, options: PoolOptions | undefined, makeThreads: MakeThreads);
  constructor(module: PluginModule, options?: PoolOptions, makeThreads?: MakeThreads) {
    const settings = readOptions("new PluginPool", options, POOL_OPTIONS);
    const { workers = 0, size = PLUGIN_DEFAULTS.size, state } = settings;
    if (state === "kept") {
      throw new TypeError(
        'new PluginPool: option state: "kept" is for a Plugin, whose calls all find the same instance',
      );
    }
    const source = sourceOf(module, "new PluginPool(module, options)");
    this.#template = new Template(source, settings, workers === 0);
    let backend: Backend;
    if (workers === 0) {
      this.#runner = new Runner();
      backend = new LocalBackend(this.#template, this.#runner, size, settings.onEvent);
    } else if (makeThreads === undefined) {
      throw new TypeError("new PluginPool: option workers: this host has no worker threads");
    } else {
      backend = makeThreads(source, settings);
    }
    this.#dispatcher = new Dispatcher(backend, {
      ...settings,
      what: "pool",
      check: (name) => this.#template.check(name),
      runner: this.#runner,
    });
  }

  /** The ABI that it is called by. */
  get abi(): AbiName {
    return this.#template.abi.name;
  }

  get module(): Module {
    return this.#template.module;
  }

  /** Calls that run now. */
  get running(): number {
    return this.#dispatcher.running;
  }

  /** Calls that wait. */
  get queued(): number {
    return this.#dispatcher.queued;
  }

  /**
   * The tenant of that name, with its metrics: made with `options` when it is first asked for, or by the first call for it.
   * @throws TypeError for a pool of workers, where nobody's turns are known here; as `scheduler.tenant`
   */
  tenant(name: string, options?: TenantOptions): Tenant {
    if (this.#runner === undefined)
      throw new TypeError("pool.tenant: calls of this pool run in other threads");
    return this.#runner.scheduler.tenant(name, options);
  }

  /** All tenants, in the order in which they were made; none with `workers`. */
  get tenants(): readonly Tenant[] {
    return this.#runner?.scheduler.tenants ?? [];
  }

  /** Forgets a tenant that has no calls under way. */
  removeTenant(name: string): boolean {
    return this.#runner?.scheduler.removeTenant(name) ?? false;
  }

  /**
   * Calls a function of the plugin with bytes, or text as UTF-8. The bytes must not change until it has ended.
   * @throws by rejecting: PluginError, whatever goes wrong
   * @throws TypeError, RangeError at once for arguments that make no sense
   */
  call(name: string, input: Uint8Array | string = "", options?: PluginCallOptions): Promise<PluginResult> {
    return this.#dispatcher.call(name, input, options);
  }

  /** Ends what waits and runs (`cancelled`), and lets go of everything. */
  close(): Promise<void> {
    return this.#dispatcher.close();
  }
}
