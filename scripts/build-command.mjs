// Writes the command: dist/command.cjs, all of it as one classic script, which is what V8 keeps compiled code of (src/cli/start), and the
// programs that start it. Those are CommonJS: the loader of modules takes Node 4 ms to begin with.

import { chmod } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "es2022",
  legalComments: "none",
  define: { "import.meta.url": "scriptUrl" },
  logLevel: "warning",
};

await build({
  ...common,
  entryPoints: ["src/cli/script.ts"],
  outfile: "dist/command.cjs",
  // Names stay: they are in reports of errors.
  minifyWhitespace: true,
  // A script has no `import()`.
  supported: { "dynamic-import": false },
  // Its value is a function that gives the exports.
  banner: { js: '(function(require,scriptUrl){"use strict";const module={exports:{}};' },
  footer: { js: "return module.exports})" },
});

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
  banner: { js: 'const scriptUrl = require("node:url").pathToFileURL(__filename).href;' },
});

await chmod(`${root}dist/cli.cjs`, 0o755);
