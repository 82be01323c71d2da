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
  const prototype = Object.create(Error.prototype, {
    constructor: { value: NamespaceError, writable: true, configurable: true },
    name: { value: name, writable: true, configurable: true },
    message: { value: "", writable: true, configurable: true },
  }) as Error;
  Object.defineProperties(NamespaceError, {
    prototype: { value: prototype, writable: false, enumerable: false },
    name: { value: name, configurable: true },
    length: { value: 1, configurable: true },
  });
  return NamespaceError as unknown as ErrorClass;
}

/** The four classes of one namespace, and what it remembers of the errors it threw. */
export class Errors {
  readonly CompileError = makeErrorClass("CompileError");
  readonly LinkError = makeErrorClass("LinkError");
  readonly RuntimeError = makeErrorClass("RuntimeError");
  readonly SuspendError = makeErrorClass("SuspendError");
  /** What no guest may catch on its way through host functions: traps, limits, interruptions. */
  readonly #uncatchable = new WeakSet<object>();

  /** The error as which something thrown by the engine, or by anything called from it, reaches the caller. */
  ofRun(thrown: unknown): unknown {
    if (thrown instanceof WouldBlockError)
      return this.#note(new this.SuspendError(thrown.message, { cause: thrown }));
    if (!(thrown instanceof EngineRuntimeError)) return thrown;
    const { message } = thrown;
    if (thrown instanceof Trap && thrown.code === "call-stack-exhausted") {
      return this.#note(new RangeError(message, { cause: thrown }));
    }
    return this.#note(new this.RuntimeError(message, { cause: thrown }));
  }

  /** @returns what decoding and validation threw, as a CompileError */
  ofCompilation(thrown: unknown): unknown {
    if (!(thrown instanceof EngineCompileError || thrown instanceof LimitError)) return thrown;
    return new this.CompileError(thrown.message, { cause: thrown });
  }

  /** @returns what matching imports or allocating threw */
  ofInstantiation(thrown: unknown): unknown {
    if (thrown instanceof EngineLinkError) return new this.LinkError(thrown.message, { cause: thrown });
    if (thrown instanceof LimitError) return new RangeError(thrown.message, { cause: thrown });
    return this.ofRun(thrown);
  }

  /** Whether guests do not see it when a host function lets it pass. */
  isUncatchable(thrown: unknown): boolean {
    if (thrown instanceof EngineRuntimeError || thrown instanceof WouldBlockError) return true;
    return typeof thrown === "object" && thrown !== null && this.#uncatchable.has(thrown);
  }

  #note(error: Error): Error {
    this.#uncatchable.add(error);
    return error;
  }
}
