// Descriptors themselves: their status, metadata, rights and life. Reading and writing is in fd-io.ts.

import {
  ALL_FDFLAGS,
  ALL_FSTFLAGS,
  FSTFLAG,
  fileTypeNumber,
  PREOPEN_TYPE_DIRECTORY,
  RIGHT,
  WasiError,
} from "./abi.ts";
import { type Descriptor, descriptorFileType } from "./descriptors.ts";
import type { FileStat, TimeUpdate } from "./fs/file-system.ts";
import { type Call, type FunctionTable, wasiFunction } from "./function-table.ts";
import { chargeSync } from "./work.ts";

const MAX_FILE_SIZE = (1n << 63n) - 1n;
/** Highest number of an advice: normal, sequential, random, willneed, dontneed, noreuse. */
const LAST_ADVICE = 5;

export const FD_FUNCTIONS: FunctionTable = {
  /**
   * Takes an advice about how a file will be used, and does nothing with it.
   *
   * `badf`, also for a directory; `spipe`: a stream or socket; `notcapable`: no `fd_advise`; `inval`: unknown advice,
   * a range that passes 2⁶³−1. Writes nothing. Charges the call alone.
   */
  fd_advise: wasiFunction(["u32", "u64", "u64", "u32"], ({ state }, fd, offset, length, advice) => {
    state.descriptors.file(fd, RIGHT.fdAdvise);
    if (advice > LAST_ADVICE) throw new WasiError("inval", "unknown advice");
    if (offset + length > MAX_FILE_SIZE) throw new WasiError("inval");
  }),

  /**
   * Makes a file at least `offset + length` bytes long.
   *
   * `badf`, also for a directory; `spipe`: a stream or socket; `notcapable`: no `fd_allocate`; `inval`: no length;
   * `fbig`; `nospc`, `dquot`, `rofs`, `io`. Writes nothing. Charges the call alone.
   */
  fd_allocate: wasiFunction(["u32", "u64", "u64"], ({ state }, fd, offset, length) => {
    const { file } = state.descriptors.file(fd, RIGHT.fdAllocate);
    if (length === 0n) throw new WasiError("inval", "nothing to allocate");
    if (offset + length > MAX_FILE_SIZE) throw new WasiError("fbig");
    file.allocate(offset, length);
  }),

  /** Closes a descriptor. `badf`, `io`. Writes nothing. Charges the call alone. */
  fd_close: wasiFunction(["u32"], ({ state }, fd) => {
    state.descriptors.close(fd);
  }),

  /**
   * Waits until a file's data are stored. `badf`; `inval`: a stream or socket; `notcapable`: no `fd_datasync`; `io`. Writes
   * nothing. Charges a hundred calls.
   */
  fd_datasync: wasiFunction(["u32"], (call, fd) => sync(call, fd, true)),

  /**
   * Tells a descriptor's type, flags and rights. `badf`. Charges the call alone.
   *
   *     stat -> | 0: filetype u8 | 2: flags u16 | 8: base rights u64 | 16: inheriting rights u64 |
   */
  fd_fdstat_get: wasiFunction(["u32", "u32"], ({ memory, state }, fd, result) => {
    memory.check(result, 24, 8);
    const descriptor = state.descriptors.get(fd);
    memory.setU16(result, fileTypeNumber(descriptorFileType(descriptor)));
    memory.setU16(result + 2, descriptor.flags);
    memory.setU32(result + 4, 0);
    memory.setU64(result + 8, BigInt(descriptor.rightsBase));
    memory.setU64(result + 16, BigInt(descriptor.rightsInheriting));
  }),

  /**
   * Sets a descriptor's flags. `badf`; `notcapable`: no `fd_fdstat_set_flags`; `inval`: unknown flags. Writes nothing.
   * Charges the call alone.
   */
  fd_fdstat_set_flags: wasiFunction(["u32", "u32"], ({ state }, fd, flags) => {
    const descriptor = state.descriptors.get(fd, RIGHT.fdFdstatSetFlags);
    if ((flags & ~ALL_FDFLAGS) !== 0) throw new WasiError("inval", "unknown flags");
    descriptor.flags = flags;
  }),

  /** Gives up rights. `badf`; `notcapable`: asks for one that is not there. Writes nothing. Charges the call alone. */
  fd_fdstat_set_rights: wasiFunction(["u32", "u64", "u64"], ({ state }, fd, base, inheriting) => {
    const descriptor = state.descriptors.get(fd);
    const widens =
      (base & ~BigInt(descriptor.rightsBase)) | (inheriting & ~BigInt(descriptor.rightsInheriting));
    if (widens !== 0n) throw new WasiError("notcapable", "rights only ever shrink");
    descriptor.rightsBase = Number(base);
    descriptor.rightsInheriting = Number(inheriting);
  }),

  /**
   * Tells a file's metadata. `badf`; `notcapable`: no `fd_filestat_get`; `io`. Streams and sockets: type only. In preview0 the
   * layout is another: layout.ts draws both. Charges the call alone.
   *
   *     stat -> | 0: dev u64 | 8: ino u64 | 16: filetype u8 | 24: nlink u64 | 32: size u64 | 40: atim | 48: mtim | 56: ctim |
   */
  fd_filestat_get: wasiFunction(["u32", "u32"], ({ memory, state, layout }, fd, result) => {
    memory.check(result, layout.fileStatBytes, 8);
    layout.writeFileStat(memory, result, statOf(state.descriptors.get(fd, RIGHT.fdFilestatGet)));
  }),

  /**
   * Cuts or extends a file; what is new reads as zeros.
   *
   * `badf`, also for a directory; `spipe`: a stream or socket; `notcapable`: no `fd_filestat_set_size`; `fbig`; `nospc`,
   * `dquot`, `rofs`, `io`. Writes nothing. Charges the call; in memory also each piece of 64 KiB that the file has, when it
   * gets shorter.
   */
  fd_filestat_set_size: wasiFunction(["u32", "u64"], ({ state }, fd, size) => {
    const { file } = state.descriptors.file(fd, RIGHT.fdFilestatSetSize);
    if (size > MAX_FILE_SIZE) throw new WasiError("fbig");
    file.setSize(size);
  }),

  /**
   * Sets the times of a file or directory.
   *
   * `badf`, also for streams and sockets; `notcapable`: no `fd_filestat_set_times`; `inval`: unknown flags, or a time and
   * "now" for the same; `rofs`, `perm`, `io`. Writes nothing. Charges the call; see {@link PATH_FUNCTIONS} for overlays.
   */
  fd_filestat_set_times: wasiFunction(
    ["u32", "u64", "u64", "u32"],
    ({ state }, fd, access, modify, flags) => {
      const descriptor = state.descriptors.get(fd);
      if (descriptor.kind !== "file" && descriptor.kind !== "directory") throw new WasiError("badf");
      if ((descriptor.rightsBase & RIGHT.fdFilestatSetTimes) === 0) throw new WasiError("notcapable");
      const times = timeUpdates(access, modify, flags);
      (descriptor.kind === "file" ? descriptor.file : descriptor.directory).setTimes(
        times.access,
        times.modify,
      );
    },
  ),

  /**
   * Tells whether a descriptor is a preopened directory and how long its name is. `badf`: it is not. Charges the call
   * alone.
   *
   *     prestat -> | 0: type u8 = 0 | 4: bytes of the name u32 |
   */
  fd_prestat_get: wasiFunction(["u32", "u32"], ({ memory, state }, fd, result) => {
    memory.check(result, 8, 4);
    const name = preopenName(state.descriptors.get(fd));
    memory.setU32(result, PREOPEN_TYPE_DIRECTORY);
    memory.setU32(result + 4, name.length);
  }),

  /**
   * Copies the name of a preopened directory, without a NUL. `badf`: not preopened; `nametoolong`: the buffer is too short.
   * Charges each byte of the name.
   *
   *     path -> name
   */
  fd_prestat_dir_name: wasiFunction(["u32", "u32", "u32"], (call, fd, path, length) => {
    const { memory, state } = call;
    memory.check(path, length);
    const name = preopenName(state.descriptors.get(fd));
    if (length < name.length) throw new WasiError("nametoolong");
    call.charge("perHostByte", name.length);
    memory.write(path, name);
  }),

  /** Moves a descriptor to another number, closing what was there. `badf`: one of them is not open. Writes nothing. Charges the call
   * alone. */
  fd_renumber: wasiFunction(["u32", "u32"], ({ state }, from, to) => {
    state.descriptors.renumber(from, to);
  }),

  /**
   * Waits until a file is stored. `badf`; `inval`: a stream or socket; `notcapable`: no `fd_sync`; `io`. Writes nothing.
   * Charges a hundred calls.
   */
  fd_sync: wasiFunction(["u32"], (call, fd) => sync(call, fd, false)),
};

