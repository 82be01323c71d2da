import { expect, it } from "vitest";
import { COMMANDS } from "../commands/index.ts";
import { COMMAND_NAMES } from "../commands/names.ts";
import { keptName } from "./kept-runs.ts";

it("has the names of all commands", () => {
  expect(COMMANDS.map(({ name }) => name)).toEqual(COMMAND_NAMES);
});

it("knows of every command whether it runs a guest", () => {
  const names = COMMANDS.map(({ name }) => [name, keptName([name, "file.wasm"])]);
  expect(Object.fromEntries(names.filter(([, kept]) => kept !== undefined))).toEqual({
    ...{ run: "run", serve: "serve", up: "up", watch: "up" },
  });
});

it("takes a file for a run, and options alone for none", () => {
  for (const argv of [["app.wasm"], ["--fuel", "1", "app.wasm"], ["./validate"]]) {
    expect(keptName(argv)).toBe("run");
  }
  for (const argv of [[], ["--version"], ["--help"], ["run", "--help"]]) {
    expect(keptName(argv)).toBeUndefined();
  }
});
