// containerd's config.toml with our runtime in it, and without: a block between two lines of comment, at the file's end.
// Owns that block. The rest of the file is the cluster's and comes out as it went in.

import { isTable } from "../../spin/table-reader.ts";
import { parseToml, TomlError, type TomlTable } from "../../spin/toml.ts";
import { InputError } from "../usage-error.ts";

const BEGIN = "# BEGIN wasmeter: written by `wasmeter kubernetes install`";
const END = "# END wasmeter";
/** With the line breaks that the block brought. */
const BLOCK = new RegExp(`\\n?${BEGIN}\\n.*?\\n${END}\\n`, "s");

/** Pod annotations that containers see. */
const ANNOTATIONS = ["wasmeter.dev/*", "run.oci.handler", "module.wasm.image/variant"];

/** The configuration without our block; the same if it has none. */
export function withoutRuntime(text: string): string {
  return text.replace(BLOCK, "");
}

function tableAt(root: TomlTable, path: readonly string[]): TomlTable | undefined {
  let table: TomlTable = root;
  for (const key of path) {
    const value = table.get(key)?.value;
    if (value === undefined || !isTable(value)) return undefined;
    table = value;
  }
  return table;
}

function parsed(text: string, file: string): TomlTable {
  try {
    return parseToml(text);
  } catch (error) {
    if (error instanceof TomlError) throw new InputError(`${file}:${error.line}: ${error.message}`);
    throw error;
  }
}

/**
 * The configuration with our runtime.
 * @param text `""` for a file that does not exist
 * @param wrapper path of the installed wrapper, on the node
 * @throws InputError for a file that is no TOML, of an older version, or has another runtime of our name
 */
export function withRuntime(text: string, wrapper: string, file: string): string {
  const rest = withoutRuntime(text);
  const root = parsed(rest, file);
  const isNew = rest.trim() === "";
  const version = isNew ? 2 : root.get("version")?.value;
  if (version !== 2 && version !== 3) {
    throw new InputError(`${file}: version 2 or 3 is needed; containerd config migrate writes it`);
  }
  const plugin = version === 3 ? "io.containerd.cri.v1.runtime" : "io.containerd.grpc.v1.cri";
  const runtimes = tableAt(root, ["plugins", plugin, "containerd", "runtimes"]);
  if (runtimes?.has("wasmeter") === true) {
    throw new InputError(`${file}: there is another runtime called wasmeter; take it out first`);
  }
  const systemd = tableAt(root, ["plugins", plugin, "containerd", "runtimes", "runc", "options"])?.get(
    "SystemdCgroup",
  );
  const table = `plugins.${quoted(plugin)}.containerd.runtimes`;
  const lines = [
    BEGIN,
    ...(isNew ? ["version = 2"] : []),
    // A table of runtimes replaces containerd's own, in which runc is the default.
    ...(runtimes === undefined ? [`[${table}.runc]`, '  runtime_type = "io.containerd.runc.v2"'] : []),
    `[${table}.wasmeter]`,
    '  runtime_type = "io.containerd.runc.v2"',
    `  pod_annotations = [${ANNOTATIONS.map(quoted).join(", ")}]`,
    `  [${table}.wasmeter.options]`,
    `    BinaryName = ${quoted(wrapper)}`,
    // As runc has it: a kubelet has one cgroup driver.
    ...(systemd?.value === true ? ["    SystemdCgroup = true"] : []),
    END,
  ];
  const result = `${rest}${isNew ? "" : "\n"}${lines.join("\n")}\n`;
  // Tables that are written inline cannot be added to.
  parsed(result, file);
  return result;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
