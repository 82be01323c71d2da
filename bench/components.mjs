// What calls across component boundaries cost: `node bench/components.mjs [DIST]`, in CPU time, the best of several rounds.
//   lowered    a guest calls a host function of scalars, against a host function of a core module
//   crossing   a component calls another one's function of scalars, against a call between core instances
//   list<u8>   a list of 1 MiB from guest to host, and from host to guest
//   record     a record of strings from guest to host, per field
//   instance   an instance of a component beyond its core instance

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { initSync, watify } from "@mdn/watify";

const dist = pathToFileURL(`${process.argv[2] ?? new URL("../dist", import.meta.url).pathname}/`);
const { Engine, Linker, Module, Store } = await import(new URL("index.js", dist));
const { Component, ComponentLinker } = await import(new URL("component.js", dist));

initSync({ module: readFileSync(createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm")) });

const CALLS = 100_000;
const ROUNDS = 12;
const MIB = 2 ** 20;

/** The best CPU time of `work`, in nanoseconds for each of `times`. */
function best(work, times) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, ((user + system) * 1000) / times);
  }
  return least;
}

const engine = new Engine();
const instantiate = (text, define = (linker) => linker, store = new Store(engine)) =>
  define(new ComponentLinker(engine)).instantiate(store, new Component(engine, watify(text)));

const LOOP = `(func (export "run") (param i32) (local i32)
  (loop $l
    (local.set 1 (i32.add (local.get 1) (call $f (local.get 0) (i32.const 2))))
    (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))`;
const F = `(func $f (param i32 i32) (result i32))`;
const ADD = `(func (export "f") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))`;
const FUNC = `(param "a" u32) (param "b" u32) (result u32)`;

const empty = (() => {
  const own = LOOP.replace("(call $f (local.get 0) (i32.const 2))", "(local.get 0)");
  const instance = new Linker(engine).instantiate(
    new Store(engine),
    new Module(engine, watify(`(module ${own})`)),
  );
  return best(() => instance.exports.run(CALLS), CALLS);
})();

const core = (() => {
  const linker = new Linker(engine).func(
    "",
    "f",
    { params: ["i32", "i32"], results: ["i32"] },
    (_, a, b) => a + b,
  );
  const text = `(module (import "" "f" ${F}) ${LOOP})`;
  const instance = linker.instantiate(new Store(engine), new Module(engine, watify(text)));
  return best(() => instance.exports.run(CALLS), CALLS) - empty;
})();

const lowered = (() => {
  const { exports } = instantiate(
    `(component (import "f" (func $f ${FUNC})) (core func $g (canon lower (func $f)))
      (core module $m (import "" "f" ${F}) ${LOOP})
      (core instance $i (instantiate $m (with "" (instance (export "f" (func $g))))))
      (func (export "run") (param "n" u32) (canon lift (core func $i "run"))))`,
    (linker) => linker.func("f", (a, b) => a + b),
  );
  return best(() => exports.run(CALLS), CALLS) - empty;
})();

const coreCrossing = (() => {
  const store = new Store(engine);
  const other = new Linker(engine).instantiate(store, new Module(engine, watify(`(module ${ADD})`)));
  const text = `(module (import "" "f" ${F}) ${LOOP})`;
  const instance = new Linker(engine)
    .instance("", other)
    .instantiate(store, new Module(engine, watify(text)));
  return best(() => instance.exports.run(CALLS), CALLS) - empty;
})();

const crossing = (() => {
  const { exports } = instantiate(`(component
    (component $a (core module $m ${ADD}) (core instance $i (instantiate $m))
      (func (export "f") ${FUNC} (canon lift (core func $i "f"))))
    (component $b (import "f" (func $f ${FUNC})) (core func $g (canon lower (func $f)))
      (core module $m (import "" "f" ${F}) ${LOOP})
      (core instance $i (instantiate $m (with "" (instance (export "f" (func $g))))))
      (func (export "run") (param "n" u32) (canon lift (core func $i "run"))))
    (instance $a (instantiate $a))
    (instance $b (instantiate $b (with "f" (func $a "f"))))
    (export "run" (func $b "run")))`);
  return best(() => exports.run(CALLS), CALLS) - empty;
})();

