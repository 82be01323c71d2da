// Variables of an application: where their values come from, and templates that use them.
// Owns both; what is done with a value is decided elsewhere. No value is ever part of a message.

import { didYouMean } from "../checks/suggest.ts";
import type { Manifest } from "./model.ts";
import type { Problems } from "./problems.ts";

/** A source of values. The first that has one wins. */
export interface VariableProvider {
  /** For messages, e.g. `the environment`. */
  readonly name: string;
  get(variable: string): string | undefined;
}

/** `{{ name }}` in text. */
export type TemplatePart = { readonly text: string } | { readonly variable: string };

/** Reads a template; gives what is wrong with it as a string. */
export function parseTemplate(template: string): readonly TemplatePart[] | string {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (;;) {
    const open = template.indexOf("{{", at);
    if (open < 0) {
      if (at < template.length) parts.push({ text: template.slice(at) });
      return parts;
    }
    if (open > at) parts.push({ text: template.slice(at, open) });
    const close = template.indexOf("}}", open + 2);
    if (close < 0) return "'{{' has no '}}' behind it";
    const variable = template.slice(open + 2, close).trim();
    if (variable === "") return "'{{ }}' names no variable";
    parts.push({ variable });
    at = close + 2;
  }
}

/** Values of one start: each is asked for once. */
export class Variables {
  readonly #manifest: Manifest;
  readonly #values = new Map<string, string>();
  readonly #problems: Problems;

  /** What is required and has no value is noted in `problems`. */
  constructor(manifest: Manifest, providers: readonly VariableProvider[], problems: Problems) {
    this.#manifest = manifest;
    this.#problems = problems;
    for (const { name, line, default: fallback } of manifest.variables.values()) {
      const provider = providers.find((each) => each.get(name) !== undefined);
      const value = provider?.get(name) ?? fallback;
      if (value !== undefined) this.#values.set(name, value);
      else {
        const advice = `give --variable ${name}=… or set SPIN_VARIABLE_${name.toUpperCase()}`;
        problems.error(line, `variables.${name}`, `it is required and has no value; ${advice}`);
      }
    }
  }

  /** The text with all variables filled in; `undefined`, with the problem noted, if that cannot be done. */
  fill(template: string, line: number, key: string): string | undefined {
    const parts = parseTemplate(template);
    if (typeof parts === "string") {
      this.#problems.error(line, key, parts);
      return undefined;
    }
    let text = "";
    let isWhole = true;
    for (const part of parts) {
      if ("text" in part) text += part.text;
      else {
        const value = this.#valueOf(part.variable, line, key);
        if (value === undefined) isWhole = false;
        else text += value;
      }
    }
    return isWhole ? text : undefined;
  }

  #valueOf(variable: string, line: number, key: string): string | undefined {
    if (!this.#manifest.variables.has(variable)) {
      const names = [...this.#manifest.variables.keys()];
      const near = didYouMean(variable, names);
      const advice = near === "" ? `; declare it: [variables] ${variable} = { default = "…" }` : near;
      this.#problems.error(line, key, `there is no variable '${variable}'${advice}`);
    }
    // One that is required and missing has been told already.
    return this.#values.get(variable);
  }
}

/** `SPIN_VARIABLE_NAME`, or with another prefix; what the environment lacks, a dotenv file may have. */
export function environmentProvider(
  env: Readonly<Record<string, string | undefined>>,
  dotenv: ReadonlyMap<string, string> = new Map(),
  prefix = "SPIN_VARIABLE",
): VariableProvider {
  return {
    name: "the environment",
    get(variable) {
      const key = `${prefix}_${variable.toUpperCase()}`;
      return (Object.hasOwn(env, key) ? env[key] : undefined) ?? dotenv.get(key);
    },
  };
}

export function staticProvider(name: string, values: ReadonlyMap<string, string>): VariableProvider {
  return { name, get: (variable) => values.get(variable) };
}
