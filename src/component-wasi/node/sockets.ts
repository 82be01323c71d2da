// Node's sockets and its resolver for guests. What is granted was checked before anything gets here.

import type { LookupAddress } from "node:dns";
import * as dns from "node:dns/promises";
import * as net from "node:net";
import { WasiError } from "../../wasi/abi.ts";
import { toWasiError } from "../../wasi/node/errno.ts";
import { connection } from "../../wasi/node/sockets.ts";
import { WaitingConnections } from "../../wasi/node/waiting-connections.ts";
import { type IpAddress, ipAddressText, parseIpAddress } from "../network/ip-address.ts";
import { unspecified } from "../sockets/addresses.ts";
import type { BoundTcp, Endpoint, SocketHost, TcpAcceptor, TcpConnection } from "../sockets/socket-host.ts";
import { bindUdp } from "./udp.ts";

/** Node's sockets and resolver. */
export function nodeSockets(): SocketHost {
  return {
    bindTcp,
    connectTcp: (remote, signal) => connect(remote, undefined, signal),
    bindUdp,
    lookup,
  };
}

/** An address and port as Node tells them. */
function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  // A zone behind % is the host's affair.
  const parsed = parseIpAddress((address ?? "").replace(/%.*$/, ""));
  return { address: parsed ?? unspecified("ipv4").address, port: port ?? 0 };
}

async function lookup(name: string): Promise<readonly IpAddress[]> {
  let found: readonly LookupAddress[];
  try {
    found = await dns.lookup(name, { all: true, verbatim: true });
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    throw new WasiError(code === "EAI_AGAIN" ? "again" : "noent", "the name cannot be resolved");
  }
  return found.map(({ address }) => endpoint(address, 0).address);
}

function established(socket: net.Socket): TcpConnection {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  return Object.assign(connection(socket), {
    local: endpoint(localAddress, localPort),
    remote: endpoint(remoteAddress, remotePort),
    setKeepAlive: (enabled: boolean, idleMs: number): void => void socket.setKeepAlive(enabled, idleMs),
  });
}

function connect(remote: Endpoint, local: Endpoint | undefined, signal: AbortSignal): Promise<TcpConnection> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({
      host: ipAddressText(remote.address),
      port: remote.port,
      allowHalfOpen: true,
      ...(local !== undefined && { localAddress: ipAddressText(local.address), localPort: local.port }),
    });
    socket.pause();
    const abort = (): void => void socket.destroy(new Error("the guest has given up"));
    signal.addEventListener("abort", abort, { once: true });
    const settle = (): void => {
      signal.removeEventListener("abort", abort);
      socket.off("error", fail);
    };
    const fail = (error: unknown): void => {
      settle();
      reject(toWasiError(error));
    };
    socket.once("error", fail);
    socket.once("connect", () => {
      settle();
      // One that dies before the guest looks is reported by its first read.
      socket.on("error", () => {});
      resolve(established(socket));
    });
  });
}

/**
 * Binds by listening: Node has no other way to hold a port. Until the guest listens, whoever connects is sent away at once, which
 * is what a bound socket would do.
 */
async function bindTcp(local: Endpoint): Promise<BoundTcp> {
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true });
  let backlog = 0;
  const waiting = new WaitingConnections(
    server,
    () => backlog,
    (socket) => socket.resetAndDestroy(),
  );
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => reject(toWasiError(error));
    server.once("error", fail);
    server.listen(
      { host: ipAddressText(local.address), port: local.port, ipv6Only: local.address.tag === "ipv6" },
      () => {
        server.off("error", fail);
        resolve();
      },
    );
  });
  // Later errors concern single connections.
  server.on("error", () => {});
  server.unref();
  const bound = server.address() as net.AddressInfo;
  const where = endpoint(bound.address, bound.port);
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.destroy();
      if (server.listening) server.close(() => resolve());
      else resolve();
    });
  const acceptor: TcpAcceptor = {
    get ready() {
      return waiting.ready;
    },
    accept() {
      const socket = waiting.take();
      return socket === undefined ? undefined : established(socket);
    },
    whenReady: () => waiting.whenReady(),
  };
  return {
    local: where,
    async connect(remote, signal) {
      await close();
      return connect(remote, where, signal);
    },
    listen(most) {
      backlog = most;
      return acceptor;
    },
    close,
  };
}
