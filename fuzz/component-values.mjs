// Values of components against jco: `node fuzz/component-values.mjs [--types N] [--values N] [--seed N]`, after a build.
// For each generated type a component that hands what it gets to its host, and what the host gives to its caller: a value passes all
// four ways, lowered, lifted, lowered and lifted again. It must come back as it was, and in jco's bindings on native WebAssembly look as
// here. jco is got on demand. Owns the generator of types and values; the component is text.

import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { initSync, watify } from "@mdn/watify";
import fc from "fast-check";
import { packageOf } from "../environments/install.mjs";

const { values: options } = parseArgs({
  options: {
    types: { type: "string", default: "200" },
    values: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
  },
});
const [TYPES, VALUES, SEED] = [options.types, options.values, options.seed].map(Number);

const { Engine, Store } = await import("wasmeter");
const { Component, ComponentLinker } = await import("wasmeter/component");
initSync({ module: readFileSync(createRequire(import.meta.url).resolve("@mdn/watify/watify_bg.wasm")) });

const jco = packageOf("@bytecodealliance/jco-transpile", "0.15.0");
const { transpileBytes } = await import(pathToFileURL(join(jco, "dist/index.js")));

// A type has its name in text (`define` gives one to what must have one), its flat core types, and an arbitrary of its values.

function isWellFormed(text) {
  try {
    return encodeURIComponent(text) !== "";
  } catch {
    return false;
  }
}

const scalar = (text, flat, values) => ({ text: () => text, flat: [flat], values });
const integer = (min, max) => fc.integer({ min, max });
const big = (min, max) => fc.bigInt({ min, max });
const characters = fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter(isWellFormed);

const SCALARS = {
  bool: scalar("bool", "i32", fc.boolean()),
  u8: scalar("u8", "i32", integer(0, 255)),
  s8: scalar("s8", "i32", integer(-128, 127)),
  u16: scalar("u16", "i32", integer(0, 65_535)),
  s16: scalar("s16", "i32", integer(-32_768, 32_767)),
  u32: scalar("u32", "i32", integer(0, 2 ** 32 - 1)),
  s32: scalar("s32", "i32", integer(-(2 ** 31), 2 ** 31 - 1)),
  u64: scalar("u64", "i64", big(0n, 2n ** 64n - 1n)),
  s64: scalar("s64", "i64", big(-(2n ** 63n), 2n ** 63n - 1n)),
  f32: scalar("f32", "f32", fc.float()),
  f64: scalar("f64", "f64", fc.double()),
  char: scalar("char", "i32", characters),
  string: {
    text: () => "string",
    flat: ["i32", "i32"],
    values: fc.oneof(fc.constant(""), fc.string({ unit: "binary", maxLength: 12 }).filter(isWellFormed)),
  },
};

const ARRAYS = {
  u8: Uint8Array,
  s8: Int8Array,
  u16: Uint16Array,
  s16: Int16Array,
  u32: Uint32Array,
  s32: Int32Array,
  u64: BigUint64Array,
  s64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
};

const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
const named = (names, values) => Object.fromEntries(names.map((name, k) => [camel(name), values[k]]));

/** The core type in which either can stand (Canonical ABI, "Flattening"). */
function join2(a, b) {
  if (a === undefined || a === b) return b;
  return (a === "i32" && b === "f32") || (a === "f32" && b === "i32") ? "i32" : "i64";
}

function joined(cases) {
  const flat = [];
  for (const { flat: parts } of cases)
    for (const [k, part] of parts.entries()) flat[k] = join2(flat[k], part);
  return ["i32", ...flat];
}

const names = fc.uniqueArray(
  fc.constantFrom("a", "b-c", "of-the-kind", "x1", "last", "type", "then", "length"),
  {
    minLength: 1,
    maxLength: 6,
  },
);

