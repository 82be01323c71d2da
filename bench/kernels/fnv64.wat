;; i64 multiplication and byte loads: FNV-1a over n bytes of a 64 KiB buffer, read round and round.
(module
  (memory 1)
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $hash i64)
    (loop $fill
      (i32.store8 (local.get $i) (i32.mul (local.get $i) (i32.const 167)))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4096))))
    (local.set $i (i32.const 0))
    (local.set $hash (i64.const 0xcbf29ce484222325))
    (loop $bytes
      (local.set $hash
        (i64.mul
          (i64.xor (local.get $hash) (i64.load8_u (i32.and (local.get $i) (i32.const 0xffff))))
          (i64.const 0x100000001b3)))
      (br_if $bytes (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $hash)))