function sync(call: Call, fd: number, dataOnly: boolean): void {
  const { descriptors } = call.state;
  const descriptor = descriptors.get(fd);
  if (descriptor.kind !== "file" && descriptor.kind !== "directory") throw new WasiError("inval");
  descriptors.get(fd, dataOnly ? RIGHT.fdDatasync : RIGHT.fdSync);
  chargeSync(call);
  if (descriptor.kind === "file") descriptor.file.sync(dataOnly);
  else descriptor.directory.sync();
}

function statOf(descriptor: Descriptor): FileStat {
  if (descriptor.kind === "file") return descriptor.file.stat();
  if (descriptor.kind === "directory") return descriptor.directory.stat();
  return {
    device: 0n,
    inode: 0n,
    type: descriptorFileType(descriptor),
    links: 0n,
    size: 0n,
    accessTime: 0n,
    modifyTime: 0n,
    changeTime: 0n,
  };
}

function preopenName(descriptor: Descriptor): Uint8Array {
  if (descriptor.kind !== "directory" || descriptor.preopen === undefined) throw new WasiError("badf");
  return descriptor.preopen;
}

/** Reads `fstflags`. @throws WasiError `inval` */
export function timeUpdates(
  access: bigint,
  modify: bigint,
  flags: number,
): { readonly access: TimeUpdate; readonly modify: TimeUpdate } {
  const both = (flag: number, nowFlag: number) => (flags & flag) !== 0 && (flags & nowFlag) !== 0;
  if (
    (flags & ~ALL_FSTFLAGS) !== 0 ||
    both(FSTFLAG.atim, FSTFLAG.atimNow) ||
    both(FSTFLAG.mtim, FSTFLAG.mtimNow)
  ) {
    throw new WasiError("inval", "fstflags");
  }
  return {
    access: (flags & FSTFLAG.atimNow) !== 0 ? "now" : (flags & FSTFLAG.atim) !== 0 ? access : undefined,
    modify: (flags & FSTFLAG.mtimNow) !== 0 ? "now" : (flags & FSTFLAG.mtim) !== 0 ? modify : undefined,
  };
}
