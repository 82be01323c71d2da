// The path functions: their parameters, rights and results. What each does with the place that its path names is in
// path-operations.ts.

import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import {
  ALL_FDFLAGS,
  ALL_OFLAGS,
  ALL_RIGHTS,
  DIRECTORY_INHERITING_RIGHTS,
  FDFLAG,
  LOOKUP_SYMLINK_FOLLOW,
  MAX_PATH_BYTES,
  OFLAG,
  RIGHT,
  WasiError,
} from "./abi.ts";
import { timeUpdates } from "./fd.ts";
import { type Call, type FunctionTable, wasiFunction } from "./function-table.ts";
import { describe, open } from "./path-open.ts";
import {
  createDirectoryAt,
  linkAt,
  readLinkAt,
  removeDirectoryAt,
  renameAt,
  setTimesAt,
  statAt,
  symlinkAt,
  unlinkAt,
} from "./path-operations.ts";

/*
 * Each function charges for its paths: each byte, each component, also those of symbolic links that it follows, and each byte of
 * those links' contents. On an overlay also each directory on the way from the root of each layer, and what is copied up: each
 * byte, and each entry of a directory.
 *
 * "Those of paths", which each function can give: `badf`; `notdir`: the descriptor or a component before the last is none;
 * `notcapable`: a right is missing; `perm`: the path or a symbolic link in it is absolute or leads above the descriptor;
 * `noent`: a component is missing, or the path is empty; `loop`: more than 40 links; `nametoolong`: more than 4,095 bytes, or
 * 255 in a component; `ilseq`: not UTF-8; `inval`: contains a NUL, or unknown flags; `acces`; `rofs`; `io`.
 */
