// Rules of canonical definitions: options, and the core function's type that each takes or makes.
// Owns those rules (Canonical ABI, canonical definitions).

import { formatValType } from "../../module/format-types.ts";
import { type FuncType as CoreFuncType, HeapType, NumType, refType } from "../../module/types.ts";
import type { Canon, CanonOption, StreamOrFuture, StringEncoding } from "../model/canon.ts";
import type { CanonOptions, CanonStep } from "../model/checked-component.ts";
import { flattenAll } from "../model/type-interner.ts";
import type { FuncType } from "../model/types.ts";
import {
  type FlatType,
  MAX_FLAT_ASYNC_PARAMS,
  MAX_FLAT_PARAMS,
  MAX_FLAT_RESULTS,
  type ResourceType,
  type StreamType,
} from "../model/value-type.ts";
import type { Scope } from "./scope.ts";

const I32 = NumType.I32;

const CORE_TYPES: Readonly<Record<FlatType, number>> = {
  i32: NumType.I32,
  i64: NumType.I64,
  f32: NumType.F32,
  f64: NumType.F64,
};

/** Slots of context that a task has. */
const CONTEXT_SLOTS = 2;

/** Checks a canonical definition, and appends what it makes to its index space. */
export function canon(definition: Canon, scope: Scope): CanonStep {
  switch (definition.kind) {
    case "lift":
      return lift(definition, scope);
    case "lower":
      return lower(definition, scope);
    default:
      return builtin(definition, scope);
  }
}

function lift(definition: Extract<Canon, { kind: "lift" }>, scope: Scope): CanonStep {
  const type = scope.funcType(definition.type);
  const callee = scope.find(scope.core["core-func"], definition.coreFunc, "function");
  const options = resolveOptions(definition.options, scope);
  checkAsync(options, type, scope);
  if (options.async && options.postReturn !== undefined) {
    scope.fail("canonical option `post-return` cannot be specified with `async`");
  }
  if (options.callback !== undefined && !options.async) {
    scope.fail("canonical option `callback` cannot be specified without `async`");
  }
  const params = flattenAll(type.params.map((param) => param.type));
  const result = flattenAll(type.result === undefined ? [] : [type.result]);
  const needsSpace = params === undefined || type.params.some((param) => param.type.hasPointers);
  const isSpilled =
    result === undefined || result.length > (options.async ? MAX_FLAT_PARAMS : MAX_FLAT_RESULTS);
  if (needsSpace || isSpilled || type.result?.hasPointers === true) requireMemory(options, scope);
  if (needsSpace) requireRealloc(options, scope);

  const coreParams = params === undefined ? [I32] : params.map((each) => CORE_TYPES[each]);
  const coreResults = options.async
    ? options.callback === undefined
      ? []
      : [I32]
    : isSpilled
      ? [I32]
      : (result ?? []).map((each) => CORE_TYPES[each]);
  const found =
    callee.kind === "func"
      ? scope.shared.registry.funcType(callee.typeId)
      : { kind: "func" as const, params: [], results: [] };
  matchList("parameter", coreParams, found.params, scope);
  matchList("result", coreResults, found.results, scope);
  if (options.postReturn !== undefined) {
    checkSignature(options.postReturn, coreResults, [], "post-return", scope);
  }
  scope.funcs.push(type);
  const step = { kind: "canon", canon: "lift", coreFunc: definition.coreFunc, type, options } as const;
  return { ...step, ...coreTypeOf(coreParams, coreResults, scope) };
}

