// Makes a failing world small: takes away calls, modules' functions' instructions, locals' users … while it still fails.
// Knows nothing of why it fails: the caller's predicate decides.

import type { Step } from "./body-writer.ts";
import { encodeModule, type GeneratedModule } from "./encode-module.ts";
import { isCanonicalised } from "./generate-operators.ts";
import { nativeWebAssembly } from "./oracle/native.ts";
import type { GeneratedWorld } from "./world.ts";

/** Replacements for a stretch of instructions, tried in this order. */
const REPLACEMENTS: readonly (readonly Step[])[] = [
  [],
  [{ op: "i32.const", bytes: [0x41, 0] }],
  [{ op: "i64.const", bytes: [0x42, 0] }],
  [{ op: "f32.const", bytes: [0x43, 0, 0, 0, 0] }],
  [{ op: "f64.const", bytes: [0x44, 0, 0, 0, 0, 0, 0, 0, 0] }],
  [{ op: "drop", bytes: [0x1a] }],
  [{ op: "unreachable", bytes: [0x00] }],
];

/** `fails` must be true for `world`; it is for the world returned. */
export function minimise(world: GeneratedWorld, fails: (world: GeneratedWorld) => boolean): GeneratedWorld {
  let best = world;
  const attempt = (candidate: GeneratedWorld): boolean => {
    if (!isValid(candidate) || !fails(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let before = -1; before !== sizeOf(best); ) {
    before = sizeOf(best);
    for (let k = best.calls.length - 1; k >= 0; k--) {
      attempt({ ...best, calls: best.calls.filter((_, at) => at !== k) });
    }
    for (let m = 0; m < best.modules.length; m++) {
      const moduleAt = (): GeneratedModule => best.modules[m] as GeneratedModule;
      const withModule = (change: Partial<GeneratedModule>): GeneratedWorld => ({
        ...best,
        modules: best.modules.map((module, at) => (at === m ? { ...module, ...change } : module)),
      });
      attempt(withModule({ start: undefined }));
      for (let f = 0; f < moduleAt().functions.length; f++) {
        const bodyOf = (): readonly Step[] => moduleAt().functions[f]?.steps ?? [];
        const withBody = (steps: readonly Step[]): GeneratedWorld =>
          withModule({
            functions: moduleAt().functions.map((func, at) => (at === f ? { ...func, steps } : func)),
          });
        for (let size = bodyOf().length; size >= 1; size = size > 8 ? Math.floor(size / 2) : size - 1) {
          for (let at = 0; at < bodyOf().length; at++) {
            for (const replacement of REPLACEMENTS) {
              if (replacement.length >= size && !(size === 1 && replacement.length === 0)) continue;
              const steps = bodyOf();
              attempt(withBody([...steps.slice(0, at), ...replacement, ...steps.slice(at + size)]));
            }
          }
        }
      }
      for (let k = moduleAt().exports.length - 1; k >= 0; k--) {
        attempt(withModule({ exports: moduleAt().exports.filter((_, at) => at !== k) }));
      }
      attempt(withModule({ data: [] }));
      for (let f = 0; f < moduleAt().functions.length; f++) {
        while (dropLastLocal(withModule, moduleAt(), f, attempt));
      }
    }
  }
  return best;
}

function dropLastLocal(
  withModule: (change: Partial<GeneratedModule>) => GeneratedWorld,
  module: GeneratedModule,
  f: number,
  attempt: (world: GeneratedWorld) => boolean,
): boolean {
  if ((module.functions[f]?.locals.length ?? 0) === 0) return false;
  const functions = module.functions.map((func, at) =>
    at === f ? { ...func, locals: func.locals.slice(0, -1) } : func,
  );
  return attempt(withModule({ functions }));
}

function sizeOf(world: GeneratedWorld): number {
  let size = world.calls.length;
  for (const module of world.modules) size += encodeModule(module).length;
  return size;
}

function isValid(world: GeneratedWorld): boolean {
  const native = nativeWebAssembly();
  return world.modules.every(
    (module) =>
      (!module.canonicalNaN || module.functions.every(({ steps }) => isCanonicalised(steps))) &&
      native.validate(encodeModule(module)),
  );
}
