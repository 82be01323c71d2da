// Guests that make the host work as hard as they can, one for each WASI function and trick: for the tests of what fuel bounds.
// Each calls its function in an endless loop, with the largest arguments that it takes.

/** Imports by name: parameter types. */
const TYPES: Readonly<Record<string, string>> = {
  args_get: "i32 i32",
  args_sizes_get: "i32 i32",
  clock_res_get: "i32 i32",
  clock_time_get: "i32 i64 i32",
  environ_get: "i32 i32",
  environ_sizes_get: "i32 i32",
  fd_advise: "i32 i64 i64 i32",
  fd_allocate: "i32 i64 i64",
  fd_close: "i32",
  fd_datasync: "i32",
  fd_fdstat_get: "i32 i32",
  fd_fdstat_set_flags: "i32 i32",
  fd_fdstat_set_rights: "i32 i64 i64",
  fd_filestat_get: "i32 i32",
  fd_filestat_set_size: "i32 i64",
  fd_filestat_set_times: "i32 i64 i64 i32",
  fd_pread: "i32 i32 i32 i64 i32",
  fd_prestat_dir_name: "i32 i32 i32",
  fd_prestat_get: "i32 i32",
  fd_pwrite: "i32 i32 i32 i64 i32",
  fd_read: "i32 i32 i32 i32",
  fd_readdir: "i32 i32 i32 i64 i32",
  fd_renumber: "i32 i32",
  fd_seek: "i32 i64 i32 i32",
  fd_sync: "i32",
  fd_tell: "i32 i32",
  fd_write: "i32 i32 i32 i32",
  path_create_directory: "i32 i32 i32",
  path_filestat_get: "i32 i32 i32 i32 i32",
  path_filestat_set_times: "i32 i32 i32 i32 i64 i64 i32",
  path_link: "i32 i32 i32 i32 i32 i32 i32",
  path_open: "i32 i32 i32 i32 i32 i64 i64 i32 i32",
  path_readlink: "i32 i32 i32 i32 i32 i32",
  path_remove_directory: "i32 i32 i32",
  path_rename: "i32 i32 i32 i32 i32 i32",
  path_symlink: "i32 i32 i32 i32 i32",
  path_unlink_file: "i32 i32 i32",
  poll_oneoff: "i32 i32 i32 i32",
  proc_exit: "i32",
  proc_raise: "i32",
  random_get: "i32 i32",
  sched_yield: "",
  sock_accept: "i32 i32 i32",
  sock_recv: "i32 i32 i32 i32 i32 i32",
  sock_send: "i32 i32 i32 i32 i32",
  sock_shutdown: "i32 i32",
};

/** Pages of the guests' memory: 64 MiB. */
const PAGES = 1024;
/** Descriptors: the granted directory, a listening socket, and what the guests open: a file, a directory of many entries. */
const ROOT = 3;
const LISTENER = 4;
const FILE = 5;
const MANY = 6;
/** A connection that was accepted. */
const CONNECTION = 7;
/** Where the guests keep lists of buffers and subscriptions, results, and what they read and write. */
const LIST = 0x10_0000;
const RESULT = 0x400;
const DATA = 0x20_0000;
const DATA_BYTES = (PAGES - 32) * 65_536;
/** Texts, each in 8 KiB from here on. */
const TEXT = 0x8000;

export interface AbusiveGuest {
  /** The function under attack, and how. */
  readonly name: string;
  /** Whether it is about files, so that the kind of file system matters. */
  readonly isAboutFiles: boolean;
  readonly wat: string;
}

interface Attack {
  /** What is done over and over. Descriptors: see {@link ROOT} and the others. */
  readonly loop: string;
  /** What is done before, besides opening those. */
  readonly before?: string;
  /** At 8 KiB each from {@link TEXT} on. */
  readonly texts?: readonly string[];
}

const call = (name: string, ...args: (number | string)[]): string => {
  const types = (TYPES[name] as string).split(" ");
  const operands = args.map((arg, i) => (typeof arg === "number" ? `(${types[i]}.const ${arg})` : arg));
  const invoked = `(call $${name} ${operands.join(" ")})`;
  return name === "proc_exit" ? invoked : `(drop ${invoked})`;
};

const at = (index: number): number => TEXT + 8192 * index;

/** What was opened last. */
const OPENED = `(i32.load (i32.const ${RESULT}))`;

/** One buffer of everything; and 1,024 of a byte. */
const wholeBuffer = `(i32.store (i32.const ${LIST}) (i32.const ${DATA}))
  (i32.store (i32.const ${LIST + 4}) (i32.const ${DATA_BYTES}))`;
