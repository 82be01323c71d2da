// What descriptors of files and directories can do in 0.2 and in 0.3 alike, over preview1's file systems and its resolution of paths.
// Every failure is a WasiError; what a version's interface calls it, and how it has streams and metadata, is its own class's affair.

import { disposeSymbol } from "../../host.ts";
import { utf8Length } from "../../utf8.ts";
import { type Errno, WasiError } from "../../wasi/abi.ts";
import type { FileStat, FileSystemDirectory, FileSystemFile } from "../../wasi/fs/file-system.ts";
import { open } from "../../wasi/path-open.ts";
import {
  checkPath,
  createDirectoryAt,
  linkAt,
  type PathFrom,
  readLinkAt,
  removeDirectoryAt,
  renameAt,
  setTimesAt,
  statAt,
  symlinkAt,
  unlinkAt,
} from "../../wasi/path-operations.ts";
import { chargeSync } from "../../wasi/work.ts";
import { HostResource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { MAX_POSITION, Shared } from "./open-file.ts";
import {
  type DescriptorFlags,
  metadataHash,
  type NewTimestamp,
  type OpenFlags,
  type PathFlags,
  timeUpdate,
} from "./values.ts";

export type FileOrDirectory = Shared<FileSystemFile> | Shared<FileSystemDirectory>;

export abstract class AnyDescriptor extends HostResource {
  /** @internal */
  readonly shared: FileOrDirectory;
  /** @internal */
  readonly flags: DescriptorFlags;
  #dropped = false;

  constructor(state: WasiState, shared: FileOrDirectory, flags: DescriptorFlags) {
    super(state);
    this.shared = shared;
    this.flags = flags;
  }

  /** Does nothing with the advice. `invalid`: a range past 2⁶³−1; `bad-descriptor`: a directory. */
  advise(offset: bigint, length: bigint, _advice: string): void {
    fileOf(this);
    if (offset + length > MAX_POSITION) throw new WasiError("inval");
  }

  /** Charges a hundred calls, as `sync` does: a disk takes milliseconds. */
  syncData(): void {
    sync(this, true);
  }

  sync(): void {
    sync(this, false);
  }

  getFlags(): DescriptorFlags {
    return this.flags;
  }

  /** `invalid`: not open to write. */
  setSize(size: bigint): void {
    const { handle } = fileOf(this, "write", "inval");
    if (size > MAX_POSITION) throw new WasiError("fbig");
    handle.setSize(size);
  }

  setTimes(access: NewTimestamp, modify: NewTimestamp): void {
    this.shared.handle.setTimes(timeUpdate(access), timeUpdate(modify));
  }

  createDirectoryAt(path: string): void {
    createDirectoryAt(this.state.meter, placeIn(this, path));
  }

  setTimesAt(flags: PathFlags, path: string, access: NewTimestamp, modify: NewTimestamp): void {
    const times = { access: timeUpdate(access), modify: timeUpdate(modify) };
    setTimesAt(this.state.meter, placeIn(this, path), flags.symlinkFollow === true, times);
  }

  /** `invalid`: `symlink-follow`, which cannot be done without a race. */
  linkAt(flags: PathFlags, path: string, target: AnyDescriptor, targetPath: string): void {
    const source = placeIn(this, path);
    const destination = placeIn(target, targetPath);
    if (flags.symlinkFollow === true) throw new WasiError("inval", "symlink-follow");
    linkAt(this.state.meter, source, destination);
  }

  /** `not-permitted`: absolute contents, which are names of the host's. Charges each byte of the contents. */
  readlinkAt(path: string): string {
    const contents = readLinkAt(this.state.meter, placeIn(this, path));
    this.state.meter.charge("perHostByte", utf8Length(contents));
    return contents;
  }

  removeDirectoryAt(path: string): void {
    removeDirectoryAt(this.state.meter, placeIn(this, path));
  }

  renameAt(path: string, target: AnyDescriptor, targetPath: string): void {
    renameAt(this.state.meter, placeIn(this, path), placeIn(target, targetPath));
  }

  symlinkAt(contents: string, path: string): void {
    symlinkAt(this.state.meter, checkPath(this.state.meter, contents), placeIn(this, path));
  }

  unlinkFileAt(path: string): void {
    unlinkAt(this.state.meter, placeIn(this, path));
  }

  isSameObject(other: AnyDescriptor): boolean {
    const mine = this.shared.handle.stat();
    const others = other.shared.handle.stat();
    return mine.device === others.device && mine.inode === others.inode;
  }

  metadataHash(): ReturnType<typeof metadataHash> {
    return metadataHash(this.shared.handle.stat());
  }

  metadataHashAt(flags: PathFlags, path: string): ReturnType<typeof metadataHash> {
    return metadataHash(statIn(this, flags, path));
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    if (this.#dropped) return;
    this.#dropped = true;
    this.shared.release();
  }
}

/** @throws WasiError `badf`: a directory; `otherwise`: not open for that */
export function fileOf(
  { shared, flags }: AnyDescriptor,
  use?: "read" | "write",
  otherwise: Errno = "badf",
): Shared<FileSystemFile> {
  if (shared.handle.kind === "directory") throw new WasiError("badf");
  if (use !== undefined && flags[use] !== true) throw new WasiError(otherwise);
  return shared as Shared<FileSystemFile>;
}

/** @throws WasiError `notdir` */
export function directoryOf({ shared: { handle } }: AnyDescriptor): FileSystemDirectory {
  if (handle.kind !== "directory") throw new WasiError("notdir");
  return handle;
}

function placeIn(descriptor: AnyDescriptor, path: string): PathFrom {
  return { directory: directoryOf(descriptor), path: checkPath(descriptor.state.meter, path) };
}

export function statIn(descriptor: AnyDescriptor, flags: PathFlags, path: string): FileStat {
  const { meter } = descriptor.state;
  return statAt(meter, placeIn(descriptor, path), flags.symlinkFollow === true);
}

/** Opens what is at a path. @throws WasiError `inval`: `create` with `directory` */
export function openIn(
  descriptor: AnyDescriptor,
  pathFlags: PathFlags,
  path: string,
  openFlags: OpenFlags,
  use: { readonly read: boolean; readonly write: boolean },
): FileOrDirectory {
  const { state } = descriptor;
  const from = placeIn(descriptor, path);
  const create = openFlags.create === true;
  if (create && openFlags.directory === true) throw new WasiError("inval");
  // Checked first: a file must not be created only to find that no more can be open.
  state.reserve();
  const opened = open(state.meter, from.directory, from.path, {
    ...use,
    create,
    exclusive: create && openFlags.exclusive === true,
    truncate: openFlags.truncate === true,
    follow: pathFlags.symlinkFollow === true,
    onlyDirectory: openFlags.directory === true,
  });
  return opened.kind === "file" ? new Shared(state, opened) : new Shared(state, opened);
}

function sync({ state, shared: { handle } }: AnyDescriptor, dataOnly: boolean): void {
  chargeSync(state.meter);
  if (handle.kind === "file") handle.sync(dataOnly);
  else handle.sync();
}

/** What the flags ask for after each write. */
export function syncIfAsked({ state, flags }: AnyDescriptor, { handle }: Shared<FileSystemFile>): void {
  const whole = flags.fileIntegritySync === true || flags.requestedWriteSync === true;
  if (!whole && flags.dataIntegritySync !== true) return;
  chargeSync(state.meter);
  handle.sync(!whole);
}

export const PREOPEN_FLAGS: DescriptorFlags = { read: true, write: false, mutateDirectory: true };

/** New descriptors of the granted directories, by the names under which they were granted. */
export function preopens<D>(
  state: WasiState,
  make: (shared: Shared<FileSystemDirectory>) => D,
): [D, string][] {
  return state.preopens.map(({ name, directory }) => {
    state.meter.charge("perHostByte", utf8Length(name));
    return [make(new Shared(state, directory.duplicate())), name];
  });
}
