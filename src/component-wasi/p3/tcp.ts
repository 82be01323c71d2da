// wasi:sockets/types 0.3: the resource tcp-socket, whose connections and directions are streams.

import { noteWait } from "../../component/api/host-notes.ts";
import { disposeSymbol, makeAbort } from "../../host.ts";
import { WasiError } from "../../wasi/abi.ts";
import { resource } from "../resource.ts";
import {
  endpointOf,
  type IpSocketAddress,
  isUnicast,
  remoteOf,
  socketAddress,
  unspecified,
} from "../sockets/addresses.ts";
import { invalidState, requireGrant, requireSockets } from "../sockets/operation.ts";
import { SharedConnection } from "../sockets/shared-connection.ts";
import type {
  BoundTcp,
  Endpoint,
  Family,
  SocketHost,
  TcpAcceptor,
  TcpConnection,
} from "../sockets/socket-host.ts";
import { applySettings, TcpSettings } from "../sockets/tcp-settings.ts";
import type { WasiState } from "../state.ts";
import {
  chunksOf,
  type GuestBytes,
  noStream,
  type Outcome,
  ofErrno,
  readVia,
  writeVia,
} from "./byte-streams.ts";
import { codeOf, type ErrorCode, failure, INVALID_STATE } from "./socket-errors.ts";

const codeOfAny = /* @__PURE__ */ ofErrno(codeOf);

type Status =
  | { readonly is: "unbound" }
  /** Binding or connecting. */
  | { readonly is: "busy" }
  | { readonly is: "bound"; readonly bound: BoundTcp }
  | { readonly is: "listening"; readonly listener: Listener }
  | { readonly is: "connected"; readonly shared: SharedConnection }
  | { readonly is: "closed" };

const UNBOUND: Status = { is: "unbound" };
const CLOSED: Status = { is: "closed" };

/** The resource `tcp-socket`. */
export class TcpSocket3 extends TcpSettings {
  static {
    resource(failure, TcpSocket3, TcpSettings);
  }

  readonly #family: Family;
  readonly #host: SocketHost;
  #status: Status;
  #isSending = false;
  #isReceiving = false;
  #isDropped = false;

  constructor(state: WasiState, host: SocketHost, family: Family, shared?: SharedConnection) {
    super(state);
    this.#host = host;
    this.#family = family;
    this.#status = shared === undefined ? UNBOUND : { is: "connected", shared };
  }

  protected override get connection(): TcpConnection | undefined {
    return this.#status.is === "connected" ? this.#status.shared.connection : undefined;
  }

  protected override get mayListen(): boolean {
    return this.#status.is === "unbound" || this.#status.is === "bound";
  }

  protected override get isBusyListening(): boolean {
    return this.#status.is === "listening";
  }

