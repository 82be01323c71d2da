// What can be set of a TCP socket, in 0.2 and 0.3 alike.

import { WasiError } from "../../wasi/abi.ts";
import { HostResource } from "../resource.ts";
import { invalidState } from "./operation.ts";
import type { TcpConnection } from "./socket-host.ts";

/** What a socket begins with; the numbers are Linux's. Only keep-alive reaches the system: Node has no way to set the others. */
const DEFAULTS = {
  keepAlive: false,
  /** Nanoseconds. */
  keepAliveIdle: 7_200_000_000_000n,
  keepAliveInterval: 75_000_000_000n,
  keepAliveCount: 9,
  hopLimit: 64,
  receiveBuffer: 65_536n,
  sendBuffer: 65_536n,
};

const DEFAULT_BACKLOG = 128;
const MOST_BACKLOG = 4096n;

export abstract class TcpSettings extends HostResource {
  /** @internal */
  options = { ...DEFAULTS };
  /** @internal */
  backlog = DEFAULT_BACKLOG;

  protected abstract readonly connection: TcpConnection | undefined;
  /** Whether it could still begin to listen; whether it does. */
  protected abstract readonly mayListen: boolean;
  protected abstract readonly isBusyListening: boolean;

  setListenBacklogSize(value: bigint): void {
    if (value === 0n) throw new WasiError("inval");
    if (this.isBusyListening) throw new WasiError("notsup", "the backlog of a listening socket");
    if (!this.mayListen) throw invalidState();
    this.backlog = Number(value > MOST_BACKLOG ? MOST_BACKLOG : value);
  }

  setKeepAliveEnabled(value: boolean): void {
    this.options.keepAlive = value;
    applySettings(this, this.connection);
  }

  setKeepAliveIdleTime(value: bigint): void {
    this.options.keepAliveIdle = seconds(value);
    applySettings(this, this.connection);
  }

  setKeepAliveInterval(value: bigint): void {
    this.options.keepAliveInterval = seconds(value);
  }

  setKeepAliveCount(value: number): void {
    if (value === 0) throw new WasiError("inval");
    this.options.keepAliveCount = value;
  }

  setHopLimit(value: number): void {
    if (value === 0) throw new WasiError("inval");
    this.options.hopLimit = value;
  }

  setReceiveBufferSize(value: bigint): void {
    if (value === 0n) throw new WasiError("inval");
    this.options.receiveBuffer = value;
  }

  setSendBufferSize(value: bigint): void {
    if (value === 0n) throw new WasiError("inval");
    this.options.sendBuffer = value;
  }
}

/** Sets what reaches the system. */
export function applySettings({ options }: TcpSettings, connection: TcpConnection | undefined): void {
  connection?.setKeepAlive?.(options.keepAlive, Number(options.keepAliveIdle / 1_000_000n));
}

/** A duration as the system keeps it: whole seconds, at least one. @throws WasiError `inval` for none */
function seconds(nanoseconds: bigint): bigint {
  if (nanoseconds === 0n) throw new WasiError("inval");
  const second = 1_000_000_000n;
  const most = 32_767n * second;
  const rounded = ((nanoseconds + second - 1n) / second) * second;
  return rounded > most ? most : rounded;
}
