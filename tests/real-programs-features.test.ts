// Programs that use SIMD, exceptions and garbage collection: packages from npm with the JavaScript that they ship, and
// what compilers of other languages make. Their results are the native ones.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { buildSync } from "esbuild";
import { describe, expect, it, vi } from "vitest";
import { Engine, Linker, Module, Store } from "wasmeter";
import { projectRoot } from "./built-code.ts";
import { guestFile } from "./guest-cases.ts";
import { runJava } from "./real-programs/teavm.mjs";
import { webAssemblyNamespace, withWebAssembly } from "./real-programs/web-assembly.ts";

const require = createRequire(import.meta.url);
const native = Reflect.get(globalThis, "WebAssembly") as object;
const TIMEOUT = { timeout: 240_000 };

/** Counts instead of metering: what runs and is named here costs 1, all else nothing. */
function counting(what: { classes?: Record<string, number>; instructions?: Record<string, number> }) {
  return webAssemblyNamespace({ costModel: { name: "count", version: 1, base: 0, ...what } });
}

describe("libwebp, built with SIMD", () => {
  const folder = join(dirname(require.resolve("@jsquash/webp")), "codec");

  interface Codec {
    encode(pixels: Uint8Array, width: number, height: number, options: object): Uint8Array | null;
  }

  async function load(namespace: object): Promise<Codec> {
    const { default: factory } = await import(join(folder, "enc/webp_enc_simd.js"));
    const wasmBinary = readFileSync(join(folder, "enc/webp_enc_simd.wasm"));
    return withWebAssembly(namespace, () => factory({ wasmBinary, noInitialRun: true }));
  }

  /** Smooth areas, edges, noise and transparency. */
  function picture(width: number, height: number): Uint8Array {
    const pixels = new Uint8Array(width * height * 4);
    for (let k = 0, noise = 1; k < width * height; k++) {
      const [x, y] = [k % width, Math.floor(k / width)];
      noise = Math.imul(noise, 1_103_515_245) + 12_345;
      const inCircle = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (width / 3) ** 2;
      pixels.set([x * 2, inCircle ? 200 : y, (noise >>> 24) & 31, inCircle ? 255 : 128 + y], k * 4);
    }
    return pixels;
  }

  it("encodes to the same bytes", TIMEOUT, async () => {
    const { defaultOptions } = await import(join(folder, "../meta.js"));
    const pixels = picture(96, 64);
    const namespace = counting({ classes: { vector: 1 } });
    const ours = await load(namespace);
    const theirs = await load(native);
    for (const options of [{ quality: 75 }, { lossless: 1, quality: 50, method: 3 }]) {
      const { fuelConsumed } = namespace.store;
      const wanted = theirs.encode(pixels, 96, 64, { ...defaultOptions, ...options });
      expect(wanted?.length).toBeGreaterThan(300);
      expect(ours.encode(pixels, 96, 64, { ...defaultOptions, ...options })).toEqual(wanted);
      expect(namespace.store.fuelConsumed - fuelConsumed).toBeGreaterThan(10_000n);
    }
  });
});

describe("clingo, an answer set solver in C++, built with legacy exceptions", () => {
  type Run = (program: string, models: number, options?: string[]) => object;
  const { init } = require("clingo-wasm") as { init(): Promise<Run> };

  async function load(namespace: object): Promise<Run> {
    const quiet = vi.spyOn(console, "info").mockReturnValue();
    const run = await withWebAssembly(namespace, init);
    quiet.mockRestore();
    return run;
  }

  /** The result as text, without what depends on the clock. */
  const text = (result: object) =>
    JSON.stringify(result, (key, value) => (/^(Time|Start|Stop)$/.test(key) ? undefined : value), 1);

  const queens = `#const n = 6. { q(1..n, 1..n) } = n.
    :- q(I, J), q(I, K), J < K. :- q(I, J), q(K, J), I < K.
    :- q(I, J), q(K, L), I < K, |I - K| = |J - L|. #show q/2.`;
  const cases: Record<string, { program: string; options?: string[]; gives: string; throws: boolean }> = {
    "all solutions": { program: queens, gives: '"Number": 4', throws: false },
    "a syntax error": { program: "a :- not b. :- x(.", gives: "unexpected .", throws: true },
    "an unknown option": { program: "a.", options: ["--nonsense"], gives: "unknown option", throws: true },
    "arithmetic that is undefined": {
      program: "p(1..3). { q(X) } :- p(X). #maximize { X : q(X) }. x(1/0).",
      gives: "operation undefined",
      throws: false,
    },
    "an include that is missing": {
      program: '#include "none.lp".',
      gives: "could not be opened",
      throws: true,
    },
    "an optimum, after all that": {
      program: "p(1..9). 3 { q(X) : p(X) } 5. :- q(X), q(X+1). #minimize { X*X, X : q(X) }.",
      gives: "OPTIMUM FOUND",
      throws: false,
    },
  };

  it("solves, and fails, the same way", TIMEOUT, async () => {
    const namespace = counting({ instructions: { throw: 1, rethrow: 1 } });
    const ours = await load(namespace);
    const theirs = await load(native);
    for (const [name, { program, options = [], gives, throws }] of Object.entries(cases)) {
      const { fuelConsumed } = namespace.store;
      const wanted = text(theirs(program, 0, options));
      const got = text(ours(program, 0, options));
      expect(wanted, name).toContain(gives);
      expect(got, name).toBe(wanted);
      if (throws) expect(namespace.store.fuelConsumed, name).toBeGreaterThan(fuelConsumed);
    }
  });
});

it("MoonBit, compiled to a module with garbage collection, prints what it prints as JavaScript", () => {
  const engine = new Engine();
  let output = "";
  const linker = new Linker(engine).func(
    "spectest",
    "print_char",
    { params: ["i32"], results: [] },
    (_, c) => {
      output += String.fromCharCode(c);
    },
  );
  const module = new Module(engine, readFileSync(guestFile("wasm/moonbit-programs.wasm")));
  linker.instantiate(new Store(engine), module).exports._start();
  expect(output).toBe(readFileSync(guestFile("expected/moonbit-programs.txt"), "utf8"));
});

describe("Java, compiled by TeaVM to a module with garbage collection and exceptions", () => {
  const file = guestFile("wasm/java-programs.wasm");
  const expected = readFileSync(guestFile("expected/java-programs.txt"), "utf8");

  it("prints what the JVM prints", TIMEOUT, async () => {
    const namespace = counting({ instructions: { "struct.new": 1, "array.new_default": 1 } });
    expect(await runJava(namespace, readFileSync(file))).toBe(expected);
    expect(namespace.store.fuelConsumed).toBeGreaterThan(10_000n);
  });

  it("prints the same without a JIT", TIMEOUT, () => {
    const { outputFiles } = buildSync({
      stdin: {
        contents: `import { readFileSync } from "node:fs";
          import { runJava } from "./tests/real-programs/teavm.mjs";
          import { webAssemblyNamespace } from "./tests/real-programs/web-assembly.ts";
          process.stdout.write(await runJava(webAssemblyNamespace(), readFileSync(${JSON.stringify(file)})));`,
        resolveDir: projectRoot,
      },
      bundle: true,
      format: "esm",
      platform: "node",
      write: false,
    });
    const program = outputFiles[0]?.text;
    const run = spawnSync(process.execPath, ["--jitless", "--input-type=module", "-"], {
      input: program,
      encoding: "utf8",
    });
    expect(run.stdout, run.stderr).toBe(expected);
  });
});
