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

/**
 * Prepares the call that `--invoke` asks for.
 * Throws InputError when there is no such function, UsageError for arguments that do not fit its type.
 */
export function invocation(instance: Instance, options: RunOptions): Invocation {
  const { module } = instance;
  const name = options.invoke ?? "";
  const words = options.args.slice(1);
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
