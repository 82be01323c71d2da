;; Loads and stores of every width, aligned and not: n passes of copying 4 KiB forward by a few bytes, then a checksum.
(module
  (memory 1)
  (func (export "run") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $fill
      (i32.store (local.get $i) (i32.mul (local.get $i) (i32.const 0x9e3779b1)))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 4096))))
    (loop $passes
      (local.set $i (i32.const 0))
      (loop $words
        (i32.store offset=8192 (local.get $i) (i32.load (local.get $i)))
        (i64.store offset=16384 (local.get $i) (i64.load offset=8192 (local.get $i)))
        (i32.store16 offset=24576 (local.get $i) (i32.load16_u offset=16384 (local.get $i)))
        (i32.store8 offset=24578 (local.get $i) (i32.load8_s offset=16386 (local.get $i)))
        (i32.store offset=32769 (local.get $i) (i32.load offset=24575 (local.get $i)))
        (f64.store offset=40960 (local.get $i) (f64.load offset=16384 (local.get $i)))
        (local.set $sum
          (i32.add (local.get $sum)
            (i32.xor (i32.load16_s offset=32770 (local.get $i)) (i32.load8_u offset=40963 (local.get $i)))))
        (br_if $words
          (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 4096))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
