// The table of the interfaces of wasi:http 0.2.

import { noFailure } from "../error-codes.ts";
import type { IoError } from "../io/error.ts";
import { BodyError } from "../io/stream-failure.ts";
import { constructible, hostFunction } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { FutureTrailers, IncomingBody, OutgoingBody } from "./bodies.ts";
import type { HttpErrorCode } from "./error-code.ts";
import { Fields, fieldsFromList } from "./fields.ts";
import { FutureIncomingResponse, IncomingRequest, IncomingResponse } from "./incoming.ts";
import { OutgoingRequest, OutgoingResponse, RequestOptions, ResponseOutparam } from "./outgoing.ts";
import { handleOutgoing, outgoingFailure } from "./outgoing-handler.ts";

type Definitions = Record<string, unknown>;

export function httpDefinitions(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  return {
    types: {
      Fields: constructible(stateOf, Fields, {
        fromList: hostFunction(stateOf, noFailure, fieldsFromList),
      }),
      IncomingRequest,
      OutgoingRequest: constructible(stateOf, OutgoingRequest),
      RequestOptions: constructible(stateOf, RequestOptions),
      ResponseOutparam,
      IncomingResponse,
      IncomingBody,
      FutureTrailers,
      OutgoingResponse: constructible(stateOf, OutgoingResponse),
      OutgoingBody,
      FutureIncomingResponse,
      /** The `error-code` of a body's stream, if HTTP was behind it. */
      httpErrorCode: hostFunction(stateOf, noFailure, (_state, { cause }: IoError) =>
        cause instanceof BodyError ? (cause.code as HttpErrorCode) : undefined,
      ),
    },
    "outgoing-handler": { handle: hostFunction(stateOf, outgoingFailure, handleOutgoing) },
  };
}
