// How an open host directory is held and how its entries are named to the system: the part that differs by platform.
// Linux: an O_PATH descriptor and /proc/self/fd, a true openat. Elsewhere: a path whose identity is checked.

import * as fs from "node:fs";
import { WasiError } from "../abi.ts";
import { system, systemErrorCode } from "./errno.ts";

/** The same number on all of Node's Linux platforms; Node does not export it. */
const O_PATH = 0o10000000;
const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = fs.constants;

/** A host directory held fast: its entries are found in this directory, wherever it is moved. */
export interface Anchor {
  /** Whether this is a true openat, on Linux: nothing has to be looked at twice. */
  readonly isExact: boolean;
  /** A path that names an entry of this very directory. The last component is never to be followed. */
  path(name: string): string;
  /** A path that names the directory itself. */
  self(): string;
  /** Called after an effect through `path`. @throws WasiError if it may have hit another directory */
  verify(): void;
  stat(): fs.BigIntStats;
  /** @throws WasiError `loop` for a symbolic link, `notdir` for anything else that is not a directory */
  enter(name: string): Anchor;
  duplicate(): Anchor;
  close(): void;
}

/** Whether /proc/self/fd leads to open directories here. */
function hasProcFd(): boolean {
  if (process.platform !== "linux") return false;
  try {
    const fd = fs.openSync("/proc/self/fd", O_PATH | O_DIRECTORY);
    try {
      const through = fs.statSync(`/proc/self/fd/${fd}/.`, { bigint: true });
      const direct = fs.fstatSync(fd, { bigint: true });
      return through.ino === direct.ino && through.dev === direct.dev;
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return false;
  }
}

/** Opens a directory that the embedder named; symbolic links in `path` are followed. Throws Node's own error. */
export function anchorAt(path: string): Anchor {
  return hasProcFd() ? new ProcAnchor(fs.openSync(path, O_PATH | O_DIRECTORY)) : pathAnchorAt(path);
}

/** The same as it is done where there is no /proc. */
export function pathAnchorAt(path: string): Anchor {
  const real = fs.realpathSync.native(path);
  // With the slash a file is ENOTDIR.
  return new PathAnchor(real, fs.statSync(`${real}/`, { bigint: true }));
}

class ProcAnchor implements Anchor {
  readonly isExact = true;
  readonly #fd: number;
  #open = true;

  constructor(fd: number) {
    this.#fd = fd;
  }

  path(name: string): string {
    return `/proc/self/fd/${this.#fd}/${name}`;
  }

  self(): string {
    // With the dot, calls that do not follow links act on the directory and not on the magic link.
    return `/proc/self/fd/${this.#fd}/.`;
  }

  verify(): void {}

  stat(): fs.BigIntStats {
    return system(() => fs.fstatSync(this.#fd, { bigint: true }));
  }

  enter(name: string): Anchor {
    try {
      return new ProcAnchor(fs.openSync(this.path(name), O_PATH | O_DIRECTORY | O_NOFOLLOW));
    } catch (error) {
      if (systemErrorCode(error) !== "ENOTDIR")
        return system(() => {
          throw error;
        });
      // Linux reports a symbolic link here as ENOTDIR too.
      const isLink = system(() => fs.lstatSync(this.path(name))).isSymbolicLink();
      throw new WasiError(isLink ? "loop" : "notdir");
    }
  }

  duplicate(): Anchor {
    return system(() => new ProcAnchor(fs.openSync(this.self(), O_PATH | O_DIRECTORY)));
  }

  close(): void {
    // A second time the number may be another's.
    if (!this.#open) return;
    this.#open = false;
    system(() => fs.closeSync(this.#fd));
  }
}

/** Separators, streams, wildcards; endings that Windows drops; names of devices. Ordinary names to POSIX, so nobody needs them. */
const MEANS_MORE_ON_WINDOWS = /[\\:*?"<>|]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A directory as its real path, device and inode. Before and after each use the path must still lead to the same
 * directory. Between the checks another process can still swap directories: where that is a threat, use Linux.
 */
class PathAnchor implements Anchor {
  readonly isExact = false;
  readonly #path: string;
  readonly #identity: fs.BigIntStats;
  /** Keeps a removed directory's inode from being given to another. Windows has numbers that do not come back. */
  #fd: number | undefined;

  constructor(path: string, identity: fs.BigIntStats) {
    this.#path = path;
    this.#identity = identity;
    this.#fd = openForHolding(path);
    try {
      this.verify();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  path(name: string): string {
    this.verify();
    if (process.platform === "win32" && MEANS_MORE_ON_WINDOWS.test(name)) throw new WasiError("noent");
    return `${this.#path}/${name}`;
  }

  self(): string {
    this.verify();
    return this.#path;
  }

  verify(): void {
    const now = system(() => fs.lstatSync(this.#path, { bigint: true }));
    if (!now.isDirectory() || now.ino !== this.#identity.ino || now.dev !== this.#identity.dev) {
      throw new WasiError("noent", "the directory has been moved");
    }
  }

  stat(): fs.BigIntStats {
    return system(() => fs.lstatSync(this.self(), { bigint: true }));
  }

  enter(name: string): Anchor {
    const path = this.path(name);
    const found = system(() => fs.lstatSync(path, { bigint: true }));
    if (found.isSymbolicLink()) throw new WasiError("loop");
    if (!found.isDirectory()) throw new WasiError("notdir");
    const entered = new PathAnchor(path, found);
    try {
      this.verify();
    } catch (error) {
      entered.close();
      throw error;
    }
    return entered;
  }

  duplicate(): Anchor {
    return new PathAnchor(this.#path, this.#identity);
  }

  close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) system(() => fs.closeSync(fd));
  }
}

/** A descriptor of a directory; `undefined` where it may not be read, or where there is none to be had. */
function openForHolding(path: string): number | undefined {
  try {
    return fs.openSync(path, SAFE_OPEN | (O_DIRECTORY ?? 0));
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return undefined;
  }
}

/** Flags of every open below a grant: never follow, never wait, never become a controlling terminal. */
export const SAFE_OPEN =
  (O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0) | (fs.constants.O_NOCTTY ?? 0) | O_RDONLY;
