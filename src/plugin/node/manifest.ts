// Extism manifests, as they stand in files: which modules a plugin is made of, and what it is granted.
// Owns reading them. What is made of it is a Plugin's affair.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { PluginSource } from "../template.ts";
import type { NodePluginOptions } from "./index.ts";

export interface ManifestOptions {
  /** Directory from which relative paths count. Default: that of the manifest, else the working directory. */
  readonly directory?: string;
}

/** What a manifest says: hand both to `new Plugin(source, options)`, or change the options before. */
export interface ReadManifest {
  readonly source: PluginSource;
  readonly options: NodePluginOptions;
}

type Fields = Readonly<Record<string, unknown>>;

const PAGE = 65_536;

/**
 * Reads an Extism manifest: a path of a JSON file, or an object of the same form. `memory.max_pages` is read as the bytes of all
 * of the plugin's memories together. Modules come from `data` (bytes, or Base64) and `path`; `url` is refused, as nothing is
 * fetched here. Of several modules the last is the plugin, or the one named `main`; it may import from the others by their names.
 * @throws TypeError for what is no manifest, or asks for what is refused; Error for bytes with another SHA-256 than `hash`, and
 * Node's for files that cannot be read
 */
export async function readManifest(
  manifest: string | object,
  options: ManifestOptions = {},
): Promise<ReadManifest> {
  const isPath = typeof manifest === "string";
  const fields = requireObject(
    isPath ? JSON.parse(await readFile(manifest, "utf8")) : manifest,
    "a manifest",
  );
  const directory = options.directory ?? (isPath ? dirname(manifest) : ".");
  const entries = Array.isArray(fields.wasm) ? fields.wasm : [fields.wasm];
  const modules = await Promise.all(
    entries.map((entry: unknown) => readModule(requireObject(entry, "manifest.wasm"), directory)),
  );
  const named = modules.findIndex(({ name }) => name === "main");
  const main = modules.splice(named < 0 ? modules.length - 1 : named, 1)[0];
  if (main === undefined) throw new TypeError("manifest.wasm: there is no module");
  const libraries = modules.map(({ name, bytes }) => {
    if (name === undefined) throw new TypeError("manifest.wasm: a module besides the plugin has no name");
    return { name, bytes };
  });
  return { source: { main: main.bytes, libraries }, options: optionsOf(fields, directory) };
}

async function readModule(
  entry: Fields,
  directory: string,
): Promise<{ readonly name: string | undefined; readonly bytes: Uint8Array }> {
  const { data, path, name, hash } = entry;
  let bytes: Uint8Array;
  if (data instanceof Uint8Array) bytes = data;
  else if (typeof data === "string") bytes = new Uint8Array(Buffer.from(data, "base64"));
  else if (typeof path === "string") bytes = await readFile(resolve(directory, pathOf(path)));
  else
    throw new TypeError("manifest.wasm: neither data nor path; a url is not fetched: give its bytes as data");
  if (typeof hash === "string") {
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== hash.toLowerCase()) {
      throw new Error(`manifest.wasm: the SHA-256 of the module is ${found}, and not ${hash}`);
    }
  }
  return { name: typeof name === "string" ? name : undefined, bytes };
}

function pathOf(path: string): string {
  return path.startsWith("file:") ? fileURLToPath(path) : path;
}

function optionsOf(fields: Fields, directory: string): NodePluginOptions {
  const memory = requireObject(fields.memory ?? {}, "manifest.memory");
  const pages = either(memory, "max_pages", "maxPages");
  const responses = either(memory, "max_http_response_bytes", "maxHttpResponseBytes");
  const variables = either(memory, "max_var_bytes", "maxVarBytes");
  const timeout = either(fields, "timeout_ms", "timeoutMs");
  const hosts = either(fields, "allowed_hosts", "allowedHosts");
  const paths = either(fields, "allowed_paths", "allowedPaths");
  // What a value has to be, the plugin says.
  const given = {
    memoryBytes: typeof pages === "number" ? pages * PAGE : undefined,
    httpResponseBytes: responses,
    variableBytes: variables,
    timeoutMs: timeout,
    allowedHosts: hosts,
    config: fields.config ?? undefined,
    allowedPaths:
      paths === undefined ? undefined : guestPaths(requireObject(paths, "manifest.allowed_paths"), directory),
  };
  const known = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(known) as NodePluginOptions;
}

/** A manifest names them by the host's path. */
function guestPaths(paths: Fields, directory: string): Record<string, string> {
  const entries = Object.entries(paths).map(([host, guest]) => {
    if (typeof guest !== "string") throw new TypeError("manifest.allowed_paths: a path is no string");
    const isReadOnly = host.startsWith("ro:");
    const path = resolve(directory, isReadOnly ? host.slice("ro:".length) : host);
    return [guest, isReadOnly ? `ro:${path}` : path];
  });
  return Object.fromEntries(entries);
}

function either(fields: Fields, name: string, other: string): unknown {
  return fields[name] ?? fields[other] ?? undefined;
}

function requireObject(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new TypeError(`${what} must be an object`);
}