export const PATH_FUNCTIONS: FunctionTable = {
  /**
   * Makes a directory. Right: `path_create_directory`.
   *
   * `exist`: something is there, a symbolic link too; `nospc`, `dquot`; those of paths. Writes nothing. Charges its paths.
   */
  path_create_directory: wasiFunction(["u32", "u32", "u32"], (call, fd, path, length) => {
    const { state } = call;
    const text = readPath(call, path, length);
    const { directory } = state.descriptors.directory(fd, RIGHT.pathCreateDirectory);
    createDirectoryAt(call, { directory, path: text });
  }),

  /**
   * Tells the metadata of a file, or of a symbolic link unless `symlink_follow`. Right: `path_filestat_get`.
   *
   * Those of paths. In preview0 the layout is another: layout.ts draws both. Charges its path.
   *
   *     stat -> | 0: dev u64 | 8: ino u64 | 16: filetype u8 | 24: nlink u64 | 32: size u64 | 40: atim | 48: mtim | 56: ctim |
   */
  path_filestat_get: wasiFunction(
    ["u32", "u32", "u32", "u32", "u32"],
    (call, fd, flags, path, length, result) => {
      const { memory, state, layout } = call;
      memory.check(result, layout.fileStatBytes, 8);
      const text = readPath(call, path, length);
      const { directory } = state.descriptors.directory(fd, RIGHT.pathFilestatGet);
      const follow = followsLinks(flags);
      layout.writeFileStat(memory, result, statAt(call, { directory, path: text }, follow));
    },
  ),

  /**
   * Sets the times of a file, or of a symbolic link unless `symlink_follow`. Right: `path_filestat_set_times`.
   *
   * `inval`: unknown flags, or a time and "now" for the same; those of paths. Writes nothing. Charges its paths.
   */
  path_filestat_set_times: wasiFunction(
    ["u32", "u32", "u32", "u32", "u64", "u64", "u32"],
    (call, fd, flags, path, length, access, modify, timeFlags) => {
      const { state } = call;
      const text = readPath(call, path, length);
      const { directory } = state.descriptors.directory(fd, RIGHT.pathFilestatSetTimes);
      const follow = followsLinks(flags);
      setTimesAt(call, { directory, path: text }, follow, timeUpdates(access, modify, timeFlags));
    },
  ),

  /**
   * Makes a hard link, to a symbolic link itself if one is there. Rights: `path_link_source`, `path_link_target`.
   *
   * `exist`; `perm`: a directory; `xdev`: another file system; `mlink`; `notsup`: a symbolic link, where the platform would
   * follow it; `inval`: `symlink_follow`, which cannot be done without a race; `nospc`, `dquot`; those of paths. Writes nothing. Charges its paths.
   */
  path_link: wasiFunction(
    ["u32", "u32", "u32", "u32", "u32", "u32", "u32"],
    (call, oldFd, flags, oldPath, oldLength, newFd, newPath, newLength) => {
      const { state } = call;
      const oldText = readPath(call, oldPath, oldLength);
      const newText = readPath(call, newPath, newLength);
      const source = state.descriptors.directory(oldFd, RIGHT.pathLinkSource);
      const target = state.descriptors.directory(newFd, RIGHT.pathLinkTarget);
      if (followsLinks(flags)) throw new WasiError("inval", "symlink_follow");
      linkAt(
        call,
        { directory: source.directory, path: oldText },
        { directory: target.directory, path: newText },
      );
    },
  ),

  /**
   * Opens a file or directory; the descriptor is the lowest free one.
   *
   * `exist`: `creat` and `excl`, and it exists; `isdir`: a directory, and writing, creating or truncating; `notdir`; `loop`: a
   * symbolic link in the last place without `symlink_follow`; `nxio`: neither file nor directory; `mfile`: too many
   * descriptors; `inval`: unknown flags, `creat` with `directory`; `notcapable`: rights that the directory cannot pass on;
   * `again`: a file that others create and remove all the time; `nfile`, `nospc`, `dquot`, `txtbsy`; those of paths. Rights:
   * `path_open`; for `creat` `path_create_file`; for `trunc` `path_filestat_set_size`; for `dsync` inheriting `fd_datasync`, for
   * `rsync`, `sync` inheriting `fd_sync`. Charges its path; in memory, truncating also each piece of 64 KiB that the file has.
   *
   *     opened_fd -> | fd u32 |
   */
  path_open: wasiFunction(
    ["u32", "u32", "u32", "u32", "u32", "u64", "u64", "u32", "u32"],
    (call, fd, lookupFlags, path, length, openFlags, base, inheriting, fdFlags, result) => {
      const { memory, state } = call;
      memory.check(result, 4, 4);
      const text = readPath(call, path, length);
      const { descriptors } = state;
      const create = (openFlags & OFLAG.creat) !== 0;
      const truncate = (openFlags & OFLAG.trunc) !== 0;
      const parent = descriptors.directory(
        fd,
        RIGHT.pathOpen | (create ? RIGHT.pathCreateFile : 0) | (truncate ? RIGHT.pathFilestatSetSize : 0),
      );
      const follow = followsLinks(lookupFlags);
      const onlyDirectory = (openFlags & OFLAG.directory) !== 0;
      if ((openFlags & ~ALL_OFLAGS) !== 0 || (fdFlags & ~ALL_FDFLAGS) !== 0 || (create && onlyDirectory)) {
        throw new WasiError("inval");
      }
      // Numbers that preview1 does not define are left out: some guests ask for all 64 bits.
      const wanted = Number(base & BigInt(ALL_RIGHTS));
      const wantedInheriting = Number(inheriting & BigInt(ALL_RIGHTS));
      // The witx: the sync flags need the rights to do the same by hand.
      const syncing =
        ((fdFlags & FDFLAG.dsync) !== 0 ? RIGHT.fdDatasync : 0) |
        ((fdFlags & (FDFLAG.rsync | FDFLAG.sync)) !== 0 ? RIGHT.fdSync : 0);
      const known = ((wanted | wantedInheriting) & DIRECTORY_INHERITING_RIGHTS) | syncing;
      if ((known & ~parent.rightsInheriting) !== 0) throw new WasiError("notcapable");
      // Checked first: a file must not be created only to find that no descriptor is left.
      descriptors.reserve();
      const opened = open(call, parent.directory, text, {
        read: (wanted & RIGHT.fdRead) !== 0,
        write: (wanted & RIGHT.fdWrite) !== 0,
        create,
        exclusive: create && (openFlags & OFLAG.excl) !== 0,
        truncate,
        follow,
        onlyDirectory,
      });
      memory.setU32(result, descriptors.add(describe(opened, wanted, wantedInheriting, fdFlags)));
    },
  ),

  /**
   * Reads a symbolic link. Contents longer than the buffer are cut. Right: `path_readlink`.
   *
   * `perm`: absolute contents, which are names of the host's; `inval`: not a link; `ilseq`: its contents are not UTF-8; those of paths. Charges its path, and each byte of the contents.
   *
   *     buf -> contents, no NUL        bufused -> | bytes u32 |
   */
  path_readlink: wasiFunction(
    ["u32", "u32", "u32", "u32", "u32", "u32"],
    (call, fd, path, length, buffer, bufferLength, used) => {
      const { memory, state } = call;
      memory.check(used, 4, 4);
      memory.check(buffer, bufferLength);
      const text = readPath(call, path, length);
      const { directory } = state.descriptors.directory(fd, RIGHT.pathReadlink);
      const contents = readLinkAt(call, { directory, path: text });
      const part = encodeUtf8(contents).subarray(0, bufferLength);
      call.charge("perHostByte", part.length);
      memory.write(buffer, part);
      memory.setU32(used, part.length);
    },
  ),

  /**
   * Removes an empty directory. Right: `path_remove_directory`.
   *
   * `notdir`; `notempty`; `inval`: the path ends in `.` or `..`; `busy`: a mount point; those of paths. Writes nothing. Charges its paths.
   */
  path_remove_directory: wasiFunction(["u32", "u32", "u32"], (call, fd, path, length) => {
    const { state } = call;
    const text = readPath(call, path, length);
    const { directory } = state.descriptors.directory(fd, RIGHT.pathRemoveDirectory);
    removeDirectoryAt(call, { directory, path: text });
  }),

  /**
   * Renames a file or directory, replacing what is there. Rights: `path_rename_source`, `path_rename_target`.
   *
   * `isdir`, `notdir`, `notempty`: what is there does not fit; `inval`: into itself; `busy`: `.` or `..`; `xdev`: another file
   * system; `nospc`, `dquot`; those of paths. Writes nothing. Charges its paths; in memory
   * also each directory above the two places.
   */
  path_rename: wasiFunction(
    ["u32", "u32", "u32", "u32", "u32", "u32"],
    (call, oldFd, oldPath, oldLength, newFd, newPath, newLength) => {
      const { state } = call;
      const oldText = readPath(call, oldPath, oldLength);
      const newText = readPath(call, newPath, newLength);
      const source = state.descriptors.directory(oldFd, RIGHT.pathRenameSource);
      const target = state.descriptors.directory(newFd, RIGHT.pathRenameTarget);
      renameAt(
        call,
        { directory: source.directory, path: oldText },
        { directory: target.directory, path: newText },
      );
    },
  ),

  /**
   * Makes a symbolic link. Relative contents may lead anywhere; following them is what is guarded. Right: `path_symlink`.
   *
   * `exist`; `perm`: absolute contents, which nothing could follow; `noent`: empty contents; `nospc`, `dquot`; those of paths,
   * for the contents too. Writes nothing. Charges its path, and each byte of the contents.
   */
  path_symlink: wasiFunction(
    ["u32", "u32", "u32", "u32", "u32"],
    (call, contents, contentsLength, fd, path, length) => {
      const { state } = call;
      const target = readPath(call, contents, contentsLength);
      const text = readPath(call, path, length);
      const { directory } = state.descriptors.directory(fd, RIGHT.pathSymlink);
      symlinkAt(call, target, { directory, path: text });
    },
  ),

  /**
   * Removes a file or symbolic link. Right: `path_unlink_file`. `isdir`: a directory; those of paths. Writes nothing. Charges
   * its path.
   */
  path_unlink_file: wasiFunction(["u32", "u32", "u32"], (call, fd, path, length) => {
    const { state } = call;
    const text = readPath(call, path, length);
    const { directory } = state.descriptors.directory(fd, RIGHT.pathUnlinkFile);
    unlinkAt(call, { directory, path: text });
  }),
};

/** Reads a path. @throws WasiError `nametoolong`, `ilseq`, `inval` */
function readPath(call: Call, address: number, length: number): string {
  const { memory } = call;
  memory.check(address, length);
  if (length > MAX_PATH_BYTES) throw new WasiError("nametoolong");
  call.charge("perHostByte", length);
  const text = decodeUtf8(memory.readable(address, length));
  if (text === undefined) throw new WasiError("ilseq");
  if (text.includes("\0")) throw new WasiError("inval", "NUL in a path");
  return text;
}

function followsLinks(lookupFlags: number): boolean {
  if ((lookupFlags & ~LOOKUP_SYMLINK_FOLLOW) !== 0) throw new WasiError("inval", "unknown lookup flags");
  return (lookupFlags & LOOKUP_SYMLINK_FOLLOW) !== 0;
}
