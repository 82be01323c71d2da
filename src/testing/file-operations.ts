// For equivalence.test.ts: operations on files, and what carries them out: a guest through WASI, or plain POSIX calls.
// Test support; knows no test runner.

import * as fs from "node:fs";
import { WasiError } from "../wasi/abi.ts";
import { toWasiError } from "../wasi/node/errno.ts";
import type { TestGuest } from "./wasi-guest.ts";

/** A directory to which a path is relative: the root, or one that was opened before. */
export type Base = "root" | 0 | 1;

export type Operation =
  | {
      readonly do: "mkdir" | "rmdir" | "unlink" | "read" | "readlink" | "list" | "stat" | "lstat";
      readonly base: Base;
      readonly path: string;
    }
  | {
      readonly do: "write";
      readonly base: Base;
      readonly path: string;
      readonly data: string;
      readonly follow: boolean;
      readonly mode: "create" | "exclusive" | "existing";
    }
  | {
      readonly do: "touch" | "ltouch";
      readonly base: Base;
      readonly path: string;
      readonly seconds: number;
    }
  | {
      readonly do: "rename" | "link";
      readonly base: Base;
      readonly path: string;
      readonly toBase: Base;
      readonly to: string;
    }
  | { readonly do: "symlink"; readonly path: string; readonly toBase: Base; readonly to: string }
  | { readonly do: "opendir"; readonly base: Base; readonly path: string; readonly slot: 0 | 1 }
  | {
      readonly do: "open";
      readonly base: Base;
      readonly path: string;
      readonly slot: 0 | 1;
      readonly mode: "read" | "write" | "append" | "create" | "truncate";
    }
  | {
      readonly do: "fread" | "fstat" | "close" | "ftouch";
      readonly slot: 0 | 1;
      readonly seconds: number;
    }
  | { readonly do: "fwrite"; readonly slot: 0 | 1; readonly data: string }
  | { readonly do: "fpwrite" | "resize"; readonly slot: 0 | 1; readonly data: string; readonly at: number };

/** Carries out operations; gives each one's result as text. */
export interface Subject {
  run(operation: Operation): string;
}

/** Times that were set are far in the past and must be told exactly; all others are "new". */
const timeText = (ns: bigint) => (ns < 1_000_000n * 1_000_000_000n ? `${ns / 1_000_000_000n}s` : "new");

interface OpenFile {
  readonly fd: number;
  readonly mode: "read" | "write" | "append" | "create" | "truncate";
}

/** Through WASI. Descriptor 3 is the root. */
export class WasiSubject implements Subject {
  readonly #guest: TestGuest;
  readonly #files: (OpenFile | undefined)[] = [];
  readonly #directories: (number | undefined)[] = [];

  constructor(guest: TestGuest) {
    this.#guest = guest;
  }

