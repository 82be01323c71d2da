// Reading, writing and positions of descriptors: fd_read, fd_pread, fd_write, fd_pwrite, fd_seek, fd_tell, fd_readdir.

import { encodeUtf8 } from "../utf8.ts";
import { FDFLAG, type FileType, fileTypeNumber, RIGHT, WasiError } from "./abi.ts";
import type { Descriptor, DirectoryDescriptor, FileDescriptor } from "./descriptors.ts";
import type { FileSystemFile } from "./fs/file-system.ts";
import { type Call, type FunctionTable, wasiFunction } from "./function-table.ts";
import type { GuestMemory, Region } from "./guest-memory.ts";
import type { Waitable } from "./sockets.ts";
import type { OutputStream } from "./streams.ts";
import { waitUnless, waitUntil } from "./waiting.ts";
import { chargeSync } from "./work.ts";

/** Positions are signed 64-bit numbers, as POSIX's off_t. */
const MAX_POSITION = (1n << 63n) - 1n;

const DIRENT_BYTES = 24;

export const FD_IO_FUNCTIONS: FunctionTable = {
  /**
   * Reads into buffers, from the position of a file or from a stream or socket. Waits on streams and sockets.
   *
   * `badf`, `isdir`: a directory; `notcapable`: no `fd_read`; `again`: nothing there and `nonblock`; `io`. In
   * asynchronous calls a stream or socket has 20 ms to tell what it has when it is first asked. Charges each buffer, and each byte that
   * the buffers offer; those that are not read are given back.
   *
   *     iovs -> | buf u32 | len u32 | …  (input)      buf -> bytes      nread -> | bytes u32 |
   */
  fd_read: wasiFunction(["u32", "u32", "u32", "u32"], (call, fd, iovs, count, nread) => {
    const { memory, state } = call;
    memory.check(nread, 4, 4);
    const regions = call.regions(iovs, count);
    const descriptor = state.descriptors.get(fd);
    if (descriptor.kind === "directory") throw new WasiError("isdir");
    requireRight(descriptor, RIGHT.fdRead);
    const wanted = totalLength(regions);
    if (descriptor.kind === "file") {
      call.chargeTransfer(wanted);
      const read = readFile(memory, regions, descriptor.file, descriptor.position);
      call.moved(read);
      descriptor.position += BigInt(read);
      memory.setU32(nread, read);
      return;
    }
    const source = descriptor.kind === "stream" ? descriptor.input : undefined;
    const connection = descriptor.kind === "connection" ? descriptor.connection : undefined;
    const waitable = source ?? connection?.readable;
    if (waitable === undefined) throw new WasiError(descriptor.kind === "listener" ? "notconn" : "badf");
    if (wanted === 0) {
      memory.setU32(nread, 0);
      return;
    }
    call.chargeTransfer(wanted);
    const isPatient = source !== undefined && state.isRepeatable(source);
    const isNonblock = (descriptor.flags & FDFLAG.nonblock) !== 0 && !isPatient;
    return waitUnless(isNonblock, call, "fd_read", waitable, () => {
      const chunk = source === undefined ? connection?.read(wanted, false) : source.read(wanted);
      memory.refresh();
      if (chunk === undefined) return false;
      scatter(memory, regions, chunk);
      call.moved(chunk.length);
      memory.setU32(nread, chunk.length);
      return true;
    });
  }),

  /**
   * Reads into buffers from an offset, leaving the position alone.
   *
   * `badf`; `isdir`: a directory; `spipe`: a stream or socket; `notcapable`: no `fd_read` and `fd_seek`; `inval`:
   * offset above 2⁶³−1; `io`. Charges as `fd_read`.
   *
   *     iovs -> | buf u32 | len u32 | …  (input)      buf -> bytes      nread -> | bytes u32 |
   */
  fd_pread: wasiFunction(["u32", "u32", "u32", "u64", "u32"], (call, fd, iovs, count, offset, nread) => {
    const { memory, state } = call;
    memory.check(nread, 4, 4);
    const regions = call.regions(iovs, count);
    if (state.descriptors.get(fd).kind === "directory") throw new WasiError("isdir");
    const { file } = state.descriptors.file(fd, RIGHT.fdRead | RIGHT.fdSeek);
    checkOffset(offset);
    call.chargeTransfer(totalLength(regions));
    const read = readFile(memory, regions, file, offset);
    call.moved(read);
    memory.setU32(nread, read);
  }),

  /**
   * Writes buffers at the position of a file (at its end with `append`), or to a stream or socket. Waits until a full stream or
   * socket takes a byte. A number smaller than asked for is normal.
   *
   * `badf`, also for a directory; `notcapable`: no `fd_write`; `again`: full, and `nonblock`; `pipe`: the
   * reader has gone; `nospc`, `fbig`, `dquot`, `rofs`, `io`. Charges each buffer and each byte in them; those that are not
   * written are given back. A hundred calls beside, if the descriptor stores what it writes (`dsync`, `rsync`, `sync`).
   *
   *     iovs -> | buf u32 | len u32 | …  (input)      nwritten -> | bytes u32 |
   */
  fd_write: wasiFunction(["u32", "u32", "u32", "u32"], (call, fd, iovs, count, nwritten) => {
    const { memory, state } = call;
    memory.check(nwritten, 4, 4);
    const regions = call.regions(iovs, count);
    const descriptor = state.descriptors.get(fd);
    if (descriptor.kind === "directory") throw new WasiError("badf");
    requireRight(descriptor, RIGHT.fdWrite);
    if (descriptor.kind === "file") {
      memory.setU32(nwritten, writeFile(call, regions, descriptor));
      return;
    }
    const output = descriptor.kind === "stream" ? descriptor.output : undefined;
    const connection = descriptor.kind === "connection" ? descriptor.connection : undefined;
    const sink = output ?? connection;
    if (sink === undefined) throw new WasiError(descriptor.kind === "listener" ? "notconn" : "badf");
    const waitable = connection?.writable ?? canBeFull(output);
    return sendRegions(call, { sink, waitable, flags: descriptor.flags }, regions, nwritten, "fd_write");
  }),

  /**
   * Writes buffers at an offset, leaving the position alone (also with `append`).
   *
   * `badf`, also for a directory; `spipe`: a stream or socket; `notcapable`: no `fd_write` and `fd_seek`; `inval`: offset
   * above 2⁶³−1; `nospc`, `fbig`, `dquot`, `rofs`, `io`. Charges as `fd_write`.
   *
   *     iovs -> | buf u32 | len u32 | …  (input)      nwritten -> | bytes u32 |
   */
  fd_pwrite: wasiFunction(["u32", "u32", "u32", "u64", "u32"], (call, fd, iovs, count, offset, nwritten) => {
    const { memory, state } = call;
    memory.check(nwritten, 4, 4);
    const regions = call.regions(iovs, count);
    const descriptor = state.descriptors.file(fd, RIGHT.fdWrite | RIGHT.fdSeek);
    checkOffset(offset);
    chargeWriting(call, descriptor, regions);
    let at = offset;
    const written = eachRegion(memory, regions, "readable", (bytes) => {
      const done = descriptor.file.write(bytes, at);
      at += BigInt(done);
      return done;
    });
    call.moved(written);
    syncIfAsked(descriptor);
    memory.setU32(nwritten, written);
  }),

  /**
   * Moves a file's position. Positions past the end are fine.
   *
   * `badf`, also for a directory; `spipe`: a stream or socket; `notcapable`: no `fd_seek` (`fd_tell` is enough to ask for
   * the position); `inval`: unknown whence, negative result; `overflow`: result above 2⁶³−1. Charges the call alone.
   *
   *     newoffset -> | position u64 |
   */
  fd_seek: wasiFunction(
    ["u32", "s64", "u32", "u32"],
    ({ memory, state, layout }, fd, offset, whenceNumber, result) => {
      memory.check(result, 8, 8);
      const whence = layout.whences[whenceNumber];
      const onlyAsks = whence === "cur" && offset === 0n;
      const descriptor = state.descriptors.file(fd, 0);
      requireRight(descriptor, onlyAsks && (descriptor.rightsBase & RIGHT.fdTell) !== 0 ? 0 : RIGHT.fdSeek);
      if (whence === undefined) throw new WasiError("inval", "unknown whence");
      const base =
        whence === "set" ? 0n : whence === "cur" ? descriptor.position : descriptor.file.stat().size;
      const position = base + offset;
      if (position < 0n) throw new WasiError("inval", "negative position");
      if (position > MAX_POSITION) throw new WasiError("overflow");
      descriptor.position = position;
      memory.setU64(result, position);
    },
  ),

  /**
   * Tells a file's position. `badf`, also for a directory; `spipe`: a stream or socket; `notcapable`: neither `fd_tell`
   * nor `fd_seek`. Charges the call alone.
   *
   *     offset -> | position u64 |
   */
  fd_tell: wasiFunction(["u32", "u32"], ({ memory, state }, fd, result) => {
    memory.check(result, 8, 8);
    const descriptor = state.descriptors.file(fd, 0);
    // The witx: fd_seek implies fd_tell.
    if ((descriptor.rightsBase & RIGHT.fdSeek) === 0) requireRight(descriptor, RIGHT.fdTell);
    memory.setU64(result, descriptor.position);
  }),

  /**
   * Lists a directory from a cookie on: `.` and `..` first. The last entry may be cut: a full buffer means that there is
   * more. Cookie 0 takes a new snapshot; other cookies continue in it, so each entry comes once whatever happens meanwhile.
   * Entries whose names are not UTF-8 are left out, as no path could name them.
   *
   * `badf`; `notdir`; `notcapable`: no `fd_readdir`; `io`. Charges each entry that the snapshot takes up, each that is told,
   * and each byte of what is told.
   *
   *     buf -> | next cookie u64 | ino u64 | namlen u32 | type u8 | 3 × 0 | name | next cookie u64 | …
   *     bufused -> | bytes u32 |
   */
  fd_readdir: wasiFunction(["u32", "u32", "u32", "u64", "u32"], (call, fd, buffer, length, cookie, used) => {
    const { memory, state } = call;
    memory.check(used, 4, 4);
    memory.check(buffer, length);
    const descriptor = state.descriptors.directory(fd, RIGHT.fdReaddir);
    const listing =
      cookie === 0n || descriptor.listing === undefined
        ? state.descriptors.list(descriptor, state.meter)
        : descriptor.listing;
    memory.setU32(used, readDirectory(call, descriptor, listing, buffer, length, cookie));
  }),
};

