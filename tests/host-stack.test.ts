// The stack of JavaScript: nested calls between guest and host, and calls from as near to its end as can be.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { Engine, type Instance, Linker, Module, Store, Trap } from "wasmeter";
import { wat } from "./wat.ts";

const bytes = wat(`(module
  (import "env" "again" (func $again (param i32)))
  (import "env" "seven" (func $seven (result i32)))
  (memory (export "memory") 1 2)
  (table (export "table") 1 2 externref)
  (global (export "calls") (mut i32) (i32.const 0))
  (tag $e)
  (type $pair (struct (field i32) (field i32)))
  (func (export "bounce") (param i32)
    (if (local.get 0) (then (call $again (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "work") (param i32) (result i32)
    (local.set 0 (i32.add (local.get 0) (call $seven)))
    (drop (memory.grow (i32.const 0)))
    (drop (table.grow (ref.null extern) (i32.const 0)))
    (block $h (try_table (catch_all $h) (throw $e)))
    (i32.store (i32.const 8) (local.get 0))
    (i32.add (i32.load (i32.const 8)) (struct.get $pair 0 (struct.new $pair (i32.const 1) (i32.const 2))))))`);

/** What a process of its own prints, whose functions have never run. */
function cold(nodeOptions: readonly string[], hostDepth: number | undefined, above: number): string {
  const directory = mkdtempSync(join(tmpdir(), "wasmeter-"));
  const dist = pathToFileURL(join(import.meta.dirname, "../dist/index.js")).href;
  try {
    const file = join(directory, "cold.mjs");
    writeFileSync(join(directory, "bounce.wasm"), bytes);
    writeFileSync(
      file,
      `import { readFileSync } from "node:fs";
       import { Engine, Linker, Module, Store, Trap } from ${JSON.stringify(dist)};
       const engine = new Engine();
       const linker = new Linker(engine)
         .func("env", "again", { params: ["i32"], results: [] }, (caller, n) => { caller.export("bounce")(n); })
         .func("env", "seven", { params: [], results: ["i32"] }, () => 7);
       const limits = ${JSON.stringify(hostDepth === undefined ? {} : { hostDepth })};
       const module = new Module(engine, readFileSync(new URL("bounce.wasm", import.meta.url)));
       const { exports } = linker.instantiate(new Store(engine, { limits }), module);
       const under = (n, f) => (n === 0 ? f() : under(n - 1, f));
       const text = under(${above}, () => {
         try { exports.bounce(1_000_000); } catch (error) {
           return (error instanceof Trap) + " " + error.code + " " + error.message.replace(/\\d+ /, "");
         }
       });
       exports.bounce(3);
       console.log(text + " " + exports.work(1));`,
    );
    return execFileSync(process.execPath, [...nodeOptions, file], { encoding: "utf8" }).trim();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe("nested calls between guest and host", () => {
  const trap = "true call-stack-exhausted call stack exhausted: ";

  it("end at the default limit in a cold process, with room to spare", () => {
    const atLimit = `${trap}more than calls between guest and host 9`;
    expect(cold([], undefined, 0)).toBe(atLimit);
    expect(cold(["--stack-size=700"], undefined, 0)).toBe(atLimit);
  });

  it.each([
    ["the embedder's frames take most of the stack", [], 128, 8_000],
    ["the limit is too high for the stack", [], 100_000, 0],
    ["the stack is small", ["--stack-size=200"], 128, 0],
    ["it is tiny", ["--stack-size=80"], 128, 0],
    ["nothing is compiled", ["--jitless"], 100_000, 0],
  ] as const)("end by the same trap where %s", (_, options, hostDepth, above) => {
    expect(cold(options, hostDepth, above)).toBe(`${trap}the host's stack is used up 9`);
  });
});

describe("near the end of the stack", () => {
  const engine = new Engine();
  const module = new Module(engine, bytes);

  function setUp(): { store: Store; instance: Instance } {
    const store = new Store(engine, { fuel: 10_000_000n });
    const instance = new Linker(engine)
      .func("env", "again", { params: ["i32"], results: [] }, (caller, n) => {
        caller.instance?.call("bounce", [n]);
      })
      .func("env", "seven", { params: [], results: ["i32"] }, () => 7)
      .instantiate(store, module);
    return { store, instance };
  }

  /** Runs `attempt` from every depth, from the deepest there is upwards. */
  function fromEveryDepth(attempt: () => void): void {
    let left = 2_000;
    const dive = (): void => {
      try {
        dive();
      } catch {
        // The end.
      }
      if (left-- > 0) attempt();
    };
    dive();
  }

  it.each([
    ["a call", (instance: Instance) => instance.exports.work(1)],
    [
      "a call with bounds",
      (instance: Instance) => instance.call("work", [1], { fuel: 1000, timeoutMs: 1e6 }),
    ],
    [
      "nested calls",
      (instance: Instance) => {
        instance.exports.bounce(2);
        return instance.exports.work(1);
      },
    ],
    [
      "an execution",
      (instance: Instance) => {
        const execution = instance.start("work", [1]);
        try {
          if (execution.resume({ fuel: 1000, quantum: 500 }) !== "done") throw execution.trap;
          return execution.result;
        } finally {
          execution.cancel();
        }
      },
    ],
  ])("%s succeeds or ends by the overflow, and leaves the store as it was", (_, run) => {
    const { store, instance } = setUp();
    const used = store.bytesUsed;
    const outcomes = new Map<string, number>();
    fromEveryDepth(() => {
      let outcome: string;
      try {
        outcome = String(run(instance));
      } catch (error) {
        outcome = error instanceof Trap ? error.code : (error as Error).name;
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    });
    // The embedder's own frames may be what overflows.
    expect(
      [...outcomes.keys()].filter((key) => !["9", "call-stack-exhausted", "RangeError"].includes(key)),
    ).toEqual([]);
    expect(outcomes.get("9")).toBeGreaterThan(100);
    expect(run(instance)).toBe(9);
    expect(instance.call("work", [2])).toBe(10);
    expect(instance.exports.memory.pages).toBe(1);
    expect(instance.exports.table.length).toBe(1);
    expect(store.bytesUsed - used).toBeLessThan(1e6);
    // No cap and no slice is left behind.
    expect((store.fuelRemaining ?? 0n) + store.fuelConsumed).toBe(10_000_000n);
    expect(instance.call("work", [1], { fuel: 1000 })).toBe(9);
  });
});
