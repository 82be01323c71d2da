// How host and plugin hand bytes to each other: the interface that each ABI implements.
// Owns the choice between them. What an instance is made of, and its life, is sandbox.ts's affair.

import type { Instance, Linker, Module, Store } from "../api/index.ts";
import type { OutputStream } from "../wasi/index.ts";
import type { CallLogs } from "./logs.ts";

export const ABIS = ["alloc", "extism", "stdio"] as const;

/** `alloc`: exported `alloc` and functions of pointer and length. `extism`: Extism's. `stdio`: standard streams. */
export type AbiName = (typeof ABIS)[number];

/** One call of the embedder, as an ABI carries it out. */
export interface GuestCall {
  readonly name: string;
  readonly input: Uint8Array;
  readonly outputLimit: number;
  /** What the embedder has given to the call for its host functions. */
  readonly context: unknown;
  /** Aborted when the call is over: what the host still does for it is in vain. */
  readonly signal: AbortSignal;
  /** Calls a function of the guest, within what is left of the call's fuel and time. Throws what ends the call. */
  invoke(name: string, args: readonly unknown[]): Promise<unknown>;
}

/** An ABI's side of one instance. */
export interface AbiSession {
  /** What the guest reads as its standard input. */
  readonly stdin: (() => Uint8Array | null) | undefined;
  readonly stdout: OutputStream | undefined;
  /** Carries out a call; gives a copy of the output. */
  run(instance: Instance, call: GuestCall): Promise<Uint8Array>;
  /** The call is over, and the instance becomes again what it was: forgets what belongs to the call, or to the state too. */
  end(keepsState: boolean): void;
}

export interface Abi {
  readonly name: AbiName;
  /** Defines what plugins of this ABI may import. */
  define(linker: Linker): void;
  /** @throws CallFailure `missing-export` for a function that cannot be called by this ABI */
  check(module: Module, name: string): void;
  open(store: Store, logs: CallLogs): AbiSession;
}

const EXTISM = /^extism:/;

/** The ABI that a module is written for, as far as its imports and exports say. */
export function detectAbi(module: Module): AbiName {
  if (module.imports.some((each) => EXTISM.test(each.module))) return "extism";
  const exported = new Set(module.exports.map(({ name }) => name));
  if (exported.has("alloc") && exported.has("memory")) return "alloc";
  return "stdio";
}

/** Whether a module exports a function of this type, in text form. */
export function exportsFunction(module: Module, name: string, type: RegExp): boolean {
  const found = module.exports.find((each) => each.name === name);
  return found?.kind === "func" && type.test(found.type);
}

/** Functions that a module exports, for messages. */
export function functionNames(module: Module): string {
  const names = module.exports.filter(({ kind }) => kind === "func").map(({ name }) => name);
  const shown = names.slice(0, 20).map((name) => JSON.stringify(name.slice(0, 60)));
  return shown.length === 0 ? "there are none" : `there are ${shown.join(", ")}`;
}
