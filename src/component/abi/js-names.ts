// Names of WIT as JavaScript has them. Owns the rule: words of kebab case, joined.

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
}

/** `first-name` as `firstName`; functions, fields and flags. */
export function lowerCamelCase(name: string): string {
  const [first = "", ...rest] = name.split("-");
  return first.toLowerCase() + rest.map(capitalised).join("");
}

/** `input-stream` as `InputStream`; resources. */
export function pascalCase(name: string): string {
  return name.split("-").map(capitalised).join("");
}

/** What a function's name in WIT says: the resource that it belongs to, if it does. */
export interface FunctionName {
  readonly kind: "function" | "constructor" | "method" | "static";
  /** In kebab case. */
  readonly resource: string | undefined;
  /** In kebab case. */
  readonly name: string;
}

/** Reads names such as `[method]input-stream.read` and `[constructor]fields`. */
export function readFunctionName(name: string): FunctionName {
  const [, kind, rest = ""] = /^\[(constructor|method|static)\](.*)$/.exec(name) ?? [];
  if (kind === undefined) return { kind: "function", resource: undefined, name };
  const dot = rest.indexOf(".");
  return {
    kind: kind as "constructor" | "method" | "static",
    resource: dot < 0 ? rest : rest.slice(0, dot),
    name: dot < 0 ? rest : rest.slice(dot + 1),
  };
}
