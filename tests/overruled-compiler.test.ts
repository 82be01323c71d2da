// Where src overrules the compiler. `!` says that a list or map has something at a place: indices are inside for a reason that
// their file knows (docs/RATIONALE.md), and what a guest or caller names is checked before. Any other `!`, and each cast that the
// compiler takes only by way of `unknown`, stands here with its reason.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

const PRESENT: Reasons = {
  "cli/args/env-file.ts": { "match(REST_OF_LINE)": "matches the empty text too" },
  "interp/lower/aggregate.ts": { descriptor: "validated: the type has one" },
  "interp/lower/atomic.ts": { signature: "each atomic instruction is regular" },
  "interp/lower/lower.ts": { "control.otherwise": "set where an `if` begins" },
  "interp/lower/module-compiler.ts": {
    "this.#finish(lowering)": "exact code of a function that has been lowered",
  },
  "interp/lower/vector.ts": { "row.signature": "each vector instruction is regular" },
  "interp/run/calls.ts": { "func.instance": "has code, so it is no host function" },
  "interp/run/interpreter.ts": { "ex.pc": "set by entering" },
  "interp/run/refuel.ts": { "callee.entry": "lowered before it was entered" },
  "interp/run/run.ts": { "ex.pc": "set by what was suspended" },
  "interp/run/slow.ts": { "callee.entry": "lowered before it was entered" },
  "interp/run/stop.ts": { undefined: "the module of a node that no module has and nobody asks for" },
  "interp/tree/entries.ts": { "func.entry": "the function has just been lowered" },
  "interp/tree/environment.ts": {
    instance: "set while a tree runs",
    undefined: "what a store gives that would be outside: compared with, never computed with",
  },
  "interp/tree/tier.ts": { "entry.run": "judged and built before", shared: "made before the first tree" },
  "interp/tree/vector-lanes.ts": {
    ...{ x: "of four words", y: "of four words", z: "of four words", w: "of four words" },
  },
  "interp/vector-loop.ts": { "ex.vectorViews": "made before the loop is entered, by vectors.ts" },
  "interp/warm-up.ts": { id: "of the only type that was added" },
  "isa/instructions.ts": {
    params: "the text has two sides, or the table's test fails",
    results: "the text has two sides, or the table's test fails",
  },
  "validator/locals.ts": { "this.type(idx)": "a local that there is" },
  "validator/module-validator.ts": { "this.#code": "instructions come between the begin and end of a body" },
};

const CASTS: Reasons = {
  "api/func.ts": { callable: "gets its property `type` in the line before" },
  "api/turn.ts": { "new MessageChannel()": "hosts' declarations of its ports differ" },
  "cli/args/cost-model-option.ts": { value: "the engine checks the rest" },
  "cli/serving/up-application.ts": { value: "asked whether it is a table" },
  "component/api/exports.ts": { Class: "static functions are put on it" },
  "component/api/host-items.ts": { found: "a function that is called with `new`" },
  "component/runtime/async/host-ends.ts": {
    values: "a Uint8Array has what is used of a list",
    chunk: "a Uint8Array has what is used of a list",
  },
  "component/runtime/async/task-body.ts": { "machine.X[base >> 1]": "the slot is the frame's own" },
  "component/runtime/async/thread-builtins.ts": { "machine.X[base >> 1]": "the slot is the frame's own" },
  "component/runtime/host-export.ts": { "machine.X[base >> 1]": "the slot is the frame's own" },
  "interp/tree/assemble.ts": {
    "Object.fromEntries(entries)": "has each of the keys that it was made of",
    "{ bits: new Int32Array(2), at: 0 }": "all that trees read of a global",
  },
  "interp/tree/environment.ts": { undefined: "stands for a trap, and is compared with, never computed with" },
  "interp/tree/translate.ts": { undefined: "stands for a trap, and is compared with, never computed with" },
  "interp/tree/vector-memory.ts": {
    undefined: "stands for a trap, and is compared with, never computed with",
  },
  "plugin/extism/http.ts": { "(await fetch(url, {": "hosts' declarations of its answer differ" },
  "wasi/node/host-file-system.ts": { "entry.name": "names were asked for as bytes" },
  "wasi/waiting.ts": { globalThis: "which timers a host has is looked at" },
  "webassembly/errors.ts": { NamespaceError: "a function that is also called with `new`" },
  "webassembly/interface.ts": { value: "converted by its own valueOf, as Web IDL has it" },
  "webassembly/js-string.ts": { "units.subarray(at, at + CHUNK)": "`apply` takes whatever is like a list" },
};

const root = join(projectRoot, "src");

/** What a collection gives at a place: an index, the last of a stack, a key. */
function isLookUp(expression: ts.Expression): boolean {
  if (ts.isElementAccessExpression(expression)) return true;
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  return ["pop", "get", "byOp"].includes(expression.expression.name.text);
}

/** Whether a cast takes the compiler's word away: by way of `unknown`, or to what everything is. */
function isBlind(node: ts.AsExpression): boolean {
  const { expression, type } = node;
  if (type.kind === ts.SyntaxKind.NeverKeyword || type.kind === ts.SyntaxKind.AnyKeyword) return true;
  return ts.isAsExpression(expression) && expression.type.kind === ts.SyntaxKind.UnknownKeyword;
}

const present: string[] = [];
const casts: string[] = [];
for (const entry of readdirSync(root, { recursive: true, encoding: "utf8" })) {
  const file = entry.replaceAll("\\", "/");
  if (!file.endsWith(".ts") || file.endsWith(".test.ts") || file.startsWith("testing/")) continue;
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const visit = (node: ts.Node): void => {
    if (ts.isNonNullExpression(node) && !isLookUp(node.expression)) {
      present.push(`${file}: ${node.expression.getText(source)}`);
    }
    if (ts.isAsExpression(node) && isBlind(node)) {
      const { expression } = node;
      const what = ts.isAsExpression(expression) ? expression.expression : expression;
      casts.push(`${file}: ${what.getText(source).split("\n", 1)[0]}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

it.each([
  ["`!` stands behind an index or a key, or here with its reason", present, PRESENT],
  ["casts by way of `unknown` stand here with their reasons", casts, CASTS],
])("%s", (_rule, found, reasons) => {
  const explained = new Set(
    Object.entries(reasons).flatMap(([file, each]) => Object.keys(each).map((what) => `${file}: ${what}`)),
  );
  expect(found.length).toBeGreaterThan(10);
  expect(found.filter((each) => !explained.has(each))).toEqual([]);
});
