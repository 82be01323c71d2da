// What path_open opens, and the descriptor that it becomes.
// Which flags and rights go together is checked by path.ts.

import {
  DIRECTORY_INHERITING_RIGHTS,
  DIRECTORY_RIGHTS,
  FILE_RIGHTS,
  isErrno,
  RIGHT,
  WasiError,
} from "./abi.ts";
import type { Descriptor } from "./descriptors.ts";
import type { FileSystemDirectory, FileSystemFile } from "./fs/file-system.ts";
import { FOLLOW, resolvePath } from "./path-resolution.ts";
import type { WorkMeter } from "./work.ts";

/** What `path_open` asks for. */
export interface OpenRequest {
  readonly read: boolean;
  readonly write: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly truncate: boolean;
  readonly follow: boolean;
  readonly onlyDirectory: boolean;
}

/** Opens what a path names. */
export function open(
  meter: WorkMeter | undefined,
  start: FileSystemDirectory,
  path: string,
  request: OpenRequest,
): FileSystemFile | FileSystemDirectory {
  const directoryFits = !request.write && !request.create && !request.truncate;
  return resolvePath<FileSystemFile | FileSystemDirectory>(
    meter,
    start,
    path,
    ({ parent, name, mustBeDirectory }) => {
      if (name === undefined) {
        if (request.exclusive) throw new WasiError("exist");
        if (!directoryFits) throw new WasiError("isdir");
        return parent.duplicate();
      }
      try {
        if (mustBeDirectory || request.onlyDirectory) {
          // As Linux: open("name/", O_CREAT) is EISDIR, whatever is there.
          if (request.create) throw new WasiError("isdir");
          const directory = parent.openDirectory(name);
          if (directoryFits) return directory;
          directory.close();
          throw new WasiError("isdir");
        }
        try {
          return parent.openFile(name, request);
        } catch (error) {
          if (!isErrno(error, "isdir") || !directoryFits) throw error;
          return parent.openDirectory(name);
        }
      } catch (error) {
        // A trailing slash means what the link leads to, follow or not.
        if (isErrno(error, "loop") && (request.follow || mustBeDirectory)) return FOLLOW;
        throw error;
      }
    },
  );
}

/** A descriptor for something opened. Gets the wanted rights that mean something for it. */
export function describe(
  opened: FileSystemFile | FileSystemDirectory,
  wanted: number,
  wantedInheriting: number,
  flags: number,
): Descriptor {
  if (opened.kind === "directory") {
    return {
      kind: "directory",
      directory: opened,
      preopen: undefined,
      listing: undefined,
      rightsBase: wanted & DIRECTORY_RIGHTS,
      rightsInheriting: wantedInheriting & DIRECTORY_INHERITING_RIGHTS,
      flags,
    };
  }
  // Changing a file's size needs a file open for writing, as in POSIX.
  const needWriting = (wanted & RIGHT.fdWrite) !== 0 ? 0 : RIGHT.fdAllocate | RIGHT.fdFilestatSetSize;
  return {
    kind: "file",
    file: opened,
    position: 0n,
    rightsBase: wanted & FILE_RIGHTS & ~needWriting,
    rightsInheriting: wantedInheriting & FILE_RIGHTS,
    flags,
  };
}
