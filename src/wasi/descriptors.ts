// The guest's descriptor table: what each number stands for, its rights, flags and position.
// Knows nothing of guest memory. The numbers are the guest's own: none is a host descriptor.

import {
  CONNECTION_RIGHTS,
  DIRECTORY_INHERITING_RIGHTS,
  DIRECTORY_RIGHTS,
  FDFLAG,
  type FileType,
  LISTENER_RIGHTS,
  RIGHT,
  STREAM_RIGHTS,
  WasiError,
} from "./abi.ts";
import { DESCRIPTOR_BYTES, type HostHeapAccount } from "./budget.ts";
import type { FileSystemDirectory, FileSystemFile } from "./fs/file-system.ts";
import { type Listing, type ListingHolder, Listings } from "./listings.ts";
import type { SocketConnection, SocketListener } from "./sockets.ts";
import type { InputStream, OutputStream } from "./streams.ts";
import type { GuestMeter } from "./work.ts";

interface Common {
  rightsBase: number;
  rightsInheriting: number;
  /** Bits of `FDFLAG`. */
  flags: number;
}

/** stdin, stdout, stderr. */
export interface StreamDescriptor extends Common {
  readonly kind: "stream";
  readonly input: InputStream | undefined;
  readonly output: OutputStream | undefined;
}

export interface FileDescriptor extends Common {
  readonly kind: "file";
  readonly file: FileSystemFile;
  position: bigint;
}

export interface DirectoryDescriptor extends Common, ListingHolder {
  readonly kind: "directory";
  /** The name under which it was granted; `undefined` for a directory that the guest opened. */
  readonly preopen: Uint8Array | undefined;
}

export interface ListenerDescriptor extends Common {
  readonly kind: "listener";
  readonly listener: SocketListener;
}

export interface ConnectionDescriptor extends Common {
  readonly kind: "connection";
  readonly connection: SocketConnection;
}

export type Descriptor =
  | StreamDescriptor
  | FileDescriptor
  | DirectoryDescriptor
  | ListenerDescriptor
  | ConnectionDescriptor;

/** File type that the guest sees for a descriptor. */
export function descriptorFileType(descriptor: Descriptor): FileType {
  switch (descriptor.kind) {
    case "stream":
      return (descriptor.input ?? descriptor.output)?.isTerminal === true ? "character-device" : "unknown";
    case "file":
      return "regular-file";
    case "directory":
      return "directory";
    case "listener":
    case "connection":
      return "socket-stream";
  }
}

export function streamDescriptor(
  input: InputStream | undefined,
  output: OutputStream | undefined,
): StreamDescriptor {
  const rights =
    STREAM_RIGHTS | (input === undefined ? 0 : RIGHT.fdRead) | (output === undefined ? 0 : RIGHT.fdWrite);
  return { kind: "stream", input, output, rightsBase: rights, rightsInheriting: 0, flags: 0 };
}

export function preopenDescriptor(directory: FileSystemDirectory, name: Uint8Array): DirectoryDescriptor {
  return {
    kind: "directory",
    directory,
    preopen: name,
    listing: undefined,
    rightsBase: DIRECTORY_RIGHTS,
    rightsInheriting: DIRECTORY_INHERITING_RIGHTS,
    flags: 0,
  };
}

export function listenerDescriptor(listener: SocketListener): ListenerDescriptor {
  return {
    kind: "listener",
    listener,
    rightsBase: LISTENER_RIGHTS,
    rightsInheriting: CONNECTION_RIGHTS,
    flags: listener.nonblock === true ? FDFLAG.nonblock : 0,
  };
}

/** The table. New descriptors get the lowest free number, as POSIX has it. */
export class Descriptors {
  readonly #limit: number;
  readonly #table = new Map<number, Descriptor>();
  /** How often one was added, closed or renumbered. */
  #changes = 0;
  /** No number below it is free. */
  #lowestFree = 0;
  /** Connections that are closed, and still send. */
  readonly #sending = new Set<Promise<void>>();
  readonly #hostHeap: HostHeapAccount;
  readonly #listings: Listings;

  /**
   * @param limit most descriptors open at once; one more is `mfile`
   * @param hostHeap what descriptors and listings count against
   */
  constructor(limit: number, hostHeap: HostHeapAccount) {
    this.#limit = limit;
    this.#hostHeap = hostHeap;
    this.#listings = new Listings(hostHeap);
  }

