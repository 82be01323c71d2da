// What Spin's interfaces need of a call: the guest pays for it, and what the guest need not know is told in the log.

import type { Caller } from "../api/index.ts";

export interface HostCall {
  /** Charges the guest that calls, before anything is done for it. @throws OutOfFuelError if it cannot pay */
  charge(bytes: number): void;
  /** A line for the component's log. */
  report(line: string): void;
  /** Whose call it is: the same object for all calls of one instance; `undefined` where nobody calls. */
  owner(): object | undefined;
}

/** @param caller of the call under way */
export function hostCall(caller: () => Caller | undefined, report: (line: string) => void): HostCall {
  return {
    charge(bytes) {
      const guest = caller();
      const { wasiCall = 0, perHostByte = 0 } = guest?.store.engine.costModel ?? {};
      const price = wasiCall + perHostByte * bytes;
      if (price > 0) guest?.chargeFuel(price);
    },
    report,
    owner: () => caller()?.store,
  };
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
