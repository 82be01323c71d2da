// Where src overrules the compiler. `!` says that a list or map has something at a place: indices are inside for a reason that
// their file knows (docs/RATIONALE.md), and what a guest or caller names is checked before. Any other `!`, and each cast that the
// compiler takes only by way of `unknown`, stands here with its reason.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { projectRoot } from "./built-code.ts";

type Reasons = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** By the beginning of the path: code that moves within its folder needs no new reason. */
const PRESENT: Reasons = {
  "cli/args/": { "match(REST_OF_LINE)": "matches the empty text too" },
  "interp/lower/": {
    descriptor: "validated: the type has one",
    signature: "each atomic instruction is regular",
    "control.otherwise": "set where an `if` begins",
    "this.#finish(lowering)": "exact code of a function that has been lowered",
    "row.signature": "each vector instruction is regular",
  },
  "interp/run/": {
    "func.instance": "has code, so it is no host function",
    "ex.pc": "set by entering, and by what was suspended",
    "callee.entry": "lowered before it was entered",
    undefined: "the module of a node that no module has and nobody asks for",
  },
  "interp/tree/": {
    "func.entry": "the function has just been lowered",
    "entry.run": "judged and built before",
    instance: "set while a tree runs",
    undefined: "what a store gives that would be outside: compared with, never computed with",
    ...{ x: "of four words", y: "of four words", z: "of four words", w: "of four words" },
  },
  "interp/vector-loop.ts": { "ex.vectorViews": "made before the loop is entered, by vectors.ts" },
  "interp/warm-up.ts": { id: "of the only type that was added" },
  "isa/": {
    params: "the text has two sides, or the table's test fails",
    results: "the text has two sides, or the table's test fails",
  },
  "validator/": {
    "this.type(idx)": "a local that there is",
    "this.#code": "instructions come between the begin and end of a body",
  },
};

const CASTS: Reasons = {
  "api/": {
    callable: "gets its property `type` in the line before",
    "new MessageChannel()": "hosts' declarations of its ports differ",
  },
  "cli/args/": { value: "the engine checks the rest" },
  "cli/serving/": { value: "asked whether it is a table" },
  "component/api/": {
    Class: "static functions are put on it",
    found: "a function that is called with `new`",
  },
  "component/runtime/": {
    values: "a Uint8Array has what is used of a list",
    chunk: "a Uint8Array has what is used of a list",
    "machine.X[base >> 1]": "the slot is the frame's own",
  },
  "host.ts": { "{": "of an AbortSignal, what is used of one where the host has none" },
  "interp/tree/": {
    "Object.fromEntries(entries)": "has each of the keys that it was made of",
    "{ bits: new Int32Array(2), at: 0 }": "all that trees read of a global",
    undefined: "stands for a trap, and is compared with, never computed with",
  },
  "plugin/extism/": { "(await fetch(url, {": "hosts' declarations of its answer differ" },
  "wasi/node/": { "entry.name": "names were asked for as bytes" },
  "wasi/waiting.ts": { globalThis: "which timers a host has is looked at" },
  "webassembly/": {
    NamespaceError: "a function that is also called with `new`",
    value: "converted by its own valueOf, as Web IDL has it",
    "units.subarray(at, at + CHUNK)": "`apply` takes whatever is like a list",
  },
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

interface Found {
  readonly file: string;
  readonly what: string;
}
const present: Found[] = [];
const casts: Found[] = [];
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
      present.push({ file, what: node.expression.getText(source) });
    }
    if (ts.isAsExpression(node) && isBlind(node)) {
      const { expression } = node;
      const what = ts.isAsExpression(expression) ? expression.expression : expression;
      casts.push({ file, what: what.getText(source).replace(/\n.*/s, "") });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

it.each([
  ["`!` stands behind an index or a key, or here with its reason", present, PRESENT],
  ["casts by way of `unknown` stand here with their reasons", casts, CASTS],
])("%s", (_rule, found, reasons) => {
  const isExplained = ({ file, what }: Found): boolean =>
    Object.entries(reasons).some(([where, each]) => file.startsWith(where) && Object.hasOwn(each, what));
  expect(found.length).toBeGreaterThan(10);
  expect(found.filter((each) => !isExplained(each))).toEqual([]);
});
