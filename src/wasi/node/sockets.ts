// Listening TCP sockets of the host, granted to a guest. Asynchronous underneath: they need asynchronous calls.

import * as net from "node:net";
import { BOOLEAN, readOptions, STRING } from "../../checks/options.ts";
import { WasiError } from "../abi.ts";
import type { SocketConnection, SocketListener, Waitable } from "../sockets.ts";
import { toWasiError } from "./errno.ts";
import { WaitingConnections } from "./waiting-connections.ts";

/** Connections that wait to be accepted; more are closed at once. */
const MAX_WAITING = 64;
/** Bytes of a connection that are kept for sending; then writes wait. */
const MAX_UNSENT_BYTES = 65_536;
/** How long a connection that the guest has closed may take to send what is left. */
const MAX_LINGER_MS = 10_000;

/** A listener and where it listens, as `host:port`. */
export interface TcpListener extends SocketListener {
  readonly address: string;
}

/** Reads `host:port` or `[v6]:port`; `undefined` for anything else. */
export function parseTcpAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const [, v6, name, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/\s[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (v6 !== undefined && !net.isIPv6(v6))) return undefined;
  return { host, port };
}

/**
 * Opens a listening TCP socket.
 *
 * @param address `host:port`, `[v6]:port`; port 0 is any free one
 * @param options.nonblock whether the guest's descriptor begins with `nonblock`, as Go programs need. Default false
 * @throws TypeError on a malformed address; Error (Node's) if it cannot be had
 */
export async function listenTcp(
  address: string,
  options?: { readonly nonblock?: boolean },
): Promise<TcpListener> {
  STRING.read(address, "listenTcp(address, options): address");
  const { nonblock = false } = readOptions("listenTcp", options, { nonblock: BOOLEAN });
  const wanted = parseTcpAddress(address);
  if (wanted === undefined) throw new TypeError(`not an address to listen on: ${address}`);
  // A peer that has sent everything may still read: the guest ends its own direction.
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
  const waiting = new WaitingConnections(
    server,
    () => MAX_WAITING,
    (socket) => socket.destroy(),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...wanted }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  // Later errors concern single connections.
  server.on("error", () => {});
  const bound = server.address();
  const where =
    bound === null || typeof bound === "string"
      ? address
      : `${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`;
  // An idle listener must not keep a process alive whose guest has ended.
  server.unref();
  return {
    address: where,
    nonblock,
    get ready() {
      return waiting.ready;
    },
    accept() {
      const socket = waiting.take();
      return socket === undefined ? undefined : connection(socket);
    },
    whenReady: () => waiting.whenReady(),
    close() {
      waiting.destroy();
      server.close();
    },
  };
}

/** Waits for one of several events of a socket, unless `ready` already. */
function waitable(socket: net.Socket, events: readonly string[], ready: () => boolean): Waitable {
  let waiting: Promise<void> | undefined;
  const wait = async (): Promise<void> => {
    while (!ready()) {
      await new Promise<void>((resolve) => {
        const done = () => {
          for (const event of events) socket.off(event, done);
          resolve();
        };
        for (const event of events) socket.on(event, done);
      });
    }
    waiting = undefined;
  };
  return {
    whenReady() {
      if (ready()) return Promise.resolve();
      // Shared by all who wait, so that a guest that polls again and again adds no listeners.
      waiting ??= wait();
      return waiting;
    },
  };
}

/** A connected socket of Node's as a guest's; it should be paused until then. */
export function connection(socket: net.Socket): SocketConnection {
  let rest: Uint8Array = new Uint8Array(0);
  // It may have died while it waited to be accepted.
  let ended = socket.destroyed || socket.readableEnded;
  let failure: WasiError | undefined;
  socket.on("end", () => {
    ended = true;
  });
  socket.on("close", () => {
    ended = true;
  });
  socket.on("error", (error) => {
    const translated = toWasiError(error);
    failure = WasiError.isMade(translated) ? translated : new WasiError("io");
    ended = true;
  });
  // Paused since it was accepted by the host; from here data are read when asked for.
  socket.on("readable", () => {});
  const pull = (): void => {
    if (rest.length > 0 || ended) return;
    const chunk: unknown = socket.read();
    if (chunk instanceof Uint8Array) rest = chunk;
  };
  const readable = (): boolean => {
    pull();
    return rest.length > 0 || ended;
  };
  const writable = (): boolean =>
    failure !== undefined ||
    socket.destroyed ||
    socket.writableEnded ||
    socket.writableLength < MAX_UNSENT_BYTES;
  return {
    readable: waitable(socket, ["readable", "end", "close", "error"], readable),
    writable: waitable(socket, ["drain", "close", "error"], writable),
    get available() {
      pull();
      return rest.length;
    },
    get ended() {
      pull();
      return ended;
    },
    get canWrite() {
      return writable();
    },
    read(length, peek) {
      if (!readable()) return undefined;
      if (rest.length === 0 && failure !== undefined) throw failure;
      const chunk = rest.subarray(0, length);
      if (!peek) rest = rest.subarray(chunk.length);
      return chunk;
    },
    write(bytes) {
      if (failure !== undefined || socket.destroyed || socket.writableEnded) throw new WasiError("pipe");
      const part = bytes.slice(0, Math.max(0, MAX_UNSENT_BYTES - socket.writableLength));
      if (part.length > 0) socket.write(part);
      return part.length;
    },
    shutdown(read, write) {
      if (read) {
        ended = true;
        rest = rest.subarray(0, 0);
        socket.resume();
      }
      if (write) socket.end();
    },
    close() {
      // What was written is still sent, unless the peer does not take it.
      return new Promise((resolve) => {
        const giveUp = setTimeout(() => socket.destroy(), MAX_LINGER_MS);
        giveUp.unref();
        const done = () => {
          clearTimeout(giveUp);
          resolve();
        };
        if (socket.destroyed) return done();
        socket.once("close", done);
        // Nobody reads any more: what comes is thrown away, so that it does not reset the connection.
        socket.removeAllListeners("readable");
        socket.resume();
        socket.destroySoon();
      });
    },
  };
}
