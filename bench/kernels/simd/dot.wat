;; f32x4 multiply and add: dot product of two arrays of 4,096 numbers, n times. All sums are whole and below 2^24, so that
;; the order of adding does not matter.
(module
  (memory 1)
  (func $fill
    (local $i i32)
    (loop $next
      (f32.store (i32.shl (local.get $i) (i32.const 2))
        (f32.convert_i32_s (i32.sub (i32.rem_u (local.get $i) (i32.const 17)) (i32.const 8))))
      (f32.store offset=16384 (i32.shl (local.get $i) (i32.const 2))
        (f32.convert_i32_s (i32.sub (i32.rem_u (local.get $i) (i32.const 13)) (i32.const 6))))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4096)))))
  (start $fill)
  (func (export "run") (param $n i32) (result i32)
    (local $p i32) (local $total i32) (local $sum v128)
    (loop $passes
      (local.set $p (i32.const 0))
      (local.set $sum (v128.const i32x4 0 0 0 0))
      (loop $next
        (local.set $sum
          (f32x4.add (local.get $sum)
            (f32x4.mul (v128.load (local.get $p)) (v128.load offset=16384 (local.get $p)))))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16))) (i32.const 16384))))
      (local.set $total
        (i32.add (local.get $total)
          (i32.trunc_f32_s
            (f32.add
              (f32.add (f32x4.extract_lane 0 (local.get $sum)) (f32x4.extract_lane 1 (local.get $sum)))
              (f32.add (f32x4.extract_lane 2 (local.get $sum)) (f32x4.extract_lane 3 (local.get $sum)))))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $total))
  (func (export "scalar") (param $n i32) (result i32)
    (local $p i32) (local $total i32) (local $sum f32)
    (loop $passes
      (local.set $p (i32.const 0))
      (local.set $sum (f32.const 0))
      (loop $next
        (local.set $sum
          (f32.add (local.get $sum)
            (f32.mul (f32.load (local.get $p)) (f32.load offset=16384 (local.get $p)))))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 4))) (i32.const 16384))))
      (local.set $total (i32.add (local.get $total) (i32.trunc_f32_s (local.get $sum))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $total)))
