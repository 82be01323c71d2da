// How the package is built: one ES module per entry point, shared chunks, type declarations.
// Bundling is what inlines const enums across files; tests/literal-case-labels.test.ts holds it to that.

import { defineConfig } from "tsdown";

/** Decoding, validating, inspecting: what `Engine` and `Module` alone need. */
const MODULES =
  /\/src\/(errors|limits|utf8|printable|(checks|isa|module|decoder|validator)\/.+|api\/(engine|module|interrupt|pack)|interp\/code\/cost-model|runtime\/link)(?<!\.d)\.ts$/;
/** What packs bring, each by itself. */
const VECTORS =
  /\/src\/interp\/(vectors|vector-loop|warm-up-vector|ops\/simd\/.+|lower\/vector|tree\/(vector|translate-vector).*)(?<!\.d)\.ts$/;
const TREES = /\/src\/interp\/tree\/.+(?<!\.d)\.ts$/;
const AGGREGATES = /\/src\/interp\/(aggregates|ops\/(aggregate|heavy-array)|lower\/aggregate)(?<!\.d)\.ts$/;
const ATOMICS = /\/src\/interp\/(atomics|ops\/atomic|lower\/atomic)(?<!\.d)\.ts$/;
/** What brings all of them. */
const PACKS = /\/src\/api\/(packs|full-store)(?<!\.d)\.ts$/;
/** The rest of the engine. None is to catch type declarations, which are bundled by the same means. */
const EXECUTION = /\/src\/(?!interp\/run\/inspect)(runtime|interp|api)\/.+(?<!\.d)\.ts$/;
const isIn =
  (wanted: RegExp, ...others: readonly RegExp[]) =>
  (id: string): boolean =>
    wanted.test(id) && !others.some((other) => other.test(id));

export default defineConfig({
  entry: {
    index: "src/index.ts",
    core: "src/core.ts",
    packs: "src/packs.ts",
    wasi: "src/wasi/index.ts",
    webassembly: "src/webassembly/index.ts",
    component: "src/component/index.ts",
    "component/wasi": "src/component-wasi/index.ts",
    node: "src/node.ts",
    http: "src/serve.ts",
    // Hosts other than Node take the second one; the third is a worker thread's program.
    plugin: "src/plugin/node/index.ts",
    "plugin-portable": "src/plugin/index.ts",
    "plugin-worker": "src/plugin/node/worker.ts",
    // Not for import either: what a process of SQL executes.
    "sql-program": "src/spin/stores/sql-program.ts",
    // The project's own tests and tools see the engine's insides through this one. Not published.
    testing: "src/testing/index.ts",
  },
  format: "esm",
  platform: "neutral",
  target: "es2022",
  fixedExtension: false,
  // What decodes and validates stands apart from what executes, so that bundlers can leave the latter out.
  outputOptions: {
    codeSplitting: {
      groups: [
        // A group has what its files import too, unless one of higher priority has it.
        { name: "modules", test: MODULES, priority: 5 },
        { name: "execution", test: isIn(EXECUTION, VECTORS, TREES, AGGREGATES, ATOMICS, PACKS), priority: 4 },
        { name: "trees", test: isIn(TREES, VECTORS), priority: 3 },
        { name: "vectors", test: VECTORS, priority: 2 },
        { name: "aggregates", test: AGGREGATES, priority: 2 },
        { name: "atomics", test: ATOMICS, priority: 2 },
        { name: "packs", test: PACKS, priority: 1 },
      ],
    },
  },
  // What is marked internal is for the rest of the project, not for embedders.
  dts: { compilerOptions: { stripInternal: true } },
  deps: { neverBundle: [/^node:/] },
  // Of what is built into the bundles.
  copy: ["toml-eslint-parser", "eslint-visitor-keys"].map((name) => ({
    from: `node_modules/${name}/LICENSE`,
    to: "dist/licences",
    rename: `${name}.txt`,
  })),
});
