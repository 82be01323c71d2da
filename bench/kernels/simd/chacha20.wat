;; i32x4 add and xor, rotations by shuffle and by shifts: n blocks of ChaCha20, whose words are mixed into one. The vectors
;; are the rows of the block function's state; scalar words are named by their place in it. State at 0, key stream at 64.
(module
  (memory 1)
  (data (i32.const 0)
    "\65\78\70\61\6e\64\20\33\32\2d\62\79\74\65\20\6b\00\01\02\03\04\05\06\07\08\09\0a\0b\0c\0d\0e\0f"
    "\10\11\12\13\14\15\16\17\18\19\1a\1b\1c\1d\1e\1f\01\00\00\00\00\00\00\09\00\00\00\4a\00\00\00\00")
  (func (export "run") (param $n i32) (result i32)
    (local $rounds i32) (local $mix v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (i32.store offset=48 (i32.const 0) (i32.const 1))
    (loop $blocks
      (local.set $a (v128.load (i32.const 0)))
      (local.set $b (v128.load (i32.const 16)))
      (local.set $c (v128.load (i32.const 32)))
      (local.set $d (v128.load (i32.const 48)))
      (local.set $rounds (i32.const 10))
      (loop $double
        (local.set $a (i32x4.add (local.get $a) (local.get $b)))
        (local.set $d (v128.xor (local.get $d) (local.get $a)))
        (local.set $d
          (i8x16.shuffle 2 3 0 1 6 7 4 5 10 11 8 9 14 15 12 13 (local.get $d) (local.get $d)))
        (local.set $c (i32x4.add (local.get $c) (local.get $d)))
        (local.set $b (v128.xor (local.get $b) (local.get $c)))
        (local.set $b
          (v128.or (i32x4.shl (local.get $b) (i32.const 12))
            (i32x4.shr_u (local.get $b) (i32.const 20))))
        (local.set $a (i32x4.add (local.get $a) (local.get $b)))
        (local.set $d (v128.xor (local.get $d) (local.get $a)))
        (local.set $d
          (i8x16.shuffle 3 0 1 2 7 4 5 6 11 8 9 10 15 12 13 14 (local.get $d) (local.get $d)))
        (local.set $c (i32x4.add (local.get $c) (local.get $d)))
        (local.set $b (v128.xor (local.get $b) (local.get $c)))
        (local.set $b
          (v128.or (i32x4.shl (local.get $b) (i32.const 7))
            (i32x4.shr_u (local.get $b) (i32.const 25))))
        (local.set $b
          (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get $b) (local.get $b)))
        (local.set $c
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $c) (local.get $c)))
        (local.set $d
          (i8x16.shuffle 12 13 14 15 0 1 2 3 4 5 6 7 8 9 10 11 (local.get $d) (local.get $d)))
        (local.set $a (i32x4.add (local.get $a) (local.get $b)))
        (local.set $d (v128.xor (local.get $d) (local.get $a)))
        (local.set $d
          (i8x16.shuffle 2 3 0 1 6 7 4 5 10 11 8 9 14 15 12 13 (local.get $d) (local.get $d)))
        (local.set $c (i32x4.add (local.get $c) (local.get $d)))
        (local.set $b (v128.xor (local.get $b) (local.get $c)))
        (local.set $b
          (v128.or (i32x4.shl (local.get $b) (i32.const 12))
            (i32x4.shr_u (local.get $b) (i32.const 20))))
        (local.set $a (i32x4.add (local.get $a) (local.get $b)))
        (local.set $d (v128.xor (local.get $d) (local.get $a)))
        (local.set $d
          (i8x16.shuffle 3 0 1 2 7 4 5 6 11 8 9 10 15 12 13 14 (local.get $d) (local.get $d)))
        (local.set $c (i32x4.add (local.get $c) (local.get $d)))
        (local.set $b (v128.xor (local.get $b) (local.get $c)))
        (local.set $b
          (v128.or (i32x4.shl (local.get $b) (i32.const 7))
            (i32x4.shr_u (local.get $b) (i32.const 25))))
        (local.set $b
          (i8x16.shuffle 12 13 14 15 0 1 2 3 4 5 6 7 8 9 10 11 (local.get $b) (local.get $b)))
        (local.set $c
          (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $c) (local.get $c)))
        (local.set $d
          (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 0 1 2 3 (local.get $d) (local.get $d)))
        (br_if $double (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
      (local.set $a (i32x4.add (local.get $a) (v128.load (i32.const 0))))
      (local.set $b (i32x4.add (local.get $b) (v128.load (i32.const 16))))
      (local.set $c (i32x4.add (local.get $c) (v128.load (i32.const 32))))
      (local.set $d (i32x4.add (local.get $d) (v128.load (i32.const 48))))
      (v128.store (i32.const 64) (local.get $a))
      (v128.store (i32.const 80) (local.get $b))
      (v128.store (i32.const 96) (local.get $c))
      (v128.store (i32.const 112) (local.get $d))
      (local.set $mix
        (v128.xor (local.get $mix)
          (v128.xor
            (v128.xor (local.get $a) (local.get $b))
            (v128.xor (local.get $c) (local.get $d)))))
      (i32.store offset=48 (i32.const 0) (i32.add (i32.load offset=48 (i32.const 0)) (i32.const 1)))
      (br_if $blocks (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i32.xor
      (i32.xor (i32x4.extract_lane 0 (local.get $mix)) (i32x4.extract_lane 1 (local.get $mix)))
      (i32.xor (i32x4.extract_lane 2 (local.get $mix)) (i32x4.extract_lane 3 (local.get $mix)))))
  (func (export "scalar") (param $n i32) (result i32)
    (local $rounds i32) (local $mix i32) (local $p i32)
    (local $x0 i32) (local $x1 i32) (local $x2 i32) (local $x3 i32) (local $x4 i32) (local $x5 i32) (local $x6 i32) (local $x7 i32)
    (local $x8 i32) (local $x9 i32) (local $x10 i32) (local $x11 i32) (local $x12 i32) (local $x13 i32) (local $x14 i32) (local $x15 i32)
    (i32.store offset=48 (i32.const 0) (i32.const 1))
    (loop $blocks
      (local.set $x0 (i32.load (i32.const 0)))
      (local.set $x1 (i32.load offset=4 (i32.const 0)))
      (local.set $x2 (i32.load offset=8 (i32.const 0)))
      (local.set $x3 (i32.load offset=12 (i32.const 0)))
      (local.set $x4 (i32.load offset=16 (i32.const 0)))
      (local.set $x5 (i32.load offset=20 (i32.const 0)))
      (local.set $x6 (i32.load offset=24 (i32.const 0)))
      (local.set $x7 (i32.load offset=28 (i32.const 0)))
      (local.set $x8 (i32.load offset=32 (i32.const 0)))
      (local.set $x9 (i32.load offset=36 (i32.const 0)))
      (local.set $x10 (i32.load offset=40 (i32.const 0)))
      (local.set $x11 (i32.load offset=44 (i32.const 0)))
      (local.set $x12 (i32.load offset=48 (i32.const 0)))
      (local.set $x13 (i32.load offset=52 (i32.const 0)))
      (local.set $x14 (i32.load offset=56 (i32.const 0)))
      (local.set $x15 (i32.load offset=60 (i32.const 0)))
      (local.set $rounds (i32.const 10))
      (loop $double
        (local.set $x0 (i32.add (local.get $x0) (local.get $x4)))
        (local.set $x12
          (i32.rotl (i32.xor (local.get $x12) (local.get $x0)) (i32.const 16)))
        (local.set $x8 (i32.add (local.get $x8) (local.get $x12)))
        (local.set $x4
          (i32.rotl (i32.xor (local.get $x4) (local.get $x8)) (i32.const 12)))
        (local.set $x0 (i32.add (local.get $x0) (local.get $x4)))
        (local.set $x12
          (i32.rotl (i32.xor (local.get $x12) (local.get $x0)) (i32.const 8)))
        (local.set $x8 (i32.add (local.get $x8) (local.get $x12)))
        (local.set $x4
          (i32.rotl (i32.xor (local.get $x4) (local.get $x8)) (i32.const 7)))
        (local.set $x1 (i32.add (local.get $x1) (local.get $x5)))
        (local.set $x13
          (i32.rotl (i32.xor (local.get $x13) (local.get $x1)) (i32.const 16)))
        (local.set $x9 (i32.add (local.get $x9) (local.get $x13)))
        (local.set $x5
          (i32.rotl (i32.xor (local.get $x5) (local.get $x9)) (i32.const 12)))
        (local.set $x1 (i32.add (local.get $x1) (local.get $x5)))
        (local.set $x13
          (i32.rotl (i32.xor (local.get $x13) (local.get $x1)) (i32.const 8)))
        (local.set $x9 (i32.add (local.get $x9) (local.get $x13)))
        (local.set $x5
          (i32.rotl (i32.xor (local.get $x5) (local.get $x9)) (i32.const 7)))
        (local.set $x2 (i32.add (local.get $x2) (local.get $x6)))
        (local.set $x14
          (i32.rotl (i32.xor (local.get $x14) (local.get $x2)) (i32.const 16)))
        (local.set $x10 (i32.add (local.get $x10) (local.get $x14)))
        (local.set $x6
          (i32.rotl (i32.xor (local.get $x6) (local.get $x10)) (i32.const 12)))
        (local.set $x2 (i32.add (local.get $x2) (local.get $x6)))
        (local.set $x14
          (i32.rotl (i32.xor (local.get $x14) (local.get $x2)) (i32.const 8)))
        (local.set $x10 (i32.add (local.get $x10) (local.get $x14)))
        (local.set $x6
          (i32.rotl (i32.xor (local.get $x6) (local.get $x10)) (i32.const 7)))
        (local.set $x3 (i32.add (local.get $x3) (local.get $x7)))
        (local.set $x15
          (i32.rotl (i32.xor (local.get $x15) (local.get $x3)) (i32.const 16)))
        (local.set $x11 (i32.add (local.get $x11) (local.get $x15)))
        (local.set $x7
          (i32.rotl (i32.xor (local.get $x7) (local.get $x11)) (i32.const 12)))
        (local.set $x3 (i32.add (local.get $x3) (local.get $x7)))
        (local.set $x15
          (i32.rotl (i32.xor (local.get $x15) (local.get $x3)) (i32.const 8)))
        (local.set $x11 (i32.add (local.get $x11) (local.get $x15)))
        (local.set $x7
          (i32.rotl (i32.xor (local.get $x7) (local.get $x11)) (i32.const 7)))
        (local.set $x0 (i32.add (local.get $x0) (local.get $x5)))
        (local.set $x15
          (i32.rotl (i32.xor (local.get $x15) (local.get $x0)) (i32.const 16)))
        (local.set $x10 (i32.add (local.get $x10) (local.get $x15)))
        (local.set $x5
          (i32.rotl (i32.xor (local.get $x5) (local.get $x10)) (i32.const 12)))
        (local.set $x0 (i32.add (local.get $x0) (local.get $x5)))
        (local.set $x15
          (i32.rotl (i32.xor (local.get $x15) (local.get $x0)) (i32.const 8)))
        (local.set $x10 (i32.add (local.get $x10) (local.get $x15)))
        (local.set $x5
          (i32.rotl (i32.xor (local.get $x5) (local.get $x10)) (i32.const 7)))
        (local.set $x1 (i32.add (local.get $x1) (local.get $x6)))
        (local.set $x12
          (i32.rotl (i32.xor (local.get $x12) (local.get $x1)) (i32.const 16)))
        (local.set $x11 (i32.add (local.get $x11) (local.get $x12)))
        (local.set $x6
          (i32.rotl (i32.xor (local.get $x6) (local.get $x11)) (i32.const 12)))
        (local.set $x1 (i32.add (local.get $x1) (local.get $x6)))
        (local.set $x12
          (i32.rotl (i32.xor (local.get $x12) (local.get $x1)) (i32.const 8)))
        (local.set $x11 (i32.add (local.get $x11) (local.get $x12)))
        (local.set $x6
          (i32.rotl (i32.xor (local.get $x6) (local.get $x11)) (i32.const 7)))
        (local.set $x2 (i32.add (local.get $x2) (local.get $x7)))
        (local.set $x13
          (i32.rotl (i32.xor (local.get $x13) (local.get $x2)) (i32.const 16)))
        (local.set $x8 (i32.add (local.get $x8) (local.get $x13)))
        (local.set $x7
          (i32.rotl (i32.xor (local.get $x7) (local.get $x8)) (i32.const 12)))
        (local.set $x2 (i32.add (local.get $x2) (local.get $x7)))
        (local.set $x13
          (i32.rotl (i32.xor (local.get $x13) (local.get $x2)) (i32.const 8)))
        (local.set $x8 (i32.add (local.get $x8) (local.get $x13)))
        (local.set $x7
          (i32.rotl (i32.xor (local.get $x7) (local.get $x8)) (i32.const 7)))
        (local.set $x3 (i32.add (local.get $x3) (local.get $x4)))
        (local.set $x14
          (i32.rotl (i32.xor (local.get $x14) (local.get $x3)) (i32.const 16)))
        (local.set $x9 (i32.add (local.get $x9) (local.get $x14)))
        (local.set $x4
          (i32.rotl (i32.xor (local.get $x4) (local.get $x9)) (i32.const 12)))
        (local.set $x3 (i32.add (local.get $x3) (local.get $x4)))
        (local.set $x14
          (i32.rotl (i32.xor (local.get $x14) (local.get $x3)) (i32.const 8)))
        (local.set $x9 (i32.add (local.get $x9) (local.get $x14)))
        (local.set $x4
          (i32.rotl (i32.xor (local.get $x4) (local.get $x9)) (i32.const 7)))
        (br_if $double (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
      (i32.store offset=64 (i32.const 0)
        (i32.add (local.get $x0) (i32.load (i32.const 0))))
      (i32.store offset=68 (i32.const 0)
        (i32.add (local.get $x1) (i32.load offset=4 (i32.const 0))))
      (i32.store offset=72 (i32.const 0)
        (i32.add (local.get $x2) (i32.load offset=8 (i32.const 0))))
      (i32.store offset=76 (i32.const 0)
        (i32.add (local.get $x3) (i32.load offset=12 (i32.const 0))))
      (i32.store offset=80 (i32.const 0)
        (i32.add (local.get $x4) (i32.load offset=16 (i32.const 0))))
      (i32.store offset=84 (i32.const 0)
        (i32.add (local.get $x5) (i32.load offset=20 (i32.const 0))))
      (i32.store offset=88 (i32.const 0)
        (i32.add (local.get $x6) (i32.load offset=24 (i32.const 0))))
      (i32.store offset=92 (i32.const 0)
        (i32.add (local.get $x7) (i32.load offset=28 (i32.const 0))))
      (i32.store offset=96 (i32.const 0)
        (i32.add (local.get $x8) (i32.load offset=32 (i32.const 0))))
      (i32.store offset=100 (i32.const 0)
        (i32.add (local.get $x9) (i32.load offset=36 (i32.const 0))))
      (i32.store offset=104 (i32.const 0)
        (i32.add (local.get $x10) (i32.load offset=40 (i32.const 0))))
      (i32.store offset=108 (i32.const 0)
        (i32.add (local.get $x11) (i32.load offset=44 (i32.const 0))))
      (i32.store offset=112 (i32.const 0)
        (i32.add (local.get $x12) (i32.load offset=48 (i32.const 0))))
      (i32.store offset=116 (i32.const 0)
        (i32.add (local.get $x13) (i32.load offset=52 (i32.const 0))))
      (i32.store offset=120 (i32.const 0)
        (i32.add (local.get $x14) (i32.load offset=56 (i32.const 0))))
      (i32.store offset=124 (i32.const 0)
        (i32.add (local.get $x15) (i32.load offset=60 (i32.const 0))))
      (local.set $p (i32.const 60))
      (loop $words
        (local.set $mix (i32.xor (local.get $mix) (i32.load offset=64 (local.get $p))))
        (br_if $words
          (i32.ge_s (local.tee $p (i32.sub (local.get $p) (i32.const 4))) (i32.const 0))))
      (i32.store offset=48 (i32.const 0) (i32.add (i32.load offset=48 (i32.const 0)) (i32.const 1)))
      (br_if $blocks (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $mix)))
