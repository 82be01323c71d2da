;; i32 shifts and xors without memory: n steps of Marsaglia's xorshift32.
(module
  (func (export "run") (param $n i32) (result i32)
    (local $x i32)
    (local.set $x (i32.const 2463534242))
    (loop $step
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 13))))
      (local.set $x (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 17))))
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 5))))
      (br_if $step (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $x)))
