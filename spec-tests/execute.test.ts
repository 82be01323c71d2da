import { describe, expect, it } from "vitest";
import type { AssembledScript } from "./assembling/cache.ts";
import type { EngineAdapter, FailureStage, World } from "./engine-adapter.ts";
import { executeScript, type ScriptResult } from "./execute.ts";
import { readScript } from "./reader/script.ts";
import type { RawValue } from "./reader/values.ts";
import { sabotage, sabotageable, spread } from "./sabotage.ts";

class StagedError extends Error {
  readonly stage: FailureStage;
  constructor(stage: FailureStage, message: string) {
    super(message);
    this.stage = stage;
  }
}

/** An engine whose "modules" are texts: `stage:message` fails there, and functions are named by what they do. */
class FakeWorld implements World {
  readonly registered = new Map<string, unknown>();

  compile(bytes: Uint8Array): unknown {
    const text = Buffer.from(bytes).toString();
    const [stage, message = ""] = text.split(":");
    if (stage === "malformed" || stage === "invalid") throw new StagedError(stage, message);
    return text;
  }

  customSectionProblems(bytes: Uint8Array): readonly string[] {
    const [stage, message = ""] = Buffer.from(bytes).toString().split(":");
    return stage === "custom" ? ["another problem", message] : [];
  }

  instantiate(module: unknown): unknown {
    const [stage, message = ""] = String(module).split(":");
    if (stage === "unlinkable" || stage === "trap") throw new StagedError(stage, message);
    return { module };
  }

  register(name: string, instance: unknown): void {
    this.registered.set(name, instance);
  }

  invoke(_instance: unknown, name: string, args: readonly RawValue[]): readonly RawValue[] {
    const [stage = "", message = ""] = name.split(":");
    if (stage === "trap" || stage === "exception" || stage === "other") throw new StagedError(stage, message);
    return args;
  }

  get(): RawValue {
    return { type: "i32", lo: 666 };
  }

  hostObject(id: number): unknown {
    return id;
  }

  isHostObject(ref: unknown, id: number): boolean {
    return ref === id;
  }

  isRefKind(): boolean {
    return false;
  }
}

const adapter: EngineAdapter = {
  foreign: false,
  open: () => new FakeWorld(),
  classify: (error) =>
    error instanceof StagedError
      ? { stage: error.stage, message: error.message }
      : { stage: "other", message: String(error) },
};

function run(source: string, assembled: AssembledScript = new Map(), engine = adapter): ScriptResult {
  return executeScript(readScript(source), assembled, engine, []);
}

/** Lines of the directives that fail in `source`. */
const failingLines = (source: string): number[] => run(source).failures.map(({ line }) => line);

