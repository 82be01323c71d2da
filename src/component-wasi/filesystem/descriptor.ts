// wasi:filesystem 0.2: descriptors with its streams and metadata.

import { disposeSymbol } from "../../host.ts";
import { utf8Length } from "../../utf8.ts";
import { WasiError } from "../../wasi/abi.ts";
import type { FileSystemDirectory } from "../../wasi/fs/file-system.ts";
import type { ListingHolder } from "../../wasi/listings.ts";
import { filesystemCode, filesystemFailure, noFailure } from "../error-codes.ts";
import type { IoError } from "../io/error.ts";
import { MAX_TRANSFER } from "../io/output.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { HostResource, hostFunction, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import {
  AnyDescriptor,
  directoryOf,
  fileOf,
  openIn,
  PREOPEN_FLAGS,
  preopens,
  statIn,
  syncIfAsked,
} from "./any-descriptor.ts";
import { fileSink, fileSource, MAX_POSITION, Shared, writeAt } from "./open-file.ts";
import {
  type DescriptorFlags,
  type DescriptorType,
  descriptorStat,
  descriptorType,
  type OpenFlags,
  type PathFlags,
} from "./values.ts";

/** The resource `descriptor`. What it throws is in docs/wasi-components.md; paths are charged as preview1's are. */
export class Descriptor extends AnyDescriptor {
  static {
    resource(filesystemFailure, Descriptor, AnyDescriptor);
  }

  readViaStream(offset: bigint): InputStream {
    if (this.shared.handle.kind === "directory") throw new WasiError("isdir");
    return new InputStream(this.state, fileSource(fileOf(this, "read"), offset));
  }

  /** `not-permitted`: not open for that. */
  writeViaStream(offset: bigint): OutputStream {
    const file = fileOf(this, "write", "perm");
    return new OutputStream(
      this.state,
      fileSink(file, offset, () => syncIfAsked(this, file)),
    );
  }

  appendViaStream(): OutputStream {
    const file = fileOf(this, "write", "perm");
    return new OutputStream(
      this.state,
      fileSink(file, "end", () => syncIfAsked(this, file)),
    );
  }

  getType(): DescriptorType {
    return this.shared.handle.kind === "directory" ? "directory" : "regular-file";
  }

  /** At most 64 KiB; true with it at the end of the file. */
  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    const { handle } = fileOf(this, "read");
    if (offset > MAX_POSITION) throw new WasiError("inval", "offset");
    const wanted = length > BigInt(MAX_TRANSFER) ? MAX_TRANSFER : Number(length);
    const settle = this.state.chargeTransfer(wanted);
    const buffer = new Uint8Array(wanted);
    const read = handle.read(buffer, offset);
    settle(read);
    return [buffer.subarray(0, read), read === 0 && wanted > 0];
  }

  write(buffer: Uint8Array, offset: bigint): bigint {
    const file = fileOf(this, "write");
    const settle = this.state.chargeTransfer(buffer.length);
    const written = writeAt(file.handle, buffer, offset);
    settle(written);
    syncIfAsked(this, file);
    return BigInt(written);
  }

  readDirectory(): DirectoryEntryStream {
    const directory = directoryOf(this);
    return new DirectoryEntryStream(this.state, new Shared(this.state, directory.duplicate()));
  }

  stat(): ReturnType<typeof descriptorStat> {
    return descriptorStat(this.shared.handle.stat());
  }

  statAt(flags: PathFlags, path: string): ReturnType<typeof descriptorStat> {
    return descriptorStat(statIn(this, flags, path));
  }

  /** `invalid`: `create` with `directory`. A directory's descriptor is as this one, whatever the flags. */
  openAt(pathFlags: PathFlags, path: string, openFlags: OpenFlags, flags: DescriptorFlags): Descriptor {
    const write = flags.write === true;
    // A file that is opened for neither can still be asked for its metadata; the system opens it for something.
    const use = { read: flags.read === true || !write, write };
    const opened = openIn(this, pathFlags, path, openFlags, use);
    return new Descriptor(this.state, opened, opened.handle.kind === "file" ? flags : this.flags);
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

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    if (this.#dropped) return;
    this.#dropped = true;
    this.state.listings.drop(this.#holder);
    this.#directory.release();
  }
}

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
        preopens(state, (shared) => new Descriptor(state, shared, PREOPEN_FLAGS)),
      ),
    },
  };
}
