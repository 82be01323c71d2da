// Functions that make visible what JavaScript cannot look into: structs and arrays by a number made of their contents,
// vectors by writing them to memory. They end by their shape: a depth that is counted down, and few elements.

import type { ModuleShape, Step } from "./body-writer.ts";
import {
  ANYREF,
  CONCRETE,
  EXTERNREF,
  F32,
  F64,
  type FunctionType,
  heapBytes,
  heapOf,
  I8,
  I16,
  I31REF,
  I32,
  I64,
  isRef,
  signed,
  type Type,
  unsigned,
  V128,
} from "./encode.ts";
import type { Field } from "./generate-types.ts";

/** Of {@link lookSteps}: an object, and how deep to look. */
export const LOOK_TYPE: FunctionType = { params: [ANYREF, I32], results: [I64] };
export const LOOK_LOCALS: readonly Type[] = [I64, I32];

const VALUE = 0;
const DEPTH = 1;
const SUM = 2;
const AT = 3;
/** How many elements of an array are looked at. */
const ELEMENTS = 4;

class Steps {
  readonly list: Step[] = [];

  add(op: string, ...bytes: readonly number[]): this {
    this.list.push({ op, bytes });
    return this;
  }

  readonly emit: Emit = (op, ...bytes) => {
    this.add(op, ...bytes);
  };

  get(local: number): this {
    return this.add("local.get", 0x20, local);
  }

  i32(value: number): this {
    return this.add("i32.const", 0x41, ...signed(BigInt(value)));
  }

  i64(value: number): this {
    return this.add("i64.const", 0x42, ...signed(BigInt(value)));
  }

  /** Sets an i64 local to 31 times itself plus the topmost operand. */
  mixInto(local: number): this {
    return this.get(local).i64(31).add("i64.mul", 0x7e).add("i64.add", 0x7c).add("local.set", 0x21, local);
  }
}

/** A number made of an object's contents, down to some depth. `look` is this function's own index. */
export function lookSteps(shape: ModuleShape, look: number): Step[] {
  const { space } = shape;
  const steps = new Steps();
  const hash = (storage: Type): void => {
    toNumber(steps.emit, shape, storage, () => {
      steps
        .get(DEPTH)
        .i32(1)
        .add("i32.sub", 0x6b)
        .add("call", 0x10, ...unsigned(look));
    });
  };
  // At most three levels, whatever is asked for.
  steps.get(DEPTH).i32(3).add("i32.and", 0x71).add("local.tee", 0x22, DEPTH).add("i32.eqz", 0x45);
  steps.get(VALUE).add("ref.is_null", 0xd1).add("i32.or", 0x72).add("if", 0x04, 0x40);
  steps
    .get(VALUE)
    .add("ref.is_null", 0xd1)
    .add("i64.extend_i32_u", 0xad)
    .add("return", 0x0f)
    .add("end", 0x0b);
  steps.get(VALUE).add("ref.test", 0xfb, 20, I31REF).add("if", 0x04, 0x40);
  steps.get(VALUE).add("ref.cast", 0xfb, 22, I31REF).add("i31.get_s", 0xfb, 29).add("i64.extend_i32_s", 0xac);
  steps.i64(1_000_003).add("i64.add", 0x7c).add("return", 0x0f).add("end", 0x0b);
  // Subtypes come behind their supertypes.
  for (const index of [...space.of("struct"), ...space.of("array")].sort((a, b) => b - a)) {
    const heap = heapBytes(CONCRETE + index);
    const composite = space.composite(index);
    steps
      .get(VALUE)
      .add("ref.test", 0xfb, 20, ...heap)
      .add("if", 0x04, 0x40);
    steps.i64(index + 7).add("local.set", 0x21, SUM);
    const object = (): void => {
      steps.get(VALUE).add("ref.cast", 0xfb, 22, ...heap);
    };
    if (composite.kind === "struct") {
      composite.fields.forEach(({ storage }, k) => {
        object();
        steps.add(...getter("struct", 2, storage), ...unsigned(index), ...unsigned(k));
        hash(storage);
        steps.mixInto(SUM);
      });
    } else if (composite.kind === "array") {
      const { storage } = composite.field as Field;
      object();
      steps.add("array.len", 0xfb, 15).add("i64.extend_i32_u", 0xad).mixInto(SUM);
      steps.i32(0).add("local.set", 0x21, AT).add("block", 0x02, 0x40).add("loop", 0x03, 0x40);
      steps.get(AT);
      object();
      steps.add("array.len", 0xfb, 15).add("i32.ge_u", 0x4f);
      steps.get(AT).i32(ELEMENTS).add("i32.ge_u", 0x4f).add("i32.or", 0x72).add("br_if", 0x0d, 1);
      object();
      steps.get(AT).add(...getter("array", 11, storage), ...unsigned(index));
      hash(storage);
      steps.mixInto(SUM);
      steps.get(AT).i32(1).add("i32.add", 0x6a).add("local.set", 0x21, AT).add("br", 0x0c, 0);
      steps.add("end", 0x0b).add("end", 0x0b);
    }
    steps.get(SUM).add("return", 0x0f).add("end", 0x0b);
  }
  // The host's.
  return steps.i64(5).add("end", 0x0b).list;
}

