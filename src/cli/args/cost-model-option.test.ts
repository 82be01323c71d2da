import { expect, it } from "vitest";
import { InputError } from "../usage-error.ts";
import { readCostModel, toCostModel } from "./cost-model-option.ts";

const MODEL = {
  name: "mine",
  version: 1,
  base: 1,
  classes: { call: 5 },
  instructions: { "i32.add": 2 },
  perByte: 1,
};

it("knows the presets by name", () => {
  expect(readCostModel("bounded")).toBe("bounded");
  expect(() => readCostModel("bonded")).toThrow("did you mean 'bounded'?");
});

it("takes a model as it is", () => {
  expect(toCostModel(MODEL, "m.json")).toEqual(MODEL);
});

it.each<[string, unknown, string]>([
  ["an array", [], "not a JSON object"],
  ["null", null, "not a JSON object"],
  ["a missing base", { name: "x", version: 1 }, "base is missing"],
  ["a price that is no number", { ...MODEL, base: "1" }, "base must be a number"],
  ["a table that is none", { ...MODEL, classes: [] }, "classes must be an object of numbers"],
  [
    "a table with words",
    { ...MODEL, instructions: { nop: "1" } },
    "instructions must be an object of numbers",
  ],
  ["an unknown entry", { ...MODEL, perBytes: 1 }, "unknown entry 'perBytes'; did you mean 'perByte'?"],
])("refuses %s", (_, value, message) => {
  expect(() => toCostModel(value, "m.json")).toThrow(InputError);
  expect(() => toCostModel(value, "m.json")).toThrow(`cost model m.json: ${message}`);
});
