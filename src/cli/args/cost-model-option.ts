// Reads `--cost-model`: the name of a preset, or a JSON file with a cost model.
// Owns the file's shape; prices are checked by the engine.

import { didYouMean } from "../../checks/suggest.ts";
import { COST_MODELS, type CostModel } from "../../interp/code/cost-model.ts";
import { printable } from "../../printable.ts";
import { readInput } from "../read-module.ts";
import { InputError } from "../usage-error.ts";

const NUMBERS: ReadonlySet<string> = new Set([
  "version",
  "base",
  "delimiter",
  "loopReentry",
  "functionEntry",
  "perLocal",
  "perByte",
  "perElement",
  "perPage",
  "hostCall",
  "wasiCall",
  "perHostByte",
  "perHostBuffer",
  "perDirectoryEntry",
  "perPathComponent",
  "perSubscription",
]);
const TABLES: ReadonlySet<string> = new Set(["classes", "instructions"]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Checks the shape of a parsed file. Throws InputError. */
export function toCostModel(value: unknown, file: string): CostModel {
  const fail = (problem: string): never => {
    throw new InputError(`cost model ${printable(file)}: ${printable(problem)}`);
  };
  if (!isObject(value)) return fail("not a JSON object");
  for (const [key, entry] of Object.entries(value)) {
    if (key === "name") {
      if (typeof entry !== "string") fail("name must be a string");
    } else if (NUMBERS.has(key)) {
      if (typeof entry !== "number") fail(`${key} must be a number`);
    } else if (TABLES.has(key)) {
      if (!isObject(entry) || Object.values(entry).some((price) => typeof price !== "number")) {
        fail(`${key} must be an object of numbers`);
      }
    } else fail(`unknown entry '${key}'${didYouMean(key, ["name", ...NUMBERS, ...TABLES])}`);
  }
  for (const key of ["name", "version", "base"]) if (!(key in value)) fail(`${key} is missing`);
  return value as unknown as CostModel;
}

/** A preset's name, or the model in a JSON file. Throws InputError. */
export function readCostModel(text: string): "instructions" | "bounded" | CostModel {
  if (text === "instructions" || text === "bounded") return text;
  const hint = didYouMean(text, Object.keys(COST_MODELS));
  let json: string;
  try {
    json = new TextDecoder().decode(readInput(text));
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`--cost-model: ${error.message}${hint}`);
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new InputError(`cost model ${printable(text)}: ${(error as Error).message.split("\n", 1)[0]}`);
  }
  return toCostModel(value, text);
}
