;; f64x2 arithmetic and compare: the view of the scalar kernel mandelbrot, two points at a time (n is even).
(module
  (func (export "run") (param $n i32) (result i32)
    (local $px i32) (local $py i32) (local $turns i32) (local $scale f64)
    (local $cx v128) (local $cy v128) (local $x v128) (local $y v128) (local $xx v128) (local $yy v128)
    (local $inside v128) (local $total v128)
    (local.set $scale (f64.div (f64.const 3) (f64.convert_i32_s (local.get $n))))
    (loop $rows
      (local.set $cy
        (f64x2.splat
          (f64.sub (f64.mul (f64.convert_i32_s (local.get $py)) (local.get $scale)) (f64.const 1.5))))
      (local.set $px (i32.const 0))
      (loop $columns
        (local.set $cx
          (f64x2.sub
            (f64x2.mul
              (f64x2.replace_lane 1
                (f64x2.splat (f64.convert_i32_s (local.get $px)))
                (f64.convert_i32_s (i32.add (local.get $px) (i32.const 1))))
              (f64x2.splat (local.get $scale)))
            (v128.const f64x2 2 2)))
        (local.set $x (v128.const f64x2 0 0))
        (local.set $y (v128.const f64x2 0 0))
        (local.set $inside (v128.const i64x2 -1 -1))
        (local.set $turns (i32.const 0))
        (block $done
          (loop $iterate
            (local.set $xx (f64x2.mul (local.get $x) (local.get $x)))
            (local.set $yy (f64x2.mul (local.get $y) (local.get $y)))
            (local.set $inside
              (v128.and (local.get $inside)
                (f64x2.le (f64x2.add (local.get $xx) (local.get $yy)) (v128.const f64x2 4 4))))
            (br_if $done (i32.eqz (v128.any_true (local.get $inside))))
            ;; a lane that is inside is -1
            (local.set $total (i64x2.sub (local.get $total) (local.get $inside)))
            (local.set $y
              (f64x2.add
                (f64x2.mul (f64x2.mul (v128.const f64x2 2 2) (local.get $x)) (local.get $y))
                (local.get $cy)))
            (local.set $x (f64x2.add (f64x2.sub (local.get $xx) (local.get $yy)) (local.get $cx)))
            (br_if $iterate
              (i32.lt_s (local.tee $turns (i32.add (local.get $turns) (i32.const 1))) (i32.const 100)))))
        (br_if $columns
          (i32.lt_s (local.tee $px (i32.add (local.get $px) (i32.const 2))) (local.get $n))))
      (br_if $rows (i32.lt_s (local.tee $py (i32.add (local.get $py) (i32.const 1))) (local.get $n))))
    (i32.wrap_i64
      (i64.add (i64x2.extract_lane 0 (local.get $total)) (i64x2.extract_lane 1 (local.get $total)))))
  (func (export "scalar") (param $n i32) (result i32)
    (local $px i32) (local $py i32) (local $turns i32) (local $total i32)
    (local $cx f64) (local $cy f64) (local $x f64) (local $y f64) (local $xx f64) (local $yy f64)
    (local $scale f64)
    (local.set $scale (f64.div (f64.const 3) (f64.convert_i32_s (local.get $n))))
    (loop $rows
      (local.set $cy
        (f64.sub (f64.mul (f64.convert_i32_s (local.get $py)) (local.get $scale)) (f64.const 1.5)))
      (local.set $px (i32.const 0))
      (loop $columns
        (local.set $cx
          (f64.sub (f64.mul (f64.convert_i32_s (local.get $px)) (local.get $scale)) (f64.const 2)))
        (local.set $x (f64.const 0))
        (local.set $y (f64.const 0))
        (local.set $turns (i32.const 0))
        (block $done
          (loop $iterate
            (local.set $xx (f64.mul (local.get $x) (local.get $x)))
            (local.set $yy (f64.mul (local.get $y) (local.get $y)))
            (br_if $done (f64.gt (f64.add (local.get $xx) (local.get $yy)) (f64.const 4)))
            (local.set $y
              (f64.add (f64.mul (f64.mul (f64.const 2) (local.get $x)) (local.get $y)) (local.get $cy)))
            (local.set $x (f64.add (f64.sub (local.get $xx) (local.get $yy)) (local.get $cx)))
            (br_if $iterate
              (i32.lt_s (local.tee $turns (i32.add (local.get $turns) (i32.const 1))) (i32.const 100)))))
        (local.set $total (i32.add (local.get $total) (local.get $turns)))
        (br_if $columns
          (i32.lt_s (local.tee $px (i32.add (local.get $px) (i32.const 1))) (local.get $n))))
      (br_if $rows (i32.lt_s (local.tee $py (i32.add (local.get $py) (i32.const 1))) (local.get $n))))
    (local.get $total)))
