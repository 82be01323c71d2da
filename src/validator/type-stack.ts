// The two stacks of the validation algorithm (spec, appendix "Validation Algorithm") and a module's index spaces.
// Owns popping, pushing, matching and messages; knows of instructions only what opens a block.

import { LimitError, ValidationError } from "../errors.ts";
import { Op } from "../isa/op.ts";
import type { DefinedType, TypeRegistry } from "../module/type-registry.ts";
import type { ArrayType, FuncType, Heap, StructType, ValType } from "../module/types.ts";
import {
  HEAP_CONCRETE,
  HeapType,
  heapOf,
  isConcrete,
  isNullable,
  isRef,
  NumType,
  REF_BASE,
  refType,
  typeIdxOf,
} from "../module/types.ts";
import type { CheckedModule } from "./checked-module.ts";
import { typesText, typeText } from "./type-text.ts";

/** One open block. Frames are recycled: after its block has ended, a frame may be another block's. */
export interface ControlFrame {
  /** `Block`, `Loop`, `If`, `Else`, `Try`, `Catch`, `CatchAll` or `TryTable`; `Block` for the body itself. */
  readonly opcode: Op;
  /** Canonical types, like all types here. */
  readonly startTypes: readonly ValType[];
  readonly endTypes: readonly ValType[];
  /** Operand height at entry, below the block's parameters. */
  readonly height: number;
  /** The rest of the block cannot be reached; its operand stack is polymorphic. */
  readonly unreachable: boolean;
  /** Height of the stack of initialised locals at entry. */
  readonly initHeight: number;
}

/** What it takes to make a struct. */
export interface StructOperands {
  /** Field types, unpacked. */
  readonly types: readonly ValType[];
  /** A field type without default value, if there is one. */
  readonly withoutDefault: ValType | undefined;
}

type MutableFrame = { -readonly [K in keyof ControlFrame]: ControlFrame[K] };

const NO_TYPES: readonly ValType[] = [];

/** Whether a local, field or element of the type has a default value. */
export function isDefaultable(type: ValType): boolean {
  return !isRef(type) || isNullable(type);
}

/** Whether a field type is `i8` or `i16`. */
export function isPacked(type: ValType): boolean {
  return type === NumType.I8 || type === NumType.I16;
}

/** The type in which a field's value is on the stack. */
export function unpacked(type: ValType): ValType {
  return isPacked(type) ? NumType.I32 : type;
}

export class TypeStack {
  readonly checked: CheckedModule;
  readonly registry: TypeRegistry;
  /** Open blocks, innermost last; the first is the body itself. Empty after the final `end`. */
  readonly controls: ControlFrame[] = [];
  /** Operand types up to {@link height}, and behind it what has been popped: nothing is called to move an operand. */
  protected readonly stack: ValType[] = [];
  /** How many operands there are. */
  protected height = 0;
  /** Innermost frame. */
  protected frame: MutableFrame;
  protected funcIdx: number | undefined;
  /** Offset of the instruction being judged. */
  protected offset = 0;
  private readonly frames: MutableFrame[] = [];
  private readonly maxOperands: number;
  private readonly maxNesting: number;
  private readonly maxMoves: number;
  private moves = 0;
  private readonly singletons = new Map<ValType, readonly ValType[]>();
  private readonly structOperands = new Map<number, StructOperands>();

  constructor(checked: CheckedModule) {
    this.checked = checked;
    this.registry = checked.registry;
    this.maxOperands = checked.limits.operands;
    this.maxNesting = checked.limits.nesting;
    this.maxMoves = checked.limits.operandMoves;
    this.frame = this.frameAt(0);
  }

  /** A copy of the operand types, top last. `NumType.Bottom` is an operand of unreachable code. */
  get operands(): ValType[] {
    return this.stack.slice(0, this.height);
  }

  /** The types that a branch to `frame` carries. */
  labelTypes(frame: ControlFrame): readonly ValType[] {
    return frame.opcode === Op.Loop ? frame.startTypes : frame.endTypes;
  }

  /** The frame that label index `label` names. */
  frameOf(label: number): ControlFrame {
    const frame = this.controls[this.controls.length - 1 - label];
    return frame ?? this.fail(`unknown label ${label}`);
  }

  /** The results of the body: the outermost frame is open as long as anything is judged. */
  get bodyResults(): readonly ValType[] {
    return this.controls[0]!.endTypes;
  }

