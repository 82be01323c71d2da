// Path resolution: from a directory and a path to the directory that holds the last component, one component at a time.
// The only place that knows `/`, `.`, `..` and symbolic links. Never lexical, never above the start.

import { utf8Length } from "../utf8.ts";
import { isErrno, MAX_NAME_BYTES, MAX_SYMLINKS, WasiError } from "./abi.ts";
import type { FileSystemDirectory } from "./fs/file-system.ts";
import type { WorkMeter } from "./work.ts";

/** The place that a path names. */
export interface Place {
  /** The directory that holds it. Closed when the visit is over. */
  readonly parent: FileSystemDirectory;
  /** The last component; `undefined` if the path ends in `.` or `..` or is only those: then it names `parent` itself. */
  readonly name: string | undefined;
  /** The path ended in a slash: only a directory will do. */
  readonly mustBeDirectory: boolean;
}

/** Given by a visitor that found a symbolic link in the last place and wants it followed. */
export const FOLLOW: unique symbol = Symbol("follow the symbolic link");

/** Directories kept open on the way, beside the start. Deeper ancestors are opened again when `..` asks for them. */
const MAX_OPEN_ANCESTORS = 32;

/**
 * Directories opened for one path, those opened again included; more is `loop`. A path of 4,095 bytes needs some 17,000 at
 * most. Symbolic links could make it millions: down a deep tree and all the way up again.
 */
const MAX_OPENED = 32_768;

interface Step {
  readonly name: string;
  /** Closed, and opened again from its parent when needed, if deep below the start. */
  directory: FileSystemDirectory | undefined;
}

/**
 * Walks `path` from `start` and lets `visit` act on its last component. Charges each component before it walks it, and each
 * byte of a symbolic link's contents.
 *
 * `..` goes back to the directory through which the walk came, which is never above `start`, even if another process
 * moves directories meanwhile. Symbolic links before the last component are always followed; one in the last place when
 * `visit` gives {@link FOLLOW}.
 *
 * @throws WasiError `noent`: an empty path, a missing component; `perm`: absolute, or above the start, in the path or in a
 * symbolic link; `notdir`; `loop`: more than 40 symbolic links or 32,768 directories; `nametoolong`: a component over 255 bytes
 */
export function resolvePath<T>(
  meter: WorkMeter | undefined,
  start: FileSystemDirectory,
  path: string,
  visit: (place: Place) => T | typeof FOLLOW,
): T {
  const steps: Step[] = [];
  /** Components still to come, the next one last. */
  const pending: string[] = [];
  let links = 0;
  let opened = 0;
  let mustBeDirectory = false;

  const countOpened = (): void => {
    if (++opened > MAX_OPENED) throw new WasiError("loop", "too many directories");
  };

  const current = (): FileSystemDirectory => {
    let open = steps.length - 1;
    while (open >= 0 && steps[open]?.directory === undefined) open--;
    let directory = steps[open]?.directory ?? start;
    // Open again what lies below the deepest open ancestor, keeping only the last ones open.
    let temporary: FileSystemDirectory | undefined;
    try {
      for (let i = open + 1; i < steps.length; i++) {
        const step = steps[i]!;
        countOpened();
        meter?.charge("perPathComponent", 1);
        const next = directory.openDirectory(step.name);
        temporary?.close();
        temporary = undefined;
        directory = next;
        if (i >= steps.length - MAX_OPEN_ANCESTORS) step.directory = next;
        else temporary = next;
      }
    } finally {
      temporary?.close();
    }
    return directory;
  };

  const enter = (name: string, directory: FileSystemDirectory): void => {
    steps.push({ name, directory });
    const tooDeep = steps[steps.length - 1 - MAX_OPEN_ANCESTORS];
    if (tooDeep?.directory !== undefined) {
      tooDeep.directory.close();
      tooDeep.directory = undefined;
    }
  };

  const push = (text: string): void => {
    if (text === "") throw new WasiError("noent", "empty path");
    if (text.startsWith("/")) throw new WasiError("perm", "absolute path");
    const components = text.split("/").filter((component) => component !== "");
    meter?.charge("perPathComponent", components.length);
    if (pending.length === 0) mustBeDirectory ||= text.endsWith("/");
    for (const component of components.reverse()) pending.push(component);
  };

  const pushLink = (parent: FileSystemDirectory, name: string): void => {
    if (++links > MAX_SYMLINKS) throw new WasiError("loop", "too many symbolic links");
    let target: string;
    try {
      target = parent.readLink(name);
    } catch (error) {
      if (!isErrno(error, "inval")) throw error;
      // No longer a link: someone has replaced it. Look again; the count above ends this.
      pending.push(name);
      return;
    }
    meter?.charge("perHostByte", utf8Length(target));
    push(target);
  };

  try {
    push(path);
    for (;;) {
      const name = pending.pop();
      if (name === undefined) {
        const result = visit({ parent: current(), name: undefined, mustBeDirectory: true });
        if (result === FOLLOW) throw new WasiError("loop");
        return result;
      }
      if (name === ".") continue;
      if (name === "..") {
        const left = steps.pop();
        if (left === undefined) throw new WasiError("perm", "path leaves its directory");
        left.directory?.close();
        continue;
      }
      if (name.length * 3 > MAX_NAME_BYTES && utf8Length(name) > MAX_NAME_BYTES)
        throw new WasiError("nametoolong");
      const parent = current();
      if (pending.length === 0) {
        const result = visit({ parent, name, mustBeDirectory });
        if (result !== FOLLOW) return result;
        pushLink(parent, name);
        continue;
      }
      countOpened();
      try {
        enter(name, parent.openDirectory(name));
      } catch (error) {
        if (!isErrno(error, "loop")) throw error;
        pushLink(parent, name);
      }
    }
  } finally {
    for (const step of steps) step.directory?.close();
  }
}
