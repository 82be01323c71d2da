// Putting a namespace where the host has none that works.

import { createWebAssembly } from "./namespace.ts";
import type { WebAssemblyOptions } from "./realm.ts";

export interface InstallOptions extends WebAssemblyOptions {
  /** Also where the host's own works. Default false. */
  readonly force?: boolean | undefined;
}

/** The magic number and the version: the smallest module. */
const EMPTY_MODULE = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0] as const;

/** Whether the host compiles WebAssembly: where a policy forbids it, the object is there all the same. */
export function hasWorkingWebAssembly(): boolean {
  try {
    const { Module } =
      (globalThis as { WebAssembly?: { Module: new (bytes: Uint8Array) => object } }).WebAssembly ?? {};
    return Module !== undefined && new Module(Uint8Array.from(EMPTY_MODULE)) instanceof Module;
  } catch {
    return false;
  }
}

/**
 * Puts a namespace on `globalThis.WebAssembly` unless the host's own works; says whether it did.
 * @throws as `createWebAssembly` for options that are none
 */
export function install(options: InstallOptions = {}): boolean {
  const { force = false, ...rest } = options;
  if (!force && hasWorkingWebAssembly()) return false;
  Object.defineProperty(globalThis, "WebAssembly", {
    value: createWebAssembly(rest),
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return true;
}