  /** Canonical type of a function by its index. */
  calleeTypeOf(funcIdx: number): FuncType {
    const typeId = this.checked.functionTypeIds[funcIdx];
    if (typeId === undefined) this.fail(`unknown function ${funcIdx}`);
    return this.registry.funcType(typeId);
  }

  /** The defined type at a module type index. */
  definedTypeOf(typeIdx: number): DefinedType {
    const id = this.checked.typeIds[typeIdx];
    return id === undefined ? this.fail(`unknown type ${typeIdx}`) : this.registry.definedType(id);
  }

  /** The function type at a module type index. */
  funcTypeOf(typeIdx: number): FuncType {
    return this.definedTypeOf(typeIdx).funcType ?? this.fail(`type mismatch: non-function type ${typeIdx}`);
  }

  structTypeOf(typeIdx: number): StructType {
    const { composite } = this.definedTypeOf(typeIdx);
    return composite.kind === "struct"
      ? composite
      : this.fail(`type mismatch: non-structure type ${typeIdx}`);
  }

  arrayTypeOf(typeIdx: number): ArrayType {
    const { composite } = this.definedTypeOf(typeIdx);
    return composite.kind === "array" ? composite : this.fail(`type mismatch: non-array type ${typeIdx}`);
  }

  /** Cached, so that allocations cost no pass over the fields of a large struct. */
  structOperandsOf(typeIdx: number): StructOperands {
    let operands = this.structOperands.get(typeIdx);
    if (operands === undefined) {
      const types = this.structTypeOf(typeIdx).fields.map((field) => unpacked(field.type));
      operands = { types, withoutDefault: types.find((type) => !isDefaultable(type)) };
      this.structOperands.set(typeIdx, operands);
    }
    return operands;
  }

  /** The canonical form of a module-local value type; checks its type index. */
  canonical(type: ValType): ValType {
    if (type < REF_BASE + 4 * HEAP_CONCRETE) return type;
    const heap = heapOf(type);
    return type + 4 * (this.canonicalHeap(heap) - heap);
  }

  /** {@link canonical} for a heap type. */
  canonicalHeap(heap: Heap): Heap {
    if (!isConcrete(heap)) return heap;
    const idx = typeIdxOf(heap);
    const id = this.checked.typeIds[idx];
    return id === undefined ? this.fail(`unknown type ${idx}`) : HEAP_CONCRETE + id;
  }

  /** A cached `[type]`. */
  singleton(type: ValType): readonly ValType[] {
    let types = this.singletons.get(type);
    if (types === undefined) {
      types = [type];
      this.singletons.set(type, types);
    }
    return types;
  }

  push(type: ValType): void {
    this.stack[this.height++] = type;
  }

  /**
   * Counts operands that one instruction takes or gives as a list. Two bytes may name a type of a thousand of them, so that
   * time is bounded in the size of a body only if their sum is. @throws LimitError
   */
  countMoves(count: number): void {
    this.moves += count;
    if (this.moves > this.maxMoves) {
      throw new LimitError("operandMoves", this.moves, this.maxMoves, "operands moved in a function");
    }
  }

  pushAll(types: readonly ValType[]): void {
    const { length } = types;
    if (length > 0) {
      this.countMoves(length);
      const { stack, height } = this;
      for (let i = 0; i < length; i++) stack[height + i] = types[i]!;
      this.height = height + length;
    }
    if (this.height > this.maxOperands) {
      throw new LimitError("operands", this.height, this.maxOperands, "operand stack of a function");
    }
  }

  /** Pops any operand; `Bottom` in unreachable code that has pushed none. */
  popAny(): ValType {
    if (this.height > this.frame.height) return this.stack[--this.height]!;
    if (this.frame.unreachable) return NumType.Bottom;
    return this.fail("type mismatch: instruction requires an operand but stack has []");
  }

  /** Pops an operand that matches `expected`; gives the operand's own type. */
  pop(expected: ValType): ValType {
    const { height } = this;
    if (height > this.frame.height) {
      const found = this.stack[height - 1]!;
      if (found === expected || this.registry.isSubtype(found, expected)) {
        this.height = height - 1;
        return found;
      }
    } else if (this.frame.unreachable) {
      return NumType.Bottom;
    }
    return this.mismatch([expected]);
  }

  /** Pops any reference; an operand of unreachable code becomes a non-null reference to the bottom heap type. */
  popRef(): ValType {
    const type = this.popAny();
    if (type === NumType.Bottom) return refType(HeapType.Bottom, false);
    if (isRef(type)) return type;
    return this.fail(
      `type mismatch: instruction requires a reference but stack has ${this.text(this.singleton(type))}`,
    );
  }

