// What a guest learns of a stream that failed.

import { ComponentError } from "../../component/api/component-error.ts";
import { WasiError } from "../../wasi/abi.ts";
import type { WasiState } from "../state.ts";
import { IoError } from "./error.ts";

export type StreamError =
  | { readonly tag: "closed" }
  | { readonly tag: "last-operation-failed"; readonly val: IoError };

export const CLOSED = (): ComponentError<StreamError> => new ComponentError<StreamError>({ tag: "closed" });

/** What the guest gets for a stream's failure: `closed` where the other side has gone, which is no news for `error` to tell. */
export function streamFailure(state: WasiState, error: unknown): unknown {
  if (!WasiError.isMade(error) && !(error instanceof BodyError)) return error;
  if (WasiError.isMade(error) && error.errno === "pipe") return CLOSED();
  return new ComponentError<StreamError>({
    tag: "last-operation-failed",
    val: new IoError(state, error),
  });
}

/** A failure of an HTTP body, with the `error-code` of wasi:http. */
export class BodyError extends Error {
  override name = "BodyError";
  readonly code: unknown;

  constructor(code: unknown) {
    super("the body failed");
    this.code = code;
  }
}
