// What `wasmeter/node` adds to WASI: host directories, the process's streams, blocking.

import type { FileSystem } from "../fs/file-system.ts";
import { WasiPreview1 } from "../preview1.ts";
import type { WasiHost, WasiOptions } from "../state.ts";
import { nodeClock } from "./clock.ts";
import { HostFileSystem } from "./host-file-system.ts";
import { outputToDescriptor, processStdin, sleep } from "./stdio.ts";

export { HostFileSystem, type HostFileSystemOptions } from "./host-file-system.ts";
export { listenTcp, type TcpListener } from "./sockets.ts";
export { inputFromFile, inputFromStream, outputToDescriptor } from "./stdio.ts";

/**
 * The Node process around a guest: its standard streams for `"inherit"`, and its clocks.
 *
 * @param options.blocking lets a guest that waits in a synchronous call block the thread. Default false: it gets
 * `WouldBlockError`. In asynchronous calls it parks, whatever this says.
 */
export function nodeHost(options: { readonly blocking?: boolean } = {}): WasiHost {
  return {
    stdin: processStdin,
    stdout: () => outputToDescriptor(1),
    stderr: () => outputToDescriptor(2),
    clock: nodeClock(),
    ...(options.blocking === true ? { blocking: { sleep } } : {}),
  };
}

/** Options of {@link nodeWasi}: host directories can be given by their paths. */
export interface NodeWasiOptions extends Omit<WasiOptions, "preopens" | "host"> {
  /** Directories by the path under which the guest sees them: a host path, or any file system. */
  readonly preopens?: Readonly<Record<string, string | FileSystem>>;
  /** Whether waiting in a synchronous call blocks the thread; otherwise it is `WouldBlockError`. Default true. */
  readonly blocking?: boolean;
}

/**
 * WASI for a guest in a Node process. Nothing is granted that the options do not name: `stdout: "inherit"` must be said.
 *
 * @throws Error (Node's) if a directory does not exist
 */
export function nodeWasi(options: NodeWasiOptions = {}): WasiPreview1 {
  const { preopens = {}, blocking = true, ...rest } = options;
  const opened: Record<string, FileSystem> = {};
  for (const [name, directory] of Object.entries(preopens)) {
    opened[name] = typeof directory === "string" ? new HostFileSystem(directory) : directory;
  }
  return new WasiPreview1({ ...rest, preopens: opened, host: nodeHost({ blocking }) });
}
