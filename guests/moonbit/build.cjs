// Compiles programs.mbt by MoonBit's own compiler, which is on npm as JavaScript: node build.cjs COMPILER wasm-gc|js OUTPUT
// It is written for a worker and talks in messages; this is the other end of them.

const { readFileSync, writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

const [compiler, target, output] = process.argv.slice(2);
let receive;
let answer;
globalThis.self = globalThis;
globalThis.addEventListener = (_, listener) => {
  receive = listener;
};
globalThis.removeEventListener = () => {};
globalThis.postMessage = (message) => answer(message.value);
require(resolve(compiler));

function call(name, options) {
  return new Promise((done) => {
    answer = done;
    receive({
      data: { id: "1", type: "APPLY", path: [name], argumentList: [{ type: "RAW", value: options }] },
    });
  });
}

async function build() {
  const program = { target, pkgSources: ["main:main:/"], noOpt: false };
  const { core, diagnostics } = await call("buildPackage", {
    ...program,
    mbtFiles: [["programs.mbt", readFileSync(join(__dirname, "programs.mbt"), "utf8")]],
    miFiles: [],
    indirectImportMiFiles: [],
    stdMiFiles: [],
    pkg: "main",
    isMain: true,
    errorFormat: "human",
    enableValueTracing: false,
  });
  if (core === undefined) throw new Error(diagnostics.join("\n"));
  const { result } = await call("linkCore", {
    ...program,
    coreFiles: [core],
    main: "main",
    exportedFunctions: [],
    outputFormat: "wasm",
    testMode: false,
    debug: false,
    sourceMap: false,
    sources: {},
    stopOnMain: false,
  });
  writeFileSync(output, result);
}

build().then(
  () => process.exit(),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