describe("executeScript", () => {
  it("passes what holds", () => {
    const result = run(`(module $m binary "a") (register "r" $m) (invoke "f")
      (assert_return (invoke $m "f" (i32.const 1) (ref.extern 2)) (i32.const 1) (ref.extern 2))
      (assert_return (get "g") (i32.const 666))
      (assert_trap (invoke "trap:unreachable executed") "unreachable")
      (assert_exhaustion (invoke "trap:call stack exhausted") "call stack exhausted")
      (assert_exception (invoke "exception:"))
      (assert_malformed (module binary "malformed:bad magic") "bad")
      (assert_invalid (module binary "invalid:type mismatch") "type mismatch")
      (assert_unlinkable (module binary "unlinkable:unknown import x") "unknown import")
      (assert_trap (module binary "trap:unreachable") "unreachable")`);
    expect(result.failures).toEqual([]);
    expect(result.assertions).toEqual({ passed: 9, total: 9 });
    expect(result.commands).toEqual({ passed: 3, total: 3 });
  });

  it.each([
    ["a wrong result", '(assert_return (invoke "f" (i32.const 1)) (i32.const 2))'],
    ["too few results", '(assert_return (invoke "f") (i32.const 2))'],
    ["too many results", '(assert_return (invoke "f" (i32.const 1)))'],
    ["a trap instead of a result", '(assert_return (invoke "trap:unreachable"))'],
    ["no trap", '(assert_trap (invoke "f") "unreachable")'],
    ["another trap", '(assert_trap (invoke "trap:integer overflow") "unreachable")'],
    [
      "a message that only contains the expected one",
      '(assert_trap (invoke "trap:x unreachable") "unreachable")',
    ],
    ["an exception instead of a trap", '(assert_trap (invoke "exception:unreachable") "unreachable")'],
    ["a trap instead of an exception", '(assert_exception (invoke "trap:"))'],
    ["a crash instead of a trap", '(assert_trap (invoke "other:unreachable") "unreachable")'],
    ["malformed instead of invalid", '(assert_invalid (module binary "malformed:x") "x")'],
    ["invalid instead of malformed", '(assert_malformed (module binary "invalid:x") "x")'],
    ["a valid module", '(assert_invalid (module binary "a") "x")'],
    ["a linkable module", '(assert_unlinkable (module binary "a") "x")'],
    ["an invalid module instead of an unlinkable one", '(assert_unlinkable (module binary "invalid:x") "x")'],
    ["a trap instead of an unlinkable module", '(assert_unlinkable (module binary "trap:x") "x")'],
    ["an unknown instance", '(assert_trap (invoke $x "trap:x") "x")'],
    ["an action that traps", '(invoke "trap:x")'],
    ["a module that does not instantiate", '(module binary "unlinkable:x")'],
    ["an unknown definition", "(module instance $i $x)"],
    ["threads", '(thread $t (invoke "f"))'],
  ])("fails %s", (_what, directive) => {
    expect(failingLines(`(module binary "a")\n${directive}\n(invoke "f")`).slice(0, 1)).toEqual([2]);
  });

  it("isolates failures", () => {
    const source = '(module binary "a")\n(invoke "trap:x")\n(invoke "f")\n(invoke "other:x")\n(invoke "f")';
    expect(failingLines(source)).toEqual([2, 4]);
  });

  it("does not run actions meant for a module that failed on the one before it", () => {
    expect(
      failingLines('(module $m binary "a")\n(module $m binary "trap:x")\n(invoke "f")\n(invoke $m "f")'),
    ).toEqual([2, 3, 4]);
  });

  it("makes instances from definitions", () => {
    const source = `(module definition $d binary "a") (module instance $i $d) (module instance $j $d) (module instance)
      (invoke $i "f") (invoke $j "f") (invoke "f")`;
    expect(run(source).failures).toEqual([]);
  });

  it("does not take an assembler's refusal for the engine's", () => {
    const source = '(assert_invalid (module (func)) "x")\n(module (func))';
    const refused: AssembledScript = new Map(
      [16, source.indexOf("(module", 20)].map((start) => [start, { by: undefined, error: "no" }]),
    );
    const result = run(source, refused);
    expect(result.failures.map(({ message }) => message)).toEqual([
      "the assemblers refuse the module: no",
      "the assemblers refuse the module: no",
    ]);
  });

  it.each([
    ["custom:x at 5", []],
    ["custom:y", [1]],
    // Refused for another reason: that says nothing of its custom sections.
    ["invalid:x", [1]],
  ])("wants the problem named of a custom section that the assembler lets through: %s", (binary, failing) => {
    for (const kind of ["assert_malformed_custom", "assert_invalid_custom"]) {
      const source = `(${kind} (module quote "a") "x")`;
      const module = { by: "wabt", binary: new Uint8Array(Buffer.from(binary)) } as const;
      const result = run(source, new Map([[source.indexOf("(module"), module]]));
      expect(result.failures.map(({ line }) => line)).toEqual(failing);
      expect(result.textOnly.total).toBe(1);
    }
  });

  it("counts malformed text apart, refused by the assembler or else by the engine", () => {
    const source = `(assert_malformed (module quote "a") "x")
(assert_malformed (module quote "b") "x")
(assert_malformed (module quote "c") "x")`;
    const starts = [...source.matchAll(/\(module/g)].map(({ index }) => index);
    const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
    const result = run(
      source,
      new Map([
        [starts[0] ?? 0, { by: undefined, error: "no" }],
        [starts[1] ?? 0, { by: "watify", binary: bytes("invalid:y") }],
        [starts[2] ?? 0, { by: "watify", binary: bytes("fine") }],
      ]),
    );
    expect(result.textOnly).toEqual({ passed: 2, total: 3, refusedByEngine: 1 });
    expect(result.assertions.total).toBe(0);
    expect(result.failures.map(({ line }) => line)).toEqual([3]);
  });

  it("spares engines of other houses the messages and the word malformed", () => {
    const foreign: EngineAdapter = { ...adapter, foreign: true };
    const source = `(module binary "a") (assert_trap (invoke "trap:y") "x")
      (assert_malformed (module binary "invalid:y") "x") (assert_trap (invoke "f") "x")`;
    expect(run(source, new Map(), foreign).assertions).toEqual({ passed: 2, total: 3 });
  });
});

describe("sabotage", () => {
  const lines = [
    '(module binary "a")',
    '(assert_return (invoke "f" (i32.const 1)) (i32.const 1))',
    '(assert_return (invoke "f"))',
    '(assert_return (invoke "f" (f32.const nan)) (f32.const nan:canonical))',
    '(assert_return (invoke "f" (v128.const i8x16 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1)) (v128.const i64x2 0 0x100000000000000))',
    '(assert_return (invoke "f" (ref.null func)) (ref.null func))',
    '(assert_return (invoke "f" (f64.const 0)) (either (f64.const 1) (f64.const 0)))',
    '(assert_trap (invoke "trap:x") "x")',
  ];
  const script = readScript(lines.join("\n"));

  it("finds what it can falsify", () => {
    expect(sabotageable(script)).toEqual([1, 3, 4, 5]);
  });

  it("makes each falsified expectation fail, and nothing else", () => {
    expect(executeScript(script, new Map(), adapter, []).failures).toEqual([]);
    for (const position of sabotageable(script)) {
      const { failures } = executeScript(sabotage(script, [position]), new Map(), adapter, []);
      expect(failures.map(({ line }) => line)).toEqual([position + 1]);
    }
    const all = executeScript(sabotage(script, sabotageable(script)), new Map(), adapter, []);
    expect(all.failures).toHaveLength(4);
  });

  it("spreads its choice evenly and without repetition", () => {
    expect(spread(10, 2)).toEqual([2, 7]);
    expect(new Set(spread(1000, 1000)).size).toBe(1000);
    expect(() => spread(1, 2)).toThrow(RangeError);
  });
});
