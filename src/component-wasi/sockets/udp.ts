// wasi:sockets/udp: sockets, and the two streams of datagrams that each has.

import { ComponentError } from "../../component/api/component-error.ts";
import { disposeSymbol } from "../../host.ts";
import { WasiError } from "../../wasi/abi.ts";
import { brokenContract, socketFailure } from "../error-codes.ts";
import { Pollable, type Source } from "../io/poll.ts";
import { HostResource, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { endpointOf, type IpSocketAddress, remoteOf, socketAddress } from "./addresses.ts";
import { isMeant, type OutgoingDatagram, targetOf } from "./datagrams.ts";
import type { Network } from "./network.ts";
import { cannotBegin, invalidState, Operation, requireGrant, requireSockets } from "./operation.ts";
import type { BoundUdp, Endpoint, Family, SocketHost } from "./socket-host.ts";
import { UdpSettings } from "./udp-settings.ts";

type Status =
  | { readonly is: "unbound" }
  | { readonly is: "binding"; readonly operation: Operation<BoundUdp> }
  | { readonly is: "bound"; readonly shared: SharedUdp }
  | { readonly is: "closed" };

/** Datagrams of one call, at most. */
const MAX_DATAGRAMS = 64;

/** A bound socket, closed when it and its streams are dropped. */
class SharedUdp {
  readonly bound: BoundUdp;
  /** Whom the socket talks to alone, if it does. */
  remote: Endpoint | undefined;
  /** Streams of an earlier `stream` have no effect any more. */
  generation = 0;
  readonly #state: WasiState;
  #users = 1;

  constructor(state: WasiState, bound: BoundUdp) {
    this.#state = state;
    this.bound = bound;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.#state.closeOne(this.bound);
  }
}

interface IncomingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress: IpSocketAddress;
}

/** The resource `incoming-datagram-stream`. */
export class IncomingDatagramStream extends HostResource {
  static {
    resource(socketFailure, IncomingDatagramStream);
  }

  readonly #shared: SharedUdp;
  readonly #generation: number;
  readonly #held: IncomingDatagram[] = [];
  #dropped = false;

  constructor(state: WasiState, shared: SharedUdp) {
    super(state);
    this.#shared = shared.retain();
    this.#generation = shared.generation;
  }

  /**
   * What has arrived, at most `most` and 64 datagrams. Those of others than the socket talks to, and of addresses that are not granted, are
   * thrown away. Charges each byte that it gives.
   */
  receive(most: bigint): IncomingDatagram[] {
    if (this.#generation !== this.#shared.generation) return [];
    const limit = most > BigInt(MAX_DATAGRAMS) ? MAX_DATAGRAMS : Number(most);
    this.#hold(limit);
    const given = this.#held.slice(0, limit);
    let bytes = 0;
    for (const { data } of given) bytes += data.length;
    // What a guest cannot pay for is still there when it can.
    this.state.meter.charge("perHostByte", bytes);
    this.#held.splice(0, given.length);
    return given;
  }

  /** Takes datagrams from the socket until there are `limit`. */
  #hold(limit: number): void {
    const { bound, remote } = this.#shared;
    for (let looked = 0; looked < MAX_DATAGRAMS && this.#held.length < limit; looked++) {
      const datagram = bound.receive();
      if (datagram === undefined) break;
      if (isMeant(this.state, remote, datagram))
        this.#held.push({ data: datagram.data, remoteAddress: socketAddress(datagram.remote) });
    }
  }