function lower(definition: Extract<Canon, { kind: "lower" }>, scope: Scope): CanonStep {
  const type = scope.find(scope.funcs, definition.func, "function");
  const options = resolveOptions(definition.options, scope);
  forbidLiftOptions(options, scope);
  checkAsync(options, type, scope);
  const most = options.async ? MAX_FLAT_ASYNC_PARAMS : MAX_FLAT_PARAMS;
  const flat = flattenAll(type.params.map((param) => param.type));
  const params = flat === undefined || flat.length > most ? undefined : flat;
  const result = flattenAll(type.result === undefined ? [] : [type.result]);
  const isSpilled = result === undefined || result.length > (options.async ? 0 : MAX_FLAT_RESULTS);
  const liftsPointers = type.params.some((param) => param.type.hasPointers);
  const lowersPointers = type.result?.hasPointers === true;
  if (params === undefined || isSpilled || liftsPointers || lowersPointers) requireMemory(options, scope);
  if (lowersPointers) requireRealloc(options, scope);

  const coreParams = params === undefined ? [I32] : params.map((each) => CORE_TYPES[each]);
  if (isSpilled) coreParams.push(I32);
  const coreResults = options.async ? [I32] : isSpilled ? [] : (result ?? []).map((each) => CORE_TYPES[each]);
  const step = { kind: "canon", canon: "lower", func: definition.func, type, options } as const;
  return makeCoreFunc(step, coreParams, coreResults, scope);
}

function builtin(definition: Exclude<Canon, { kind: "lift" | "lower" }>, scope: Scope): CanonStep {
  const make = <T extends object>(step: T, params: readonly number[], results: readonly number[]) =>
    makeCoreFunc({ kind: "canon" as const, ...step }, params, results, scope);
  switch (definition.kind) {
    case "resource.new": {
      const resource = localResource(definition.type, scope);
      return make({ canon: definition.kind, resource }, [repOf(resource)], [I32]);
    }
    case "resource.rep": {
      const resource = localResource(definition.type, scope);
      return make({ canon: definition.kind, resource }, [I32], [repOf(resource)]);
    }
    case "resource.drop":
      return make({ canon: definition.kind, resource: scope.resource(definition.type).canonical }, [I32], []);
    case "task.return": {
      const result = definition.result === undefined ? undefined : scope.valueType(definition.result);
      const options = resolveOptions(definition.options, scope);
      for (const name of ["realloc", "postReturn", "callback"] as const) {
        if (options[name] !== undefined)
          scope.fail(`cannot specify canonical option \`${name}\` on \`task.return\``);
      }
      if (options.async) scope.fail("cannot specify canonical option `async` on `task.return`");
      const flat = flattenAll(result === undefined ? [] : [result]);
      if (flat === undefined || result?.hasPointers === true) requireMemory(options, scope);
      const params = flat === undefined ? [I32] : flat.map((each) => CORE_TYPES[each]);
      return make({ canon: definition.kind, result, options }, params, []);
    }
    case "context.get":
    case "context.set": {
      const { kind, type, slot } = definition;
      if (slot >= CONTEXT_SLOTS)
        scope.fail(`context slot ${slot} is out of bounds: there are ${CONTEXT_SLOTS}`);
      const core = CORE_TYPES[type];
      return kind === "context.get"
        ? make({ canon: kind, type, slot }, [], [core])
        : make({ canon: kind, type, slot }, [core], []);
    }
    case "subtask.cancel":
      return make({ canon: definition.kind, async: definition.async }, [I32], [I32]);
    case "stream.new":
    case "future.new":
      return make({ canon: definition.kind, type: streamType(definition, scope) }, [], [NumType.I64]);
    case "stream.drop-readable":
    case "stream.drop-writable":
    case "future.drop-readable":
    case "future.drop-writable":
      return make({ canon: definition.kind, type: streamType(definition, scope) }, [I32], []);
    case "stream.cancel-read":
    case "stream.cancel-write":
    case "future.cancel-read":
    case "future.cancel-write": {
      const type = streamType(definition, scope);
      return make({ canon: definition.kind, type, async: definition.async }, [I32], [I32]);
    }
    case "stream.read":
    case "stream.write":
    case "future.read":
    case "future.write": {
      const type = streamType(definition, scope);
      const options = resolveOptions(definition.options, scope);
      forbidLiftOptions(options, scope);
      if (type.element !== undefined) {
        requireMemory(options, scope);
        // What is read is lowered.
        if (definition.kind.endsWith("read") && type.element.hasPointers) requireRealloc(options, scope);
      }
      const params = type.kind === "stream" ? [I32, I32, I32] : [I32, I32];
      return make({ canon: definition.kind, type, options }, params, [I32]);
    }
    case "error-context.new":
    case "error-context.debug-message": {
      const options = resolveOptions(definition.options, scope);
      forbidLiftOptions(options, scope);
      if (options.async)
        scope.fail(`canonical option \`async\` cannot be specified for \`${definition.kind}\``);
      requireMemory(options, scope);
      if (definition.kind === "error-context.new") {
        return make({ canon: definition.kind, options }, [I32, I32], [I32]);
      }
      requireRealloc(options, scope);
      return make({ canon: definition.kind, options }, [I32, I32], []);
    }
    case "waitable-set.wait":
    case "waitable-set.poll": {
      const { kind, cancellable, memory } = definition;
      checkMemory(memory, scope);
      return make({ canon: kind, cancellable, memory }, [I32, I32], [I32]);
    }
    case "thread.new-indirect": {
      const typeId = scope.coreTypes.func(definition.type);
      const { params, results } = scope.shared.registry.funcType(typeId);
      if (params.length !== 1 || params[0] !== I32 || results.length !== 0) {
        scope.fail("start function must take a single `i32` argument and give nothing");
      }
      const table = scope.find(scope.core["core-table"], definition.table, "table");
      if (table.kind === "table" && table.type.element !== refType(HeapType.Func, true)) {
        scope.fail("expected a table of `funcref`");
      }
      return make({ canon: definition.kind, typeId, table: definition.table }, [I32, I32], [I32]);
    }
    case "thread.suspend":
    case "thread.yield":
      return make({ canon: definition.kind, cancellable: definition.cancellable }, [], [I32]);
    case "thread.suspend-then-resume":
    case "thread.yield-then-resume":
    case "thread.suspend-then-promote":
    case "thread.yield-then-promote":
      return make({ canon: definition.kind, cancellable: definition.cancellable }, [I32], [I32]);
    case "waitable-set.new":
    case "thread.index":
      return make({ canon: definition.kind }, [], [I32]);
    case "backpressure.inc":
    case "backpressure.dec":
    case "task.cancel":
      return make({ canon: definition.kind }, [], []);
    case "waitable.join":
      return make({ canon: definition.kind }, [I32, I32], []);
    case "subtask.drop":
    case "error-context.drop":
    case "waitable-set.drop":
    case "thread.resume-later":
      return make({ canon: definition.kind }, [I32], []);
  }
}

