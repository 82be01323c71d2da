// Exceptions: thrown, caught by the right tag, another one, all; kept as references and thrown again; in both proposals,
// of which a module uses one.

import type { BodyWriter, Choice, ConstantWriter, InstructionGroup } from "./body-writer.ts";
import { EXNREF, I32, refTo, type Type, unsigned } from "./encode.ts";
import { tailCall } from "./generate-calls.ts";

const EXN = refTo(EXNREF, false);

function throwTag(writer: BodyWriter): void {
  const { random, shape } = writer;
  const tag = random.below(shape.tags.length);
  writer.match(shape.tags[tag] as readonly Type[], 2);
  writer.emit("throw", 0x08, ...unsigned(tag));
  writer.die();
}

/** At the end of a body with handlers: mostly throws, or calls what may, also with the handlers already left behind. */
function leave(writer: BodyWriter): void {
  if (writer.dead) return;
  writer.random.weighted([
    [6, () => maybeThrow(writer)],
    [writer.shape.tailCalls ? 4 : 0, () => tailCall(writer)],
    [2, () => {}],
  ])();
}

function maybeThrow(writer: BodyWriter): void {
  if (writer.random.chance(0.25)) {
    throwTag(writer);
    return;
  }
  // On a condition, so that what follows has a chance.
  writer.condition(2);
  writer.emit("if", 0x04, 0x40);
  writer.stack.pop();
  writer.open({ labelTypes: [], endTypes: [] }, []);
  throwTag(writer);
  writer.finish([]);
  writer.end();
}

/** Leaves a reference to an exception thrown on the spot. */
export function caughtReference(writer: ConstantWriter): void {
  const { random, shape } = writer;
  const tag = random.pick(throwableTags(shape));
  const types = shape.tags[tag] as readonly Type[];
  const byTag = types.length === 0 && random.chance(0.5);
  writer.emit("block", 0x02, 0x64, EXNREF);
  writer.emit("try_table", 0x1f, 0x40, 1, ...(byTag ? [1, ...unsigned(tag)] : [3]), 0);
  const height = writer.stack.length;
  for (const type of types) writer.constant(type);
  writer.stack.length = height;
  writer.emit("throw", 0x08, ...unsigned(tag));
  writer.emit("end", 0x0b);
  writer.emit("unreachable", 0x00);
  writer.emit("end", 0x0b);
  writer.stack.push(EXN);
}

/** Tags that can be thrown to get an exception: those that carry none themselves. */
export function throwableTags({ tags }: ConstantWriter["shape"]): number[] {
  return [...tags.keys()].filter((tag) => !tags[tag]?.some((type) => type === EXNREF || type === EXN));
}

function throwReference(writer: BodyWriter): void {
  writer.match([writer.random.chance(0.6) ? EXN : EXNREF], 1);
  writer.emit("throw_ref", 0x0a);
  writer.die();
}

// ---------------------------------------------------------------------- try_table

/** Clauses that fit labels outside of the `try_table`: kind, tag and label as bytes. */
function clausesFor(writer: BodyWriter): number[][] {
  const { shape } = writer;
  const { space } = shape;
  const clauses: number[][] = [];
  const add = (kind: number, tag: number | undefined, sent: readonly Type[]): void => {
    const labels = writer.labels(({ isLoop, labelTypes }) => !isLoop && space.areSubtypes(sent, labelTypes));
    for (const label of labels)
      clauses.push([kind, ...(tag === undefined ? [] : unsigned(tag)), ...unsigned(label)]);
  };
  shape.tags.forEach((types, tag) => {
    add(0, tag, types);
    add(1, tag, [...types, EXN]);
  });
  add(2, undefined, []);
  add(3, undefined, [EXN]);
  return clauses;
}

/** What a handler is sent, by kind and tag. */
function someSent(writer: BodyWriter): Type[] {
  const { random, shape } = writer;
  const types = random.chance(0.7) ? random.pick(shape.tags) : [];
  return [...types, ...(random.chance(0.4) ? [random.chance(0.5) ? EXN : EXNREF] : [])];
}

