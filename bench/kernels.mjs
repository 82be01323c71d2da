// The kernels: small programs that each stress one kind of instruction, with sizes and the results they must give.
// Owns the lists and their assembly. Every module exports `run(n)`; those of the vector list do the same without vectors
// in `scalar(n)`.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/**
 * `large` suits a JIT (20 to 60 million instructions), `small` everything slower (0.5 to 3 million).
 * Results are [large, small]; each was checked against two other engines.
 */
const KERNELS = [
  { name: "fib", about: "calls", large: 27, small: 22, results: [196418, 17711] },
  {
    name: "sieve",
    about: "i32, byte stores",
    large: 1_000_000,
    small: 50_000,
    results: [78498, 5133],
  },
  { name: "matmul", about: "f64 loads and stores", large: 100, small: 32, results: [9929.5, 1173.5] },
  {
    name: "xorshift",
    about: "i32 shifts",
    large: 2_000_000,
    small: 100_000,
    results: [-1605196760, 196514455],
  },
  {
    name: "sha256",
    about: "i32 rotations, loads",
    large: 2000,
    small: 100,
    results: [-1864585795, 1581981892],
  },
  {
    name: "splitmix",
    about: "i64 multiplications",
    large: 700_000,
    small: 30_000,
    results: [-425946247669828959n, 710226771395143392n],
  },
  {
    name: "xorshift64",
    about: "i64 shifts, compare",
    large: 700_000,
    small: 30_000,
    results: [5264944088813316756n, 5521126759031905601n],
  },
  {
    name: "fnv64",
    about: "i64 multiply, byte loads",
    large: 1_000_000,
    small: 50_000,
    results: [-4305393873392619483n, 295857152761353573n],
  },
  { name: "mandelbrot", about: "f64 arithmetic", large: 140, small: 40, results: [414401, 34434] },
  {
    name: "vm",
    about: "br_table byte-code machine",
    large: 60_000,
    small: 3000,
    results: [986890880, 414793888],
  },
  {
    name: "memory",
    about: "loads, stores of all widths",
    large: 1000,
    small: 50,
    results: [97855000, 4892750],
  },
  {
    name: "indirect",
    about: "call_indirect",
    large: 700_000,
    small: 30_000,
    results: [-411614015, 1860006131],
  },
];

/** SIMD instructions. The sizes, and that both forms give these results, hold as above. */
const VECTOR_KERNELS = [
  { name: "dot", about: "f32x4 loads, multiply, add", large: 700, small: 100, results: [34300, 4900] },
  {
    name: "transform",
    about: "f32x4, lanes spread by shuffles",
    large: 600,
    small: 40,
    results: [-522037680, -34802512],
  },
  {
    name: "blur",
    about: "u8x16 widened, i16x8 sums",
    large: 200,
    small: 20,
    results: [1593604193, -382903813],
  },
  {
    name: "chacha20",
    about: "i32x4 rotations by shuffle and shift",
    large: 15_000,
    small: 400,
    results: [495182988, 1483245301],
  },
  {
    name: "mandelbrot2",
    about: "f64x2 arithmetic, compare",
    large: 160,
    small: 40,
    results: [539668, 34434],
  },
  {
    name: "memchr",
    about: "i8x16 compare, bitmask",
    large: 1000,
    small: 60,
    results: [-1234532296, 183626100],
  },
  {
    name: "base64",
    about: "i8x16 swizzle, i32x4 shifts",
    large: 300,
    small: 40,
    results: [-265574232, -1753396816],
  },
  {
    name: "sad",
    about: "u8x16 differences, pairwise sums",
    large: 800,
    small: 60,
    results: [765041600, 57378120],
  },
];

/** Text to binary. The assembler itself is WebAssembly, so this runs in the parent, which always has a native engine. */
export async function assemble(text) {
  const { initSync, watify } = await import("@mdn/watify");
  const path = createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm");
  initSync({ module: readFileSync(path) });
  return Buffer.from(watify(text));
}

/** The kernels with their binaries (base64, results as text: jobs travel between processes as JSON). */
export async function assembleKernels() {
  const complete = async (folder, { results, ...kernel }) => {
    const text = readFileSync(new URL(`${folder}/${kernel.name}.wat`, import.meta.url), "utf8");
    return {
      ...kernel,
      results: results.map(String),
      binary: (await assemble(text)).toString("base64"),
    };
  };
  return {
    scalar: await Promise.all(KERNELS.map((kernel) => complete("kernels", kernel))),
    vector: await Promise.all(VECTOR_KERNELS.map((kernel) => complete("kernels/simd", kernel))),
  };
}

/** Those named in a comma-separated list; all of them without one. */
export function pick(kernels, list) {
  if (list === undefined) return kernels;
  return list.split(",").map((name) => {
    const kernel = kernels.find((each) => each.name === name);
    if (kernel === undefined) {
      throw new Error(`no kernel ${name}; there are ${kernels.map((each) => each.name).join(", ")}`);
    }
    return kernel;
  });
}
