// wasi:filesystem: descriptors of files and directories, over preview1's file systems and its resolution of paths.

import { utf8Length } from "../../utf8.ts";
import { WasiError } from "../../wasi/abi.ts";
import type { FileStat, FileSystemDirectory, FileSystemFile } from "../../wasi/fs/file-system.ts";
import type { ListingHolder } from "../../wasi/listings.ts";
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
import { filesystemCode, filesystemFailure, noFailure } from "../error-codes.ts";
import type { IoError } from "../io/error.ts";
import { MAX_TRANSFER } from "../io/output.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { HostResource, hostFunction, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { fileSink, fileSource, MAX_POSITION, Shared, writeAt } from "./open-file.ts";
import {
  type DescriptorFlags,
  type DescriptorType,
  descriptorStat,
  descriptorType,
  metadataHash,
  type NewTimestamp,
  type OpenFlags,
  type PathFlags,
  timeUpdate,
} from "./values.ts";

type FileOrDirectory = Shared<FileSystemFile> | Shared<FileSystemDirectory>;

/** The resource `descriptor`. What it throws is in docs/wasi-components.md; paths are charged as preview1's are. */
export class Descriptor extends HostResource {
  static {
    resource(filesystemFailure, Descriptor);
  }

  readonly #shared: FileOrDirectory;
  readonly #flags: DescriptorFlags;
  #dropped = false;

  constructor(state: WasiState, shared: FileOrDirectory, flags: DescriptorFlags) {
    super(state);
    this.#shared = shared;
    this.#flags = flags;
  }