/** A block for each of one or two handlers, and inside the `try_table`. */
function tryTable(writer: BodyWriter): void {
  const { random } = writer;
  const handlers = Array.from({ length: random.between(1, 2) }, () => someSent(writer));
  for (const sent of handlers) {
    writer.emit("block", 0x02, ...writer.blockType([], sent));
    writer.open({ labelTypes: sent, endTypes: sent }, []);
  }
  const params = random.chance(0.2) ? writer.someOperands() : [];
  const results = writer.someTypes(2);
  const possible = clausesFor(writer);
  const count = random.between(possible.length > 0 ? 1 : 0, Math.min(4, possible.length));
  const clauses = Array.from({ length: count }, () => random.pick(possible));
  const type = writer.blockType(params, results);
  writer.emit("try_table", 0x1f, ...type, ...unsigned(clauses.length), ...clauses.flat());
  writer.open({ labelTypes: results, endTypes: results }, params);
  writer.statements(4);
  leave(writer);
  writer.finish(results);
  writer.end();
  for (const sent of handlers.reverse()) {
    if (random.chance(0.4)) writer.statements(2);
    writer.finish(sent);
    writer.end();
  }
}

/** Handlers at a loop's start: every exception is a turn, and every turn counts down. */
function retry(writer: BodyWriter): void {
  const { random, shape } = writer;
  const turns = random.between(2, 4);
  writer.manyTurns(turns, () => {
    const counter = unsigned(writer.newLocal(I32, true));
    writer.i32(turns);
    writer.instruction("local.set", [0x21, ...counter], 1);
    writer.emit("block", 0x02, 0x40);
    writer.open({ labelTypes: [], endTypes: [] }, []);
    writer.emit("loop", 0x03, 0x40);
    writer.open({ labelTypes: [], endTypes: [], isLoop: true }, []);
    writer.emit("local.get", 0x20, ...counter);
    writer.emit("i32.const", 0x41, 0x7f);
    writer.emit("i32.add", 0x6a);
    writer.emit("local.tee", 0x22, ...counter);
    writer.emit("i32.eqz", 0x45);
    writer.emit("br_if", 0x0d, 1);
    const empty = [...shape.tags.keys()].filter((tag) => shape.tags[tag]?.length === 0);
    const clause = empty.length > 0 && random.chance(0.5) ? [0, ...unsigned(random.pick(empty))] : [2];
    writer.emit("try_table", 0x1f, 0x40, 1, ...clause, 0);
    writer.open({ labelTypes: [], endTypes: [] }, []);
    writer.statements(4);
    if (!writer.dead) maybeThrow(writer);
    writer.finish([]);
    writer.end();
    writer.finish([]);
    writer.end();
    writer.finish([]);
    writer.end();
  });
}

// ---------------------------------------------------------------------- legacy

function legacyTry(writer: BodyWriter): void {
  const { random, shape } = writer;
  const params = random.chance(0.3) ? writer.someOperands() : [];
  const results = writer.someTypes(2);
  writer.emit("try", 0x06, ...writer.blockType(params, results));
  writer.open({ labelTypes: results, endTypes: results }, params);
  writer.statements(4);
  leave(writer);
  writer.finish(results);
  if (random.chance(0.2)) {
    writer.close();
    writer.emit("delegate", 0x18, ...unsigned(random.pick(writer.labels(() => true))));
    return;
  }
  for (let left = random.below(3); left > 0; left--) {
    const tag = random.below(shape.tags.length);
    const types = shape.tags[tag] as readonly Type[];
    writer.emit("catch", 0x07, ...unsigned(tag));
    handler(writer, types, results);
  }
  if (random.chance(0.6)) {
    writer.emit("catch_all", 0x19);
    handler(writer, [], results);
  }
  writer.end();
}

function handler(writer: BodyWriter, payload: readonly Type[], results: readonly Type[]): void {
  writer.nextArm(payload, true);
  writer.statements(3);
  if (!writer.dead && writer.random.chance(0.35)) rethrow(writer);
  writer.finish(results);
}

function rethrow(writer: BodyWriter): void {
  const handlers = writer.labels(({ isHandler }) => isHandler === true);
  if (handlers.length === 0) return;
  writer.emit("rethrow", 0x09, ...unsigned(writer.random.pick(handlers)));
  writer.die();
}

export const EXCEPTIONS: InstructionGroup = {
  expressions(writer, type) {
    const { shape } = writer;
    if (shape.exceptions !== "modern" || throwableTags(shape).length === 0) return [];
    return type === EXNREF || type === EXN ? [[1, () => caughtReference(writer)]] : [];
  },
  statements(writer) {
    const { exceptions, tags } = writer.shape;
    if (exceptions === "none" || tags.length === 0) return [];
    const choices: Choice[] = [[0.7, () => maybeThrow(writer)]];
    if (exceptions === "modern") {
      choices.push([0.3, () => throwReference(writer)]);
      if (writer.canNest) choices.push([1.6, () => tryTable(writer)], [0.4, () => retry(writer)]);
    } else {
      if (writer.canNest) choices.push([3, () => legacyTry(writer)]);
      choices.push([0.5, () => rethrow(writer)]);
    }
    return choices;
  },
};
