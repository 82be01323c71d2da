// What answers: the one seam between the server and guests of whatever kind.
// A handler owns its guests; the server owns limits on how many, time, logs and what clients see of failures.

import type { Answer } from "./answer.ts";
import type { HeaderList, IncomingRequest } from "./request.ts";

/** A request for one component, with what was found out about it on the way. */
export interface GuestRequest extends IncomingRequest {
  /** Path and query as routed: normalised. */
  readonly path: string;
  readonly query: string;
  readonly route: MatchedRoute;
  /** Aborted when the guest must end: see {@link StopReason}, its reason. */
  readonly signal: AbortSignal;
}

/** Why a guest is stopped from outside. */
export type StopReason = "timeout" | "client-left" | "shutdown";

/** The route by which a request came. */
export interface MatchedRoute {
  /** What every route begins with, e.g. `/api`; `/` for none. */
  readonly base: string;
  /** With the base: `/api/files/...`. */
  readonly route: string;
  /** Without it, as written: `/files/...`. */
  readonly componentRoute: string;
  /** What is behind the route, with its slash; still encoded. */
  readonly pathInfo: string;
  readonly names: HeaderList;
}

/** Whether everything below the route belongs to it. */
export function isWildcard(route: string): boolean {
  return route.endsWith("/...");
}

/** `/files/...` is `/files`. */
export function withoutDots(route: string): string {
  return isWildcard(route) ? route.slice(0, -4) : route;
}

/** What a request has used, for logs and metrics. A handler fills it in, also where it throws. */
export interface Usage {
  fuel: bigint;
  /** Bytes of memories and tables at the guest's end. */
  memory: number;
  /** Whether an instance had to be made. */
  cold: boolean;
  /** Connections, requests and lookups that it asked for and was not granted. */
  denied: number;
  /** Milliseconds that it waited before its guest began. */
  waitedMs: number;
}

export interface RequestHandler {
  /**
   * Runs a guest for one request. Resolves when the guest has ended, and all of its answer is with `answer`.
   * @throws by rejecting: what ended the guest otherwise
   */
  handle(request: GuestRequest, answer: Answer, usage: Usage): Promise<void>;
  /** Lets go of what is kept for requests to come. */
  close(): void;
}

/** A guest has answered in a way that is no answer. */
export class InvalidAnswerError extends Error {
  override name = "InvalidAnswerError";
}

/** The guest has ended itself with a status that says that something went wrong. */
export class GuestExitError extends Error {
  override name = "GuestExitError";

  constructor(status: number) {
    super(`the guest ended with status ${status}`);
  }
}
