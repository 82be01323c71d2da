;; i8x16.eq and bitmask: the places of all line ends in 16 KiB of text, summed up, n times. A line has 40 bytes on average.
(module
  (memory 1)
  (func $fill
    (local $i i32) (local $x i32)
    (local.set $x (i32.const 1))
    (loop $next
      (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 1103515245)) (i32.const 12345)))
      (i32.store8 (local.get $i)
        (select
          (i32.const 10)
          (i32.add (i32.const 97) (i32.rem_u (i32.shr_u (local.get $x) (i32.const 8)) (i32.const 26)))
          (i32.eqz (i32.rem_u (i32.shr_u (local.get $x) (i32.const 16)) (i32.const 40)))))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 16384)))))
  (start $fill)
  (func (export "run") (param $n i32) (result i32)
    (local $p i32) (local $bits i32) (local $sum i32)
    (loop $passes
      (local.set $p (i32.const 0))
      (loop $next
        (if
          (local.tee $bits
            (i8x16.bitmask (i8x16.eq (v128.load (local.get $p)) (i8x16.splat (i32.const 10)))))
          (then
            (loop $found
              (local.set $sum
                (i32.add (local.get $sum) (i32.add (local.get $p) (i32.ctz (local.get $bits)))))
              (br_if $found
                (local.tee $bits
                  (i32.and (local.get $bits) (i32.sub (local.get $bits) (i32.const 1))))))))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16))) (i32.const 16384))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "scalar") (param $n i32) (result i32)
    (local $p i32) (local $sum i32)
    (loop $passes
      (local.set $p (i32.const 0))
      (loop $next
        (if (i32.eq (i32.load8_u (local.get $p)) (i32.const 10))
          (then (local.set $sum (i32.add (local.get $sum) (local.get $p)))))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (i32.const 16384))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
