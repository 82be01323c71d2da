// Plugin: other people's code as one object that is called with bytes and gives bytes, one call after the other.

import { Module } from "../api/index.ts";
import { readOptions, unexpected } from "../checks/options.ts";
import type { AbiName } from "./abi.ts";
import { Dispatcher } from "./dispatcher.ts";
import { LocalBackend } from "./local-backend.ts";
import { PLUGIN_OPTIONS, type PluginCallOptions, type PluginOptions } from "./options.ts";
import type { PluginResult } from "./result.ts";
import { Runner } from "./runner.ts";
import { type PluginSource, Template } from "./template.ts";

/** What a plugin is made of: a module, its bytes, or what a manifest has been read to. */
export type PluginModule = Module | ArrayBuffer | ArrayBufferView | PluginSource;

/** @throws TypeError for what is none of these */
export function sourceOf(given: PluginModule, signature: string): PluginSource {
  if (isModule(given)) return { main: given, libraries: [] };
  if (isSource(given)) return given;
  throw unexpected(signature, "a Module, its bytes, or what readManifest gives", given);
}

function isSource(given: unknown): given is PluginSource {
  if (typeof given !== "object" || given === null) return false;
  const { main, libraries } = given as { readonly main?: unknown; readonly libraries?: unknown };
  return isModule(main) && Array.isArray(libraries) && libraries.every(isNamed);
}

function isNamed(library: unknown): boolean {
  if (typeof library !== "object" || library === null) return false;
  const { name, bytes } = library as { readonly name?: unknown; readonly bytes?: unknown };
  return typeof name === "string" && isModule(bytes);
}

function isModule(given: unknown): given is Module | ArrayBuffer | ArrayBufferView {
  return given instanceof Module || given instanceof ArrayBuffer || ArrayBuffer.isView(given);
}

/**
 * A plugin: load once, call a million times.
 *
 *     const plugin = new Plugin(bytes, { fuel: 1_000_000, memoryBytes: 10_000_000, timeoutMs: 5000 });
 *     const { output, fuelConsumed } = await plugin.call("transform", "some text");
 *
 * Calls are carried out one after the other; those that come meanwhile wait. Each finds the plugin as it was when it had been
 * initialised (see `state`), whatever the one before has done, or what has ended it. For calls at the same time there is
 * `PluginPool`.
 */
export class Plugin {
  readonly #template: Template;
  readonly #dispatcher: Dispatcher;

  /**
   * @throws PluginError `bad-module` or `link`
   * @throws TypeError, RangeError for options that make no sense
   */
  constructor(module: PluginModule, options?: PluginOptions) {
    const settings = readOptions("new Plugin", options, PLUGIN_OPTIONS);
    this.#template = new Template(sourceOf(module, "new Plugin(module, options)"), settings);
    const runner = new Runner();
    this.#dispatcher = new Dispatcher(new LocalBackend(this.#template, runner, 1, settings.onEvent), {
      ...settings,
      what: "plugin",
      queue: Number.POSITIVE_INFINITY,
      check: (name) => this.#template.check(name),
      runner,
    });
  }

  /** The ABI that it is called by. */
  get abi(): AbiName {
    return this.#template.abi.name;
  }

  get module(): Module {
    return this.#template.module;
  }

  /** Calls that wait or run. */
  get pending(): number {
    return this.#dispatcher.running + this.#dispatcher.queued;
  }

  /** Whether it has a function that can be called by that name. */
  has(name: string): boolean {
    try {
      this.#template.check(name);
      return true;
    } catch {
      return false;
    }
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