const bytes = (() => {
  const { exports } = instantiate(`(component
    (core module $m (memory (export "memory") 64)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "give") (result i32)
        (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const ${MIB})) (i32.const 0))
      (func (export "take") (param i32 i32)))
    (core instance $i (instantiate $m))
    (func (export "give") (result (list u8)) (canon lift (core func $i "give") (memory $i "memory")))
    (func (export "take") (param "bytes" (list u8))
      (canon lift (core func $i "take") (memory $i "memory") (realloc (func $i "realloc")))))`);
  const list = new Uint8Array(MIB);
  const repeat = (work) => () => {
    for (let k = 0; k < 20; k++) work();
  };
  return {
    lifted: best(
      repeat(() => exports.give()),
      20,
    ),
    lowered: best(
      repeat(() => exports.take(list)),
      20,
    ),
  };
})();

const FIELDS = 8;
const record = (() => {
  const fields = Array.from({ length: FIELDS }, (_, k) => `(field "f${k}" string)`).join(" ");
  const stores = Array.from(
    { length: FIELDS },
    (_, k) =>
      `(i32.store (i32.const ${8 * k}) (i32.const 1024)) (i32.store (i32.const ${8 * k + 4}) (i32.const 16))`,
  );
  const { exports } = instantiate(`(component
    (type $r' (record ${fields})) (export $r "r" (type $r'))
    (core module $m (memory (export "memory") 1) (data (i32.const 1024) "sixteen letters!")
      (func (export "give") (result i32) ${stores.join(" ")} (i32.const 0)))
    (core instance $i (instantiate $m))
    (func (export "give") (result $r) (canon lift (core func $i "give") (memory $i "memory"))))`);
  const work = () => {
    for (let k = 0; k < 5000; k++) exports.give();
  };
  return best(work, 5000);
})();

const instances = (() => {
  const component = new Component(
    engine,
    watify(`(component (import "f" (func $f ${FUNC})) (core func $g (canon lower (func $f)))
      (core module $m (import "" "f" ${F}) ${LOOP})
      (core instance $i (instantiate $m (with "" (instance (export "f" (func $g))))))
      (func (export "run") (param "n" u32) (canon lift (core func $i "run"))))`),
  );
  const prepared = new ComponentLinker(engine).func("f", (a, b) => a + b).prepare(component);
  const module = new Module(engine, watify(`(module (import "" "f" ${F}) ${LOOP})`));
  const corePrepared = new Linker(engine)
    .func("", "f", { params: ["i32", "i32"], results: ["i32"] }, (_, a, b) => a + b)
    .prepare(module);
  const times = 2000;
  const repeat = (one) => () => {
    const store = new Store(engine);
    for (let k = 0; k < times; k++) one.instantiate(store);
  };
  return { component: best(repeat(prepared), times), core: best(repeat(corePrepared), times) };
})();

const ns = (value) => `${value.toFixed(0)} ns`;
const rate = (value) => `${(MIB / value).toFixed(1)} GB/s`;
console.log(
  `lowered scalar call   ${ns(lowered)}, of a core module ${ns(core)}: ${(lowered / core).toFixed(2)} times`,
);
console.log(
  `crossing, scalars     ${ns(crossing)}, between core instances ${ns(coreCrossing)}: ${ns(crossing - coreCrossing)} above`,
);
console.log(`list<u8> of 1 MiB     lifted ${rate(bytes.lifted)}, lowered ${rate(bytes.lowered)}`);
console.log(`record of ${FIELDS} strings   ${ns(record)}, ${ns(record / FIELDS)} for each field`);
console.log(
  `instance              ${(instances.component / 1000).toFixed(1)} µs, its core instance ${(instances.core / 1000).toFixed(1)} µs`,
);