  subscribe(): Pollable {
    return new Pollable(this.state, this.#shared.bound.readable, this);
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    if (!this.#dropped) this.#shared.release();
    this.#dropped = true;
  }
}

/** The resource `outgoing-datagram-stream`. */
export class OutgoingDatagramStream extends HostResource {
  static {
    resource(socketFailure, OutgoingDatagramStream);
  }

  readonly #shared: SharedUdp;
  readonly #generation: number;
  readonly #family: Family;
  #permitted = 0;
  #dropped = false;

  constructor(state: WasiState, shared: SharedUdp, family: Family) {
    super(state);
    this.#shared = shared.retain();
    this.#generation = shared.generation;
    this.#family = family;
  }

  /** Datagrams that the next `send` may have. */
  checkSend(): bigint {
    this.#permitted = this.#shared.bound.writable.ready ? MAX_DATAGRAMS : 0;
    return BigInt(this.#permitted);
  }

  /**
   * Sends what `check-send` has permitted; more traps. Gives how many went; a failure after the first is left for the next call.
   * `access-denied` without a grant; `datagram-too-large`; `invalid-argument`: no address, or another than the socket's.
   * Charges each byte.
   */
  send(datagrams: readonly OutgoingDatagram[]): bigint {
    if (datagrams.length > this.#permitted) throw brokenContract("send: more than check-send has permitted");
    let bytes = 0;
    for (const { data } of datagrams) bytes += data.length;
    const settle = this.state.chargeTransfer(bytes);
    this.#permitted = 0;
    let sent = 0;
    let moved = 0;
    try {
      for (const datagram of datagrams) {
        if (!this.#send(datagram)) break;
        sent++;
        moved += datagram.data.length;
      }
    } catch (error) {
      if (sent === 0 || !(WasiError.isMade(error) || ComponentError.isMade(error))) throw error;
    } finally {
      settle(moved);
    }
    return BigInt(sent);
  }

  subscribe(): Pollable {
    return new Pollable(this.state, this.#shared.bound.writable, this);
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    if (!this.#dropped) this.#shared.release();
    this.#dropped = true;
  }

  #send(datagram: OutgoingDatagram): boolean {
    const { bound, remote: only, generation } = this.#shared;
    if (this.#generation !== generation) throw invalidState();
    return bound.send({
      data: datagram.data,
      remote: targetOf(this.state, this.#family, only, datagram),
    });
  }
}

type DatagramStreams = [IncomingDatagramStream, OutgoingDatagramStream];

/** The resource `udp-socket`. */
export class UdpSocket extends UdpSettings {
  static {
    resource(socketFailure, UdpSocket, UdpSettings);
  }

  readonly #host: SocketHost;
  readonly #family: Family;
  #status: Status = { is: "unbound" };

  constructor(state: WasiState, host: SocketHost, family: Family) {
    super(state);
    this.#host = host;
    this.#family = family;
  }

  protected override get bound(): BoundUdp | undefined {
    return this.#status.is === "bound" ? this.#status.shared.bound : undefined;
  }

  /** `access-denied` without a grant; any free port of all addresses goes with each grant to send. */
  startBind(_network: Network, local: IpSocketAddress): void {
    if (this.#status.is !== "unbound") throw cannotBegin(this.#status.is === "binding");
    const endpoint = endpointOf(local, this.#family);
    requireGrant(this.state.network.mayBindUdp(endpoint.address, endpoint.port));
    this.state.reserve();
    this.#status = { is: "binding", operation: new Operation(this.#bind(endpoint)) };
  }

  finishBind(): void {
    const status = this.#status;
    if (status.is !== "binding") throw new ComponentError("not-in-progress");
    let bound: BoundUdp;
    try {
      bound = status.operation.finish();
    } catch (error) {
      if (status.operation.ready) this.#status = { is: "unbound" };
      throw error;
    }
    bound.setHopLimit?.(this.options.hopLimit);
    this.#status = { is: "bound", shared: new SharedUdp(this.state, bound) };
  }

  /** Streams from and to anybody, or one address alone; `access-denied` without a grant for that. Earlier streams end. */
  stream(remoteAddress?: IpSocketAddress): DatagramStreams | Promise<DatagramStreams> {
    const { shared } = this.#bound();
    const remote = remoteAddress === undefined ? undefined : remoteOf(remoteAddress, this.#family, "udp");
    if (remote !== undefined) requireGrant(this.state.network.maySendUdp(remote.address, remote.port));
    const isConnected = shared.remote !== undefined || remote !== undefined;
    // Who cannot be connected is connected to nobody any more.
    shared.remote = undefined;
    shared.generation++;
    const streams = (): DatagramStreams => {
      shared.remote = remote;
      return [
        new IncomingDatagramStream(this.state, shared),
        new OutgoingDatagramStream(this.state, shared, this.#family),
      ];
    };
    const connecting = isConnected ? shared.bound.connect?.(remote) : undefined;
    return connecting === undefined ? streams() : connecting.then(streams);
  }

  localAddress(): IpSocketAddress {
    return socketAddress(this.#bound().shared.bound.local);
  }

  remoteAddress(): IpSocketAddress {
    const { remote } = this.#bound().shared;
    if (remote === undefined) throw invalidState();
    return socketAddress(remote);
  }

  addressFamily(): Family {
    return this.#family;
  }

  unicastHopLimit(): number {
    return this.options.hopLimit;
  }

  receiveBufferSize(): bigint {
    return this.options.receiveBuffer;
  }

  sendBufferSize(): bigint {
    return this.options.sendBuffer;
  }

  subscribe(): Pollable {
    const current = (): Source | undefined =>
      this.#status.is === "binding" ? this.#status.operation : undefined;
    const source: Source = {
      get ready() {
        return current()?.ready ?? true;
      },
      whenReady: () => current()?.whenReady() ?? Promise.resolve(),
    };
    return new Pollable(this.state, source, this);
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    const status = this.#status;
    this.#status = { is: "closed" };
    if (status.is === "bound") status.shared.release();
    else if (status.is === "binding") status.operation.whenDone((bound) => this.state.closeOne(bound));
  }

  #bound(): Extract<Status, { is: "bound" }> {
    if (this.#status.is !== "bound") throw invalidState();
    return this.#status;
  }

  async #bind(endpoint: Endpoint): Promise<BoundUdp> {
    const bound = await this.#host.bindUdp(endpoint);
    this.state.opened(bound);
    return bound;
  }
}

/** Makes a socket. Always can: only what is done with it needs grants. */
export function createUdpSocket(state: WasiState, family: Family): UdpSocket {
  return new UdpSocket(state, requireSockets(state), family);
}
