// Small programs whose executed instructions were counted by hand.

export interface Program {
  readonly name: string;
  /** WebAssembly text; exports the function `f`. */
  readonly text: string;
  readonly runs: readonly ProgramRun[];
}

export interface ProgramRun {
  readonly args: readonly (number | bigint)[];
  /** What `f` returns; absent when it traps. */
  readonly result?: unknown;
  /** The trap's code in the engine's terms. */
  readonly trap?: string;
  /** Executed instructions, start function included, counted by hand. */
  readonly cost: number;
  /** The start function's share of `cost`. */
  readonly startCost?: number;
}

export const PROGRAMS: readonly Program[] = [
  {
    name: "nothing at all",
    text: `(module (func (export "f")))`,
    runs: [{ args: [], result: undefined, cost: 0 }],
  },
  {
    name: "straight line",
    text: `(module (func (export "f") (result i32) i32.const 1 i32.const 2 nop i32.add))`,
    runs: [{ args: [], result: 3, cost: 4 }],
  },
  {
    // loop, get, const, sub, tee, br_if: 6 a turn, `loop` included in every one
    name: "loop",
    text: `(module (func (export "f") (param i32)
      (loop $l local.get 0 i32.const 1 i32.sub local.tee 0 br_if $l)))`,
    runs: [
      { args: [1], result: undefined, cost: 6 },
      { args: [5], result: undefined, cost: 30 },
    ],
  },
  {
    // three blocks, get, br_table: 5; then const and return, or const alone
    name: "br_table",
    text: `(module (func (export "f") (param i32) (result i32)
      (block $c (block $b (block $a local.get 0 br_table $a $b $c)
        i32.const 10 return)
        i32.const 20 return)
      i32.const 30))`,
    runs: [
      { args: [0], result: 10, cost: 7 },
      { args: [1], result: 20, cost: 7 },
      { args: [2], result: 30, cost: 6 },
      { args: [-1], result: 30, cost: 6 },
    ],
  },
  {
    // block, then 9 a turn; the last one is loop, get, eqz, if, const, return: 6
    name: "early return",
    text: `(module (func (export "f") (param i32) (result i32)
      (block (loop
        local.get 0 i32.eqz
        if i32.const 7 return end
        local.get 0 i32.const 1 i32.sub local.set 0
        br 0))
      unreachable))`,
    runs: [
      { args: [0], result: 7, cost: 7 },
      { args: [3], result: 7, cost: 34 },
    ],
  },
  {
    name: "multi-value block",
    text: `(module (func (export "f") (result i32 i32)
      i32.const 1 i32.const 2
      (block (param i32 i32) (result i32 i32 i32) i32.const 3)
      drop))`,
    runs: [{ args: [], result: [1, 2], cost: 5 }],
  },
  {
    // const, then loop, get, add, get, const, sub, tee, br_if: 8 a turn
    name: "loop with a parameter",
    text: `(module (func (export "f") (param i32) (result i32)
      i32.const 0
      (loop $l (param i32) (result i32)
        local.get 0 i32.add
        local.get 0 i32.const 1 i32.sub local.tee 0
        br_if $l)))`,
    runs: [{ args: [4], result: 10, cost: 33 }],
  },
  {
    // block, const, const, add, const, get, div: 7; add, const, mul: 3
    name: "trap in the middle of a block",
    text: `(module (func (export "f") (param i32) (result i32)
      (block (result i32)
        i32.const 1 i32.const 2 i32.add
        i32.const 10 local.get 0 i32.div_s
        i32.add i32.const 5 i32.mul)))`,
    runs: [
      { args: [2], result: 40, cost: 10 },
      { args: [0], trap: "integer-divide-by-zero", cost: 7 },
    ],
  },
  {
    // 9 a turn, twice; loop, get, load: 3
    name: "trap in the third turn of a loop",
    text: `(module (memory 1) (func (export "f") (param i32)
      (loop $l
        local.get 0 i32.load drop
        local.get 0 i32.const 32768 i32.add local.set 0
        br $l)))`,
    runs: [{ args: [0], trap: "out-of-bounds-memory-access", cost: 21 }],
  },
  {
    name: "unreachable, and an if without else",
    text: `(module (func (export "f") (param i32)
      nop
      local.get 0
      if nop unreachable nop end
      nop))`,
    runs: [
      { args: [0], result: undefined, cost: 4 },
      { args: [1], trap: "unreachable", cost: 5 },
    ],
  },
  {
    // C(0) = C(1) = 5, C(n) = 13 + C(n - 1) + C(n - 2)
    name: "recursion",
    text: `(module (func $fib (export "f") (param i32) (result i32)
      local.get 0 i32.const 2 i32.lt_s
      if (result i32)
        local.get 0
      else
        local.get 0 i32.const 1 i32.sub call $fib
        local.get 0 i32.const 2 i32.sub call $fib
        i32.add
      end))`,
    runs: [
      { args: [1], result: 1, cost: 5 },
      { args: [3], result: 2, cost: 41 },
      { args: [6], result: 8, cost: 221 },
    ],
  },
  {
    // div in the innermost of three calls: call, call, then const, const, div
    name: "trap below two calls",
    text: `(module
      (func $c (result i32) i32.const 1 i32.const 0 i32.rem_u)
      (func $b (result i32) nop call $c)
      (func (export "f") (result i32) call $b i32.const 1 i32.add))`,
    runs: [{ args: [], trap: "integer-divide-by-zero", cost: 6 }],
  },
  {
    name: "start function",
    text: `(module
      (global $g (mut i32) (i32.const 1))
      (func $s nop i32.const 41 global.set $g)
      (start $s)
      (func (export "f") (result i32) global.get $g))`,
    runs: [{ args: [], result: 41, cost: 4, startCost: 3 }],
  },
  {
    name: "bulk memory",
    text: `(module (memory 1) (data $d "abcdef") (func (export "f") (result i32)
      i32.const 0 i32.const 0 i32.const 6 memory.init $d
      data.drop $d
      i32.const 100 i32.const 7 i32.const 1000 memory.fill
      i32.const 200 i32.const 0 i32.const 6 memory.copy
      i32.const 202 i32.load8_u))`,
    runs: [{ args: [], result: 99, cost: 15 }],
  },
  {
    name: "bulk memory out of bounds",
    text: `(module (memory 1) (func (export "f") (param i32)
      i32.const 65530 i32.const 7 local.get 0 memory.fill nop))`,
    runs: [
      { args: [6], result: undefined, cost: 5 },
      { args: [7], trap: "out-of-bounds-memory-access", cost: 4 },
    ],
  },
  {
    name: "call_indirect",
    text: `(module
      (type $t (func (param i32) (result i32)))
      (table 3 funcref) (elem (i32.const 0) $a $b)
      (func $a (type $t) local.get 0 i32.const 1 i32.add)
      (func $b)
      (func (export "f") (param i32) (result i32)
        i32.const 5 local.get 0 call_indirect (type $t)))`,
    runs: [
      { args: [0], result: 6, cost: 6 },
      { args: [1], trap: "indirect-call-type-mismatch", cost: 3 },
      { args: [2], trap: "uninitialized-element", cost: 3 },
      { args: [9], trap: "undefined-element", cost: 3 },
    ],
  },
  {
    name: "memory.grow, granted and refused",
    text: `(module (memory 1 2) (func (export "f") (result i32)
      i32.const 1 memory.grow drop
      i32.const 5 memory.grow
      memory.size i32.add))`,
    runs: [{ args: [], result: 1, cost: 7 }],
  },
  {
    // taken: 3 blocks, get, br_if, nop, nop, br: 8; not taken: 3 blocks, get, br_if, br, nop: 7
    name: "nested blocks, if with else, select",
    text: `(module (func (export "f") (param i32) (result i32)
      (block $out (block $mid (block $in
        local.get 0 br_if $in
        br $mid)
        nop nop br $out)
        nop)
      local.get 0
      if (result i32) i32.const 1 else nop i32.const 2 end
      i32.const 3 i32.const 4 local.get 0 select
      i32.add))`,
    runs: [
      { args: [1], result: 4, cost: 16 },
      { args: [0], result: 6, cost: 16 },
    ],
  },
  {
    // 10 a turn; get, eqz, if, get: 4
    name: "tail call",
    text: `(module (func $sum (export "f") (param i32 i32) (result i32)
      local.get 0 i32.eqz
      if (result i32)
        local.get 1
      else
        local.get 0 i32.const 1 i32.sub
        local.get 1 local.get 0 i32.add
        return_call $sum
      end))`,
    runs: [{ args: [3, 0], result: 6, cost: 34 }],
  },
  {
    name: "conversions that trap",
    text: `(module (func (export "f") (param f64) (result i64)
      local.get 0 i64.trunc_f64_s i64.const 1 i64.add))`,
    runs: [
      { args: [2.5], result: 3n, cost: 4 },
      { args: [Number.NaN], trap: "invalid-conversion-to-integer", cost: 2 },
      { args: [1e30], trap: "integer-overflow", cost: 2 },
    ],
  },
  {
    name: "tables",
    text: `(module (table $t 1 funcref) (func (export "f") (param i32) (result i32)
      ref.null func i32.const 4 table.grow $t drop
      i32.const 0 ref.null func i32.const 5 table.fill $t
      local.get 0 table.get $t drop
      table.size $t))`,
    runs: [
      { args: [4], result: 5, cost: 12 },
      { args: [5], trap: "out-of-bounds-table-access", cost: 10 },
    ],
  },
  {
    // block, then loop, get, eqz, br_if out, get, get, mul (i64 pairs), set, get, const, sub, set, br: 13 a turn
    name: "i64 factorial in a loop with two ways out",
    text: `(module (func (export "f") (param i64) (result i64) (local i64)
      i64.const 1 local.set 1
      (block $out (loop $l
        local.get 0 i64.eqz br_if $out
        local.get 0 local.get 1 i64.mul local.set 1
        local.get 0 i64.const 1 i64.sub local.set 0
        br $l))
      local.get 1))`,
    // const, set, block: 3; 13 a turn; loop, get, eqz, br_if: 4; get: 1
    runs: [
      { args: [0n], result: 1n, cost: 8 },
      { args: [20n], result: 2432902008176640000n, cost: 268 },
    ],
  },
];
