// Calls that wait for the host, a thousand at a time: each takes its frames and no more, and nothing is left when they have ended.
// Measured in a process of its own.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { wat } from "./wat.ts";

/** Asks its host from so many frames down, and answers with what it is told and what each frame has kept. */
const HANDLER = `(component
  (import "ask" (func $ask (param "n" u32) (result u32)))
  (core func $ask' (canon lower (func $ask)))
  (core module $m
    (import "" "ask" (func $ask (param i32) (result i32)))
    (func $handle (export "handle") (param $n i32) (param $depth i32) (result i32)
      (if (result i32) (i32.eqz (local.get $depth))
        (then (call $ask (local.get $n)))
        (else (i32.add (local.get $depth)
          (call $handle (local.get $n) (i32.sub (local.get $depth) (i32.const 1))))))))
  (core instance $i (instantiate $m (with "" (instance (export "ask" (func $ask'))))))
  (func (export "handle") (param "n" u32) (param "depth" u32) (result u32) (canon lift (core func $i "handle"))))`;

const PROGRAM = `
  const [, dist, bytes] = process.argv;
  const { Engine, Store } = await import(dist + "index.js");
  const { Component, ComponentLinker } = await import(dist + "component.js");
  const COUNT = 1000;
  const used = async () => {
    for (let k = 0; k < 2; k++) {
      await new Promise(setImmediate);
      gc();
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const engine = new Engine();
  let answers = [];
  const linker = new ComponentLinker(engine).func("ask", (n) => new Promise((resolve) => answers.push(() => resolve(n * 2))));
  const prepared = linker.prepare(new Component(engine, Buffer.from(bytes, "hex")));
  const park = async (depth) => {
    const instances = Array.from({ length: COUNT }, () => prepared.instantiate(new Store(engine)));
    const call = async () => {
      const before = await used();
      const calls = instances.map((instance, n) => instance.callAsync("handle", [n, depth]));
      const taken = (await used()) - before;
      const waiting = answers.length;
      // In an order that is not theirs.
      for (let k = 0; k < COUNT; k++) answers[(k * 7) % COUNT]();
      answers = [];
      const results = await Promise.all(calls);
      const sum = (depth * (depth + 1)) / 2;
      const wrong = results.filter((result, n) => result !== 2 * n + sum).length;
      calls.length = results.length = 0;
      return { waiting, wrong, taken: taken / COUNT, left: ((await used()) - before) / COUNT };
    };
    // What an instance makes for its first call, it keeps.
    await call();
    return call();
  };
  console.log(JSON.stringify({ shallow: await park(0), deep: await park(200) }));
`;

interface Parked {
  readonly waiting: number;
  readonly wrong: number;
  /** Bytes for each call. */
  readonly taken: number;
  readonly left: number;
}

let parked: Readonly<Record<"shallow" | "deep", Parked>>;

beforeAll(() => {
  const dist = fileURLToPath(new URL("../dist/", import.meta.url));
  const args = ["--expose-gc", "--input-type=module", "--eval", PROGRAM, dist];
  const bytes = Buffer.from(wat(HANDLER)).toString("hex");
  parked = JSON.parse(execFileSync(process.execPath, [...args, bytes], { encoding: "utf8" }));
});

it.each(["shallow", "deep"] as const)(
  "a thousand %s ones wait at once, and each gets its own answer",
  (which) => {
    expect(parked[which]).toMatchObject({ waiting: 1000, wrong: 0 });
  },
);

it("each takes some kilobytes, and what its frames need beside that", () => {
  expect(parked.shallow.taken).toBeLessThan(16_384);
  expect((parked.deep.taken - parked.shallow.taken) / 200).toBeLessThan(256);
});

it("nothing of them is left", () => {
  for (const { left } of Object.values(parked)) expect(left).toBeLessThan(1024);
});
