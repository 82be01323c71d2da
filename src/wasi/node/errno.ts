// From Node's system errors to WASI's errnos.

import { type Errno, WasiError } from "../abi.ts";

const ERRNO_OF: Readonly<Record<string, Errno>> = {
  E2BIG: "2big",
  EACCES: "acces",
  EADDRINUSE: "addrinuse",
  EADDRNOTAVAIL: "addrnotavail",
  EAFNOSUPPORT: "afnosupport",
  EAGAIN: "again",
  EBADF: "badf",
  EBUSY: "busy",
  ECONNABORTED: "connaborted",
  ECONNREFUSED: "connrefused",
  ECONNRESET: "connreset",
  EDQUOT: "dquot",
  EEXIST: "exist",
  EFBIG: "fbig",
  EHOSTUNREACH: "hostunreach",
  EINTR: "intr",
  EINVAL: "inval",
  EIO: "io",
  EISDIR: "isdir",
  ELOOP: "loop",
  EMFILE: "nfile",
  EMLINK: "mlink",
  EMSGSIZE: "msgsize",
  ENAMETOOLONG: "nametoolong",
  ENETDOWN: "netdown",
  ENETUNREACH: "netunreach",
  ENFILE: "nfile",
  ENOBUFS: "nobufs",
  ENODEV: "nodev",
  ENOENT: "noent",
  ENOMEM: "nomem",
  ENOSPC: "nospc",
  ENOSYS: "nosys",
  ENOTDIR: "notdir",
  ENOTEMPTY: "notempty",
  ENOTSUP: "notsup",
  ENXIO: "nxio",
  EOPNOTSUPP: "notsup",
  EOVERFLOW: "overflow",
  EPERM: "perm",
  EPIPE: "pipe",
  EROFS: "rofs",
  ESPIPE: "spipe",
  ESTALE: "stale",
  ETIMEDOUT: "timedout",
  ETXTBSY: "txtbsy",
  EXDEV: "xdev",
};

/** The code of a Node system error, e.g. `"ENOENT"`; `undefined` for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Runs a system call. @throws WasiError for a system error (`io` if preview1 has no name for it); anything else as it is */
export function system<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toWasiError(error);
  }
}

/** A `WasiError` for a system error; anything else unchanged. */
export function toWasiError(error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  return new WasiError(ERRNO_OF[code] ?? "io", error instanceof Error ? error.message : code);
}
