// Valid components to start mutating from: small ones as text, and real ones where $WASM_COMPONENTS says that they are.
// Owns where in them it is worth to damage something: most bytes of a real one are code of its core modules.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { wat } from "../tests/wat.ts";
import type { Mutation, MutationKind } from "./mutate.ts";
import { Cursor } from "./oracle/instructions.ts";
import type { Random } from "./random.ts";

const LIBC = `
  (core module $libc (memory (export "memory") 1) (global $top (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $top) (global.set $top (i32.add (global.get $top) (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8))))))
  (core instance $libc (instantiate $libc))
  (alias core export $libc "memory" (core memory $memory))
  (alias core export $libc "realloc" (core func $realloc))`;

const TEXTS = [
  // Every kind of value type, lifted from memory.
  `(component ${LIBC}
    (type $r' (record (field "a" u8) (field "b" (list string)) (field "c" (option f64)))) (export $r "r" (type $r'))
    (type $v' (variant (case "x") (case "y" s16) (case "z" $r))) (export $v "v" (type $v'))
    (type $f' (flags "p" "q" "s")) (export $f "f" (type $f')) (type $e' (enum "one" "two")) (export $e "e" (type $e'))
    (core module $m (func (export "get") (result i32) (i32.const 64)) (func (export "post") (param i32))
      (func (export "take") (param i32 i32 i32) (result i32) (i32.const 96)))
    (core instance $i (instantiate $m))
    (func (export "get") (result (tuple $v $f $e (list (tuple char bool)) (result $r (error s64))))
      (canon lift (core func $i "get") (memory $memory) (post-return (func $i "post"))))
    (func (export "text") (result string) (canon lift (core func $i "get") (memory $memory) string-encoding=utf16))
    (func (export "take") (param "list" (list u32)) (param "e" $e) (result (result (list u8)))
      (canon lift (core func $i "take") (memory $memory) (realloc $realloc))))`,
  // Two components, one of which uses the other's resource.
  `(component
    (component $a
      (type $t' (resource (rep i32))) (export $t "t" (type $t'))
      (core func $new (canon resource.new $t')) (core func $rep (canon resource.rep $t'))
      (core module $m (import "" "new" (func $new (param i32) (result i32)))
        (func (export "new") (result i32) (call $new (i32.const 5))) (func (export "get") (param i32) (result i32) (local.get 0)))
      (core instance $i (instantiate $m (with "" (instance (export "new" (func $new))))))
      (func (export "[constructor]t") (result (own $t)) (canon lift (core func $i "new")))
      (func (export "[method]t.get") (param "self" (borrow $t)) (result u32) (canon lift (core func $i "get"))))
    (component $b
      (import "a" (instance $a (export "t" (type $t (sub resource)))
        (export "[constructor]t" (func (result (own $t))))
        (export "[method]t.get" (func (param "self" (borrow $t)) (result u32)))))
      (alias export $a "t" (type $t))
      (core func $new (canon lower (func $a "[constructor]t"))) (core func $get (canon lower (func $a "[method]t.get")))
      (core func $drop (canon resource.drop $t))
      (core module $m (import "" "new" (func $new (result i32))) (import "" "get" (func $get (param i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "go") (result i32) (local i32) (local.set 0 (call $new))
          (call $get (local.get 0)) (call $drop (local.get 0))))
      (core instance $i (instantiate $m (with "" (instance
        (export "new" (func $new)) (export "get" (func $get)) (export "drop" (func $drop))))))
      (func (export "go") (result u32) (canon lift (core func $i "go"))))
    (instance $a (instantiate $a)) (instance $b (instantiate $b (with "a" (instance $a))))
    (export "b" (instance $b)))`,
  // WASI, as a guest imports it.
  `(component ${LIBC}
    (import "wasi:random/random@0.2.0" (instance $random
      (export "get-random-bytes" (func (param "len" u64) (result (list u8)))) (export "get-random-u64" (func (result u64)))))
    (import "wasi:cli/environment@0.2.0" (instance $env
      (export "get-environment" (func (result (list (tuple string string)))))))
    (core func $bytes (canon lower (func $random "get-random-bytes") (memory $memory) (realloc $realloc)))
    (core func $u64 (canon lower (func $random "get-random-u64")))
    (core func $env (canon lower (func $env "get-environment") (memory $memory) (realloc $realloc)))
    (core module $m (import "" "bytes" (func $bytes (param i64 i32))) (import "" "u64" (func $u64 (result i64)))
      (import "" "env" (func $env (param i32)))
      (func (export "run") (result i64) (call $bytes (i64.const 8) (i32.const 16)) (call $env (i32.const 24)) (call $u64)))
    (core instance $i (instantiate $m (with "" (instance
      (export "bytes" (func $bytes)) (export "u64" (func $u64)) (export "env" (func $env))))))
    (func (export "run") (result u64) (canon lift (core func $i "run"))))`,
];

/** Bytes of a real component that is still decoded many times a second. */
const LARGEST = 400_000;

export interface ComponentSeed {
  readonly bytes: Uint8Array;
  /** Ranges that are not code of core modules. */
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

export function seedComponents(folder: string | undefined): readonly ComponentSeed[] {
  const seeds = TEXTS.map(wat);
  if (folder !== undefined && folder !== "") {
    for (const name of readdirSync(join(folder, "bin")).sort()) {
      const bytes = readFileSync(join(folder, "bin", name));
      if (bytes[4] === 0x0d && bytes.length <= LARGEST) seeds.push(bytes);
    }
  }
  return seeds.map((bytes) => ({ bytes, ranges: rangesOf(bytes) }));
}

const CORE_MODULE = 1;
/** Of a core module's section: its header and first bytes. */
const HEAD = 64;

function rangesOf(bytes: Uint8Array): (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  const cursor = new Cursor(bytes, 8);
  while (cursor.at < bytes.length) {
    const from = cursor.at;
    const id = cursor.byte();
    cursor.skip(cursor.u32());
    ranges.push([from, id === CORE_MODULE ? Math.min(cursor.at, from + HEAD) : cursor.at]);
  }
  return ranges;
}

/** The first keep all sizes right, and so get far. */
const SIZED: readonly MutationKind[] = ["payload", "payload", "bit", "byte"];
const KINDS: readonly MutationKind[] = [
  ...(["insert", "remove", "truncate", "number", "splice"] as const),
  ...(["swapSections", "dropSection", "foreignSection"] as const),
];

/** Up to three mutations; nine of ten outside of the code of core modules. */
export function randomMutations({ bytes, ranges }: ComponentSeed, random: Random): Mutation[] {
  const kinds = random.u32() % 4 === 0 ? KINDS : SIZED;
  return Array.from({ length: 1 + (random.u32() % 3) }, () => {
    const kind = kinds[random.u32() % kinds.length] as MutationKind;
    const anywhere = random.u32() % 10 === 0;
    const [start, end] = anywhere
      ? [0, bytes.length]
      : (ranges[random.u32() % ranges.length] as readonly [number, number]);
    return { kind, at: (start + (random.u32() % (end - start))) / bytes.length, value: random.u32() };
  });
}
