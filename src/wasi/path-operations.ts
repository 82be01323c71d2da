// What is done with the places that paths name: the part of the path functions that knows no guest memory and no descriptor.
// Shared by preview1 and by hosts of later versions. Resolution is in path-resolution.ts, files are in the file systems.

import { utf8Length } from "../utf8.ts";
import { isErrno, MAX_PATH_BYTES, WasiError } from "./abi.ts";
import type { FileStat, FileSystemDirectory, TimeUpdate } from "./fs/file-system.ts";
import { FOLLOW, type Place, resolvePath } from "./path-resolution.ts";
import type { WorkMeter } from "./work.ts";

/** A path as it begins: a directory, and text from there. */
export interface PathFrom {
  readonly directory: FileSystemDirectory;
  readonly path: string;
}

/** What a walk charges to; see {@link resolvePath}. */
type Meter = WorkMeter | undefined;

/** Checks a path's text and charges for its bytes. @throws WasiError `nametoolong`, `inval` */
export function checkPath(meter: Meter, path: string): string {
  if (path.length > MAX_PATH_BYTES) throw new WasiError("nametoolong");
  const length = utf8Length(path);
  if (length > MAX_PATH_BYTES) throw new WasiError("nametoolong");
  meter?.charge("perHostByte", length);
  if (path.includes("\0")) throw new WasiError("inval", "NUL in a path");
  return path;
}

/** @throws WasiError `exist`: something is there, a symbolic link too */
export function createDirectoryAt(meter: Meter, { directory, path }: PathFrom): void {
  resolvePath(meter, directory, path, ({ parent, name }) => {
    if (name === undefined) throw new WasiError("exist");
    parent.createDirectory(name);
  });
}

/** The metadata of a file, or of a symbolic link unless `follow`. */
export function statAt(meter: Meter, { directory, path }: PathFrom, follow: boolean): FileStat {
  return resolvePath(meter, directory, path, ({ parent, name, mustBeDirectory }) => {
    if (name === undefined) return parent.stat();
    const found = parent.statEntry(name);
    if (found.type === "symbolic-link" && (follow || mustBeDirectory)) return FOLLOW;
    if (mustBeDirectory && found.type !== "directory") throw new WasiError("notdir");
    return found;
  });
}

/** Sets the times of a file, or of a symbolic link unless `follow`. */
export function setTimesAt(
  meter: Meter,
  { directory, path }: PathFrom,
  follow: boolean,
  times: { readonly access: TimeUpdate; readonly modify: TimeUpdate },
): void {
  resolvePath(meter, directory, path, ({ parent, name, mustBeDirectory }) => {
    if (name === undefined) return parent.setTimes(times.access, times.modify);
    const found = parent.statEntry(name);
    if (found.type === "symbolic-link" && (follow || mustBeDirectory)) return FOLLOW;
    if (mustBeDirectory && found.type !== "directory") throw new WasiError("notdir");
    // Follows nothing, so a link put there since the look above is itself the victim, and nothing outside.
    parent.setEntryTimes(name, times.access, times.modify);
  });
}

/** Makes a hard link, to a symbolic link itself if one is there. @throws WasiError `exist`; `perm`: a directory; `xdev` */
export function linkAt(meter: Meter, source: PathFrom, target: PathFrom): void {
  // In Linux's order: the old path whole, then the new one, and what they are to each other last.
  resolvePath(meter, source.directory, source.path, (from) => {
    const { type } = from.name === undefined ? from.parent.stat() : from.parent.statEntry(from.name);
    if (from.mustBeDirectory && type === "symbolic-link") return FOLLOW;
    if (from.mustBeDirectory && type !== "directory") throw new WasiError("notdir");
    resolvePath(meter, target.directory, target.path, (to) => {
      if (to.name === undefined) throw new WasiError("exist");
      if (to.mustBeDirectory || type === "directory") {
        if (exists(to.parent, to.name)) throw new WasiError("exist");
        throw new WasiError(to.mustBeDirectory ? "noent" : "perm", "hard link to a directory");
      }
      from.parent.link(from.name ?? ".", to.parent, to.name);
    });
    return undefined;
  });
}

