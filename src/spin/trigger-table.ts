// `[[trigger.http]]`: a route and what answers there.
// Owns the table's keys; how routes match is in routes.ts.

import { isHeaderName, isHeaderValue } from "../http/header-rules.ts";
import { readComponent } from "./component-table.ts";
import type { ComponentDeclaration, Executor, HttpTrigger, StaticResponse, TriggerTarget } from "./model.ts";
import { parseRoute } from "./route-pattern.ts";
import { describeToml, isTable, type Located, TableReader } from "./table-reader.ts";

/** A component that stands in the trigger itself is added to `components`. */
export function readHttpTrigger(
  table: TableReader,
  index: number,
  components: Map<string, ComponentDeclaration>,
): HttpTrigger {
  const id = table.string("id")?.value ?? `trigger-http-${index + 1}`;
  const route = readRoute(table);
  const component = readTarget(table, index, components);
  const executor = readExecutor(table);
  const response = readStaticResponse(table);
  if (table.has("component") === table.has("static_response")) {
    const advice = 'write component = "…" or static_response = { body = "…" }';
    const problem = table.has("component") ? "it has both" : "it has neither";
    table.problems.error(
      table.line,
      table.path,
      `a trigger has a component or a static response; ${problem}: ${advice}`,
    );
  }
  refuseMiddleware(table);
  table.finish();
  let target: TriggerTarget | undefined;
  if (component !== undefined) target = { kind: "component", id: component, executor };
  else if (response !== undefined) target = { kind: "static", response };
  return { id, line: table.line, path: table.path, route, target };
}

function readRoute(table: TableReader): Located<string> | undefined {
  const node = table.node("route");
  if (node === undefined) {
    table.problems.error(
      table.line,
      table.path,
      'route is missing; write route = "/...", or { private = true }',
    );
    return undefined;
  }
  if (typeof node.value === "string") {
    const { problem } = parseRoute(node.value);
    if (problem !== undefined) table.fail("route", problem);
    return { line: node.line, value: node.value };
  }
  if (!isTable(node.value)) {
    table.fail("route", `expected a path or { private = true }, got ${describeToml(node.value)}`);
    return undefined;
  }
  const inner = new TableReader(node.value, node.line, table.pathOf("route"), table.problems);
  if (inner.boolean("private") !== true) {
    inner.problems.error(node.line, inner.path, "a route is a path or { private = true }");
  }
  inner.finish();
  return undefined;
}

/** The component's name. */
function readTarget(
  table: TableReader,
  index: number,
  components: Map<string, ComponentDeclaration>,
): string | undefined {
  const node = table.node("component");
  if (node === undefined) return undefined;
  if (typeof node.value === "string") return node.value;
  const inline = table.table("component");
  if (inline === undefined) return undefined;
  // Spin's own name for a component that has none.
  let id = `inline-component${index}`;
  while (components.has(id)) id += "-x";
  components.set(id, readComponent(inline, id));
  return id;
}

const DEFAULT_ARGV = `${"$"}{SCRIPT_NAME} ${"$"}{ARGS}`;

function readExecutor(table: TableReader): Executor {
  const executor = table.table("executor");
  if (executor === undefined) return { type: "http" };
  const type = executor.requiredString("type", 'type = "wagi" or type = "http"');
  if (type?.value === "wagi") {
    const argv = executor.string("argv")?.value ?? DEFAULT_ARGV;
    const entrypoint = executor.string("entrypoint")?.value ?? "_start";
    executor.finish();
    return { type: "wagi", argv, entrypoint };
  }
  if (type !== undefined && type.value !== "http" && type.value !== "spin") {
    executor.fail("type", `expected "http" or "wagi", got ${describeToml(type.value)}`);
  }
  executor.finish();
  return { type: "http" };
}

function readStaticResponse(table: TableReader): StaticResponse | undefined {
  const response = table.table("static_response");
  if (response === undefined) return undefined;
  const status = response.integer("status_code", 200, 599) ?? 200;
  const headers = [...response.stringMap("headers")].map(([name, { line, value }]): [string, string] => {
    const key = `${response.path}.headers.${name}`;
    if (!isHeaderName(name)) table.problems.error(line, key, "this is no name of a header");
    if (!isHeaderValue(value)) table.problems.error(line, key, "a header's value has no control characters");
    return [name.toLowerCase(), value];
  });
  const body = response.string("body")?.value ?? "";
  if (body !== "" && (status === 204 || status === 304)) {
    response.fail("body", `an answer of status ${status} has no body`);
  }
  response.finish();
  return { status, headers, body };
}

/** A middleware may be what lets only some requests through: to leave it out would open what it closes. */
function refuseMiddleware(table: TableReader): void {
  for (const key of ["components", "dependencies"]) {
    const node = table.node(key);
    if (node === undefined) continue;
    table.fail(
      key,
      "components in front of others (middleware) are not supported here; compose them when they are built",
    );
  }
}
