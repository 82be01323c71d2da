// Which route a path belongs to: a tree by segments. A literal wins over a name, a name over what is below `/...`.
// Knows nothing of what answers there.

import type { RoutePattern } from "./route-pattern.ts";

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  name: Node<T> | undefined;
  exact: Entry<T> | undefined;
  prefix: Entry<T> | undefined;
}

interface Entry<T> {
  readonly pattern: RoutePattern;
  readonly value: T;
}

export interface RouteMatch<T> {
  readonly pattern: RoutePattern;
  readonly value: T;
  /** What is behind the route's `/...`, with its slash; empty for an exact route. */
  readonly rest: string;
  /** What stands in the places of names, as it is in the path. */
  readonly names: readonly (readonly [name: string, value: string])[];
}

export class Router<T> {
  readonly #root: Node<T> = newNode();

  /** Gives what is there already, in which case nothing is added. Two routes are the same whatever their names are. */
  add(pattern: RoutePattern, value: T): T | undefined {
    let node = this.#root;
    for (const segment of pattern.segments) {
      if (segment.kind === "name") {
        node.name ??= newNode();
        node = node.name;
      } else {
        let next = node.literals.get(segment.text);
        if (next === undefined) {
          next = newNode();
          node.literals.set(segment.text, next);
        }
        node = next;
      }
    }
    const place = pattern.isPrefix ? "prefix" : "exact";
    const before = node[place];
    if (before !== undefined) return before.value;
    node[place] = { pattern, value };
    return undefined;
  }

  /** @param path begins with a slash, and is normalised. One slash at its end makes no difference */
  match(path: string): RouteMatch<T> | undefined {
    const words = path.slice(1).split("/");
    if (words.at(-1) === "") words.pop();
    const values: string[] = [];
    const found = search(this.#root, words, 0, values);
    if (found === undefined) return undefined;
    const { pattern, value } = found;
    const depth = pattern.segments.length;
    const names: (readonly [string, string])[] = [];
    for (const segment of pattern.segments) {
      if (segment.kind === "name") names.push([segment.name, values[names.length] ?? ""]);
    }
    return { pattern, value, names, rest: pattern.isPrefix ? behind(path, depth) : "" };
  }
}

function newNode<T>(): Node<T> {
  return { literals: new Map(), name: undefined, exact: undefined, prefix: undefined };
}

/** Visits each node of the tree at most once; recursion is as deep as the longest route. */
function search<T>(
  node: Node<T>,
  words: readonly string[],
  depth: number,
  values: string[],
): Entry<T> | undefined {
  const word = words[depth];
  if (word === undefined) return node.exact ?? node.prefix;
  const literal = node.literals.get(word);
  if (literal !== undefined) {
    const found = search(literal, words, depth + 1, values);
    if (found !== undefined) return found;
  }
  if (node.name !== undefined && word !== "") {
    values.push(word);
    const found = search(node.name, words, depth + 1, values);
    if (found !== undefined) return found;
    values.pop();
  }
  return node.prefix;
}

/** The path without its first segments: `/a/b` without one is `/b`. */
function behind(path: string, segments: number): string {
  let at = 0;
  for (let k = 0; k < segments; k++) {
    at = path.indexOf("/", at + 1);
    if (at < 0) return "";
  }
  const rest = path.slice(at);
  // The root itself has no more than its own slash.
  return rest;
}