/** The contents of a symbolic link. @throws WasiError `inval`: not a link; `perm`: absolute contents */
export function readLinkAt(meter: Meter, { directory, path }: PathFrom): string {
  const contents = resolvePath(meter, directory, path, ({ parent, name, mustBeDirectory }) => {
    if (name === undefined) throw new WasiError("inval", "a directory");
    if (!mustBeDirectory) return parent.readLink(name);
    const { type } = parent.statEntry(name);
    if (type === "symbolic-link") return FOLLOW;
    throw new WasiError(type === "directory" ? "inval" : "notdir");
  });
  // As Wasmtime has it. No guest could follow or make such a link; where the host's directories are is not its business.
  if (contents.startsWith("/")) throw new WasiError("perm", "absolute symbolic link");
  return contents;
}

/** @throws WasiError `notdir`; `notempty`; `inval`: the path ends in `.` or `..`; `busy`: a mount point */
export function removeDirectoryAt(meter: Meter, { directory, path }: PathFrom): void {
  let isLink = false;
  resolvePath(meter, directory, path, ({ parent, name, mustBeDirectory }) => {
    // As Linux: what a link with a slash behind it leads to is not removed; but where it must not lead, that is said.
    if (isLink) throw new WasiError("notdir");
    // As Linux: rmdir(".") is EINVAL, rmdir("x/..") ENOTEMPTY; both name a directory through itself here.
    if (name === undefined) throw new WasiError("inval");
    if (mustBeDirectory && parent.statEntry(name).type === "symbolic-link") {
      isLink = true;
      return FOLLOW;
    }
    return parent.removeDirectory(name);
  });
}

/** Renames, replacing what is there. @throws WasiError `isdir`, `notdir`, `notempty`; `inval`: into itself; `busy`; `xdev` */
export function renameAt(meter: Meter, source: PathFrom, target: PathFrom): void {
  const act = (from: Place, to: Place): void => {
    if (from.name === undefined || to.name === undefined) throw new WasiError("busy");
    if (from.mustBeDirectory || to.mustBeDirectory) {
      if (from.parent.statEntry(from.name).type !== "directory") throw new WasiError("notdir");
    }
    from.parent.rename(from.name, to.parent, to.name);
  };
  resolvePath(meter, source.directory, source.path, (from) =>
    resolvePath(meter, target.directory, target.path, (to) => {
      act(from, to);
    }),
  );
}

/** Makes a symbolic link. @throws WasiError `exist`; `perm`: absolute contents; `noent`: empty contents */
export function symlinkAt(meter: Meter, contents: string, { directory, path }: PathFrom): void {
  if (contents.startsWith("/")) throw new WasiError("perm", "absolute symbolic link");
  if (contents === "") throw new WasiError("noent", "empty symbolic link");
  resolvePath(meter, directory, path, ({ parent, name, mustBeDirectory }) => {
    if (name === undefined) throw new WasiError("exist");
    // As Linux: a slash behind a name makes no difference where something has it.
    if (mustBeDirectory) {
      parent.statEntry(name);
      throw new WasiError("exist");
    }
    parent.symlink(contents, name);
  });
}

/** Removes a file or symbolic link. @throws WasiError `isdir`: a directory */
export function unlinkAt(meter: Meter, { directory, path }: PathFrom): void {
  resolvePath(meter, directory, path, ({ parent, name, mustBeDirectory }) => {
    if (name === undefined) throw new WasiError("isdir");
    if (mustBeDirectory)
      throw new WasiError(parent.statEntry(name).type === "directory" ? "isdir" : "notdir");
    parent.unlink(name);
  });
}

function exists(parent: FileSystemDirectory, name: string): boolean {
  try {
    parent.statEntry(name);
    return true;
  } catch (error) {
    if (isErrno(error, "noent")) return false;
    throw error;
  }
}
