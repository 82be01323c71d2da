// Putting a namespace where the host has none that works.

import { BOOLEAN, type OptionTable, readOptions } from "../checks/options.ts";
import { defineOwn } from "../host.ts";
import { createWebAssembly } from "./namespace.ts";
import { WEB_ASSEMBLY_OPTIONS, type WebAssemblyOptions } from "./realm.ts";

export interface InstallOptions extends WebAssemblyOptions {
  /** Also where the host's own works. Default false. */
  readonly force?: boolean | undefined;
}

const INSTALL_OPTIONS = { ...WEB_ASSEMBLY_OPTIONS, force: BOOLEAN } satisfies OptionTable<InstallOptions>;

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
  // Options are looked at in any case: what is mistyped is not to show first where there is no native WebAssembly.
  const { force = false, ...rest } = readOptions("install", options, INSTALL_OPTIONS);
  if (!force && hasWorkingWebAssembly()) return false;
  defineOwn(globalThis, "WebAssembly", {
    value: createWebAssembly(rest),
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return true;
}
