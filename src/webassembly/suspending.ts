// JavaScript promise integration: `WebAssembly.Suspending` and `WebAssembly.promising`.
// A guest that waits is parked as data; no stack has to be switched.

import { backendOf } from "../api/backend.ts";
import { drive } from "../api/drive.ts";
import { Execution } from "../api/execution.ts";
import { resultsToHost } from "../api/values.ts";
import { defineOwn } from "../host.ts";
import { argumentsToWasm, type Callable, isCallable } from "./functions.ts";
import { Brand, finishInterface, type InterfaceObject } from "./interface.ts";
import type { Realm } from "./realm.ts";

/** The class `Suspending` of a namespace. */
export interface SuspendingClass {
  readonly Suspending: InterfaceObject;
  readonly suspending: Brand<{ readonly host: Callable }>;
}

export function makeSuspendingClass(): SuspendingClass {
  const suspending = new Brand<{ readonly host: Callable }>("Suspending");

  class Suspending {
    constructor(host: unknown) {
      if (!isCallable(host)) throw new TypeError("Suspending takes a function");
      suspending.add(this, { host });
    }
  }
  finishInterface(Suspending, "Suspending");
  return { Suspending, suspending };
}

/** "promising": a function whose calls may wait for imports that suspend. @throws TypeError for what is not exported */
export function promising(realm: Realm, callable: unknown): Callable {
  const func = realm.values.instanceOf(callable);
  if (func === undefined) throw new TypeError("promising takes a function that WebAssembly exports");
  const { store, engine } = realm;
  const wrapped: Callable = async (...args) => {
    const values = argumentsToWasm(realm, func.type, args);
    try {
      const { interpreter } = backendOf(engine);
      // Called by an import: there is one stack, so it begins as soon as the guest that called the import has stopped.
      if (interpreter.current(store.state) !== undefined) await undefined;
      // Several calls may wait at once, as the proposal has it.
      const run = interpreter.start(store.state, func, values, true);
      await drive(new Execution(store, run), realm.interrupts);
      return resultsToHost(realm.values, func.type.results, run.results);
    } catch (error) {
      throw realm.errors.ofRun(error);
    }
  };
  defineOwn(wrapped, "length", { value: func.type.params.length });
  return wrapped;
}
