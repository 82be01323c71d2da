// Structs, arrays and i31: made, read, written, copied, filled from segments; with null and out of bounds now and then.

import type { BodyWriter, Choice, ConstantWriter, InstructionGroup } from "./body-writer.ts";
import {
  ANYREF,
  ARRAYREF,
  CONCRETE,
  I8,
  I16,
  I31REF,
  I32,
  I64,
  isRef,
  refTo,
  type Type,
  unsigned,
} from "./encode.ts";
import { constantReference } from "./generate-references.ts";
import { type Composite, type Field, isDefaultable, unpacked } from "./generate-types.ts";

const I31 = refTo(I31REF, false);

type Struct = Composite & { kind: "struct" };
type ArrayType = Composite & { kind: "array" };

function struct({ shape }: BodyWriter, index: number): Struct {
  return shape.space.composite(index) as Struct;
}

function array({ shape }: BodyWriter, index: number): ArrayType {
  return shape.space.composite(index) as ArrayType;
}

function reference(writer: BodyWriter, index: number): Type {
  return refTo(CONCRETE + index, writer.random.chance(0.25));
}

/** Leaves an object of a struct or array type, of constants alone. Nested in another: as small as it can be. */
export function constantObject(writer: ConstantWriter, index: number, nested: boolean): void {
  const { random } = writer;
  const composite = writer.shape.space.composite(index);
  const type = refTo(CONCRETE + index, false);
  const at = unsigned(index);
  if (composite.kind === "struct") {
    const { fields } = composite;
    if (fields.every(({ storage }) => isDefaultable(storage)) && random.chance(0.5)) {
      writer.instruction("struct.new_default", [0xfb, 1, ...at], 0, type);
      return;
    }
    for (const { storage } of fields) constantValue(writer, storage);
    writer.instruction("struct.new", [0xfb, 0, ...at], fields.length, type);
    return;
  }
  const { field } = composite as ArrayType;
  if (isDefaultable(field.storage) && random.chance(0.5)) {
    writer.i32(random.pick([0, 2, 3, 4, 8]));
    writer.instruction("array.new_default", [0xfb, 7, ...at], 1, type);
    return;
  }
  const count = nested ? 0 : random.pick([0, 1, 2, 3, 3]);
  for (let k = 0; k < count; k++) constantValue(writer, field.storage);
  writer.instruction("array.new_fixed", [0xfb, 8, ...at, ...unsigned(count)], count, type);
}

function constantValue(writer: ConstantWriter, storage: Type): void {
  if (isRef(storage)) constantReference(writer, storage, true);
  else writer.constant(unpacked(storage));
}

function newStruct(writer: BodyWriter, index: number, depth: number): void {
  const { fields } = struct(writer, index);
  const type = refTo(CONCRETE + index, false);
  if (fields.every(({ storage }) => isDefaultable(storage)) && writer.random.chance(0.25)) {
    writer.instruction("struct.new_default", [0xfb, 1, ...unsigned(index)], 0, type);
    return;
  }
  writer.match(
    fields.map(({ storage }) => unpacked(storage)),
    depth,
  );
  writer.instruction("struct.new", [0xfb, 0, ...unsigned(index)], fields.length, type);
}

function newArray(writer: BodyWriter, index: number, depth: number): void {
  const { random, shape } = writer;
  const { storage } = array(writer, index).field;
  const type = refTo(CONCRETE + index, false);
  const at = unsigned(index);
  const segments = fittingSegments(writer, storage);
  const choices: Choice[] = [
    [
      1.5,
      () => {
        writer.push(unpacked(storage), depth);
        length(writer);
        writer.instruction("array.new", [0xfb, 6, ...at], 2, type);
      },
    ],
    [
      1.5,
      () => {
        const types = Array.from({ length: random.below(6) }, () => unpacked(storage));
        writer.match(types, depth);
        const bytes = [0xfb, 8, ...at, ...unsigned(types.length)];
        writer.instruction("array.new_fixed", bytes, types.length, type);
      },
    ],
  ];
  if (isDefaultable(storage)) {
    choices.push([
      1,
      () => {
        length(writer);
        writer.instruction("array.new_default", [0xfb, 7, ...at], 1, type);
      },
    ]);
  }
  if (!isRef(storage) && shape.dataSegments > 0) {
    choices.push([
      1,
      () => {
        segmentRange(writer);
        const segment = unsigned(random.below(shape.dataSegments));
        writer.instruction("array.new_data", [0xfb, 9, ...at, ...segment], 2, type);
      },
    ]);
  }
  if (segments.length > 0) {
    choices.push([
      4,
      () => {
        segmentRange(writer);
        const segment = unsigned(random.pick(segments));
        writer.instruction("array.new_elem", [0xfb, 10, ...at, ...segment], 2, type);
      },
    ]);
  }
  random.weighted(choices)();
}