function requireRight(descriptor: Descriptor, right: number): void {
  if ((descriptor.rightsBase & right) !== right) throw new WasiError("notcapable");
}

function checkOffset(offset: bigint): void {
  if (offset > MAX_POSITION) throw new WasiError("inval", "negative offset");
}

function totalLength(regions: readonly Region[]): number {
  let total = 0;
  for (const { length } of regions) total += length;
  return total;
}

/** Spreads bytes over buffers, after the first `skip` bytes of them; they fit. */
export function scatter(memory: GuestMemory, regions: readonly Region[], bytes: Uint8Array, skip = 0): void {
  let before = skip;
  let at = 0;
  for (const { address, length } of regions) {
    if (at >= bytes.length) return;
    const start = Math.min(before, length);
    before -= start;
    const part = bytes.subarray(at, at + length - start);
    memory.write(address + start, part);
    at += part.length;
  }
}

/** Hands each buffer to `move`, as it is to be read or written, until one is not used up. An errno after the first byte is left for the next call. */
function eachRegion(
  memory: GuestMemory,
  regions: readonly Region[],
  direction: "readable" | "writable",
  move: (bytes: Uint8Array) => number,
): number {
  let total = 0;
  for (const { address, length } of regions) {
    let done: number;
    try {
      done = move(memory[direction](address, length));
    } catch (error) {
      if (total > 0 && WasiError.isMade(error)) return total;
      throw error;
    }
    memory.refresh();
    total += done;
    if (done < length) return total;
  }
  return total;
}

