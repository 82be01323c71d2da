// Writes what the package lets its users see, one report for each entry point, to api-reports; with `--check` it fails where the
// built declarations say something else. Owns which entry points there are; what a report says is API Extractor's.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CompilerState, Extractor, ExtractorConfig } from "@microsoft/api-extractor";

const root = fileURLToPath(new URL("..", import.meta.url));
const reports = join(root, "api-reports");
const check = process.argv.includes("--check");

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const typed = Object.entries(manifest.exports).filter(([, target]) => target.types !== undefined);
/** Path of the declarations by the report's name. The classes of plugins that Node's extend have an entry of their own. */
const entries = [
  ...typed.map(([name, { types }]) => [
    name === "." ? "wasmeter" : name.slice(2).replaceAll("/", "-"),
    types,
  ]),
  ["plugin-portable", "dist/plugin-portable.d.ts"],
].map(([name, declarations]) => [name, join(root, declarations)]);

const silent = { default: { logLevel: "none" } };

function configOf(name, declarations, folder) {
  return ExtractorConfig.prepare({
    configObject: {
      mainEntryPointFilePath: declarations,
      projectFolder: root,
      newlineKind: "lf",
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: "ES2022",
            module: "ESNext",
            moduleResolution: "bundler",
            lib: ["ES2023", "ESNext.Disposable"],
            types: ["node"],
            strict: true,
            skipLibCheck: true,
          },
          include: [declarations],
        },
      },
      apiReport: { enabled: true, reportFolder: folder, reportTempFolder: folder, reportFileName: name },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // The reference of the entry points (`npm run docs:reference`) looks at comments and at types that are not exported.
      messages: {
        extractorMessageReporting: silent,
        compilerMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
    packageJsonFullPath: join(root, "package.json"),
  });
}

function makeReports(folder) {
  const configs = entries.map(([name, declarations]) => configOf(name, declarations, folder));
  // One program for all of them.
  const compilerState = CompilerState.create(configs[0], {
    additionalEntryPoints: entries.map(([, declarations]) => declarations),
  });
  for (const config of configs) {
    const handle = (message) => {
      message.handled = message.logLevel !== "error";
    };
    const { errorCount } = Extractor.invoke(config, {
      localBuild: true,
      compilerState,
      messageCallback: handle,
    });
    if (errorCount > 0) throw new Error(`${config.mainEntryPointFilePath}: no report could be made`);
  }
}

function readReports(from) {
  const files = readdirSync(from).filter((file) => file.endsWith(".api.md"));
  return new Map(files.map((file) => [file, readFileSync(join(from, file), "utf8")]));
}

const folder = mkdtempSync(join(tmpdir(), "api-reports-"));
const drifted = [];
try {
  makeReports(folder);
  const made = readReports(folder);
  const kept = readReports(reports);
  for (const file of new Set([...made.keys(), ...kept.keys()])) {
    const text = made.get(file);
    if (text === kept.get(file)) continue;
    drifted.push(file);
    if (check) continue;
    if (text === undefined) rmSync(join(reports, file));
    else writeFileSync(join(reports, file), text);
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (drifted.length > 0) {
  const files = drifted.map((file) => `api-reports/${file}`).join(", ");
  if (!check) {
    console.log(`written anew: ${files}`);
  } else {
    console.error(
      `The public API is no longer what ${files} say${drifted.length === 1 ? "s" : ""}.
If that is meant, \`npm run api\` writes them anew: the difference is part of the change, and of CHANGELOG.md.`,
    );
    process.exitCode = 1;
  }
}
