// References of every type: made on the spot, tested, cast, branched on, converted between any and extern.

import type { BodyWriter, Choice, ConstantWriter, InstructionGroup } from "./body-writer.ts";
import {
  ANYREF,
  ARRAYREF,
  CONCRETE,
  EQREF,
  EXNREF,
  EXTERNREF,
  FUNCREF,
  type Heap,
  heapBytes,
  heapOf,
  I31REF,
  I32,
  isNullable,
  isRef,
  NULLREF,
  refTo,
  STRUCTREF,
  type Type,
  unsigned,
} from "./encode.ts";
import { constantObject } from "./generate-aggregates.ts";
import { caughtReference, throwableTags } from "./generate-exceptions.ts";
import { edgeI32 } from "./values.ts";

/**
 * Leaves a reference of this type, made on the spot. Nested in an object that is made so itself: as small as it can be,
 * so that this ends.
 */
export function constantReference(writer: ConstantWriter, type: Type, nested = false): void {
  const { random } = writer;
  if (isNullable(type) && (nested || random.chance(writer.shape.aggregates ? 0.3 : 0.5))) {
    nullReference(writer, type);
  } else {
    nonNull(writer, type, nested);
  }
}

function nullReference(writer: ConstantWriter, type: Type): void {
  const { random, shape } = writer;
  const heap = heapOf(type);
  const written = shape.aggregates && random.chance(0.3) ? shape.space.bottomOf(heap) : heap;
  writer.emit("ref.null", 0xd0, ...heapBytes(written));
  writer.stack.push(type);
}

/** Makes an object if it can. If not: null, or for a type that is never null, a trap. */
function nonNull(writer: ConstantWriter, type: Type, nested: boolean): void {
  const { random, shape } = writer;
  const { space } = shape;
  const heap = heapOf(type);
  const height = writer.stack.length;
  const notePushed = (): void => {
    writer.stack.length = height;
    writer.stack.push(type);
  };
  if (space.topOf(heap) === FUNCREF) {
    const fitting = [...shape.functions.keys()].filter((k) =>
      space.isSubheap(CONCRETE + (shape.functions[k]?.typeIdx ?? 0), heap),
    );
    if (fitting.length > 0) {
      writer.emit("ref.func", 0xd2, ...unsigned(random.pick(fitting)));
      notePushed();
      return;
    }
  } else if (shape.aggregates && space.topOf(heap) === ANYREF && heap !== NULLREF) {
    const objects = [...space.of("struct"), ...space.of("array")].filter((k) =>
      space.isSubheap(CONCRETE + k, heap),
    );
    if (space.isSubheap(I31REF, heap) && (nested || objects.length === 0 || random.chance(0.4))) {
      writer.i32(edgeI32(random));
      writer.instruction("ref.i31", [0xfb, 28], 1, type);
      return;
    }
    if (objects.length > 0) {
      // What must not be null refers to smaller indices.
      constantObject(writer, nested ? Math.min(...objects) : random.pick(objects), nested);
      notePushed();
      return;
    }
  } else if (shape.aggregates && heap === EXTERNREF) {
    nonNull(writer, refTo(random.pick([ANYREF, I31REF]), false), nested);
    writer.instruction("extern.convert_any", [0xfb, 27], 1, type);
    return;
  } else if (heap === EXNREF && shape.exceptions === "modern" && throwableTags(shape).length > 0) {
    caughtReference(writer);
    notePushed();
    return;
  }
  nullReference(writer, refTo(heap, true));
  if (!isNullable(type)) writer.instruction("ref.as_non_null", [0xd4], 1, type);
}

// ---------------------------------------------------------------------- casts

const ANY_HEAPS: readonly Heap[] = [ANYREF, EQREF, I31REF, STRUCTREF, ARRAYREF, NULLREF];

/** A heap type below `top`. */
function someHeap(writer: BodyWriter, top: Heap): Heap {
  const { random, shape } = writer;
  const { space } = shape;
  const concrete = [...Array(space.size).keys()].filter((k) => space.topOf(CONCRETE + k) === top);
  if (concrete.length > 0 && random.chance(0.65)) return CONCRETE + random.pick(concrete);
  if (top === ANYREF) return random.pick(ANY_HEAPS);
  return random.chance(0.8) ? top : space.bottomOf(top);
}

