// Modules that grow something, in text form, for the child process of the survival tests.

const EACH = (count: number, text: (k: number) => string): string =>
  Array.from({ length: count }, (_, k) => text(k)).join("\n");

export const ASSEMBLED_MODULES: Readonly<Record<string, string>> = {
  probe: `(module (memory 1) (table 1 funcref) (func (export "seven") (result i32)
    (i32.store (i32.const 8) (i32.const 7)) (i32.load (i32.const 8))))`,
  growing: `(module (memory 0) (table $t 0 externref)
    (func (export "memory") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "table") (param i32) (result i32) (table.grow $t (ref.null extern) (local.get 0)))
    (func (export "tableByOne") (param i32) (result i32) (local i32)
      (loop
        (local.set 1 (table.grow $t (ref.null extern) (i32.const 1)))
        (if (i32.eq (local.get 1) (i32.const -1)) (then (return (local.get 1))))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (local.get 1)))`,
  tables: `(module ${EACH(53, (k) => `(table $t${k} 0 funcref)`)}
    (func (export "grow") (param i32) (result i32) (local i32)
      ${EACH(53, (k) => `(local.set 1 (table.grow $t${k} (ref.null func) (local.get 0)))`)}
      (local.get 1)))`,
  "tables-min": `(module ${EACH(53, () => "(table 10000000 funcref)")})`,
  "table-100k": "(module (table 100000 externref))",
  "memories-min": `(module ${EACH(100, () => "(memory 65536)")})`,
  "memory-64M": "(module (memory 1024))",
  objects: `(module
    (type $pair (struct (field (ref null $pair)) (field i64)))
    (type $refs (array (mut anyref)))
    (type $bytes (array (mut i8)))
    (global $pair (mut (ref null $pair)) (ref.null $pair))
    (global $refs (mut (ref null $refs)) (ref.null $refs))
    (global $keep (mut (ref null $bytes)) (ref.null $bytes))
    (type $chain (struct (field anyref) (field anyref)))
    (global $chain (mut (ref null $chain)) (ref.null $chain))
    (func (export "list") (param i32)
      (loop (global.set $pair (struct.new $pair (global.get $pair) (i64.const 1)))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "arrays") (param i32)
      (loop (global.set $chain (struct.new $chain (global.get $chain) (array.new_default $refs (i32.const 1000))))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "numbers") (param i32)
      (loop (global.set $chain (struct.new $chain (global.get $chain) (array.new_default $bytes (i32.const 100000))))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "bytes") (param i32) (global.set $keep (array.new_default $bytes (local.get 0))))
    (func (export "references") (param i32) (global.set $refs (array.new_default $refs (local.get 0)))))`,
  exceptions: `(module (tag $small) (tag $large (param i64 i64 i64 externref))
    (table $t 1 exnref)
    (func (export "small") (param i32) (result i32)
      (if (i32.eq (table.grow $t (ref.null exn) (local.get 0)) (i32.const -1)) (then (return (i32.const -1))))
      (loop (table.set (local.get 0) (block $h (result exnref) (try_table (catch_all_ref $h) (throw $small)) unreachable))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (i32.const 0))
    (func (export "large") (param i32) (result i32)
      (if (i32.eq (table.grow $t (ref.null exn) (local.get 0)) (i32.const -1)) (then (return (i32.const -1))))
      (loop (table.set (local.get 0) (block $h (result exnref) (try_table (catch_all_ref $h)
          (throw $large (i64.const 1) (i64.const 2) (i64.const 3) (ref.null extern))) unreachable))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (i32.const 0)))`,
  frames: `(module
    (func $deep (export "deep") (param i32) (result i32)
      ${EACH(60, (k) => `(local $l${k} i64) (local $r${k} externref)`)}
      (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
    (func $flat (export "flat") (call $flat) (drop (i32.const 1)))
    (func (export "spin") (loop (br 0))))`,
  bounce: `(module (import "env" "again" (func $again (param i32)))
    (func (export "bounce") (param i32) (call $again (i32.sub (local.get 0) (i32.const 1)))))`,
  functions: `(module ${EACH(20_000, (k) => `(func $f${k})`)}
    (table $t 20000 funcref)
    (elem $e funcref ${EACH(20_000, (k) => `(ref.func $f${k})`)})
    (func (export "refs") (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 20000))))`,
  "functions-taken": `(module (import "env" "take" (func $take (param funcref)))
    ${EACH(5_000, (k) => `(func $f${k})`)}
    (elem declare func ${EACH(5_000, (k) => `$f${k}`)})
    (func (export "give") ${EACH(5_000, (k) => `(call $take (ref.func $f${k}))`)}))`,
  wasi: `(module
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_create_directory" (func $directory (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
      (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\20\\00\\00\\00\\00\\10\\00\\00")
    (data (i32.const 32) ".")
    (func (export "write") (result i32)
      (select (i32.const -1) (i32.const 0) (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16))))
    (func (export "directory") (param i32) (result i32) (local $at i32)
      (loop
        (i32.store8 (i32.add (i32.const 64) (local.get $at))
          (i32.add (i32.const 97) (i32.and (local.get 0) (i32.const 15))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if 0 (local.tee 0 (i32.shr_u (local.get 0) (i32.const 4)))))
      (call $directory (i32.const 3) (i32.const 64) (local.get $at)))
    (func (export "open") (result i32)
      (call $open (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 1) (i32.const 2)
        (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 24))))`,
};
