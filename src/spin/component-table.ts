// `[component.NAME]`: its keys, those of its build and of its limits.
// Owns what they mean; where components are named is the manifest's affair.

import { DURATION_UNITS, quantityIn, SIZE_UNITS } from "../checks/quantities.ts";
import { convertHttpHosts } from "./allowed-http-hosts.ts";
import { labelProblem, lowerSnakeProblem } from "./identifiers.ts";
import type { BuildDeclaration, ComponentDeclaration, ComponentLimits, FileMount } from "./model.ts";
import { describeToml, isList, isTable, type Located, TableReader } from "./table-reader.ts";

export function readComponent(table: TableReader, id: string): ComponentDeclaration {
  const variables = table.stringMap("variables");
  for (const [name, { line }] of variables) {
    const wrong = lowerSnakeProblem(name);
    if (wrong !== undefined) table.problems.error(line, `${table.path}.variables.${name}`, wrong);
  }
  const older = table.strings("allowed_http_hosts");
  if (older.length > 0) {
    table.warn(
      "allowed_http_hosts",
      "it is the older form; write allowed_outbound_hosts, which says the scheme too",
    );
  }
  const component: ComponentDeclaration = {
    id,
    line: table.line,
    description: table.string("description")?.value ?? "",
    source: readSource(table),
    variables,
    environment: new Map([...readEnvironment(table)].map(([name, { value }]) => [name, value])),
    files: readFiles(table),
    excludeFiles: table.strings("exclude_files"),
    allowedOutboundHosts: [...table.strings("allowed_outbound_hosts"), ...convertHttpHosts(older, table)],
    keyValueStores: readLabels(table, "key_value_stores"),
    sqliteDatabases: readLabels(table, "sqlite_databases"),
    build: readBuild(table),
    limits: readTools(table),
  };
  warnOfUnsupported(table);
  table.finish();
  return component;
}

const SOURCE_EXAMPLE = 'source = "target/wasm32-wasip1/release/app.wasm"';

function readSource(table: TableReader): Located<string> {
  const none = { line: table.line, value: "" };
  if (!table.has("source")) return table.requiredString("source", SOURCE_EXAMPLE) ?? none;
  const node = table.node("source");
  if (node === undefined) return none;
  if (typeof node.value === "string") {
    if (node.value === "")
      table.fail("source", `the path of a .wasm file is expected; write ${SOURCE_EXAMPLE}`);
    return { line: node.line, value: node.value };
  }
  const from = isTable(node.value)
    ? (["url", "registry", "package"] as const).find((key) =>
        (node.value as ReadonlyMap<string, unknown>).has(key),
      )
    : undefined;
  if (from === "url") {
    table.fail("source", `nothing is downloaded here; fetch it once and name the file: ${SOURCE_EXAMPLE}`);
  } else if (from !== undefined) {
    const advice = `fetch it once, e.g. with 'wkg get', and name the file: ${SOURCE_EXAMPLE}`;
    table.fail("source", `nothing is taken from registries here; ${advice}`);
  } else
    table.fail(
      "source",
      `expected the path of a .wasm file, got ${describeToml(node.value)}; write ${SOURCE_EXAMPLE}`,
    );
  return { line: node.line, value: "" };
}

function readEnvironment(table: TableReader): ReadonlyMap<string, Located<string>> {
  const environment = table.stringMap("environment");
  for (const [name, { line, value }] of environment) {
    const key = `${table.path}.environment.${name}`;
    if (name === "" || name.includes("="))
      table.problems.error(line, key, "the name of a variable has no '=' and is not empty");
    if (name.includes("\0") || value.includes("\0"))
      table.problems.error(line, key, "no variable can hold a NUL character");
  }
  return environment;
}

function readLabels(table: TableReader, key: string): Located<string>[] {
  const labels = table.strings(key);
  for (const { line, value } of labels) {
    const wrong = labelProblem(value);
    if (wrong !== undefined) table.problems.error(line, table.pathOf(key), wrong);
  }
  return labels;
}

