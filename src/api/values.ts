// Arguments and results of calls, whichever face of the engine they come from: their number, and each one's conversion.

import { isObject } from "../checks/describe.ts";
import type { ValType } from "../module/types.ts";
import type { EmbedderValues } from "../runtime/embedder.ts";

/** Checks the arguments of a call, one by one. @throws TypeError */
export function argumentsToGuest(
  values: EmbedderValues,
  types: readonly ValType[],
  args: readonly unknown[],
  name: string,
): unknown[] {
  if (args.length !== types.length) {
    throw new TypeError(
      `${name} takes ${types.length} argument${types.length === 1 ? "" : "s"}, got ${args.length}`,
    );
  }
  return types.map((type, k) => values.toGuest(args[k], type, `argument ${k + 1} of ${name}`));
}

/** The results of a call: nothing, one value, or an array. */
export function resultsToHost(
  values: EmbedderValues,
  types: readonly ValType[],
  results: readonly unknown[],
): unknown {
  const [type] = types;
  if (type === undefined) return undefined;
  if (types.length === 1) return values.toHost(results[0], type);
  return types.map((each, k) => values.toHost(results[k], each));
}

/** Checks what a host function returned; the counterpart of {@link resultsToHost}. @throws TypeError */
export function hostResultToGuest(
  values: EmbedderValues,
  types: readonly ValType[],
  result: unknown,
  name: string,
): unknown {
  const [type] = types;
  if (type === undefined) return undefined;
  if (types.length === 1) return values.toGuest(result, type, `result of ${name}`);
  if (!isIterable(result)) {
    throw new TypeError(
      `result of ${name}: expected an array of ${types.length} values, got ${typeof result}`,
    );
  }
  const list = take(result, types.length + 1);
  if (list.length !== types.length) {
    const got = list.length > types.length ? "more" : list.length;
    throw new TypeError(`result of ${name}: expected ${types.length} values, got ${got}`);
  }
  return types.map((each, k) => values.toGuest(list[k], each, `result ${k + 1} of ${name}`));
}

/** At most the first `most` values: an array may say that it has 2^32, and an iterator need not end. */
function take(values: Iterable<unknown>, most: number): unknown[] {
  const taken: unknown[] = [];
  for (const value of values) {
    taken.push(value);
    if (taken.length === most) break;
  }
  return taken;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return isObject(value) && Symbol.iterator in value;
}
