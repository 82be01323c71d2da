// The numbers of WASI preview1: errnos, rights, flags, file types, clocks, and the errno error class.
// Owns names and values only; knows neither guest memory nor any host.

import { unexpected } from "../checks/options.ts";
import { hasOwn } from "../host.ts";

/** Every errno of preview1 by its witx name. */
export const ERRNO = {
  success: 0,
  "2big": 1,
  acces: 2,
  addrinuse: 3,
  addrnotavail: 4,
  afnosupport: 5,
  again: 6,
  already: 7,
  badf: 8,
  badmsg: 9,
  busy: 10,
  canceled: 11,
  child: 12,
  connaborted: 13,
  connrefused: 14,
  connreset: 15,
  deadlk: 16,
  destaddrreq: 17,
  dom: 18,
  dquot: 19,
  exist: 20,
  fault: 21,
  fbig: 22,
  hostunreach: 23,
  idrm: 24,
  ilseq: 25,
  inprogress: 26,
  intr: 27,
  inval: 28,
  io: 29,
  isconn: 30,
  isdir: 31,
  loop: 32,
  mfile: 33,
  mlink: 34,
  msgsize: 35,
  multihop: 36,
  nametoolong: 37,
  netdown: 38,
  netreset: 39,
  netunreach: 40,
  nfile: 41,
  nobufs: 42,
  nodev: 43,
  noent: 44,
  noexec: 45,
  nolck: 46,
  nolink: 47,
  nomem: 48,
  nomsg: 49,
  noprotoopt: 50,
  nospc: 51,
  nosys: 52,
  notconn: 53,
  notdir: 54,
  notempty: 55,
  notrecoverable: 56,
  notsock: 57,
  notsup: 58,
  notty: 59,
  nxio: 60,
  overflow: 61,
  ownerdead: 62,
  perm: 63,
  pipe: 64,
  proto: 65,
  protonosupport: 66,
  prototype: 67,
  range: 68,
  rofs: 69,
  spipe: 70,
  srch: 71,
  stale: 72,
  timedout: 73,
  txtbsy: 74,
  xdev: 75,
  notcapable: 76,
} as const;

/** Name of an errno, e.g. `"noent"`. */
export type Errno = keyof typeof ERRNO;

/** Thrown inside WASI and by file systems; one wrapper turns it into the function's return value. */
export class WasiError extends Error {
  override name = "WasiError";
  readonly kind = "wasi";
  readonly errno: Errno;
  /** Only what the constructor has made bears it: no Proxy, and nothing that merely inherits from the class. */
  readonly #isMade = true;

  /** @throws TypeError for what is no errno's name */
  constructor(errno: Errno, detail?: string) {
    if (typeof errno !== "string" || !hasOwn(ERRNO, errno))
      throw unexpected("new WasiError", 'the name of an errno, e.g. "noent"', errno);
    super(detail === undefined ? errno : `${errno}: ${detail}`);
    this.errno = errno;
  }

  /** @internal Whether a thrown value is one of these. Unlike `instanceof`, it runs none of the value's own code. */
  static isMade(thrown: unknown): thrown is WasiError {
    return typeof thrown === "object" && thrown !== null && #isMade in thrown;
  }
}

/** What is thrown as text, whatever it is: an error's own code may throw in its turn, and symbols have no text. */
export function textOfThrown(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return "something without text was thrown";
  }
}

/** Whether something thrown is this errno. */
export function isErrno(error: unknown, errno: Errno): boolean {
  return WasiError.isMade(error) && error.errno === errno;
}

/** Preview1's file types; the index in this list is the number that the guest sees. */
export const FILE_TYPES = [
  "unknown",
  "block-device",
  "character-device",
  "directory",
  "regular-file",
  "socket-dgram",
  "socket-stream",
  "symbolic-link",
] as const;

export type FileType = (typeof FILE_TYPES)[number];

/** The number that the guest sees for a file type. */
export function fileTypeNumber(type: FileType): number {
  return FILE_TYPES.indexOf(type);
}

/** Rights as bits. All 30 fit into a positive int32, so they are plain numbers inside. */
export const RIGHT = {
  fdDatasync: 1 << 0,
  fdRead: 1 << 1,
  fdSeek: 1 << 2,
  fdFdstatSetFlags: 1 << 3,
  fdSync: 1 << 4,
  fdTell: 1 << 5,
  fdWrite: 1 << 6,
  fdAdvise: 1 << 7,
  fdAllocate: 1 << 8,
  pathCreateDirectory: 1 << 9,
  pathCreateFile: 1 << 10,
  pathLinkSource: 1 << 11,
  pathLinkTarget: 1 << 12,
  pathOpen: 1 << 13,
  fdReaddir: 1 << 14,
  pathReadlink: 1 << 15,
  pathRenameSource: 1 << 16,
  pathRenameTarget: 1 << 17,
  pathFilestatGet: 1 << 18,
  pathFilestatSetSize: 1 << 19,
  pathFilestatSetTimes: 1 << 20,
  fdFilestatGet: 1 << 21,
  fdFilestatSetSize: 1 << 22,
  fdFilestatSetTimes: 1 << 23,
  pathSymlink: 1 << 24,
  pathRemoveDirectory: 1 << 25,
  pathUnlinkFile: 1 << 26,
  pollFdReadwrite: 1 << 27,
  sockShutdown: 1 << 28,
  sockAccept: 1 << 29,
} as const;

