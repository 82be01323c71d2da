// The same results and fuel in every host that continuous integration asks for; and what the scripts for hosts without modules give.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import { describe, expect, it } from "vitest";
import * as engine from "wasmeter";
import * as wasi from "wasmeter/wasi";
import * as namespace from "wasmeter/webassembly";
import { projectRoot, walk } from "./built-code.ts";
import { hasComponents } from "./real-components.ts";

it("gives the same in all of them", { timeout: 600_000 }, () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["environments/run.mjs", "--required"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  expect(status, stdout + stderr).toBe(0);
  expect(stdout.match(/ equal /g)).toHaveLength(6);
});

it("executes published packages with their own glue as the host does", { timeout: 600_000 }, () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["environments/parade/run.mjs", "--cheap"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  expect(status, stdout + stderr).toBe(0);
  expect(stdout).toContain("5 packages as natively, 0 not");
});

const areThere = hasComponents("expected/types.json", "real components in other hosts");

it.skipIf(!areThere)(
  "answers as Wasmtime and jco do in hosts that lack most of the Web's classes",
  {
    timeout: 600_000,
  },
  () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [
        "environments/components/run.mjs",
        ...["--components", "rust-types,rust-http", "--hosts", "this Node,Bun without JIT and Wasm,QuickJS"],
      ],
      { cwd: projectRoot, encoding: "utf8" },
    );
    expect(status, stdout + stderr).toBe(0);
    expect(stdout.match(/ 59 of 59 types| 8 of 8 requests/g)).toHaveLength(6);
  },
);

/** KiB, gzipped. */
const BUDGETS: Readonly<Record<string, number>> = { es2022: 188, es2015: 215, es5: 250 };

describe.each(["es2022", "es2015", "es5"])("the script in %s", (dialect) => {
  const text = readFileSync(join(projectRoot, `dist/script/wasmeter.${dialect}.cjs`), "utf8");

  it("makes one global, with all that the entry points give", () => {
    const context = createContext({});
    runInContext(text, context);
    expect(Object.keys(context)).toEqual(["wasmeter"]);
    const names = [engine, wasi, namespace].flatMap((entry) => Object.keys(entry));
    expect(Object.keys(context.wasmeter).sort()).toEqual([...new Set(names)].sort());
  });

  it("stays small", () => {
    expect(gzipSync(text).length / 1024).toBeLessThan(BUDGETS[dialect] as number);
  });
});

it("has no syntax in ES5 that Hermes lacks", () => {
  const text = readFileSync(join(projectRoot, "dist/script/wasmeter.es5.cjs"), "utf8");
  const found = new Set<string>();
  walk(parse(text, { ecmaVersion: 2020 }), ({ type }) => void found.add(type));
  const newer = [
    "ArrowFunctionExpression",
    "ClassDeclaration",
    "ClassExpression",
    "TemplateLiteral",
    "SpreadElement",
  ];
  expect(newer.filter((type) => found.has(type))).toEqual([]);
  expect(found).toContain("FunctionExpression");
});