function readFiles(table: TableReader): FileMount[] {
  return table.list("files").flatMap(({ line, value }, k): FileMount[] => {
    const path = `${table.pathOf("files")}[${k}]`;
    if (typeof value === "string") {
      if (value.startsWith("/") || value.split("/").includes("..")) {
        const advice = 'a directory elsewhere is mounted with { source = "…", destination = "/…" }';
        table.problems.error(line, path, `a pattern stays below the manifest's directory; ${advice}`);
      }
      return [{ kind: "pattern", line, pattern: value }];
    }
    if (!isTable(value)) {
      const expected = 'a pattern, or { source = "…", destination = "/…" }';
      table.problems.error(line, path, `expected ${expected}, got ${describeToml(value)}`);
      return [];
    }
    const mount = new TableReader(value, line, path, table.problems);
    const source = mount.requiredString("source", 'source = "assets"');
    const destination = mount.requiredString("destination", 'destination = "/assets"');
    mount.finish();
    if (source === undefined || destination === undefined) return [];
    if (!destination.value.startsWith("/") || destination.value.split("/").includes("..")) {
      mount.fail(
        "destination",
        `a path from the guest's root is expected: "/${destination.value.replace(/^\W+/, "")}"`,
      );
    }
    return [{ kind: "placement", line, source: source.value, destination: destination.value }];
  });
}

function readBuild(table: TableReader): BuildDeclaration | undefined {
  const build = table.table("build");
  if (build === undefined) return undefined;
  const node = build.node("command");
  const isMany = node !== undefined && isList(node.value);
  const commands = isMany
    ? build.strings("command").map(({ value }) => value)
    : [build.requiredString("command", 'command = "cargo build --release"')?.value ?? ""];
  const declaration = {
    line: build.line,
    commands: commands.filter((command) => command.trim() !== ""),
    workdir: build.string("workdir")?.value,
    watch: build.strings("watch"),
  };
  build.finish();
  return declaration;
}

/** Keys of Spin's that have no meaning here, each with what happens. */
function warnOfUnsupported(table: TableReader): void {
  if (table.strings("ai_models").length > 0) {
    table.warn(
      "ai_models",
      "there are no AI models here; calls of the component are answered with 'not supported here'",
    );
  }
  const dependencies = table.table("dependencies");
  for (const name of dependencies?.keys() ?? []) {
    dependencies?.warn(
      name,
      "components are not composed here; compose it when it is built, e.g. with 'wac plug'",
    );
  }
  table.boolean("dependencies_inherit_configuration");
  const profiles = table.table("profile");
  for (const name of profiles?.keys() ?? []) {
    profiles?.warn(name, "profiles are not chosen here; the component is served as it stands without one");
  }
  // Where it may be deployed is for other commands.
  table.node("targets");
}

const MOST_FUEL = Number.MAX_SAFE_INTEGER;
const MOST_CONCURRENCY = 100_000;

/** `[component.NAME.tool]`. Other tools' tables are theirs. */
function readTools(table: TableReader): ComponentLimits {
  const own = table.table("tool")?.table("wasmeter");
  if (own === undefined) return {};
  const fuel = own.integer("fuel", 0, MOST_FUEL);
  const maxConcurrency = own.integer("max_concurrency", 1, MOST_CONCURRENCY);
  const limits: ComponentLimits = {
    ...(fuel !== undefined && { fuel: BigInt(fuel) }),
    timeoutMs: readTimeout(own),
    maxMemory: readSize(own),
    maxConcurrency,
    costModel: readCostModel(own),
    deterministic: readSeed(own),
  };
  own.finish();
  return limits;
}

function readTimeout(table: TableReader): number | undefined {
  const text = table.string("timeout");
  if (text === undefined) return undefined;
  const milliseconds = quantityIn(DURATION_UNITS, text.value);
  if (milliseconds !== undefined && milliseconds > 0) return milliseconds;
  table.fail("timeout", `expected a duration, got ${describeToml(text.value)}; write "500ms", "30s" or "2m"`);
  return undefined;
}

function readSize(table: TableReader): number | undefined {
  const node = table.node("max_memory");
  if (node === undefined) return undefined;
  const bytes = typeof node.value === "string" ? quantityIn(SIZE_UNITS, node.value) : node.value;
  if (typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  table.fail(
    "max_memory",
    `expected a size, got ${describeToml(node.value)}; write "64MiB", or bytes as a number`,
  );
  return undefined;
}

function readCostModel(table: TableReader): "instructions" | "bounded" | undefined {
  const text = table.string("cost_model");
  if (text === undefined) return undefined;
  if (text.value === "instructions" || text.value === "bounded") return text.value;
  table.fail("cost_model", `expected "instructions" or "bounded", got ${describeToml(text.value)}`);
  return undefined;
}

function readSeed(table: TableReader): { readonly seed: bigint } | undefined {
  const node = table.node("deterministic");
  if (node === undefined || node.value === false) return undefined;
  if (node.value === true) return { seed: 0n };
  if (typeof node.value === "bigint") return { seed: node.value };
  if (typeof node.value === "number" && Number.isInteger(node.value)) return { seed: BigInt(node.value) };
  table.fail("deterministic", `expected true, false or a seed, got ${describeToml(node.value)}`);
  return undefined;
}