const fill = (count: number, size: number, body: string): string => `
  (local.set $i (i32.const 0))
  (loop $fill
    (local.set $at (i32.add (i32.const ${LIST}) (i32.mul (local.get $i) (i32.const ${size}))))
    ${body}
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $fill (i32.lt_u (local.get $i) (i32.const ${count}))))`;
const smallBuffers = fill(
  1024,
  8,
  `(i32.store (local.get $at) (i32.const ${DATA})) (i32.store offset=4 (local.get $at) (i32.const 1))`,
);

const LONG = "./".repeat(2047);
const DEEP = "a/../".repeat(818);
/** A name that the loop counts up, so that each turn makes another. */
const COUNTED = `
  (local.set $i (i32.add (local.get $i) (i32.const 1)))
  (i32.store (i32.const ${at(0)}) (i32.or (i32.const 0x61616161) (i32.and (local.get $i) (i32.const 0x1f1f1f1f))))
  (i32.store (i32.const ${at(0) + 4})
    (i32.or (i32.const 0x61616161) (i32.and (i32.shr_u (local.get $i) (i32.const 5)) (i32.const 0x1f1f1f1f))))`;

/** A chain of links, each of whose contents walks 2,000 components before it leads to the next. */
const chain = Array.from({ length: 39 }, (_, i) => `${"./".repeat(2040)}k${i + 1}`);

