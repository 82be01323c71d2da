// The hosts that the smoke suite runs in: where each is got, its dialect, and how it runs a script.
// What is named here is installed on demand (install.mjs).

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BROWSERS } from "./browsers.mjs";
import { EMBEDDED } from "./embedded.mjs";
import { binaryOf, packageOf } from "./install.mjs";
import { lastLine, mustRun, versionOf } from "./process.mjs";
import { runWorkerdServe, runWorkerdTest, WORKERD_VERSION } from "./workerd.mjs";

const NO_EVAL = "--disallow-code-generation-from-strings";

/** What prints the outcome, by a function of the host. */
const tail = (print) =>
  `\nsuite.smoke().then(function (text) { ${print}(text); }, function (error) { ${print}(error + " " + error.stack); });\n`;
const TAIL = tail("console.log");
/** For shells that have `print` instead. */
const PRINT_TAIL = tail("print");

const script = (file, text) => {
  writeFileSync(file, text);
  return file;
};

function node(name, command, flags) {
  return {
    name,
    version: () => versionOf(command()),
    dialect: "es2022",
    run: (text, file) => lastLine(command(), [...flags, script(`${file}.cjs`, text + TAIL)]),
  };
}

const JITLESS = ["--jitless", NO_EVAL];
const newerNode = (version) => () =>
  binaryOf(`node-${process.platform}-${process.arch}`, version, "bin/node");
const BUN = "1.4.5";
const bun = () => binaryOf("@oven/bun-linux-x64", BUN, "bin/bun");
const DENO = "2.9.6";
const QUICKJS = "0.32.0";
const HERMES = "0.12.0";
export const hermes = () => binaryOf("hermes-engine-cli", HERMES, "linux64-bin/hermes");

/**
 * A host has a name, the dialect of its script, what runs a script (`text`, with files beside `file`) and gives the line
 * that the suite prints, and its version, or what finds it out once it is installed. `isRequired`: continuous integration
 * fails where it cannot run. `refusal`: it is to be refused, with these words. `hasJobs: false`: promises never settle in it, and
 * the line is of what needs none.
 */
export const HOSTS = [
  { ...node("this Node", () => process.execPath, []), isRequired: true },
  { ...node("this Node jitless", () => process.execPath, JITLESS), isRequired: true },
  node("Node 24", newerNode("24"), []),
  node("Node 24 jitless", newerNode("24"), JITLESS),
  node("Node 26", newerNode("26"), []),
  node("Node 26 jitless", newerNode("26"), JITLESS),
  {
    name: "Bun",
    version: BUN,
    dialect: "es2022",
    run: (text, file) => lastLine(bun(), [script(`${file}.js`, text + TAIL)]),
  },
  {
    name: "Bun without JIT and Wasm",
    version: BUN,
    dialect: "es2022",
    isRequired: true,
    run: (text, file) =>
      lastLine(bun(), [script(`${file}.js`, text + TAIL)], {
        env: { ...process.env, BUN_JSC_useJIT: "0", BUN_JSC_useWasm: "0" },
      }),
  },
  {
    name: "Deno",
    version: DENO,
    dialect: "es2022",
    run: (text, file) =>
      lastLine(binaryOf("@deno/linux-x64-glibc", DENO, "deno"), ["run", script(`${file}.js`, text + TAIL)]),
  },
  {
    name: "workerd test",
    version: WORKERD_VERSION,
    dialect: "es2022",
    isRequired: true,
    run: runWorkerdTest,
  },
  { name: "workerd serve", version: WORKERD_VERSION, dialect: "es2022", run: runWorkerdServe },
  {
    name: "QuickJS",
    version: `quickjs-emscripten ${QUICKJS}`,
    dialect: "es2015",
    isRequired: true,
    run: runQuickJs,
  },
  {
    name: "Hermes",
    version: HERMES,
    dialect: "es5",
    isRequired: true,
    run: (text, file) => lastLine(hermes(), [script(`${file}.js`, text + PRINT_TAIL)]),
  },
  {
    name: "XS",
    version: () => versionOf(xs(), "-v"),
    dialect: "es2022",
    run: (text, file) => lastLine(xs(), ["-s", script(`${file}.js`, text + PRINT_TAIL)]),
  },
  ...EMBEDDED,
  ...BROWSERS,
];

/** Built once, from the sources in a package. */
function xs() {
  const folder = packageOf("@agoric/xsnap", "0.15.0");
  const binary = join(folder, "moddable/build/bin/lin/release/xsnap");
  if (!existsSync(binary)) {
    const goal = ["-f", "xsnap.mk", "GOAL=release", `MODDABLE=${join(folder, "moddable")}`];
    mustRun("make", goal, { cwd: join(folder, "xsnap-native/xsnap/makefiles/lin") });
  }
  return binary;
}

/** QuickJS is WebAssembly itself here, compiled by its package; the suite inside knows nothing of that. */
function runQuickJs(text, file) {
  const folder = packageOf("quickjs-emscripten", QUICKJS);
  const driver = `
import { readFileSync } from "node:fs";
import { getQuickJS } from ${JSON.stringify(`${folder}/dist/index.mjs`)};
const context = (await getQuickJS()).newContext();
const print = context.newFunction("print", (value) => { console.log(context.getString(value)); });
context.setProp(context.global, "print", print);
const made = context.evalCode(readFileSync(process.argv[2], "utf8"));
if (made.error) console.log(JSON.stringify(context.dump(made.error)).replace("{", "error: "));
for (;;) { const done = context.runtime.executePendingJobs(); if (done.error || done.value === 0) break; }
`;
  return lastLine(process.execPath, [script(`${file}.mjs`, driver), script(`${file}.js`, text + PRINT_TAIL)]);
}
