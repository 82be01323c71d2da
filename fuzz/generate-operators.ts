// Regular instructions, those of the catalogue: operands that are likely to be in range, canonical NaNs, and for relaxed
// SIMD operands for which every allowed result is the same.

import type { BodyWriter, Choice, InstructionGroup, Step } from "./body-writer.ts";
import type { RegularInstruction } from "./catalogue.ts";
import { F32, I32, I64, type Type, unsigned, V128 } from "./encode.ts";
import { address, pickMemory } from "./generate-memory.ts";
import { prepareRelaxed } from "./generate-relaxed.ts";
import { edgeI32, edgeI64 } from "./values.ts";

const MAKES_NAN =
  /^f(32|64)(x4|x2)?\.(add|sub|mul|div|sqrt|min|max|ceil|floor|trunc|nearest|demote_|promote_|relaxed_)/;

/** Leaves the results of an instruction, having made its operands. */
export function operator(writer: BodyWriter, instruction: RegularInstruction, depth: number): void {
  const { mnemonic, params, accessBytes, isAtomic, results } = instruction;
  const { random, shape } = writer;
  if (accessBytes > 0) {
    if (shape.memories.length === 0) {
      writer.push(results[0] ?? I32, 0);
      return;
    }
    const memory = pickMemory(writer);
    const memArg = address(writer, memory, accessBytes, depth, isAtomic);
    if (mnemonic.startsWith("memory.atomic.wait")) {
      writer.push(params[1] as Type, depth);
      // Nobody else runs: what waits must not wait long.
      writer.i64(0n);
    } else {
      for (const type of params.slice(1)) writer.push(type, depth);
    }
    finish(writer, instruction, memArg);
    return;
  }
  if (/\.(div|rem)_[su]$/.test(mnemonic) && random.chance(0.85)) {
    writer.match(params.slice(0, 1), depth);
    nonZero(writer, params[1] as Type, depth);
  } else if (/trunc_f(32|64)_[su]$/.test(mnemonic) && random.chance(0.75)) {
    writer.push(I32, depth);
    writer.i32(random.pick([0x7f, 0xffff, 0x7fffff]));
    writer.instruction("i32.and", [0x71], 2, I32);
    if (params[0] === F32) writer.instruction("f32.convert_i32_s", [0xb2], 1, F32);
    else writer.instruction("f64.convert_i32_s", [0xb7], 1, params[0] as Type);
  } else if (!prepareRelaxed(writer, mnemonic, depth)) {
    writer.match(params, depth);
  }
  finish(writer, instruction, []);
}

function finish(writer: BodyWriter, instruction: RegularInstruction, memArg: readonly number[]): void {
  const { mnemonic, opcode, params, results, immediates, lanes } = instruction;
  const { random } = writer;
  const bytes = [...opcode, ...memArg];
  for (const immediate of immediates) {
    if (immediate === "lane") bytes.push(random.below(lanes));
    else if (immediate === "shuffle") bytes.push(...shuffleLanes(writer));
    else if (immediate === "zeroByte") bytes.push(0);
  }
  writer.instruction(mnemonic, bytes, params.length, ...results);
  if (writer.shape.canonicalNaN && MAKES_NAN.test(mnemonic)) canonicalise(writer, mnemonic);
}

function shuffleLanes({ random }: BodyWriter): number[] {
  if (random.chance(0.5)) return Array.from({ length: 16 }, () => random.below(32));
  return Array.from({ length: 4 }, () => 4 * random.below(8)).flatMap((at) => [at, at + 1, at + 2, at + 3]);
}

/** `x == x ? x : nan`, lane by lane for vectors. */
function canonicalise(writer: BodyWriter, mnemonic: string): void {
  const type = writer.stack.at(-1) as Type;
  const scratch = unsigned(writer.scratchLocal(type));
  writer.emit("local.tee", 0x22, ...scratch);
  if (type === V128) {
    const wide = /^f64x2/.test(mnemonic);
    const nan = wide ? [0, 0, 0, 0, 0, 0, 0xf8, 0x7f] : [0, 0, 0xc0, 0x7f, 0, 0, 0xc0, 0x7f];
    writer.emit("v128.const", 0xfd, 12, ...nan, ...nan);
    writer.emit("local.get", 0x20, ...scratch);
    writer.emit("local.get", 0x20, ...scratch);
    if (wide) writer.emit("f64x2.eq", 0xfd, 0x47);
    else writer.emit("f32x4.eq", 0xfd, 0x41);
    writer.emit("v128.bitselect", 0xfd, 0x52);
    return;
  }
  if (type === F32) writer.emit("f32.const", 0x43, 0, 0, 0xc0, 0x7f);
  else writer.emit("f64.const", 0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f);
  writer.emit("local.get", 0x20, ...scratch);
  writer.emit("local.get", 0x20, ...scratch);
  if (type === F32) writer.emit("f32.eq", 0x5b);
  else writer.emit("f64.eq", 0x61);
  writer.emit("select", 0x1b);
}

/** Whether every instruction whose NaN may be any is followed by what makes it canonical, as it is generated here. */
export function isCanonicalised(steps: readonly Step[]): boolean {
  return steps.every(({ op }, k) => {
    if (!MAKES_NAN.test(op)) return true;
    const behind = steps.slice(k + 1, k + 7).map((step) => step.op);
    return /^local\.tee \w+\.const local\.get local\.get \w+\.eq (select|v128\.bitselect)$/.test(
      behind.join(" "),
    );
  });
}

function nonZero(writer: BodyWriter, type: Type, depth: number): void {
  const { random } = writer;
  if (type === I32) {
    if (random.chance(0.5)) {
      writer.i32(edgeI32(random) || 7);
      return;
    }
    writer.push(I32, depth);
    writer.i32(1);
    writer.instruction("i32.or", [0x72], 2, I32);
    return;
  }
  if (random.chance(0.5)) {
    writer.i64(edgeI64(random) || 7n);
    return;
  }
  writer.push(I64, depth);
  writer.i64(1n);
  writer.instruction("i64.or", [0x84], 2, I64);
}

export const OPERATORS: InstructionGroup = {
  expressions(writer, type, depth): Choice[] {
    const fitting = writer.shape.regular.withResult(type);
    return fitting.length === 0 ? [] : [[8, () => operator(writer, writer.random.pick(fitting), depth)]];
  },
  statements(writer) {
    const { random, shape } = writer;
    const { regular } = shape;
    const choices: Choice[] = [[7, () => operator(writer, random.pick(regular.all), 3)]];
    if (regular.vectors.length > 0)
      choices.push([9, () => operator(writer, random.pick(regular.vectors), 2)]);
    if (regular.atomics.length > 0)
      choices.push([4, () => operator(writer, random.pick(regular.atomics), 2)]);
    if (regular.relaxed.length > 0)
      choices.push([2, () => operator(writer, random.pick(regular.relaxed), 1)]);
    return choices;
  },
};