  run(op: Operation): string {
    const guest = this.#guest;
    const base = (which: Base) => (which === "root" ? 3 : (this.#directories[which] ?? 3));
    const seconds = (count: number) => BigInt(count) * 1_000_000_000n;
    const text = (result: unknown) =>
      String(typeof result === "object" ? Object.values(result ?? {})[0] : result);
    switch (op.do) {
      case "mkdir":
        return guest.path("path_create_directory", base(op.base), op.path);
      case "rmdir":
        return guest.path("path_remove_directory", base(op.base), op.path);
      case "unlink":
        return guest.path("path_unlink_file", base(op.base), op.path);
      case "read":
        return text(guest.readFile(base(op.base), op.path));
      case "readlink":
        return text(guest.readLink(base(op.base), op.path));
      case "list": {
        const result = guest.list(base(op.base), `${op.path}/.`);
        return typeof result === "string" ? result : result.sort().join(" ");
      }
      case "stat":
      case "lstat":
        return this.#statText(guest.stat(base(op.base), op.path, op.do === "stat"));
      case "write": {
        const oflags = op.mode === "create" ? 9 : op.mode === "exclusive" ? 5 : 8;
        const fd = guest.open(base(op.base), op.path, { follow: op.follow, oflags, rights: 0x40n });
        if (typeof fd === "string") return fd;
        const written = guest.write(fd, op.data);
        guest.call("fd_close", fd);
        return text(written);
      }
      case "touch":
      case "ltouch": {
        const time = seconds(op.seconds);
        const follow = op.do === "touch" ? 1 : 0;
        return guest.call(
          "path_filestat_set_times",
          base(op.base),
          follow,
          ...guest.put(op.path),
          time,
          time,
          5,
        );
      }
      case "rename":
        return guest.rename(base(op.base), op.path, base(op.toBase), op.to);
      case "link":
        return guest.link(base(op.base), op.path, base(op.toBase), op.to);
      case "symlink":
        return guest.symlink(op.path, base(op.toBase), op.to);
      case "opendir": {
        const opened = guest.openDirectory(base(op.base), op.path, true);
        const old = this.#directories[op.slot];
        if (old !== undefined) guest.call("fd_close", old);
        this.#directories[op.slot] = typeof opened === "string" ? undefined : opened;
        return typeof opened === "string" ? opened : "opened";
      }
      case "open": {
        this.#close(op.slot);
        const writes = op.mode !== "read";
        const opened = guest.open(base(op.base), op.path, {
          follow: true,
          oflags: op.mode === "create" ? 1 : op.mode === "truncate" ? 8 : 0,
          fdflags: op.mode === "append" ? 1 : 0,
          rights: 0xa00006n | (writes ? 0x400040n : 0n),
        });
        if (typeof opened === "string") return opened;
        this.#files[op.slot] = { fd: opened, mode: op.mode };
        return "opened";
      }
    }
    const file = this.#files[op.slot];
    if (file === undefined) return "not open";
    switch (op.do) {
      case "fread":
        return text(guest.read(file.fd, 7));
      case "fstat":
        return this.#statText(guest.fdStat(file.fd));
      case "ftouch": {
        const time = seconds(op.seconds);
        return guest.call("fd_filestat_set_times", file.fd, time, time, 5);
      }
      case "close":
        this.#close(op.slot);
        return "closed";
      case "fwrite":
        return file.mode === "read" ? "read-only" : text(guest.write(file.fd, op.data));
      case "fpwrite":
        // Linux appends here, against POSIX.
        if (file.mode === "read" || file.mode === "append") return "skipped";
        return text(guest.pwrite(file.fd, op.data, BigInt(op.at)));
      case "resize":
        if (file.mode === "read") return "read-only";
        return guest.call("fd_filestat_set_size", file.fd, BigInt(op.at));
    }
  }

  #close(slot: number): void {
    const file = this.#files[slot];
    if (file !== undefined) this.#guest.call("fd_close", file.fd);
    this.#files[slot] = undefined;
  }

  #statText(result: ReturnType<TestGuest["stat"]>): string {
    if (typeof result === "string") return result;
    const { type, size, links, modifyTime } = result;
    return `${type === "directory" ? type : `${type} ${size} bytes ${links} links`} ${timeText(modifyTime)}`;
  }
}

/** By the system's own calls, below a host directory. */
export class PosixSubject implements Subject {
  readonly #root: string;
  readonly #files: (OpenFile | undefined)[] = [];
  readonly #directories: (number | undefined)[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  close(): void {
    for (const file of this.#files) if (file !== undefined) fs.closeSync(file.fd);
    for (const fd of this.#directories) if (fd !== undefined) fs.closeSync(fd);
  }

  run(op: Operation): string {
    try {
      return this.#run(op);
    } catch (error) {
      const translated = toWasiError(error);
      if (translated instanceof WasiError) return translated.errno;
      throw translated;
    }
  }

  /** Not path.join, which is lexical. */
  #at(base: Base, path: string): string {
    const fd = base === "root" ? undefined : this.#directories[base];
    return `${fd === undefined ? this.#root : `/proc/self/fd/${fd}`}/${path}`;
  }

