// A manifest of Spin's, version 2: the text of a spin.toml as a Manifest, with every mistake in it told by line.
// Owns what the keys mean. Reads no other file, resolves no variable and runs nothing.

import { didYouMean, nearest } from "../checks/suggest.ts";
import { readComponent } from "./component-table.ts";
import { kebabProblem, lowerSnakeProblem } from "./identifiers.ts";
import type { ComponentDeclaration, HttpTrigger, Manifest, VariableDeclaration } from "./model.ts";
import { ManifestError, Problems } from "./problems.ts";
import { describeToml, isTable, TableReader } from "./table-reader.ts";
import { parseToml, TomlError, type TomlTable } from "./toml.ts";
import { readHttpTrigger } from "./trigger-table.ts";
import { conversionOf } from "./version1.ts";

/** Bytes of UTF-16 that a manifest may have. */
const LONGEST_MANIFEST = 4 * 2 ** 20;

/**
 * Reads a manifest.
 * @param file for messages
 * @throws ManifestError with every problem
 */
export function parseManifest(text: string, file: string): Manifest {
  if (text.length > LONGEST_MANIFEST) {
    throw new ManifestError(file, [problem(undefined, `it is larger than ${LONGEST_MANIFEST} characters`)]);
  }
  const root = readToml(text, file);
  checkVersion(root, file);
  const problems = new Problems(file);
  const reader = new TableReader(root, 1, "", problems);
  reader.node("spin_manifest_version");
  const application = readApplication(reader);
  const variables = readVariables(reader);
  const components = new Map<string, ComponentDeclaration>();
  const declared = reader.table("component");
  for (const id of declared?.keys() ?? []) {
    const wrong = kebabProblem(id);
    if (wrong !== undefined) declared?.fail(id, wrong);
    const table = declared?.table(id);
    if (table !== undefined) components.set(id, readComponent(table, id));
  }
  const triggers = readTriggers(reader, components);
  reader.finish();
  checkReferences(triggers, components, problems);
  problems.throwIfAny();
  return { file, ...application, variables, triggers, components, warnings: problems.warnings };
}

function problem(line: number | undefined, message: string, key?: string) {
  return { line, key, message };
}

function readToml(text: string, file: string): TomlTable {
  try {
    return parseToml(text);
  } catch (error) {
    if (error instanceof TomlError) throw new ManifestError(file, [problem(error.line, error.message)]);
    throw error;
  }
}

/** @throws ManifestError for anything but version 2: there is no sense in judging its keys */
function checkVersion(root: TomlTable, file: string): void {
  const key = "spin_manifest_version";
  const node = root.get(key);
  if (node?.value === 2) return;
  const old = root.get("spin_version") ?? (node?.value === 1 || node?.value === "1" ? node : undefined);
  if (old !== undefined) {
    const what = "this is a manifest of version 1, and version 2 is needed; the same in version 2:";
    throw new ManifestError(file, [problem(old.line, `${what}\n\n${conversionOf(root)}`, key)]);
  }
  if (node === undefined) {
    const near = [...root.keys()].find((each) => nearest(each, [key]) !== undefined);
    const slip = near === undefined ? "" : ` (there is ${near})`;
    throw new ManifestError(file, [
      problem(1, `${key} is missing${slip}; write ${key} = 2 in the first line`),
    ]);
  }
  throw new ManifestError(file, [problem(node.line, `expected 2, got ${describeToml(node.value)}`, key)]);
}

function readApplication(reader: TableReader): Pick<Manifest, "name" | "version" | "description" | "base"> {
  const none = { name: "", version: "", description: "", base: "/" };
  if (!reader.has("application")) {
    reader.fail("application", `the table is missing; write [application] and name = "my-app"`);
    return none;
  }
  const table = reader.table("application");
  if (table === undefined) return none;
  const name = table.requiredString("name", 'name = "my-app"');
  const version = table.string("version");
  const description = table.string("description");
  table.strings("authors");
  // What an application may be deployed to, and what other tools keep here.
  table.node("targets");
  table.node("tool");
  const triggers = table.table("trigger");
  const http = triggers?.table("http");
  const base = http?.string("base");
  if (base !== undefined && !base.value.startsWith("/")) {
    http?.fail("base", `expected a path that begins with '/', got ${describeToml(base.value)}`);
  }
  http?.finish();
  for (const other of triggers?.keys() ?? []) {
    if (other !== "http") triggers?.warn(other, `the ${other} trigger is not started here; only http is`);
  }
  table.finish();
  return {
    name: name?.value ?? "",
    version: version?.value ?? "",
    description: description?.value ?? "",
    base: base?.value ?? "/",
  };
}

function readVariables(reader: TableReader): Manifest["variables"] {
  const variables = new Map<string, VariableDeclaration>();
  const table = reader.table("variables");
  for (const name of table?.keys() ?? []) {
    const wrong = lowerSnakeProblem(name);
    if (wrong !== undefined) table?.fail(name, wrong);
    const variable = table?.table(name);
    if (variable === undefined) continue;
    variable.string("description");
    const required = variable.boolean("required") ?? false;
    const secret = variable.boolean("secret") ?? false;
    const value = variable.string("default");
    if (required && value !== undefined) {
      variable.fail("default", "a variable is required or has a default; take one of the two away");
    } else if (!required && value === undefined && !variable.has("default")) {
      const advice = 'write default = "…", or required = true if it must be given at start';
      variable.problems.error(variable.line, variable.path, `it has no value; ${advice}`);
    }
    variable.finish();
    variables.set(name, { name, line: variable.line, default: value?.value, required, secret });
  }
  return variables;
}

function readTriggers(reader: TableReader, components: Map<string, ComponentDeclaration>): HttpTrigger[] {
  const triggers: HttpTrigger[] = [];
  const table = reader.table("trigger");
  for (const kind of table?.keys() ?? []) {
    if (kind === "http") continue;
    table?.node(kind);
    table?.warn(kind, `the ${kind} trigger is not started here; only http is`);
  }
  const node = table?.node("http");
  if (node !== undefined && isTable(node.value)) {
    table?.fail("http", "triggers stand in double brackets: [[trigger.http]]");
    return triggers;
  }
  for (const [index, each] of (table?.tables("http") ?? []).entries()) {
    triggers.push(readHttpTrigger(each, index, components));
  }
  if (triggers.length === 0) {
    const advice = 'write [[trigger.http]], route = "/..." and component = "…"';
    reader.problems.error(
      undefined,
      undefined,
      `there is no [[trigger.http]], so that nothing could be served; ${advice}`,
    );
  }
  return triggers;
}

function checkReferences(
  triggers: readonly HttpTrigger[],
  components: ReadonlyMap<string, ComponentDeclaration>,
  problems: Problems,
): void {
  const used = new Set<string>();
  for (const { line, path, target } of triggers) {
    if (target?.kind !== "component") continue;
    used.add(target.id);
    if (components.has(target.id)) continue;
    const names = [...components.keys()];
    const near = didYouMean(target.id, names);
    const advice =
      near !== "" ? near : names.length === 0 ? "; there is none" : `; there are ${names.join(", ")}`;
    problems.error(line, `${path}.component`, `there is no component '${target.id}'${advice}`);
  }
  for (const { id, line } of components.values()) {
    if (!used.has(id)) {
      const advice = "a trigger with route = { private = true } makes it reachable for other components";
      problems.warn(line, `component.${id}`, `no trigger names it, and it is not started; ${advice}`);
    }
  }
}
