// What `wasmeter kubernetes install` changes on a node, and `uninstall` changes back: a wrapper, and the runtime's entry in the
// configurations of containerd and CRI-O.
// Owns the list of changes and making them. Every path is followed inside the given root, as on the node itself.

import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { printable } from "../../printable.ts";
import { placeInRoot } from "../container/look.ts";
import { systemCode, systemReason } from "../read-module.ts";
import { InputError } from "../usage-error.ts";
import { withoutRuntime, withRuntime } from "./containerd-config.ts";

export interface NodeSetup {
  /** `/`, or where the node's file system is mounted. */
  readonly root: string;
  readonly containerdConfig: string;
  /** Paths on the node. */
  readonly node: string;
  readonly package: string;
  readonly runtime: string | undefined;
}

/** One file as it is to be; `undefined` when it is to go. */
export interface Change {
  /** On the node. */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly mode: number;
}

const WRAPPER = "/usr/local/bin/wasmeter-runtime";
const CRIO = "/etc/crio";
const CRIO_CONFIG = `${CRIO}/crio.conf.d/99-wasmeter.conf`;
const MARK = "# Written by `wasmeter kubernetes install`; `wasmeter kubernetes uninstall` removes it.";
const MADE = "# Directories made for it: ";

/** The changes that install everything. Throws InputError where there is nothing to install into. */
export function installation(setup: NodeSetup): Change[] {
  const { root, containerdConfig } = setup;
  const changes: Change[] = [];
  const containerd = read(root, containerdConfig);
  if (containerd !== undefined || exists(root, dirname(containerdConfig))) {
    const after = withRuntime(containerd ?? "", WRAPPER, containerdConfig);
    changes.push({ path: containerdConfig, before: containerd, after, mode: 0o644 });
  }
  if (exists(root, CRIO)) {
    changes.push({ path: CRIO_CONFIG, before: ownFile(root, CRIO_CONFIG), after: crioConfig(), mode: 0o644 });
  }
  if (changes.length === 0) {
    throw new InputError(
      `there is neither ${printable(dirname(containerdConfig))} nor ${CRIO} in ${printable(root)}; --containerd-config says where containerd's configuration is`,
    );
  }
  const before = ownFile(root, WRAPPER);
  const made =
    madeDirectories(before) ?? missingDirectories(root, [WRAPPER, ...changes.map(({ path }) => path)]);
  changes.unshift({ path: WRAPPER, before, after: wrapper(setup, made), mode: 0o755 });
  return changes.filter(({ before, after }) => before !== after);
}

/** The changes that take everything away. */
export function removal({ root, containerdConfig }: Pick<NodeSetup, "root" | "containerdConfig">): Change[] {
  const changes: Change[] = [];
  const containerd = read(root, containerdConfig);
  if (containerd !== undefined) {
    const rest = withoutRuntime(containerd);
    if (rest !== containerd) {
      changes.push({
        path: containerdConfig,
        before: containerd,
        after: rest === "" ? undefined : rest,
        mode: 0o644,
      });
    }
  }
  for (const path of [CRIO_CONFIG, WRAPPER]) {
    const before = read(root, path);
    if (before?.includes(MARK) === true) changes.push({ path, before, after: undefined, mode: 0 });
  }
  return changes;
}

/** Makes the changes. Each file is replaced as a whole, so that nobody reads half of one. Throws InputError. */
export function apply(root: string, changes: readonly Change[]): void {
  let made: readonly string[] = [];
  for (const { path, before, after, mode } of changes) {
    const place = hostPath(root, path);
    try {
      if (after === undefined) {
        made = [...made, ...(madeDirectories(before) ?? [])];
        rmSync(place);
        continue;
      }
      mkdirSync(dirname(place), { recursive: true });
      const next = `${place}.wasmeter`;
      writeFileSync(next, after);
      chmodSync(next, before === undefined ? mode : statSync(place).mode & 0o7777);
      renameSync(next, place);
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      throw new InputError(`cannot change ${printable(place)}: ${systemReason(error)}`);
    }
  }
  // The deepest first; one that somebody else uses by now stays.
  for (const directory of made.toSorted((a, b) => b.length - a.length)) {
    try {
      rmdirSync(hostPath(root, directory));
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
    }
  }
}

function hostPath(root: string, path: string): string {
  return join(root, placeInRoot(root, path).path);
}

function exists(root: string, path: string): boolean {
  return placeInRoot(root, path).stat !== undefined;
}

function read(root: string, path: string): string | undefined {
  const place = hostPath(root, path);
  try {
    return readFileSync(place, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw new InputError(`cannot read ${printable(place)}: ${systemReason(error)}`);
  }
}

/** A file that is ours alone. Throws InputError when somebody else's is there. */
function ownFile(root: string, path: string): string | undefined {
  const text = read(root, path);
  if (text === undefined || text.includes(MARK)) return text;
  throw new InputError(`${printable(hostPath(root, path))} is there and not ours; move it away first`);
}

function missingDirectories(root: string, files: readonly string[]): string[] {
  const missing = new Set<string>();
  for (const file of files) {
    for (let at = dirname(file); at !== "/" && !exists(root, at); at = dirname(at)) missing.add(at);
  }
  return [...missing].sort();
}

function madeDirectories(wrapperText: string | undefined): readonly string[] | undefined {
  const line = wrapperText?.split("\n").find((each) => each.startsWith(MADE));
  return line
    ?.slice(MADE.length)
    .split(" ")
    .filter((each) => each.startsWith("/"));
}

/** A word for sh, whatever is in it. */
function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function wrapper({ node, package: folder, runtime }: NodeSetup, made: readonly string[]): string {
  const own = runtime === undefined ? "" : `WASMETER_RUNTIME=${shellWord(runtime)} `;
  return `#!/bin/sh
${MARK}
${MADE}${made.join(" ")}
${own}WASMETER_NODE=${shellWord(node)} exec ${shellWord(`${folder}/bin/wasmeter-runtime`)} "$@"
`;
}

function crioConfig(): string {
  return `${MARK}
[crio.runtime.runtimes.wasmeter]
runtime_path = "${WRAPPER}"
runtime_type = "oci"
runtime_root = "/run/wasmeter-runtime"
`;
}
