import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { wat } from "../../../tests/wat.ts";
import { prepareCode } from "./compiled-code.ts";
import { COMPONENT_SAMPLE, SAMPLE } from "./sample.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

it("has the bytes of their texts for samples", () => {
  const base64 = (name: string): string =>
    Buffer.from(wat(readFileSync(here(name), "utf8"))).toString("base64");
  const bytes = base64("sample.wat");
  const component = base64("sample-component.wat");
  if (process.env.UPDATE) {
    const [comment = ""] = readFileSync(here("sample.ts"), "utf8").split("\n");
    const constants = `export const SAMPLE =\n  "${bytes}";\n\nexport const COMPONENT_SAMPLE =\n  "${component}";\n`;
    writeFileSync(here("sample.ts"), `${comment}\n\n${constants}`);
    return;
  }
  expect(SAMPLE).toBe(bytes);
  expect(COMPONENT_SAMPLE).toBe(component);
});

it("says so where nothing can be prepared", () => {
  expect(prepareCode("/no/such/node", "/no/such/package")).toBe(false);
});