export const ALL_RIGHTS = 2 ** 30 - 1;

/** What can be done with a regular file's descriptor. */
export const FILE_RIGHTS =
  RIGHT.fdDatasync |
  RIGHT.fdRead |
  RIGHT.fdSeek |
  RIGHT.fdFdstatSetFlags |
  RIGHT.fdSync |
  RIGHT.fdTell |
  RIGHT.fdWrite |
  RIGHT.fdAdvise |
  RIGHT.fdAllocate |
  RIGHT.fdFilestatGet |
  RIGHT.fdFilestatSetSize |
  RIGHT.fdFilestatSetTimes |
  RIGHT.pollFdReadwrite;

/** What can be done with a directory's descriptor itself. */
export const DIRECTORY_RIGHTS =
  RIGHT.fdFdstatSetFlags |
  RIGHT.fdSync |
  RIGHT.fdDatasync |
  RIGHT.pathCreateDirectory |
  RIGHT.pathCreateFile |
  RIGHT.pathLinkSource |
  RIGHT.pathLinkTarget |
  RIGHT.pathOpen |
  RIGHT.fdReaddir |
  RIGHT.pathReadlink |
  RIGHT.pathRenameSource |
  RIGHT.pathRenameTarget |
  RIGHT.pathFilestatGet |
  RIGHT.pathFilestatSetSize |
  RIGHT.pathFilestatSetTimes |
  RIGHT.fdFilestatGet |
  RIGHT.fdFilestatSetTimes |
  RIGHT.pathSymlink |
  RIGHT.pathRemoveDirectory |
  RIGHT.pathUnlinkFile;

/** What a preopened directory passes on: everything that a file or directory below it can use. */
export const DIRECTORY_INHERITING_RIGHTS = DIRECTORY_RIGHTS | FILE_RIGHTS;

/** A byte stream. No seek and no tell: wasi-libc takes a character device without them for a terminal. */
export const STREAM_RIGHTS = RIGHT.fdFdstatSetFlags | RIGHT.fdFilestatGet | RIGHT.pollFdReadwrite;

export const CONNECTION_RIGHTS =
  RIGHT.fdRead |
  RIGHT.fdWrite |
  RIGHT.fdFdstatSetFlags |
  RIGHT.fdFilestatGet |
  RIGHT.pollFdReadwrite |
  RIGHT.sockShutdown;

export const LISTENER_RIGHTS =
  RIGHT.sockAccept | RIGHT.fdFdstatSetFlags | RIGHT.fdFilestatGet | RIGHT.pollFdReadwrite;

export const FDFLAG = { append: 1, dsync: 2, nonblock: 4, rsync: 8, sync: 16 } as const;
export const ALL_FDFLAGS = 31;

export const OFLAG = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const;
export const ALL_OFLAGS = 15;

export const LOOKUP_SYMLINK_FOLLOW = 1;

export const FSTFLAG = { atim: 1, atimNow: 2, mtim: 4, mtimNow: 8 } as const;
export const ALL_FSTFLAGS = 15;

export const CLOCK = { realtime: 0, monotonic: 1, processCputime: 2, threadCputime: 3 } as const;

export const EVENT_TYPE = { clock: 0, fdRead: 1, fdWrite: 2 } as const;
/** Flag of a clock subscription: the timeout is a point in time, not a duration. */
export const SUBSCRIPTION_CLOCK_ABSTIME = 1;
/** Flag of an fd event: the peer has closed. */
export const EVENT_FD_HANGUP = 1;

export const RIFLAG = { peek: 1, waitall: 2 } as const;
export const SDFLAG = { rd: 1, wr: 2 } as const;
export const PREOPEN_TYPE_DIRECTORY = 0;

/** Bytes of a path or of a symbolic link's contents; longer is `nametoolong`. As Linux has it. */
export const MAX_PATH_BYTES = 4095;
/** Bytes of one component of a path. */
export const MAX_NAME_BYTES = 255;
/** Symbolic links followed while one path is resolved; more is `loop`. As Linux has it. */
export const MAX_SYMLINKS = 40;
