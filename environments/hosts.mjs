// The hosts that the smoke suite runs in: where each is got, its dialect, and how it runs a script.
// What is named here is installed on demand (install.mjs).

import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BROWSERS } from "./browsers.mjs";
import { EMBEDDED } from "./embedded.mjs";
import { packageOf } from "./install.mjs";
import { lastLine } from "./process.mjs";

const NO_EVAL = "--disallow-code-generation-from-strings";

/** What prints the outcome, by a function of the host. */
const tail = (print) =>
  `\nsuite.smoke().then(function (text) { ${print}(text); }, function (error) { ${print}(error + " " + error.stack); });\n`;
const TAIL = tail("console.log");
/** For shells that have `print` instead. */
const PRINT_TAIL = tail("print");

function binaryOf(name, version, path) {
  const binary = join(packageOf(name, version), path);
  chmodSync(binary, 0o755);
  return binary;
}

const script = (file, text) => {
  writeFileSync(file, text);
  return file;
};

function node(label, command, flags) {
  return {
    name: label,
    dialect: "es2022",
    run: (text, file) => lastLine(command(), [...flags, script(`${file}.cjs`, text + TAIL)]),
  };
}

const JITLESS = ["--jitless", NO_EVAL];
const newerNode = (version) => () =>
  binaryOf(`node-${process.platform}-${process.arch}`, version, "bin/node");
const bun = () => binaryOf("@oven/bun-linux-x64", "1.4.5", "bin/bun");
const deno = () => binaryOf("@deno/linux-x64-glibc", "2.9.6", "deno");

/** `isRequired`: continuous integration fails where it cannot run. */
export const HOSTS = [
  { ...node("this Node", () => process.execPath, []), isRequired: true },
  { ...node("this Node jitless", () => process.execPath, JITLESS), isRequired: true },
  node("Node 24", newerNode("24"), []),
  node("Node 24 jitless", newerNode("24"), JITLESS),
  node("Node 26", newerNode("26"), []),
  node("Node 26 jitless", newerNode("26"), JITLESS),
  node("Bun", bun, []),
  {
    name: "Bun without JIT and Wasm",
    dialect: "es2022",
    isRequired: true,
    run: (text, file) =>
      lastLine(bun(), [script(`${file}.js`, text + TAIL)], {
        env: { ...process.env, BUN_JSC_useJIT: "0", BUN_JSC_useWasm: "0" },
      }),
  },
  {
    name: "Deno",
    dialect: "es2022",
    run: (text, file) => lastLine(deno(), ["run", script(`${file}.js`, text + TAIL)]),
  },
  {
    name: "workerd",
    dialect: "es2022",
    isRequired: true,
    run: runWorkerd,
  },
  {
    name: "QuickJS",
    dialect: "es2015",
    isRequired: true,
    run: runQuickJs,
  },
  {
    name: "Hermes 0.12",
    dialect: "es5",
    isRequired: true,
    run: (text, file) =>
      lastLine(binaryOf("hermes-engine-cli", "0.12.0", "linux64-bin/hermes"), [
        script(`${file}.js`, text + PRINT_TAIL),
      ]),
  },
  ...EMBEDDED,
  ...BROWSERS,
];

/** `workerd test`: a module whose `test` prints the outcome. Its policy forbids eval and compiling WebAssembly. */
function runWorkerd(text, file) {
  script(`${file}.js`, `${text}\nexport default { async test() { console.log(await suite.smoke()); } };\n`);
  const name = file.slice(file.lastIndexOf("/") + 1);
  script(
    `${file}.capnp`,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);
const worker :Workerd.Worker = (
  modules = [(name = "main", esModule = embed "${name}.js")],
  compatibilityDate = "2024-09-02",
);
`,
  );
  const binary = binaryOf("@cloudflare/workerd-linux-64", "1.20261117.1", "bin/workerd");
  return lastLine(binary, ["test", `${file}.capnp`]);
}

/** QuickJS is WebAssembly itself here, compiled by its package; the suite inside knows nothing of that. */
function runQuickJs(text, file) {
  const folder = packageOf("quickjs-emscripten", "0.32.0");
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
