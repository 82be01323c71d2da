// Socket addresses as wasi:sockets has them, and as socket hosts do.

import { WasiError } from "../../wasi/abi.ts";
import { type IpAddress, isIpv4Mapped, isOfKind } from "../network/ip-address.ts";
import type { Endpoint, Family } from "./socket-host.ts";

type Ipv4 = Extract<IpAddress, { tag: "ipv4" }>["val"];
type Ipv6 = Extract<IpAddress, { tag: "ipv6" }>["val"];

/** `ip-socket-address`. */
export type IpSocketAddress =
  | { readonly tag: "ipv4"; readonly val: { readonly port: number; readonly address: Ipv4 } }
  | {
      readonly tag: "ipv6";
      readonly val: {
        readonly port: number;
        readonly flowInfo: number;
        readonly address: Ipv6;
        readonly scopeId: number;
      };
    };

/** A guest's address. @throws WasiError `inval` for another family than the socket's, and for IPv4-mapped IPv6 */
export function endpointOf(address: IpSocketAddress, family: Family): Endpoint {
  const { port } = address.val;
  const ip: IpAddress =
    address.tag === "ipv4"
      ? { tag: "ipv4", val: address.val.address }
      : { tag: "ipv6", val: address.val.address };
  if (ip.tag !== family) throw new WasiError("inval", "the address is of another family");
  // The WIT: sockets are IPv6 alone, dual stack is not supported.
  if (isIpv4Mapped(ip)) throw new WasiError("inval", "an IPv4-mapped address");
  return { address: ip, port };
}

/** An address that something is sent to. @throws WasiError `inval`: as above, the unspecified address, port 0, multicast for TCP */
export function remoteOf(address: IpSocketAddress, family: Family, transport: "tcp" | "udp"): Endpoint {
  const remote = endpointOf(address, family);
  const isUnspecified = remote.address.val.every((part) => part === 0);
  if (isUnspecified || remote.port === 0) throw new WasiError("inval", "no address to send to");
  if (transport === "tcp" && !isUnicast(remote.address))
    throw new WasiError("inval", "not a unicast address");
  return remote;
}

/** Whether an address is one machine's. */
export function isUnicast(address: IpAddress): boolean {
  if (isOfKind("multicast", address)) return false;
  return address.tag === "ipv6" || address.val.some((byte) => byte !== 255);
}

export function socketAddress({ address, port }: Endpoint): IpSocketAddress {
  return address.tag === "ipv4"
    ? { tag: "ipv4", val: { port, address: address.val } }
    : { tag: "ipv6", val: { port, flowInfo: 0, address: address.val, scopeId: 0 } };
}

/** The address that means all of this machine's. */
export function unspecified(family: Family): Endpoint {
  const address: IpAddress =
    family === "ipv4" ? { tag: "ipv4", val: [0, 0, 0, 0] } : { tag: "ipv6", val: [0, 0, 0, 0, 0, 0, 0, 0] };
  return { address, port: 0 };
}

export function sameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return (
    one.port === other.port &&
    one.address.tag === other.address.tag &&
    one.address.val.every((part, i) => part === other.address.val[i])
  );
}