/** Leaves a reference that may or may not be of this heap type; gives the type that is known of it. */
function candidate(writer: BodyWriter, heap: Heap, depth: number): Type {
  const { random, shape } = writer;
  const { space } = shape;
  const top = space.topOf(heap);
  const above = shape.types.filter((type) => isRef(type) && space.topOf(heapOf(type)) === top);
  const wanted = above.length > 0 && random.chance(0.7) ? random.pick(above) : refTo(top, true);
  // What is of the type itself, but known by a supertype only.
  if (random.chance(0.65)) {
    const inner = refTo(heap, true);
    if (space.isSubtype(inner, wanted)) {
      writer.push(inner, depth);
      writer.stack.pop();
      writer.stack.push(wanted);
      return wanted;
    }
  }
  writer.push(wanted, depth);
  return wanted;
}

function test(writer: BodyWriter, depth: number): void {
  const { random } = writer;
  const heap = someHeap(writer, someTop(writer));
  candidate(writer, heap, depth);
  const nullable = random.chance(0.5);
  const op = nullable ? "ref.test null" : "ref.test";
  writer.instruction(op, [0xfb, nullable ? 21 : 20, ...heapBytes(heap)], 1, I32);
}

function cast(writer: BodyWriter, type: Type, depth: number): void {
  const heap = heapOf(type);
  candidate(writer, heap, depth);
  const nullable = isNullable(type);
  const op = nullable ? "ref.cast null" : "ref.cast";
  writer.instruction(op, [0xfb, nullable ? 23 : 22, ...heapBytes(heap)], 1, type);
}

/** The top of a hierarchy in which there are casts: not that of exceptions. */
function someTop({ random }: BodyWriter): Heap {
  return random.weighted([
    [8, ANYREF],
    [2, FUNCREF],
    [1, EXTERNREF],
  ]);
}

// ---------------------------------------------------------------------- branches

/** Labels whose last type is a reference that `accept` likes. */
function labelsWithReference(writer: BodyWriter, accept: (type: Type) => boolean): number[] {
  return writer.labels(({ isLoop, labelTypes }) => {
    const last = labelTypes.at(-1);
    return !isLoop && last !== undefined && isRef(last) && accept(last);
  });
}

/** `br_on_cast`, `br_on_cast_fail`: the reference goes with the branch in one case, and stays in the other. */
function branchOnCast(writer: BodyWriter): void {
  const { random, shape } = writer;
  const { space } = shape;
  const fails = random.chance(0.5);
  const hasCasts = (type: Type): boolean => space.topOf(heapOf(type)) !== EXNREF;
  const labels = labelsWithReference(writer, hasCasts);
  if (labels.length === 0) return;
  const label = random.pick(labels);
  const types = writer.labelTypes(label);
  const target = types.at(-1) as Type;
  const others = types.slice(0, -1);
  writer.match(others);
  // From a type to one below it; what is sent must fit the label.
  const top = space.topOf(heapOf(target));
  let from: Type;
  let to: Type;
  if (fails) {
    // What is not of the type `to` is sent: the label takes all of `from`.
    from = target;
    const below = [...Array(12)]
      .map(() => refTo(someHeap(writer, top), isNullable(from) && random.chance(0.5)))
      .filter((type) => space.isSubtype(type, from));
    to = below.length > 0 ? random.pick(below) : from;
  } else {
    to = random.chance(0.5) ? target : refTo(heapOf(target), false);
    from = refTo(top, true);
    if (isNullable(to) && random.chance(0.3)) from = to;
  }
  if (space.isSubtype(refTo(heapOf(to), true), from) && random.chance(0.4)) {
    writer.push(refTo(heapOf(to), true), 1);
  } else {
    writer.push(from, 1);
  }
  const flags = (isNullable(from) ? 1 : 0) | (isNullable(to) ? 2 : 0);
  const bytes = [
    0xfb,
    fails ? 25 : 24,
    flags,
    ...unsigned(label),
    ...heapBytes(heapOf(from)),
    ...heapBytes(heapOf(to)),
  ];
  // What stays when null went with the cast is not null.
  const rest = isNullable(to) ? refTo(heapOf(from), false) : from;
  writer.instruction(
    fails ? "br_on_cast_fail" : "br_on_cast",
    bytes,
    types.length,
    ...others,
    fails ? to : rest,
  );
}

