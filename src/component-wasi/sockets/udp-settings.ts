// What can be set of a UDP socket, in 0.2 and 0.3 alike.

import { WasiError } from "../../wasi/abi.ts";
import { HostResource } from "../resource.ts";
import type { BoundUdp } from "./socket-host.ts";

/** What a socket begins with; the numbers are Linux's. Only the hop limit reaches the system: Node has no way to set the others. */
const DEFAULTS = { hopLimit: 64, receiveBuffer: 65_536n, sendBuffer: 65_536n };

export abstract class UdpSettings extends HostResource {
  /** @internal */
  options = { ...DEFAULTS };

  protected abstract readonly bound: BoundUdp | undefined;

  setUnicastHopLimit(value: number): void {
    if (value === 0) throw new WasiError("inval");
    this.options.hopLimit = value;
    this.bound?.setHopLimit?.(value);
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
