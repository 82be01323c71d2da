;; f64 arithmetic, loads and stores: product of two n x n matrices (n at most 128), then its trace.
(module
  (memory 6)
  (func $at (param $matrix i32) (param $n i32) (param $row i32) (param $column i32) (result i32)
    (i32.add
      (i32.mul (local.get $matrix) (i32.const 131072))
      (i32.shl (i32.add (i32.mul (local.get $row) (local.get $n)) (local.get $column)) (i32.const 3))))
  (func (export "run") (param $n i32) (result f64)
    (local $i i32) (local $j i32) (local $k i32) (local $p i32) (local $q i32) (local $step i32)
    (local $sum f64) (local $trace f64)
    (local.set $i (i32.const 0))
    (loop $fill
      (f64.store (i32.shl (local.get $i) (i32.const 3))
        (f64.div (f64.convert_i32_s (i32.rem_u (local.get $i) (i32.const 17))) (f64.const 4)))
      (f64.store offset=131072 (i32.shl (local.get $i) (i32.const 3))
        (f64.sub (f64.convert_i32_s (i32.rem_u (local.get $i) (i32.const 13))) (f64.const 5.5)))
      (br_if $fill
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
          (i32.mul (local.get $n) (local.get $n)))))
    (local.set $step (i32.shl (local.get $n) (i32.const 3)))
    (local.set $i (i32.const 0))
    (loop $rows
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $p (call $at (i32.const 0) (local.get $n) (local.get $i) (i32.const 0)))
        (local.set $q (call $at (i32.const 1) (local.get $n) (i32.const 0) (local.get $j)))
        (local.set $sum (f64.const 0))
        (local.set $k (local.get $n))
        (loop $terms
          (local.set $sum
            (f64.add (local.get $sum)
              (f64.mul (f64.load (local.get $p)) (f64.load (local.get $q)))))
          (local.set $p (i32.add (local.get $p) (i32.const 8)))
          (local.set $q (i32.add (local.get $q) (local.get $step)))
          (br_if $terms (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
        (f64.store (call $at (i32.const 2) (local.get $n) (local.get $i) (local.get $j)) (local.get $sum))
        (br_if $columns
          (i32.lt_s (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $n))))
      (local.set $trace
        (f64.add (local.get $trace)
          (f64.load (call $at (i32.const 2) (local.get $n) (local.get $i) (local.get $i)))))
      (br_if $rows (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $trace)))