  /** `access-denied` without a grant to listen there; `invalid-argument`: another family, or no unicast address. */
  bind(local: IpSocketAddress): Promise<void> {
    const endpoint = endpointOf(local, this.#family);
    if (!isUnicast(endpoint.address)) throw new WasiError("inval", "not a unicast address");
    if (this.#status.is !== "unbound") throw invalidState();
    requireGrant(this.state.network.mayListen(endpoint.address, endpoint.port));
    return this.#bind(endpoint);
  }

  /** `access-denied` without a grant to connect there. After a failure the socket can only be dropped. */
  connect(address: IpSocketAddress): Promise<void> {
    const remote = remoteOf(address, this.#family, "tcp");
    const status = this.#status;
    if (status.is !== "unbound" && status.is !== "bound") throw invalidState();
    requireGrant(this.state.network.mayConnect(remote.address, remote.port));
    this.state.reserve();
    const abort = makeAbort();
    return noteWait(this.#connect(status, remote, abort.signal), { cancelled: () => abort.abort() });
  }

  /** Binds a socket that is not, which needs a grant to listen at any port of all addresses. */
  async listen(): Promise<AsyncIterable<TcpSocket3[]>> {
    if (this.#status.is === "unbound") {
      const any = unspecified(this.#family);
      requireGrant(this.state.network.mayListen(any.address, any.port));
      await this.#bind(any);
    }
    const status = this.#status;
    if (status.is !== "bound") throw invalidState();
    const { bound } = status;
    const accepted = (shared: SharedConnection): TcpSocket3 => {
      const socket = new TcpSocket3(this.state, this.#host, this.#family, shared);
      socket.options = { ...this.options };
      return socket;
    };
    const listener = new Listener(this.state, bound, bound.listen(this.backlog), accepted);
    this.#status = { is: "listening", listener };
    return listener;
  }

  /** Sends all that comes, and then shuts this direction down. Only once: `invalid-state`. */
  send(data: GuestBytes): Promise<Outcome<ErrorCode>> {
    const status = this.#status;
    if (status.is !== "connected" || this.#isSending) {
      void chunksOf(data).return?.();
      return Promise.resolve({ tag: "err", val: INVALID_STATE });
    }
    this.#isSending = true;
    const { shared } = status;
    const sink = shared.retain().sink(() => shared.shutdown(false, true));
    return writeVia(this.state, data, sink, codeOfAny);
  }

  /** Only once: `invalid-state`. */
  receive(): ReturnType<typeof readVia<ErrorCode>> | ReturnType<typeof noStream<ErrorCode>> {
    const status = this.#status;
    if (status.is !== "connected" || this.#isReceiving) return noStream(INVALID_STATE);
    this.#isReceiving = true;
    const { shared } = status;
    return readVia(
      this.state,
      shared.retain().source(() => shared.shutdown(true, false)),
      codeOfAny,
    );
  }

  getLocalAddress(): IpSocketAddress {
    const status = this.#status;
    switch (status.is) {
      case "connected":
        return socketAddress(status.shared.connection.local);
      case "bound":
        return socketAddress(status.bound.local);
      case "listening":
        return socketAddress(status.listener.local);
      default:
        throw invalidState();
    }
  }

  getRemoteAddress(): IpSocketAddress {
    const status = this.#status;
    if (status.is !== "connected") throw invalidState();
    return socketAddress(status.shared.connection.remote);
  }

  getIsListening(): boolean {
    return this.isBusyListening;
  }

  getAddressFamily(): Family {
    return this.#family;
  }

  getKeepAliveEnabled(): boolean {
    return this.options.keepAlive;
  }

  getKeepAliveIdleTime(): bigint {
    return this.options.keepAliveIdle;
  }

  getKeepAliveInterval(): bigint {
    return this.options.keepAliveInterval;
  }

  getKeepAliveCount(): number {
    return this.options.keepAliveCount;
  }

  getHopLimit(): number {
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
    const status = this.#status;
    this.#status = CLOSED;
    if (status.is === "connected") status.shared.release();
    else if (status.is === "bound") this.state.closeOne(status.bound);
    else if (status.is === "listening") status.listener.release();
  }

  async #bind(endpoint: Endpoint): Promise<void> {
    this.state.reserve();
    this.#status = { is: "busy" };
    try {
      const bound = await this.#host.bindTcp(endpoint);
      this.state.opened(bound);
      this.#status = { is: "bound", bound };
      if (this.#isDropped) this.state.closeOne(bound);
    } catch (error) {
      this.#status = UNBOUND;
      throw error;
    }
  }

  async #connect(status: Status, remote: Endpoint, signal: AbortSignal): Promise<void> {
    this.#status = { is: "busy" };
    try {
      let connecting: Promise<TcpConnection>;
      if (status.is === "bound") {
        connecting = status.bound.connect(remote, signal);
        this.state.closeOne(status.bound);
      } else connecting = this.#host.connectTcp(remote, signal);
      const connection = await connecting;
      const shared = new SharedConnection(this.state, connection);
      applySettings(this, connection);
      if (this.#isDropped) shared.release();
      else this.#status = { is: "connected", shared };
    } catch (error) {
      this.#status = CLOSED;
      throw error;
    }
  }
}

/** Connections to a listening socket as a guest gets them. Keeps it open, as the socket does. */
class Listener implements AsyncIterable<TcpSocket3[]> {
  readonly #state: WasiState;
  readonly #bound: BoundTcp;
  readonly #acceptor: TcpAcceptor;
  readonly #accepted: (shared: SharedConnection) => TcpSocket3;
  #users = 2;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(
    state: WasiState,
    bound: BoundTcp,
    acceptor: TcpAcceptor,
    accepted: (shared: SharedConnection) => TcpSocket3,
  ) {
    this.#state = state;
    this.#bound = bound;
    this.#acceptor = acceptor;
    this.#accepted = accepted;
  }

  get local(): Endpoint {
    return this.#bound.local;
  }

  release(): void {
    if (--this.#users === 0) this.#state.closeOne(this.#bound);
  }

  [Symbol.asyncIterator](): AsyncIterator<TcpSocket3[], undefined> {
    return {
      next: () => this.#next(),
      return: async (unwanted?: unknown) => this.#end((unwanted ?? []) as readonly TcpSocket3[]),
    };
  }

  async #next(): Promise<IteratorResult<TcpSocket3[], undefined>> {
    while (!this.#isOver) {
      // With too much open, connections wait as they do while nobody accepts.
      const connection = this.#state.hasRoom ? this.#accept() : undefined;
      if (connection !== undefined)
        return { done: false, value: [this.#accepted(new SharedConnection(this.#state, connection))] };
      const dropped = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const ready = this.#state.hasRoom ? this.#state.parking.wait([this.#acceptor]) : this.#state.whenRoom();
      await Promise.race([ready, dropped]);
    }
    return { done: true, value: undefined };
  }

  /** A connection that has failed before it was accepted is nobody's. */
  #accept(): TcpConnection | undefined {
    try {
      return this.#acceptor.accept();
    } catch (error) {
      if (WasiError.isMade(error)) return undefined;
      throw error;
    }
  }

  #end(unwanted: readonly TcpSocket3[]): { readonly done: true; readonly value: undefined } {
    if (!this.#isOver) {
      this.#isOver = true;
      for (const socket of unwanted) socket[disposeSymbol]();
      this.#wake();
      this.release();
    }
    return { done: true, value: undefined };
  }
}

/** `tcp-socket.create`. Always can: only what is done with it needs grants. */
export function createTcpSocket3(state: WasiState, family: Family): TcpSocket3 {
  return new TcpSocket3(state, requireSockets(state), family);
}
