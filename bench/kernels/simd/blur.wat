;; u8x16 widened to i16x8: 3 x 3 box blur of a grey picture of 128 x 64 pixels, n times from one half of memory to the
;; other and back. Pixels at the left and right, 16 wide, and the rows at top and bottom stay as they are.
(module
  (memory 1)
  (func $fill
    (local $i i32)
    (loop $next
      (i32.store8 (local.get $i)
        (i32.shr_u (i32.mul (local.get $i) (i32.const 0x9e3779b1)) (i32.const 24)))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8192)))))
  (start $fill)
  (func $sum (result i32)
    (local $i i32) (local $sum i32)
    (loop $next
      (local.set $sum
        (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.load8_u offset=8192 (local.get $i))))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (i32.const 8192))))
    (local.get $sum))
  (func (export "run") (param $n i32) (result i32)
    (local $from i32) (local $to i32) (local $p i32) (local $q i32) (local $end i32) (local $row i32)
    (local $low v128) (local $high v128) (local $v v128) (local $k i32)
    (memory.copy (i32.const 8192) (i32.const 0) (i32.const 8192))
    (memory.copy (i32.const 16384) (i32.const 0) (i32.const 8192))
    (local.set $from (i32.const 8192))
    (local.set $to (i32.const 16384))
    (loop $passes
      (local.set $row (i32.const 128))
      (loop $rows
        (local.set $p (i32.add (i32.add (local.get $from) (local.get $row)) (i32.const 16)))
        (local.set $q (i32.add (i32.add (local.get $to) (local.get $row)) (i32.const 16)))
        (local.set $end (i32.add (local.get $p) (i32.const 96)))
        (loop $columns
          (local.set $low (v128.const i64x2 0 0))
          (local.set $high (v128.const i64x2 0 0))
          (local.set $k (i32.sub (local.get $p) (i32.const 129)))
          (loop $lines
            (local.set $v (v128.load (local.get $k)))
            (local.set $low (i16x8.add (local.get $low) (i16x8.extend_low_i8x16_u (local.get $v))))
            (local.set $high (i16x8.add (local.get $high) (i16x8.extend_high_i8x16_u (local.get $v))))
            (local.set $v (v128.load offset=1 (local.get $k)))
            (local.set $low (i16x8.add (local.get $low) (i16x8.extend_low_i8x16_u (local.get $v))))
            (local.set $high (i16x8.add (local.get $high) (i16x8.extend_high_i8x16_u (local.get $v))))
            (local.set $v (v128.load offset=2 (local.get $k)))
            (local.set $low (i16x8.add (local.get $low) (i16x8.extend_low_i8x16_u (local.get $v))))
            (local.set $high (i16x8.add (local.get $high) (i16x8.extend_high_i8x16_u (local.get $v))))
            (br_if $lines
              (i32.le_u (local.tee $k (i32.add (local.get $k) (i32.const 128)))
                (i32.add (local.get $p) (i32.const 127)))))
          ;; 3641 / 32768 is a ninth
          (v128.store (local.get $q)
            (i8x16.narrow_i16x8_u
              (i16x8.q15mulr_sat_s (local.get $low)
                (v128.const i16x8 3641 3641 3641 3641 3641 3641 3641 3641))
              (i16x8.q15mulr_sat_s (local.get $high)
                (v128.const i16x8 3641 3641 3641 3641 3641 3641 3641 3641))))
          (local.set $q (i32.add (local.get $q) (i32.const 16)))
          (br_if $columns
            (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16))) (local.get $end))))
        (br_if $rows
          (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 128))) (i32.const 8064))))
      (local.set $k (local.get $from))
      (local.set $from (local.get $to))
      (local.set $to (local.get $k))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (call $sum))
  (func (export "scalar") (param $n i32) (result i32)
    (local $from i32) (local $to i32) (local $p i32) (local $q i32) (local $end i32) (local $row i32)
    (local $sum i32) (local $k i32)
    (memory.copy (i32.const 8192) (i32.const 0) (i32.const 8192))
    (memory.copy (i32.const 16384) (i32.const 0) (i32.const 8192))
    (local.set $from (i32.const 8192))
    (local.set $to (i32.const 16384))
    (loop $passes
      (local.set $row (i32.const 128))
      (loop $rows
        (local.set $p (i32.add (i32.add (local.get $from) (local.get $row)) (i32.const 16)))
        (local.set $q (i32.add (i32.add (local.get $to) (local.get $row)) (i32.const 16)))
        (local.set $end (i32.add (local.get $p) (i32.const 96)))
        (loop $columns
          (local.set $sum (i32.const 0))
          (local.set $k (i32.sub (local.get $p) (i32.const 129)))
          (loop $lines
            (local.set $sum
              (i32.add (local.get $sum)
                (i32.add
                  (i32.add (i32.load8_u (local.get $k)) (i32.load8_u offset=1 (local.get $k)))
                  (i32.load8_u offset=2 (local.get $k)))))
            (br_if $lines
              (i32.le_u (local.tee $k (i32.add (local.get $k) (i32.const 128)))
                (i32.add (local.get $p) (i32.const 127)))))
          (i32.store8 (local.get $q)
            (i32.shr_u
              (i32.add (i32.mul (local.get $sum) (i32.const 3641)) (i32.const 0x4000))
              (i32.const 15)))
          (local.set $q (i32.add (local.get $q) (i32.const 1)))
          (br_if $columns
            (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 1))) (local.get $end))))
        (br_if $rows
          (i32.lt_u (local.tee $row (i32.add (local.get $row) (i32.const 128))) (i32.const 8064))))
      (local.set $k (local.get $from))
      (local.set $from (local.get $to))
      (local.set $to (local.get $k))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (call $sum)))