const membersOf = (part) =>
  names.chain((all) =>
    fc.tuple(fc.constant(all), fc.array(part, { minLength: all.length, maxLength: all.length })),
  );

const { type: types } = fc.letrec((tie) => {
  const part = tie("type");
  const record = membersOf(part).map(([all, parts]) => ({
    text: (define) =>
      define(`(record ${all.map((name, k) => `(field "${name}" ${parts[k].text(define)})`).join(" ")})`),
    flat: parts.flatMap(({ flat }) => flat),
    values: fc.tuple(...parts.map(({ values }) => values)).map((values) => named(all, values)),
  }));
  const tuple = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => ({
    text: (define) => `(tuple ${parts.map((each) => each.text(define)).join(" ")})`,
    flat: parts.flatMap(({ flat }) => flat),
    values: fc.tuple(...parts.map(({ values }) => values)),
  }));
  const variant = membersOf(fc.option(part, { freq: 3, nil: undefined })).map(([all, parts]) => ({
    text: (define) =>
      define(
        `(variant ${all.map((name, k) => `(case "${name}"${parts[k] === undefined ? "" : ` ${parts[k].text(define)}`})`).join(" ")})`,
      ),
    flat: joined(parts.filter((each) => each !== undefined)),
    values: fc.oneof(
      ...all.map((tag, k) =>
        parts[k] === undefined ? fc.constant({ tag }) : parts[k].values.map((val) => ({ tag, val })),
      ),
    ),
  }));
  const option = part.map((some) => ({
    isOption: true,
    text: (define) => `(option ${some.text(define)})`,
    flat: joined([some]),
    values: some.isOption
      ? fc.oneof(
          fc.constant({ tag: "none" }),
          some.values.map((val) => ({ tag: "some", val })),
        )
      : fc.oneof(fc.constant(undefined), some.values),
  }));
  const result = fc
    .tuple(fc.option(part, { freq: 3, nil: undefined }), fc.option(part, { freq: 3, nil: undefined }))
    .map(([ok, err]) => ({
      isResult: true,
      text: (define) =>
        `(result${ok === undefined ? "" : ` ${ok.text(define)}`}${err === undefined ? "" : ` (error ${err.text(define)})`})`,
      flat: joined([ok, err].filter((each) => each !== undefined)),
      values: fc.oneof(
        ...[
          ["ok", ok],
          ["err", err],
        ].map(([tag, each]) =>
          each === undefined ? fc.constant({ tag }) : each.values.map((val) => ({ tag, val })),
        ),
      ),
    }));
  const flags = names.map((all) => ({
    text: (define) => define(`(flags ${all.map((name) => `"${name}"`).join(" ")})`),
    flat: ["i32"],
    values: fc.tuple(...all.map(() => fc.boolean())).map((values) => named(all, values)),
  }));
  const enumeration = names.map((all) => ({
    text: (define) => define(`(enum ${all.map((name) => `"${name}"`).join(" ")})`),
    flat: ["i32"],
    values: fc.constantFrom(...all),
  }));
  const list = part.map((element) => {
    const text = element.text;
    return {
      text: (define) => `(list ${text(define)})`,
      flat: ["i32", "i32"],
      values: fc
        .array(element.values, { maxLength: 6 })
        .map(
          (values) =>
            ARRAYS[Object.keys(SCALARS).find((kind) => SCALARS[kind] === element)]?.from(values) ?? values,
        ),
    };
  });
  return {
    type: fc.oneof(
      { maxDepth: 4, depthIdentifier: "type" },
      fc.constantFrom(...Object.values(SCALARS)),
      ...[record, tuple, variant, option, result, flags, enumeration, list],
    ),
  };
});

const MAX_FLAT_PARAMS = 16;
const ENCODINGS = ["utf8", "utf16", "latin1+utf16"];
/** Where the guest has the host's result, and below it nothing. Types that take more than the page are none that are generated. */
const RESULT_AT = 1024;
const HEAP_AT = 65_536;

