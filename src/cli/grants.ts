// What the guest is granted, as written on the command line: `--dir` and `--env`.
// Owns their syntax and merging; opening the directories is the job of run.ts.

import { UsageError } from "./usage-error.ts";

/** A host directory that the guest sees under a name of its own. */
export interface DirectoryGrant {
  readonly host: string;
  readonly guest: string;
  readonly readOnly: boolean;
}

/** Reads `HOST[::GUEST][:ro]`; the guest's name is the host's when left out. Throws UsageError. */
export function parseDirectory(text: string): DirectoryGrant {
  const readOnly = /([^:]|^|::):ro$/.test(text);
  const rest = readOnly ? text.slice(0, -3) : text;
  const at = rest.lastIndexOf("::");
  const host = at < 0 ? rest : rest.slice(0, at);
  const guest = at < 0 ? rest : rest.slice(at + 2);
  if (host === "" || guest === "") {
    throw new UsageError(`--dir: '${text}' lacks a directory; write HOST, HOST::GUEST or HOST::GUEST:ro`);
  }
  if (host.includes("\0") || guest.includes("\0")) throw new UsageError("--dir: a name contains a NUL byte");
  return { host, guest, readOnly };
}

/** All directories, in the order given. Throws UsageError when two would have one name in the guest. */
export function parseDirectories(texts: readonly string[]): DirectoryGrant[] {
  const grants = texts.map(parseDirectory);
  const seen = new Set<string>();
  for (const { guest } of grants) {
    const name = guest.replace(/(?<=.)\/+$/, "");
    if (seen.has(name)) throw new UsageError(`--dir: '${guest}' is given twice in the guest`);
    seen.add(name);
  }
  return grants;
}

/**
 * The guest's environment: nothing, or all of `host` with `inheritAll`, then each
 * `KEY=VALUE`, or `KEY` taken from `host` (left out if it is not set there).
 * Later ones win. Throws UsageError for an empty key.
 */
export function buildEnvironment(
  texts: readonly string[],
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
  for (const text of texts) {
    const at = text.indexOf("=");
    const key = at < 0 ? text : text.slice(0, at);
    if (key === "") throw new UsageError(`--env: '${text}' lacks a name; write KEY or KEY=VALUE`);
    const value = at < 0 ? host[key] : text.slice(at + 1);
    if (value !== undefined) result.set(key, value);
  }
  return Object.fromEntries(result);
}
