// Everything that fuzzing found, made small: each case runs natively, on both lowerings, under every cost model,
// at every budget and in slices. The second line of a case says what to call.

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { wat } from "../tests/wat.ts";
import { checkWorld, makeSubjects } from "./differential.ts";
import { Random } from "./random.ts";
import type { PlannedCall, World } from "./world.ts";

const folder = new URL("cases/", import.meta.url);
const subjects = makeSubjects();

function parseCalls(line: string): PlannedCall[] {
  return [...line.matchAll(/(\w+)\(([^)]*)\)/g)].map(([, name, args]) => ({
    module: 0,
    name: name as string,
    args: (args as string)
      .split(",")
      .filter((text) => text.trim() !== "")
      .map(parseArgument),
    budget: 0,
  }));
}

function parseArgument(written: string): number | bigint | null {
  const text = written.trim();
  if (text === "null") return null;
  return text.endsWith("n") ? BigInt(text.slice(0, -1)) : Number(text);
}

it.each(readdirSync(folder).filter((file) => file.endsWith(".wat")))("%s", (file) => {
  const text = readFileSync(new URL(file, folder), "utf8");
  const calls = parseCalls(text.split("\n").find((line) => line.startsWith(";; call ")) ?? "");
  expect(calls).not.toEqual([]);
  const bytes = wat(text);
  const world: World = {
    modules: [
      {
        name: "a",
        hasStart: text.includes("(start "),
        reenters: false,
        tags: new Map(),
        encode: () => bytes,
      },
    ],
    calls,
  };
  expect(checkWorld(world, subjects, new Random(1), true).findings).toEqual([]);
});
