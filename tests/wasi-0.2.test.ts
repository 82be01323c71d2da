// Every function of WASI 0.2, called by a guest: its rows are those that another runtime gives, but for what the ledger has with a
// reason. guests/wasi-0.2 has the guest, what was recorded, and how.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Engine, Store, Trap } from "wasmeter";
import { Component, ComponentLinker } from "wasmeter/component";
import { CapturedOutput, MemoryFileSystem, OverlayFileSystem } from "wasmeter/component/wasi";
import { HostFileSystem, nodeComponentWasi } from "wasmeter/node";
import { type Answered, type Asked, ask, startUpstream } from "../guests/wasi-0.2/peers.mjs";
import { guestFile } from "./guest-cases.ts";
import { serve } from "./http-support.ts";

interface Command {
  readonly name: string;
  readonly args: readonly string[];
  readonly network?: boolean;
}

interface Outcome {
  readonly status: number | "trap";
  readonly rows: readonly string[];
}

/** What is answered here instead, by what of a row stands before ` = `; `status` is the run's. */
type Ledger = Readonly<Record<string, { readonly answer: string; readonly reason: string }>>;

const read = <T>(name: string): T => JSON.parse(readFileSync(guestFile(`wasi-0.2/${name}`), "utf8")) as T;
const { commands, requests } = read<{ readonly commands: Command[]; readonly requests: Asked[] }>(
  "runs.json",
);
const recorded = read<{ readonly commands: Record<string, Outcome>; readonly requests: Answered[] }>(
  "wasmtime.json",
);
const ledger = read<Record<string, Ledger>>("ledger.json");

const engine = new Engine();
const component = new Component(engine, readFileSync(guestFile("wasm/rust-wasi-0.2.wasm")));

let scratch: string;
let upstream: Awaited<ReturnType<typeof startUpstream>>;
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), "wasi-0.2-"));
  upstream = await startUpstream();
});
afterAll(() => {
  upstream.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const emptyDirectory = (): string => mkdtempSync(join(scratch, "d-"));
const FILE_SYSTEMS = {
  "host directory": () => new HostFileSystem(emptyDirectory()),
  memory: () => new MemoryFileSystem(),
  overlay: () => new OverlayFileSystem(new HostFileSystem(emptyDirectory()), new MemoryFileSystem()),
} as const;
type FileSystemName = keyof typeof FILE_SYSTEMS;

async function run({ args, network = false }: Command, fileSystem: FileSystemName): Promise<Outcome> {
  const stdout = new CapturedOutput();
  const wasi = nodeComponentWasi({
    args: ["rust-wasi-0.2.wasm", ...args.map((each) => each.replace("AUTHORITY", upstream.authority))],
    env: { A: "1", B: "zwei ä" },
    stdin: { text: "standard input\n" },
    stdout,
    preopens: { "/d": FILE_SYSTEMS[fileSystem]() },
    ...(network && { network: "all" }),
  });
  const linker = new ComponentLinker(engine);
  wasi.addTo(linker);
  const instance = linker.instantiate(new Store(engine), component);
  const status = await wasi.run(instance).catch((error: unknown) => {
    if (error instanceof Trap) return "trap" as const;
    throw error;
  });
  wasi.close();
  return { status, rows: stdout.text().split("\n").slice(0, -1) };
}

const questionOf = (row: string): string => row.slice(0, row.indexOf(" = "));

/** What another runtime answered, with the ledger's answers in their place. */
function expected(outcome: Outcome, differences: Ledger): Outcome {
  const rows = outcome.rows.map((row) => {
    const question = questionOf(row);
    const difference = differences[question];
    return difference === undefined ? row : `${question} = ${difference.answer}`;
  });
  const ends = differences.status;
  if (ends === undefined) return { ...outcome, rows };
  return ends.answer === "trap"
    ? { status: "trap", rows: rows.filter((row) => row !== "goes on") }
    : { status: Number(ends.answer), rows: [...rows, "goes on"] };
}

describe.each(Object.keys(FILE_SYSTEMS) as FileSystemName[])("on files of the %s", (fileSystem) => {
  // What touches no files is the same on all.
  const these = commands.filter(
    ({ name }) => fileSystem === "host directory" || /^(io|filesystem)$/.test(name),
  );

  it.each(these.map((command) => [command.name, command] as const))("%s", async (name, command) => {
    const outcome = recorded.commands[name] as Outcome;
    const differences = { ...ledger[name], ...ledger[`${name}, ${fileSystem}`] };
    expect(await run(command, fileSystem)).toEqual(expected(outcome, differences));
  });
});

it("a server is given the same, and gives the same", async () => {
  const { port } = await serve(
    `spin_manifest_version = 2
[application]
name = "wasi"
[[trigger.http]]
route = "/..."
component = "guest"
[component.guest]
source = "guest.wasm"`,
    { files: { "guest.wasm": "guest:rust-wasi-0.2-server" }, application: { routeHeaders: false } },
  );
  const answers: Answered[] = [];
  for (const each of requests) answers.push(await ask(port, each));
  // How the server frames a body is its own affair: it may tell a length that the guest has not.
  expect(answers).toMatchObject(recorded.requests);
});

describe("the ledger", () => {
  it("has rows that there are, each with another answer than was recorded, and a reason", () => {
    for (const [name, differences] of Object.entries(ledger)) {
      const outcome = recorded.commands[name.replace(/, .*/, "")];
      const asked = new Map(
        outcome?.rows.map((row) => [questionOf(row), row.slice(questionOf(row).length + 3)]),
      );
      asked.set("status", String(outcome?.status));
      for (const [question, { answer, reason }] of Object.entries(differences)) {
        expect(asked.has(question), `${name}: ${question}`).toBe(true);
        expect(asked.get(question), `${name}: ${question}`).not.toBe(answer);
        expect(reason.length).toBeGreaterThan(10);
      }
    }
  });
});
