// What instances of components hold and export when they run.

import type { Module } from "../../api/module.ts";
import type { FunctionInstance } from "../../runtime/function.ts";
import type { Signature } from "../abi/signature.ts";
import type { CheckedComponent } from "../model/checked-component.ts";
import type { CallStack } from "./call-stack.ts";
import type { GuestOptions } from "./guest-options.ts";
import type { InstanceState } from "./instance-state.ts";
import type { RuntimeResource } from "./resources.ts";

/** A function of a component instance: a core function, lifted. */
export interface LiftedFunc {
  readonly kind: "lifted";
  readonly instance: InstanceState;
  readonly core: FunctionInstance;
  readonly signature: Signature;
  readonly options: GuestOptions;
  /** For backtraces and messages; exports give it. */
  name: string;
}

/** A function of the host. */
export interface HostFunc {
  readonly kind: "host";
  readonly name: string;
  readonly call: (...args: unknown[]) => unknown;
  /** Of the linker that it comes from. */
  readonly stack: CallStack;
}

export type ComponentFunc = LiftedFunc | HostFunc;

/** A component and the instance in which it was found, whose items it can refer to. */
export interface RuntimeComponent {
  readonly checked: CheckedComponent;
  readonly outer: InstanceState | undefined;
}

export interface RuntimeInstance {
  readonly exports: ReadonlyMap<string, RuntimeItem>;
}

export type RuntimeItem =
  | { readonly sort: "func"; readonly func: ComponentFunc }
  | { readonly sort: "core-module"; readonly module: Module }
  | { readonly sort: "component"; readonly component: RuntimeComponent }
  | { readonly sort: "instance"; readonly instance: RuntimeInstance }
  /** `undefined` for types that are not of resources. */
  | { readonly sort: "type"; readonly resource: RuntimeResource | undefined };
