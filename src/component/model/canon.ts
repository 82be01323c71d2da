// Canonical definitions as the binary format has them: indices not resolved, nothing checked beyond the grammar.

import type { SyntaxValType } from "./definitions.ts";

export type StringEncoding = "utf8" | "utf16" | "latin1+utf16";

/** One canonical option; a list of them may repeat and contradict itself, which is the validator's affair. */
export type CanonOption =
  | { readonly kind: StringEncoding | "async" }
  | { readonly kind: "memory" | "realloc" | "post-return" | "callback"; readonly index: number };

/** Built-ins without immediates. */
export const PLAIN_BUILTINS = [
  "backpressure.inc",
  "backpressure.dec",
  "task.cancel",
  "subtask.drop",
  "error-context.drop",
  "waitable-set.new",
  "waitable-set.drop",
  "waitable.join",
  "thread.index",
  "thread.resume-later",
] as const;

export type PlainBuiltin = (typeof PLAIN_BUILTINS)[number];

export type ResourceBuiltin = "resource.new" | "resource.drop" | "resource.rep";

/** What both streams and futures have, by the second part of its name. */
export type CopyOperation = "read" | "write";
export type EndOperation = "new" | "drop-readable" | "drop-writable";

export type StreamOrFuture = "stream" | "future";

/** Built-ins that only say whether they can be cancelled. */
export type CancellableBuiltin =
  | "thread.suspend"
  | "thread.yield"
  | "thread.suspend-then-resume"
  | "thread.yield-then-resume"
  | "thread.suspend-then-promote"
  | "thread.yield-then-promote";

export type Canon =
  | {
      readonly kind: "lift";
      readonly coreFunc: number;
      readonly options: readonly CanonOption[];
      readonly type: number;
    }
  | { readonly kind: "lower"; readonly func: number; readonly options: readonly CanonOption[] }
  | { readonly kind: ResourceBuiltin; readonly type: number }
  | { readonly kind: PlainBuiltin }
  | {
      readonly kind: "task.return";
      readonly result: SyntaxValType | undefined;
      readonly options: readonly CanonOption[];
    }
  | { readonly kind: "context.get" | "context.set"; readonly type: "i32" | "i64"; readonly slot: number }
  | { readonly kind: "subtask.cancel"; readonly async: boolean }
  | { readonly kind: `${StreamOrFuture}.${EndOperation}`; readonly type: number }
  | {
      readonly kind: `${StreamOrFuture}.${CopyOperation}`;
      readonly type: number;
      readonly options: readonly CanonOption[];
    }
  | {
      readonly kind: `${StreamOrFuture}.cancel-${CopyOperation}`;
      readonly type: number;
      readonly async: boolean;
    }
  | {
      readonly kind: "error-context.new" | "error-context.debug-message";
      readonly options: readonly CanonOption[];
    }
  | {
      readonly kind: "waitable-set.wait" | "waitable-set.poll";
      readonly cancellable: boolean;
      readonly memory: number;
    }
  | { readonly kind: "thread.new-indirect"; readonly type: number; readonly table: number }
  | { readonly kind: CancellableBuiltin; readonly cancellable: boolean };
