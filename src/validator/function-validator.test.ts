import { describe, expect, it } from "vitest";
import { wat } from "../../tests/wat.ts";
import { decodeModule } from "../decoder/decode.ts";
import { createOpcodeTables } from "../decoder/opcode-shapes.ts";
import { FEATURES } from "../isa/features.ts";
import type { Instruction } from "../isa/instruction.ts";
import { Op } from "../isa/op.ts";
import { DEFAULT_MODULE_LIMITS } from "../limits.ts";
import type { CodeVisitor } from "../module/code-visitor.ts";
import { TypeRegistry } from "../module/type-registry.ts";
import { HEAP_CONCRETE, NumType, refType, type ValType } from "../module/types.ts";
import type { CheckedModule } from "./checked-module.ts";
import { FunctionValidator } from "./function-validator.ts";
import { ModuleValidator } from "./module-validator.ts";
import { Rules } from "./rules.ts";

const features = new Set(FEATURES);
const limits = DEFAULT_MODULE_LIMITS;
const rules = new Rules(features);
const I32 = NumType.I32;
const I64 = NumType.I64;
const F32 = NumType.F32;

interface Run {
  readonly checked: CheckedModule;
  readonly tracker: FunctionValidator;
}

/** Re-reads the bodies of a checked module with one tracker, as whoever lowers functions does. */
function track(text: string, after: (instruction: Instruction, tracker: FunctionValidator) => void): Run {
  const bytes = wat(`(module ${text})`);
  const validator = new ModuleValidator({ features, limits, registry: new TypeRegistry(), rules });
  const checked = validator.finish(
    decodeModule(bytes, { tables: createOpcodeTables(features), limits }, validator),
  );
  const tracker = new FunctionValidator(checked, rules);
  const visitor: CodeVisitor = {
    settle: () => [],
    beginConstExpr: () => undefined,
    beginBody(_module, definedIdx, locals) {
      tracker.begin(checked.importCounts.func + definedIdx, locals);
      return {
        instruction(instruction) {
          tracker.instruction(instruction);
          after(instruction, tracker);
        },
      };
    },
  };
  decodeModule(bytes, { tables: createOpcodeTables(features), limits }, visitor);
  return { checked, tracker };
}

/** Operand types after each instruction. */
function operandsOf(text: string): ValType[][] {
  const operands: ValType[][] = [];
  track(text, (_instruction, tracker) => operands.push([...tracker.operands]));
  return operands;
}

describe("FunctionValidator as a type tracker", () => {
  it("shows operands and open blocks after every instruction", () => {
    const text =
      "(func (param i64) (result i32) (block (result i32) (i32.wrap_i64 (local.get 0))) (i32.eqz))";
    expect(operandsOf(text)).toEqual([[], [I64], [I32], [I32], [I32], [I32]]);
    const depths: number[] = [];
    track(text, (_instruction, { controls }) => depths.push(controls.length));
    expect(depths).toEqual([2, 2, 2, 1, 1, 0]);
  });

  it("knows locals by their number wherever they stand, and whatever a body before had", () => {
    const many = (count: number, type: string) => `(local ${`${type} `.repeat(count)})`;
    const body = (param: string, locals: string, ...indices: number[]) =>
      `(func (param ${param}) ${locals} ${indices.map((idx) => `(drop (local.get ${idx}))`).join(" ")})`;
    const read = operandsOf(
      [
        body("i64", many(254, "i32") + many(3, "f32"), 0, 1, 254, 255, 256, 257),
        body("f64 f64", many(300, "i64") + many(2, "i32"), 1, 2, 255, 256, 301, 302, 303),
        body("f32", "", 0),
      ].join(" "),
    ).flat();
    const F64 = NumType.F64;
    expect(read).toEqual([I64, I32, I32, F32, F32, F32, F64, I64, I64, I64, I64, I32, I32, F32]);
  });

  it("marks unreachable code and drops its operands", () => {
    const text = "(func (result i32) (f32.const 0) (br 0 (i32.const 1)) (i32.const 2))";
    expect(operandsOf(text)).toEqual([[F32], [F32, I32], [], [I32], [I32]]);
    const reachable: boolean[] = [];
    track(text, (_instruction, { controls }) => {
      if (controls.length > 0) reachable.push(!controls[0]!.unreachable);
    });
    expect(reachable).toEqual([true, true, false, false]);
  });

  it("gives a loop's label its parameters and every other one its results", () => {
    const labels: (readonly ValType[])[] = [];
    track(
      "(func (param i32) (result i64) (f32.const 0) (drop) (local.get 0) (loop (param i32) (result i64) i64.extend_i32_u))",
      ({ op }, tracker) => {
        if (op !== Op.Loop) return;
        labels.push(tracker.labelTypes(tracker.frameOf(0)), tracker.labelTypes(tracker.frameOf(1)));
        expect(tracker.controls[1]).toMatchObject({ opcode: Op.Loop, height: 0, startTypes: [I32] });
      },
    );
    expect(labels).toEqual([[I32], [I64]]);
  });

  it("expands locals behind the parameters, with canonical types", () => {
    const { tracker, checked } = track(
      "(type (func)) (type (struct)) (type (struct)) (func (param i32) (local i64 i64 (ref null 2)))",
      () => undefined,
    );
    const object = refType(HEAP_CONCRETE + checked.typeIds[1]!, true);
    expect(tracker.localTypes()).toEqual([I32, I64, I64, object]);
  });

  it("starts every function afresh", () => {
    const operands = operandsOf(`
      (func $a (local (ref func)) (local.set 0 (ref.func $a)) (i32.const 0) (unreachable))
      (func (param i32) (result i32) (local.get 0))
      (elem declare func $a)`);
    expect(operands.slice(-2)).toEqual([[I32], [I32]]);
  });

  it("knows which locals without default are set, block by block", () => {
    const seen: boolean[] = [];
    track(
      "(elem declare func 0) (func (local (ref func)) (block (local.set 0 (ref.func 0)) (nop)) (nop))",
      ({ op }, tracker) => {
        if (op === Op.Nop) seen.push(tracker.isInitialized(0));
      },
    );
    expect(seen).toEqual([true, false]);
  });
});
