// A switch over opcodes is fast only while its labels are literals: the bundler must have inlined every const enum.

import type { AnyNode, Expression } from "acorn";
import { parse } from "acorn";
import { expect, it } from "vitest";
import { builtFiles, walk } from "./built-code.ts";

const LARGE = 20;

interface LargeSwitch {
  readonly line: number;
  readonly cases: number;
  readonly notLiteral: number;
}

function isLiteral(label: Expression): boolean {
  if (label.type === "UnaryExpression" && label.operator === "-") return isLiteral(label.argument);
  return label.type === "Literal";
}

function largeSwitches(program: AnyNode): LargeSwitch[] {
  const found: LargeSwitch[] = [];
  walk(program, (node) => {
    if (node.type !== "SwitchStatement" || node.cases.length <= LARGE) return;
    found.push({
      line: node.loc?.start.line ?? 0,
      cases: node.cases.length,
      notLiteral: node.cases.filter(({ test }) => test && !isLiteral(test)).length,
    });
  });
  return found;
}

it("has only literal case labels in every large switch of the built files", () => {
  const found = builtFiles().flatMap(({ name, program }) =>
    largeSwitches(program).map((large) => ({ name, ...large })),
  );
  expect(Math.max(...found.map(({ cases }) => cases)), "the loop's own switch is among them").toBeGreaterThan(
    150,
  );
  expect(found.filter(({ notLiteral }) => notLiteral > 0)).toEqual([]);
});

it("would catch a label that is not a literal", () => {
  const cases = Array.from({ length: LARGE }, (_, i) => `case ${i}: break;`).join("");
  const source = `switch (x) { ${cases} case Op.Nop: break; }`;
  expect(largeSwitches(parse(source, { ecmaVersion: 2022 }))).toMatchObject([{ notLiteral: 1 }]);
});
