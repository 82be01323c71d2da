// What transpilers and older hosts get wrong: the built engine does without it. `node:` entry points are Node's own.

import { spawnSync } from "node:child_process";
import { join, posix } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyNode, parse } from "acorn";
import { expect, it } from "vitest";
import { type BuiltFile, builtFiles, projectRoot, walk } from "./built-code.ts";

/** Methods since ES2021, which hosts like Hermes 0.12 do not have, and one that QuickJS gets wrong; `src/host.ts` has what is needed of them. */
const NEW_METHODS = new Set([
  "hasOwn",
  "at",
  "replaceAll",
  "findLast",
  "findLastIndex",
  "toSorted",
  "toReversed",
  "with",
  "asUintN",
]);

/** Entry points that need no Node. */
const PORTABLE = [
  "index.js",
  "core.js",
  "packs.js",
  "wasi.js",
  "webassembly.js",
  "component.js",
  "component/wasi.js",
  "plugin-portable.js",
];

/** The entry points, and all that they import. */
function portableFiles(): BuiltFile[] {
  const files = new Map(builtFiles().map((file) => [file.name, file]));
  const reached = new Set<string>();
  const pending = [...PORTABLE];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const from = name;
    walk(files.get(name)?.program as AnyNode, (node) => {
      const isModule = /^(Import|ExportNamed|ExportAll)Declaration$|^ImportExpression$/.test(node.type);
      const source = isModule && "source" in node ? node.source : undefined;
      if (source?.type === "Literal" && String(source.value).startsWith("."))
        pending.push(posix.join(posix.dirname(from), String(source.value)));
    });
  }
  return [...reached].map((name) => files.get(name) as BuiltFile);
}

function problems(program: AnyNode): string[] {
  const found: string[] = [];
  walk(program, (node) => {
    const line = node.loc?.start.line;
    // Transpilers to ES2015 make Math.pow of it, which throws for BigInts. With a number no BigInt can stand beside it.
    if (node.type === "BinaryExpression" && node.operator === "**" && ![node.left, node.right].some(isNumber))
      found.push(`${line}: ** that may be of BigInts`);
    // QuickJS before 2023 does not compile the `yield` that transpilers make of it.
    if (node.type === "ForOfStatement" && node.right.type === "AwaitExpression")
      found.push(`${line}: a loop over what is awaited`);
    if (node.type === "AssignmentExpression" && node.operator === "**=" && !isNumber(node.right))
      found.push(`${line}: ** that may be of BigInts`);
    // A syntax error in QuickJS-ng, as if it were static.
    if (node.type === "PropertyDefinition" && node.key.type === "Identifier" && node.key.name === "prototype")
      found.push(`${line}: a field named prototype`);
    // What has no such symbol would give its key the name "undefined".
    if ("computed" in node && node.computed && keyOf(node) === "Symbol.dispose")
      found.push(`${line}: [Symbol.dispose]`);
    if (node.type !== "CallExpression" || node.callee.type !== "MemberExpression" || node.callee.computed)
      return;
    const { property } = node.callee;
    if (property.type === "Identifier" && NEW_METHODS.has(property.name))
      found.push(`${line}: .${property.name}()`);
  });
  return found;
}

/** What stands in the brackets of a computed key, where that is a member of something with a name. */
function keyOf(node: AnyNode): string | undefined {
  const key = "key" in node ? node.key : "property" in node ? node.property : undefined;
  if (key?.type !== "MemberExpression" || key.object.type !== "Identifier") return undefined;
  return key.property.type === "Identifier" ? `${key.object.name}.${key.property.name}` : undefined;
}

function isNumber(node: AnyNode): boolean {
  return node.type === "Literal" && typeof node.value === "number";
}

it("uses nothing that older hosts lack or transpilers break", () => {
  const files = portableFiles();
  expect(files.length).toBeGreaterThan(PORTABLE.length);
  expect(files.flatMap(({ name, program }) => problems(program).map((at) => `${name}:${at}`))).toEqual([]);
});

it("would catch each of them", () => {
  const find = (code: string) => problems(parse(code, { ecmaVersion: 2022, locations: true }));
  expect(find("2n ** 3n; x **= y")).toEqual(["1: ** that may be of BigInts", "1: ** that may be of BigInts"]);
  expect(find("Object.hasOwn(a, b)")).toEqual(["1: .hasOwn()"]);
  expect(find("list.at(-1)")).toEqual(["1: .at()"]);
  expect(find("BigInt.asUintN(64, x)")).toEqual(["1: .asUintN()"]);
  expect(find("class A { [Symbol.dispose]() {} }; a[Symbol.dispose]()")).toEqual([
    "1: [Symbol.dispose]",
    "1: [Symbol.dispose]",
  ]);
  expect(find("class A { prototype = 1 }")).toEqual(["1: a field named prototype"]);
  expect(find("node.at + 2 ** 3")).toEqual([]);
});

/** Runs code in a fresh process after `prelude` has changed its globals. */
function runAfter(prelude: string, code: string): { readonly stdout: string; readonly stderr: string } {
  const dist = pathToFileURL(join(projectRoot, "dist/index.js")).href;
  const program = `${prelude}\nconst { Engine, Linker, Module, Store } = await import(${JSON.stringify(dist)});\n${code}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
  });
  return { stdout, stderr };
}

it("refuses a host whose typed arrays are big-endian", () => {
  const bigEndian = `
    const Native = Uint16Array;
    globalThis.Uint16Array = function (values) {
      const array = new Native(values);
      return { buffer: Uint8Array.from(new Uint8Array(array.buffer)).reverse().buffer };
    };`;
  const code = "try { new Engine(); } catch (error) { console.log(error.message); }";
  expect(runAfter(bigEndian, code).stdout).toContain("big-endian");
});

it("runs without timers, performance, TextDecoder, Atomics and what came after ES2020", () => {
  const bare = `
    for (const name of ["setTimeout", "clearTimeout", "performance", "TextDecoder", "TextEncoder", "Atomics",
      "SharedArrayBuffer", "structuredClone", "WeakRef", "FinalizationRegistry", "queueMicrotask"])
      delete globalThis[name];
    delete Error.stackTraceLimit; delete Object.hasOwn; delete Array.prototype.at; delete String.prototype.replaceAll;
    delete ArrayBuffer.prototype.resize; delete ArrayBuffer.prototype.transfer;`;
  const code = `
    const engine = new Engine();
    const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0,
      10, 6, 1, 4, 0, 65, 42, 11);
    const instance = new Linker(engine).instantiate(new Store(engine, { fuel: 100 }), new Module(engine, bytes));
    console.log(instance.call("f"), await instance.callAsync("f"), String(instance.store.fuelConsumed));`;
  const { stdout, stderr } = runAfter(bare, code);
  expect(stderr).toBe("");
  expect(stdout).toBe("42 42 2\n");
});
