// Constant expressions: initial values of globals and tables, elements of segments. Extended arithmetic, objects, and
// other globals, where a module may have them.

import type { Feature } from "../src/isa/features.ts";
import type { ConstantWriter, ModuleShape, Step } from "./body-writer.ts";
import {
  F32,
  F64,
  heapBytes,
  heapOf,
  I32,
  I64,
  isRef,
  littleEndian,
  refTo,
  signed,
  type Type,
  unsigned,
  V128,
} from "./encode.ts";
import { constantReference } from "./generate-references.ts";
import type { Random } from "./random.ts";
import { edgeF32, edgeF64, edgeI32, edgeI64 } from "./values.ts";

/** Makes the constant expressions of a module, for the globals declared so far. */
export class ConstantExpressions implements ConstantWriter {
  readonly random: Random;
  readonly shape: ModuleShape;
  readonly stack: Type[] = [];
  readonly #features: ReadonlySet<Feature>;
  readonly #importedGlobals: number;
  #steps: Step[] = [];
  #forTable = false;

  constructor(random: Random, shape: ModuleShape, features: ReadonlySet<Feature>, importedGlobals: number) {
    this.random = random;
    this.shape = shape;
    this.#features = features;
    this.#importedGlobals = importedGlobals;
  }

  /** An expression of this type; nullable where no constant of the type is not null. */
  make(type: Type): { readonly type: Type; readonly bytes: number[] } {
    const bytes = this.#tryToMake(type);
    if (bytes !== undefined) return { type, bytes };
    const nullable = isRef(type) ? refTo(heapOf(type), true) : type;
    return { type: nullable, bytes: [0xd0, ...heapBytes(heapOf(type)), 0x0b] };
  }

  /** For a table: these stand before the module's own globals. */
  makeForTable(type: Type): { readonly type: Type; readonly bytes: number[] } {
    this.#forTable = true;
    const made = this.make(type);
    this.#forTable = false;
    return made;
  }

  /** `count` expressions for an element segment; none if the type has no constants. */
  elements(type: Type, count: number): number[][] {
    return Array.from({ length: count }, () => this.#tryToMake(type) ?? []).filter(
      ({ length }) => length > 0,
    );
  }

  #tryToMake(type: Type): number[] | undefined {
    for (let left = 10; left > 0; left--) {
      this.#steps = [];
      this.stack.length = 0;
      this.constant(type);
      if (this.#steps.every(({ op }) => IS_CONSTANT.test(op))) {
        return [...this.#steps.flatMap(({ bytes }) => bytes), 0x0b];
      }
    }
    return undefined;
  }

  emit(op: string, ...bytes: readonly number[]): void {
    this.#steps.push({ op, bytes });
  }

  instruction(op: string, bytes: readonly number[], pops: number, ...pushes: readonly Type[]): void {
    this.#steps.push({ op, bytes });
    this.stack.length -= pops;
    this.stack.push(...pushes);
  }

  i32(value: number): void {
    this.instruction("i32.const", [0x41, ...signed(BigInt(value | 0))], 0, I32);
  }

  i64(value: bigint): void {
    this.instruction("i64.const", [0x42, ...signed(BigInt.asIntN(64, value))], 0, I64);
  }

  constant(type: Type): void {
    const { random } = this;
    const globals = this.#readable(type);
    if (globals.length > 0 && random.chance(0.3)) {
      this.instruction("global.get", [0x23, ...unsigned(random.pick(globals))], 0, type);
      return;
    }
    switch (type) {
      case I32:
      case I64:
        this.#integer(type);
        return;
      case F32:
        this.instruction("f32.const", [0x43, ...littleEndian(BigInt(edgeF32(random)), 4)], 0, type);
        return;
      case F64:
        this.instruction("f64.const", [0x44, ...littleEndian(edgeF64(random), 8)], 0, type);
        return;
      case V128: {
        const bytes = [...littleEndian(random.u64(), 8), ...littleEndian(random.u64(), 8)];
        this.instruction("v128.const", [0xfd, 12, ...bytes], 0, type);
        return;
      }
      default:
        constantReference(this, type);
    }
  }

  #integer(type: Type): void {
    const { random } = this;
    if (type === I32) this.i32(edgeI32(random));
    else this.i64(edgeI64(random));
    if (!this.#features.has("extended-const") || random.chance(0.5)) return;
    this.constant(type);
    const sub = random.below(3);
    const op = `${type === I32 ? "i32" : "i64"}.${["add", "sub", "mul"][sub]}`;
    this.instruction(op, [(type === I32 ? 0x6a : 0x7c) + sub], 2, type);
  }

  /** Immutable globals; without garbage collection imported ones only. */
  #readable(type: Type): number[] {
    const { globals, space, aggregates } = this.shape;
    return [...globals.keys()].filter((k) => {
      const { type: held, mutable } = globals[k] as { type: Type; mutable: boolean };
      return (
        !mutable &&
        space.isSubtype(held, type) &&
        (k < this.#importedGlobals || (aggregates && !this.#forTable))
      );
    });
  }
}

const IS_CONSTANT =
  /^(ref\.(null|func|i31)|struct\.new(_default)?|array\.new(_default|_fixed)?|(any|extern)\.convert_\w+|global\.get|\w+\.(const|add|sub|mul))$/;