  readViaStream(offset: bigint): InputStream {
    return new InputStream(this.state, fileSource(this.#file("read"), offset));
  }

  writeViaStream(offset: bigint): OutputStream {
    const file = this.#file("write");
    return new OutputStream(
      this.state,
      fileSink(file, offset, () => this.#syncIfAsked(file)),
    );
  }

  appendViaStream(): OutputStream {
    const file = this.#file("write");
    return new OutputStream(
      this.state,
      fileSink(file, "end", () => this.#syncIfAsked(file)),
    );
  }

  /** Does nothing with the advice. `invalid`: a range past 2⁶³−1; `bad-descriptor`: a directory. */
  advise(offset: bigint, length: bigint, _advice: string): void {
    this.#file();
    if (offset + length > MAX_POSITION) throw new WasiError("inval");
  }

  /** Charges a hundred calls, as `sync` does: a disk takes milliseconds. */
  syncData(): void {
    this.#sync(true);
  }

  getFlags(): DescriptorFlags {
    return this.#flags;
  }

  getType(): DescriptorType {
    return this.#shared.handle.kind === "directory" ? "directory" : "regular-file";
  }

  setSize(size: bigint): void {
    const { handle } = this.#file("write");
    if (size > MAX_POSITION) throw new WasiError("fbig");
    handle.setSize(size);
  }

  setTimes(access: NewTimestamp, modify: NewTimestamp): void {
    this.#shared.handle.setTimes(timeUpdate(access), timeUpdate(modify));
  }

  /** At most 64 KiB; true with it at the end of the file. */
  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    const { handle } = this.#file("read");
    if (offset > MAX_POSITION) throw new WasiError("inval", "offset");
    const wanted = length > BigInt(MAX_TRANSFER) ? MAX_TRANSFER : Number(length);
    const settle = this.state.chargeTransfer(wanted);
    const buffer = new Uint8Array(wanted);
    const read = handle.read(buffer, offset);
    settle(read);
    return [buffer.subarray(0, read), read === 0 && wanted > 0];
  }

  write(buffer: Uint8Array, offset: bigint): bigint {
    const file = this.#file("write");
    const settle = this.state.chargeTransfer(buffer.length);
    const written = writeAt(file.handle, buffer, offset);
    settle(written);
    this.#syncIfAsked(file);
    return BigInt(written);
  }

  readDirectory(): DirectoryEntryStream {
    const directory = this.#directory();
    const copy = new Shared(this.state, directory.duplicate());
    return new DirectoryEntryStream(this.state, copy);
  }

  sync(): void {
    this.#sync(false);
  }

  createDirectoryAt(path: string): void {
    createDirectoryAt(this.state.meter, this.#at(path));
  }

  stat(): ReturnType<typeof descriptorStat> {
    return descriptorStat(this.#shared.handle.stat());
  }

  statAt(flags: PathFlags, path: string): ReturnType<typeof descriptorStat> {
    return descriptorStat(this.#statAt(flags, path));
  }

  setTimesAt(flags: PathFlags, path: string, access: NewTimestamp, modify: NewTimestamp): void {
    const times = { access: timeUpdate(access), modify: timeUpdate(modify) };
    setTimesAt(this.state.meter, this.#at(path), flags.symlinkFollow === true, times);
  }

  /** `invalid`: `symlink-follow`, which cannot be done without a race. */
  linkAt(flags: PathFlags, path: string, target: Descriptor, targetPath: string): void {
    const source = this.#at(path);
    const destination = target.#at(targetPath);
    if (flags.symlinkFollow === true) throw new WasiError("inval", "symlink-follow");
    linkAt(this.state.meter, source, destination);
  }

  /** `invalid`: `create` with `directory`. A directory's descriptor is as this one, whatever the flags. */
  openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Descriptor {
    const { state } = this;
    const from = this.#at(path);
    const create = openFlags.create === true;
    if (create && openFlags.directory === true) throw new WasiError("inval");
    // Checked first: a file must not be created only to find that no more can be open.
    state.reserve();
    const write = flags.write === true;
    const opened = open(state.meter, from.directory, from.path, {
      // A file that is opened for neither can still be asked for its metadata; the system opens it for something.
      read: flags.read === true || !write,
      write,
      create,
      exclusive: create && openFlags.exclusive === true,
      truncate: openFlags.truncate === true,
      follow: pathFlags.symlinkFollow === true,
      onlyDirectory: openFlags.directory === true,
    });
    return opened.kind === "file"
      ? new Descriptor(state, new Shared(state, opened), flags)
      : new Descriptor(state, new Shared(state, opened), this.#flags);
  }

  /** `not-permitted`: absolute contents, which are names of the host's. Charges each byte of the contents. */
  readlinkAt(path: string): string {
    const contents = readLinkAt(this.state.meter, this.#at(path));
    this.state.meter.charge("perHostByte", utf8Length(contents));
    return contents;
  }

  removeDirectoryAt(path: string): void {
    removeDirectoryAt(this.state.meter, this.#at(path));
  }

  renameAt(path: string, target: Descriptor, targetPath: string): void {
    renameAt(this.state.meter, this.#at(path), target.#at(targetPath));
  }

  symlinkAt(contents: string, path: string): void {
    symlinkAt(this.state.meter, checkPath(this.state.meter, contents), this.#at(path));
  }

  unlinkFileAt(path: string): void {
    unlinkAt(this.state.meter, this.#at(path));
  }

  isSameObject(other: Descriptor): boolean {
    const mine = this.#shared.handle.stat();
    const others = other.#shared.handle.stat();
    return mine.device === others.device && mine.inode === others.inode;
  }

  metadataHash(): ReturnType<typeof metadataHash> {
    return metadataHash(this.#shared.handle.stat());
  }

  metadataHashAt(flags: PathFlags, path: string): ReturnType<typeof metadataHash> {
    return metadataHash(this.#statAt(flags, path));
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    if (this.#dropped) return;
    this.#dropped = true;
    this.#shared.release();
  }

  /** @throws WasiError `badf`: a directory, or not open for that */
  #file(use?: "read" | "write"): Shared<FileSystemFile> {
    const { handle } = this.#shared;
    if (handle.kind === "directory") throw new WasiError("badf");
    if (use !== undefined && this.#flags[use] !== true) throw new WasiError("badf");
    return this.#shared as Shared<FileSystemFile>;
  }

  /** @throws WasiError `notdir` */
  #directory(): FileSystemDirectory {
    const { handle } = this.#shared;
    if (handle.kind !== "directory") throw new WasiError("notdir");
    return handle;
  }

  #at(path: string): PathFrom {
    const directory = this.#directory();
    return { directory, path: checkPath(this.state.meter, path) };
  }

  #statAt(flags: PathFlags, path: string): FileStat {
    return statAt(this.state.meter, this.#at(path), flags.symlinkFollow === true);
  }

  #sync(dataOnly: boolean): void {
    chargeSync(this.state.meter);
    const { handle } = this.#shared;
    if (handle.kind === "file") handle.sync(dataOnly);
    else handle.sync();
  }

  #syncIfAsked({ handle }: Shared<FileSystemFile>): void {
    const { fileIntegritySync, dataIntegritySync, requestedWriteSync } = this.#flags;
    const whole = fileIntegritySync === true || requestedWriteSync === true;
    if (!whole && dataIntegritySync !== true) return;
    chargeSync(this.state.meter);
    handle.sync(!whole);
  }
}

/** The resource `directory-entry-stream`: a snapshot of the directory, so that each entry comes once whatever happens meanwhile. */
export class DirectoryEntryStream extends HostResource {
  static {
    resource(filesystemFailure, DirectoryEntryStream);
  }

  readonly #directory: Shared<FileSystemDirectory>;
  readonly #holder: ListingHolder;
  #next = 0;
  #dropped = false;

  constructor(state: WasiState, directory: Shared<FileSystemDirectory>) {
    super(state);
    this.#directory = directory;
    this.#holder = { directory: directory.handle, listing: undefined };
    state.listings.take(this.#holder, state.meter);
  }

  /** The next entry, in any order, without `.` and `..`. Charges the entry and each byte of its name. */
  readDirectoryEntry(): { readonly type: DescriptorType; readonly name: string } | undefined {
    const { state } = this;
    const listing = this.#holder.listing ?? state.listings.take(this.#holder, state.meter);
    for (;;) {
      const entry = listing[this.#next];
      if (entry === undefined) return undefined;
      state.meter.charge("perDirectoryEntry", 1);
      state.meter.charge("perHostByte", utf8Length(entry.name));
      this.#next++;
      const found = "stat" in entry ? entry.stat() : entry;
      // One that has gone since is left out.
      if (found !== undefined) return { type: descriptorType(found.type), name: entry.name };
    }
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    if (this.#dropped) return;
    this.#dropped = true;
    this.state.listings.drop(this.#holder);
    this.#directory.release();
  }
}

const PREOPEN_FLAGS: DescriptorFlags = { read: true, write: false, mutateDirectory: true };

type Definitions = Record<string, unknown>;

export function filesystemDefinitions(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  return {
    types: {
      Descriptor,
      DirectoryEntryStream,
      /** The `error-code` of a stream's failure, if it is one of the system's. */
      filesystemErrorCode: hostFunction(stateOf, noFailure, (_state, error: IoError) =>
        WasiError.isMade(error.cause) ? filesystemCode(error.cause.errno) : undefined,
      ),
    },
    preopens: {
      /** New descriptors of the granted directories, by the names under which they were granted. */
      getDirectories: hostFunction(stateOf, filesystemFailure, (state) =>
        state.preopens.map(({ name, directory }) => {
          state.meter.charge("perHostByte", utf8Length(name));
          return [new Descriptor(state, new Shared(state, directory.duplicate()), PREOPEN_FLAGS), name];
        }),
      ),
    },
  };
}
