// What a host function sees of the plugin that calls it, and how it is declared.
// Owns the checks of what it asks for. It is of one call: afterwards it refuses.

import type { Caller, Linker } from "../api/index.ts";
import {
  FUEL,
  listOf,
  type OptionTable,
  oneOf,
  optionsOf,
  recordOf,
  required,
  type Shape,
  STRING,
  shape,
  wrongArgument,
} from "../checks/options.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { GuestCall } from "./abi.ts";
import type { ExtismSession } from "./extism/session.ts";
import { textOfBytes } from "./logs.ts";

const NUMBERS = ["i32", "i64", "f32", "f64"] as const;

/** What a host function's parameters and results are. For Extism, an address of a block is an `i64`. */
export type NumberType = (typeof NUMBERS)[number];

/** A function of the host for plugins. */
export interface PluginHostFunction {
  readonly params: readonly NumberType[];
  readonly results: readonly NumberType[];
  /**
   * Called with numbers, and bigints for `i64`. It may give a promise: the plugin waits. What it throws ends the call as
   * `host-error`.
   */
  readonly run: (plugin: CurrentPlugin, ...args: (number | bigint)[]) => unknown;
  /** Fuel for each call. Default 0. */
  readonly fuel?: bigint | number | undefined;
}

/** Functions of the host by namespace and name. Extism's plugins import theirs from `extism:host/user`. */
export type PluginHostFunctions = Readonly<Record<string, Readonly<Record<string, PluginHostFunction>>>>;

const NUMBER_TYPES = /* @__PURE__ */ listOf("an array of number types", /* @__PURE__ */ oneOf(NUMBERS));

const HOST_FUNCTION = {
  params: /* @__PURE__ */ required(NUMBER_TYPES),
  results: /* @__PURE__ */ required(NUMBER_TYPES),
  run: /* @__PURE__ */ required(
    /* @__PURE__ */ shape<PluginHostFunction["run"]>("a function", (value) => typeof value === "function"),
  ),
  fuel: FUEL,
} satisfies OptionTable<PluginHostFunction>;

export const HOST_FUNCTIONS: Shape<PluginHostFunctions> = /* @__PURE__ */ recordOf(
  "an object of namespaces",
  /* @__PURE__ */ recordOf(
    "an object of functions",
    /* @__PURE__ */ optionsOf("a host function, { params, results, run }", HOST_FUNCTION),
  ),
);

/** One instance, as far as its host functions need to know it. */
export interface CallScope {
  /** The call that is under way. */
  readonly call: GuestCall | undefined;
  /** Its blocks and variables, if it is of Extism. */
  readonly extism: ExtismSession | undefined;
}

/** Defines host functions in a linker. `scopeOf` finds who calls. */
export function defineHostFunctions(
  linker: Linker,
  functions: PluginHostFunctions,
  scopeOf: (caller: Caller) => CallScope,
): void {
  for (const [namespace, byName] of Object.entries(functions)) {
    for (const [name, { params, results, fuel, run }] of Object.entries(byName)) {
      linker.func(namespace, name, { params, results, fuel }, (caller, ...args) => {
        const scope = scopeOf(caller);
        if (scope.call === undefined) throw new Error("no call of the plugin is under way");
        return run(new CurrentPlugin(caller, scope, scope.call), ...args);
      });
    }
  }
}

/** @throws TypeError for what is neither bytes nor text */
function bytesOf(data: unknown, signature: string, name: string): Uint8Array {
  if (typeof data === "string") return encodeUtf8(data);
  if (data instanceof Uint8Array) return data;
  throw wrongArgument(signature, name, "a Uint8Array or a string", data);
}

/** The plugin that calls a host function: valid until the call of the plugin is over. */
export class CurrentPlugin {
  readonly #caller: Caller;
  readonly #scope: CallScope;
  readonly #call: GuestCall;

  /** @internal */
  constructor(caller: Caller, scope: CallScope, call: GuestCall) {
    this.#caller = caller;
    this.#scope = scope;
    this.#call = call;
  }

  /** The engine's view of the caller: the guest's memory, its fuel. */
  get caller(): Caller {
    this.#live();
    return this.#caller;
  }

  /** What `plugin.call` was given as `context`. */
  get context(): unknown {
    return this.#live().context;
  }

  /** Aborted when the call is over. */
  get signal(): AbortSignal {
    return this.#call.signal;
  }

  /** A copy of the block at an address. @throws RangeError if none begins there */
  read(address: bigint | number): Uint8Array {
    const bytes = this.#extism().memory.block(Number(address));
    if (bytes === undefined) throw new RangeError(`there is no block at ${address}`);
    return bytes.slice();
  }

  /** The block at an address as text. @throws RangeError if none begins there */
  readString(address: bigint | number): string {
    return textOfBytes(this.read(address));
  }

  /** Puts bytes or text into a new block; gives its address, 0 for nothing. @throws RangeError if the plugin's memory has no room */
  write(data: Uint8Array | string): bigint {
    const bytes = bytesOf(data, "plugin.write(data)", "data");
    const address = this.#extism().memory.store(bytes);
    if (address === 0 && bytes.length > 0) {
      throw new RangeError(`the plugin's memory has no room for ${bytes.length} bytes`);
    }
    return BigInt(address);
  }

  /** Frees the block at an address, if one begins there. */
  free(address: bigint | number): void {
    this.#extism().memory.free(Number(address));
  }

  /** A copy of a variable of the plugin. */
  getVariable(name: string): Uint8Array | undefined {
    return this.#extism().variables.get(name)?.slice();
  }

  /** @throws RangeError if the variables have no room */
  setVariable(name: string, value: Uint8Array | string): void {
    STRING.read(name, "plugin.setVariable(name, value): name");
    const bytes = bytesOf(value, "plugin.setVariable(name, value)", "value").slice();
    if (!this.#extism().setVariable(name, bytes)) throw new RangeError("the variables have no room for it");
  }

  /** @throws Error when the call that this was made for is over */
  #live(): GuestCall {
    if (this.#scope.call !== this.#call) throw new Error("the plugin's call is over");
    return this.#call;
  }

  /** @throws TypeError for plugins of another ABI */
  #extism(): ExtismSession {
    this.#live();
    if (this.#scope.extism === undefined)
      throw new TypeError("blocks and variables are of Extism's plugins only");
    return this.#scope.extism;
  }
}