function localResource(index: number, scope: Scope): ResourceType {
  const { canonical } = scope.resource(index);
  if (canonical.definition === undefined) scope.fail(`type index ${index} is not a local resource`);
  return canonical;
}

function repOf({ definition }: ResourceType): number {
  return CORE_TYPES[definition?.rep ?? "i32"];
}

function streamType(
  definition: { kind: `${StreamOrFuture}.${string}`; type: number },
  scope: Scope,
): StreamType {
  const wanted = definition.kind.startsWith("stream") ? "stream" : "future";
  const type = scope.type(definition.type);
  if ((type.kind !== "stream" && type.kind !== "future") || type.kind !== wanted) {
    scope.fail(`type index ${definition.type} is not a ${wanted} type`);
  }
  return type;
}

function coreTypeOf(
  params: readonly number[],
  results: readonly number[],
  scope: Scope,
): { coreType: CoreFuncType; coreTypeId: number } {
  const coreTypeId = scope.shared.registry.addFuncType(params, results);
  return { coreType: scope.shared.registry.funcType(coreTypeId), coreTypeId };
}

function makeCoreFunc<T extends object>(
  step: T,
  params: readonly number[],
  results: readonly number[],
  scope: Scope,
): T & { coreType: CoreFuncType; coreTypeId: number } {
  const core = coreTypeOf(params, results, scope);
  scope.core["core-func"].push({ kind: "func", typeId: core.coreTypeId, exact: true });
  return { ...step, ...core };
}

