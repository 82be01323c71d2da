// What the runner needs of an engine. Adapters implement it; the executor knows nothing else of engines.

import type { Feature } from "../src/isa/features.ts";
import type { RawValue, RefInspector } from "./reader/values.ts";

/** The stage at which something was refused or stopped; `other` is never what a script expects. */
export type FailureStage = "malformed" | "invalid" | "unlinkable" | "trap" | "exception" | "other";

/** One store with the `spectest` module and the scripts' registered instances. */
export interface World extends RefInspector {
  /** Decodes and validates. Throws the engine's error. */
  compile(bytes: Uint8Array): unknown;
  /**
   * What is wrong with the custom sections of a module, valid or not, in the suite's words; `undefined` where the
   * engine has no such check. Throws the engine's error when the bytes are no module.
   */
  customSectionProblems(bytes: Uint8Array): readonly string[] | undefined;
  /** Links against `spectest` and everything registered, and runs the start function. Throws the engine's error. */
  instantiate(module: unknown): unknown;
  /** Makes the exports of `instance` importable under `name`; a later one replaces an earlier one. */
  register(name: string, instance: unknown): void;
  /** Calls an export. `results` are the types that the script expects, if it expects any. */
  invoke(
    instance: unknown,
    name: string,
    args: readonly RawValue[],
    results: readonly RawValue["type"][] | undefined,
  ): readonly RawValue[];
  /** Value of an exported global of `type`. */
  get(instance: unknown, name: string, type: RawValue["type"]): RawValue;
  /** The host object that scripts call `ref.extern id` or `ref.host id`; the same one each time. */
  hostObject(id: number): unknown;
}

export interface EngineAdapter {
  /** An engine of another house: has its own messages and may call malformed what others call invalid. */
  readonly foreign: boolean;
  /** A fresh world with exactly `features` on. */
  open(features: readonly Feature[]): World;
  /** What `error`, thrown by a world, stands for. */
  classify(error: unknown): { stage: FailureStage; message: string };
}

/** Options that reach the engine unchanged. */
export interface EngineOptions {
  readonly lowering?: "exact" | "fast" | "tree" | "random" | "fused" | "fused-random";
  /** Stops every call again and again, and goes on with it in a run that is made from its frames. */
  readonly relocate?: boolean;
}

/** Fuel of one invocation or instantiation: far above what any script needs, far below a hang. */
export const FUEL_PER_ACTION = 500_000_000;
