// A guest without Wasm, for the tests: a memory, and calls of WASI functions by name with errnos by name.

import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import {
  ALL_RIGHTS,
  DIRECTORY_INHERITING_RIGHTS,
  DIRECTORY_RIGHTS,
  ERRNO,
  type Errno,
  FILE_TYPES,
  type FileType,
} from "../wasi/abi.ts";
import type { ChargedBudget } from "../wasi/budget.ts";
import type { AbiType, CallerLike, LinkerLike } from "../wasi/engine.ts";
import type { WasiOptions } from "../wasi/grants.ts";
import { WasiPreview1 } from "../wasi/preview1.ts";
import type { HostPrices, WorkUnit } from "../wasi/work.ts";

type HostFunction = (caller: CallerLike, ...args: (number | bigint)[]) => unknown;

const ERRNO_NAMES = Object.keys(ERRNO) as Errno[];

/** Rights for opening a file that can do everything. */
export const EVERY_RIGHT = BigInt(ALL_RIGHTS);

/** Where the helpers put what they pass; tests use lower addresses. */
const SCRATCH = 0x8000;
const RESULT = 0x7f00;
const BUFFER = 0x10000;

export interface OpenOptions {
  readonly follow?: boolean;
  readonly oflags?: number;
  readonly rights?: bigint;
  readonly inheriting?: bigint;
  readonly fdflags?: number;
}

export interface GuestStat {
  readonly type: FileType;
  readonly device: bigint;
  readonly inode: bigint;
  readonly links: bigint;
  readonly size: bigint;
  readonly accessTime: bigint;
  readonly modifyTime: bigint;
}

export class TestGuest {
  readonly wasi: WasiPreview1;
  bytes: Uint8Array;
  fuel = 0n;
  canWait = true;
  /** Units of work that were charged, less what was given back; by their names. */
  readonly charged = new Map<WorkUnit, number>();
  /** Called while the thread is blocked. */
  throwIfInterrupted = (): void => {};
  readonly functions = new Map<
    string,
    { readonly type: { params: AbiType[]; results: AbiType[] }; readonly fn: HostFunction }
  >();
  readonly #caller: CallerLike;

