// wasi:http 0.3: sending requests, and the table of its interfaces.

import { ComponentError } from "../../component/api/component-error.ts";
import { noteWait } from "../../component/api/host-notes.ts";
import { disposeSymbol } from "../../host.ts";
import { noFailure } from "../error-codes.ts";
import { codeOfFailure } from "../http/bodies.ts";
import { type Exchange, outgoingFailure, startExchange } from "../http/outgoing-handler.ts";
import { constructible, hostFunction } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { OK } from "./byte-streams.ts";
import { Fields3, fieldsFromList3 } from "./fields.ts";
import { consumeBody, newRequest, newResponse, Request3, Response3, requestBody } from "./messages.ts";
import { RequestOptions3 } from "./request-options.ts";

/** `client.send`. Throws the `error-code`, which the request's own future then has too. */
function send(state: WasiState, request: Request3): Promise<Response3> {
  let exchange: Exchange;
  const failed = (error: unknown): ComponentError => {
    const val = ComponentError.isMade(error) ? error.payload : codeOfFailure(error);
    request.body.settle({ tag: "err", val: val as ReturnType<typeof codeOfFailure> });
    return new ComponentError(val);
  };
  try {
    exchange = startExchange(state, request, () => ({
      ...request.parts,
      ...request.options?.timeouts,
      ...requestBody(request),
    }));
  } catch (error) {
    request[disposeSymbol]();
    throw failed(error);
  }
  const release = (): void => state.closeOne(exchange);
  const response = exchange.response.then(
    (arrived) => {
      // One without a body has been sent by then; of one with a body that is known when it is.
      request.body.settle(OK);
      return Response3.arriving(state, arrived, release);
    },
    (error: unknown) => {
      release();
      throw failed(error);
    },
  );
  return noteWait(response, { cancelled: release });
}

type Definitions = Record<string, unknown>;

export function httpDefinitions3(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  const consume = hostFunction(stateOf, noFailure, consumeBody);
  return {
    types: {
      Fields: constructible(stateOf, Fields3, {
        fromList: hostFunction(stateOf, noFailure, fieldsFromList3),
      }),
      Request: constructible(stateOf, Request3, {
        new: hostFunction(stateOf, noFailure, newRequest),
        consumeBody: consume,
      }),
      RequestOptions: constructible(stateOf, RequestOptions3),
      Response: constructible(stateOf, Response3, {
        new: hostFunction(stateOf, noFailure, newResponse),
        consumeBody: consume,
      }),
    },
    client: { send: hostFunction(stateOf, outgoingFailure, send) },
  };
}
