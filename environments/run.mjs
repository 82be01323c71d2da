// Runs the smoke suite in every host: `npm run test:everywhere`. All must give the results and the fuel of this Node.
//   --required   only those that continuous integration asks for
//   --hosts A,B  by name
//   --write      the table into docs/environments.md

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
  const texts = await bundleSmoke();
  const [thisNode] = HOSTS;
  const expected = await runIn(thisNode, texts, folder);
  if (expected.error !== undefined) throw new Error(`${thisNode.name}: ${expected.error}`);
  for (const host of chosen) {
    const { results, times, error } = host === thisNode ? expected : await runIn(host, texts, folder);
    const outcome = error !== undefined ? "skipped" : results === expected.results ? "equal" : "DIFFERENT";
    const failed = outcome === "DIFFERENT" || (outcome === "skipped" && host.isRequired);
    rows.push({
      name: host.name,
      dialect: host.dialect,
      outcome,
      failed,
      ns: times && geomean(Object.values(times)),
    });
    console.log(
      `${host.name.padEnd(28)} ${host.dialect.padEnd(8)} ${outcome.padEnd(10)} ${times ? `${rows.at(-1).ns.toFixed(1)} ns an instruction` : ""}`,
    );
    if (error !== undefined) console.log(`  SKIPPED: ${error}`);
    if (outcome === "DIFFERENT") console.log(`  expected ${expected.results}\n  got      ${results}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const failures = rows.filter(({ failed }) => failed).length;
console.log(`${rows.length - failures} hosts as they should be, ${failures} not`);
if (options.write) {
  writeTable("hosts", {
    header: ["Host", "Script", "Results and fuel", "ns an instruction"],
    rule: "|---|---|---|--:|",
    rows: rows.map(({ name, dialect, outcome, ns }) => [name, dialect, outcome, ns?.toFixed(1) ?? "–"]),
  });
}
process.exitCode = failures === 0 ? 0 : 1;
