// A compiled module: decoded, validated, ready to be instantiated any number of times.

import {
  type OptionTable,
  POSITIVE_MILLISECONDS,
  readOptions,
  STRING,
  unexpected,
  wrongArgument,
} from "../checks/options.ts";
import { type CustomSectionProblem, checkCustomSections } from "../decoder/custom-section-check.ts";
import { decodeInSteps } from "../decoder/decode.ts";
import { decodeNames } from "../decoder/names.ts";
import { CompileError, InterruptedError, LimitError } from "../errors.ts";
import type { ModuleCompiler } from "../interp/lower/module-compiler.ts";
import type { ExternKind } from "../module/module.ts";
import { inOneGo } from "../module/steps.ts";
import { quotedName } from "../printable.ts";
import { externTypeTexts } from "../runtime/link.ts";
import type { CheckedModule } from "../validator/checked-module.ts";
import { ModuleValidator } from "../validator/module-validator.ts";
import { Engine } from "./engine.ts";
import { inspection, inspectSymbol, namesShown } from "./inspection.ts";
import { INTERRUPT_OPTIONS, type InterruptOptions, makeWatch, now } from "./interrupt.ts";
import { nextTurn } from "./turn.ts";

/** Bytes of a module. A view is read in place, and must not change afterwards. */
export type ModuleSource = ArrayBuffer | ArrayBufferView;

export interface ExportDescriptor {
  readonly name: string;
  readonly kind: ExternKind;
  /** In text form, e.g. `(func (param i32) (result i32))`. */
  readonly type: string;
}

export interface ImportDescriptor extends ExportDescriptor {
  readonly module: string;
}

export interface CompileAsyncOptions extends InterruptOptions {
  /** Milliseconds of work after which the event loop turns. Default 10. */
  readonly quantumMs?: number | undefined;
}

const COMPILE_OPTIONS = {
  ...INTERRUPT_OPTIONS,
  quantumMs: POSITIVE_MILLISECONDS,
} satisfies OptionTable<CompileAsyncOptions>;

const QUANTUM_MS = 10;

/** What {@link Module.compileAsync} has made. */
class Checked {
  readonly module: CheckedModule;

  constructor(module: CheckedModule) {
    this.module = module;
  }
}

/** Immutable and shareable between the stores of its engine. Functions are lowered when first called. */
export class Module {
  readonly engine: Engine;
  /** @internal */
  readonly checked: CheckedModule;
  /** @internal What its functions are lowered to, once something is to run; `Backend.compiled` makes it. */
  compiled: ModuleCompiler | undefined;
  #imports: readonly ImportDescriptor[] | undefined;
  #exports: readonly ExportDescriptor[] | undefined;

  /**
   * Decodes and validates.
   * @throws MalformedError for bytes that are no module; ValidationError for a module that is not valid;
   * LimitError for one past the engine's `moduleLimits`; TypeError for what is not bytes
   */
  constructor(engine: Engine, source: ModuleSource);
  /** @internal */
  constructor(engine: Engine, source: Checked);
  constructor(engine: Engine, source: ModuleSource | Checked) {
    requireEngine(engine, "new Module(engine, bytes)");
    this.engine = engine;
    this.checked = source instanceof Checked ? source.module : check(engine, bytesOf(source, "new Module"));
  }

  /**
   * The same in pieces, so that a server or page stays responsive while a large module is decoded, and can give up. The bytes
   * are read in place and must not change meanwhile.
   * @throws as the constructor, by rejecting; InterruptedError when `timeoutMs` have passed, `signal` is aborted or the
   * engine's interrupt handle is used; TypeError and RangeError for options that are none
   */
  static async compileAsync(
    engine: Engine,
    source: ModuleSource,
    options: CompileAsyncOptions = {},
  ): Promise<Module> {
    requireEngine(engine, "Module.compileAsync(engine, bytes, options)");
    const bounds = readOptions("Module.compileAsync", options, COMPILE_OPTIONS);
    const { quantumMs = QUANTUM_MS } = bounds;
    const watch = makeWatch(bounds, engine.interrupts);
    const steps = checkInSteps(engine, bytesOf(source, "Module.compileAsync"));
    let end = now() + quantumMs;
    for (;;) {
      const reason = watch?.poll(false) as InterruptedError["reason"] | undefined;
      if (reason !== undefined) throw new InterruptedError(reason, false, "while the module was loaded");
      const step = steps.next();
      if (step.done === true) return new Module(engine, new Checked(step.value));
      if (now() < end) continue;
      await nextTurn();
      end = now() + quantumMs;
    }
  }

