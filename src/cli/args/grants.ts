// What the guest is granted, as written on the command line: `--dir`, `--mapdir` and `--env`.
// Owns their syntax and merging; opening what is named is the job of open-grants.ts.

import { UsageError } from "../usage-error.ts";
import type { Variable } from "./env-file.ts";

/** A host directory that the guest sees under a name of its own. */
export interface DirectoryGrant {
  /** As it was asked for, e.g. `--dir`; for messages. */
  readonly option: string;
  readonly host: string;
  readonly guest: string;
  readonly readOnly: boolean;
  /** Writing was asked for by name, with `:rw`. */
  readonly explicitlyWritable: boolean;
}

function grant(option: string, host: string, guest: string, access?: "ro" | "rw"): DirectoryGrant {
  if (host.includes("\0") || guest.includes("\0")) {
    throw new UsageError(`${option}: a name contains a NUL byte`);
  }
  return { option, host, guest, readOnly: access === "ro", explicitlyWritable: access === "rw" };
}

/** Reads `HOST[::GUEST][:ro|:rw]`; the guest's name is the host's when left out. Throws UsageError. */
export function parseDirectory(text: string): DirectoryGrant {
  const access = /(?:[^:]|^|::):(ro|rw)$/.exec(text)?.[1] as "ro" | "rw" | undefined;
  const rest = access === undefined ? text : text.slice(0, -3);
  const at = rest.lastIndexOf("::");
  const host = at < 0 ? rest : rest.slice(0, at);
  const guest = at < 0 ? rest : rest.slice(at + 2);
  if (host === "" || guest === "") {
    throw new UsageError(`--dir: '${text}' lacks a directory; write HOST, HOST::GUEST or HOST::GUEST:ro`);
  }
  return grant("--dir", host, guest, access);
}

/** Reads `GUEST::HOST`, as older Wasmtimes have it, or `GUEST:HOST`, as Wasmer. Throws UsageError. */
export function parseMappedDirectory(text: string): DirectoryGrant {
  const advice = "write --mapdir GUEST::HOST, or --dir HOST::GUEST";
  const doubled = text.includes("::");
  const [guest = "", host = "", ...more] = doubled ? text.split("::") : splitOnce(text);
  if (guest === "" || host === "") {
    throw new UsageError(`--mapdir: '${text}' lacks a directory; ${advice}`);
  }
  if (/:r[ow]$/.test(text)) {
    throw new UsageError(`--mapdir: '${text}': only --dir has :ro and :rw; write --dir HOST::GUEST:ro`);
  }
  // Next to `::`, single colons belong to the names; without, only the colon of a drive does.
  const undoubted = doubled ? !text.includes(":::") : !/:/.test(host.replace(/^[a-z]:(?=[\\/])/i, ""));
  if (more.length > 0 || !undoubted) {
    throw new UsageError(`--mapdir: '${text}' can be read in several ways; ${advice}`);
  }
  return grant("--mapdir", host, guest);
}

function splitOnce(text: string): string[] {
  const at = text.indexOf(":");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Where guests look for a preopened directory. They take `/data`, `data`, `./data` and `data/` for one (wasi-libc does). */
function guestPlace(name: string): string {
  return name
    .split("/")
    .filter((component) => component !== "" && component !== ".")
    .join("/");
}

/** All directories: `--dir` in the order given, then `--mapdir`. Throws UsageError when two would be one in the guest. */
export function parseDirectories(dirs: readonly string[], mapdirs: readonly string[] = []): DirectoryGrant[] {
  const grants = [...dirs.map(parseDirectory), ...mapdirs.map(parseMappedDirectory)];
  const seen = new Map<string, string>();
  for (const { option, guest } of grants) {
    const place = guestPlace(guest);
    const before = seen.get(place);
    if (before !== undefined) {
      const same = before === guest ? "" : `; for a guest it is the same as '${before}'`;
      throw new UsageError(`${option}: '${guest}' is given twice in the guest${same}`);
    }
    seen.set(place, guest);
  }
  return grants;
}

/** Reads `KEY=VALUE`, or `KEY` to be inherited. Throws UsageError for an empty key. */
export function parseVariable(text: string): Variable {
  const at = text.indexOf("=");
  const key = at < 0 ? text : text.slice(0, at);
  if (key === "") throw new UsageError(`--env: '${text}' lacks a name; write KEY or KEY=VALUE`);
  return { key, value: at < 0 ? undefined : text.slice(at + 1) };
}

/**
 * The guest's environment: nothing, or all of `host` with `inheritAll`, then each of `variables`, of which those without a
 * value are taken from `host` (left out if not set there). Later ones win.
 */
export function buildEnvironment(
  variables: Iterable<Variable>,
  host: Readonly<Record<string, string | undefined>>,
  inheritAll: boolean,
): Record<string, string> {
  const result = new Map<string, string>();
  if (inheritAll) {
    for (const [key, value] of Object.entries(host)) {
      // Windows keeps its current directories in variables called "=C:".
      if (value !== undefined && key !== "" && !key.includes("=")) result.set(key, value);
    }
  }
  for (const { key, value = Object.hasOwn(host, key) ? host[key] : undefined } of variables) {
    if (value !== undefined) result.set(key, value);
  }
  return Object.fromEntries(result);
}
