// What `wasmeter/node` adds to WASI for components: host directories, the process's streams, sockets and HTTP.

import { type OptionTable, readOptions, recordOf } from "../../checks/options.ts";
import type { FileSystem } from "../../wasi/fs/file-system.ts";
import { HostFileSystem } from "../../wasi/node/host-file-system.ts";
import { DIRECTORY, nodeHost } from "../../wasi/node/index.ts";
import { type ComponentWasiHost, type ComponentWasiOptions, WASI_COMPONENT_OPTIONS } from "../options.ts";
import { Wasi } from "../wasi.ts";
import { nodeHttpTransport } from "./http-transport.ts";
import { nodeSockets } from "./sockets.ts";

export { type NodeHttpOptions, nodeHttpTransport } from "./http-transport.ts";
export { nodeSockets } from "./sockets.ts";

/** The Node process around a guest: its standard streams for `"inherit"`, its clocks, sockets, resolver and HTTP. */
export function nodeComponentHost(): ComponentWasiHost {
  return { ...nodeHost(), sockets: nodeSockets(), transport: nodeHttpTransport() };
}

/** Options of {@link nodeComponentWasi}: host directories can be given by their paths. */
export interface NodeComponentWasiOptions extends Omit<ComponentWasiOptions, "preopens" | "host"> {
  /** Directories by the path under which the guest sees them: a host path, or any file system. */
  readonly preopens?: Readonly<Record<string, string | FileSystem>>;
}

const { host: _own, ...COMMON_OPTIONS } = WASI_COMPONENT_OPTIONS;

const NODE_OPTIONS = {
  ...COMMON_OPTIONS,
  preopens: recordOf("an object of directories by guest path", DIRECTORY),
} satisfies OptionTable<NodeComponentWasiOptions>;

/**
 * WASI 0.2 for a component in a Node process. Nothing is granted that the options do not name: `stdout: "inherit"` must be said, and
 * the network is closed until `network` opens it.
 *
 *     const wasi = nodeComponentWasi({ preopens: { "/data": "./data" }, network: { connect: ["db.example:5432"] } });
 *
 * @throws TypeError, RangeError for options that make no sense; Error (Node's) if a directory does not exist
 */
export function nodeComponentWasi(options: NodeComponentWasiOptions = {}): Wasi {
  const { preopens } = readOptions("nodeComponentWasi", options, NODE_OPTIONS);
  const opened: Record<string, FileSystem> = {};
  for (const [name, directory] of Object.entries(preopens ?? {})) {
    opened[name] = typeof directory === "string" ? new HostFileSystem(directory) : directory;
  }
  return new Wasi({ ...options, preopens: opened, host: nodeComponentHost() });
}