  /** @param hostHeap what the guest's store has for what is held for it */
  constructor(options: WasiOptions = {}, pages = 4, hostHeap?: ChargedBudget) {
    this.bytes = new Uint8Array(pages * 65536);
    const self = this;
    // Everything costs 1; which price was asked for last is what is charged.
    let asked: WorkUnit | undefined;
    const costModel = new Proxy({} as HostPrices, {
      get(_, unit) {
        asked = unit as WorkUnit;
        return 1;
      },
    });
    const add = (amount: number): void => {
      if (asked !== undefined) this.charged.set(asked, (this.charged.get(asked) ?? 0) + amount);
    };
    this.#caller = {
      memory: { bytes: () => this.bytes },
      get store() {
        const store = { fuelConsumed: self.fuel, engine: { costModel } };
        return hostHeap === undefined ? store : { ...store, hostHeap };
      },
      chargeFuel: (amount) => add(amount),
      refundFuel: (amount) => add(-amount),
      get canWait() {
        return self.canWait;
      },
      throwIfInterrupted: () => self.throwIfInterrupted(),
    };
    this.wasi = new WasiPreview1(options);
    const linker: LinkerLike = {
      func: (module, name, type, fn) => {
        this.functions.set(`${module}.${name}`, { type, fn });
      },
    };
    this.wasi.addTo(linker);
  }

  get view(): DataView {
    return new DataView(this.bytes.buffer);
  }

  /** Calls a function of preview1 (or, with its module, another) that answers at once. */
  call(name: string, ...args: (number | bigint)[]): Errno {
    const result = this.#invoke(name, args);
    if (typeof result !== "number") throw new Error(`${name} gave ${String(result)}`);
    return ERRNO_NAMES[result] ?? (`errno ${result}` as Errno);
  }

  /** The same for a function that may wait. */
  async callAsync(name: string, ...args: (number | bigint)[]): Promise<Errno> {
    return ERRNO_NAMES[Number(await this.#invoke(name, args))]!;
  }

  #invoke(name: string, args: (number | bigint)[]): unknown {
    const found = this.functions.get(name.includes(".") ? name : `wasi_snapshot_preview1.${name}`);
    if (found === undefined) throw new Error(`no function ${name}`);
    if (found.type.params.length !== args.length)
      throw new Error(`${name} takes ${found.type.params.length} arguments`);
    // As an engine does it: i32 arrive signed.
    const converted = args.map((arg, i) =>
      found.type.params[i] === "i32" ? Number(arg) | 0 : BigInt.asIntN(64, BigInt(arg)),
    );
    return found.fn(this.#caller, ...converted);
  }

  /** Puts a string into memory; gives its address and length in bytes. */
  put(text: string | Uint8Array, address = SCRATCH): [number, number] {
    const bytes = typeof text === "string" ? encodeUtf8(text) : text;
    this.bytes.set(bytes, address);
    return [address, bytes.length];
  }

  /** Opens a path; gives the descriptor or the errno. */
  open(dir: number, path: string, options: OpenOptions = {}): number | Errno {
    const errno = this.call(
      "path_open",
      dir,
      options.follow === true ? 1 : 0,
      ...this.put(path),
      options.oflags ?? 0,
      options.rights ?? 0x2n,
      options.inheriting ?? 0n,
      options.fdflags ?? 0,
      RESULT,
    );
    return errno === "success" ? this.view.getUint32(RESULT, true) : errno;
  }

  /** Opens a path that must open. */
  mustOpen(dir: number, path: string, options: OpenOptions = {}): number {
    const fd = this.open(dir, path, options);
    if (typeof fd === "string") throw new Error(`${path}: ${fd}`);
    return fd;
  }

  /** Opens a directory with everything that it can have. */
  openDirectory(dir: number, path: string, follow = false): number | Errno {
    return this.open(dir, path, {
      follow,
      oflags: 2,
      rights: BigInt(DIRECTORY_RIGHTS),
      inheriting: BigInt(DIRECTORY_INHERITING_RIGHTS),
    });
  }

  /** Calls a function with a descriptor and a path. */
  path(name: string, dir: number, path: string): Errno {
    return this.call(name, dir, ...this.put(path));
  }

  rename(from: number, oldPath: string, to: number, newPath: string): Errno {
    return this.call("path_rename", from, ...this.put(oldPath), to, ...this.put(newPath, SCRATCH + 0x2000));
  }

  link(from: number, oldPath: string, to: number, newPath: string, flags = 0): Errno {
    return this.call(
      "path_link",
      from,
      flags,
      ...this.put(oldPath),
      to,
      ...this.put(newPath, SCRATCH + 0x2000),
    );
  }

  symlink(target: string, dir: number, path: string): Errno {
    return this.call("path_symlink", ...this.put(target), dir, ...this.put(path, SCRATCH + 0x2000));
  }

  readLink(dir: number, path: string): { readonly target: string } | Errno {
    const errno = this.call("path_readlink", dir, ...this.put(path), BUFFER, 4096, RESULT);
    if (errno !== "success") return errno;
    return {
      target: decodeUtf8(this.bytes.slice(BUFFER, BUFFER + this.view.getUint32(RESULT, true))) ?? "?",
    };
  }

  #stat(): GuestStat {
    const { view } = this;
    return {
      device: view.getBigUint64(RESULT, true),
      inode: view.getBigUint64(RESULT + 8, true),
      type: FILE_TYPES[view.getUint8(RESULT + 16)] ?? "unknown",
      links: view.getBigUint64(RESULT + 24, true),
      size: view.getBigUint64(RESULT + 32, true),
      accessTime: view.getBigUint64(RESULT + 40, true),
      modifyTime: view.getBigUint64(RESULT + 48, true),
    };
  }

  stat(dir: number, path: string, follow = false): GuestStat | Errno {
    const errno = this.call("path_filestat_get", dir, follow ? 1 : 0, ...this.put(path), RESULT);
    return errno === "success" ? this.#stat() : errno;
  }

  fdStat(fd: number): GuestStat | Errno {
    const errno = this.call("fd_filestat_get", fd, RESULT);
    return errno === "success" ? this.#stat() : errno;
  }

  /** Writes bytes with one buffer; gives how many were written, or the errno. */
  write(fd: number, data: string | Uint8Array): number | Errno {
    const errno = this.call("fd_write", fd, this.#buffers(data), 1, RESULT);
    return errno === "success" ? this.view.getUint32(RESULT, true) : errno;
  }

  pwrite(fd: number, data: string | Uint8Array, offset: bigint): number | Errno {
    const errno = this.call("fd_pwrite", fd, this.#buffers(data), 1, offset, RESULT);
    return errno === "success" ? this.view.getUint32(RESULT, true) : errno;
  }

  #buffers(data: string | Uint8Array | number): number {
    const length = typeof data === "number" ? data : this.put(data, BUFFER)[1];
    this.view.setUint32(RESULT + 16, BUFFER, true);
    this.view.setUint32(RESULT + 20, length, true);
    return RESULT + 16;
  }

  /** Reads at most `length` bytes. */
  read(fd: number, length = 4096): { readonly text: string } | Errno {
    const errno = this.call("fd_read", fd, this.#buffers(length), 1, RESULT);
    return errno === "success" ? this.#readText() : errno;
  }

  pread(fd: number, offset: bigint, length = 4096): { readonly text: string } | Errno {
    const errno = this.call("fd_pread", fd, this.#buffers(length), 1, offset, RESULT);
    return errno === "success" ? this.#readText() : errno;
  }

  async readAsync(fd: number, length = 4096): Promise<{ readonly text: string } | Errno> {
    const errno = await this.callAsync("fd_read", fd, this.#buffers(length), 1, RESULT);
    return errno === "success" ? this.#readText() : errno;
  }

  #readText(): { readonly text: string } {
    const bytes = this.bytes.slice(BUFFER, BUFFER + this.view.getUint32(RESULT, true));
    return { text: decodeUtf8(bytes) ?? bytes.join(",") };
  }

  seek(fd: number, offset: bigint, whence: number): bigint | Errno {
    const errno = this.call("fd_seek", fd, offset, whence, RESULT);
    return errno === "success" ? this.view.getBigUint64(RESULT, true) : errno;
  }

  /** Base and inheriting rights. */
  rights(fd: number): { readonly base: bigint; readonly inheriting: bigint } | Errno {
    const errno = this.call("fd_fdstat_get", fd, RESULT);
    if (errno !== "success") return errno;
    return {
      base: this.view.getBigUint64(RESULT + 8, true),
      inheriting: this.view.getBigUint64(RESULT + 16, true),
    };
  }

  /** Reads a file by its path; gives its text or the errno. */
  readFile(dir: number, path: string, follow = true): { readonly text: string } | Errno {
    const fd = this.open(dir, path, { follow });
    if (typeof fd === "string") return fd;
    const result = this.read(fd);
    this.call("fd_close", fd);
    return result;
  }

  /** Creates or overwrites a file; gives the errno. */
  writeFile(dir: number, path: string, data: string, follow = true): Errno {
    const fd = this.open(dir, path, { follow, oflags: 9, rights: 0x42n });
    if (typeof fd === "string") return fd;
    const written = this.write(fd, data);
    this.call("fd_close", fd);
    return typeof written === "string" ? written : "success";
  }

  /** All names of a directory, read with a buffer of `length` bytes. */
  list(dir: number, path: string, length = 4096): string[] | Errno {
    const fd = this.open(dir, path, { oflags: 2, rights: 1n << 14n });
    if (typeof fd === "string") return fd;
    const names: string[] = [];
    let cookie = 0n;
    for (;;) {
      const errno = this.call("fd_readdir", fd, BUFFER, length, cookie, RESULT);
      if (errno !== "success") return errno;
      const used = this.view.getUint32(RESULT, true);
      let at = BUFFER;
      while (at + 24 <= BUFFER + used) {
        const nameLength = this.view.getUint32(at + 16, true);
        if (at + 24 + nameLength > BUFFER + used) break;
        cookie = this.view.getBigUint64(at, true);
        names.push(decodeUtf8(this.bytes.slice(at + 24, at + 24 + nameLength)) ?? "?");
        at += 24 + nameLength;
      }
      if (used < length) break;
    }
    this.call("fd_close", fd);
    return names;
  }
}