  popAll(types: readonly ValType[]): void {
    if (types.length > 0) this.height = this.match(types);
  }

  /** Pops `count` operands of one type. */
  popRepeated(type: ValType, count: number): void {
    for (let i = 0; i < count; i++) {
      // All the missing operands of unreachable code at once.
      if (this.frame.unreachable && this.height === this.frame.height) return;
      this.pop(type);
    }
  }

  /** Checks that the top operands match `types`, without popping them. */
  peekAll(types: readonly ValType[]): void {
    this.match(types);
  }

  /** Pops `types`, then pushes them: operands become less precise. */
  retype(types: readonly ValType[]): void {
    const n = types.length;
    if (n === 0) return;
    const height = this.match(types);
    if (height + n === this.height) {
      for (let i = 0; i < n; i++) this.stack[height + i] = types[i]!;
    } else {
      this.height = height;
      this.pushAll(types);
    }
  }

  /** The rest of the block is unreachable: drops its operands. */
  setUnreachable(): void {
    this.height = this.frame.height;
    this.frame.unreachable = true;
  }

  /** Opens a block and pushes `startTypes`. */
  pushFrame(
    opcode: Op,
    startTypes: readonly ValType[],
    endTypes: readonly ValType[],
    initHeight: number,
  ): void {
    const depth = this.controls.length;
    if (depth > this.maxNesting) {
      throw new LimitError("nesting", depth, this.maxNesting, "nesting of blocks in a function");
    }
    const frame = this.frameAt(depth);
    frame.opcode = opcode;
    frame.startTypes = startTypes;
    frame.endTypes = endTypes;
    frame.height = this.height;
    frame.unreachable = false;
    frame.initHeight = initHeight;
    this.frame = frame;
    this.controls.push(frame);
    if (startTypes.length > 0) this.pushAll(startTypes);
  }

  /** Closes the innermost block, whose operands must be exactly its results, and pops those. */
  popFrame(): ControlFrame {
    const frame = this.frame;
    this.popAll(frame.endTypes);
    if (this.height !== frame.height) {
      const found = this.operands.slice(frame.height).concat(frame.endTypes);
      this.fail(
        `type mismatch: block requires ${this.text(frame.endTypes)} but stack has ${this.text(found)}`,
      );
    }
    this.controls.pop();
    const depth = this.controls.length;
    if (depth > 0) this.frame = this.frameAt(depth - 1);
    return frame;
  }

  /** Forgets whatever an earlier expression left behind. */
  clear(): void {
    this.moves = 0;
    this.height = 0;
    while (this.controls.length > 0) this.controls.pop();
  }

  /** Throws a `ValidationError` at the current instruction. */
  fail(message: string): never {
    throw new ValidationError(message, this.offset, this.funcIdx);
  }

  /** Canonical types in text form, e.g. `[i32 (ref 3)]`. */
  text(types: readonly ValType[]): string {
    return typesText(types, this.checked.typeIds);
  }

  textOf(type: ValType): string {
    return typeText(type, this.checked.typeIds);
  }

  /** Height below the top operands, which match `types`; in unreachable code there may be fewer. */
  private match(types: readonly ValType[]): number {
    this.countMoves(types.length);
    const { stack, frame } = this;
    let height = this.height;
    for (let i = types.length - 1; i >= 0; i--) {
      const expected = types[i]!;
      if (height > frame.height) {
        const found = stack[--height]!;
        if (found !== expected && !this.registry.isSubtype(found, expected)) this.mismatch(types);
      } else if (!frame.unreachable) {
        this.mismatch(types);
      } else {
        break;
      }
    }
    return height;
  }

  private mismatch(types: readonly ValType[]): never {
    const from = Math.max(this.frame.height, this.height - types.length);
    const found = this.operands.slice(from);
    this.fail(`type mismatch: instruction requires ${this.text(types)} but stack has ${this.text(found)}`);
  }

  private frameAt(depth: number): MutableFrame {
    let frame = this.frames[depth];
    if (frame === undefined) {
      frame = {
        opcode: Op.Block,
        startTypes: NO_TYPES,
        endTypes: NO_TYPES,
        height: 0,
        unreachable: false,
        initHeight: 0,
      };
      this.frames.push(frame);
    }
    return frame;
  }
}
