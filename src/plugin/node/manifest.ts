// Extism manifests, as they stand in files: which modules a plugin is made of, and what it is granted.
// Owns reading them. What is made of it is a Plugin's affair.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  COUNT,
  listOf,
  MILLISECONDS,
  type OptionTable,
  optionsOf,
  type Read,
  readOptions,
  recordOf,
  type Shape,
  STRING,
} from "../../checks/options.ts";
import { HOST_PATTERN } from "../options.ts";
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

const ANYTHING: Shape<unknown> = { expected: "anything", read: (value) => value };
const HOSTS = listOf("an array of host names", HOST_PATTERN);
const PATHS = recordOf("an object of guest paths by host path", STRING);

/** As in files, and as in Extism's SDK for JavaScript. */
const MEMORY = {
  ...{ max_pages: COUNT, maxPages: COUNT },
  ...{ max_http_response_bytes: COUNT, maxHttpResponseBytes: COUNT },
  ...{ max_var_bytes: COUNT, maxVarBytes: COUNT },
};

const MANIFEST = {
  ...{ wasm: ANYTHING, memory: optionsOf("an object of limits", MEMORY) },
  ...{ config: recordOf("an object of strings", STRING), timeout_ms: MILLISECONDS, timeoutMs: MILLISECONDS },
  ...{ allowed_hosts: HOSTS, allowedHosts: HOSTS, allowed_paths: PATHS, allowedPaths: PATHS },
};

const MODULE = {
  ...{ path: STRING, name: STRING, hash: STRING },
  ...{ data: ANYTHING, url: ANYTHING, headers: ANYTHING, method: ANYTHING },
};

const MANIFEST_OPTIONS = { directory: STRING } satisfies OptionTable<ManifestOptions>;

/**
 * Reads an Extism manifest: a path of a JSON file, or an object of the same form. `memory.max_pages` is read as the bytes of all
 * of the plugin's memories together. Modules come from `data` (bytes, or Base64) and `path`; `url` is refused, as nothing is
 * fetched here. Of several modules the last is the plugin, or the one named `main`; it may import from the others by their names.
 * @throws TypeError for what is no manifest, or asks for what is refused; Error for bytes with another SHA-256 than `hash`, and
 * Node's for files that cannot be read
 */
export async function readManifest(
  manifest: string | object,
  options?: ManifestOptions,
): Promise<ReadManifest> {
  const isPath = typeof manifest === "string";
  const read = readOptions("readManifest(manifest, options)", options, MANIFEST_OPTIONS);
  const given: unknown = isPath ? JSON.parse(await readFile(manifest, "utf8")) : manifest;
  const known = withoutNulls(requireObject(given, "a manifest"));
  const memory =
    known.memory === undefined
      ? {}
      : { memory: withoutNulls(requireObject(known.memory, "manifest.memory")) };
  const fields = readOptions("manifest", { ...known, ...memory }, MANIFEST);
  const directory = read.directory ?? (isPath ? dirname(manifest) : ".");
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
  return { source: { main: main.bytes, libraries }, options: settingsOf(fields, directory) };
}

async function readModule(
  entry: Fields,
  directory: string,
): Promise<{ readonly name: string | undefined; readonly bytes: Uint8Array }> {
  const { data, path, name, hash } = readOptions("manifest.wasm", withoutNulls(entry), MODULE);
  let bytes: Uint8Array;
  if (data instanceof Uint8Array) bytes = data;
  else if (typeof data === "string") bytes = new Uint8Array(Buffer.from(data, "base64"));
  else if (path !== undefined) bytes = await readFile(resolve(directory, pathOf(path)));
  else
    throw new TypeError("manifest.wasm: neither data nor path; a url is not fetched: give its bytes as data");
  if (hash !== undefined) {
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== hash.toLowerCase()) {
      throw new Error(`manifest.wasm: the SHA-256 of the module is ${found}, and not ${hash}`);
    }
  }
  return { name, bytes };
}

function pathOf(path: string): string {
  return path.startsWith("file:") ? fileURLToPath(path) : path;
}

function settingsOf(fields: Read<typeof MANIFEST>, directory: string): NodePluginOptions {
  const { memory = {}, config } = fields;
  const pages = memory.max_pages ?? memory.maxPages;
  const paths = fields.allowed_paths ?? fields.allowedPaths;
  const given: NodePluginOptions = {
    memoryBytes: pages === undefined ? undefined : pages * PAGE,
    httpResponseBytes: memory.max_http_response_bytes ?? memory.maxHttpResponseBytes,
    variableBytes: memory.max_var_bytes ?? memory.maxVarBytes,
    timeoutMs: fields.timeout_ms ?? fields.timeoutMs,
    allowedHosts: fields.allowed_hosts ?? fields.allowedHosts,
    config,
    allowedPaths: paths === undefined ? undefined : guestPaths(paths, directory),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** A manifest names them by the host's path. */
function guestPaths(paths: Readonly<Record<string, string>>, directory: string): Record<string, string> {
  const entries = Object.entries(paths).map(([host, guest]) => {
    const isReadOnly = host.startsWith("ro:");
    const path = resolve(directory, isReadOnly ? host.slice("ro:".length) : host);
    return [guest, isReadOnly ? `ro:${path}` : path];
  });
  return Object.fromEntries(entries);
}

/** What is `null` in a manifest is not there. */
function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function requireObject(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new TypeError(`${what} must be an object`);
}
