// Writes the command: two classic scripts, which is what V8 keeps compiled code of (src/cli/start), and the programs that start it. Those
// are CommonJS: the loader of modules takes Node 4 ms to begin with.
//
// dist/command.cjs is what a run of a core module needs. What is imported dynamically, and what only that needs, is
// dist/command-rest.cjs; whatever both need is the former's, which gives it to the latter.

import { chmod, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const ENTRY = "src/cli/script.ts";
/** Stands in both scripts, as it has no state. */
const CLOCK = "src/cli/performance.ts";

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "es2022",
  legalComments: "none",
  define: { "import.meta.url": "scriptUrl.href", "import.meta.dirname": "__dirname" },
  // Names stay: they are in reports of errors.
  minifyWhitespace: true,
  logLevel: "warning",
};

const script = {
  ...common,
  write: false,
  metafile: true,
  inject: [CLOCK],
  // A script has no `import()`.
  supported: { "dynamic-import": false },
};

/** What a script's `require` knows besides Node's modules: as src/cli/start/load-command.ts has it. */
const REST = "rest:";
const SHARED = "shared:";

/** The sources that are in a bundle. */
const inputsOf = ({ metafile: { outputs } }) =>
  Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && path !== "<stdin>" && path !== CLOCK)
      .map(([path]) => path),
  );

/** Leaves to others the modules for which `idOf` has an id; paths are relative to the project. */
const external = (idOf) => ({
  name: "external",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^\./ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === external) return undefined;
      const { path: found } = await resolve(path, { kind, importer, resolveDir, pluginData: external });
      const id = idOf(found.slice(root.length), kind);
      return id === undefined ? undefined : { path: id, external: true };
    });
  },
});

/** Of a core module's run, which exports for the rest the names that it `shares`. Notes in `isImported` what is imported dynamically. */
function buildRun(shares, isImported) {
  const lines = Object.entries(shares).map(([path, names], module) => {
    const local = (index) => `shared_${module}_${index}`;
    const imports = names.map((name, index) => `${name} as ${local(index)}`);
    const properties = names.map((name, index) => `${name}: ${local(index)}`);
    return {
      import: `import { ${imports.join(", ")} } from "./${path}";`,
      property: `${JSON.stringify(SHARED + path)}: { ${properties.join(", ")} },`,
    };
  });
  const contents = [
    `export * from "./${ENTRY}";`,
    ...lines.map((line) => line.import),
    "export const shared = () => ({",
    ...lines.map((line) => line.property),
    "});",
  ];
  return build({
    ...script,
    stdin: { contents: contents.join("\n"), resolveDir: root },
    outfile: "dist/command.cjs",
    plugins: [
      external((path, kind) => {
        if (kind !== "dynamic-import") return undefined;
        isImported.add(path);
        return REST + path;
      }),
      named,
    ],
  });
}

/** Node's modules of the network, of which most runs of components need nothing. */
const LATE_IN_REST = ["node:dgram", "node:dns", "node:dns/promises", "node:http", "node:https", "node:net"];

/**
 * Node's modules, loaded with the module that imports them, as `import` would do it at the script's beginning; those of
 * {@link LATE_IN_REST} when something of them is used: a small run loses 2 ms and 1.6 MB.
 */
const builtins = {
  name: "builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace === "builtin" ? { path, external: true } : { path, namespace: "builtin" },
    );
    onLoad({ filter: /./, namespace: "builtin" }, async ({ path }) => {
      if (!LATE_IN_REST.includes(path)) return { contents: `module.exports = require("${path}");` };
      const names = Object.keys(await import(path)).filter((name) => name !== "default");
      return {
        contents: `let own;
        for (const name of ${JSON.stringify(names)}) {
          Object.defineProperty(exports, name, { enumerable: true, get: () => (own ??= require("${path}"))[name] });
        }`,
      };
    });
  },
};

