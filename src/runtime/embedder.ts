// What a store's host is, for what lies below its classes: how values and calls look there.
// An interface only: the embedder API implements it, and another face of the engine can.

import type { ValType } from "../module/types.ts";
import type { FunctionInstance } from "./function.ts";
import type { ModuleInstance } from "./instance.ts";

/** How a store's embedder sees guest values. */
export interface EmbedderValues {
  /** Checks an embedder's value for `type`; `what` begins the message. @throws TypeError, RangeError */
  toGuest(value: unknown, type: ValType, what: string): unknown;
  /** A guest's value of `type` as the embedder gets it. @throws TypeError where it cannot have one */
  toHost(value: unknown, type: ValType): unknown;
  /** The JavaScript function that stands for a function: always the same. @throws LimitError for lack of room */
  callable(func: FunctionInstance): object;
  /** The function that an object stands for, if {@link callable} has made it. */
  instanceOf(callable: object): FunctionInstance | undefined;
  /**
   * Calls the embedder's own function as it expects to be, with values that are the embedder's; gives what it returns, or an
   * `UnpaidCall` if it `chargesFirst` and could not. `instance` is the calling one, `undefined` for the host.
   */
  invoke(
    // biome-ignore lint/suspicious/noExplicitAny: the embedder writes the parameter types that it declared
    host: (...args: any[]) => unknown,
    instance: ModuleInstance | undefined,
    args: readonly unknown[],
    chargesFirst: boolean,
  ): unknown;
}
