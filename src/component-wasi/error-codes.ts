// One table of what preview1's errnos are called by the interfaces of 0.2, and what is thrown for something that was thrown.

import { ComponentError } from "../component/api/component-error.ts";
import { Trap } from "../errors.ts";
import { type Errno, WasiError } from "../wasi/abi.ts";
import type { WasiState } from "./state.ts";

/** `wasi:filesystem/types.error-code`. */
export type FilesystemErrorCode =
  | "access"
  | "would-block"
  | "already"
  | "bad-descriptor"
  | "busy"
  | "deadlock"
  | "quota"
  | "exist"
  | "file-too-large"
  | "illegal-byte-sequence"
  | "in-progress"
  | "interrupted"
  | "invalid"
  | "io"
  | "is-directory"
  | "loop"
  | "too-many-links"
  | "message-size"
  | "name-too-long"
  | "no-device"
  | "no-entry"
  | "no-lock"
  | "insufficient-memory"
  | "insufficient-space"
  | "not-directory"
  | "not-empty"
  | "not-recoverable"
  | "unsupported"
  | "no-tty"
  | "no-such-device"
  | "overflow"
  | "not-permitted"
  | "pipe"
  | "read-only"
  | "invalid-seek"
  | "text-file-busy"
  | "cross-device";

/** `wasi:sockets/network.error-code`. */
export type SocketErrorCode =
  | "unknown"
  | "access-denied"
  | "not-supported"
  | "invalid-argument"
  | "out-of-memory"
  | "timeout"
  | "concurrency-conflict"
  | "not-in-progress"
  | "would-block"
  | "invalid-state"
  | "new-socket-limit"
  | "address-not-bindable"
  | "address-in-use"
  | "remote-unreachable"
  | "connection-refused"
  | "connection-reset"
  | "connection-aborted"
  | "datagram-too-large"
  | "name-unresolvable"
  | "temporary-resolver-failure"
  | "permanent-resolver-failure";

/** For each errno its names in wasi:filesystem and wasi:sockets; what has none there is `io`, `unknown`. */
const CODES: Readonly<Partial<Record<Errno, readonly [FilesystemErrorCode, SocketErrorCode?]>>> = {
  acces: ["access", "access-denied"],
  addrinuse: ["io", "address-in-use"],
  addrnotavail: ["io", "address-not-bindable"],
  again: ["would-block", "would-block"],
  already: ["already", "concurrency-conflict"],
  badf: ["bad-descriptor", "invalid-state"],
  busy: ["busy"],
  canceled: ["interrupted", "connection-aborted"],
  connaborted: ["io", "connection-aborted"],
  connrefused: ["io", "connection-refused"],
  connreset: ["io", "connection-reset"],
  deadlk: ["deadlock"],
  dquot: ["quota"],
  exist: ["exist"],
  fbig: ["file-too-large"],
  hostunreach: ["io", "remote-unreachable"],
  ilseq: ["illegal-byte-sequence"],
  inprogress: ["in-progress", "concurrency-conflict"],
  intr: ["interrupted"],
  inval: ["invalid", "invalid-argument"],
  isconn: ["io", "invalid-state"],
  isdir: ["is-directory"],
  loop: ["loop"],
  // There is no code for too many open files.
  mfile: ["insufficient-memory", "new-socket-limit"],
  mlink: ["too-many-links"],
  msgsize: ["message-size", "datagram-too-large"],
  nametoolong: ["name-too-long"],
  netdown: ["io", "remote-unreachable"],
  netunreach: ["io", "remote-unreachable"],
  nfile: ["insufficient-memory", "new-socket-limit"],
  nobufs: ["insufficient-memory", "out-of-memory"],
  nodev: ["no-device"],
  noent: ["no-entry", "name-unresolvable"],
  nolck: ["no-lock"],
  nomem: ["insufficient-memory", "out-of-memory"],
  nospc: ["insufficient-space"],
  nosys: ["unsupported", "not-supported"],
  notcapable: ["not-permitted", "access-denied"],
  notconn: ["io", "invalid-state"],
  notdir: ["not-directory"],
  notempty: ["not-empty"],
  notrecoverable: ["not-recoverable"],
  notsup: ["unsupported", "not-supported"],
  notty: ["no-tty"],
  nxio: ["no-such-device"],
  overflow: ["overflow"],
  perm: ["not-permitted", "access-denied"],
  pipe: ["pipe", "connection-aborted"],
  rofs: ["read-only"],
  spipe: ["invalid-seek"],
  timedout: ["io", "timeout"],
  txtbsy: ["text-file-busy"],
  xdev: ["cross-device"],
};

export function filesystemCode(errno: Errno): FilesystemErrorCode {
  return CODES[errno]?.[0] ?? "io";
}

export function socketCode(errno: Errno): SocketErrorCode {
  return CODES[errno]?.[1] ?? "unknown";
}

/** What the guest gets for something thrown in wasi:filesystem; what is not the guest's affair stays as it is. */
export function filesystemFailure(_state: WasiState, error: unknown): unknown {
  return WasiError.isMade(error) ? new ComponentError(filesystemCode(error.errno), error.message) : error;
}

/** The same in wasi:sockets. */
export function socketFailure(_state: WasiState, error: unknown): unknown {
  return WasiError.isMade(error) ? new ComponentError(socketCode(error.errno), error.message) : error;
}

/** Where there is no error to give: what is thrown passes. */
export function noFailure(_state: WasiState, error: unknown): unknown {
  return error;
}

/** The guest has done what an interface forbids, and for which it has no error. */
export function brokenContract(what: string): Trap {
  return new Trap("host-contract", what);
}
