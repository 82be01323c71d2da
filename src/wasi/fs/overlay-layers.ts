// The two layers of an overlay: which directories are where, what is hidden, and copying between them.
// Knows nothing of handles that a guest has open.

import { isErrno } from "../abi.ts";
import type { WorkMeter } from "../work.ts";
import type { FileStat, FileSystem, FileSystemDirectory, FileSystemFile } from "./file-system.ts";

const COPY_BYTES = 65_536;

/** What the overlay knows of one of its directories, shared by all handles on it. */
export interface DirectoryState {
  parent: DirectoryState | undefined;
  /** Its name in `parent`. */
  name: string;
  /** Where it is in the lower file system; `undefined` if it is only in the upper one. */
  lowerPath: readonly string[] | undefined;
  /** Names of the lower directory that are hidden, as they were removed or replaced. */
  readonly hidden: Set<string>;
  /** Who has files of the lower directory open, by name: when one is copied up, they go on with the copy. */
  readonly readers: Map<string, Set<Reader>>;
  readonly children: Map<string, DirectoryState>;
  removed: boolean;
}

/** An open file of the lower file system. */
export interface Reader {
  /** Which file it is; the lower file system may put another one in its place. */
  readonly original: string;
  /** From now on the file is this one. */
  follow(copy: FileSystemFile): void;
}

export function newState(
  parent: DirectoryState | undefined,
  name: string,
  lowerPath: readonly string[] | undefined,
): DirectoryState {
  return {
    parent,
    name,
    lowerPath,
    hidden: new Set(),
    readers: new Map(),
    children: new Map(),
    removed: false,
  };
}

/** The lower and the upper file system, opened as needed and closed by the caller. */
export class Layers {
  readonly #lower: FileSystem;
  readonly #upper: FileSystem;

  constructor(lower: FileSystem, upper: FileSystem) {
    this.#lower = lower;
    this.#upper = upper;
  }

  /** Opens a directory of the lower file system; `undefined` if it has gone. */
  openLower(state: DirectoryState, meter: WorkMeter | undefined): FileSystemDirectory | undefined {
    const { lowerPath } = state;
    if (lowerPath === undefined) return undefined;
    meter?.charge("perPathComponent", lowerPath.length);
    return descend(this.#lower.root(meter), lowerPath);
  }

  /** Opens a directory of the upper file system; `undefined` if it is not there. */
  openUpper(state: DirectoryState, meter: WorkMeter | undefined): FileSystemDirectory | undefined {
    const path = pathOf(state);
    meter?.charge("perPathComponent", path.length);
    return descend(this.#upper.root(meter), path);
  }

  /** Opens a directory of the upper file system, making it and those above, with their times, if need be. */
  makeUpper(state: DirectoryState, meter: WorkMeter | undefined): FileSystemDirectory {
    const steps = stepsTo(state);
    meter?.charge("perPathComponent", steps.length);
    let directory = this.#upper.root(meter);
    for (const step of steps) {
      const parent = directory;
      try {
        try {
          directory = parent.openDirectory(step.name);
        } catch (error) {
          if (!isErrno(error, "noent")) throw error;
          keepingTimes(parent, () => parent.createDirectory(step.name));
          directory = parent.openDirectory(step.name);
          const original = this.openLower(step, meter);
          if (original !== undefined) {
            const { accessTime, modifyTime } = original.stat();
            original.close();
            directory.setTimes(accessTime, modifyTime);
          }
        }
      } finally {
        parent.close();
      }
    }
    return directory;
  }
}

/** The directories on the way from the root to this one. */
function stepsTo(state: DirectoryState): DirectoryState[] {
  const steps: DirectoryState[] = [];
  for (let at = state; at.parent !== undefined; at = at.parent) steps.push(at);
  return steps.reverse();
}

function pathOf(state: DirectoryState): string[] {
  return stepsTo(state).map(({ name }) => name);
}

/** Lets a directory's times as they are while something is copied up into it, which to the guest is no change. */
export function keepingTimes(directory: FileSystemDirectory, act: () => void): void {
  const { accessTime, modifyTime } = directory.stat();
  act();
  directory.setTimes(accessTime, modifyTime);
}

/** Opens `path` below `root`, closing what is on the way; `undefined` if it does not exist or is no directory. */
function descend(root: FileSystemDirectory, path: readonly string[]): FileSystemDirectory | undefined {
  let directory = root;
  for (const name of path) {
    const parent = directory;
    try {
      directory = parent.openDirectory(name);
    } catch (error) {
      if (isErrno(error, "noent") || isErrno(error, "notdir") || isErrno(error, "loop")) return undefined;
      throw error;
    } finally {
      parent.close();
    }
  }
  return directory;
}

export function find(directory: FileSystemDirectory | undefined, name: string): FileStat | undefined {
  if (directory === undefined) return undefined;
  try {
    return directory.statEntry(name);
  } catch (error) {
    if (isErrno(error, "noent")) return undefined;
    throw error;
  }
}

/** Whether `state` is `around` or somewhere below it. */
export function isWithin(state: DirectoryState, around: DirectoryState): boolean {
  for (let at: DirectoryState | undefined = state; at !== undefined; at = at.parent)
    if (at === around) return true;
  return false;
}

/** Where an entry is: the one that shows. */
export interface Found {
  readonly layer: "upper" | "lower";
  readonly directory: FileSystemDirectory;
  readonly stat: FileStat;
}

export function copyContents(
  from: FileSystemDirectory | undefined,
  to: FileSystemDirectory,
  name: string,
  meter: WorkMeter | undefined,
): void {
  if (from !== undefined) meter?.charge("perHostByte", Number(from.statEntry(name).size));
  const target = to.openFile(name, {
    read: false,
    write: true,
    create: true,
    exclusive: true,
    truncate: false,
  });
  let complete = false;
  try {
    if (from !== undefined) {
      const source = from.openFile(name, {
        read: true,
        write: false,
        create: false,
        exclusive: false,
        truncate: false,
      });
      try {
        const buffer = new Uint8Array(COPY_BYTES);
        let offset = 0n;
        for (let read = source.read(buffer, offset); read > 0; read = source.read(buffer, offset)) {
          for (let done = 0; done < read; )
            done += target.write(buffer.subarray(done, read), offset + BigInt(done));
          offset += BigInt(read);
        }
      } finally {
        source.close();
      }
    }
    complete = true;
  } finally {
    target.close();
    // Half a copy would hide the whole original.
    if (!complete) to.unlink(name);
  }
}
