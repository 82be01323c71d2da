// How the hosts' classes and functions are called: every method of a resource, and every plain function, is a call that the guest pays for,
// and its failures become those of its interface.

import { disposeSymbol } from "../host.ts";
import { brokenContract } from "./error-codes.ts";
import type { WasiState } from "./state.ts";

type Failure = (state: WasiState, error: unknown) => unknown;

/** Something that a guest has a handle to. */
export abstract class HostResource {
  /** @internal */
  readonly state: WasiState;
  readonly #parent: HostResource | undefined;
  #children = 0;
  #isGone = false;

  /** @param parent what this is a child of, in the words of WASI: it has to stay until this is dropped */
  constructor(state: WasiState, parent?: HostResource) {
    this.state = state;
    this.#parent = parent;
    if (parent !== undefined) parent.#children++;
  }

  /** Called when the guest drops its handle. @throws Trap while there are children */
  [disposeSymbol](): void {
    this.leave();
  }

  /** @internal The handle is gone: dropped, or given to what ends the resource. @throws Trap while there are children */
  leave(): void {
    if (this.#isGone) return;
    if (this.#children > 0) throw brokenContract("a resource was dropped before what was made from it");
    this.#isGone = true;
    if (this.#parent !== undefined) this.#parent.#children--;
  }
}

/**
 * Makes every method of a resource's class a call, see {@link WasiState.call}; for the class's static block.
 * @param base a class whose methods it inherits that are functions of the interface too
 */
export function resource(
  failure: Failure,
  declared: { readonly prototype: HostResource },
  base: { readonly prototype: HostResource } = declared,
): void {
  const methods = { ...methodsOf(base.prototype), ...methodsOf(declared.prototype) };
  for (const [name, method] of Object.entries(methods)) {
    const call = function (this: HostResource, ...args: unknown[]): unknown {
      return this.state.call(() => Reflect.apply(method, this, args), failure);
    };
    Object.defineProperty(declared.prototype, name, { value: call, writable: true, configurable: true });
  }
}

type Method = (...args: unknown[]) => unknown;

function methodsOf(prototype: HostResource): Record<string, Method> {
  const found: Record<string, Method> = {};
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const method = Object.getOwnPropertyDescriptor(prototype, name)?.value as unknown;
    if (name !== "constructor" && typeof method === "function") found[name] = method as Method;
  }
  return found;
}

/** A plain function as a call. */
export function hostFunction<Args extends readonly unknown[], Result>(
  stateOf: () => WasiState,
  failure: Failure,
  run: (state: WasiState, ...args: Args) => Result,
): (...args: Args) => Result {
  return (...args) => {
    const state = stateOf();
    return state.call(() => run(state, ...args), failure);
  };
}

/**
 * A class as the guest constructs it: the constructor of `declared`, with the state of the guest that calls. Its instances are instances
 * of `declared`, and the other way round.
 */
export function constructible<Args extends readonly unknown[], R extends HostResource>(
  stateOf: () => WasiState,
  declared: new (state: WasiState, ...args: Args) => R,
  statics: Readonly<Record<string, (...args: never) => unknown>> = {},
): object {
  function construct(...args: Args): R {
    const state = stateOf();
    return state.call(
      () => new declared(state, ...args),
      (_, error) => error,
    );
  }
  construct.prototype = declared.prototype;
  return Object.assign(construct, statics);
}

/** What can be taken once, e.g. a body. */
export class Once<T> {
  #value: { readonly value: T } | undefined;

  constructor(value: T) {
    this.#value = { value };
  }

  /** The value; `undefined` the second time. */
  take(): T | undefined {
    const taken = this.#value;
    this.#value = undefined;
    return taken?.value;
  }
}

/** @throws Trap if something that must exist once is asked for again */
export function must<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw brokenContract(what);
  return value;
}
