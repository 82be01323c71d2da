// The engine's error classes, one per stage, and the message table of traps.
// Owns what an error says and carries; knows nothing of who throws it.

import { hasOwn } from "./host.ts";
/** Why a guest trapped; the key of `TRAP_MESSAGES`. */
export type TrapCode = keyof typeof TRAP_MESSAGES;

/** Trap texts. Each begins with the string that the official test suite expects. */
export const TRAP_MESSAGES = {
  unreachable: "unreachable",
  "integer-divide-by-zero": "integer divide by zero",
  "integer-overflow": "integer overflow",
  "invalid-conversion-to-integer": "invalid conversion to integer",
  "out-of-bounds-memory-access": "out of bounds memory access",
  "out-of-bounds-table-access": "out of bounds table access",
  "out-of-bounds-array-access": "out of bounds array access",
  "undefined-element": "undefined element",
  "uninitialized-element": "uninitialized element",
  "indirect-call-type-mismatch": "indirect call type mismatch",
  "call-stack-exhausted": "call stack exhausted",
  "null-reference": "null reference",
  "null-function-reference": "null function reference",
  "null-structure-reference": "null structure reference",
  "null-array-reference": "null array reference",
  "null-i31-reference": "null i31 reference",
  "null-exception-reference": "null exception reference",
  "null-descriptor-reference": "null descriptor reference",
  "cast-failure": "cast failure",
  "descriptor-cast-failure": "descriptor cast failure",
  "unaligned-atomic": "unaligned atomic",
  "expected-shared-memory": "expected shared memory",
  "gc-heap-exhausted": "GC heap exhausted",
  "cannot-enter-component": "cannot enter component instance",
  "cannot-leave-component": "cannot leave component instance",
  "invalid-task-return": "invalid `task.return` signature and/or options for current task",
  "no-task-return": "async-lifted export failed to produce a result",
  "backpressure-overflow": "backpressure counter overflow",
  "unsupported-callback-code": "unsupported callback code",
  "cannot-block": "cannot block a synchronous task before returning",
  deadlock: "deadlock detected: event loop cannot make further progress",
  "task-not-cancelled": "`task.cancel` called by task which has not been cancelled",
  "subtask-unresolved": "cannot drop a subtask which has not yet resolved",
  "subtask-cancelled": "`subtask.cancel` called after terminal status delivered",
  "waitable-in-set": "waitable cannot be used synchronously while added to a waitable set",
  "waitable-set-not-empty": "cannot drop waitable set with waitables in it",
  "waitable-set-waited-on": "cannot drop waitable set with waiters",
  "unknown-thread": "unknown thread index",
  "thread-not-suspended": "cannot resume thread which is not suspended",
  "stream-state": "cannot",
  "unsupported-builtin": "unsupported canonical built-in",
  "unknown-handle": "unknown handle index",
  "resource-type-mismatch": "handle index",
  "borrows-still-lent": "cannot remove owned resource while borrowed",
  "borrows-still-held": "borrow handles still remain at the end of the call",
  "invalid-utf8": "invalid utf-8",
  "incomplete-utf8": "incomplete utf-8 byte sequence",
  "invalid-utf16": "invalid utf-16",
  "invalid-char": "invalid `char` bit pattern",
  "invalid-discriminant": "invalid variant discriminant",
  "unaligned-pointer": "unaligned pointer",
  "pointer-out-of-bounds": "pointer out of bounds of memory",
  "list-out-of-bounds": "list content out-of-bounds",
  "string-out-of-bounds": "string content out-of-bounds",
  "string-pointer-out-of-bounds": "string pointer/length out of bounds of memory",
  "realloc-out-of-bounds": "realloc return: beyond end of memory",
  "realloc-unaligned": "realloc return: result not aligned",
  "host-contract": "contract of a host function broken",
} as const;

/** One frame of a Wasm backtrace, innermost first. */
export interface BacktraceFrame {
  /** Name of the module from its name section, if it has one. */
  readonly moduleName: string | undefined;
  /** Function index in its module's function index space. */
  readonly funcIdx: number;
  /** Name from the name section, else an export name, if there is one. */
  readonly functionName: string | undefined;
  /** Byte offset of the instruction in the module; `undefined` for host functions. */
  readonly offset: number | undefined;
}