/** A component whose `echo` gives its argument to the import `pass`, and what that gives to its caller. */
function componentOf(type, encoding) {
  const definitions = [];
  const imports = [];
  const define = (text) => {
    const k = imports.length;
    imports.push(`(type $t${k}' ${text})\n(export "t${k}" (type $t${k} (eq $t${k}')))`);
    definitions.push(`(alias export $host "t${k}" (type $t${k}))`);
    return `$t${k}`;
  };
  const text = type.text(define);
  const params = type.flat.length <= MAX_FLAT_PARAMS ? type.flat : ["i32"];
  const isWide = type.flat.length > 1;
  const locals = params.map((_, k) => `(local.get ${k})`).join(" ");
  const types = (sort, all) => (all.length === 0 ? "" : `(${sort} ${all.join(" ")})`);
  const pass = isWide ? [...params, "i32"] : params;
  const options = `(memory $libc "memory") (realloc (func $libc "realloc")) string-encoding=${encoding}`;
  return `(component
    (import "host" (instance $host
      ${imports.join("\n")}
      (export "pass" (func (param "v" ${text}) (result ${text})))))
    ${definitions.join("\n")}
    (core module $libc
      (memory (export "memory") 2)
      (global $top (mut i32) (i32.const ${HEAP_AT}))
      (func (export "reset") (global.set $top (i32.const ${HEAP_AT})))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.set $top (i32.and (i32.add (global.get $top) (i32.const 15)) (i32.const -8)))
        (global.get $top)
        (global.set $top (i32.add (global.get $top) (local.get 3)))
        (loop $more
          (if (i32.gt_u (global.get $top) (i32.mul (memory.size) (i32.const 65536)))
            (then (drop (memory.grow (i32.const 1))) (br $more))))))
    (core instance $libc (instantiate $libc))
    (core func $pass (canon lower (func $host "pass") ${options}))
    (core module $code
      (import "" "pass" (func $pass ${types("param", pass)} ${isWide ? "" : types("result", type.flat)}))
      (func (export "echo") ${types("param", params)} (result ${isWide ? "i32" : type.flat.join(" ")})
        (call $pass ${locals} ${isWide ? `(i32.const ${RESULT_AT})` : ""})
        ${isWide ? `(i32.const ${RESULT_AT})` : ""}))
    (core instance $code (instantiate $code (with "" (instance (export "pass" (func $pass))))))
    (core func $reset (alias core export $libc "reset"))
    (func (export "echo") (param "v" ${text}) (result ${text}) (canon lift (core func $code "echo") ${options}))
    (func (export "reset") (canon lift (core func $reset))))`;
}

/** What a call gives, by which the guest's host has seen it: a function's own `result` is an error there. */
function outcomeOf(call) {
  try {
    return { value: call() };
  } catch (error) {
    if (error?.constructor?.name === "ComponentError") return { error: error.payload };
    return { failure: `${error?.name}: ${error?.message}` };
  }
}

/** What a host function is to give for a value of the type. */
const giveBack = (type, ErrorClass) => (value) => {
  if (!type.isResult) return value;
  if (value.tag === "ok") return value.val;
  throw ErrorClass(value.val);
};

/** Both sides the same way: members that are not there are undefined, as each option in a record is to jco. */
function plain(value) {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, plain(each)]])),
  );
}

const engine = new Engine();

function ours(bytes, type) {
  const seen = [];
  const give = giveBack(type, (payload) => new ComponentError(payload));
  const linker = new ComponentLinker(engine).instance("host", {
    pass: (value) => {
      seen.push(value);
      return give(value);
    },
  });
  const { exports } = linker.instantiate(new Store(engine), new Component(engine, bytes));
  return { exports, seen };
}

