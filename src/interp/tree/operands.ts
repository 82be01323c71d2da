// The values that lowered nodes have computed and trees have not yet: a temporary is folded into the node that reads it.
// Owns what is pending, and the order in which it must be written. Knows no operation.

import { Counter } from "./machine.ts";
import {
  addressTree,
  asFloat,
  checked,
  constantDouble,
  doublesOf,
  float32,
  float64,
  floatsOf,
  heightOf,
  isImpure,
  LANES,
  type LaneKind,
  loadWord,
  type Pair,
  type Pending,
  reads,
  wordsOf,
} from "./pending.ts";
import { constant, Tree, tree, word } from "./tree.ts";

/** Higher trees are written to a register: they use the JavaScript stack. */
export const MAX_HEIGHT = 12;

export class Operands {
  /** By word offset, ascending: the order in which they were computed. */
  readonly #pending = new Map<number, Pending>();
  readonly #firstTemporary: number;
  readonly #doubles: Pick<ReadonlySet<number>, "has">;
  readonly #emit: (step: Tree) => void;

  /** `doubles`: words of registers that are read as doubles somewhere. What is in them does not depend on that, only how fast. */
  constructor(firstTemporary: number, doubles: Pick<ReadonlySet<number>, "has">, emit: (step: Tree) => void) {
    this.#doubles = doubles;
    this.#firstTemporary = firstTemporary;
    this.#emit = emit;
  }

  // ------------------------------------------------------------------ reading

  int(at: number): Tree {
    const pending = this.#pending.get(at);
    switch (pending?.kind) {
      case "i32":
        this.#pending.delete(at);
        return pending.value;
      case "i64":
        if (pending.high.isImpure) break;
        this.#pending.delete(at);
        return pending.low;
      case "load32":
        this.#pending.delete(at);
        return loadWord(pending.address, 0, pending.site);
      case "copy32":
      case "copy64":
        this.#pending.delete(at);
        return word(pending.from);
      default:
        break;
    }
    this.settle(at);
    return word(at);
  }

  /** As {@link int}, where the value is used more than once. */
  simpleInt(at: number): Tree {
    const value = this.int(at);
    if (value.isSimple) return value;
    this.#pending.set(at, { kind: "i32", value });
    this.settle(at);
    return word(at);
  }

  pair(at: number): Pair {
    const pending = this.#pending.get(at);
    if (pending?.kind === "i64") {
      this.#pending.delete(at);
      return [pending.low, pending.high];
    }
    if (pending?.kind === "copy64") {
      this.#pending.delete(at);
      return [word(pending.from), word(pending.from + 1)];
    }
    this.settle(at);
    return [word(at), word(at + 1)];
  }

  simplePair(at: number): Pair {
    const [low, high] = this.pair(at);
    if (low.isSimple && high.isSimple) return [low, high];
    this.#pending.set(at, { kind: "i64", low, high });
    this.settle(at);
    return [word(at), word(at + 1)];
  }

  float32(at: number): Tree {
    const pending = this.#pending.get(at);
    switch (pending?.kind) {
      case "i32":
        if (pending.value.kind !== "constant") break;
        this.#pending.delete(at);
        return constant(asFloat(pending.value.operands[0] as number));
      case "f32":
        this.#pending.delete(at);
        return pending.value;
      case "load32":
        this.#pending.delete(at);
        return checked("loadF32", pending.address, pending.site);
      case "copy32":
        this.#pending.delete(at);
        return float32(pending.from);
      default:
        break;
    }
    this.settle(at);
    return float32(at);
  }

  float64(at: number): Tree {
    const pending = this.#pending.get(at);
    switch (pending?.kind) {
      case "i64": {
        const double = constantDouble(pending.low, pending.high);
        if (double === undefined) break;
        this.#pending.delete(at);
        return constant(double);
      }
      case "f64":
        this.#pending.delete(at);
        return pending.value;
      case "load64":
        this.#pending.delete(at);
        return checked("loadF64", pending.address, pending.site);
      case "copy64":
        this.#pending.delete(at);
        return float64(pending.from);
      default:
        break;
    }
    this.settle(at);
    return float64(at);
  }

