// Requests that run out of fuel again and again, and go on: the answer and the whole fuel are those of a run without a stop.
// Components are looked for in $WASM_COMPONENTS.

import { describe, expect, it } from "vitest";
import { Engine, type Execution, Store } from "wasmeter";
import { Component, type ComponentInstance, ComponentLinker } from "wasmeter/component";
import { startHandling, Wasi } from "wasmeter/component/wasi";
import { componentBytes, hasComponents } from "./real-components.ts";

const isThere = hasComponents("bin/rust-http.wasm", "requests that run out of fuel");

interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly fuel: bigint;
}

/** Runs to the end, with so much fuel at a time. Gives how often it was used up. */
async function runSliced(execution: Execution, slice: number): Promise<number> {
  for (let stops = 0; ; ) {
    const state = execution.resume({ fuel: slice });
    if (state === "done") return stops;
    if (state === "out-of-fuel") stops++;
    else if (state === "trapped") throw execution.error;
    else await execution.settled();
  }
}

/** An instance whose calls stop after every `slice` units. */
function sliced(instance: ComponentInstance, slice: number, stopped: (times: number) => void) {
  return {
    exports: instance.exports,
    get caller() {
      return instance.caller;
    },
    async callAsync(path: string | readonly string[], args: readonly unknown[]): Promise<unknown> {
      const [from = "", name = ""] = path;
      const execution = instance.start([from, name], args);
      stopped(await runSliced(execution, slice));
      return execution.result;
    },
  };
}

const engine = new Engine();
const linker = new ComponentLinker(engine);
Wasi.addTo(linker);

describe.skipIf(!isThere)("a request in slices of fuel", () => {
  it.each([
    ["rust-http", "/", "", [61, 997, 5_003]],
    ["rust-http", "/echo", "a body ".repeat(2_000), [997, 7_919]],
    ["rust-spin-api", "/hello/Ann", "", [331, 9_973]],
  ])("answers and costs the same: %s %s", async (name, path, body, slices) => {
    const prepared = linker.prepare(new Component(engine, componentBytes(name)));
    const handle = async (slice: number | undefined): Promise<Outcome> => {
      const wasi = new Wasi({ deterministic: true });
      const store = new Store(engine, { wasi });
      const instance = prepared.instantiate(store);
      let stops = 0;
      const handler =
        slice === undefined
          ? instance
          : sliced(instance, slice, (times) => {
              stops = times;
            });
      const bytes = new TextEncoder().encode(body);
      const request = {
        ...{ method: body === "" ? "GET" : "POST", scheme: "http", authority: "localhost", path },
        ...{ headers: [], body: body === "" ? ("null" as const) : bytes },
      };
      const { head, done } = startHandling(handler, request, { wasi });
      const response = await head;
      const text = await new Response(response.body).text();
      // The guest goes on for a while after its answer.
      await done;
      const outcome = { status: response.status, body: text, fuel: store.fuelConsumed };
      if (slice !== undefined) expect(stops).toBeGreaterThan(Number(outcome.fuel) / slice / 2 - 1);
      return outcome;
    };
    const whole = await handle(undefined);
    expect(whole.status).toBe(200);
    for (const slice of slices) expect([slice, await handle(slice)]).toEqual([slice, whole]);
  });
});
