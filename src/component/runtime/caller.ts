// The caller's side of a call between guests, and whom it may call.

import { Trap } from "../../errors.ts";
import type { Signature } from "../abi/signature.ts";
import type { GuestOptions } from "./guest-options.ts";
import type { InstanceState } from "./instance-state.ts";
import type { LiftedFunc } from "./items.ts";

/** The caller's side of one canonical definition. */
export interface Caller {
  readonly instance: InstanceState;
  readonly signature: Signature;
  readonly options: GuestOptions;
}

/** @throws Trap where one of the two instances is made by the other */
export function requireUnrelated({ instance }: Caller, callee: LiftedFunc): void {
  if (instance.isRelatedTo(callee.instance)) throw new Trap("cannot-enter-component");
}