function matchList(what: string, wanted: readonly number[], found: readonly number[], scope: Scope): void {
  if (wanted.length === found.length && wanted.every((type, k) => type === found[k])) return;
  const text = (types: readonly number[]) =>
    `\`[${types.map((type) => formatValType(type).toUpperCase()).join(", ")}]\``;
  scope.fail(`lowered ${what} types ${text(wanted)} do not match ${what} types ${text(found)}`);
}

function checkAsync(options: CanonOptions, type: FuncType, scope: Scope): void {
  if (options.async && !type.async) {
    scope.fail("the `async` canonical option requires an async function type");
  }
}

function requireMemory(options: CanonOptions, scope: Scope): void {
  if (options.memory === undefined) scope.fail("canonical option `memory` is required");
}

function requireRealloc(options: CanonOptions, scope: Scope): void {
  if (options.realloc === undefined) scope.fail("canonical option `realloc` is required");
}

function forbidLiftOptions(options: CanonOptions, scope: Scope): void {
  if (options.postReturn !== undefined) {
    scope.fail("canonical option `post-return` cannot be specified for lowerings");
  }
  if (options.callback !== undefined) {
    scope.fail("canonical option `callback` cannot be specified for lowerings");
  }
}

/** Each option at most once, one encoding, and what each refers to. */
function resolveOptions(options: readonly CanonOption[], scope: Scope): CanonOptions {
  let stringEncoding: StringEncoding | undefined;
  const indices: { memory?: number; realloc?: number; "post-return"?: number; callback?: number } = {};
  let async = false;
  for (const option of options) {
    switch (option.kind) {
      case "memory":
      case "realloc":
      case "post-return":
      case "callback":
        if (indices[option.kind] !== undefined) repeated(option.kind, scope);
        indices[option.kind] = option.index;
        break;
      case "async":
        if (async) repeated(option.kind, scope);
        async = true;
        break;
      default:
        if (stringEncoding !== undefined) {
          scope.fail(
            `canonical encoding option \`${encodingText(stringEncoding)}\` conflicts with option \`${encodingText(option.kind)}\``,
          );
        }
        stringEncoding = option.kind;
    }
  }
  const { memory, realloc, callback } = indices;
  if (memory !== undefined) checkMemory(memory, scope);
  if (realloc !== undefined) {
    if (memory === undefined) scope.fail("canonical option `realloc` requires `memory` to also be specified");
    checkSignature(realloc, [I32, I32, I32, I32], [I32], "realloc", scope);
  }
  if (callback !== undefined) checkSignature(callback, [I32, I32, I32], [I32], "callback", scope);
  return {
    stringEncoding: stringEncoding ?? "utf8",
    memory,
    realloc,
    postReturn: indices["post-return"],
    async,
    callback,
  };
}

function repeated(kind: string, scope: Scope): never {
  return scope.fail(`canonical option \`${kind}\` is specified more than once`);
}

function encodingText(encoding: StringEncoding): string {
  return encoding.replace("+", "-");
}

function checkMemory(index: number, scope: Scope): void {
  const memory = scope.find(scope.core["core-memory"], index, "memory");
  if (memory.kind !== "memory") return;
  if (memory.type.is64) scope.fail("canonical option `memory` uses a memory of 64-bit addresses");
  if (memory.type.shared) scope.fail("canonical option `memory` uses a shared memory");
  if (memory.type.pageSizeLog2 !== 16) scope.fail("canonical option `memory` uses a memory of small pages");
}

function checkSignature(
  index: number,
  params: readonly number[],
  results: readonly number[],
  option: string,
  scope: Scope,
): void {
  const found = scope.find(scope.core["core-func"], index, "function");
  const { registry } = scope.shared;
  const type = found.kind === "func" ? registry.funcType(found.typeId) : undefined;
  const fits =
    type !== undefined && type.params.join() === params.join() && type.results.join() === results.join();
  if (!fits) scope.fail(`canonical option \`${option}\` uses a core function with an incorrect signature`);
}
