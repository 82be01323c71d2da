// What all instances of a plugin have in common: its module, its imports, its ABI, its bounds.
// Owns how they are made of the options. An instance's life is sandbox.ts's affair.

import { type Caller, Engine, type Limits, Linker, Module, type PreparedInstance } from "../api/index.ts";
import { encodeUtf8 } from "../utf8.ts";
import { WasiPreview1 } from "../wasi/index.ts";
import { type Abi, type AbiName, detectAbi } from "./abi.ts";
import { ALLOC_ABI } from "./abi-alloc.ts";
import { STDIO_ABI } from "./abi-stdio.ts";
import { type CallScope, defineHostFunctions } from "./current-plugin.ts";
import { ExtismAbi } from "./extism/abi.ts";
import { fetchHttp } from "./extism/http.ts";
import { setupError } from "./failure.ts";
import { PLUGIN_DEFAULTS, type PluginSettings } from "./options.ts";

/** A module that others of the same plugin may import from, by its name. */
export interface NamedModule {
  readonly name: string;
  readonly module: Module;
}

export class Template {
  readonly module: Module;
  readonly abi: Abi;
  readonly settings: PluginSettings;
  readonly limits: Partial<Limits>;
  readonly prepared: PreparedInstance | undefined;
  readonly libraries: readonly NamedModule[];
  readonly linker: Linker;
  /** Functions that were found callable: a module may export a hundred thousand. */
  readonly #callable = new Set<string>();
  /** By the store: who a host function's caller is. */
  readonly scopes = new WeakMap<object, CallScope>();

  /**
   * @param links whether its imports are there, which is not so where calls run in other threads
   * @throws PluginError `bad-module` or `link`; TypeError, RangeError for options that make no sense
   */
  constructor(source: PluginSource, settings: PluginSettings, links = true) {
    this.settings = settings;
    const { memoryBytes = PLUGIN_DEFAULTS.memoryBytes } = settings;
    this.limits = { ...settings.limits, memoryBytes, totalBytes: memoryBytes };
    const engine = engineOf(source, settings);
    try {
      this.module = moduleOf(engine, source.main);
      this.libraries = source.libraries.map(({ name, bytes }) => ({ name, module: moduleOf(engine, bytes) }));
      const { abi = "auto" } = settings;
      this.abi = makeAbi(abi === "auto" ? detectAbi(this.module) : abi, settings);
      this.linker = this.#makeLinker(engine);
      // What imports from other instances is linked for each store.
      this.prepared = links && this.libraries.length === 0 ? this.linker.prepare(this.module) : undefined;
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) throw error;
      throw setupError(error);
    }
  }

  /** @throws CallFailure `missing-export` for a function that cannot be called by the plugin's ABI */
  check(name: string): void {
    if (this.#callable.has(name)) return;
    this.abi.check(this.module, name);
    this.#callable.add(name);
  }

  /** A linker with everything that does not belong to a store. */
  freshLinker(): Linker {
    return this.#makeLinker(this.module.engine);
  }

  #makeLinker(engine: Engine): Linker {
    const linker = new Linker(engine);
    WasiPreview1.addTo(linker);
    this.abi.define(linker);
    const scopeOf = ({ store }: Caller): CallScope => {
      const scope = this.scopes.get(store);
      if (scope === undefined) throw new Error("the store is of no plugin");
      return scope;
    };
    defineHostFunctions(linker, this.settings.hostFunctions ?? {}, scopeOf);
    this.settings.imports?.(linker);
    return linker;
  }
}

/** What a plugin is made of. */
export interface PluginSource {
  readonly main: Module | ArrayBuffer | ArrayBufferView;
  readonly libraries: readonly { readonly name: string; readonly bytes: ArrayBuffer | ArrayBufferView }[];
}

function engineOf({ main }: PluginSource, { engine }: PluginSettings): Engine {
  if (!(main instanceof Module)) return engine ?? new Engine({ costModel: "bounded" });
  if (engine !== undefined && engine !== main.engine) {
    throw new TypeError("new Plugin: option engine: it is not the module's");
  }
  return main.engine;
}

function moduleOf(engine: Engine, source: PluginSource["main"]): Module {
  return source instanceof Module ? source : new Module(engine, source);
}

function makeAbi(name: AbiName, settings: PluginSettings): Abi {
  if (name === "alloc") return ALLOC_ABI;
  if (name === "stdio") return STDIO_ABI;
  const { config = {}, allowedHosts = [], http = fetchHttp } = settings;
  const { variableBytes, httpResponseBytes, httpRequests } = { ...PLUGIN_DEFAULTS, ...settings };
  const encoded = Object.entries(config).map(([key, value]) => [key, encodeUtf8(value)] as const);
  return new ExtismAbi({
    ...{ config: new Map(encoded), allowedHosts, http },
    ...{ variableBytes, httpResponseBytes, httpRequests },
  });
}
