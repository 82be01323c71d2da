// The host survives: every way of growing, in a process of its own with a small heap or little address space. The child
// answers with a typed error or an end, and its store can still be used; it is never ended by V8 or the system.
// A sample runs with the other tests; SURVIVAL=all runs every way with every heap (`npm run survival`).

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ASSEMBLED_MODULES } from "./survival/assembled-modules.ts";
import { wat } from "./wat.ts";

const CHILD = join(import.meta.dirname, "survival/child.mjs");
const DIST = join(import.meta.dirname, "../dist");
const run = promisify(execFile);

interface Host {
  readonly name: string;
  readonly nodeOptions: readonly string[];
  /** Address space in KiB. */
  readonly addressSpace?: number;
  readonly limits: Record<string, number>;
}

/** The default limits are made for 256 MB and more; a host with less lowers `hostHeapBytes` in proportion. */
const HOSTS: readonly Host[] = [
  {
    name: "64 MB of heap",
    nodeOptions: ["--max-old-space-size=64"],
    limits: { hostHeapBytes: 24 * 2 ** 20 },
  },
  { name: "256 MB of heap", nodeOptions: ["--max-old-space-size=256"], limits: {} },
  { name: "1,024 MB of heap", nodeOptions: ["--max-old-space-size=1024"], limits: {} },
  {
    name: "4 GB of address space",
    nodeOptions: ["--max-old-space-size=256"],
    addressSpace: 4 * 2 ** 20,
    limits: {},
  },
];

const ALL = process.env.SURVIVAL === "all";
const SAMPLE: readonly (readonly [host: number, scenario: string])[] = [
  [0, "one table one by one"],
  [0, "exceptions in a table"],
  [1, "many tables by instructions"],
  [1, "many tables by instantiation"],
  [1, "a list of structs"],
  [1, "deep calls without frames"],
  [1, "deep frames of executions"],
  [1, "functions passed to the host"],
  [0, "code of loops"],
  [1, "code of long expressions without fuel"],
  [1, "a module of many struct types"],
  [1, "names of what is not there"],
  [3, "memories by instantiation"],
  [3, "the longest array of numbers"],
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wasmeter-survival-"));
  for (const [name, text] of Object.entries(ASSEMBLED_MODULES))
    writeFileSync(join(folder, `${name}.wasm`), wat(text));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function survive(host: Host, scenario: string): Promise<unknown> {
  const limits = JSON.stringify(host.limits);
  const args = [...host.nodeOptions, CHILD, DIST, scenario, folder, limits];
  // An address space is limited by the shell that starts the process.
  const { stdout } =
    host.addressSpace === undefined
      ? await run(process.execPath, args)
      : await run("sh", ["-c", `ulimit -v ${host.addressSpace}; exec "$0" "$@"`, process.execPath, ...args]);
  return JSON.parse(stdout);
}

async function scenarios(): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [CHILD, DIST, "--list", "", "{}"]);
  return JSON.parse(stdout) as string[];
}

const cases = ALL
  ? (await scenarios()).flatMap((scenario) => HOSTS.map((host) => [host, scenario] as const))
  : SAMPLE.map(([host, scenario]) => [HOSTS[host] as Host, scenario] as const);

describe("the host survives", () => {
  it.each(cases.map(([host, scenario]) => ({ host, scenario, on: host.name })))(
    "$scenario, with $on",
    async ({ host, scenario }) => {
      const answer = await survive(host, scenario);
      expect(answer).toMatchObject({ usable: 7, fresh: 7 });
      expect((answer as { outcome: string }).outcome).not.toContain("NOT TYPED");
    },
    120_000,
  );
});
