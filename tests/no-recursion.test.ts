// Nothing that handles guests' modules and values recurses over what a guest makes: the JavaScript stack ends at some ten thousand
// frames. Functions of a file that call themselves, or each other in a circle, are found in the sources; those that there are have a
// bound, which is named here.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

/** By file: the functions, and what bounds their depth. */
const BOUNDED: Readonly<Record<string, readonly [names: string, bound: string]>> = {
  "api/prepared-instance.ts": ["instantiate makeInstance", "another function of that name"],
  "api/scheduler.ts": [
    "#back #join #place #slice #turn #work",
    "by promises: each begins with an empty stack",
  ],
  "checks/options.ts": ["readOptions", "once, for options that were not given"],
  "cli/kubernetes/yaml.ts": ["lines", "our own configuration"],
  "cli/show/component-report.ts": ["treeLines treeOf", "the limit componentNesting"],
  "cli/show/demangle/cpp.ts": [
    "#arrayType #className #compoundType #encoding #functionType #literal #localName #memberPointer #name #nestedName #ownTemplateArgs #packExpansion #parameters #qualified #templateArg #templateArgList #thunk #type #unnamed #unqualified",
    "MOST_NESTING = 100 of the cursor",
  ],
  "cli/show/demangle/rust.ts": [
    "#compoundType #constant #dynTrait #functionType #genericArg #genericPath #implPath #nestedPath #path #type",
    "MOST_NESTING = 100 of the cursor",
  ],
  "decoder/type-reader.ts": ["refType valType", "once, for the message; and another function of that name"],
  "interp/run/context.ts": [
    "fault globalGet globalSet poll select visitRoots wouldBlock",
    "methods that call functions of their names",
  ],
  "interp/run/interpreter.ts": ["visitRoots", "a method that calls a function of its name"],
  "interp/run/run.ts": ["backtrace stopError", "methods that call functions of their names"],
  "interp/tree/assemble.ts": ["#make #operand #site", "a tree's height: blocks to 60, values to 12"],
  "interp/tree/build.ts": ["#construct #dispatch #fill #range joinFlows", "MAX_DEPTH = 60 of blocks"],
  "interp/tree/cut.ts": ["measure", "a tree's height: blocks to 60, values to 12"],
  "interp/tree/forward.ts": ["replaced visit visitPlan", "a tree's height: blocks to 60, values to 12"],
  "interp/tree/fused.ts": [
    "#address #any #binary #double #doubles #flow #general #grouped #int #loop #sequence #set #single #site #step #steps #test #value",
    "a tree's height: blocks to 60, values to 12",
  ],
  "interp/tree/sequence.ts": ["collect goesOn stepsOf", "a tree's height: blocks to 60, values to 12"],
  "interp/tree/dispatch.ts": ["choose", "halves of MAX_RUNS = 64 runs"],
  "interp/tree/operands.ts": [
    "#releaseReaders #settleImpureBelow float32 float64 settle",
    "values that wait in one tree, and are read by one another",
  ],
  "runtime/waiters.ts": ["arm", "by timers: each begins with an empty stack"],
  "wasi/function-table.ts": ["run", "another function of that name"],
  "wasi/output-streams.ts": ["#dispatch #sent", "by promises: each begins with an empty stack"],
  "webassembly/namespace.ts": ["compile compileAsync promising", "methods of that name"],
};

const root = join(projectRoot, "src");
/** Folders of what guests make; others are about what the embedder gives. */
const READS_GUESTS = /^(checks|decoder|validator|module|runtime|interp|api|wasi|webassembly|cli|[\w-]+\.ts)/;

/** Names of functions by the functions of the file that they name in a call; methods count by their names. */
function callsIn(text: string, path: string): Map<string, Set<string>> {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const calls = new Map<string, Set<string>>();
  const visit = (node: ts.Node, inside: string | undefined): void => {
    const name = nameOf(node);
    if (name !== undefined && !calls.has(name)) calls.set(name, new Set());
    const within = name ?? inside;
    if (ts.isCallExpression(node) && within !== undefined) {
      const called = calledName(node.expression);
      if (called !== undefined) calls.get(within)?.add(called);
    }
    ts.forEachChild(node, (child) => visit(child, within));
  };
  visit(source, undefined);
  return calls;
}

function nameOf(node: ts.Node): string | undefined {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node.name?.getText();
  const isFunction = (value: ts.Expression | undefined) =>
    value !== undefined && (ts.isArrowFunction(value) || ts.isFunctionExpression(value));
  return ts.isVariableDeclaration(node) && isFunction(node.initializer) ? node.name.getText() : undefined;
}

/** Of `f()` and `this.f()`; what is called on other objects is not the file's. */
function calledName(callee: ts.Expression): string | undefined {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee) && callee.expression.kind === ts.SyntaxKind.ThisKeyword) {
    return callee.name.text;
  }
  return undefined;
}

/** Functions from which calls lead back to themselves. */
function recursive(calls: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  return [...calls.keys()].filter((name) => {
    const reached = new Set<string>();
    const pending = [...(calls.get(name) ?? [])];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next === name) return true;
      if (reached.has(next)) continue;
      reached.add(next);
      for (const further of calls.get(next) ?? []) pending.push(further);
    }
    return false;
  });
}

it("finds recursion", () => {
  const text = `function a() { b(); } const b = () => { c(); }; function c() { a(); } function d() {}
    class K { m() { this.n(); } n() { this.m(); } o() { other.o(); } }`;
  expect(recursive(callsIn(text, "x.ts")).sort()).toEqual(["a", "b", "c", "m", "n"]);
});

it("has a bound wherever it is", () => {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (path) => /\.ts$/.test(path) && !path.endsWith(".test.ts") && READS_GUESTS.test(path),
  );
  expect(paths.length).toBeGreaterThan(200);
  const found = paths.flatMap((path) => {
    const names = recursive(callsIn(readFileSync(join(root, path), "utf8"), path));
    return names.length === 0 ? [] : [[path, names.sort().join(" ")]];
  });
  const expected = Object.entries(BOUNDED).map(([path, [names]]) => [path, names]);
  expect(found.sort()).toEqual(expected.sort());
});