/** Every kind of error, and the name of its class. Both are strings, so they can be told apart across realms and threads. */
export const ERROR_NAMES = {
  compile: "CompileError",
  malformed: "MalformedError",
  invalid: "ValidationError",
  link: "LinkError",
  runtime: "RuntimeError",
  trap: "Trap",
  "out-of-fuel": "OutOfFuelError",
  limit: "LimitError",
  interrupted: "InterruptedError",
  exception: "WasmException",
  "would-block": "WouldBlockError",
  "instance-busy": "InstanceBusyError",
  exit: "ExitError",
  wasi: "WasiError",
} as const;

/** What an error of the engine is: the property `kind` of each. */
export type ErrorKind = keyof typeof ERROR_NAMES;

/** Kinds of what stops a running guest. */
export type RuntimeErrorKind = "runtime" | "trap" | "out-of-fuel" | "limit" | "interrupted" | "exception";

/**
 * The kind of an error of the engine, whichever copy or realm it comes from; `undefined` for everything else. A value that
 * throws when it is looked at is none either.
 */
export function errorKind(error: unknown): ErrorKind | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  try {
    const { kind, name } = error as { readonly kind?: unknown; readonly name?: unknown };
    if (typeof kind !== "string" || !hasOwn(ERROR_NAMES, kind)) return undefined;
    return ERROR_NAMES[kind as ErrorKind] === name ? (kind as ErrorKind) : undefined;
  } catch {
    return undefined;
  }
}

/** Base of everything wrong with a module's, or component's, bytes. */
export class CompileError extends Error {
  override name = "CompileError";
  readonly kind: "compile" | "malformed" | "invalid" = "compile";
  /** Byte offset in the module where the problem was found. */
  readonly offset: number;
  /** In components: the nested component and the definition where it is, such as `component 2 > type 5`. */
  declare readonly path?: string;

  constructor(message: string, offset: number) {
    super(`${message} (at byte ${offset}, 0x${offset.toString(16)})`);
    this.offset = offset;
  }
}

/** The bytes are not a module: the binary format's grammar is violated (spec section 5). */
export class MalformedError extends CompileError {
  override name = "MalformedError";
  override readonly kind = "malformed";
}

/** The module decodes but breaks a validation rule (spec section 3). */
export class ValidationError extends CompileError {
  override name = "ValidationError";
  override readonly kind = "invalid";
  /** Index of the function in whose body the problem is, if it is in one. */
  readonly funcIdx: number | undefined;
  /** Its name, if the module was decoded with a readable name section. */
  functionName: string | undefined;

  constructor(message: string, offset: number, funcIdx?: number) {
    super(funcIdx === undefined ? message : `${message}, in function ${funcIdx}`, offset);
    this.funcIdx = funcIdx;
  }
}

/** One import that could not be satisfied. */
export interface LinkProblem {
  readonly module: string;
  readonly name: string;
  /** What the module asks for, in text form, e.g. `(func (param i32))`. */
  readonly expected: string;
  /** What was offered, in text form; `undefined` when nothing was. */
  readonly found: string | undefined;
}

/** Imports are missing or do not match. Names all of them, not only the first. */
export class LinkError extends Error {
  override name = "LinkError";
  readonly kind = "link";
  readonly problems: readonly LinkProblem[];

  constructor(message: string, problems: readonly LinkProblem[] = []) {
    super(message);
    this.problems = problems;
  }
}

/** Base of everything that stops a running guest. */
export class RuntimeError extends Error {
  override name = "RuntimeError";
  readonly kind: RuntimeErrorKind = "runtime";
  /** Wasm frames, innermost first; filled in by the engine when the error leaves the guest. */
  backtrace: readonly BacktraceFrame[] = [];
  /** The store's total fuel consumption when the guest stopped. */
  fuelConsumed: bigint | undefined;
  /** Only what the constructor has made bears it: no Proxy, and nothing that merely inherits from the class. */
  readonly #isMade = true;

  /** @internal Whether a thrown value is one of these. Unlike `instanceof`, it runs none of the value's own code. */
  static isMade(thrown: unknown): thrown is RuntimeError {
    return typeof thrown === "object" && thrown !== null && #isMade in thrown;
  }

