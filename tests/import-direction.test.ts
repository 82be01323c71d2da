// Imports in src go one way (docs/ARCHITECTURE.md). Walks them all and names each wrong one.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "src");

const BASE = ["host", "errors", "limits", "utf8", "printable", "priority-queue"];
const MODULES = [...BASE, "isa", "module"];
const ENGINE = [...MODULES, "checks", "decoder", "validator", "runtime", "interp"];

const COMPONENT_PARTS = ["component/model", "component/binary", "component/validator", "component/abi"];

/** From a layer, the layers that it may import besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  host: [],
  errors: ["host"],
  limits: [],
  utf8: [],
  "priority-queue": [],
  printable: [],
  checks: ["host", "printable"],
  isa: BASE,
  module: [...BASE, "isa"],
  decoder: MODULES,
  validator: MODULES,
  runtime: [...MODULES, "decoder", "validator"],
  interp: [...MODULES, "checks", "decoder", "validator", "runtime"],
  api: ENGINE,
  wasi: [...BASE, "checks", "api"],
  "component/model": [...ENGINE, "api"],
  "component/binary": [...ENGINE, "api", "component/model"],
  "component/validator": [...ENGINE, "api", "component/model"],
  "component/abi": [...ENGINE, "api", "component/model"],
  "component/runtime": [...ENGINE, "api", ...COMPONENT_PARTS],
  "component/api": [...ENGINE, "api", ...COMPONENT_PARTS, "component/runtime"],
  // Its index.
  component: ["component/model", "component/api"],
  "component-wasi": [...BASE, "checks", "api", "wasi", "component", "component/api"],
  webassembly: [...ENGINE, "api"],
  plugin: [...BASE, "checks", "api", "wasi"],
  http: [...BASE, "checks", "api", "wasi", "component", "component-wasi"],
  oci: [...BASE, "checks", "decoder"],
  spin: [...BASE, "checks", "decoder", "api", "wasi", "component", "component-wasi", "http"],
  cli: [
    ...[...ENGINE, "api", "wasi", "component", ...COMPONENT_PARTS, "component/api", "component-wasi"],
    ...["http", "spin", "oci"],
  ],
  // Support of tests and tools sees everything; nothing of the product sees it.
  testing: [
    ...[...ENGINE, "api", "wasi", "webassembly", "cli"],
    ...["component", ...COMPONENT_PARTS, "component/runtime", "component/api", "component-wasi"],
    ...["http", "spin", "oci"],
  ],
};

/** Layers that are seen from above only through their index. */
const ONLY_THROUGH_INDEX: Record<string, readonly string[]> = {
  wasi: ["api"],
  "component-wasi": ["api"],
  plugin: ["api", "wasi"],
  http: ["api"],
  spin: ["api"],
};

/** Where a module is imported that the embedder names. */
const COMPUTED_IMPORTS = ["plugin/node/worker.ts"];

/** What only these files see, as all others declare the part of it that they need. */
const SEEN_BY: Readonly<Record<string, readonly string[]>> = {
  "interp/run/context.ts": ["interp/run/interpreter.ts", "interp/run/run.ts"],
};

/** Where `node:` modules may be imported. */
const NODE_FILES = /^(cli\/|http\/|spin\/|(wasi|component-wasi|plugin)\/node\/|testing\/|node\.ts$)/;

/** Packages that are built in, and the one file that knows each. */
const BUILT_IN: Readonly<Record<string, string>> = { "toml-eslint-parser": "spin/toml.ts" };

interface ImportSite {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
}

function sourceFiles(): string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .sort();
}

