// Runs the smoke suite in every host: `npm run test:everywhere`. All must give the results and the fuel of this Node.
//   --required   only those that continuous integration asks for
//   --hosts A,B  by name
//   --write      their rows into the table of docs/environments.md, each kernel timed up to five times

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleSmoke } from "./bundle.mjs";
import { HOSTS } from "./hosts.mjs";
import { writeTable } from "./table.mjs";

const { values: options } = parseArgs({
  options: {
    required: { type: "boolean", default: false },
    hosts: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

/** Runs the suite in one host. */
async function runIn(host, texts, folder) {
  try {
    const { results, times } = JSON.parse(
      await host.run(texts[host.dialect], join(folder, host.name.replaceAll(/\W+/g, "-"))),
    );
    return { results: JSON.stringify(results), times };
  } catch (error) {
    return { error: error.message };
  }
}

/** What of the results is there without promises. */
function atOnce(line) {
  const { kernels, slices, programs } = JSON.parse(line);
  return JSON.stringify({ kernels, slices, programs });
}

/** All but "DIFFERENT" is as it should be; "skipped" only where nobody asks for the host. */
function judge({ refusal, hasJobs }, { results, error }, expected) {
  if (refusal !== undefined && error !== undefined) return refusal.test(error) ? "refused" : "skipped";
  if (error !== undefined) return "skipped";
  if (refusal !== undefined) return "DIFFERENT";
  if (hasJobs === false) return results === atOnce(expected) ? "equal, without promises" : "DIFFERENT";
  return results === expected ? "equal" : "DIFFERENT";
}

const versionIn = ({ version }) => (typeof version === "function" ? version() : version);

function geomean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

const named = options.hosts?.split(",");
const unknown = named?.filter((name) => !HOSTS.some((host) => host.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`no such host: ${unknown.join(", ")}; there are ${HOSTS.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const chosen = HOSTS.filter(
  ({ name, isRequired }) =>
    (named === undefined || named.includes(name)) && (!options.required || isRequired),
);
const folder = mkdtempSync(join(tmpdir(), "wasmeter-environments-"));
const rows = [];
try {
  const texts = await bundleSmoke({ rounds: options.write ? 5 : 1 });
  const [thisNode] = HOSTS;
  const expected = await runIn(thisNode, texts, folder);
  if (expected.error !== undefined) throw new Error(`${thisNode.name}: ${expected.error}`);
  for (const host of chosen) {
    const told = host === thisNode ? expected : await runIn(host, texts, folder);
    const { results, times, error } = told;
    const outcome = judge(host, told, expected.results);
    const failed = outcome === "DIFFERENT" || (outcome === "skipped" && host.isRequired);
    rows.push({
      name: host.name,
      version: outcome === "skipped" ? "" : versionIn(host),
      dialect: host.dialect,
      outcome,
      failed,
      ns: times && geomean(Object.values(times)),
    });
    console.log(
      `${host.name.padEnd(28)} ${host.dialect.padEnd(8)} ${outcome.padEnd(10)} ${times ? `${rows.at(-1).ns.toFixed(1)} ns an instruction` : ""}`,
    );
    if (outcome === "skipped") console.log(`  SKIPPED: ${error}`);
    if (outcome === "DIFFERENT") console.log(`  expected ${expected.results}\n  got      ${results}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const failures = rows.filter(({ failed }) => failed).length;
console.log(`${rows.length - failures} hosts as they should be, ${failures} not`);
if (options.write) {
  writeTable("hosts", {
    header: ["Host", "Version", "Script", "Results and fuel", "ns an instruction"],
    rule: "|---|---|---|---|--:|",
    order: HOSTS.map(({ name }) => name),
    rows: rows.map(({ name, version, dialect, outcome, ns }) => [
      name,
      version,
      dialect,
      outcome,
      ns?.toFixed(1) ?? "–",
    ]),
  });
}
process.exitCode = failures === 0 ? 0 : 1;