  get size(): number {
    return this.#table.size;
  }

  get changes(): number {
    return this.#changes;
  }

  /** @throws WasiError `mfile` when full, `nomem` when the host's heap is; what the descriptor stands for is closed then */
  add(descriptor: Descriptor): number {
    try {
      this.reserve();
    } catch (error) {
      this.#release(descriptor);
      throw error;
    }
    this.#hostHeap.take(DESCRIPTOR_BYTES);
    let fd = this.#lowestFree;
    while (this.#table.has(fd)) fd++;
    this.#table.set(fd, descriptor);
    this.#changes++;
    this.#lowestFree = fd + 1;
    return fd;
  }

  /** For those who must not make what cannot be added then. @throws as {@link add} */
  reserve(): void {
    if (this.#table.size >= this.#limit) throw new WasiError("mfile");
    this.#hostHeap.take(DESCRIPTOR_BYTES);
    this.#hostHeap.release(DESCRIPTOR_BYTES);
  }

  /** @throws WasiError `badf` if not open, `notcapable` without one of `rights` */
  get(fd: number, rights = 0): Descriptor {
    const descriptor = this.find(fd);
    if (descriptor === undefined) throw new WasiError("badf");
    if ((descriptor.rightsBase & rights) !== rights) throw new WasiError("notcapable");
    return descriptor;
  }

  /** `undefined` if not open: for those to whom that is one case among many. */
  find(fd: number): Descriptor | undefined {
    return this.#table.get(fd);
  }

  /** @throws WasiError `badf`; `notdir` for anything but a directory; `notcapable` */
  directory(fd: number, rights: number): DirectoryDescriptor {
    const descriptor = this.get(fd);
    if (descriptor.kind !== "directory") throw new WasiError("notdir");
    if ((descriptor.rightsBase & rights) !== rights) throw new WasiError("notcapable");
    return descriptor;
  }

  /** @throws WasiError `badf`, also for a directory; `spipe` for streams and sockets; `notcapable` */
  file(fd: number, rights: number): FileDescriptor {
    const descriptor = this.get(fd);
    if (descriptor.kind === "directory") throw new WasiError("badf");
    if (descriptor.kind !== "file") throw new WasiError("spipe");
    if ((descriptor.rightsBase & rights) !== rights) throw new WasiError("notcapable");
    return descriptor;
  }

  /** @throws WasiError `badf`, or what closing gives */
  close(fd: number): void {
    const descriptor = this.get(fd);
    this.#remove(fd);
    this.#release(descriptor);
  }

  /** Moves `from` to `to`, closing what was there. @throws WasiError `badf` if one of them is not open */
  renumber(from: number, to: number): void {
    const moved = this.get(from);
    const replaced = this.get(to);
    if (from === to) return;
    this.#table.set(to, moved);
    this.#remove(from);
    this.#release(replaced);
  }

  /** Takes a listing of a directory; see {@link Listings}. */
  list(descriptor: DirectoryDescriptor, meter: GuestMeter): Listing {
    return this.#listings.take(descriptor, meter);
  }

  /** Closes everything, whatever fails. Throws the first failure at the end. */
  closeAll(): void {
    const failures: unknown[] = [];
    for (const [fd, descriptor] of [...this.#table]) {
      this.#remove(fd);
      try {
        this.#release(descriptor);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Resolves when all closed connections have sent what they had. */
  async released(): Promise<void> {
    await Promise.all(this.#sending);
  }

  #remove(fd: number): void {
    this.#table.delete(fd);
    this.#hostHeap.release(DESCRIPTOR_BYTES);
    this.#changes++;
    if (fd < this.#lowestFree) this.#lowestFree = fd;
  }

  /** Releases what a descriptor stands for. Standard streams are the embedder's and stay open. */
  #release(descriptor: Descriptor): void {
    if (descriptor.kind === "file") descriptor.file.close();
    else if (descriptor.kind === "directory") {
      this.#listings.drop(descriptor);
      descriptor.directory.close();
    } else if (descriptor.kind === "listener") descriptor.listener.close();
    else if (descriptor.kind === "connection") this.#closeConnection(descriptor.connection);
  }

  #closeConnection(connection: SocketConnection): void {
    const sending = connection.close();
    if (sending === undefined) return;
    this.#sending.add(sending);
    void sending.then(() => this.#sending.delete(sending));
  }
}
