// Methods and schemes as wasi:http has them.

/** `method`. */
export type Method =
  | {
      readonly tag: "get" | "head" | "post" | "put" | "delete" | "connect" | "options" | "trace" | "patch";
    }
  | { readonly tag: "other"; readonly val: string };

/** `scheme`. */
export type Scheme = { readonly tag: "HTTP" | "HTTPS" } | { readonly tag: "other"; readonly val: string };

const METHODS = ["get", "head", "post", "put", "delete", "connect", "options", "trace", "patch"] as const;

export function methodOf(name: string): Method {
  const tag = METHODS.find((each) => each.toUpperCase() === name);
  return tag === undefined ? { tag: "other", val: name } : { tag };
}

export function methodName(method: Method): string {
  return method.tag === "other" ? method.val : method.tag.toUpperCase();
}

export function schemeOf(name: string): Scheme {
  if (name === "http") return { tag: "HTTP" };
  return name === "https" ? { tag: "HTTPS" } : { tag: "other", val: name };
}