  /**
   * @internal Tells a thrown value where the guest stood. What is not one of these, or cannot be changed (an embedder may
   * have frozen it), stays as it is: the value counts for more than its backtrace.
   */
  static locate(thrown: unknown, frames: () => readonly BacktraceFrame[], fuelConsumed: bigint): void {
    if (!RuntimeError.isMade(thrown)) return;
    try {
      thrown.backtrace = [...thrown.backtrace, ...frames()];
      thrown.fuelConsumed = fuelConsumed;
    } catch {
      // See above.
    }
  }
}

/** The guest trapped (spec section 4.2). Nothing in the guest can catch it. */
export class Trap extends RuntimeError {
  override name = "Trap";
  override readonly kind = "trap";
  readonly code: TrapCode;

  /** `detail` follows the code's message: an index directly, as in the official suite, and `more` behind it; text after a colon. */
  constructor(code: TrapCode, detail?: string | number, more = "") {
    super(
      TRAP_MESSAGES[code] +
        (detail === undefined ? more : typeof detail === "number" ? ` ${detail}${more}` : `: ${detail}`),
    );
    this.code = code;
  }
}

/** The next instruction's cost is not covered. State is as it was before that instruction. */
export class OutOfFuelError extends RuntimeError {
  override name = "OutOfFuelError";
  override readonly kind = "out-of-fuel";
  /** Which budget ran out: the store's, or the cap given to this call or slice. */
  readonly scope: "store" | "call";
  /** Whether adding fuel and calling `resume` continues the run. */
  readonly resumable: boolean;

  constructor(scope: "store" | "call", resumable: boolean, detail?: string) {
    const what =
      scope === "store"
        ? "out of fuel: the store's fuel is used up"
        : "out of fuel: the fuel given to this call is used up";
    super(detail === undefined ? what : `${what}; ${detail}`);
    this.scope = scope;
    this.resumable = resumable;
  }
}

/** A documented limit would be exceeded. */
export class LimitError extends RuntimeError {
  override name = "LimitError";
  override readonly kind = "limit";
  /** Name of the limit, a key of `Limits`. */
  readonly limit: string;
  /** What was asked for, in the limit's unit. */
  readonly requested: number | bigint;
  /** What is allowed, in the limit's unit. */
  readonly allowed: number | bigint;

  constructor(limit: string, requested: number | bigint, allowed: number | bigint, what: string) {
    super(`${what}: ${requested} exceeds the limit ${limit} = ${allowed}`);
    this.limit = limit;
    this.requested = requested;
    this.allowed = allowed;
  }
}

/** A timeout passed, a signal was aborted, or an interrupt handle was used. */
export class InterruptedError extends RuntimeError {
  override name = "InterruptedError";
  override readonly kind = "interrupted";
  readonly reason: "timeout" | "signal" | "handle" | "cancelled";
  readonly resumable: boolean;

  constructor(reason: "timeout" | "signal" | "handle" | "cancelled", resumable: boolean, detail?: string) {
    super(`interrupted by ${reason}${detail === undefined ? "" : `: ${detail}`}`);
    this.reason = reason;
    this.resumable = resumable;
  }
}

/** Something must wait, but the call is synchronous and blocking was not granted. */
export class WouldBlockError extends Error {
  override name = "WouldBlockError";
  readonly kind = "would-block";
  /** What would have waited, e.g. `env.fetch` or `poll_oneoff`. */
  readonly operation: string;

  constructor(operation: string, advice = "use callAsync(), or an Execution") {
    super(`${operation} would have to wait, and this call is synchronous: ${advice}`);
    this.operation = operation;
  }
}

/** A second execution was started in an instance that is already running one. */
export class InstanceBusyError extends Error {
  override name = "InstanceBusyError";
  readonly kind = "instance-busy";

  constructor(detail: string) {
    super(`instance busy: ${detail}`);
  }
}

/** The guest asked to exit (WASI `proc_exit`). */
export class ExitError extends Error {
  override name = "ExitError";
  readonly kind = "exit";
  readonly exitCode: number;
  readonly #isMade = true;

  constructor(exitCode: number) {
    super(`exit with status ${exitCode}`);
    this.exitCode = exitCode;
  }

  /** @internal As {@link RuntimeError.isMade}. */
  static isMade(thrown: unknown): thrown is ExitError {
    return typeof thrown === "object" && thrown !== null && #isMade in thrown;
  }
}
