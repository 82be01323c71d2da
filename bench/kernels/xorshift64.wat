;; i64 shifts, rotations and comparisons: xorshift64 for n steps, counting outputs below a threshold.
(module
  (func (export "run") (param $n i32) (result i64)
    (local $x i64) (local $low i64)
    (local.set $x (i64.const 88172645463325252))
    (loop $step
      (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 13))))
      (local.set $x (i64.xor (local.get $x) (i64.shr_u (local.get $x) (i64.const 7))))
      (local.set $x (i64.xor (local.get $x) (i64.shl (local.get $x) (i64.const 17))))
      (if (i64.lt_u (i64.rotl (local.get $x) (i64.const 11)) (i64.const 0x4000000000000000))
        (then (local.set $low (i64.add (local.get $low) (i64.const 1)))))
      (br_if $step (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.add (local.get $low) (i64.shl (local.get $x) (i64.const 32)))))