/** Element segments for an array with elements of this storage. */
function fittingSegments({ shape }: BodyWriter, storage: Type): number[] {
  if (!isRef(storage)) return [];
  return [...shape.elementSegments.keys()].filter((k) =>
    shape.space.isSubtype(shape.elementSegments[k] as Type, storage),
  );
}

/** Leaves an index that most arrays have. */
function elementIndex(writer: BodyWriter): void {
  const { random } = writer;
  if (random.chance(0.6)) writer.i32(random.pick([0, 0, 0, 1, 1, 2, 3]));
  else writer.small(2, 1);
}

/** Small: a large array would be a test of how much memory there is. */
function length(writer: BodyWriter): void {
  const { random } = writer;
  if (random.chance(0.6)) {
    writer.i32(random.pick([0, 2, 3, 5, 8, 17]));
    return;
  }
  writer.push(I32, 1);
  writer.i32(random.pick([3, 7, 15, 63]));
  writer.instruction("i32.and", [0x71], 2, I32);
}

/** Leaves where to begin in a segment, and how many. */
function segmentRange(writer: BodyWriter): void {
  elementIndex(writer);
  if (writer.random.chance(0.03)) writer.push(I32, 1);
  else elementIndex(writer);
}

// ---------------------------------------------------------------------- reading

/** Suffix of the mnemonic and its place behind the plain one, for a packed field signed or unsigned. */
function extension(writer: BodyWriter, storage: Type): readonly [string, number] {
  if (storage !== I8 && storage !== I16) return ["", 0];
  return writer.random.chance(0.5) ? ["_s", 1] : ["_u", 2];
}

interface Place {
  readonly index: number;
  readonly field: number;
}

function fieldsOf(writer: BodyWriter, accept: (field: Field) => boolean): Place[] {
  return writer.shape.space
    .of("struct")
    .flatMap((index) =>
      struct(writer, index).fields.flatMap((field, k) => (accept(field) ? [{ index, field: k }] : [])),
    );
}

function arraysOf(writer: BodyWriter, accept: (field: Field) => boolean): number[] {
  return writer.shape.space.of("array").filter((index) => accept(array(writer, index).field));
}

function getField(writer: BodyWriter, { index, field }: Place, depth: number): void {
  const { storage } = struct(writer, index).fields[field] as Field;
  writer.match([reference(writer, index)], depth);
  const [suffix, by] = extension(writer, storage);
  const bytes = [0xfb, 2 + by, ...unsigned(index), ...unsigned(field)];
  writer.instruction(`struct.get${suffix}`, bytes, 1, unpacked(storage));
}

function getElement(writer: BodyWriter, index: number, depth: number): void {
  const { storage } = array(writer, index).field;
  writer.match([reference(writer, index)], depth);
  elementIndex(writer);
  const [suffix, by] = extension(writer, storage);
  writer.instruction(`array.get${suffix}`, [0xfb, 11 + by, ...unsigned(index)], 2, unpacked(storage));
}

// ---------------------------------------------------------------------- writing

function setField(writer: BodyWriter, { index, field }: Place): void {
  const { storage } = struct(writer, index).fields[field] as Field;
  writer.match([reference(writer, index), unpacked(storage)], 2);
  writer.instruction("struct.set", [0xfb, 5, ...unsigned(index), ...unsigned(field)], 2);
}

function setElement(writer: BodyWriter, index: number): void {
  writer.match([reference(writer, index)], 2);
  elementIndex(writer);
  writer.push(unpacked(array(writer, index).field.storage), 2);
  writer.instruction("array.set", [0xfb, 14, ...unsigned(index)], 3);
}

function bulk(writer: BodyWriter, index: number): void {
  const { random, shape } = writer;
  const { storage } = array(writer, index).field;
  const at = unsigned(index);
  const segments = fittingSegments(writer, storage);
  writer.match([reference(writer, index)], 2);
  elementIndex(writer);
  const choices: Choice[] = [
    [
      1,
      () => {
        writer.push(unpacked(storage), 1);
        elementIndex(writer);
        writer.instruction("array.fill", [0xfb, 16, ...at], 4);
      },
    ],
    [
      1.5,
      () => {
        const sources = arraysOf(writer, (field) =>
          isRef(storage) ? shape.space.isSubtype(field.storage, storage) : field.storage === storage,
        );
        const from = random.pick(sources);
        writer.push(reference(writer, from), 1);
        elementIndex(writer);
        elementIndex(writer);
        writer.instruction("array.copy", [0xfb, 17, ...at, ...unsigned(from)], 5);
      },
    ],
  ];
  if (!isRef(storage) && shape.dataSegments > 0) {
    choices.push([
      1.5,
      () => {
        segmentRange(writer);
        const segment = unsigned(random.below(shape.dataSegments));
        writer.instruction("array.init_data", [0xfb, 18, ...at, ...segment], 4);
      },
    ]);
  }
  if (segments.length > 0) {
    choices.push([
      4,
      () => {
        segmentRange(writer);
        const segment = unsigned(random.pick(segments));
        writer.instruction("array.init_elem", [0xfb, 19, ...at, ...segment], 4);
      },
    ]);
  }
  random.weighted(choices)();
}

