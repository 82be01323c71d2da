// Random programs that end: what can be on the stack when a run stops, in all combinations.
// Operands of expressions are blocks, loops and calls, so that operands of every kind wait below them.

/** Random numbers below `bound`, repeatable by seed (mulberry32). */
export function createRandom(seed: number): (bound: number) => number {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

type Type = "i32" | "i64" | "f32" | "f64" | "v128" | "funcref";

const TYPES: readonly Type[] = ["i32", "i64", "f32", "f64", "v128", "funcref"];
/** Every function's parameters; then follow its locals, one counter per loop last. */
const PARAMS: readonly Type[] = ["i32", "i64"];
const LOCALS: readonly Type[] = [...PARAMS, "i32", "i64", "f32", "f64", "v128", "funcref"];
const MOST_LOOPS = 4;
const FUNCTIONS = 4;

/**
 * A module in text form that exports `f : [i32 i64] -> [i64]`, its memory and its globals `i`, `l`, `d`. It imports
 * `env.ask : [i32] -> [i32]` and `env.two : [i64] -> [i64 f64]`. It may trap.
 */
export function randomProgram(seed: number): string {
  const functions = Array.from({ length: FUNCTIONS }, (_, k) =>
    new FunctionWriter(createRandom(seed * 31 + k)).write(k),
  );
  return `(module
  (type $t (func (param i32 i64) (result i64)))
  (type $pair (func (param i64) (result i64 f64)))
  (import "env" "ask" (func $ask (param i32) (result i32)))
  (import "env" "two" (func $two (type $pair)))
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 24))
  (global $i (export "i") (mut i32) (i32.const 7))
  (global $l (export "l") (mut i64) (i64.const -9))
  (global $d (export "d") (mut f64) (f64.const 1.5))
  (table 8 funcref)
  (elem (i32.const 0) $f0 $f1 $f2 $f3 $f1)
${functions.join("\n")}
  ;; Called outside of blocks, so that operands below the call need not be in their slots.
  (func $leaf (param i32) (result i32) (local i32)
    (loop
      (local.set 1 (i32.add (i32.const 3) (i32.mul (local.get 1) (call $ask (local.get 0)))))
      (br_if 0 (local.tee 0 (i32.and (i32.shr_u (local.get 0) (i32.const 9)) (i32.const 7)))))
    (local.get 1))
  (func $stem (param i32 f64) (result f64)
    (f64.add (local.get 1) (f64.add (f64.const 0.25) (f64.convert_i32_s
      (select (call $leaf (local.get 0)) (i32.const -1) (i32.eq (local.get 0) (call $leaf (i32.const 5))))))))
  (export "f" (func $f0)))`;
}

class FunctionWriter {
  readonly #random: (bound: number) => number;
  #loops = 0;
  /** Enclosing blocks, innermost last: the type that a branch out of each carries. */
  readonly #labels: (Type | undefined)[] = [];

  constructor(random: (bound: number) => number) {
    this.#random = random;
  }

  write(index: number): string {
    const body = [this.#statements(4), this.#expression("i64", 5)].join("\n    ");
    const locals = [...LOCALS.slice(PARAMS.length), ...new Array(MOST_LOOPS).fill("i32")].join(" ");
    return `  (func $f${index} (type $t) (local ${locals})\n    ${body})`;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#random(items.length)] as T;
  }

  #local(type: Type): number {
    return this.#pick([...LOCALS.keys()].filter((k) => LOCALS[k] === type));
  }

  #statements(depth: number): string {
    return Array.from({ length: 1 + this.#random(3) }, () => this.#statement(depth)).join("\n    ");
  }

  #statement(depth: number): string {
    const type = this.#pick(TYPES);
    switch (this.#random(depth > 0 ? 10 : 3)) {
      case 0:
        return `(global.set $i ${this.#expression("i32", depth)})`;
      case 1:
        return `(i64.store offset=${this.#random(9)} ${this.#address(depth)} ${this.#expression("i64", depth)})`;
      case 2:
        return `(f32.store ${this.#address(depth)} ${this.#expression("f32", depth)})`;
      case 3:
        return `(drop ${this.#expression(type, depth)})`;
      case 4:
        return this.#loop(depth);
      case 5:
        return `(if ${this.#expression("i32", depth - 1)} (then ${this.#block(undefined, depth)}) (else ${this.#block(undefined, depth)}))`;
      case 6: {
        // A branch out, with what it carries.
        const label = this.#random(this.#labels.length + 1);
        const carried = this.#labels[this.#labels.length - 1 - label];
        if (label === this.#labels.length) {
          const result = this.#inside([undefined], () => this.#expression("i64", depth - 1));
          return `(if ${this.#unlikely(depth)} (then (return ${result})))`;
        }
        if (carried === undefined) return `(br_if ${label} ${this.#unlikely(depth)})`;
        return `(drop (br_if ${label} ${this.#expression(carried, depth - 1)} ${this.#unlikely(depth)}))`;
      }
      case 7:
        return `(memory.fill ${this.#address(depth)} ${this.#expression("i32", depth - 1)} (i32.and ${this.#expression("i32", depth - 1)} (i32.const 63)))`;
      default:
        return `(local.set ${this.#local(type)} ${this.#expression(type, depth)})`;
    }
  }

  /** Zero seven times out of eight. */
  #unlikely(depth: number): string {
    return `(i32.eqz (i32.and ${this.#expression("i32", depth - 1)} (i32.const 7)))`;
  }

  /** The inside of a block of a type; what it leaves is the last thing. */
  #block(type: Type | undefined, depth: number): string {
    return this.#inside([type], () => {
      const statements = this.#statements(depth - 1);
      return type === undefined ? statements : `${statements} ${this.#expression(type, depth - 1)}`;
    });
  }

  /** What `write` writes stands inside blocks with these labels. */
  #inside(labels: readonly (Type | undefined)[], write: () => string): string {
    this.#labels.push(...labels);
    const text = write();
    this.#labels.length -= labels.length;
    return text;
  }

  #loop(depth: number): string {
    if (this.#loops === MOST_LOOPS) return "(nop)";
    const counter = LOCALS.length + this.#loops++;
    const turns = 1 + this.#random(3);
    const body = this.#inside([undefined, "i32"], () => this.#statements(depth - 1));
    // What the loop takes as its parameter is of no use but to be there.
    return `(local.set ${counter} (i32.const ${turns}))
    (block (i32.const ${turns}) (loop (param i32)
      (drop)
      (br_if 1 (i32.eqz (local.get ${counter})))
      (local.set ${counter} (i32.sub (local.get ${counter}) (i32.const 1)))
      ${body}
      (br 0 (local.get ${counter}))))`;
  }

  #address(depth: number): string {
    if (this.#random(200) === 0) return this.#expression("i32", depth - 1);
    return `(i32.and ${this.#expression("i32", depth - 1)} (i32.const 0x7ff7))`;
  }

  #constant(type: Type): string {
    const number = this.#pick([0, 1, -1, 2, 7, 255, 65_536, this.#random(2 ** 31)]);
    switch (type) {
      case "v128":
        return `(v128.const i32x4 ${number} 1 2 ${number})`;
      case "funcref":
        return this.#pick(["(ref.null func)", `(ref.func $f${this.#random(FUNCTIONS)})`]);
      case "f32":
      case "f64":
        return `(${type}.const ${this.#pick(["0", "-0", "1.5", "nan", "inf", String(number)])})`;
      default:
        return `(${type}.const ${number})`;
    }
  }

  #expression(type: Type, depth: number): string {
    if (depth <= 0) return this.#pick([this.#constant(type), `(local.get ${this.#local(type)})`]);
    switch (this.#random(9)) {
      case 0:
        return this.#constant(type);
      case 1:
        return `(local.get ${this.#local(type)})`;
      case 2:
        return `(local.tee ${this.#local(type)} ${this.#expression(type, depth - 1)})`;
      case 3:
        return `(block (result ${type}) ${this.#block(type, depth)})`;
      case 4:
        return `(if (result ${type}) ${this.#expression("i32", depth - 1)} (then ${this.#block(type, depth)}) (else ${this.#block(type, depth)}))`;
      case 5:
        return `(select (result ${type}) ${this.#expression(type, depth - 1)} ${this.#expression(type, depth - 1)} ${this.#expression("i32", depth - 1)})`;
      default:
        return this.#operation(type, depth);
    }
  }

  #operation(type: Type, depth: number): string {
    const same = () => this.#expression(type, depth - 1);
    const i32 = () => this.#expression("i32", depth - 1);
    const i64 = () => this.#expression("i64", depth - 1);
    switch (type) {
      case "i32":
        return this.#pick([
          () => `(call $ask ${i32()})`,
          () => `(call $leaf ${i32()})`,
          () => `(call $leaf ${i32()})`,
          () => `(i32.add ${same()} ${same()})`,
          () => `(i32.mul ${same()} ${same()})`,
          () => `(i32.lt_s ${same()} ${same()})`,
          () => `(i64.gt_u ${i64()} ${i64()})`,
          () => `(i32.load ${this.#address(depth)})`,
          () => `(i32.wrap_i64 ${i64()})`,
          () => `(i32.rem_u ${same()} (i32.or ${same()} (i32.const 1)))`,
          () => `(f64.lt ${this.#expression("f64", depth - 1)} ${this.#expression("f64", depth - 1)})`,
          () => `(ref.is_null ${this.#expression("funcref", depth - 1)})`,
          () => `(i8x16.bitmask ${this.#expression("v128", depth - 1)})`,
          () => `(global.get $i)`,
        ])();
      case "i64":
        return this.#pick([
          () => this.#call(depth),
          () => this.#call(depth),
          () => this.#pair(depth),
          () => `(i64.add ${same()} ${same()})`,
          () => `(i64.xor ${same()} ${same()})`,
          () => `(i64.div_s ${same()} (i64.or ${same()} (i64.const 1)))`,
          () => `(i64.load32_u ${this.#address(depth)})`,
          () => `(i64.extend_i32_s ${i32()})`,
          () => `(global.get $l)`,
        ])();
      case "f32":
        return this.#pick([
          () => `(f32.mul ${same()} ${same()})`,
          () => `(f32.convert_i32_s ${i32()})`,
          () => `(f32.reinterpret_i32 ${i32()})`,
        ])();
      case "f64":
        return this.#pick([
          () => `(f64.add ${same()} ${same()})`,
          () => `(call $stem ${i32()} ${same()})`,
          () => `(f64.sub ${this.#constant("f64")} (call $stem ${i32()} (local.get ${this.#local("f64")})))`,
          () => `(f64.promote_f32 ${this.#expression("f32", depth - 1)})`,
          () => `(f64.load ${this.#address(depth)})`,
          () => `(global.get $d)`,
        ])();
      case "v128":
        return this.#pick([
          () => `(i32x4.add ${same()} ${same()})`,
          () => `(i64x2.splat ${i64()})`,
          () => `(v128.load ${this.#address(depth)})`,
        ])();
      default:
        return `(table.get (i32.and ${i32()} (i32.const 7)))`;
    }
  }

  /** A call of another function, while there are calls left. */
  #call(depth: number): string {
    const call = this.#inside(["i64"], () => {
      const args = `${this.#expression("i32", depth - 1)} ${this.#expression("i64", depth - 1)}`;
      return this.#random(3) === 0
        ? `(call_indirect (type $t) ${args} (i32.and ${this.#expression("i32", depth - 1)} (i32.const 3)))`
        : `(call $f${this.#random(FUNCTIONS)} ${args})`;
    });
    return `(if (result i64) (i32.gt_s (global.get $calls) (i32.const 0))
      (then (global.set $calls (i32.sub (global.get $calls) (i32.const 1))) ${call})
      (else (i64.const ${this.#random(100)})))`;
  }

  #pair(depth: number): string {
    const operand = this.#inside(["i64"], () => this.#expression("i64", depth - 1));
    return `(block (result i64) (call $two ${operand}) (global.set $d))`;
  }
}
