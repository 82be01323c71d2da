// Plugins that misbehave, one in each way, by the ABI of alloc and a length-prefixed result.

import { wat } from "../wat.ts";

/** Every function takes the input's address and length; what each does stands before it. */
export const HOSTILE = wat(`(module
  (import "env" "throws" (func $throws))
  (import "env" "waits" (func $waits))
  (import "env" "slow" (func $slow (param i32)))
  (import "env" "kills" (func $kills))
  (import "env" "blocks" (func $blocks))
  (memory (export "memory") 2)
  (global $poison (mut i32) (i32.const 0))
  (data $text (i32.const 16) "\\04\\00\\00\\00fine")
  (func (export "alloc") (param i32) (result i32) (i32.const 65536))
  ;; Gives its input back, and fails if an earlier call has left anything.
  (func (export "transform") (param i32 i32) (result i32)
    (if (global.get $poison) (then unreachable))
    (if (i32.ne (memory.size) (i32.const 2)) (then unreachable))
    (if (i64.ne (i64.load (i32.const 16)) (i64.const 0x656e696600000004)) (then unreachable))
    (i32.store (i32.sub (local.get 0) (i32.const 4)) (local.get 1))
    (i32.sub (local.get 0) (i32.const 4)))
  (func $spoil (global.set $poison (i32.const 1)) (i64.store (i32.const 16) (i64.const -1)))
  (func (export "loops") (param i32 i32) (result i32) (call $spoil) (loop (br 0)) (i32.const 0))
  (func (export "grows") (param i32 i32) (result i32)
    (call $spoil)
    (loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    unreachable)
  (func $deep (export "recurses") (param i32 i32) (result i32)
    (call $spoil) (i32.add (i32.const 1) (call $deep (local.get 0) (local.get 1))))
  ;; A result of a gigabyte.
  (func (export "boasts") (param i32 i32) (result i32)
    (call $spoil) (i32.store (i32.const 32) (i32.const 0x40000000)) (i32.const 32))
  ;; One that ends outside of the memory, though it is short enough.
  (func (export "overlaps") (param i32 i32) (result i32)
    (call $spoil) (i32.store (i32.const 131064) (i32.const 100)) (i32.const 131064))
  (func (export "wild") (param i32 i32) (result i32) (call $spoil) (i32.const -2))
  (func (export "null") (param i32 i32) (result i32) (call $spoil) (i32.const 0))
  (func (export "traps") (param i32 i32) (result i32)
    (call $spoil) (i32.div_u (i32.const 1) (i32.const 0)))
  (func (export "throws") (param i32 i32) (result i32) (call $spoil) (call $throws) (i32.const 16))
  (func (export "waits") (param i32 i32) (result i32) (call $spoil) (call $waits) (i32.const 16))
  (func (export "kills") (param i32 i32) (result i32) (call $spoil) (call $kills) (i32.const 16))
  (func (export "blocks") (param i32 i32) (result i32) (call $spoil) (call $blocks) (i32.const 16))
  ;; Waits as many milliseconds as its input is long, then gives it back.
  (func (export "slow") (param i32 i32) (result i32)
    (global.set $poison (i32.const 1))
    (call $slow (local.get 1))
    (i32.store (i32.sub (local.get 0) (i32.const 4)) (local.get 1))
    (i32.sub (local.get 0) (i32.const 4)))
  (func (export "odd") (param i64) (result i32) (i32.const 16)))`);

/** The same host functions for threads. */
export const WORKER_MODULE = new URL("worker-module.mjs", import.meta.url);

/** By standard streams. */
export const STREAMS = wat(`(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 0) "\\20\\00\\00\\00\\00\\00\\01\\00")
  (func $echo (export "_start") (local $n i32)
    (loop
      (if (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 12)) (then unreachable))
      (if (i32.load (i32.const 12))
        (then
          (i32.store (i32.const 4) (i32.load (i32.const 12)))
          (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12)) (then unreachable))
          (i32.store (i32.const 4) (i32.const 65536))
          (br 1)))))
  (func (export "floods")
    (loop (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 12))) (br 0)))
  (func (export "complains")
    (i64.store (i32.const 32) (i64.const 0x21737061646e614d))
    (i32.store (i32.const 4) (i32.const 8))
    (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 12)))
    (call $exit (i32.const 3)))
  (func (export "exits") (call $exit (i32.const 0)))
  (func (export "fails") (result i32) (i32.const 5))
  (func (export "closes") (drop (call $close (i32.const 1))) (drop (call $close (i32.const 0)))))`);
