// The built files, parsed, for the tests that judge the built code itself.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AnyNode, type Program, parse } from "acorn";

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "..");

export interface BuiltFile {
  readonly name: string;
  readonly program: Program;
}

/** Every JavaScript file of `dist`. Throws when nothing was built. */
export function builtFiles(): BuiltFile[] {
  const dist = join(projectRoot, "dist");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => ({
      name,
      program: parse(readFileSync(join(dist, name), "utf8"), {
        ecmaVersion: 2022,
        allowHashBang: true,
        sourceType: "module",
        locations: true,
      }),
    }));
}

/** Calls `visit` for every node below `root`, parents first. */
export function walk(root: AnyNode, visit: (node: AnyNode) => void): void {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (Array.isArray(value)) pending.push(...value.toReversed());
    else if (typeof value === "object" && value !== null) {
      if ("type" in value && typeof value.type === "string") visit(value as AnyNode);
      pending.push(...Object.values(value).toReversed());
    }
  }
}
