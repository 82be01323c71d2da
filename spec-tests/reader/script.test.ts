import { describe, expect, it } from "vitest";
import { type Directive, isAssertion, moduleSources, readScript } from "./script.ts";

const directives = (source: string): readonly Directive[] => readScript(source).directives;

function single(source: string): Directive {
  const [first, ...rest] = directives(source);
  if (first === undefined || rest.length > 0) throw new Error("expected one directive");
  return first;
}

describe("readScript", () => {
  it("reads every kind of directive", () => {
    const source = `
      (module $a) (module definition $b) (module instance $c $b) (register "r" $a)
      (invoke "f" (i32.const 1)) (get $a "g")
      (assert_return (invoke $a "f") (i32.const 1) (f32.const nan:canonical))
      (assert_trap (invoke "f") "unreachable") (assert_trap (module (func)) "unreachable")
      (assert_exhaustion (invoke "f") "call stack exhausted") (assert_exception (invoke "f"))
      (assert_malformed (module quote "(") "unexpected end") (assert_invalid (module) "type mismatch")
      (assert_unlinkable (module) "unknown import")
      (assert_malformed_custom (module quote "") "x") (assert_invalid_custom (module) "x")
      (thread $t (shared (module $a)) (invoke "f")) (wait $t)`;
    expect(directives(source).map(({ kind }) => kind)).toEqual([
      "module",
      "definition",
      "instance",
      "register",
      "action",
      "action",
      "assert_return",
      "assert_trap",
      "assert_trap_module",
      "assert_exhaustion",
      "assert_exception",
      "assert_malformed",
      "assert_invalid",
      "assert_unlinkable",
      "assert_malformed_custom",
      "assert_invalid_custom",
      "thread",
      "wait",
    ]);
    expect(directives(source).filter(isAssertion)).toHaveLength(10);
  });

  it("gives text modules to the assembler without keywords that it does not know", () => {
    const texts = [...moduleSources(directives("((@a) module definition $m (func))"))];
    expect(texts.map(({ bytes }) => bytes)).toEqual(["(module $m (func))"]);
  });

  it("takes bare fields for a module", () => {
    const directive = single('(func) (memory 0) (func (export "f"))');
    if (directive.kind !== "module") throw new Error(directive.kind);
    expect(directive.source.bytes).toBe('(module (func) (memory 0) (func (export "f"))\n)');
  });

  it("joins the literals of binary modules and separates those of quoted ones", () => {
    const [binary, quote] = [
      ...moduleSources(directives('(module binary "\\00a" "sm") (module quote "(a" "b)")')),
    ];
    expect(binary?.bytes).toBe("\0asm");
    expect(quote?.bytes).toBe("(a b)");
  });

  it("numbers lines", () => {
    expect(directives('(module)\n\n(module\n)(invoke\n"f")').map(({ line }) => line)).toEqual([1, 3, 4]);
  });

  it("decodes names as UTF-8", () => {
    const directive = single(String.raw`(register "\e2\82\ac")`);
    expect(directive).toMatchObject({ name: "€", id: undefined });
  });

  it.each([
    "(assert_nonsense (module))",
    "(assert_return)",
    '(assert_trap (invoke "f"))',
    '(assert_return (call "f"))',
    '(assert_return (invoke "f") (i32.const x))',
    "(assert_invalid (module))",
    '(assert_exception (invoke "f") "x")',
    "(register)",
    '(get "g" (i32.const 1))',
    "module",
    "(module $a $b)",
  ])("refuses %s", (source) => {
    expect(() => readScript(source)).toThrow();
  });
});
