// `--invoke NAME`: finds the exported function, reads its arguments by their types, prints its results.
// Owns that; making the call is run.ts's business.

import type { Func, Instance } from "../../api/index.ts";
import { didYouMean } from "../../checks/suggest.ts";
import { shownName } from "../../printable.ts";
import type { RunOptions } from "../args/run-options.ts";
import { formatValue, parseValue } from "../args/values.ts";
import { InputError, UsageError } from "../usage-error.ts";

/** A call that is ready to be made. */
export interface Invocation {
  readonly name: string;
  readonly args: readonly unknown[];
  /** One line per result. */
  print(result: unknown): string;
}

/** `f(1, 2)` as Wasmtime has it; `undefined` for what is no call. */
function parseCall(text: string): { name: string; words: string[] } | undefined {
  const [, name, inner = ""] = /^([^(]+)\((.*)\)\s*$/s.exec(text) ?? [];
  if (name === undefined) return undefined;
  return { name: name.trim(), words: inner.trim() === "" ? [] : inner.split(",").map((word) => word.trim()) };
}

/**
 * Prepares the call that `--invoke` asks for.
 * Throws InputError when there is no such function, UsageError for arguments that do not fit its type.
 */
export function invocation(instance: Instance, options: RunOptions): Invocation {
  const { module } = instance;
  const text = options.invoke ?? "";
  // An export may have any name, and one that is meant as it stands comes first.
  const call = module.exports.some((each) => each.name === text) ? undefined : parseCall(text);
  const { name, words } = call ?? { name: text, words: options.args.slice(1) };
  if (call !== undefined && options.args.length > 1) {
    throw new UsageError(`--invoke: arguments stand in parentheses or after the file, not in both places`);
  }
  const found = module.exports.find((each) => each.name === name);
  if (found === undefined) {
    const names = module.exports.filter(({ kind }) => kind === "func").map((each) => each.name);
    throw new InputError(
      `${options.file} exports no function '${shownName(name)}'${didYouMean(name, names)}`,
    );
  }
  if (found.kind !== "func")
    throw new InputError(`the export '${shownName(name)}' is a ${found.kind}, not a function`);
  const { params, results } = (instance.exports[name] as Func).type;
  if (words.length !== params.length) {
    const wanted = params.length === 0 ? "no arguments" : `${params.length} (${params.join(", ")})`;
    throw new UsageError(`--invoke ${shownName(name)}: takes ${wanted}, but ${words.length} given`);
  }
  return {
    name,
    args: params.map((type, index) => parseValue(type, words[index]!, index + 1)),
    print(result) {
      const values = results.length === 1 ? [result] : ((result ?? []) as unknown[]);
      return results.map((type, index) => `${formatValue(type, values[index])}\n`).join("");
    },
  };
}