  /**
   * Bytes that it takes on the heap of the JavaScript engine, beside the module's own bytes: of its definitions, and of the code
   * of those functions that have been called. Bounded by `moduleLimits.heapBytes`.
   */
  get heapBytes(): number {
    return this.compiled?.heapBytes ?? this.checked.module.heapBytes;
  }

  /** Described when first asked for, in the module's order. */
  get imports(): readonly ImportDescriptor[] {
    if (this.#imports === undefined) {
      const { module, importTypes, registry } = this.checked;
      const text = externTypeTexts(registry);
      this.#imports = module.imports.map(({ module: from, name, desc }, k) => ({
        module: from,
        name,
        kind: desc.kind,
        type: text(importTypes[k]!),
      }));
    }
    return this.#imports;
  }

  /** Described when first asked for, in the module's order. */
  get exports(): readonly ExportDescriptor[] {
    if (this.#exports === undefined) {
      const { module, exportTypes, registry } = this.checked;
      const text = externTypeTexts(registry);
      this.#exports = module.exports.map(({ name, kind }, k) => ({
        name,
        kind,
        type: text(exportTypes[k]!),
      }));
    }
    return this.#exports;
  }

  /** @internal */
  [inspectSymbol](): string {
    return inspection("Module", {
      name: this.name === undefined ? undefined : quotedName(this.name),
      bytes: this.checked.module.bytes.length,
      imports: this.checked.module.imports.length,
      exports: namesShown(this.checked.module.exports.map(({ name }) => name)),
    });
  }

  /** Whether the bytes are a valid module for this engine. @throws TypeError for what is not bytes */
  static validate(engine: Engine, source: ModuleSource): boolean {
    requireEngine(engine, "Module.validate(engine, bytes)");
    const bytes = bytesOf(source, "Module.validate");
    try {
      check(engine, bytes);
      return true;
    } catch (error) {
      if (error instanceof CompileError || error instanceof LimitError) return false;
      throw error;
    }
  }

  /** From the name section. */
  get name(): string | undefined {
    return decodeNames(this.checked.module, "functions").module;
  }

  /** Copies of the payloads of all custom sections of that name. @throws TypeError for what is no name */
  customSections(name: string): Uint8Array[] {
    STRING.read(name, "module.customSections: name");
    const { module } = this.checked;
    return module.customSections
      .filter((section) => section.name === name)
      .map(({ start, end }) => module.bytes.slice(start, end));
  }

  /**
   * What is wrong with the custom sections `name`, `metadata.code.branch_hint`, `producers` and `target_features`:
   * at most 100 problems of each. None of it makes a module invalid, and the engine goes by what it can read.
   */
  customSectionProblems(): CustomSectionProblem[] {
    return checkCustomSections(this.checked.module, this.engine.opcodeTables);
  }
}

function requireEngine(engine: Engine, signature: string): void {
  if (!(engine instanceof Engine)) throw wrongArgument(signature, "engine", "an Engine", engine);
}

function bytesOf(source: ModuleSource, what: string): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (
    source instanceof ArrayBuffer ||
    (typeof SharedArrayBuffer === "function" && (source as unknown) instanceof SharedArrayBuffer)
  ) {
    return new Uint8Array(source);
  }
  throw unexpected(what, "the bytes of a module, as an ArrayBuffer, Uint8Array or Buffer", source);
}

function check(engine: Engine, bytes: Uint8Array): CheckedModule {
  return inOneGo(checkInSteps(engine, bytes));
}

function* checkInSteps(engine: Engine, bytes: Uint8Array): Generator<void, CheckedModule> {
  const { features, moduleLimits: limits, registry, opcodeTables: tables, rules } = engine;
  if (bytes.length > limits.moduleBytes) {
    throw new LimitError("moduleBytes", bytes.length, limits.moduleBytes, "module size in bytes");
  }
  const validator = new ModuleValidator({ features, limits, registry, rules });
  const module = yield* decodeInSteps(bytes, { limits, tables }, validator);
  return validator.finish(module);
}
