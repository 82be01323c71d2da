// `UPDATE=1 npx vitest run src/cli/show/man-page.test.ts` writes the page anew.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { COMMANDS } from "../commands/index.ts";
import { manPage } from "./man-page.ts";

const file = new URL("../../../man/wasmeter.1", import.meta.url);

it("is the page that the package ships", () => {
  const page = manPage(COMMANDS);
  if (process.env.UPDATE !== undefined) {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, page);
  }
  expect(readFileSync(file, "utf8")).toBe(page);
});

it("has every command and option", () => {
  const page = manPage(COMMANDS);
  for (const { name, options } of COMMANDS) {
    expect(page).toContain(`wasmeter ${name === "run" ? "[run]" : name}`);
    for (const option of Object.keys(options))
      expect(page).toContain(`\\fB\\-\\-${option.replaceAll("-", "\\-")}\\fR`);
  }
});
