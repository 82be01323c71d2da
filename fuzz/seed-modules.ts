// Valid modules to start mutating from: compiled guests, small programs, generated ones, and the official suite's
// where it has been assembled.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { wat } from "../tests/wat.ts";
import { encodeModule } from "./encode-module.ts";
import { generateWorld } from "./generate.ts";
import { PROGRAMS } from "./oracle/programs.ts";
import { Random } from "./random.ts";
import { NODE_20_FEATURES } from "./world.ts";

const root = new URL("../", import.meta.url);

/** Instructions that the generator does not have. */
const TEXTS = [
  `(module (tag $t (param i32)) (func (export "f") (result i32)
    (block $h (result i32) (try_table (catch $t $h) i32.const 7 throw $t) i32.const 1)))`,
  `(module (memory i64 1) (memory $b 1) (func (export "f") (param i64) (result i32)
    local.get 0 i32.load offset=4 local.get 0 i32.wrap_i64 i32.load8_u $b i32.add
    i64.const 1 memory.grow drop))`,
  `(module (type $s (struct (field (mut i32)) (field i8))) (type $a (array (mut i64)))
    (func (export "f") (param i32) (result i32) (local (ref null $s))
      i32.const 1 i32.const 2 struct.new $s local.tee 1 struct.get_u $s 1
      i64.const 3 local.get 0 i32.const 15 i32.and array.new $a array.len i32.add
      local.get 1 ref.test (ref $s) i32.add))`,
  `(module (type $f (func (param i32) (result i32))) (func $g (type $f) local.get 0) (elem declare func $g)
    (func (export "f") (param i32) (result i32) local.get 0 ref.func $g call_ref $f))`,
  `(module (memory 1 2 shared) (func (export "f") (param i32) (result i32)
    i32.const 8 local.get 0 i32.atomic.rmw.add i32.const 8 i32.atomic.load i32.add))`,
];

export function seedModules(): Uint8Array[] {
  const guests = fileURLToPath(new URL("guests/wasm/", root));
  const modules: Uint8Array[] = readdirSync(guests)
    .filter((file) => file.endsWith(".wasm"))
    .map((file) => new Uint8Array(readFileSync(guests + file)));
  for (const { text } of PROGRAMS) modules.push(wat(text));
  for (const text of TEXTS) modules.push(wat(text));
  for (let seed = 0; seed < 60; seed++) {
    const random = new Random(seed);
    const world = generateWorld(random, { features: NODE_20_FEATURES });
    modules.push(...world.modules.map((module) => encodeModule(module)));
  }
  modules.push(...suiteModules());
  return modules;
}

/** From the cache of the official suite's runner; see spec-tests/assembling/cache.ts for the format. */
function suiteModules(): Uint8Array[] {
  const cache = fileURLToPath(new URL("spec-tests/.cache/", root));
  if (!existsSync(cache)) return [];
  const modules: Uint8Array[] = [];
  for (const file of readdirSync(cache).sort()) {
    if (!file.endsWith(".modules")) continue;
    const bytes = readFileSync(cache + file);
    const headerEnd = 4 + bytes.readUInt32LE(0);
    const entries = JSON.parse(bytes.toString("utf8", 4, headerEnd)) as { by?: string; length: number }[];
    let at = headerEnd;
    for (const { by, length } of entries.slice(0, 20)) {
      if (by !== undefined) modules.push(new Uint8Array(bytes.subarray(at, at + length)));
      at += length;
    }
  }
  return modules;
}
