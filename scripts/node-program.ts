// How the tests' own Node programs are built: into a git-ignored `.build`, packages left outside.

import { defineConfig } from "tsdown";

export interface NodeProgram {
  readonly entry: Record<string, string>;
  readonly outDir: string;
  /** Packages that are imported as they are when it runs. */
  readonly outside?: (string | RegExp)[];
}

export function nodeProgram({ entry, outDir, outside = [] }: NodeProgram) {
  return defineConfig({
    entry,
    outDir,
    format: "esm",
    platform: "node",
    target: "es2022",
    fixedExtension: false,
    dts: false,
    deps: { neverBundle: outside },
  });
}
