// Writes dist/command.cjs: the whole command as one classic script, which is what V8 keeps compiled code of (src/cli/start). Its value is
// a function that gives the exports.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

await build({
  absWorkingDir: root,
  entryPoints: ["src/cli/script.ts"],
  outfile: "dist/command.cjs",
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "es2022",
  // Names stay: they are in reports of errors.
  minifyWhitespace: true,
  legalComments: "none",
  // A script has no `import()`.
  supported: { "dynamic-import": false },
  define: { "import.meta.url": "scriptUrl" },
  banner: { js: '(function(require,scriptUrl){"use strict";const module={exports:{}};' },
  footer: { js: "return module.exports})" },
  logLevel: "warning",
});
