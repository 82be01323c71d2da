// JavaScript engines inside programs of other languages: what Python and Go have as packages.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CACHE } from "./install.mjs";
import { lastLine } from "./process.mjs";

const here = fileURLToPath(new URL("embedded/", import.meta.url));

/** What leaves the outcome where the program around the engine finds it. */
const TAIL = `
var outcome = "nothing yet";
suite.smoke().then(function (text) { outcome = text; }, function (error) { outcome = error + " " + error.stack; });
`;

/** @throws Error with the last line that it said */
function mustRun(command, args, options = {}) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command}: ${stderr.trim().split("\n").at(-1)}`);
}

/** A package of PyPI, installed once; returns the folder to import from. */
function pythonPackage(name, version) {
  const folder = join(CACHE, `python+${name}@${version}`);
  if (!existsSync(folder))
    mustRun("python3", [
      "-m",
      "pip",
      "install",
      "-q",
      "--no-input",
      "--target",
      folder,
      `${name}==${version}`,
    ]);
  return folder;
}

const python = (name, version, dialect) => ({
  name: `Python ${name}`,
  dialect,
  run(text, file) {
    writeFileSync(`${file}.js`, text + TAIL);
    const env = { ...process.env, PYTHONPATH: pythonPackage(name, version) };
    return lastLine("python3", [join(here, "driver.py"), name, `${file}.js`], { env });
  },
});

/** Built once, with the version that go.mod names. */
function gojaBinary() {
  const binary = join(CACHE, "goja");
  if (!existsSync(binary)) {
    mkdirSync(CACHE, { recursive: true });
    mustRun("go", ["build", "-o", binary, "."], { cwd: here });
  }
  return binary;
}

export const EMBEDDED = [
  python("mini-racer", "0.14.1", "es2022"),
  python("quickjs", "1.19.4", "es2015"),
  python("quickjs-ng", "0.17.0.2", "es2022"),
  python("boabem", "0.4.0", "es2022"),
  {
    name: "Go goja",
    dialect: "es2015",
    run(text, file) {
      writeFileSync(`${file}.js`, text + TAIL);
      return lastLine(gojaBinary(), [`${file}.js`]);
    },
  },
];
