;; Fast code polls at a loop's start where something may be free. Going on from there in exact code paid `loop` twice.
;; call f(5) f(0)
(module
  (func (export "f") (param i32) (result i32)
    (local i32)
    (loop $again
      nop
      local.get 1 i32.const 3 i32.add local.set 1
      local.get 0 i32.const 1 i32.sub local.tee 0
      i32.const 0 i32.gt_s
      br_if $again)
    local.get 1))
