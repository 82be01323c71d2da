// Whom datagrams may go to and come from, in 0.2 and 0.3 alike.

import { WasiError } from "../../wasi/abi.ts";
import type { WasiState } from "../state.ts";
import { type IpSocketAddress, remoteOf, sameEndpoint } from "./addresses.ts";
import { requireGrant } from "./operation.ts";
import type { Datagram, Endpoint, Family } from "./socket-host.ts";

/** What a datagram has at most. */
export const MAX_DATAGRAM_BYTES = 65_507;

export interface OutgoingDatagram {
  readonly data: Uint8Array;
  readonly remoteAddress?: IpSocketAddress | undefined;
}

/**
 * Where a datagram goes.
 * @param only whom its socket talks to alone, if it does
 * @throws WasiError `inval` for no address, or another than the socket's; `msgsize`; what a missing grant is
 */
export function targetOf(
  { network }: WasiState,
  family: Family,
  only: Endpoint | undefined,
  { data, remoteAddress }: OutgoingDatagram,
): Endpoint {
  const remote = remoteAddress === undefined ? only : remoteOf(remoteAddress, family, "udp");
  if (remote === undefined || (only !== undefined && !sameEndpoint(only, remote)))
    throw new WasiError("inval", "no address to send to, or another than the socket's");
  if (data.length > MAX_DATAGRAM_BYTES) throw new WasiError("msgsize");
  requireGrant(network.maySendUdp(remote.address, remote.port));
  return remote;
}

/** Whether the guest is given what has arrived: from whom its socket talks to, and is granted to hear. */
export function isMeant({ network }: WasiState, only: Endpoint | undefined, { remote }: Datagram): boolean {
  return (
    (only === undefined || sameEndpoint(only, remote)) && network.mayReceiveUdp(remote.address, remote.port)
  );
}
