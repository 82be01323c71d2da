// Tenants share one thread fairly: in turn, each by a quantum of fuel. Who never ends takes nobody else's share.
//
//   npm run build && node examples/scheduler.mjs

import { readFile } from "node:fs/promises";
import { Engine, Linker, Module, Scheduler, Store } from "wasmeter";

const engine = new Engine();
const module = new Module(engine, await readFile(new URL("async-primes.wasm", import.meta.url)));
const scheduler = new Scheduler({ quantum: 50_000 });

/** Runs a tenant's program in a store of its own, with what it has paid for. */
async function runTenant(name, call, { fuel, weight = 1 }) {
  const store = new Store(engine, { fuel, limits: { totalBytes: 2 ** 20 } });
  const execution = new Linker(engine).instantiate(store, module).start(...call);
  try {
    const result = await scheduler.run(execution, { weight });
    console.log(`${name}: ${result}, for ${store.fuelConsumed} units of fuel`);
  } catch (error) {
    console.log(`${name}: ${error.name} after ${store.fuelConsumed} units of fuel`);
  } finally {
    execution.cancel();
  }
}

await Promise.all([
  runTenant("endless", ["never_ends"], { fuel: 2_000_000 }),
  runTenant("large", ["count_primes", [10_000]], { fuel: 10_000_000, weight: 2 }),
  runTenant("small", ["count_primes", [1000]], { fuel: 10_000_000 }),
]);
// → small: 168, for 103068 units of fuel
// → large: 1229, for 2061441 units of fuel
// → endless: OutOfFuelError after 2000000 units of fuel
