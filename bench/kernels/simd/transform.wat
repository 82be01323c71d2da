;; f32x4 with lanes spread by shuffles: a 4 x 4 matrix times 1,024 vectors, n times; the results' bits are mixed into one.
(module
  (memory 1)
  ;; The matrix by columns at 0, vectors from 64 on, results from 32768 on.
  (func $fill
    (local $i i32)
    (loop $next
      (f32.store (i32.shl (local.get $i) (i32.const 2))
        (f32.div (f32.convert_i32_s (i32.rem_u (i32.mul (local.get $i) (i32.const 37)) (i32.const 101)))
          (f32.const 7)))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4112)))))
  (start $fill)
  (func (export "run") (param $n i32) (result i32)
    (local $p i32) (local $mix v128) (local $v v128)
    (local $c0 v128) (local $c1 v128) (local $c2 v128) (local $c3 v128)
    (local.set $c0 (v128.load (i32.const 0)))
    (local.set $c1 (v128.load (i32.const 16)))
    (local.set $c2 (v128.load (i32.const 32)))
    (local.set $c3 (v128.load (i32.const 48)))
    (loop $passes
      (local.set $p (i32.const 0))
      (loop $next
        (local.set $v (v128.load offset=64 (local.get $p)))
        (local.set $v
          (f32x4.add
            (f32x4.add
              (f32x4.add
                (f32x4.mul (local.get $c0)
                  (i8x16.shuffle 0 1 2 3 0 1 2 3 0 1 2 3 0 1 2 3 (local.get $v) (local.get $v)))
                (f32x4.mul (local.get $c1)
                  (i8x16.shuffle 4 5 6 7 4 5 6 7 4 5 6 7 4 5 6 7 (local.get $v) (local.get $v))))
              (f32x4.mul (local.get $c2)
                (i8x16.shuffle 8 9 10 11 8 9 10 11 8 9 10 11 8 9 10 11 (local.get $v) (local.get $v))))
            (f32x4.mul (local.get $c3)
              (i8x16.shuffle 12 13 14 15 12 13 14 15 12 13 14 15 12 13 14 15 (local.get $v) (local.get $v)))))
        (v128.store offset=32768 (local.get $p) (local.get $v))
        (local.set $mix (i32x4.add (local.get $mix) (local.get $v)))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16))) (i32.const 16384))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $mix)) (i32x4.extract_lane 1 (local.get $mix)))
      (i32.add (i32x4.extract_lane 2 (local.get $mix)) (i32x4.extract_lane 3 (local.get $mix)))))
  (func (export "scalar") (param $n i32) (result i32)
    (local $p i32) (local $row i32) (local $mix i32) (local $sum f32)
    (local $x f32) (local $y f32) (local $z f32) (local $w f32)
    (loop $passes
      (local.set $p (i32.const 0))
      (loop $next
        (local.set $x (f32.load offset=64 (local.get $p)))
        (local.set $y (f32.load offset=68 (local.get $p)))
        (local.set $z (f32.load offset=72 (local.get $p)))
        (local.set $w (f32.load offset=76 (local.get $p)))
        (local.set $row (i32.const 0))
        (loop $rows
          (local.set $sum
            (f32.add
              (f32.add
                (f32.add
                  (f32.mul (f32.load (local.get $row)) (local.get $x))
                  (f32.mul (f32.load offset=16 (local.get $row)) (local.get $y)))
                (f32.mul (f32.load offset=32 (local.get $row)) (local.get $z)))
              (f32.mul (f32.load offset=48 (local.get $row)) (local.get $w))))
          (f32.store offset=32768 (i32.add (local.get $p) (local.get $row)) (local.get $sum))
          (local.set $mix (i32.add (local.get $mix) (i32.reinterpret_f32 (local.get $sum))))
          (br_if $rows
            (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 4))) (i32.const 16))))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16))) (i32.const 16384))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $mix)))