const ATTACKS: Readonly<Record<string, Attack>> = {
  args_get: { loop: call("args_get", DATA, DATA + 0x10_0000) },
  args_sizes_get: { loop: call("args_sizes_get", RESULT, RESULT) },
  environ_get: { loop: call("environ_get", DATA, DATA + 0x10_0000) },
  environ_sizes_get: { loop: call("environ_sizes_get", RESULT, RESULT) },
  clock_res_get: { loop: call("clock_res_get", 2, RESULT) },
  clock_time_get: { loop: call("clock_time_get", 2, 0, RESULT) },
  fd_advise: { loop: call("fd_advise", FILE, 0, 0, 0) },
  fd_allocate: { loop: call("fd_allocate", FILE, 0, 1_000_000_000_000) },
  "fd_close, opening again": {
    loop: `${call("path_open", ROOT, 0, at(0), 1, 1, 66, 0, 0, RESULT)}${call("fd_close", OPENED)}`,
    texts: ["g"],
  },
  fd_close: { loop: call("fd_close", 99) },
  fd_datasync: { loop: call("fd_datasync", FILE) },
  fd_sync: { loop: call("fd_sync", FILE) },
  fd_fdstat_get: { loop: call("fd_fdstat_get", FILE, RESULT) },
  fd_fdstat_set_flags: { loop: call("fd_fdstat_set_flags", FILE, 0) },
  fd_fdstat_set_rights: { loop: call("fd_fdstat_set_rights", FILE, 0, 0) },
  "fd_filestat_get of a directory": { loop: call("fd_filestat_get", MANY, RESULT) },
  "fd_filestat_set_size of a file with many pieces": {
    loop: `${call("fd_pwrite", FILE, LIST, 1, `(i64.mul (i64.extend_i32_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))) (i64.const 65536))`, RESULT)}
      ${call("fd_filestat_set_size", FILE, 1_000_000_000_000)}${call("fd_filestat_set_size", FILE, 999_999_999_999)}`,
    before: `(i32.store (i32.const ${LIST}) (i32.const ${DATA})) (i32.store (i32.const ${LIST + 4}) (i32.const 1))`,
  },
  fd_filestat_set_times: { loop: call("fd_filestat_set_times", FILE, 1, 1, 5) },
  fd_pread: { loop: call("fd_pread", FILE, LIST, 1, 0, RESULT), before: wholeBuffer },
  "fd_pread past the end": {
    loop: call("fd_pread", FILE, LIST, 1, 1_000_000_000_000, RESULT),
    before: wholeBuffer,
  },
  "fd_pread of many buffers": { loop: call("fd_pread", FILE, LIST, 1024, 0, RESULT), before: smallBuffers },
  fd_prestat_dir_name: { loop: call("fd_prestat_dir_name", ROOT, DATA, 8192) },
  fd_prestat_get: { loop: call("fd_prestat_get", ROOT, RESULT) },
  fd_pwrite: { loop: call("fd_pwrite", FILE, LIST, 1, 0, RESULT), before: wholeBuffer },
  "fd_pwrite of many buffers": { loop: call("fd_pwrite", FILE, LIST, 1024, 0, RESULT), before: smallBuffers },
  "fd_read of stdin": { loop: call("fd_read", 0, LIST, 1, RESULT), before: wholeBuffer },
  "fd_read of stdin into nothing but empty buffers": { loop: call("fd_read", 0, LIST, 4_000_000, RESULT) },
  "fd_readdir from the start": { loop: call("fd_readdir", MANY, DATA, 65536, 0, RESULT) },
  "fd_readdir of one entry": { loop: call("fd_readdir", MANY, DATA, 25, 0, RESULT) },
  "fd_readdir going on": { loop: call("fd_readdir", MANY, DATA, 1_000_000, 1, RESULT) },
  fd_renumber: { loop: call("fd_renumber", FILE, FILE) },
  fd_seek: { loop: call("fd_seek", FILE, 0, 2, RESULT) },
  fd_tell: { loop: call("fd_tell", FILE, RESULT) },
  "fd_write to stdout": { loop: call("fd_write", 1, LIST, 1, RESULT), before: wholeBuffer },
  "fd_write of many buffers to stdout": {
    loop: call("fd_write", 1, LIST, 1024, RESULT),
    before: smallBuffers,
  },
  "fd_write of a byte to stdout": {
    loop: call("fd_write", 1, LIST, 1, RESULT),
    before: `(i32.store (i32.const ${LIST}) (i32.const ${DATA})) (i32.store (i32.const ${LIST + 4}) (i32.const 1))`,
  },
  "fd_write to a file that stores at once": {
    loop: call("fd_write", FILE, LIST, 1, RESULT),
    before: `${call("fd_fdstat_set_flags", FILE, 16)}(i32.store (i32.const ${LIST}) (i32.const ${DATA}))
      (i32.store (i32.const ${LIST + 4}) (i32.const 1))`,
  },
  "path_create_directory, ever deeper": {
    // Each turn opens the new directory in place of 5.
    loop: `${call("path_create_directory", MANY, at(0), 1)}${call("path_open", MANY, 0, at(0), 1, 2, 0x1fff_ffff, 0x1fff_ffff, 0, RESULT)}
      ${call("fd_renumber", OPENED, MANY)}`,
    texts: ["x"],
  },
  "path_create_directory, ever more": {
    loop: `${COUNTED}${call("path_create_directory", ROOT, at(0), 8)}`,
    texts: ["aaaaaaaa"],
  },
  "path_filestat_get of a long path": {
    loop: call("path_filestat_get", ROOT, 0, at(0), LONG.length, RESULT),
    texts: [LONG],
  },
  "path_filestat_get up and down": {
    loop: call("path_filestat_get", ROOT, 0, at(0), DEEP.length, RESULT),
    texts: [DEEP],
  },
  "path_filestat_get of what is not there": {
    loop: call("path_filestat_get", ROOT, 0, at(0), 1, RESULT),
    texts: ["?"],
  },
  "path_filestat_get through a chain of links": {
    loop: call("path_filestat_get", ROOT, 1, at(40), 2, RESULT),
    before: chain
      .map((text, i) => call("path_symlink", at(i), text.length, ROOT, at(40) + 8 * (i + 1), `k${i}`.length))
      .join("\n"),
    texts: [
      ...chain,
      "",
      Array.from({ length: 40 }, (_, i) => `k${i === 0 ? 0 : i - 1}`.padEnd(8, "\0")).join(""),
    ],
  },
  path_filestat_set_times: {
    loop: call("path_filestat_set_times", ROOT, 0, at(0), 1, 1, 1, 5),
    texts: ["f"],
  },
  "path_link and path_unlink_file": {
    loop: `${call("path_link", ROOT, 0, at(0), 1, ROOT, at(1), 1)}${call("path_unlink_file", ROOT, at(1), 1)}`,
    texts: ["f", "h"],
  },
  "path_open of what is not there": {
    loop: call("path_open", ROOT, 0, at(0), 1, 0, 2, 0, 0, RESULT),
    texts: ["?"],
  },
  "path_open until there are no more": {
    loop: call("path_open", ROOT, 0, at(0), 1, 0, 2, 0, 0, RESULT),
    texts: ["f"],
  },
  "path_open, truncating": {
    loop: `${call("path_open", ROOT, 0, at(0), 1, 9, 66, 0, 0, RESULT)}${call("fd_close", OPENED)}`,
    texts: ["f"],
  },
  path_readlink: {
    loop: call("path_readlink", ROOT, at(1), 1, DATA, 8192, RESULT),
    before: call("path_symlink", at(0), LONG.length, ROOT, at(1), 1),
    texts: [LONG, "l"],
  },
  "path_create_directory and path_remove_directory": {
    loop: `${call("path_create_directory", ROOT, at(0), 1)}${call("path_remove_directory", ROOT, at(0), 1)}`,
    texts: ["r"],
  },
  "path_rename back and forth": {
    loop: `${call("path_rename", ROOT, at(0), 1, ROOT, at(1), 1)}${call("path_rename", ROOT, at(1), 1, ROOT, at(0), 1)}`,
    texts: ["f", "h"],
  },
  "path_rename of a directory with many entries": {
    loop: `${call("path_rename", ROOT, at(0), 4, ROOT, at(1), 1)}${call("path_rename", ROOT, at(1), 1, ROOT, at(0), 4)}`,
    texts: ["many", "h"],
  },
  "path_symlink, ever more": {
    loop: `${COUNTED}${call("path_symlink", at(1), LONG.length, ROOT, at(0), 8)}`,
    texts: ["aaaaaaaa", LONG],
  },
  "path_unlink_file of what is not there": { loop: call("path_unlink_file", ROOT, at(0), 1), texts: ["?"] },
  "poll_oneoff of clocks": { loop: call("poll_oneoff", LIST, DATA, 16_384, RESULT) },
  "poll_oneoff of files": {
    loop: call("poll_oneoff", LIST, DATA, 16_384, RESULT),
    before: fill(
      16_384,
      48,
      `(i32.store8 offset=8 (local.get $at) (i32.const 1)) (i32.store offset=16 (local.get $at) (i32.const ${FILE}))`,
    ),
  },
  "poll_oneoff of nothing that is open": {
    loop: call("poll_oneoff", LIST, DATA, 16_384, RESULT),
    before: fill(
      16_384,
      48,
      `(i32.store8 offset=8 (local.get $at) (i32.const 2)) (i32.store offset=16 (local.get $at) (i32.const 99))`,
    ),
  },
  "proc_raise of what is ignored": { loop: call("proc_raise", 17) },
  random_get: { loop: call("random_get", DATA, 8_000_000) },
  "random_get of a byte": { loop: call("random_get", DATA, 1) },
  sched_yield: { loop: call("sched_yield") },
  "sock_accept, closing again": {
    loop: `${call("sock_accept", LISTENER, 4, RESULT)}${call("fd_close", OPENED)}`,
  },
  sock_recv: {
    loop: call("sock_recv", CONNECTION, LIST, 1, 0, RESULT, RESULT + 4),
    before: `${call("sock_accept", LISTENER, 4, RESULT)}${wholeBuffer}`,
  },
  "sock_recv of many buffers": {
    loop: call("sock_recv", CONNECTION, LIST, 1024, 0, RESULT, RESULT + 4),
    before: `${call("sock_accept", LISTENER, 4, RESULT)}${smallBuffers}`,
  },
  sock_send: {
    loop: call("sock_send", CONNECTION, LIST, 1, 0, RESULT),
    before: `${call("sock_accept", LISTENER, 4, RESULT)}${wholeBuffer}`,
  },
  sock_shutdown: {
    loop: call("sock_shutdown", CONNECTION, 3),
    before: call("sock_accept", LISTENER, 4, RESULT),
  },
};

