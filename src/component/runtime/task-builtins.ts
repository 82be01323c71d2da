// Canonical built-ins about the call under way that never wait.

import { Trap } from "../../errors.ts";
import { type RawHostFunction, VALUE_WORDS } from "../../runtime/raw-function.ts";
import { Side } from "../abi/context.ts";
import { liftReturned } from "../abi/signature.ts";
import type { CanonStep } from "../model/checked-component.ts";
import type { GuestOptions } from "./guest-options.ts";
import type { InstanceState } from "./instance-state.ts";

type ContextStep = Extract<CanonStep, { readonly canon: "context.get" | "context.set" }>;

/** `context.get` and `context.set`: a word, or two, that the call keeps. */
export function contextBuiltin(
  { context }: InstanceState,
  { canon, type, slot }: ContextStep,
): RawHostFunction {
  const at = 2 * slot;
  const isWide = type === "i64";
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      if (canon === "context.get") {
        R[base] = context[at] as number;
        R[base + 1] = isWide ? (context[at + 1] as number) : 0;
      } else {
        context[at] = R[base] as number;
        context[at + 1] = isWide ? (R[base + 1] as number) : 0;
      }
      return undefined;
    },
  };
}

/** `task.return`: gives the result of a call by the async ABI. */
export function taskReturn(
  instance: InstanceState,
  { result, coreType }: Extract<CanonStep, { readonly canon: "task.return" }>,
  options: GuestOptions,
): RawHostFunction {
  return {
    words: VALUE_WORDS * Math.max(1, coreType.params.length),
    begin(machine, base) {
      instance.requireMayLeave();
      const { task } = instance;
      if (task === undefined) throw new Trap("invalid-task-return");
      // Handles pass as they do to whoever has called.
      task.taskReturn(result, (boundary, isHostCall) => {
        const shared = isHostCall ? options.withHost : options.withGuest;
        return liftReturned(result, new Side(shared, options.memory, boundary, machine), base);
      });
      return undefined;
    },
  };
}

/** `backpressure.inc` and `backpressure.dec`. */
export function backpressure(instance: InstanceState, by: 1 | -1): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin() {
      instance.changeBackpressure(by);
      return undefined;
    },
  };
}
