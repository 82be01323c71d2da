// WASI for components as guests use it: what the host's work costs, and stops in the middle of it. Components are looked for in
// $WASM_COMPONENTS.

import { describe, expect, it } from "vitest";
import { Engine, Store } from "wasmeter";
import { Component, ComponentLinker } from "wasmeter/component";
import { CapturedOutput, MemoryFileSystem, startHandling, Wasi } from "wasmeter/component/wasi";
import { componentBytes, hasComponents } from "./real-components.ts";

const isThere = hasComponents("bin/rust-tour.wasm", "WASI of real components");

interface Outcome {
  readonly text: string;
  readonly fuel: bigint;
  /** How often the fuel was used up. */
  readonly stops: number;
}

/** Runs rust-tour; with a slice, by giving so much fuel again and again. */
async function tour(
  costModel: "instructions" | "bounded",
  args: readonly string[],
  slice?: number,
): Promise<Outcome> {
  const engine = new Engine({ costModel });
  const stdout = new CapturedOutput();
  const files = new MemoryFileSystem();
  files.writeFile("greeting.txt", "hello from a file\n");
  const wasi = new Wasi({
    args: ["rust-tour", ...args],
    stdout,
    stdin: { text: "a b a\nc a\n" },
    preopens: { "/d": files },
    deterministic: true,
  });
  const linker = new ComponentLinker(engine);
  wasi.addTo(linker);
  const store = new Store(engine);
  const instance = await linker.instantiateAsync(store, new Component(engine, componentBytes("rust-tour")));
  const name = Object.keys(instance.exports).find((each) => each.startsWith("wasi:cli/run@")) ?? "";
  const execution = instance.start([name, "run"], []);
  let stops = 0;
  // A read is paid for what it may give, 64 KiB, before it is known what it does: where a slice does not cover that, a larger one follows.
  let next = slice;
  for (;;) {
    const before = execution.fuelConsumed;
    const state = execution.resume(next === undefined ? {} : { fuel: next });
    if (state === "done") break;
    if (state === "trapped") throw execution.error;
    if (state === "out-of-fuel") {
      stops++;
      const isStuck = execution.fuelConsumed === before;
      if (isStuck && next !== slice) throw new Error("no way forward");
      next = isStuck ? 70_000 : slice;
    } else await execution.settled;
  }
  wasi.close();
  await wasi.flushed();
  return { text: stdout.text(), fuel: store.fuelConsumed, stops };
}

describe.skipIf(!isThere)("a component's WASI", () => {
  it.each([
    ["cat /d/greeting.txt", "hello from a file\n"],
    ["count", "     3 a\n     1 b\n     1 c\n"],
    [
      "files /d",
      '"world\\n"\n5\nAlreadyExists\n["b.txt", "c.txt", "d.txt", "greeting.txt", "sub"]\nPermissionDenied\nNotFound\n',
    ],
    ["sleep 30", "slept at least that long: true\n"],
  ])("is priced under bounded, and stops in the middle of %s change nothing", async (command, text) => {
    const args = command.split(" ");
    const free = await tour("instructions", args);
    const whole = await tour("bounded", args);
    expect([free.text, whole.text]).toEqual([text, text]);
    // Ten calls of WASI at least.
    expect(whole.fuel).toBeGreaterThan(free.fuel + 1000n);
    for (const slice of [5_000, 3_001]) {
      const sliced = await tour("bounded", args, slice);
      expect({ ...sliced, stops: 0 }).toEqual(whole);
      expect(sliced.stops).toBeGreaterThan(0);
    }
  });

  it("of a request is priced from the first call on", async () => {
    const component = (engine: Engine) => new Component(engine, componentBytes("rust-http"));
    const fuelOf = async (costModel: "instructions" | "bounded"): Promise<bigint> => {
      const engine = new Engine({ costModel });
      const linker = new ComponentLinker(engine);
      Wasi.addTo(linker);
      const wasi = new Wasi({ deterministic: true });
      const store = new Store(engine, { wasi });
      const instance = await linker.prepare(component(engine)).instantiateAsync(store);
      const request = { method: "GET", scheme: "http", authority: "a", path: "/", headers: [] };
      const { head, done } = startHandling(instance, { ...request, body: "null" }, { wasi });
      expect(await new Response((await head).body).text()).toBe("Hello, wasi:http/proxy world!\n");
      // The guest goes on for a while after its answer.
      await done;
      wasi.close();
      return store.fuelConsumed;
    };
    const priced = await fuelOf("bounded");
    expect(priced).toBe(await fuelOf("bounded"));
    expect(priced).toBeGreaterThan((await fuelOf("instructions")) + 1000n);
  });
});