async function theirs(bytes, type, folder, name) {
  const { files } = await transpileBytes(bytes, {
    name,
    instantiation: "sync",
    noComponentErrorWrapping: false,
  });
  const cores = new Map();
  for (const [file, contents] of Array.isArray(files) ? files : Object.entries(files)) {
    if (file.endsWith(".wasm")) cores.set(file, new WebAssembly.Module(contents));
    if (file.endsWith(".js")) await writeFile(join(folder, `${name}.mjs`), contents);
  }
  const { instantiate } = await import(pathToFileURL(join(folder, `${name}.mjs`)));
  const seen = [];
  const give = giveBack(type, (payload) => Object.assign(new Error("err"), { payload }));
  const pass = (value) => {
    seen.push(value);
    return give(value);
  };
  return { exports: instantiate((file) => cores.get(file), { host: { pass } }), seen };
}

const { ComponentError } = await import("wasmeter/component");
const folder = await mkdtemp(join(tmpdir(), "wasmeter-jco-"));
const tally = { types: 0, alone: 0, refused: 0, values: 0, wrong: 0, different: 0 };
const refusals = new Map();
try {
  const samples = fc.sample(types, { seed: SEED, numRuns: TYPES });
  for (const [k, type] of samples.entries()) {
    const encoding = ENCODINGS[k % ENCODINGS.length];
    const text = componentOf(type, encoding);
    const bytes = watify(text);
    const mine = ours(bytes, type);
    tally.types++;
    let other;
    // The one encoding that it does not have.
    if (encoding === "latin1+utf16") tally.alone++;
    else
      try {
        other = await theirs(bytes, type, folder, `t${k}`);
      } catch (error) {
        tally.refused++;
        const why = String(error?.message ?? error)
          .split("\n")[0]
          .slice(0, 100);
        refusals.set(why, (refusals.get(why) ?? 0) + 1);
      }
    for (const value of fc.sample(type.values, { seed: SEED + k, numRuns: VALUES })) {
      tally.values++;
      const report = (what, got) => {
        console.log(`type ${k} in ${encoding}: ${what}`, JSON.stringify({ value, got }, shown).slice(0, 600));
        console.log(`  ${text.split("\n").slice(1, 4).join(" ").slice(0, 400)}`);
      };
      mine.exports.reset();
      mine.seen.length = 0;
      const got = outcomeOf(() => mine.exports.echo(value));
      const expected = !type.isResult
        ? { value }
        : value.tag === "ok"
          ? { value: value.val }
          : { error: value.val };
      if (!isDeepStrictEqual(plain(got), plain(expected)) || !isDeepStrictEqual(mine.seen, [value])) {
        // An option that is undefined is a member all the same.
        if (
          !isDeepStrictEqual(plain(got), plain(expected)) ||
          !isDeepStrictEqual(plain(mine.seen), plain([value]))
        ) {
          tally.wrong++;
          report("not the same again", { got, seen: mine.seen });
        }
      }
      if (other === undefined) continue;
      other.exports.reset();
      other.seen.length = 0;
      const there = outcomeOf(() => other.exports.echo(value));
      if (
        !isDeepStrictEqual(plain(there), plain(got)) ||
        !isDeepStrictEqual(plain(other.seen), plain(mine.seen))
      ) {
        tally.different++;
        report("other than in jco", { there, thereSeen: other.seen, here: got, hereSeen: mine.seen });
      }
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function shown(_, value) {
  if (typeof value === "bigint") return `${value}n`;
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}[${[...value].join()}]`;
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0)))
    return Object.is(value, -0) ? "-0" : `${value}`;
  return value;
}

console.log(
  `${tally.types} types (${tally.alone} in latin1+utf16, which jco does not have, ${tally.refused} that it refuses), ${tally.values} values: ${tally.wrong} not the same again, ${tally.different} other than in jco`,
);
for (const [why, count] of refusals) console.log(`  jco: ${count} times ${why}`);
process.exitCode = tally.wrong + tally.different === 0 ? 0 : 1;