function importsOf(file: string): ImportSite[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const sites: ImportSite[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean): void => {
    if (node !== undefined && ts.isStringLiteralLike(node)) {
      sites.push({ from: file, specifier: node.text, typeOnly });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument === undefined || !ts.isStringLiteralLike(argument)) {
        sites.push({ from: file, specifier: "(computed)", typeOnly: false });
      } else add(argument, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sites;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const bindings = clause.namedBindings;
  return (
    clause.name === undefined &&
    bindings !== undefined &&
    ts.isNamedImports(bindings) &&
    bindings.elements.every((element) => element.isTypeOnly)
  );
}

/**
 * `interp/ops/numeric/f32.ts` is of layer `interp`, `component/abi/lift.ts` of `component/abi`, `errors.ts` of `errors`; entry
 * points are of none.
 */
function layerOf(file: string): string | undefined {
  const parts = file.replace(/\.ts$/, "").split("/");
  return [parts.slice(0, 2).join("/"), parts[0] ?? ""].find((layer) => layer in MAY_IMPORT);
}

function problemOf({ from, specifier, typeOnly }: ImportSite): string | undefined {
  if (specifier.startsWith("node:")) {
    return NODE_FILES.test(from) ? undefined : `${from} imports ${specifier}`;
  }
  if (specifier === "(computed)" && COMPUTED_IMPORTS.includes(from)) return undefined;
  if (BUILT_IN[specifier] === from) return undefined;
  if (!specifier.startsWith(".")) return `${from} imports ${specifier}, which is not ours`;
  if (!specifier.endsWith(".ts")) return `${from} imports ${specifier} without its extension`;
  const target = posix.join(posix.dirname(from), specifier);
  if (target.startsWith("..")) return `${from} imports ${specifier}, which is outside src`;
  if (SEEN_BY[target]?.includes(from) === false) return `${from} imports ${target}, which is not for it`;
  const fromLayer = layerOf(from);
  const toLayer = layerOf(target);
  if (fromLayer === undefined || fromLayer === toLayer) return undefined;
  const what = `${from} imports ${typeOnly ? "types of " : ""}${target}`;
  if (toLayer === undefined) return `${what}, an entry point`;
  if (!MAY_IMPORT[fromLayer]?.includes(toLayer)) return `${what}: ${fromLayer} must not know ${toLayer}`;
  if (ONLY_THROUGH_INDEX[fromLayer]?.includes(toLayer) && !indexesOf(toLayer).includes(target)) {
    return `${what}: only ${toLayer}/index.ts is for ${fromLayer}`;
  }
  return undefined;
}

/** What is for all above of a layer, and of its part for Node. */
function indexesOf(layer: string): readonly string[] {
  return [`${layer}/index.ts`, `${layer}/node/index.ts`];
}

/** Cycles of imports that exist at run time, each as the list of its files. */
function cycles(sites: readonly ImportSite[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, specifier, typeOnly } of sites) {
    if (typeOnly || !specifier.startsWith(".")) continue;
    const list = targets.get(from) ?? [];
    list.push(posix.join(posix.dirname(from), specifier));
    targets.set(from, list);
  }
  const found: string[][] = [];
  const state = new Map<string, "open" | "closed">();
  const path: string[] = [];
  const walk = (file: string): void => {
    if (state.get(file) === "closed") return;
    if (state.get(file) === "open") {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, "open");
    path.push(file);
    for (const target of targets.get(file) ?? []) walk(target);
    path.pop();
    state.set(file, "closed");
  };
  for (const file of targets.keys()) walk(file);
  return found;
}

describe("imports in src", () => {
  const files = sourceFiles();
  const sites = files.flatMap(importsOf);

  it("sees the sources", () => {
    expect(files).toContain("errors.ts");
    expect(sites.length).toBeGreaterThan(0);
  });

  it("go one way, and to Node only where Node is meant", () => {
    expect(sites.map(problemOf).filter((problem) => problem !== undefined)).toEqual([]);
  });

  it("form no cycle", () => {
    expect(cycles(sites)).toEqual([]);
  });

  it("would be caught when wrong", () => {
    const wrong = (from: string, specifier: string) => problemOf({ from, specifier, typeOnly: false });
    expect(wrong("decoder/reader.ts", "../validator/x.ts")).toContain("must not know");
    expect(wrong("validator/x.ts", "../decoder/reader.ts")).toContain("must not know");
    expect(wrong("isa/op.ts", "../module/types.ts")).toContain("must not know");
    expect(wrong("wasi/fd.ts", "../interp/loop.ts")).toContain("must not know");
    expect(wrong("wasi/fd.ts", "../api/engine.ts")).toContain("only api/index.ts");
    expect(wrong("wasi/fd.ts", "node:fs")).toContain("node:fs");
    expect(wrong("component/binary/x.ts", "../validator/y.ts")).toContain("must not know");
    expect(wrong("component/abi/x.ts", "../runtime/y.ts")).toContain("must not know");
    expect(wrong("api/engine.ts", "../component/api/x.ts")).toContain("must not know");
    expect(wrong("component-wasi/x.ts", "../component/runtime/y.ts")).toContain("must not know");
    expect(wrong("api/engine.ts", "../index.ts")).toContain("entry point");
    expect(wrong("wasi/fd.ts", "toml-eslint-parser")).toContain("not ours");
    expect(wrong("wasi/fd.ts", "../testing/wasi-guest.ts")).toContain("must not know");
    expect(wrong("interp/loop.ts", "./run/context.ts")).toContain("not for it");
    expect(wrong("wasi/node/host.ts", "node:fs")).toBeUndefined();
    expect(
      cycles([
        { from: "isa/a.ts", specifier: "./b.ts", typeOnly: false },
        { from: "isa/b.ts", specifier: "./a.ts", typeOnly: false },
      ]),
    ).toHaveLength(1);
  });
});