function getter(kind: string, sub: number, storage: Type): [string, number, number] {
  const packed = storage === I8 || storage === I16;
  return [`${kind}.get${packed ? "_s" : ""}`, 0xfb, sub + (packed ? 1 : 0)];
}

/** Whatever instructions can be added to. */
type Emit = (op: string, ...bytes: readonly number[]) => void;

/** Makes an i64 of the topmost operand; `look` of a reference below `any`, and leaves one. */
export function toNumber(
  emit: Emit,
  { space, canonicalNaN, aggregates }: ModuleShape,
  storage: Type,
  look: () => void,
): void {
  switch (storage) {
    case I8:
    case I16:
    case I32:
      emit("i64.extend_i32_s", 0xac);
      return;
    case I64:
      return;
    case F32:
      if (canonicalNaN) {
        emit("i32.reinterpret_f32", 0xbc);
        emit("i64.extend_i32_u", 0xad);
      } else {
        emit("i64.trunc_sat_f32_s", 0xfc, 4);
      }
      return;
    case F64:
      if (canonicalNaN) emit("i64.reinterpret_f64", 0xbd);
      else emit("i64.trunc_sat_f64_s", 0xfc, 6);
      return;
    case V128:
      emit("i64x2.extract_lane", 0xfd, 29, 1);
      return;
    default:
  }
  switch (aggregates ? space.topOf(heapOf(storage)) : undefined) {
    case ANYREF:
      look();
      return;
    case EXTERNREF:
      emit("any.convert_extern", 0xfb, 26);
      look();
      return;
    default:
      emit("ref.is_null", 0xd1);
      emit("i64.extend_i32_u", 0xad);
  }
}

/** A number made of all globals and tables that hold references. `look` is the function of {@link lookSteps}. */
export function sumSteps(shape: ModuleShape, look: number): Step[] {
  const steps = new Steps();
  const mix = (type: Type): void => {
    toNumber(steps.emit, shape, type, () => steps.i32(3).add("call", 0x10, ...unsigned(look)));
    steps.mixInto(0);
  };
  shape.globals.forEach(({ type }, k) => {
    if (!isRef(type)) return;
    steps.add("global.get", 0x23, ...unsigned(k));
    mix(type);
  });
  shape.tables.forEach(({ element, is64 }, k) => {
    for (let at = 0; at < ELEMENTS; at++) {
      const index = (): Steps => (is64 ? steps.i64(at) : steps.i32(at));
      index().add("table.size", 0xfc, 16, ...unsigned(k));
      steps.add(is64 ? "i64.lt_u" : "i32.lt_u", is64 ? 0x54 : 0x49).add("if", 0x04, 0x40);
      index().add("table.get", 0x25, ...unsigned(k));
      mix(element);
      steps.add("end", 0x0b);
    }
  });
  return steps.get(0).add("end", 0x0b).list;
}

export const SUM_TYPE: FunctionType = { params: [], results: [I64] };
export const SUM_LOCALS: readonly Type[] = [I64];

/** Writes the vectors in globals to memory. */
export function dumpSteps(shape: ModuleShape): Step[] {
  const steps = new Steps();
  const vectors = [...shape.globals.keys()].filter((k) => shape.globals[k]?.type === V128);
  vectors.forEach((k, at) => {
    const address = 32_768 + 16 * at;
    if (shape.memories[0]?.is64) steps.i64(address);
    else steps.i32(address);
    steps.add("global.get", 0x23, ...unsigned(k)).add("v128.store", 0xfd, 11, 0, 0);
  });
  return steps.add("end", 0x0b).list;
}
