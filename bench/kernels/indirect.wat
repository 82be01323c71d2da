;; call_indirect: n calls through a table of four functions, in an order that a generator picks.
(module
  (type $operation (func (param i32 i32) (result i32)))
  (table 4 4 funcref)
  (elem (i32.const 0) $add $xor $rotate $swap)
  (func $add (type $operation) (i32.add (local.get 0) (local.get 1)))
  (func $xor (type $operation) (i32.xor (local.get 0) (local.get 1)))
  (func $rotate (type $operation) (i32.rotl (local.get 0) (local.get 1)))
  (func $swap (type $operation) (i32.sub (local.get 1) (local.get 0)))
  (func (export "run") (param $n i32) (result i32)
    (local $seed i32) (local $value i32)
    (local.set $seed (i32.const 12345))
    (loop $calls
      (local.set $seed
        (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
      (local.set $value
        (call_indirect (type $operation)
          (local.get $value)
          (local.get $seed)
          (i32.shr_u (local.get $seed) (i32.const 30))))
      (br_if $calls (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $value)))
