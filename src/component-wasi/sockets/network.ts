// wasi:sockets/network, instance-network and ip-name-lookup, and the table of all interfaces of wasi:sockets.

import { ComponentError } from "../../component/api/component-error.ts";
import { WasiError } from "../../wasi/abi.ts";
import { noFailure, socketCode, socketFailure } from "../error-codes.ts";
import type { IoError } from "../io/error.ts";
import { Pollable } from "../io/poll.ts";
import { type IpAddress, isIpv4Mapped, parseIpAddress } from "../network/ip-address.ts";
import { parseHost, RulePart } from "../network/rule-syntax.ts";
import { HostResource, hostFunction, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { Operation } from "./operation.ts";
import { createTcpSocket, TcpSocket } from "./tcp.ts";
import { createUdpSocket, IncomingDatagramStream, OutgoingDatagramStream, UdpSocket } from "./udp.ts";

/** The resource `network`, which stands for what was granted. */
export class Network extends HostResource {}

/** The resource `resolve-address-stream`. */
export class ResolveAddressStream extends HostResource {
  static {
    resource(socketFailure, ResolveAddressStream);
  }

  readonly #lookup: Operation<readonly IpAddress[]>;
  #next = 0;

  constructor(state: WasiState, lookup: Promise<readonly IpAddress[]>) {
    super(state);
    this.#lookup = new Operation(lookup);
  }

  /** `would-block`: the answer is not there yet. */
  resolveNextAddress(): IpAddress | undefined {
    return this.#lookup.finish()[this.#next++];
  }

  subscribe(): Pollable {
    return new Pollable(this.state, this.#lookup, this);
  }
}

/**
 * Begins to look a name up. A literal address is its own answer, and needs no grant. `invalid-argument`: no name;
 * `permanent-resolver-failure`: not granted, which is what Wasmtime gives.
 */
function resolveAddresses(state: WasiState, _network: Network, name: string): ResolveAddressStream {
  const literal = literalAddress(name);
  if (literal !== undefined) return new ResolveAddressStream(state, Promise.resolve([literal]));
  if (!isName(name)) throw new WasiError("inval", "no name of a host");
  if (!state.network.mayLookUp(name)) throw new ComponentError("permanent-resolver-failure");
  const { sockets } = state;
  if (sockets === undefined) throw new ComponentError("permanent-resolver-failure");
  state.meter.charge("wasiCall", 1);
  return new ResolveAddressStream(state, lookUp(state, name));
}

/** The address that a name is, if it is one. */
export function literalAddress(name: string): IpAddress | undefined {
  return parseIpAddress(name.replace(/^\[(.*:.*)\]$/, "$1"));
}

/** All addresses of a name that the guest may use from now on. @throws WasiError `noent`: none; what the resolver gives */
export async function lookUp(state: WasiState, name: string): Promise<readonly IpAddress[]> {
  const found = await state.sockets?.lookup(name);
  // The WIT: IPv4-mapped addresses never come out.
  const addresses = state.network.pin(
    name,
    (found ?? []).filter((address) => !isIpv4Mapped(address)),
  );
  if (addresses.length === 0) throw new WasiError("noent", "the name has no address that may be used");
  return addresses;
}

export function isName(name: string): boolean {
  try {
    return name.length <= 253 && parseHost(new RulePart(name)).kind === "name";
  } catch {
    return false;
  }
}

type Definitions = Record<string, unknown>;

export function socketsDefinitions(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  return {
    network: {
      Network,
      networkErrorCode: hostFunction(stateOf, noFailure, (_state, error: IoError) =>
        WasiError.isMade(error.cause) ? socketCode(error.cause.errno) : undefined,
      ),
    },
    "instance-network": {
      instanceNetwork: hostFunction(stateOf, noFailure, (state) => new Network(state)),
    },
    "ip-name-lookup": {
      ResolveAddressStream,
      resolveAddresses: hostFunction(stateOf, socketFailure, resolveAddresses),
    },
    tcp: { TcpSocket },
    "tcp-create-socket": { createTcpSocket: hostFunction(stateOf, socketFailure, createTcpSocket) },
    udp: { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream },
    "udp-create-socket": { createUdpSocket: hostFunction(stateOf, socketFailure, createUdpSocket) },
  };
}
