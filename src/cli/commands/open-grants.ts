// Opens what the command line grants: directories, a file as stdin, listening sockets, files of variables.
// Owns the checks that need the machine. All of it happens before the guest starts.

import { realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { printable } from "../../printable.ts";
import type { FileSystem, InputStream } from "../../wasi/index.ts";
import {
  HostFileSystem,
  inputFromFile,
  listenTcp,
  PseudoFileSystemError,
  type TcpListener,
} from "../../wasi/node/index.ts";
import { parseEnvFile, type Variable } from "../args/env-file.ts";
import type { DirectoryGrant } from "../args/grants.ts";
import { readInput, systemCode, systemReason } from "../read-module.ts";
import { InputError, UsageError } from "../usage-error.ts";

// ------------------------------------------------------------------ directories

/** Opens the directories by their names in the guest. Throws InputError, or UsageError for grants that contradict each other. */
export function openDirectories(
  grants: readonly DirectoryGrant[],
  allowPseudo: readonly string[] = [],
): Record<string, FileSystem> {
  const opened = grants.map((grant): [string, FileSystem] => {
    const { host, readOnly } = grant;
    try {
      return [grant.guest, openDirectory(host, readOnly, allowPseudo)];
    } catch (error) {
      throw cannotGrant(grant, error);
    }
  });
  checkOverlaps(grants);
  return Object.fromEntries(opened);
}

function openDirectory(host: string, readOnly: boolean, allowPseudo: readonly string[]): HostFileSystem {
  try {
    return new HostFileSystem(host, { readOnly });
  } catch (error) {
    if (!(error instanceof PseudoFileSystemError) || !allowPseudo.includes(error.fileSystem)) throw error;
    return new HostFileSystem(host, { readOnly, allowPseudo: error.fileSystem });
  }
}

function cannotGrant({ option, host }: DirectoryGrant, error: unknown): InputError {
  if (error instanceof PseudoFileSystemError) {
    const { fileSystem } = error;
    return new InputError(
      `${option}: cannot grant ${printable(host)}: it is on ${fileSystem}, whose files are the host's own state, which the guest could read and change; --allow-pseudo ${fileSystem} grants it all the same`,
    );
  }
  const code = systemCode(error);
  const reason =
    code === "ENOENT"
      ? `no such directory${renamingHint(host)}`
      : code === "ENOTDIR"
        ? "it is not a directory"
        : systemReason(error);
  return new InputError(`${option}: cannot grant ${printable(host)}: ${reason}`);
}

/** Other runtimes and Docker part the names by one colon. */
function renamingHint(host: string): string {
  const [, left, right] = /^([^:]{2,}):([^:]+)$/.exec(host) ?? [];
  return left === undefined ? "" : `; another name in the guest is written ${printable(`${left}::${right}`)}`;
}

/** A directory and those above it, whatever their names: mounts and letter case cannot hide that two are the same. */
function identities(path: string): string[] {
  const found: string[] = [];
  for (let at = realpathSync.native(path); ; at = dirname(at)) {
    const { dev, ino } = statSync(at, { bigint: true });
    found.push(`${dev}:${ino}`);
    if (dirname(at) === at) return found;
  }
}

/**
 * Refuses grants of which one undoes what another says: a guest reaches a read-only directory through a writable one that
 * holds it, whatever the names. A writable directory inside a read-only one must be asked for by `:rw`. Directories that
 * overlap with equal rights grant nothing that was not granted already.
 */
function checkOverlaps(grants: readonly DirectoryGrant[]): void {
  if (!grants.some(({ readOnly }) => readOnly)) return;
  const places = grants.map((grant) => {
    try {
      return { grant, chain: identities(grant.host) };
    } catch (error) {
      throw cannotGrant(grant, error);
    }
  });
  for (const { grant: inner, chain } of places) {
    for (const { grant: outer, chain: outerChain } of places) {
      if (inner.readOnly === outer.readOnly || !chain.includes(outerChain[0]!)) continue;
      const [a, b] = [printable(inner.host), printable(outer.host)];
      const where = chain[0] === outerChain[0] ? "the same directory as" : "inside";
      if (inner.readOnly) {
        throw new UsageError(
          `${inner.option}: ${a} is granted read-only, but it is ${where} ${b}, in which the guest may write`,
        );
      }
      if (where !== "inside" || inner.explicitlyWritable) continue;
      throw new UsageError(
        `${inner.option}: ${a} is inside ${b}, which is granted read-only; if the guest may write there, write --dir ${a}::${printable(inner.guest)}:rw`,
      );
    }
  }
}

// ------------------------------------------------------------------ stdin

/** Opens the file of `--stdin`; it is closed with the guest's WASI. Throws InputError. */
export function openStdin(path: string): InputStream {
  try {
    return inputFromFile(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw new InputError(`--stdin: cannot read ${printable(path)}: ${systemReason(error)}`);
  }
}

// ------------------------------------------------------------------ sockets

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "permission denied",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "the host's name cannot be looked up now",
};

/** Opens the sockets of `--tcplisten`. Throws InputError, with none left open. */
export async function openListeners(addresses: readonly string[]): Promise<TcpListener[]> {
  const listeners: TcpListener[] = [];
  for (const address of addresses) {
    try {
      // As Wasmtime has it: Go programs do not set the flag themselves, and would wait in accept for ever.
      listeners.push(await listenTcp(address, { nonblock: true }));
    } catch (error) {
      for (const listener of listeners) listener.close();
      const reason = LISTEN_ERRORS[systemCode(error) ?? ""] ?? systemReason(error);
      throw new InputError(`--tcplisten: cannot listen on ${printable(address)}: ${reason}`);
    }
  }
  return listeners;
}

// ------------------------------------------------------------------ variables

/** No environment is larger, and a pipe need not end. */
const LARGEST_ENV_FILE = 2 ** 20;

/** Reads the files of `--env-file`, in their order. Throws InputError. */
export function readEnvFiles(paths: readonly string[]): Variable[] {
  return paths.flatMap((path) => {
    const shown = printable(path);
    // Node reads such files too when the command starts, and what it has taken from a pipe is gone.
    if (isPipe(path)) throw new InputError(`--env-file: ${shown} is a pipe; a file is needed`);
    const limit = { bytes: LARGEST_ENV_FILE, what: "an --env-file" };
    return parseEnvFile(shown, readInput(path, limit));
  });
}

function isPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch {
    // What is wrong with it is said when it is read.
    return false;
  }
}
