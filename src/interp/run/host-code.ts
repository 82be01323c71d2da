// The code of raw host functions: what the interpreter knows of one, in the form of a function's code.
// Owns its making. How such a function is begun and continued is host-frames.ts's affair.

import type { TypeRegistry } from "../../module/type-registry.ts";
import type { FuncType } from "../../module/types.ts";
import { FunctionInstance, isRawFunction, type RawFunctionInstance } from "../../runtime/function.ts";
import type { ModuleInstance } from "../../runtime/instance.ts";
import { type RawHostFunction, VALUE_WORDS } from "../../runtime/raw-function.ts";
import type { Costs } from "../code/cost-model.ts";
import { type ExactCode, FunctionCode, type ModuleCode } from "../code/node.ts";
import { NO_PARTS } from "../parts.ts";
import { HostStep, hostNode } from "./nodes.ts";

/** Values that a raw host function can pass to what it asks for, and get back. */
const PASSED_VALUES = 20;

/** Its own steps cost nothing: who works charges for it. */
const NO_COSTS: Costs = {
  of: () => 0,
  delimiter: 0,
  loopReentry: 0,
  functionEntry: 0,
  perLocal: 0,
  perByte: 0,
  perElement: 0,
  perPage: 0,
  hostCall: 0,
  canBeFree: false,
};

/** Stands in the place of a module for one raw host function, which has no Wasm code. */
class HostModule implements ModuleCode {
  readonly costs = NO_COSTS;
  readonly parts = NO_PARTS;
  readonly moduleName = undefined;
  readonly callsOfTrees: [] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  functionName(): string {
    return this.#name;
  }

  lower(): boolean {
    return true;
  }

  lowerExact(): ExactCode {
    throw this.#none();
  }

  takeForTree(): boolean {
    return false;
  }

  func(): FunctionCode {
    throw this.#none();
  }

  instructionEnd(): number {
    throw this.#none();
  }

  costAt(): number {
    return 0;
  }

  instructionText(): string {
    throw this.#none();
  }

  #none(): Error {
    return new Error(`the host function ${this.#name} has no Wasm code`);
  }
}

/** Nothing is noted of its nodes; two maps for each would be most of what a host function takes. */
const NO_FIXUPS: FunctionCode["fixups"] = /* @__PURE__ */ new Map();
const NO_REFERENCES: FunctionCode["liveRefs"] = /* @__PURE__ */ new Map();

/** Whether code is that of a raw host function. */
export function isOfHost({ module }: FunctionCode): boolean {
  return module instanceof HostModule;
}

/** Code of a raw host function that takes so many words and stands in backtraces as `name`. All of the same type and words can share it. */
export function makeRawCode(type: FuncType, words: number, name: string): FunctionCode {
  const code = new FunctionCode(new HostModule(name), -1, -1, type, NO_FIXUPS, NO_REFERENCES);
  code.isSlow = false;
  code.frameWords = words + PASSED_VALUES * VALUE_WORDS;
  return code;
}

/** The code by which a function is entered with a frame of its own; what raw host functions share is for calls of guests only. */
export function codeToEnter(func: FunctionInstance): FunctionCode {
  const code = func.code as FunctionCode;
  return isRawFunction(func) && code.entry === null ? makeEntry(func) : code;
}

function makeEntry(
  func: RawFunctionInstance,
  code = makeRawCode(func.type, func.raw.words, func.name ?? ""),
): FunctionCode {
  code.entry = hostNode(code, HostStep.Begin, func);
  return code;
}

/**
 * A raw host function as guests can call it. `name` stands in backtraces. With `instance`, the host can call it too: that
 * instance counts as the calling one, and is busy meanwhile. `code`: of {@link makeRawCode}, which others have too.
 */
export function makeRawFunction(
  registry: TypeRegistry,
  type: FuncType,
  raw: RawHostFunction,
  name: string,
  instance?: ModuleInstance,
  code?: FunctionCode,
): FunctionInstance {
  const typeId = registry.idOfFuncType(type);
  const canonical = registry.funcType(typeId);
  const made = code ?? makeRawCode(canonical, raw.words, name);
  const func = FunctionInstance.raw(typeId, canonical, made, raw, name, instance);
  if (instance !== undefined) makeEntry(func as RawFunctionInstance, made);
  return func;
}
