// Canonical built-ins about the call under way that need nothing of the async ABI.

import { type RawHostFunction, VALUE_WORDS } from "../../runtime/raw-function.ts";
import type { CanonStep } from "../model/checked-component.ts";
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
