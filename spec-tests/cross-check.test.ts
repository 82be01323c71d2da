import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SecondReader, type SecondReading } from "./cross-check.ts";
import { type Directive, isAssertion, moduleSources, readScript } from "./reader/script.ts";
import { findSuite, listScripts, loadScript, SUITE } from "./suite.ts";

const suite = findSuite(dirname(fileURLToPath(import.meta.url)));
const files = suite === undefined ? [] : listScripts(suite);
const read = (file: string): string => loadScript(suite ?? "", file);

if (suite === undefined)
  console.warn("SKIPPED: official suite (set WASM_TESTSUITE or run spec-tests/fetch-testsuite.sh)");

/** A directive of ours in the words of the second reader. */
function reading(directive: Directive): SecondReading {
  const { line } = directive;
  switch (directive.kind) {
    case "definition":
    case "instance":
      return { head: "module", line };
    case "action":
      return { head: directive.action.kind, line };
    case "assert_trap_module":
      return { head: "assert_trap", line };
    default:
      return { head: directive.kind, line };
  }
}

describe.skipIf(suite === undefined)("the reader on the official suite", () => {
  it("finds every script, assertion, command and module", () => {
    const directives = files.flatMap((file) => readScript(read(file)).directives);
    expect({
      scripts: files.length,
      assertions: directives.filter(isAssertion).length,
      commands: directives.filter((directive) => !isAssertion(directive)).length,
      textModules: [...moduleSources(directives)].filter(({ form }) => form === "text").length,
    }).toEqual({
      scripts: SUITE.scripts,
      assertions: SUITE.assertions,
      commands: SUITE.commands,
      textModules: SUITE.textModules,
    });
  });

  it("sees the directives that an independent tokenizer sees", () => {
    const second = new SecondReader();
    let checked = 0;
    for (const file of files) {
      const source = read(file);
      const theirs = second.directivesByTokens(source);
      // Bare fields are one module for us and unknown directives for a tokenizer.
      if (theirs === undefined || file === "inline-module.wast") continue;
      expect(readScript(source).directives.map(reading), file).toEqual(theirs);
      checked++;
    }
    expect(checked).toBeGreaterThanOrEqual(240);
  });

  it("sees as many directives as an independent parser", () => {
    const second = new SecondReader();
    let checked = 0;
    for (const file of files) {
      const source = read(file);
      const theirs = second.directiveCountByTree(source);
      if (theirs === undefined || file === "inline-module.wast") continue;
      expect(readScript(source).directives.length, file).toBe(theirs);
      checked++;
    }
    expect(checked).toBeGreaterThanOrEqual(45);
  });
});
