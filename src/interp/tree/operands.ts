// The values that lowered nodes have computed and trees have not yet: a temporary is folded into the node that reads it.
// Owns what is pending, and the order in which it must be written. Knows no operation.

import { constant, type TrapPlan, Tree, tree, word } from "./tree.ts";

/** What a register will hold. What comes from memory or another register is typed by whoever reads it. */
export type Pending =
  | { readonly kind: "i32" | "f32" | "f64"; readonly value: Tree }
  | { readonly kind: "i64"; readonly low: Tree; readonly high: Tree }
  | { readonly kind: "load32" | "load64"; readonly address: Address; readonly site: TrapPlan }
  | { readonly kind: "copy32" | "copy64"; readonly from: number };

/** Where a memory access begins: the operand, and what is added. */
export interface Address {
  readonly base: Tree;
  readonly offset: number;
}

export type Pair = readonly [low: Tree, high: Tree];

/** Higher trees are written to a register: they use the JavaScript stack. */
const MAX_HEIGHT = 12;

export class Operands {
  /** By word offset, ascending: the order in which they were computed. */
  readonly #pending = new Map<number, Pending>();
  readonly #firstTemporary: number;
  readonly #doubles: ReadonlySet<number>;
  readonly #emit: (step: Tree) => void;

  /** `doubles`: words of registers that are read as doubles somewhere. What is in them does not depend on that, only how fast. */
  constructor(firstTemporary: number, doubles: ReadonlySet<number>, emit: (step: Tree) => void) {
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
        return new Tree("get32", [pending.from], [pending.from]);
      default:
        break;
    }
    this.settle(at);
    return new Tree("get32", [at], [at]);
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
        return new Tree("get64", [pending.from], [pending.from, pending.from + 1]);
      default:
        break;
    }
    this.settle(at);
    return new Tree("get64", [at], [at, at + 1]);
  }

  /** Whatever the register at `at` holds, `words` of it, to be put elsewhere. */
  take(at: number, words: 1 | 2): Pending {
    const pending = this.#pending.get(at);
    if (pending !== undefined && wordsOf(pending) === words) {
      this.#pending.delete(at);
      return pending;
    }
    this.settle(at);
    return { kind: words === 1 ? "copy32" : "copy64", from: at };
  }

  /** Whether a float is pending at `at`: a store of it need not know its bits. */
  floatAt(at: number): "f32" | "f64" | undefined {
    const kind = this.#pending.get(at)?.kind;
    return kind === "f32" || kind === "f64" ? kind : undefined;
  }

  // ------------------------------------------------------------------ writing

  /** Notes or writes the value of the register at `at`. */
  define(at: number, value: Pending): void {
    this.#drop(at);
    if (at >= this.#firstTemporary && heightOf(value) <= MAX_HEIGHT) {
      this.#pending.set(at, value);
      return;
    }
    this.#releaseReaders(at, value);
    if (isImpure(value)) this.settleImpure();
    this.#write(at, value);
  }

  /** Writes a value to a register at once, whatever is pending. */
  writeNow(at: number, value: Pending): void {
    this.#write(at, value);
  }

  /** A register is about to be written by other means. */
  overwrite(at: number, words: number): void {
    for (let k = 0; k < words; k += 2) this.#drop(at + k);
    for (const [other, pending] of this.#pending) {
      if (reads(pending, at, at + words)) this.settle(other);
    }
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
      emit(tree("hold", low));
      emit(tree("set", at + 1, high));
      emit(tree("set", at, tree("held")));
    }
  }
}

/** The tree of the effective address, `extra` bytes on. */
export function addressTree({ base, offset }: Address, extra = 0): Tree {
  const at = offset + extra;
  if (base.kind === "constant") {
    const k = base.operands[0] as number;
    return constant(k < 0 ? 0xffffffff : k + at);
  }
  return at === 0 ? tree("address", base) : tree("addressAt", base, at);
}

const WORDS = new Int32Array(2);
const FLOATS = new Float32Array(WORDS.buffer);
const DOUBLES = new Float64Array(WORDS.buffer);

function asFloat(bits: number): number {
  WORDS[0] = bits;
  return FLOATS[0]!;
}

/** The double that two constant words are. */
function constantDouble(low: Tree, high: Tree): number | undefined {
  if (low.kind !== "constant" || high.kind !== "constant") return undefined;
  WORDS[0] = low.operands[0] as number;
  WORDS[1] = high.operands[0] as number;
  return DOUBLES[0]!;
}

function checked(
  kind: "load8" | "load16" | "load32" | "loadF32" | "loadF64",
  address: Address,
  site: TrapPlan,
): Tree {
  return new Tree("checked", [tree(kind, addressTree(address)), site], [], true);
}

export function loadWord(address: Address, extra: number, site: TrapPlan): Tree {
  return new Tree("checked", [tree("load32", addressTree(address, extra)), site], [], true);
}

export function loadPart(kind: "load8" | "load16", address: Address, site: TrapPlan): Tree {
  return checked(kind, address, site);
}

function treesOf(pending: Pending): readonly Tree[] {
  switch (pending.kind) {
    case "i32":
    case "f32":
    case "f64":
      return [pending.value];
    case "i64":
      return [pending.low, pending.high];
    case "load32":
    case "load64":
      return [pending.address.base];
    default:
      return [];
  }
}

function heightOf(pending: Pending): number {
  return Math.max(0, ...treesOf(pending).map(({ height }) => height));
}

function isImpure(pending: Pending): boolean {
  return (
    pending.kind === "load32" || pending.kind === "load64" || treesOf(pending).some((each) => each.isImpure)
  );
}

function wordsOf({ kind }: Pending): number {
  return kind === "i64" || kind === "f64" || kind === "load64" || kind === "copy64" ? 2 : 1;
}

/** Whether a pending value depends on the words from `from` to before `to`. */
function reads(pending: Pending, from: number, to: number): boolean {
  if (pending.kind === "copy32") return pending.from >= from && pending.from < to;
  if (pending.kind === "copy64") return pending.from < to && pending.from + 2 > from;
  return treesOf(pending).some((each) => each.reads.some((at) => at >= from && at < to));
}
