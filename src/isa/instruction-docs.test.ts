// docs/instructions.md is generated; UPDATE=1 writes it, every other run compares.

import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { instructionDocs } from "../../scripts/generate-instruction-docs.ts";

const FILE = new URL("../../docs/instructions.md", import.meta.url);

it("docs/instructions.md is what the instruction table says (UPDATE=1 rewrites it)", () => {
  const text = instructionDocs();
  if (process.env.UPDATE === "1") writeFileSync(FILE, text);
  expect(readFileSync(FILE, "utf8")).toBe(text);
});
