;; shuffle, swizzle, i32x4 shifts: base64 of 12,288 bytes, n times; the digits are mixed into one word.
(module
  (memory 1)
  (data (i32.const 65472) "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  ;; Four bytes more than are encoded: vectors are read whole.
  (func $fill
    (local $i i32)
    (loop $next
      (i32.store8 (local.get $i)
        (i32.shr_u (i32.mul (local.get $i) (i32.const 0x9e3779b1)) (i32.const 24)))
      (br_if $next
        (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 12292)))))
  (start $fill)
  (func (export "run") (param $n i32) (result i32)
    (local $p i32) (local $q i32) (local $v v128) (local $mix v128)
    (loop $passes
      (local.set $p (i32.const 0))
      (local.set $q (i32.const 16384))
      (loop $next
        ;; three bytes to a word, the first one highest; then six bits to a byte
        (local.set $v (v128.load (local.get $p)))
        (local.set $v
          (i8x16.shuffle 2 1 0 16 5 4 3 16 8 7 6 16 11 10 9 16
            (local.get $v) (v128.const i64x2 0 0)))
        (local.set $v
          (v128.or
            (v128.or
              (i32x4.shr_u (local.get $v) (i32.const 18))
              (v128.and (i32x4.shr_u (local.get $v) (i32.const 4))
                (v128.const i32x4 0x3f00 0x3f00 0x3f00 0x3f00)))
            (v128.or
              (v128.and (i32x4.shl (local.get $v) (i32.const 10))
                (v128.const i32x4 0x3f0000 0x3f0000 0x3f0000 0x3f0000))
              (v128.and (i32x4.shl (local.get $v) (i32.const 24))
                (v128.const i32x4 0x3f000000 0x3f000000 0x3f000000 0x3f000000)))))
        ;; small letters 0, digits 1 to 10, + 11, / 12, capitals 13: what is added to make a character of each
        (local.set $v
          (i8x16.add (local.get $v)
            (i8x16.swizzle
              (v128.const i8x16 71 -4 -4 -4 -4 -4 -4 -4 -4 -4 -4 -19 -16 65 0 0)
              (v128.or
                (i8x16.sub_sat_u (local.get $v) (i8x16.splat (i32.const 51)))
                (v128.and
                  (i8x16.lt_s (local.get $v) (i8x16.splat (i32.const 26)))
                  (i8x16.splat (i32.const 13)))))))
        (v128.store (local.get $q) (local.get $v))
        (local.set $mix (i32x4.add (local.get $mix) (local.get $v)))
        (local.set $q (i32.add (local.get $q) (i32.const 16)))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 12))) (i32.const 12288))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $mix)) (i32x4.extract_lane 1 (local.get $mix)))
      (i32.add (i32x4.extract_lane 2 (local.get $mix)) (i32x4.extract_lane 3 (local.get $mix)))))
  (func (export "scalar") (param $n i32) (result i32)
    (local $p i32) (local $q i32) (local $word i32) (local $mix i32)
    (loop $passes
      (local.set $p (i32.const 0))
      (local.set $q (i32.const 16384))
      (loop $next
        (local.set $word
          (i32.or
            (i32.or
              (i32.shl (i32.load8_u (local.get $p)) (i32.const 16))
              (i32.shl (i32.load8_u offset=1 (local.get $p)) (i32.const 8)))
            (i32.load8_u offset=2 (local.get $p))))
        (i32.store8 (local.get $q)
          (i32.load8_u offset=65472 (i32.shr_u (local.get $word) (i32.const 18))))
        (i32.store8 offset=1 (local.get $q)
          (i32.load8_u offset=65472
            (i32.and (i32.shr_u (local.get $word) (i32.const 12)) (i32.const 63))))
        (i32.store8 offset=2 (local.get $q)
          (i32.load8_u offset=65472
            (i32.and (i32.shr_u (local.get $word) (i32.const 6)) (i32.const 63))))
        (i32.store8 offset=3 (local.get $q)
          (i32.load8_u offset=65472 (i32.and (local.get $word) (i32.const 63))))
        (local.set $mix (i32.add (local.get $mix) (i32.load (local.get $q))))
        (local.set $q (i32.add (local.get $q) (i32.const 4)))
        (br_if $next
          (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 3))) (i32.const 12288))))
      (br_if $passes (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $mix)))
