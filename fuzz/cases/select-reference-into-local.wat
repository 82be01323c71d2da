;; `select` of references, folded into the local.set behind it, wrote over the local that follows.
;; call f(null, 144115188075855872n)
(module
  (func (export "f") (param externref i64) (result i64)
    local.get 0
    ref.null extern
    i32.const 0
    select (result externref)
    local.set 0
    local.get 1))
