// The hosts of one guest as plain objects, for tests that call them as a guest would.

import type { HostCaller } from "../component-wasi/engine.ts";
import { interfaces, interfaces3 } from "../component-wasi/interfaces.ts";
import type { ComponentWasiOptions } from "../component-wasi/options.ts";
import { Wasi } from "../component-wasi/wasi.ts";
import type { ChargedBudget } from "../wasi/budget.ts";

/** Functions and classes of an interface, of whatever kind. */
// biome-ignore lint/suspicious/noExplicitAny: tests call what guests call, in whatever form
export type Interface = Record<string, any>;

/** A guest's interfaces by name, e.g. `io/streams`, and what it has been charged; its store has `hostHeap`, if that is given. */
export function hostsOf(
  options?: ComponentWasiOptions,
  prices: Readonly<Record<string, number>> = {},
  hostHeap?: ChargedBudget,
) {
  const charged = { fuel: 0, consumed: 0n };
  const caller: HostCaller = {
    store: {
      get fuelConsumed() {
        return charged.consumed;
      },
      engine: { costModel: prices },
      ...(hostHeap === undefined ? {} : { hostHeap }),
    },
    chargeFuel(amount) {
      charged.fuel += amount;
    },
    refundFuel(amount) {
      charged.fuel -= amount;
    },
  };
  const defined = new Map<string, Interface>();
  const wasi = new Wasi(options);
  wasi.addTo({ caller, instance: (name: string, definitions: Interface) => defined.set(name, definitions) });
  const get = (name: string, version: string): Interface => {
    const found = defined.get(`wasi:${name}@${version}`);
    if (found === undefined) throw new Error(`no interface ${name}`);
    return found;
  };
  return {
    wasi,
    charged,
    names: [...interfaces(() => wasi.state).keys()],
    names3: [...interfaces3(() => wasi.state).keys()],
    get: (name: string) => get(name, "0.2.12"),
    get3: (name: string) => get(name, "0.3.0"),
  };
}

/** Waits for a resource as a guest does: by a pollable, which it drops before the resource. */
export async function whenReady(resource: Interface): Promise<void> {
  const pollable = resource.subscribe();
  await pollable.block();
  pollable[Symbol.dispose]();
}

/** The payload of what is thrown, or rejected with; anything but a ComponentError passes. */
export async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error && error.name === "ComponentError")
      return (error as Error & { payload: unknown }).payload;
    throw error;
  }
  throw new Error("nothing was thrown");
}