const bytesOf = (text: string): string => text.replace(/\0/g, "\\00");

function watOf({ loop, before = "", texts = [] }: Attack): string {
  const imports = Object.entries(TYPES).map(([name, params]) => {
    const result = name === "proc_exit" ? "" : " (result i32)";
    return `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${params})${result}))`;
  });
  const data = texts.map((text, i) => `(data (i32.const ${at(i)}) "${bytesOf(text)}")`);
  return `(module
    ${imports.join("\n")}
    (memory (export "memory") ${PAGES})
    (data (i32.const 0x10) "f") (data (i32.const 0x20) "many")
    ${data.join("\n")}
    (func (export "_start") (local $i i32) (local $at i32)
      ${call("path_open", ROOT, 0, 0x10, 1, 1, 0x1fff_ffff, 0, 0, RESULT)}
      ${call("path_open", ROOT, 0, 0x20, 4, 2, 0x1fff_ffff, 0x1fff_ffff, 0, RESULT)}
      ${before}
      (loop $again ${loop} (br $again))))`;
}

/** Every one of them. `proc_exit` alone cannot be abused: it ends the guest. */
export const ABUSIVE_GUESTS: readonly AbusiveGuest[] = Object.entries(ATTACKS).map(([name, attack]) => ({
  name,
  isAboutFiles: /^(path|fd)_(?!(read|write).*std)/.test(name),
  wat: watOf(attack),
}));

/** The functions that are attacked, by their names. */
export const ATTACKED: ReadonlySet<string> = new Set(
  Object.values(ATTACKS).flatMap(({ loop, before = "" }) =>
    [...`${loop}${before}`.matchAll(/\(call \$(\w+)/g)].map(([, name]) => name as string),
  ),
);

/** All functions. */
export const FUNCTIONS: readonly string[] = Object.keys(TYPES);
