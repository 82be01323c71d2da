// wasi:sockets/types 0.3: the resource udp-socket.

import { noteWait } from "../../component/api/host-notes.ts";
import { disposeSymbol } from "../../host.ts";
import { resource } from "../resource.ts";
import {
  endpointOf,
  type IpSocketAddress,
  remoteOf,
  socketAddress,
  unspecified,
} from "../sockets/addresses.ts";
import { isMeant, MAX_DATAGRAM_BYTES, targetOf } from "../sockets/datagrams.ts";
import { invalidState, requireGrant, requireSockets } from "../sockets/operation.ts";
import type { BoundUdp, Datagram, Endpoint, Family, SocketHost } from "../sockets/socket-host.ts";
import { UdpSettings } from "../sockets/udp-settings.ts";
import type { WasiState } from "../state.ts";
import { failure } from "./socket-errors.ts";

/** The resource `udp-socket`. */
export class UdpSocket3 extends UdpSettings {
  static {
    resource(failure, UdpSocket3, UdpSettings);
  }

  readonly #family: Family;
  readonly #host: SocketHost;
  #bound: BoundUdp | undefined;
  #isBinding = false;
  #isDropped = false;
  /** Whom it talks to alone, if it does. */
  #remote: Endpoint | undefined;

  constructor(state: WasiState, host: SocketHost, family: Family) {
    super(state);
    this.#host = host;
    this.#family = family;
  }

  protected override get bound(): BoundUdp | undefined {
    return this.#bound;
  }

  /** `access-denied` without a grant; any free port of all addresses goes with each grant to send. */
  bind(local: IpSocketAddress): Promise<void> {
    const endpoint = endpointOf(local, this.#family);
    requireGrant(this.state.network.mayBindUdp(endpoint.address, endpoint.port));
    return this.#bind(endpoint);
  }

  /** Binds a socket that is not. `access-denied` without a grant to send there. */
  async connect(address: IpSocketAddress): Promise<void> {
    const remote = remoteOf(address, this.#family, "udp");
    requireGrant(this.state.network.maySendUdp(remote.address, remote.port));
    if (this.#bound === undefined) await this.#bindAnywhere();
    const bound = this.#open();
    // Who cannot be connected is connected to nobody any more.
    this.#remote = undefined;
    await bound.connect?.(remote);
    this.#remote = remote;
  }

  async disconnect(): Promise<void> {
    if (this.#remote === undefined) throw invalidState();
    this.#remote = undefined;
    await this.#open().connect?.(undefined);
  }

  /**
   * `access-denied` without a grant; `datagram-too-large`; `invalid-argument`: no address, or another than the socket's. Binds a socket
   * that is not. Charges each byte.
   */
  async send(data: Uint8Array, remoteAddress: IpSocketAddress | undefined): Promise<void> {
    const { state } = this;
    const remote = targetOf(state, this.#family, this.#remote, { data, remoteAddress });
    state.chargeTransfer(data.length);
    if (this.#bound === undefined) await this.#bindAnywhere();
    const bound = this.#open();
    await state.waitFor(bound.writable, () => bound.send({ data, remote }) || undefined);
  }

  /**
   * The next datagram; those of others than the socket talks to, and of addresses that are not granted, are thrown away. Charges each byte
   * that it gives.
   */
  receive(): Promise<[Uint8Array, IpSocketAddress]> {
    const bound = this.#open();
    const { state } = this;
    const settle = state.chargeTransfer(MAX_DATAGRAM_BYTES);
    // What has come to nobody is the next one's.
    let isWanted = true;
    const nothing: Datagram = { data: new Uint8Array(0), remote: bound.local };
    const receiving = state.waitFor(bound.readable, () => (isWanted ? this.#next(bound) : nothing));
    const received = Promise.resolve(receiving).then(({ data, remote }): [Uint8Array, IpSocketAddress] => {
      settle(data.length);
      return [data, socketAddress(remote)];
    });
    return noteWait(received, {
      cancelled: () => {
        isWanted = false;
      },
    });
  }

  getLocalAddress(): IpSocketAddress {
    return socketAddress(this.#open().local);
  }

  getRemoteAddress(): IpSocketAddress {
    if (this.#remote === undefined) throw invalidState();
    return socketAddress(this.#remote);
  }

  getAddressFamily(): Family {
    return this.#family;
  }

  getUnicastHopLimit(): number {
    return this.options.hopLimit;
  }

  getReceiveBufferSize(): bigint {
    return this.options.receiveBuffer;
  }

  getSendBufferSize(): bigint {
    return this.options.sendBuffer;
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    this.#isDropped = true;
    if (this.#bound !== undefined) this.state.closeOne(this.#bound);
    this.#bound = undefined;
  }

  #next(bound: BoundUdp): Datagram | undefined {
    for (;;) {
      const datagram = bound.receive();
      if (datagram === undefined || isMeant(this.state, this.#remote, datagram)) return datagram;
    }
  }

  #open(): BoundUdp {
    if (this.#bound === undefined) throw invalidState();
    return this.#bound;
  }

  #bindAnywhere(): Promise<void> {
    const any = unspecified(this.#family);
    requireGrant(this.state.network.mayBindUdp(any.address, any.port));
    return this.#bind(any);
  }

  async #bind(endpoint: Endpoint): Promise<void> {
    if (this.#bound !== undefined || this.#isBinding) throw invalidState();
    const { state } = this;
    state.reserve();
    this.#isBinding = true;
    try {
      const bound = await this.#host.bindUdp(endpoint);
      state.opened(bound);
      bound.setHopLimit?.(this.options.hopLimit);
      if (this.#isDropped) state.closeOne(bound);
      else this.#bound = bound;
    } finally {
      this.#isBinding = false;
    }
  }
}

/** `udp-socket.create`. Always can: only what is done with it needs grants. */
export function createUdpSocket3(state: WasiState, family: Family): UdpSocket3 {
  return new UdpSocket3(state, requireSockets(state), family);
}
