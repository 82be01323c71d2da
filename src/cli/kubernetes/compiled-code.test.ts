import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { wat } from "../../../tests/wat.ts";
import { prepareCode } from "./compiled-code.ts";
import { SAMPLE } from "./sample.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

it("has the bytes of its text for a sample", () => {
  const bytes = Buffer.from(wat(readFileSync(here("sample.wat"), "utf8"))).toString("base64");
  if (process.env.UPDATE) {
    const [comment = ""] = readFileSync(here("sample.ts"), "utf8").split("\n");
    writeFileSync(here("sample.ts"), `${comment}\n\nexport const SAMPLE =\n  "${bytes}";\n`);
  }
  expect(process.env.UPDATE ? bytes : SAMPLE).toBe(bytes);
});

it("says so where nothing can be prepared", () => {
  expect(prepareCode("/no/such/node", "/no/such/package")).toBe(false);
});
