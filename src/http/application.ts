// What a server serves: where each request goes, and what is there. Owns the shapes; src/spin makes one of a manifest.

import type { Page } from "./failure.ts";
import type { MatchedRoute, RequestHandler } from "./handler.ts";
import type { IncomingRequest } from "./request.ts";

export interface Application {
  readonly name: string;
  readonly components: ReadonlyMap<string, ServedComponent>;
  /** Where a request from outside goes; `undefined` for nowhere. @throws BadRequestError for one that cannot be routed */
  route(request: IncomingRequest): Destination | undefined;
  /** Where a request of one component to another goes, by the other's name. @throws BadRequestError */
  routeTo(component: string, request: IncomingRequest): Destination | undefined;
  /** Called when it is served, with the way by which requests of its components stay inside the process. */
  attach?(fetchInside: FetchInside): void;
  /** Lets go of what is kept for requests to come; those that run go on. */
  close(): void;
}

/** Answers a request to a component; to the one that its path leads to, where none is named. */
export type FetchInside = (component: string | undefined, request: Request) => Promise<Response>;

export interface ServedComponent {
  readonly id: string;
  /** Milliseconds from a request's arrival to its guest's end. */
  readonly timeoutMs: number;
  /** Requests that run at the same time; `undefined` for as many as the server runs. */
  readonly maxConcurrency: number | undefined;
}

export type Destination =
  | { readonly kind: "page"; readonly page: Page }
  | {
      readonly kind: "guest";
      readonly component: ServedComponent;
      readonly handler: RequestHandler;
      readonly path: string;
      readonly query: string;
      readonly route: MatchedRoute;
    };
