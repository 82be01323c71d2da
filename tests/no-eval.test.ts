// The promise that the engine makes no code from strings and does not lean on a native WebAssembly.

import { type AnyNode, parse } from "acorn";
import { expect, it } from "vitest";
import { builtFiles, walk } from "./built-code.ts";

/** Globals whose mere mention would need an explanation. */
const FORBIDDEN = new Set(["eval", "Function", "WebAssembly"]);

/** Mentions of the forbidden globals, as `line: name`. */
function mentions(program: AnyNode): string[] {
  const found: string[] = [];
  const keys = new Set<unknown>();
  walk(program, (node) => {
    // A property or method that happens to have such a name is not the global.
    if (node.type === "MemberExpression" && !node.computed) {
      if (node.object.type !== "Identifier" || node.object.name !== "globalThis") keys.add(node.property);
    } else if (
      (node.type === "Property" || node.type === "MethodDefinition" || node.type === "PropertyDefinition") &&
      !node.computed
    ) {
      keys.add(node.key);
    } else if (node.type === "Identifier" && FORBIDDEN.has(node.name) && !keys.has(node)) {
      found.push(`${node.loc?.start.line}: ${node.name}`);
    }
  });
  return found;
}

/** Where one is mentioned for a reason: the probe that finds out whether the host's own namespace works. */
const EXPLAINED = ["webassembly.js: WebAssembly"];

it("uses neither eval nor Function nor WebAssembly", () => {
  const found = builtFiles().flatMap(({ name, program }) =>
    mentions(program).map((at) => `${name}: ${at.replace(/^\d+: /, "")}`),
  );
  expect(found).toEqual(EXPLAINED);
});

it("would catch each of them", () => {
  const find = (code: string) => mentions(parse(code, { ecmaVersion: 2022, locations: true }));
  expect(find("eval('1')")).toEqual(["1: eval"]);
  expect(find("new Function('return 1')")).toEqual(["1: Function"]);
  expect(find("globalThis.WebAssembly.compile(x)")).toEqual(["1: WebAssembly"]);
  expect(find("WebAssembly")).toEqual(["1: WebAssembly"]);
  expect(find("kinds.Function = { Function: 1 }")).toEqual([]);
});
