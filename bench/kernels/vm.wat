;; br_table: a byte-code machine whose program adds i * i xor i for i from n down to 1.
;; Operations: 0 halt · 1 push imm · 2 load slot · 3 store slot · 4 add · 5 sub · 6 mul · 7 xor · 8 jump if non-zero imm.
(module
  (memory 1)
  ;; slot 0: i, slot 1: sum
  (data (i32.const 0)
    "\02\01" "\02\00" "\02\00" "\06" "\02\00" "\07" "\04" "\03\01" ;; sum = sum + ((i * i) xor i)
    "\02\00" "\01\01" "\05" "\03\00" ;; i = i - 1
    "\02\00" "\08\00" ;; if i goto 0
    "\00")
  (func (export "run") (param $n i32) (result i32)
    (local $pc i32) (local $sp i32) (local $op i32)
    (i32.store offset=256 (i32.const 0) (local.get $n))
    (i32.store offset=256 (i32.const 4) (i32.const 0))
    (local.set $sp (i32.const 1024))
    (loop $dispatch
      (local.set $op (i32.load8_u (local.get $pc)))
      (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
      (block $jump (block $xor (block $mul (block $sub (block $add (block $store (block $load (block $push
        (block $halt
          (br_table $halt $push $load $store $add $sub $mul $xor $jump $halt (local.get $op)))
        (return (i32.load offset=256 (i32.const 4))))
        ;; push
        (i32.store (local.get $sp) (i32.load8_u (local.get $pc)))
        (local.set $sp (i32.add (local.get $sp) (i32.const 4)))
        (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
        (br $dispatch))
        ;; load
        (i32.store (local.get $sp)
          (i32.load offset=256 (i32.shl (i32.load8_u (local.get $pc)) (i32.const 2))))
        (local.set $sp (i32.add (local.get $sp) (i32.const 4)))
        (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
        (br $dispatch))
        ;; store
        (local.set $sp (i32.sub (local.get $sp) (i32.const 4)))
        (i32.store offset=256 (i32.shl (i32.load8_u (local.get $pc)) (i32.const 2))
          (i32.load (local.get $sp)))
        (local.set $pc (i32.add (local.get $pc) (i32.const 1)))
        (br $dispatch))
        ;; add
        (local.set $sp (i32.sub (local.get $sp) (i32.const 4)))
        (i32.store (i32.sub (local.get $sp) (i32.const 4))
          (i32.add (i32.load (i32.sub (local.get $sp) (i32.const 4))) (i32.load (local.get $sp))))
        (br $dispatch))
        ;; sub
        (local.set $sp (i32.sub (local.get $sp) (i32.const 4)))
        (i32.store (i32.sub (local.get $sp) (i32.const 4))
          (i32.sub (i32.load (i32.sub (local.get $sp) (i32.const 4))) (i32.load (local.get $sp))))
        (br $dispatch))
        ;; mul
        (local.set $sp (i32.sub (local.get $sp) (i32.const 4)))
        (i32.store (i32.sub (local.get $sp) (i32.const 4))
          (i32.mul (i32.load (i32.sub (local.get $sp) (i32.const 4))) (i32.load (local.get $sp))))
        (br $dispatch))
        ;; xor
        (local.set $sp (i32.sub (local.get $sp) (i32.const 4)))
        (i32.store (i32.sub (local.get $sp) (i32.const 4))
          (i32.xor (i32.load (i32.sub (local.get $sp) (i32.const 4))) (i32.load (local.get $sp))))
        (br $dispatch))
      ;; jump
      (local.set $sp (i32.sub (local.get $sp) (i32.const 4)))
      (local.set $pc
        (select
          (i32.load8_u (local.get $pc))
          (i32.add (local.get $pc) (i32.const 1))
          (i32.load (local.get $sp))))
      (br $dispatch))
    (unreachable)))