function readFile(
  memory: GuestMemory,
  regions: readonly Region[],
  file: FileSystemFile,
  offset: bigint,
): number {
  let at = offset;
  return eachRegion(memory, regions, "writable", (bytes) => {
    const read = file.read(bytes, at);
    at += BigInt(read);
    return read;
  });
}

function writeFile(call: Call, regions: readonly Region[], descriptor: FileDescriptor): number {
  const { file } = descriptor;
  const append = (descriptor.flags & FDFLAG.append) !== 0;
  chargeWriting(call, descriptor, regions);
  const written = eachRegion(call.memory, regions, "readable", (bytes) => {
    if (append) {
      const result = file.append(bytes);
      descriptor.position = result.position;
      return result.written;
    }
    if (descriptor.position + BigInt(bytes.length) > MAX_POSITION) throw new WasiError("fbig");
    const done = file.write(bytes, descriptor.position);
    descriptor.position += BigInt(done);
    return done;
  });
  call.moved(written);
  syncIfAsked(descriptor);
  return written;
}

const SYNCING = FDFLAG.sync | FDFLAG.rsync | FDFLAG.dsync;

function chargeWriting(call: Call, { flags }: FileDescriptor, regions: readonly Region[]): void {
  call.chargeTransfer(totalLength(regions));
  if ((flags & SYNCING) !== 0) chargeSync(call);
}