/** Copies within one array of different elements, to places that overlap; leaves the array. */
function copyWithin(writer: BodyWriter, index: number): void {
  const { random } = writer;
  const type = refTo(CONCRETE + index, true);
  const local = unsigned(writer.scratchLocal(type));
  const element = unpacked(array(writer, index).field.storage);
  const count = random.between(3, 6);
  const isOfI31 = isRef(element) && writer.shape.space.isSubtype(I31, element);
  for (let k = 0; k < count; k++) {
    if (isOfI31 && random.chance(0.7)) {
      writer.i32(100 + k);
      writer.instruction("ref.i31", [0xfb, 28], 1, I31);
    } else {
      writer.push(element, 1);
    }
  }
  writer.instruction("array.new_fixed", [0xfb, 8, ...unsigned(index), ...unsigned(count)], count, type);
  writer.emit("local.tee", 0x22, ...local);
  const length = random.between(1, count - 1);
  const most = count - length + (random.chance(0.1) ? 1 : 0);
  writer.i32(random.between(0, most));
  writer.instruction("local.get", [0x20, ...local], 0, type);
  writer.i32(random.between(0, most));
  writer.i32(length);
  writer.instruction("array.copy", [0xfb, 17, ...unsigned(index), ...unsigned(index)], 5);
  writer.instruction("local.get", [0x20, ...local], 0, type);
  if (random.chance(0.6)) look(writer);
}

/** Makes a number of the object that is the topmost operand. */
function look(writer: BodyWriter): void {
  writer.i32(writer.random.between(1, 3));
  writer.instruction("call", [0x10, ...unsigned(writer.shape.look as number)], 2, I64);
}

export const AGGREGATES: InstructionGroup = {
  expressions(writer, type, depth) {
    const { random, shape } = writer;
    if (!shape.aggregates) return [];
    const { space } = shape;
    const choices: Choice[] = [];
    if (isRef(type)) {
      const structs = space.of("struct").filter((k) => space.isSubtype(refTo(CONCRETE + k, false), type));
      const arrays = space.of("array").filter((k) => space.isSubtype(refTo(CONCRETE + k, false), type));
      if (structs.length > 0) choices.push([3, () => newStruct(writer, random.pick(structs), depth)]);
      if (arrays.length > 0) choices.push([3, () => newArray(writer, random.pick(arrays), depth)]);
      if (space.isSubtype(I31, type)) {
        choices.push([
          1,
          () => {
            writer.push(I32, depth);
            writer.instruction("ref.i31", [0xfb, 28], 1, I31);
          },
        ]);
      }
    }
    const reads = ({ storage }: Field): boolean => space.isSubtype(unpacked(storage), type);
    const fields = fieldsOf(writer, reads);
    const arrays = arraysOf(writer, reads);
    if (fields.length > 0) choices.push([2, () => getField(writer, random.pick(fields), depth)]);
    if (arrays.length > 0) choices.push([2, () => getElement(writer, random.pick(arrays), depth)]);
    if (type === I64) {
      choices.push([
        1.2,
        () => {
          writer.push(ANYREF, depth);
          look(writer);
        },
      ]);
    }
    if (type === I32) {
      choices.push([
        0.5,
        () => {
          writer.push(ARRAYREF, depth);
          writer.instruction("array.len", [0xfb, 15], 1, I32);
        },
      ]);
      choices.push([
        1.2,
        () => {
          writer.push(refTo(I31REF, random.chance(0.3)), depth);
          const signed = random.chance(0.5);
          writer.instruction(signed ? "i31.get_s" : "i31.get_u", [0xfb, signed ? 29 : 30], 1, I32);
        },
      ]);
    }
    return choices;
  },
  statements(writer) {
    const { random, shape } = writer;
    if (!shape.aggregates) return [];
    const isMutable = ({ mutable }: Field): boolean => mutable;
    const fields = fieldsOf(writer, isMutable);
    const arrays = arraysOf(writer, isMutable);
    const choices: Choice[] = [];
    if (fields.length > 0) choices.push([2, () => setField(writer, random.pick(fields))]);
    if (arrays.length > 0) {
      choices.push([1.2, () => setElement(writer, random.pick(arrays))]);
      choices.push([1.2, () => bulk(writer, random.pick(arrays))]);
      choices.push([0.5, () => copyWithin(writer, random.pick(arrays))]);
    }
    return choices;
  },
};
