// wasi:sockets/tcp: sockets through their states, and the streams of their connections.

import { ComponentError } from "../../component/api/component-error.ts";
import { disposeSymbol, makeAbort } from "../../host.ts";
import { WasiError } from "../../wasi/abi.ts";
import { socketFailure } from "../error-codes.ts";
import { Pollable, type Source } from "../io/poll.ts";
import { InputStream, OutputStream } from "../io/streams.ts";
import { resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { endpointOf, type IpSocketAddress, isUnicast, remoteOf, socketAddress } from "./addresses.ts";
import type { Network } from "./network.ts";
import { cannotBegin, invalidState, Operation, requireGrant, requireSockets } from "./operation.ts";
import { SharedConnection } from "./shared-connection.ts";
import type { BoundTcp, Endpoint, Family, SocketHost, TcpAcceptor, TcpConnection } from "./socket-host.ts";
import { applySettings, TcpSettings } from "./tcp-settings.ts";

type Status =
  | { readonly is: "unbound" }
  | { readonly is: "binding"; readonly operation: Operation<BoundTcp> }
  | { readonly is: "bound"; readonly bound: BoundTcp }
  | {
      readonly is: "connecting";
      readonly operation: Operation<TcpConnection>;
      readonly abort: ReturnType<typeof makeAbort>;
    }
  | { readonly is: "listen-started"; readonly bound: BoundTcp }
  | { readonly is: "listening"; readonly bound: BoundTcp; readonly acceptor: TcpAcceptor }
  | { readonly is: "connected"; readonly connection: SharedConnection }
  | { readonly is: "closed" };

/** The resource `tcp-socket`. */
export class TcpSocket extends TcpSettings {
  static {
    resource(socketFailure, TcpSocket, TcpSettings);
  }

  readonly #family: Family;
  readonly #host: SocketHost;
  #status: Status;
  readonly #source: Source;

  constructor(state: WasiState, host: SocketHost, family: Family, connection?: SharedConnection) {
    super(state);
    this.#host = host;
    this.#family = family;
    this.#status = connection === undefined ? { is: "unbound" } : { is: "connected", connection };
    const current = (): Source | undefined => {
      const status = this.#status;
      if (status.is === "listening") return status.acceptor;
      return status.is === "binding" || status.is === "connecting" ? status.operation : undefined;
    };
    this.#source = {
      get ready() {
        return current()?.ready ?? true;
      },
      whenReady: () => current()?.whenReady() ?? Promise.resolve(),
    };
  }

  protected override get connection(): TcpConnection | undefined {
    return this.#status.is === "connected" ? this.#status.connection.connection : undefined;
  }

  protected override get mayListen(): boolean {
    return this.#status.is === "unbound" || this.#status.is === "bound";
  }

  protected override get isBusyListening(): boolean {
    return this.#status.is === "listening";
  }

  /** `access-denied` without a grant to listen there; `concurrency-conflict` while something is under way; `invalid-argument`: another family, or no unicast address. */
  startBind(_network: Network, local: IpSocketAddress): void {
    if (this.#status.is !== "unbound") throw this.#cannotBegin();
    const endpoint = endpointOf(local, this.#family);
    if (!isUnicast(endpoint.address)) throw new WasiError("inval", "not a unicast address");
    requireGrant(this.state.network.mayListen(endpoint.address, endpoint.port));
    this.state.reserve();
    this.#status = { is: "binding", operation: new Operation(this.#bind(endpoint)) };
  }

  finishBind(): void {
    const status = this.#status;
    if (status.is !== "binding") throw new ComponentError("not-in-progress");
    this.#finish(status.operation, (bound) => ({ is: "bound", bound }));
  }

  /** `access-denied` without a grant to connect there. */
  startConnect(_network: Network, address: IpSocketAddress): void {
    const status = this.#status;
    if (status.is !== "unbound" && status.is !== "bound") throw this.#cannotBegin();
    const remote = remoteOf(address, this.#family, "tcp");
    requireGrant(this.state.network.mayConnect(remote.address, remote.port));
    this.state.reserve();
    const abort = makeAbort();
    const connecting =
      status.is === "bound"
        ? this.#connectFrom(status.bound, remote, abort.signal)
        : this.#host.connectTcp(remote, abort.signal);
    this.#status = { is: "connecting", operation: new Operation(connecting), abort };
  }

  finishConnect(): [InputStream, OutputStream] {
    const status = this.#status;
    if (status.is !== "connecting") throw new ComponentError("not-in-progress");
    const connection = this.#finish(status.operation, (connected) => ({
      is: "connected",
      connection: new SharedConnection(this.state, connected),
    }));
    applySettings(this, connection);
    const now: Status = this.#status;
    if (now.is !== "connected") throw invalidState();
    return streamsOf(this.state, now.connection);
  }

  startListen(): void {
    const status = this.#status;
    if (status.is !== "bound") throw this.#cannotBegin();
    this.#status = { is: "listen-started", bound: status.bound };
  }

  finishListen(): void {
    const status = this.#status;
    if (status.is !== "listen-started") throw new ComponentError("not-in-progress");
    const { bound } = status;
    this.#status = { is: "listening", bound, acceptor: bound.listen(this.backlog) };
  }

  /** `would-block`: there is no connection yet. */
  accept(): [TcpSocket, InputStream, OutputStream] {
    const status = this.#status;
    if (status.is !== "listening") throw invalidState();
    this.state.reserve();
    const connection = status.acceptor.accept();
    if (connection === undefined) throw new WasiError("again");
    const shared = new SharedConnection(this.state, connection);
    const socket = new TcpSocket(this.state, this.#host, this.#family, shared);
    socket.options = { ...this.options };
    return [socket, ...streamsOf(this.state, shared)];
  }

  localAddress(): IpSocketAddress {
    const status = this.#status;
    if (status.is === "connected") return socketAddress(status.connection.connection.local);
    if ("bound" in status) return socketAddress(status.bound.local);
    throw invalidState();
  }

  remoteAddress(): IpSocketAddress {
    const status = this.#status;
    if (status.is !== "connected") throw invalidState();
    return socketAddress(status.connection.connection.remote);
  }

  isListening(): boolean {
    return this.#status.is === "listening";
  }

  addressFamily(): Family {
    return this.#family;
  }

  keepAliveEnabled(): boolean {
    return this.options.keepAlive;
  }

  keepAliveIdleTime(): bigint {
    return this.options.keepAliveIdle;
  }

  keepAliveInterval(): bigint {
    return this.options.keepAliveInterval;
  }

  keepAliveCount(): number {
    return this.options.keepAliveCount;
  }

  hopLimit(): number {
    return this.options.hopLimit;
  }

  receiveBufferSize(): bigint {
    return this.options.receiveBuffer;
  }

  sendBufferSize(): bigint {
    return this.options.sendBuffer;
  }

  subscribe(): Pollable {
    return new Pollable(this.state, this.#source, this);
  }

  shutdown(how: "receive" | "send" | "both"): void {
    const status = this.#status;
    if (status.is !== "connected") throw invalidState();
    status.connection.shutdown(how !== "send", how !== "receive");
  }

  override [disposeSymbol](): void {
    super[disposeSymbol]();
    const status = this.#status;
    this.#status = { is: "closed" };
    if (status.is === "connected") status.connection.release();
    else if ("bound" in status) this.state.closeOne(status.bound);
    else if (status.is === "binding") status.operation.whenDone((bound) => this.state.closeOne(bound));
    else if (status.is === "connecting") {
      status.abort.abort();
      status.operation.whenDone((connection) => this.state.send(connection.close()));
    }
  }

  #cannotBegin(): ComponentError {
    return cannotBegin(["binding", "connecting", "listen-started"].includes(this.#status.is));
  }

  /** Ends what was begun. Failed, the socket can only be dropped. */
  #finish<T>(operation: Operation<T>, next: (value: T) => Status): T {
    let value: T;
    try {
      value = operation.finish();
    } catch (error) {
      if (operation.ready) this.#status = { is: "closed" };
      throw error;
    }
    this.#status = next(value);
    return value;
  }

  async #bind(endpoint: Endpoint): Promise<BoundTcp> {
    const bound = await this.#host.bindTcp(endpoint);
    this.state.opened(bound);
    return bound;
  }

  /** The bound socket is used up by this. */
  #connectFrom(bound: BoundTcp, remote: Endpoint, signal: AbortSignal): Promise<TcpConnection> {
    const connecting = bound.connect(remote, signal);
    this.state.closeOne(bound);
    return connecting;
  }
}

/** Both streams of a connection, which keep it open. */
function streamsOf(state: WasiState, shared: SharedConnection): [InputStream, OutputStream] {
  return [
    new InputStream(
      state,
      shared.retain().source(() => {}),
    ),
    new OutputStream(
      state,
      shared.retain().sink(() => {}),
    ),
  ];
}

/** Makes a socket. Always can: only what is done with it needs grants. */
export function createTcpSocket(state: WasiState, family: Family): TcpSocket {
  return new TcpSocket(state, requireSockets(state), family);
}
