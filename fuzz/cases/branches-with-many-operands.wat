;; More operands than a branch moves one by one: from above its label's height, over locals, with references between.
;; call f(0) f(1) f(2) f(3) g(0) g(1)
(module
  (type $many (func (result i32 i64 i32 f64 externref i64 i32 i32 f32 i32 i64 i32)))
  (func $f (export "f") (param i32) (result i32)
    (local i64 f64)
    i32.const 7
    (block $out (type $many)
      i64.const 99
      f64.const 3
      i32.const 1 i64.const 0x123456789 i32.const 3 f64.const 4.5 ref.null extern
      local.get 1 i32.const 7 local.get 0 f32.const 9.25 i32.const 10 i64.const -11 i32.const 12
      local.get 0 i32.const 1 i32.eq br_if $out
      (block $in (type $many)
        i32.const 5
        i32.const 21 i64.const 22 i32.const 23 f64.const 24 ref.null extern
        i64.const 26 i32.const 27 i32.const 28 f32.const 29 local.get 0 i64.const 31 i32.const 32
        local.get 0 br_table $in $out $in $out)
      br $out)
    i32.const 3 i32.mul local.set 0
    i32.wrap_i64 i32.add local.get 0 i32.add local.set 0
    drop local.get 0 i32.add i32.add local.set 0
    i32.wrap_i64 local.get 0 i32.xor local.set 0
    drop drop local.get 0 i32.add local.set 0
    i32.wrap_i64 i32.add local.get 0 i32.xor i32.add)
  (func $many (type $many)
    (local i32 i64)
    i32.const 2 local.set 0
    i32.const 77
    local.get 0 i64.const 2 local.get 0 f64.const 4 ref.null extern
    local.get 1 i32.const 7 local.get 0 f32.const 9 local.get 0 local.get 1 i32.const 12
    local.get 0 br_if 0
    return)
  (func (export "g") (param i32) (result i32 i64 i32 f64 externref i64 i32 i32 f32 i32 i64 i32)
    i32.const 5
    call $many
    local.get 0 br_if 0
    return))
