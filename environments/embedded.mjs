// JavaScript engines inside programs of other languages: what Python, Go and Java have as packages.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CACHE } from "./install.mjs";
import { lastLine, mustRun } from "./process.mjs";

const here = fileURLToPath(new URL("embedded/", import.meta.url));

/** What leaves the outcome where the program around the engine finds it. */
const TAIL = `
var outcome = "nothing yet";
suite.smoke().then(function (text) { outcome = text; }, function (error) { outcome = error + " " + error.stack; });
`;

const TAIL_AT_ONCE = "\nvar outcome = suite.smokeAtOnce();\n";

const withTail = (text, file, tail = TAIL) => {
  writeFileSync(`${file}.js`, text + tail);
  return `${file}.js`;
};

/** A package of PyPI, installed once; returns the folder to import from. */
export function pythonPackage(name, version) {
  const folder = join(CACHE, `python+${name}@${version}`);
  const pip = ["-m", "pip", "install", "-q", "--no-input", "--target", folder];
  if (!existsSync(folder)) mustRun("python3", [...pip, `${name}==${version}`]);
  return folder;
}

const python = (name, version, dialect, tail = TAIL) => ({
  name: `Python ${name}`,
  version,
  dialect,
  run(text, file) {
    const env = { ...process.env, PYTHONPATH: pythonPackage(name, version) };
    return lastLine("python3", [join(here, "driver.py"), name, withTail(text, file, tail)], { env });
  },
});

/** It has no releases: the day of the commit that go.mod names. */
function gojaVersion() {
  const [, ...day] = /goja v0\.0\.0-(\d{4})(\d\d)(\d\d)/.exec(readFileSync(join(here, "go.mod"), "utf8"));
  return day.join("-");
}

function gojaBinary() {
  const binary = join(CACHE, "goja");
  if (!existsSync(binary)) {
    mkdirSync(CACHE, { recursive: true });
    mustRun("go", ["build", "-o", binary, "."], { cwd: here });
  }
  return binary;
}

/** GraalJS is the newest that runs on Java 17. */
const JAVA_VERSIONS = { graaljs: "23.1.8", rhino: "1.9.2" };

/** The class path of the programs in `java`, built once with what they need. */
function classPath() {
  const folder = join(CACHE, "java");
  const jars = join(folder, "*");
  const classes = join(folder, "classes");
  if (!existsSync(classes)) {
    const versions = Object.entries(JAVA_VERSIONS).map(([name, version]) => `-D${name}=${version}`);
    const get = ["-q", "-f", join(here, "java/pom.xml"), "dependency:copy-dependencies"];
    mustRun("mvn", [...get, `-DoutputDirectory=${folder}`, ...versions]);
    const sources = ["Graal", "Rhino"].map((name) => join(here, `java/${name}.java`));
    mustRun("javac", ["-cp", jars, "-d", classes, ...sources]);
  }
  return `${jars}:${classes}`;
}

/** The stack is for their parsers, which go down once for each operand of a long expression. */
const java = (program) => (text, file) =>
  lastLine("java", ["-Xss64m", "-cp", classPath(), program, withTail(text, file)]);

export const EMBEDDED = [
  python("mini-racer", "0.14.1", "es2022"),
  python("quickjs", "1.19.4", "es2015"),
  python("quickjs-ng", "0.17.0.2", "es2022"),
  // It never does the jobs of promises.
  { ...python("boabem", "0.4.0", "es2022", TAIL_AT_ONCE), hasJobs: false },
  {
    name: "Go goja",
    version: gojaVersion,
    dialect: "es2015",
    run: (text, file) => lastLine(gojaBinary(), [withTail(text, file)]),
  },
  { name: "Java GraalJS", version: JAVA_VERSIONS.graaljs, dialect: "es2022", run: java("Graal") },
  {
    name: "Java Rhino",
    version: JAVA_VERSIONS.rhino,
    dialect: "es5",
    refusal: /typed arrays are big-endian/,
    run: java("Rhino"),
  },
];
