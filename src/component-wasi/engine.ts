// What the hosts need of an engine for components, as structural interfaces: the component API fits them, and so does any test double.

import type { CallerLike } from "../wasi/engine.ts";

/** The call of a host function that is under way. */
export type HostCaller = Omit<CallerLike, "memory">;

/** Where host interfaces are defined; a `ComponentLinker` fits. */
export interface ComponentLinkerLike {
  /** Defines an interface of plain functions and classes. */
  instance(name: string, definitions: Readonly<Record<string, unknown>>): unknown;
  /** The call of a host function that is under way: who pays for it, and in which store. */
  readonly caller?: HostCaller | undefined;
}

/** An instance of a component, with its exports by name. */
export interface ComponentInstanceLike {
  readonly exports: object;
  /** As the linker's. Without it, what a guest calls before its first plain function of WASI is free. */
  readonly caller?: HostCaller | undefined;
  /** Calls an export, a function of an interface by both names. The guest can wait. */
  callAsync(path: string | readonly string[], args: readonly unknown[], options?: object): Promise<unknown>;
  /** Calls an async export: `returned` gets its result, and the promise resolves when its tasks have ended. */
  callToEnd?(
    path: string | readonly string[],
    args: readonly unknown[],
    returned: (value: unknown) => void,
    options?: object,
  ): Promise<unknown>;
}
