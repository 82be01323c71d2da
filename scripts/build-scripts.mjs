// Writes dist/script/: the engine, WASI in memory and the namespace as one classic script, global `wasmeter`, for hosts without
// modules. In three dialects: ES2022, ES2015, and ES5 with BigInt literals, which Hermes has though it lacks classes.
// Owns the dialects; `toDialect` serves whatever else has to run where these do.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transformSync } from "@swc/core";
import { build } from "esbuild";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));

/** What the scripts give: all entry points that need no Node. */
export const ENTRY = `export * from ${JSON.stringify(`${dist}index.js`)};
export * from ${JSON.stringify(`${dist}wasi.js`)};
export * from ${JSON.stringify(`${dist}webassembly.js`)};`;

/** Where there is `module`, the script is one of CommonJS as well. */
const COMMON_JS = 'if(typeof module==="object"&&module)module.exports=wasmeter;';

export const DIALECTS = ["es2022", "es2015", "es5"];

/** One script of `entry`, an ES module's text, as a variable `globalName`. `plugins` are esbuild's. */
export async function bundleScript({ entry, globalName, plugins = [], format = "iife" }) {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: dist },
    bundle: true,
    write: false,
    format,
    globalName,
    target: "es2022",
    minify: true,
    legalComments: "none",
    plugins,
  });
  return outputFiles[0].text;
}

/** A script that makes the variable `globalName`, in an older dialect. What that needs of helpers stays inside. @throws Error for a dialect that is none */
export function toDialect(script, dialect, globalName) {
  if (!DIALECTS.includes(dialect)) throw new Error(`no dialect: ${dialect}`);
  if (dialect === "es2022") return script;
  const { code } = transformSync(script, {
    isModule: false,
    minify: true,
    jsc: {
      target: dialect,
      parser: { syntax: "ecmascript" },
      // Names stay: what the engine compares by name is minified already.
      minify: { compress: false, mangle: false },
    },
  });
  return `var ${globalName}=function(){${code.trim()};return ${globalName}}();\n`;
}

async function main() {
  const script = await bundleScript({ entry: ENTRY, globalName: "wasmeter" });
  mkdirSync(`${dist}script`, { recursive: true });
  for (const dialect of DIALECTS) {
    const text = toDialect(script, dialect, "wasmeter");
    writeFileSync(`${dist}script/wasmeter.${dialect}.cjs`, `${text.trimEnd()}\n${COMMON_JS}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
