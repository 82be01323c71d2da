// What the machine around has to do for wasi:sockets, as an interface. `wasmeter/node` implements it; what is granted was checked before.

import type { SocketConnection, Waitable } from "../../wasi/sockets.ts";
import type { IpAddress } from "../network/ip-address.ts";

/** An address and a port. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

export type Family = "ipv4" | "ipv6";

/** An established connection, and its ends. */
export interface TcpConnection extends SocketConnection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Sets what the platform has: keep-alive, in milliseconds. */
  setKeepAlive?(enabled: boolean, idleMs: number): void;
}

/** A TCP socket that has a local address and is neither connected nor listening. */
export interface BoundTcp {
  readonly local: Endpoint;
  /** Gives the address up, and connects from it. Rejects with WasiError. */
  connect(remote: Endpoint, signal: AbortSignal): Promise<TcpConnection>;
  /** From now on connections are kept to be accepted. */
  listen(backlog: number): TcpAcceptor;
  close(): void | Promise<void>;
}

/** A listening socket. Closed by what it was bound as. */
export interface TcpAcceptor extends Waitable {
  readonly ready: boolean;
  /** The next connection; `undefined` if there is none yet. Throws WasiError. */
  accept(): TcpConnection | undefined;
}

/** A datagram, with where it came from or goes to. */
export interface Datagram {
  readonly data: Uint8Array;
  readonly remote: Endpoint;
}

/** A UDP socket that has a local address. */
export interface BoundUdp {
  /** Where it is bound; while it is connected, where its datagrams leave from. */
  readonly local: Endpoint;
  readonly readable: Waitable & { readonly ready: boolean };
  readonly writable: Waitable & { readonly ready: boolean };
  /** The next datagram; `undefined` if there is none yet. Throws WasiError. */
  receive(): Datagram | undefined;
  /** Hands a datagram over; false, if there is no room for it yet. Throws WasiError. */
  send(datagram: Datagram): boolean;
  /**
   * Talks to one endpoint alone from now on, or to anybody again. Connected, `receive` tells that nobody is there. Rejects with
   * WasiError: it talks to anybody then.
   */
  connect?(remote: Endpoint | undefined): Promise<void>;
  setHopLimit?(hops: number): void;
  close(): void | Promise<void>;
}

/** What can be done with sockets. Every failure is a WasiError. */
export interface SocketHost {
  /** Binds a TCP socket; port 0 is any free one. */
  bindTcp(local: Endpoint): Promise<BoundTcp>;
  /** Connects a TCP socket from any free address. */
  connectTcp(remote: Endpoint, signal: AbortSignal): Promise<TcpConnection>;
  bindUdp(local: Endpoint): Promise<BoundUdp>;
  /** All addresses of a name, at least one. Rejects with WasiError `noent` if it has none, `again` if that may change soon. */
  lookup(name: string): Promise<readonly IpAddress[]>;
}
