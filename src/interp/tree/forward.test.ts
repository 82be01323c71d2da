import { describe, expect, it } from "vitest";
import { Code } from "../code/code.ts";
import { CodeNode, type FunctionCode } from "../code/node.ts";
import { forward } from "./forward.ts";
import { type TrapPlan, Tree, tree, word } from "./tree.ts";

const sum = (x: number, y: number): Tree => tree("addXY", word(x), word(y));
const set = (at: number, value: Tree): Tree => tree("set", at, value);
const load = (address: number): Tree => {
  const node = new CodeNode(undefined as unknown as FunctionCode, Code.I32Load, 20, address, 0, 0, null);
  const plan: TrapPlan = { exit: { node, refund: 0, isBehind: false }, operands: [] };
  return new Tree("checked", [tree("load32", tree("address", word(address))), plan], [], true);
};

/** A tree as text: kinds, and what they have of numbers and trees. */
function text({ kind, operands }: Tree): string {
  const parts = operands.filter((each) => each instanceof Tree || typeof each === "number");
  return `${kind}(${parts.map((each) => (each instanceof Tree ? text(each) : each)).join(" ")})`;
}
const forwarded = (steps: readonly Tree[], test?: Tree): string[] => {
  const made = forward(steps, test);
  return [...made.steps, ...(test === undefined ? [] : [made.test])].map(text);
};

describe("forward", () => {
  it("writes no value that only the next step reads", () => {
    expect(forwarded([set(2, sum(4, 6)), set(2, sum(2, 8))])).toEqual([
      "set(2 addXY(addXY(get(4) get(6)) get(8)))",
    ]);
  });

  it("writes on its way what is read later", () => {
    expect(forwarded([set(2, sum(4, 6)), set(8, sum(2, 4))])).toEqual([
      "set(8 addXY(tee(2 addXY(get(4) get(6))) get(4)))",
    ]);
  });

  it("hands on to the condition behind", () => {
    expect(forwarded([set(2, sum(4, 6))], tree("isSet", word(2)))).toEqual([
      "isSet(tee(2 addXY(get(4) get(6))))",
    ]);
  });

  it("drops what is written anew before it is read", () => {
    expect(forwarded([set(2, sum(4, 6)), set(2, word(8))])).toEqual(["set(2 get(8))"]);
  });

  it.each([
    ["what the value reads is written between", [set(2, sum(4, 6)), set(4, word(8)), set(10, word(2))]],
    ["a step between is not plain", [set(2, sum(4, 6)), tree("spend", 3), set(10, word(2))]],
    ["the value is loaded", [set(2, load(4)), set(10, word(2))]],
    [
      "it is read only in some cases",
      [set(2, sum(4, 6)), set(10, tree("select", tree("isSet", word(8)), word(2), word(4)))],
    ],
    ["a double is read as a word", [tree("set64", 2, tree("get64", 4)), set(10, word(3))]],
  ])("leaves everything where %s", (_, steps) => {
    expect(forwarded(steps)).toEqual(steps.map(text));
  });

  it("writes the address of what may trap, even if nothing else reads it", () => {
    expect(forwarded([set(2, sum(4, 6)), set(8, load(2)), set(2, word(4))])[0]).toContain("tee(2");
  });

  it("lets the interpreter find an address that a condition's neighbour reads", () => {
    const steps = [set(2, sum(4, 6)), set(8, tree("addXY", load(2), word(2)))];
    expect(forwarded(steps)).toEqual([
      "set(8 addXY(checked(load32(address(tee(2 addXY(get(4) get(6)))))) get(2)))",
    ]);
  });
});
