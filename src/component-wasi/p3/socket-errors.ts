// What failures are called by wasi:sockets 0.3, where codes are variants.

import { ComponentError } from "../../component/api/component-error.ts";
import { WasiError } from "../../wasi/abi.ts";
import { type SocketErrorCode, socketCode } from "../error-codes.ts";
import type { WasiState } from "../state.ts";

/** `wasi:sockets/types.error-code`. */
export type ErrorCode =
  | {
      readonly tag:
        | "access-denied"
        | "not-supported"
        | "invalid-argument"
        | "out-of-memory"
        | "timeout"
        | "invalid-state"
        | "address-not-bindable"
        | "address-in-use"
        | "remote-unreachable"
        | "connection-refused"
        | "connection-broken"
        | "connection-reset"
        | "connection-aborted"
        | "datagram-too-large";
    }
  | { readonly tag: "other"; readonly val: string | undefined };

export const INVALID_STATE: ErrorCode = { tag: "invalid-state" };

/** 0.3's word for a code of 0.2. */
function codeOf2(code: SocketErrorCode): ErrorCode {
  switch (code) {
    case "unknown":
    case "would-block":
    case "name-unresolvable":
    case "temporary-resolver-failure":
    case "permanent-resolver-failure":
      return { tag: "other", val: undefined };
    case "new-socket-limit":
      return { tag: "other", val: code };
    case "concurrency-conflict":
    case "not-in-progress":
      return INVALID_STATE;
    default:
      return { tag: code };
  }
}

export function codeOf({ errno }: WasiError): ErrorCode {
  return errno === "pipe" ? { tag: "connection-broken" } : codeOf2(socketCode(errno));
}

/** What the guest gets for something thrown in wasi:sockets; what is not the guest's affair stays as it is. */
export function failure(_state: WasiState, error: unknown): unknown {
  if (WasiError.isMade(error)) return new ComponentError(codeOf(error), error.message);
  if (ComponentError.isMade(error)) return new ComponentError(codeOf2(error.payload as SocketErrorCode));
  return error;
}
