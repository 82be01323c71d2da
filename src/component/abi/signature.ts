// Function types: how parameters and results pass, flat or behind a pointer (Canonical ABI, "Flattening").
// Owns the two together; what asks for memory, and calls for it, is the runtime's affair.

import { LinkError } from "../../errors.ts";
import { VALUE_WORDS } from "../../runtime/raw-function.ts";
import type { FuncType } from "../model/types.ts";
import {
  MAX_FLAT_ASYNC_PARAMS,
  MAX_FLAT_PARAMS,
  MAX_FLAT_RESULTS,
  type ValueType,
} from "../model/value-type.ts";
import { converterOf } from "./compile.ts";
import { tuple } from "./compound.ts";
import type { FlatRegisters, Side } from "./context.ts";
import { type Converter, Mismatch, type Passing } from "./converter.ts";

/** State of a call that has returned at once, and has no subtask therefore. */
const RETURNED = 2;

/** Arguments of a host function stand on JavaScript's stack. */
const MAX_PARAMS = 1_000;

export class Signature {
  readonly type: FuncType;
  readonly #params: readonly Converter[];
  readonly #tuple: Converter;
  readonly result: Converter | undefined;
  /** Core values of the parameters as they are passed. */
  readonly paramCount: number;
  /** Whether the parameters are behind a pointer. */
  readonly spillsParams: boolean;
  readonly spillsResult: boolean;
  /** Whether lowering the parameters, or the result, needs memory of the callee, or the caller. */
  readonly paramsAllocate: boolean;
  readonly resultAllocates: boolean;
  /** Whether it is called by the async ABI: what comes back is a state, and a result always has an address. */
  readonly isAsync: boolean;
  /** How the core values pass from one component to another as they are; `undefined` where they cannot. */
  readonly passing: { readonly params: readonly Passing[]; readonly result: Passing | undefined } | undefined;

  /** @throws LinkError for types whose values cannot be passed, and more than {@link MAX_PARAMS} parameters */
  constructor(type: FuncType, isAsync = false) {
    if (type.params.length > MAX_PARAMS) {
      throw new LinkError(
        `a function of ${type.params.length} parameters, of which there may be ${MAX_PARAMS}`,
      );
    }
    this.type = type;
    this.#params = type.params.map((param) => converterOf(param.type));
    this.#tuple = tuple(this.#params);
    this.result = type.result === undefined ? undefined : converterOf(type.result);
    this.isAsync = isAsync;
    this.spillsParams = this.#tuple.flat > (isAsync ? MAX_FLAT_ASYNC_PARAMS : MAX_FLAT_PARAMS);
    this.spillsResult = (this.result?.flat ?? 0) > (isAsync ? 0 : MAX_FLAT_RESULTS);
    this.paramCount = this.spillsParams ? 1 : this.#tuple.flat;
    this.paramsAllocate = this.spillsParams || type.params.some((param) => param.type.hasPointers);
    this.resultAllocates = type.result?.hasPointers === true;
    this.passing = this.#passing();
  }

  #passing(): Signature["passing"] {
    const params = this.#tuple.passing;
    if (this.isAsync || params === undefined || this.spillsParams || this.spillsResult) return undefined;
    if (this.result === undefined) return { params, result: undefined };
    const [result, ...more] = this.result.passing ?? [];
    return result === undefined || more.length > 0 ? undefined : { params, result };
  }

  /** Whether the whole result is a `result`: JavaScript returns `ok` and throws `err`. */
  get isFallible(): boolean {
    return this.type.result?.kind === "result";
  }

  /** Whether what a function of JavaScript gives is a future, so that a promise is not one of its result. */
  get givesFuture(): boolean {
    const { result } = this.type;
    return (result?.kind === "result" ? result.ok : result)?.kind === "future";
  }

  /** Words of what the callee gets, the address of a result that spills included, and of a flat result. */
  get words(): number {
    return VALUE_WORDS * Math.max(1, this.paramCount + (this.spillsResult ? 1 : 0));
  }

  /** Gives the arguments that are to be written, see {@link Converter.check}. @throws TypeError naming the path to what does not fit */
  checkParams(side: Side, args: readonly unknown[], name: string): readonly unknown[] {
    const { params } = this.type;
    if (args.length > params.length) {
      throw new TypeError(`${name}: ${args.length} arguments for ${params.length} parameters`);
    }
    return this.#params.map((converter, k) =>
      checked(`${name}: ${params[k]?.name}`, () => converter.check(side, args[k])),
    );
  }

  /** The same of a result. @throws TypeError */
  checkResult(side: Side, value: unknown, name: string): unknown {
    const { result } = this;
    return result === undefined ? undefined : checked(`${name}: result`, () => result.check(side, value));
  }

  /** Reads the arguments of a guest's call. @throws Trap */
  liftParams(side: Side, word: number): unknown[] {
    const converter = this.#tuple;
    if (!this.spillsParams) return converter.lift(side, word) as unknown[];
    const pointer = side.flat.R[word] as number;
    return converter.load(side, side.pointer(pointer, converter.size, converter.alignment)) as unknown[];
  }

  /** Writes arguments for a guest, as far as they need no memory, to registers from `word` on. */
  lowerParams(side: Side, args: readonly unknown[], word: number): void {
    const converter = this.#tuple;
    if (!this.spillsParams) {
      converter.lower(side, args, word);
      return;
    }
    side.allocate({
      bytes: converter.size,
      alignment: converter.alignment,
      elements: 0,
      place(target, pointer) {
        converter.store(target, args, pointer);
        target.flat.R[word] = pointer;
        target.flat.R[word + 1] = 0;
      },
    });
  }

  /** Reads what a guest's function has returned. @throws Trap */
  liftResult(side: Side, word: number): unknown {
    const { result } = this;
    if (result === undefined) return undefined;
    if (!this.spillsResult) return result.lift(side, word);
    const pointer = side.flat.R[word] as number;
    return result.load(side, side.pointer(pointer, result.size, result.alignment));
  }

  /** Checks where a guest wants the result of its call; gives the address. @throws Trap */
  resultPointer(side: Side, word: number): number {
    const { result } = this;
    if (result === undefined || !this.spillsResult) return 0;
    const pointer = side.flat.R[word + VALUE_WORDS * this.paramCount] as number;
    return side.pointer(pointer, result.size, result.alignment);
  }

  /** Writes the result of a guest's call, as far as it needs no more memory: to a register, or to `pointer`. */
  lowerResult(side: Side, value: unknown, word: number, pointer: number): void {
    const { result } = this;
    if (result === undefined) return;
    if (this.spillsResult) result.store(side, value, pointer);
    else result.lower(side, value, word);
  }

  /** The call is over: says so in a register, where the async ABI wants to know. */
  returned({ R }: FlatRegisters, word: number): void {
    if (!this.isAsync) return;
    R[word] = RETURNED;
    R[word + 1] = 0;
  }
}

/** What a guest gives to `task.return`: as many core values as parameters may have, or a pointer. */
export function liftReturned(type: ValueType | undefined, side: Side, word: number): unknown {
  if (type === undefined) return undefined;
  const converter = converterOf(type);
  if (converter.flat <= MAX_FLAT_PARAMS) return converter.lift(side, word);
  const pointer = side.flat.R[word] as number;
  return converter.load(side, side.pointer(pointer, converter.size, converter.alignment));
}

function checked(what: string, check: () => unknown): unknown {
  try {
    return check();
  } catch (error) {
    if (error instanceof Mismatch) throw new TypeError(`${what}${error.path}: ${error.reason}`);
    throw error;
  }
}
