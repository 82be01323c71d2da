// What executes: the interpreter of an engine and the compiled form of its modules, made when first asked for.
// Engine and Module know only its types, so that a bundle which decodes, validates and inspects leaves it out.

import { createForms } from "../interp/code/code.ts";
import {
  type CompilerOptions,
  createBranches,
  createPairs,
  ModuleCompiler,
} from "../interp/lower/module-compiler.ts";
import { Recipes } from "../interp/lower/recipes.ts";
import { Interpreter } from "../interp/run/interpreter.ts";
import { setWarmUp } from "../interp/run/slices.ts";
import { warmUp } from "../interp/warm-up.ts";
import { createInstructionLookup } from "../isa/instructions.ts";
import type { Engine } from "./engine.ts";
import type { Module } from "./module.ts";

/** The executing half of one engine. */
export class Backend {
  readonly interpreter = new Interpreter();
  readonly #options: CompilerOptions;

  constructor({ costs, lowering, opcodeTables, rules, moduleLimits, parts }: Engine) {
    if (parts === undefined) throw new Error("nothing runs on an engine before it has a store");
    const forms = createForms();
    const rows = createInstructionLookup();
    this.#options = {
      costs,
      lowering,
      tables: opcodeTables,
      rules,
      rows,
      recipes: new Recipes(forms, rows, costs),
      branches: createBranches(forms),
      pairs: createPairs(),
      parts,
      heapBytes: moduleLimits.heapBytes,
    };
    setWarmUp(() => warmUp(this.interpreter, this.#options));
  }

  /** The module with what its functions are lowered to; one for all its instances. */
  compiled(module: Module): ModuleCompiler {
    module.compiled ??= new ModuleCompiler(module.checked, this.#options);
    return module.compiled;
  }
}

export function backendOf(engine: Engine): Backend {
  engine.backend ??= new Backend(engine);
  return engine.backend;
}