function branchOnNull(writer: BodyWriter): void {
  const { random, shape } = writer;
  const references = shape.types.filter(isRef);
  if (references.length === 0) return;
  const label = random.pick(writer.labels(({ isLoop }) => !isLoop));
  const types = writer.labelTypes(label);
  writer.match(types);
  const type = random.pick(references);
  writer.push(type, 1);
  const rest = refTo(heapOf(type), false);
  writer.instruction("br_on_null", [0xd5, ...unsigned(label)], types.length + 1, ...types, rest);
}

function branchOnNonNull(writer: BodyWriter): void {
  const { random } = writer;
  const labels = labelsWithReference(writer, () => true);
  if (labels.length === 0) return;
  const label = random.pick(labels);
  const types = writer.labelTypes(label);
  const others = types.slice(0, -1);
  writer.match(others);
  writer.push(refTo(heapOf(types.at(-1) as Type), true), 1);
  writer.instruction("br_on_non_null", [0xd6, ...unsigned(label)], types.length, ...others);
}

/** A block whose label takes a reference, so that there is something for the branches above. */
function blockWithReference(writer: BodyWriter): void {
  const { random, shape } = writer;
  const type = random.pick(shape.types.filter(isRef));
  const results = [...(random.chance(0.3) ? [random.pick(shape.types)] : []), type];
  writer.emit("block", 0x02, ...writer.blockType([], results));
  writer.open({ labelTypes: results, endTypes: results }, []);
  writer.statements(3);
  if (!writer.dead) random.pick([branchOnCast, branchOnCast, branchOnNonNull, branchOnNull])(writer);
  writer.finish(results);
  writer.end();
}

function isNull(writer: BodyWriter, depth: number): void {
  const { random, shape } = writer;
  const references = shape.types.filter(isRef);
  writer.match([references.length > 0 ? random.pick(references) : FUNCREF], depth);
  writer.instruction("ref.is_null", [0xd1], 1, I32);
}

function equal(writer: BodyWriter, depth: number): void {
  writer.push(EQREF, depth);
  if (writer.random.chance(0.3)) {
    const local = unsigned(writer.scratchLocal(EQREF));
    writer.emit("local.tee", 0x22, ...local);
    writer.emit("local.get", 0x20, ...local);
    writer.stack.push(EQREF);
  } else {
    writer.push(EQREF, depth);
  }
  writer.instruction("ref.eq", [0xd3], 2, I32);
}

export const REFERENCES: InstructionGroup = {
  expressions(writer, type, depth) {
    const { space, aggregates, types } = writer.shape;
    if (type === I32) {
      const choices: Choice[] = [];
      if (types.some(isRef)) choices.push([0.3, () => isNull(writer, depth)]);
      if (aggregates) {
        choices.push([1.2, () => test(writer, depth)]);
        choices.push([0.4, () => equal(writer, depth)]);
      }
      return choices;
    }
    if (!aggregates || !isRef(type)) return [];
    const choices: Choice[] = [];
    const heap = heapOf(type);
    const top = space.topOf(heap);
    if (top !== EXNREF) choices.push([0.5, () => cast(writer, type, depth)]);
    if (!isNullable(type)) {
      choices.push([
        0.3,
        () => {
          writer.push(refTo(heap, true), depth);
          writer.instruction("ref.as_non_null", [0xd4], 1, type);
        },
      ]);
    }
    if (heap === ANYREF || heap === EXTERNREF) {
      const [other, op, sub] =
        heap === ANYREF ? [EXTERNREF, "any.convert_extern", 26] : [ANYREF, "extern.convert_any", 27];
      choices.push([
        1,
        () => {
          writer.push(refTo(other as Heap, isNullable(type)), depth);
          writer.instruction(op as string, [0xfb, sub as number], 1, type);
        },
      ]);
    }
    return choices;
  },
  statements(writer) {
    if (!writer.shape.aggregates) return [];
    const choices: Choice[] = [
      [0.4, () => branchOnNull(writer)],
      [0.5, () => branchOnNonNull(writer)],
      [0.9, () => branchOnCast(writer)],
    ];
    if (writer.canNest) choices.push([1, () => blockWithReference(writer)]);
    return choices;
  },
};