/**
 * Node's modules that most runs of core modules need nothing of: loaded when one of their functions is called. Together they take 1 ms.
 */
const LATE = ["node:module", "node:net", "node:tty", "node:util"];

/** Node's modules by the names of what they export: an object of all that there is in one takes 0.1 ms to make. */
const named = {
  name: "named",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, namespace }) =>
      namespace === "named" ? { path, external: true } : { path, namespace: "named", sideEffects: false },
    );
    onLoad({ filter: /./, namespace: "named" }, async ({ path }) => {
      const exports = Object.entries(await import(path)).filter(([name]) => name !== "default");
      if (!LATE.includes(path)) {
        return { contents: `export { ${exports.map(([name]) => name).join(", ")} } from "${path}";` };
      }
      const functions = exports.filter(([, value]) => typeof value === "function");
      const contents = functions.map(
        ([name]) => `export function ${name}(...args) {
          const { ${name}: own } = require("${path}");
          return new.target === undefined ? own(...args) : new own(...args);
        }`,
      );
      return { contents: contents.join("\n") };
    });
  },
};

const IMPORT = new RegExp(`import\\s*{([^}]*)}\\s*from\\s*"(${SHARED}[^"]*)";`, "g");

/** Of everything else that is `imported` dynamically. Gives its text, which names the modules in `isShared`, and what it takes of them. */
async function buildRest(imported, isShared) {
  const entries = imported.map((path) => `${JSON.stringify(REST + path)}: () => require("./${path}"),`);
  const rest = await build({
    ...script,
    // Bindings of the run's modules are then constants of the script's: a property would be looked up at each use.
    format: "esm",
    stdin: { contents: `export const imports = {\n${entries.join("\n")}\n};`, resolveDir: root },
    outfile: "dist/command-rest.cjs",
    plugins: [external((path) => (isShared.has(path) ? SHARED + path : undefined)), builtins],
  });
  const shares = {};
  const text = rest.outputFiles[0].text.replace(IMPORT, (_, bindings, id) => {
    const path = id.slice(SHARED.length);
    const names = bindings.split(",").map((binding) => binding.trim().split(/\s+as\s+/));
    shares[path] = [...new Set([...(shares[path] ?? []), ...names.map(([name]) => name)])];
    return `const{${names.map((pair) => pair.join(":")).join(",")}}=require("${id}");`;
  });
  const { code } = await transform(text, {
    ...{ format: "cjs", target: common.target },
    ...{ minifyWhitespace: true, minifySyntax: true },
  });
  return { code, shares, inputs: inputsOf(rest) };
}

/** Its value is a function that gives the exports. */
const wrapped = (code) =>
  `(function(require,scriptUrl){"use strict";const module={exports:{}};${code.trimEnd()}return module.exports})\n`;

async function buildScripts() {
  const isImported = new Set();
  let run = await buildRun({}, isImported);
  for (;;) {
    const isShared = new Set(inputsOf(run));
    const imported = [...isImported].sort();
    const rest = await buildRest(imported, isShared);
    run = await buildRun(rest.shares, isImported);
    // What is shared can bring modules that the run itself would have been without: nothing is to be there twice.
    const inRun = new Set(inputsOf(run));
    if (rest.inputs.some((path) => inRun.has(path))) continue;
    await writeFile(`${root}dist/command.cjs`, wrapped(run.outputFiles[0].text));
    await writeFile(`${root}dist/command-rest.cjs`, wrapped(rest.code));
    return;
  }
}

await buildScripts();

await build({
  ...common,
  // `create` is what bin/wasmeter-runtime starts on a node, `container` what that starts in a container.
  entryPoints: {
    cli: "src/cli/main.ts",
    create: "src/cli/container/create.ts",
    container: "src/cli/container/main.ts",
  },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  banner: {
    js: 'const scriptUrl = { get href() { return require("node:url").pathToFileURL(__filename).href } };',
  },
});

await chmod(`${root}dist/cli.cjs`, 0o755);
