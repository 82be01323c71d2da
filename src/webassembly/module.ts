// `WebAssembly.Module`: compiling, and what a module says of itself.

import { Module as EngineModule } from "../api/module.ts";
import type { ExternKind } from "../module/module.ts";
import type { CheckedModule } from "../validator/checked-module.ts";
import {
  Brand,
  copyBytes,
  finishInterface,
  type InterfaceObject,
  toDictionary,
  toSequence,
} from "./interface.ts";
import { builtinProblem, type CompileBuiltins, isBuiltinImport, JS_STRING_MODULE } from "./js-string.ts";
import type { Realm } from "./realm.ts";

/** A compiled module and how its imports of builtins are met. */
export interface CompiledModule {
  readonly module: EngineModule;
  readonly builtins: CompileBuiltins;
}

/** Kinds as the JS API names them. */
const KIND_NAMES: Readonly<Record<ExternKind, string>> = {
  func: "function",
  table: "table",
  memory: "memory",
  global: "global",
  tag: "tag",
};

/** The class `Module` of a namespace. */
export interface ModuleClass {
  readonly Module: InterfaceObject;
  readonly modules: Brand<CompiledModule>;
  /** A `Module` that was compiled without its constructor. */
  moduleObject(compiled: CompiledModule): object;
}

export function makeModuleClass(realm: Realm): ModuleClass {
  const modules = new Brand<CompiledModule>("Module");

  class Module {
    constructor(bytes: unknown, options?: unknown) {
      const copy = copyBytes(bytes);
      modules.add(this, compile(realm, copy, toBuiltins(options)));
    }

    static exports(moduleObject: unknown): { name: string; kind: string }[] {
      const { checked } = modules.of(moduleObject).module;
      return checked.module.exports.map(({ name, kind }) => ({ name, kind: KIND_NAMES[kind] }));
    }

    static imports(moduleObject: unknown): { module: string; name: string; kind: string }[] {
      const { module, builtins } = modules.of(moduleObject);
      return module.checked.module.imports
        .filter((wanted) => !isBuiltinImport(builtins, wanted))
        .map(({ module: from, name, desc }) => ({ module: from, name, kind: KIND_NAMES[desc.kind] }));
    }

    static customSections(moduleObject: unknown, sectionName: unknown): ArrayBuffer[] {
      const { module } = modules.of(moduleObject);
      if (sectionName === undefined) throw new TypeError("the name of a custom section is missing");
      return module.customSections(String(sectionName)).map(({ buffer }) => buffer as ArrayBuffer);
    }
  }
  finishInterface(Module, "Module");

  const moduleObject = (compiled: CompiledModule): object => {
    const object = Object.create(Module.prototype) as object;
    modules.add(object, compiled);
    return object;
  };
  return { Module, modules, moduleObject };
}

/** Compile options. @throws TypeError for what is none */
export function toBuiltins(options: unknown): CompileBuiltins {
  const { builtins, importedStringConstants } = toDictionary(options, "compile options");
  const sets = builtins === undefined ? [] : toSequence(builtins, "builtins", String);
  return {
    jsString: sets.includes(JS_STRING_MODULE.slice("wasm:".length)),
    constants:
      importedStringConstants === undefined || importedStringConstants === null
        ? undefined
        : String(importedStringConstants),
  };
}

/** @throws CompileError of the namespace */
export function compile(realm: Realm, bytes: Uint8Array, builtins: CompileBuiltins): CompiledModule {
  let module: EngineModule;
  try {
    module = new EngineModule(realm.engine, bytes);
  } catch (error) {
    throw realm.errors.ofCompilation(error);
  }
  const problem = firstProblem(module.checked, builtins);
  if (problem !== undefined) throw new realm.errors.CompileError(problem);
  return { module, builtins };
}

function firstProblem(checked: CheckedModule, builtins: CompileBuiltins): string | undefined {
  for (const [k, wanted] of checked.module.imports.entries()) {
    const type = checked.importTypes[k];
    const problem = type === undefined ? undefined : builtinProblem(builtins, wanted, type, checked.registry);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