  /** Whatever the register at `at` holds, `words` of it, to be put elsewhere. */
  take(at: number, words: 1 | 2 | 4): Pending {
    const pending = this.#pending.get(at);
    if (pending !== undefined && wordsOf(pending) === words) {
      this.#release(at);
      return pending;
    }
    this.settle(at);
    if (words === 4) return { kind: "copies", from: [at, at + 2] };
    return { kind: words === 1 ? "copy32" : "copy64", from: at };
  }

  /** A vector as words. */
  words(at: number): readonly Tree[] {
    const pending = this.#pending.get(at);
    if (pending?.kind === "words") {
      this.#release(at);
      return pending.lanes;
    }
    if (pending?.kind === "copies") {
      this.#pending.delete(at);
      return pending.from.flatMap((from) => [word(from), word(from + 1)]);
    }
    this.settle(at);
    return LANES.map((k) => word(at + k));
  }

  /** As {@link words}, where each is used more than once. */
  simpleWords(at: number): readonly Tree[] {
    const lanes = this.words(at);
    if (lanes.every((lane) => lane.isSimple)) return lanes;
    this.#pending.set(at, { kind: "words", lanes });
    this.settle(at);
    return LANES.map((k) => word(at + k));
  }

  /** A vector as numbers, for arithmetic, to which every NaN is the same. */
  floats(at: number): readonly Tree[] {
    const lanes = floatsOf(this.#pending.get(at));
    if (lanes !== undefined) {
      this.#release(at);
      return lanes;
    }
    this.settle(at);
    return LANES.map((k) => float32(at + k));
  }

  doubles(at: number): readonly Tree[] {
    const lanes = doublesOf(this.#pending.get(at));
    if (lanes !== undefined) {
      this.#release(at);
      return lanes;
    }
    this.settle(at);
    return [float64(at), float64(at + 2)];
  }

  /** In what form the vector at `at` is pending, if it is. */
  formAt(at: number): LaneKind | undefined {
    const kind = this.#pending.get(at)?.kind;
    return kind === "words" || kind === "floats" || kind === "doubles" ? kind : undefined;
  }

  /** Whether a float is pending at `at`: a store of it need not know its bits. */
  floatAt(at: number): "f32" | "f64" | undefined {
    const kind = this.#pending.get(at)?.kind;
    return kind === "f32" || kind === "f64" ? kind : undefined;
  }

  // ------------------------------------------------------------------ writing

  /** Notes or writes the value of the register at `at`. */
  define(at: number, value: Pending): void {
    const places = value.kind === "words" ? placesIn(at, this.#pending.get(at)) : undefined;
    this.#dropAll(at, wordsOf(value));
    if (at >= this.#firstTemporary && heightOf(value) <= MAX_HEIGHT) {
      this.#pending.set(at, value);
      return;
    }
    this.#releaseReaders(at, value);
    if (isImpure(value)) this.settleImpure();
    if (value.kind === "words" && placesIn(at, value) !== undefined) this.#pending.set(at, value);
    else if (value.kind === "words" && places !== undefined) {
      this.#writeLanes(
        at,
        "words",
        LANES.map((k) => value.lanes[places.indexOf(k)]!),
      );
      this.#pending.set(at, { kind: "words", lanes: places.map((place) => word(at + place)) });
    } else this.#write(at, value);
  }

  /**
   * Puts `words` words from one register into another. What is pending for registers above `from` has been computed later, and may
   * overwrite what the value depends on: with such, the value is written to its own register first.
   */
  move(to: number, from: number, words: 1 | 2 | 4): void {
    const isTemporary = from >= this.#firstTemporary;
    if (isTemporary && [...this.#pending.keys()].some((other) => other > from)) this.settle(from);
    this.define(to, this.take(from, words));
  }

  /** The value of the register at `at` has been read: of a temporary for the only time. */
  #release(at: number): void {
    if (at >= this.#firstTemporary) this.#pending.delete(at);
  }

  /** A vector whose word k is `values[which[k]]`. Each value is computed once, into the first word that it is of. */
  share(at: number, values: readonly Tree[], which: readonly number[]): void {
    const places = values.map((_, k) => at + which.indexOf(k));
    this.overwrite(at, which.length);
    if (values.some(({ isImpure }) => isImpure)) this.settleImpure();
    const isReadLater = places.some((place, k) =>
      values.slice(k + 1).some(({ reads }) => reads.includes(place)),
    );
    if (isReadLater) {
      values.forEach((value, k) => {
        this.#emit(tree("hold", Counter.Spare + k, value));
      });
    }
    places.forEach((place, k) => {
      this.#emit(tree("set", place, isReadLater ? tree("held", Counter.Spare + k) : values[k]!));
    });
    this.define(at, { kind: "words", lanes: which.map((k) => word(places[k]!)) });
  }

  /** Writes a value to a register at once, whatever is pending. */
  writeNow(at: number, value: Pending): void {
    this.#write(at, value);
  }

  /** A register is about to be written by other means. */
  overwrite(at: number, words: number): void {
    this.#dropAll(at, words);
    for (const [other, pending] of this.#pending) {
      if (reads(pending, at, at + words)) this.settle(other);
    }
  }

  #dropAll(at: number, words: number): void {
    // A vector may have begun one register before.
    const before = this.#pending.get(at - 2);
    if (before !== undefined && wordsOf(before) === 4) this.#drop(at - 2);
    for (let k = 0; k < words; k += 2) this.#drop(at + k);
  }

  /** Nobody has read the register at `at`, and nobody will; but computing it may trap. */
  #drop(at: number): void {
    const pending = this.#pending.get(at);
    if (pending === undefined) return;
    if (isImpure(pending)) this.settle(at);
    else this.#pending.delete(at);
  }

  /** Writes what is pending for the register at `at`. */
  settle(at: number): void {
    const pending = this.#pending.get(at);
    if (pending === undefined) return;
    this.#pending.delete(at);
    this.#releaseReaders(at, pending);
    if (isImpure(pending)) this.#settleImpureBelow(at);
    this.#write(at, pending);
  }

  settleAll(): void {
    for (const at of [...this.#pending.keys()].sort((x, y) => x - y)) this.settle(at);
  }

  /** Before something that memory, globals or the order of traps can tell from what is pending. */
  settleImpure(): void {
    this.#settleImpureBelow(Number.POSITIVE_INFINITY);
  }

  /** What is pending is of no use any more: nothing goes on from here. */
  clear(): void {
    this.#pending.clear();
  }

  #settleImpureBelow(at: number): void {
    const impure = [...this.#pending].filter(([other, pending]) => other < at && isImpure(pending));
    for (const [other] of impure.sort(([x], [y]) => x - y)) this.settle(other);
  }

  #releaseReaders(at: number, value: Pending): void {
    const words = wordsOf(value);
    for (const [other, pending] of [...this.#pending]) {
      if (other !== at && reads(pending, at, at + words)) this.settle(other);
    }
  }

  #write(at: number, value: Pending): void {
    const emit = this.#emit;
    switch (value.kind) {
      case "i32":
        emit(tree("set", at, value.value));
        return;
      case "f32":
        emit(tree("set32", at, value.value));
        return;
      case "f64":
        emit(tree("set64", at, value.value));
        return;
      case "i64": {
        const double = this.#doubles.has(at) ? constantDouble(value.low, value.high) : undefined;
        if (double === undefined || Number.isNaN(double)) this.#writePair(at, value.low, value.high);
        else emit(tree("set64", at, constant(double)));
        return;
      }
      case "load32":
        emit(tree("set", at, loadWord(value.address, 0, value.site)));
        return;
      case "load64":
        if (this.#doubles.has(at)) {
          const load = new Tree("load64", [addressTree(value.address), at]);
          emit(new Tree("checkedStep", [load, value.site], [], true));
          return;
        }
        this.#writePair(at, loadWord(value.address, 0, value.site), loadWord(value.address, 4, value.site));
        return;
      case "copy32":
        if (value.from !== at) emit(tree("set", at, word(value.from)));
        return;
      case "copy64":
        if (value.from === at) return;
        if (this.#doubles.has(at)) emit(tree("copy64", at, value.from));
        else this.#writePair(at, word(value.from), word(value.from + 1));
        return;
      case "words": {
        const doubles = this.#doubles.has(at) ? doublesOf(value) : undefined;
        const areNumbers = doubles?.every(
          (lane) => lane.kind === "constant" && !Number.isNaN(lane.operands[0]),
        );
        if (doubles !== undefined && areNumbers) this.#writeLanes(at, "doubles", doubles);
        else this.#writeLanes(at, "words", value.lanes);
        return;
      }
      case "floats":
      case "doubles":
        this.#writeLanes(at, value.kind, value.lanes);
        return;
      case "copies":
        this.#writeCopies(at, value.from);
        return;
      case "load128": {
        const { node, address, site } = value;
        const access = new Tree("vectorAccess", [{ node, at }, addressTree(address)], [], true);
        emit(new Tree("checkedStep", [access, site], [], true));
        return;
      }
    }
  }

  #writeCopies(at: number, [low, high]: readonly [number, number]): void {
    const emit = this.#emit;
    // The half that the other one is copied from goes last.
    const isFree = low === at || high !== at;
    if (this.#doubles.has(at) && isFree) {
      if (low !== at) emit(tree("copy64", at, low));
      if (high !== at + 2) emit(tree("copy64", at + 2, high));
      return;
    }
    const words = [low, low + 1, high, high + 1];
    this.#writeLanes(at, "words", words.map(word));
  }

  /** Writes a vector, of which each lane may depend on the register's old words. */
  #writeLanes(at: number, kind: LaneKind, lanes: readonly Tree[]): void {
    const emit = this.#emit;
    const write = kind === "words" ? "set" : kind === "floats" ? "set32" : "set64";
    const wide = 4 / lanes.length;
    const isRead = (k: number, later: readonly number[]): boolean =>
      later.some((j) => lanes[j]!.reads.some((from) => from >= at + k * wide && from < at + (k + 1) * wide));
    const isLane = (k: number): boolean => {
      const lane = lanes[k]!;
      return lane.kind === "get" && lane.operands[0] === at + k;
    };
    // From the highest on, since the highest word of a load is the one that traps. Without loads, what others read goes last.
    const isOrdered = lanes.some(({ isImpure }) => isImpure);
    let order = lanes.map((_, k) => lanes.length - 1 - k).filter((k) => kind !== "words" || !isLane(k));
    const held: number[] = [];
    const isFree = (k: number): boolean =>
      !isRead(
        k,
        order.filter((j) => j !== k),
      );
    while (order.length > 0) {
      const free = isOrdered ? order.slice(0, 1).find(isFree) : order.find(isFree);
      const k = free ?? order[0]!;
      order = order.filter((j) => j !== k);
      if (free !== undefined) {
        emit(tree(write, at + k * wide, lanes[k]!));
        continue;
      }
      held.push(k);
      if (kind === "words") emit(tree("hold", Counter.Spare + k, lanes[k]!));
      else emit(tree("holdFloat", k, lanes[k]!));
    }
    for (const k of held) {
      const value = kind === "words" ? tree("held", Counter.Spare + k) : tree("heldFloat", k);
      emit(tree(write, at + k * wide, value));
    }
  }

  /** Writes two words, of which each may depend on the register's old ones. */
  #writePair(at: number, low: Tree, high: Tree): void {
    const emit = this.#emit;
    if (!low.reads.includes(at + 1)) {
      emit(tree("set", at + 1, high));
      emit(tree("set", at, low));
    } else if (!high.reads.includes(at)) {
      emit(tree("set", at, low));
      emit(tree("set", at + 1, high));
    } else {
      emit(tree("hold", Counter.Spare, low));
      emit(tree("set", at + 1, high));
      emit(tree("set", at, tree("held", Counter.Spare)));
    }
  }
}

/** The places of a vector's words, where the register at `at` holds the same ones in another order. */
function placesIn(at: number, value: Pending | undefined): readonly number[] | undefined {
  if (value?.kind !== "words") return undefined;
  const places = value.lanes.map(({ kind, operands }) =>
    kind === "get" ? (operands[0] as number) - at : -1,
  );
  return LANES.every((k) => places.includes(k)) ? places : undefined;
}
