// The namespace's error classes, and which one an error of the engine becomes.
// What the engine said stays reachable as `cause`.

import {
  CompileError as EngineCompileError,
  LinkError as EngineLinkError,
  RuntimeError as EngineRuntimeError,
  LimitError,
  Trap,
  WouldBlockError,
} from "../errors.ts";
import { defineOwn, isInstance } from "../host.ts";

/** A class like those of ECMAScript's own errors: callable without `new`, `name` and `message` on the prototype. */
export interface ErrorClass {
  new (message?: string, options?: { cause?: unknown }): Error;
  (message?: string, options?: { cause?: unknown }): Error;
  readonly prototype: Error;
}

function makeErrorClass(name: string): ErrorClass {
  function NamespaceError(this: unknown, ...args: readonly unknown[]): Error {
    const target = new.target ?? NamespaceError;
    return Reflect.construct(Error, args, target) as Error;
  }
  Object.setPrototypeOf(NamespaceError, Error);
  const prototype = Object.create(Error.prototype) as Error;
  for (const [key, value] of Object.entries({ constructor: NamespaceError, name, message: "" })) {
    defineOwn(prototype, key, { value, writable: true, configurable: true });
  }
  defineOwn(NamespaceError, "prototype", { value: prototype, writable: false, enumerable: false });
  defineOwn(NamespaceError, "name", { value: name, configurable: true });
  defineOwn(NamespaceError, "length", { value: 1, configurable: true });
  return NamespaceError as unknown as ErrorClass;
}

/**
 * What no guest may catch on its way through host functions: traps, limits, interruptions. Of all namespaces, as a guest of one may
 * be called by a host function of another.
 */
const uncatchable = new WeakSet<object>();

/** The four classes of one namespace. */
export class Errors {
  readonly CompileError = makeErrorClass("CompileError");
  readonly LinkError = makeErrorClass("LinkError");
  readonly RuntimeError = makeErrorClass("RuntimeError");
  readonly SuspendError = makeErrorClass("SuspendError");

  /** The error as which something thrown by the engine, or by anything called from it, reaches the caller. */
  ofRun(thrown: unknown): unknown {
    if (isInstance(thrown, WouldBlockError))
      return note(new this.SuspendError(thrown.message, { cause: thrown }));
    if (!isInstance(thrown, EngineRuntimeError)) return thrown;
    const { message } = thrown;
    if (thrown instanceof Trap && thrown.code === "call-stack-exhausted") {
      return note(new RangeError(message, { cause: thrown }));
    }
    return note(new this.RuntimeError(message, { cause: thrown }));
  }

  /** @returns what decoding and validation threw, as a CompileError */
  ofCompilation(thrown: unknown): unknown {
    if (!(isInstance(thrown, EngineCompileError) || isInstance(thrown, LimitError))) return thrown;
    return new this.CompileError(thrown.message, { cause: thrown });
  }

  /** @returns what matching imports or allocating threw */
  ofInstantiation(thrown: unknown): unknown {
    if (isInstance(thrown, EngineLinkError)) return new this.LinkError(thrown.message, { cause: thrown });
    if (isInstance(thrown, LimitError)) return new RangeError(thrown.message, { cause: thrown });
    return this.ofRun(thrown);
  }

  /** Whether guests do not see it when a host function lets it pass. */
  isUncatchable(thrown: unknown): boolean {
    if (isInstance(thrown, EngineRuntimeError) || isInstance(thrown, WouldBlockError)) return true;
    return typeof thrown === "object" && thrown !== null && uncatchable.has(thrown);
  }
}

function note(error: Error): Error {
  uncatchable.add(error);
  return error;
}
