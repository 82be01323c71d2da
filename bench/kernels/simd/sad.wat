;; saturating u8x16 subtraction, pairwise sums: sum of absolute differences of two pictures of 16 KiB, n times.
(module
  (memory 1)
  (func $fill
    (local $i i32)
    (loop $next
      (i32.store8 (local.get $i)
        (i32.shr_u (i32.mul (local.get $i) (i32.const 0x9e3779b1)) (i32.const 24)))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 32768)))))
  (start $fill)
  (func (export "run") (param $n i32) (result i32)
    (local $p i32) (local $v v128) (local $w v128) (local $sum v128)
    (loop $passes
      (local.set $p (i32.const 0))
      (loop $next
        (local.set $v (v128.load (local.get $p)))
        (local.set $w (v128.load offset=16384 (local.get $p)))
        (local.set $sum
          (i32x4.add (local.get $sum)
            (i32x4.extadd_pairwise_i16x8_u
              (i16x8.extadd_pairwise_i8x16_u
                (v128.or
                  (i8x16.sub_sat_u (local.get $v) (local.get $w))
                  (i8x16.sub_sat_u (local.get $w) (local.get $v)))))))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16))) (i32.const 16384))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
      (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
  (func (export "scalar") (param $n i32) (result i32)
    (local $p i32) (local $d i32) (local $sum i32)
    (loop $passes
      (local.set $p (i32.const 0))
      (loop $next
        (local.set $d
          (i32.sub (i32.load8_u (local.get $p)) (i32.load8_u offset=16384 (local.get $p))))
        (local.set $sum
          (i32.add (local.get $sum)
            (select (local.get $d) (i32.sub (i32.const 0) (local.get $d))
              (i32.gt_s (local.get $d) (i32.const 0)))))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 16384))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
