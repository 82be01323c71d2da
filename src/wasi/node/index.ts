// What `wasmeter/node` adds to WASI: host directories, the process's streams, blocking.

import { BOOLEAN, type OptionTable, readOptions, recordOf, type Shape } from "../../checks/options.ts";
import type { FileSystem } from "../fs/file-system.ts";
import type { WasiHost, WasiOptions } from "../grants.ts";
import { FILE_SYSTEM, WASI_OPTIONS } from "../options.ts";
import { WasiPreview1 } from "../preview1.ts";
import { nodeClock } from "./clock.ts";
import { HostFileSystem } from "./host-file-system.ts";
import { outputToDescriptor, processStdin, sleep } from "./stdio.ts";

export { type HeapLimits, heapLimits } from "./heap-limits.ts";
export { HostFileSystem, type HostFileSystemOptions, PseudoFileSystemError } from "./host-file-system.ts";
export type { PseudoFileSystem } from "./pseudo-file-systems.ts";
export { listenTcp, type TcpListener } from "./sockets.ts";
export { inputFromFile, inputFromStream, outputToDescriptor } from "./stdio.ts";

/**
 * The Node process around a guest: its standard streams for `"inherit"`, and its clocks.
 *
 * @param options.blocking lets a guest that waits in a synchronous call block the thread. Default false: it gets
 * `WouldBlockError`. In asynchronous calls it parks, whatever this says.
 * @throws TypeError for options that make no sense
 */
export function nodeHost(options?: { readonly blocking?: boolean }): WasiHost {
  const { blocking = false } = readOptions("nodeHost", options, { blocking: BOOLEAN });
  return {
    stdin: processStdin,
    stdout: () => outputToDescriptor(1),
    stderr: () => outputToDescriptor(2),
    clock: nodeClock(),
    ...(blocking ? { blocking: { sleep } } : {}),
  };
}

/** Options of {@link nodeWasi}: host directories can be given by their paths. */
export interface NodeWasiOptions extends Omit<WasiOptions, "preopens" | "host"> {
  /** Directories by the path under which the guest sees them: a host path, or any file system. */
  readonly preopens?: Readonly<Record<string, string | FileSystem>>;
  /** Whether waiting in a synchronous call blocks the thread; otherwise it is `WouldBlockError`. Default true. */
  readonly blocking?: boolean;
}

/** A path of the host, or a file system. */
export const DIRECTORY: Shape<string | FileSystem> = {
  expected: "a path of the host, or a file system",
  read: (value, what) => (typeof value === "string" ? value : FILE_SYSTEM.read(value, what)),
};

const { host: _own, ...COMMON_OPTIONS } = WASI_OPTIONS;

const NODE_WASI_OPTIONS = {
  ...COMMON_OPTIONS,
  preopens: recordOf("an object of directories by guest path", DIRECTORY),
  blocking: BOOLEAN,
} satisfies OptionTable<NodeWasiOptions>;

/**
 * WASI for a guest in a Node process. Nothing is granted that the options do not name: `stdout: "inherit"` must be said.
 *
 * @throws TypeError, RangeError for options that make no sense; Error (Node's) if a directory does not exist
 */
export function nodeWasi(options?: NodeWasiOptions): WasiPreview1 {
  const read = readOptions("nodeWasi", options, NODE_WASI_OPTIONS);
  const { preopens = {}, blocking = true, ...rest } = read;
  const opened: Record<string, FileSystem> = {};
  for (const [name, directory] of Object.entries(preopens)) {
    opened[name] = typeof directory === "string" ? new HostFileSystem(directory) : directory;
  }
  return new WasiPreview1({ ...rest, preopens: opened, host: nodeHost({ blocking }) });
}