  #run(op: Operation): string {
    const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } =
      fs.constants;
    switch (op.do) {
      case "mkdir":
        fs.mkdirSync(this.#at(op.base, op.path));
        return "success";
      case "rmdir":
        fs.rmdirSync(this.#at(op.base, op.path));
        return "success";
      case "unlink":
        fs.unlinkSync(this.#at(op.base, op.path));
        return "success";
      case "read":
        return fs.readFileSync(this.#at(op.base, op.path), "utf8");
      case "readlink":
        return fs.readlinkSync(this.#at(op.base, op.path));
      case "list":
        return [".", "..", ...fs.readdirSync(`${this.#at(op.base, op.path)}/.`)].sort().join(" ");
      case "stat":
        return this.#statText(fs.statSync(this.#at(op.base, op.path), { bigint: true }));
      case "lstat":
        return this.#statText(fs.lstatSync(this.#at(op.base, op.path), { bigint: true }));
      case "write": {
        const mode =
          op.mode === "create" ? O_CREAT | O_TRUNC : op.mode === "exclusive" ? O_CREAT | O_EXCL : O_TRUNC;
        const fd = fs.openSync(this.#at(op.base, op.path), O_WRONLY | mode | (op.follow ? 0 : O_NOFOLLOW));
        try {
          return String(fs.writeSync(fd, op.data));
        } finally {
          fs.closeSync(fd);
        }
      }
      case "touch":
        fs.utimesSync(this.#at(op.base, op.path), op.seconds, op.seconds);
        return "success";
      case "ltouch":
        fs.lutimesSync(this.#at(op.base, op.path), op.seconds, op.seconds);
        return "success";
      case "rename":
        fs.renameSync(this.#at(op.base, op.path), this.#at(op.toBase, op.to));
        return "success";
      case "link":
        fs.linkSync(this.#at(op.base, op.path), this.#at(op.toBase, op.to));
        return "success";
      case "symlink":
        fs.symlinkSync(op.path, this.#at(op.toBase, op.to));
        return "success";
      case "opendir": {
        const old = this.#directories[op.slot];
        let opened: number | undefined;
        try {
          opened = fs.openSync(this.#at(op.base, op.path), O_RDONLY | O_DIRECTORY);
        } finally {
          if (old !== undefined) fs.closeSync(old);
          this.#directories[op.slot] = opened;
        }
        return "opened";
      }
      case "open": {
        this.#close(op.slot);
        const flags = {
          read: O_RDONLY,
          write: O_RDWR,
          append: O_RDWR | O_APPEND,
          create: O_RDWR | O_CREAT,
          truncate: O_RDWR | O_TRUNC,
        }[op.mode];
        this.#files[op.slot] = { fd: fs.openSync(this.#at(op.base, op.path), flags), mode: op.mode };
        return "opened";
      }
    }
    const file = this.#files[op.slot];
    if (file === undefined) return "not open";
    switch (op.do) {
      case "fread": {
        const buffer = Buffer.alloc(7);
        const bytes = buffer.subarray(0, fs.readSync(file.fd, buffer));
        // As the guest's helper shows what is not UTF-8.
        return Buffer.from(bytes.toString()).equals(bytes) ? bytes.toString() : bytes.join(",");
      }
      case "fstat":
        return this.#statText(fs.fstatSync(file.fd, { bigint: true }));
      case "ftouch":
        fs.futimesSync(file.fd, op.seconds, op.seconds);
        return "success";
      case "close":
        this.#close(op.slot);
        return "closed";
      case "fwrite":
        return file.mode === "read" ? "read-only" : String(fs.writeSync(file.fd, op.data));
      case "fpwrite":
        if (file.mode === "read" || file.mode === "append") return "skipped";
        return String(fs.writeSync(file.fd, op.data, op.at));
      case "resize":
        if (file.mode === "read") return "read-only";
        fs.ftruncateSync(file.fd, op.at);
        return "success";
    }
  }

  #close(slot: number): void {
    const file = this.#files[slot];
    this.#files[slot] = undefined;
    if (file !== undefined) fs.closeSync(file.fd);
  }

  #statText(found: fs.BigIntStats): string {
    const time = timeText(found.mtimeNs);
    if (found.isDirectory()) return `directory ${time}`;
    const type = found.isFile() ? "regular-file" : "symbolic-link";
    return `${type} ${found.size} bytes ${found.nlink} links ${time}`;
  }
}
