// Wasi: one guest's WASI 0.2 and 0.3, from options to exit status.

import { FUEL, wrongArgument } from "../checks/options.ts";
import type { ComponentInstanceLike, ComponentLinkerLike, HostCaller } from "./engine.ts";
import { defineInterfaces } from "./interfaces.ts";
import type { ComponentWasiOptions } from "./options.ts";
import { callRun, pathOfRun } from "./run-command.ts";
import { WasiState } from "./state.ts";

/**
 * WASI 0.2 and 0.3 for one guest, a component.
 *
 *     const wasi = new Wasi({ args: ["app"], stdout: (chunk) => … });
 *     wasi.addTo(linker);
 *     const status = await wasi.run(await linker.instantiateAsync(store, component));
 *
 * Nothing is granted that the options do not name. Several can be in use at once; they share nothing.
 */
export class Wasi {
  /** As a participant of a store. */
  readonly name = "wasi";
  readonly version = 2;
  readonly #options: ComponentWasiOptions | undefined;
  #state: WasiState;
  #phase: Phase = "new";
  #phaseAtCheckpoint: Phase = "new";
  #fuelAtCheckpoint = 0n;

  /** @throws TypeError, RangeError for options that make no sense; WasiError if a preopened directory cannot be opened */
  constructor(options?: ComponentWasiOptions) {
    this.#options = options;
    this.#state = new WasiState(options);
  }

  /**
   * The exit status, once the guest has ended by itself: 0 or 1, or what it gave to `exit-with-code`. A trap has none.
   */
  get exitCode(): number | undefined {
    return this.#state.exitCode;
  }

  /** Files, directories, sockets and HTTP requests that are open now. */
  get openDescriptors(): number {
    return this.#state.openDescriptors;
  }

  /** How often the guest has asked for something of the network that it was not granted. */
  get networkDenials(): number {
    return this.#state.network.denials;
  }

  /** @internal For what serves requests. */
  get state(): WasiState {
    return this.#state;
  }

  /**
   * Defines all interfaces of WASI 0.2 and 0.3 for guests of any store that was made with a WASI: `new Store(engine, { wasi: new Wasi(…) })`.
   * Once for a linker, however many guests there will be. In another store the functions throw a TypeError.
   * @throws TypeError for what is no linker, or one that has them already
   */
  static addTo(linker: ComponentLinkerLike): void {
    requireLinker(linker);
    defineInterfaces(linker, () => {
      const wasi = linker.caller?.store?.wasi;
      if (wasi instanceof Wasi) return wasi.#connected(() => linker.caller);
      throw new TypeError("the store has no WASI: make it with new Store(engine, { wasi: new Wasi(…) })");
    });
  }

