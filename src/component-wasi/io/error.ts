// wasi:io/error: what went wrong on a stream, to be looked at by the interface that knows what is behind it.

import { WasiError } from "../../wasi/abi.ts";
import { noFailure } from "../error-codes.ts";
import { HostResource, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";

/** The resource `error`. */
export class IoError extends HostResource {
  static {
    resource(noFailure, IoError);
  }

  /** @internal What was thrown: a `WasiError`, or what a transport of HTTP has thrown. */
  readonly cause: unknown;

  constructor(state: WasiState, cause: unknown) {
    super(state);
    this.cause = cause;
  }

  /** For people only; names the errno, and nothing of the host. */
  toDebugString(): string {
    return WasiError.isMade(this.cause) ? this.cause.errno : "the stream failed";
  }
}
