// wasi:sockets 0.3: looking names up, and the table of its interfaces.

import { ComponentError } from "../../component/api/component-error.ts";
import { WasiError } from "../../wasi/abi.ts";
import type { IpAddress } from "../network/ip-address.ts";
import { constructible, hostFunction } from "../resource.ts";
import { isName, literalAddress, lookUp } from "../sockets/network.ts";
import type { WasiState } from "../state.ts";
import { failure } from "./socket-errors.ts";
import { createTcpSocket3, TcpSocket3 } from "./tcp.ts";
import { createUdpSocket3, UdpSocket3 } from "./udp.ts";

/** `wasi:sockets/ip-name-lookup.error-code`. */
type LookupErrorCode =
  | {
      readonly tag:
        | "access-denied"
        | "invalid-argument"
        | "name-unresolvable"
        | "temporary-resolver-failure"
        | "permanent-resolver-failure";
    }
  | { readonly tag: "other"; readonly val: undefined };

function lookupCode({ errno }: WasiError): LookupErrorCode {
  switch (errno) {
    case "acces":
      return { tag: "access-denied" };
    case "inval":
      return { tag: "invalid-argument" };
    case "noent":
      return { tag: "name-unresolvable" };
    case "again":
      return { tag: "temporary-resolver-failure" };
    default:
      return { tag: "permanent-resolver-failure" };
  }
}

function lookupFailure(_state: WasiState, error: unknown): unknown {
  return WasiError.isMade(error) ? new ComponentError(lookupCode(error), error.message) : error;
}

/** Looks a name up. A literal address is its own answer, and needs no grant. */
function resolveAddresses(
  state: WasiState,
  name: string,
): readonly IpAddress[] | Promise<readonly IpAddress[]> {
  const literal = literalAddress(name);
  if (literal !== undefined) return [literal];
  if (!isName(name)) throw new WasiError("inval", "no name of a host");
  if (!state.network.mayLookUp(name)) throw new WasiError("acces", "not granted");
  if (state.sockets === undefined) throw new WasiError("notsup", "there is no resolver here");
  state.meter.charge("wasiCall", 1);
  return lookUp(state, name);
}

type Definitions = Record<string, unknown>;

export function socketsDefinitions3(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  return {
    types: {
      TcpSocket: constructible(stateOf, TcpSocket3, {
        create: hostFunction(stateOf, failure, createTcpSocket3),
      }),
      UdpSocket: constructible(stateOf, UdpSocket3, {
        create: hostFunction(stateOf, failure, createUdpSocket3),
      }),
    },
    "ip-name-lookup": { resolveAddresses: hostFunction(stateOf, lookupFailure, resolveAddresses) },
  };
}
