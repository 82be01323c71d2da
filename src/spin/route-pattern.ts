// Routes as they are written: `/exact`, `/users/:id`, `/files/...`. Owns their syntax; matching is in router.ts.

import { normalisePath } from "./request-path.ts";

export type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "name"; readonly name: string };

export interface RoutePattern {
  /** As written, with a leading slash and without one at the end: `/files/...`, `/`. */
  readonly text: string;
  readonly segments: readonly Segment[];
  /** Whether it ends in `/...`: the path itself, and whatever is below it. */
  readonly isPrefix: boolean;
}

type Parsed =
  | { readonly pattern: RoutePattern; readonly problem?: undefined }
  | { readonly pattern?: undefined; readonly problem: string };

/** Routes of the server's own. */
export const RESERVED_PREFIX = "/.well-known/spin/";

const NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** @param base what goes before the route, e.g. `/api` */
export function parseRoute(route: string, base = "/"): Parsed {
  const text = withoutSlashAtEnd(absolute(base)) + withoutSlashAtEnd(absolute(route));
  if (/[?#]/.test(text)) return { problem: "a route has no query and no fragment" };
  if (text === "") return { pattern: { text: "/", segments: [], isPrefix: false } };
  const words = text.slice(1).split("/");
  // Spin takes a star for the same.
  const isPrefix = words.at(-1) === "..." || words.at(-1) === "*";
  if (isPrefix) words.pop();
  const segments: Segment[] = [];
  const names = new Set<string>();
  for (const word of words) {
    if (word === "") return { problem: "two slashes follow one another; a route has one between two names" };
    if (word === "..." || word === "*") return { problem: `'${word}' stands only at the end of a route` };
    if (word === "." || word === "..")
      return { problem: `'${word}' stands in no path; write the route without it` };
    if (word.startsWith(":")) {
      const name = word.slice(1);
      if (!NAME.test(name))
        return { problem: `':${name}' is no name; write : and letters, digits or '_', e.g. :id` };
      if (names.has(name)) return { problem: `:${name} stands there twice` };
      names.add(name);
      segments.push({ kind: "name", name });
    } else {
      const literal = normalisePath(`/${encodeURI(word).replaceAll("%25", "%")}`);
      if (literal === undefined)
        return { problem: `'${word}' has a '%' without two hexadecimal digits behind it` };
      segments.push({ kind: "literal", text: literal.slice(1) });
    }
  }
  const written = `/${[...words, ...(isPrefix ? ["..."] : [])].join("/")}`;
  if (`${written}/`.startsWith(RESERVED_PREFIX)) return { problem: `${RESERVED_PREFIX} is the server's own` };
  return { pattern: { text: written, segments, isPrefix } };
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

function withoutSlashAtEnd(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}
