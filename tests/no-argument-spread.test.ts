// Arguments that are spread are put on the JavaScript stack: a list whose length a guest decides must never be.
// Names each place in src where a call spreads a list or applies one; those that are bounded are listed here, with the bound.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

/** Spread or applied lists by file, and why they are short. */
const BOUNDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "api/store-values.ts": { args: "parameters of a function: 1,000 at most" },
  "cli/container/look.ts": {
    parts: "of a path: 4,096 bytes at most",
    'target.split("/").reverse()': "of a link: 4,096 bytes at most",
  },
  "cli/container/main.ts": { 'loaderWords("node")': "our own words" },
  "component-wasi/resource.ts": {
    args: "parameters of a WASI function: 9 at most",
    "Reflect.apply": "parameters of a WASI function: 9 at most",
  },
  "component/abi/strings.ts": { units: "a chunk of 1,024" },
  "component/api/calls.ts": { "Reflect.apply": "what the host itself gives" },
  "component/api/host-items.ts": { "Reflect.apply": "parameters of a function: 1,000 at most" },
  "component/runtime/host-import.ts": { "Reflect.apply": "parameters of a function: 1,000 at most" },
  "plugin/current-plugin.ts": { args: "parameters of a function: 1,000 at most" },
  "plugin/extism/functions.ts": { args: "parameters of a function of Extism's: 3 at most" },
  "plugin/logs.ts": { units: "a chunk of 1,024" },
  "spin/stores/sql-program.ts": { parameters: "parameters of a statement: 1,000 at most" },
  "utf8.ts": { units: "a chunk of 1,024" },
  "wasi/preview1.ts": { args: "parameters of a WASI function: 9 at most" },
  "wasi/function-table.ts": { "(values as Values<Kinds>)": "parameters of a WASI function: 9 at most" },
  "webassembly/js-string.ts": { "String.fromCharCode.apply": "a chunk of 4,096" },
  "webassembly/embedder-values.ts": { "Reflect.apply": "parameters of a function: 1,000 at most" },
  "interp/warm-up.ts": { sequence: "our own code" },
  "interp/tree/assemble.ts": { operands: "operands of a node, which its kind names" },
  "interp/tree/fused.ts": { operands: "operands of a node, which its form names" },
  "interp/tree/build.ts": {
    "arms.map((arm) => arm.tree)": "MAX_RUNS = 64 at most",
    arms: "operands of a condition: 2 at most",
  },
  "interp/tree/vector-lanes.ts": { lanes: "an entry of our own table" },
  "interp/tree/pending.ts": {
    "treesOf(pending).map(({ height }) => height)": "lanes of a vector: 4 at most",
  },
  "interp/tree/tree.ts": {
    "children.map(({ height }) => height)": "operands of a node, which its kind names",
  },
};

const root = join(projectRoot, "src");

function spreads(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      for (const argument of node.arguments ?? []) {
        if (ts.isSpreadElement(argument)) found.push(argument.expression.getText(source));
      }
      const callee = node.expression;
      const isApply = ts.isPropertyAccessExpression(callee) && callee.name.text === "apply";
      // `apply` of our own classes takes named parameters; Function's takes a list as its second argument.
      if (isApply && callee.expression.kind !== ts.SyntaxKind.ThisKeyword) found.push(callee.getText(source));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.startsWith("testing/"));

it("is only done with lists that are short", () => {
  const unexplained = files.flatMap((file) => {
    const known = BOUNDED[file] ?? {};
    return spreads(file, readFileSync(join(root, file), "utf8"))
      .filter((list) => !Object.hasOwn(known, list))
      .map((list) => `${file}: ...${list}`);
  });
  expect(unexplained).toEqual([]);
});

it("is seen", () => {
  expect(
    spreads("a.ts", "f(...a, ...b.c); new F(...d); Math.max.apply(null, e); [...g]; ({ ...h })"),
  ).toEqual(["a", "b.c", "d", "Math.max.apply"]);
});