  /** Defines the same for this guest alone, whatever its store. @throws as the static method */
  addTo(linker: ComponentLinkerLike): void {
    requireLinker(linker);
    defineInterfaces(linker, () => this.#connected(() => linker.caller));
  }

  /**
   * Runs a command's `wasi:cli/run` to its end and closes everything. The guest can wait. Resolves when what it has written has
   * arrived.
   *
   * @param options the engine's for asynchronous calls, e.g. `timeoutMs`, `signal`, `fuel`
   * @returns the exit status: 0 or 1, or what the guest gave to `exit-with-code`
   * @throws TypeError if the component exports no `wasi:cli/run`; Error if this has run or been closed before; whatever else
   * ends the guest: `Trap`, `OutOfFuelError` …; what closing gives, if the guest ended well
   */
  async run(instance: ComponentInstanceLike, options?: object): Promise<number> {
    const path = pathOfRun(exportsOf(instance, "wasi.run(instance, options)"));
    if (path === undefined) throw new TypeError("the component does not export wasi:cli/run@0.2, nor @0.3");
    this.#enter("running");
    this.#connected(() => instance.caller);
    let status = 0;
    try {
      status = await callRun(this.#state, instance, path, options);
    } catch (error) {
      this.#closeAfter(error);
    }
    this.#state.exitCode = status;
    this.close();
    await this.flushed();
    return status;
  }

  /**
   * Resolves when what the guest has written so far has arrived where it goes. Rejects with the failure of a stream that the guest could
   * not be told any more.
   */
  flushed(): Promise<void> {
    return this.#state.flush();
  }

  /**
   * Closes everything that is open: files, sockets and requests. A guest that is waiting gets an error, and one that goes on can use
   * nothing. Output streams are let go when they have taken everything, and stay open. Can be repeated.
   */
  close(): void {
    this.#phase = "closed";
    this.#state.close();
  }

  /**
   * For `instance.checkpoint()`: notes whether the guest is new or in use.
   * @throws Error if it has ended, or has something open that it was not granted, which could not be done again
   */
  checkpoint(fuelConsumed: bigint): void {
    const fuel = FUEL.read(fuelConsumed, "wasi.checkpoint: fuelConsumed");
    if (this.#phase === "running" || this.#phase === "closed")
      throw new Error(`this WASI cannot be reset: it is ${DESCRIPTION[this.#phase]}`);
    this.#phaseAtCheckpoint = this.#phase;
    this.#fuelAtCheckpoint = fuel - this.#state.start;
    if (this.#state.openDescriptors > this.#state.preopens.length)
      throw new Error("this WASI cannot be reset: the guest has something open");
  }

  /**
   * For `instance.reset()`: closes everything and begins anew from the options.
   * @throws WasiError if a preopened directory cannot be opened any more; what closing gives
   */
  reset(fuelConsumed: bigint): void {
    const fuel = FUEL.read(fuelConsumed, "wasi.reset: fuelConsumed");
    this.close();
    this.#state.hostHeap.retire();
    this.#state = new WasiState(this.#options, fuel - this.#fuelAtCheckpoint);
    this.#phase = this.#phaseAtCheckpoint;
  }

  /** @internal The guest is called as a library. @throws Error if it has run or been closed */
  use(instance: ComponentInstanceLike): void {
    this.#connected(() => instance.caller);
    if (this.#phase === "new") this.#phase = "library";
    if (this.#phase !== "library")
      throw new Error(`this WASI cannot be used: it is ${DESCRIPTION[this.#phase]}`);
  }

  #connected(caller: () => HostCaller | undefined): WasiState {
    this.#state.connect(caller);
    return this.#state;
  }

  #enter(phase: Phase): void {
    if (this.#phase !== "new")
      throw new Error(`this WASI cannot be started: it is ${DESCRIPTION[this.#phase]}`);
    this.#phase = phase;
  }

  /** Closes everything and throws what has ended the guest, whatever goes wrong with closing. */
  #closeAfter(error: unknown): never {
    try {
      this.close();
    } catch {
      // The first failure is the one to be told.
    }
    throw error;
  }
}

type Phase = "new" | "running" | "library" | "closed";

const DESCRIPTION = {
  new: "new",
  running: "running",
  library: "in use as a library",
  closed: "closed",
} as const;

function requireLinker(linker: ComponentLinkerLike): void {
  if (typeof (linker as Partial<ComponentLinkerLike> | null | undefined)?.instance === "function") return;
  throw wrongArgument("wasi.addTo(linker)", "linker", "a ComponentLinker", linker);
}

/**
 * The path of a function of an exported interface of WASI 0.2, whatever its patch version.
 * @throws TypeError if there is none
 */
export function exportedFunction(
  instance: ComponentInstanceLike,
  interfaceName: string,
  name: string,
  signature: string,
  version = "0.2",
): readonly [string, string] {
  const found = Object.keys(exportsOf(instance, signature)).find((each) =>
    each.startsWith(`${interfaceName}@${version}.`),
  );
  if (found === undefined) throw new TypeError(`the component does not export ${interfaceName}@${version}`);
  return [found, name];
}

/** @throws TypeError for what is no instance of a component */
function exportsOf(instance: ComponentInstanceLike, signature: string): object {
  const exports: unknown = (instance as Partial<ComponentInstanceLike> | null | undefined)?.exports;
  if (typeof exports !== "object" || exports === null || typeof instance.callAsync !== "function")
    throw wrongArgument(signature, "instance", "an instance of a component", instance);
  return exports;
}

/** Whether an instance exports an interface whose name begins so. */
export function exportsInterface(instance: ComponentInstanceLike, prefix: string): boolean {
  const exports: unknown = (instance as Partial<ComponentInstanceLike> | null | undefined)?.exports;
  return (
    typeof exports === "object" &&
    exports !== null &&
    Object.keys(exports).some((name) => name.startsWith(prefix))
  );
}
