// The manifest of Spin's version 1, written anew as version 2: for a message, not for use.
// Owns the conversion of its keys. What cannot be converted is left out, and the author will see.

import type { TomlNode, TomlTable } from "./toml.ts";

/** The text of a manifest of version 2. */
export function conversionOf(old: TomlTable): string {
  const lines = ["spin_manifest_version = 2", "", "[application]"];
  for (const key of ["name", "version", "description"]) {
    const text = textOf(old.get(key));
    if (text !== undefined) lines.push(`${key} = ${JSON.stringify(text)}`);
  }
  const base = textOf(tableOf(old.get("trigger"))?.get("base"));
  if (base !== undefined && base !== "/")
    lines.push("", "[application.trigger.http]", `base = ${JSON.stringify(base)}`);
  const variables = tableOf(old.get("variables"));
  if (variables !== undefined) lines.push("", "[variables]", "# as before");
  const components = old.get("component")?.value;
  for (const { value } of Array.isArray(components) ? (components as readonly TomlNode[]) : []) {
    const component = value instanceof Map ? (value as TomlTable) : undefined;
    if (component !== undefined) addComponent(component, lines);
  }
  return lines.join("\n");
}

function addComponent(component: TomlTable, lines: string[]): void {
  const id = (textOf(component.get("id")) ?? "my-component").replaceAll("_", "-");
  const trigger = tableOf(component.get("trigger"));
  const route = textOf(trigger?.get("route")) ?? "/...";
  lines.push("", "[[trigger.http]]", `route = ${JSON.stringify(route)}`, `component = ${JSON.stringify(id)}`);
  const executor = textOf(tableOf(trigger?.get("executor"))?.get("type"));
  if (executor !== undefined && executor !== "spin")
    lines.push(`executor = { type = ${JSON.stringify(executor)} }`);
  const source = textOf(component.get("source")) ?? "app.wasm";
  lines.push("", `[component.${id}]`, `source = ${JSON.stringify(source)}`);
  for (const key of component.keys()) {
    if (!["id", "trigger", "source"].includes(key))
      lines.push(`# ${key === "config" ? "variables" : key}: as before`);
  }
}

function textOf(node: TomlNode | undefined): string | undefined {
  return typeof node?.value === "string" ? node.value : undefined;
}

function tableOf(node: TomlNode | undefined): TomlTable | undefined {
  return node?.value instanceof Map ? (node.value as TomlTable) : undefined;
}