function syncIfAsked({ file, flags }: FileDescriptor): void {
  if ((flags & SYNCING) !== 0) file.sync((flags & SYNCING) === FDFLAG.dsync);
}

/** The stream as something to wait for; `undefined` if it is never full. */
export function canBeFull(output: OutputStream | undefined): Waitable | undefined {
  return output?.whenReady === undefined ? undefined : (output as OutputStream & Waitable);
}

/** Where bytes are sent, and how that waits. */
interface Sink {
  readonly sink: { write(bytes: Uint8Array): number };
  readonly waitable: Waitable | undefined;
  /** The descriptor's. */
  readonly flags: number;
}

/** Sends buffers, waiting until at least one byte is taken; used by sock_send too. */
export function sendRegions(
  call: Call,
  { sink, waitable, flags }: Sink,
  regions: readonly Region[],
  nwritten: number,
  operation: string,
): void | Promise<void> {
  const total = totalLength(regions);
  const isEmpty = total === 0;
  call.chargeTransfer(total);
  const attempt = (): boolean => {
    const written = eachRegion(call.memory, regions, "readable", (bytes) => sink.write(bytes));
    if (written === 0 && !isEmpty) {
      if ((flags & FDFLAG.nonblock) !== 0) throw new WasiError("again");
      return false;
    }
    call.moved(written);
    call.memory.setU32(nwritten, written);
    return true;
  };
  if (waitable?.blockUntilReady !== undefined && !call.canWait) {
    // Whoever gives a sink that can block grants it: console.log does no other.
    while (!attempt()) waitable.blockUntilReady();
    return;
  }
  if (waitable !== undefined) return waitUntil(call, operation, waitable, attempt);
  if (!attempt()) throw new WasiError("io", "a stream took nothing and cannot be waited for");
}

function readDirectory(
  call: Call,
  { directory }: DirectoryDescriptor,
  listing: NonNullable<DirectoryDescriptor["listing"]>,
  buffer: number,
  length: number,
  cookie: bigint,
): number {
  const { memory } = call;
  const count = listing.length + 2;
  if (cookie >= BigInt(count)) return 0;
  let own: bigint | undefined;
  let used = 0;
  for (let index = Number(cookie); index < count && used < length; index++) {
    let name: string;
    let found: { readonly type: FileType; readonly inode: bigint } | undefined;
    call.charge("perDirectoryEntry", 1);
    if (index < 2) {
      // `..` gets this directory's own inode: what is above may be outside the grant.
      own ??= directory.stat().inode;
      name = index === 0 ? "." : "..";
      found = { type: "directory", inode: own };
    } else {
      const entry = listing[index - 2];
      if (entry === undefined) break;
      name = entry.name;
      found = "stat" in entry ? entry.stat() : entry;
    }
    if (found === undefined) continue;
    const bytes = encodeUtf8(name);
    const head = new Uint8Array(DIRENT_BYTES + bytes.length);
    const view = new DataView(head.buffer);
    view.setBigUint64(0, BigInt(index + 1), true);
    view.setBigUint64(8, found.inode, true);
    view.setUint32(16, bytes.length, true);
    view.setUint8(20, fileTypeNumber(found.type));
    head.set(bytes, DIRENT_BYTES);
    const part = head.subarray(0, length - used);
    call.charge("perHostByte", part.length);
    memory.write(buffer + used, part);
    used += part.length;
  }
  return used;
}
