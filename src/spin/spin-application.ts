// A loaded application as the server sees it: which guest or page a request goes to.
// Owns that; how the guests were made is application.ts's affair.

import type { Application, Destination, FetchInside, ServedComponent } from "../http/application.ts";
import { statusPage } from "../http/failure.ts";
import type { RequestHandler } from "../http/handler.ts";
import { BadRequestError, type IncomingRequest } from "../http/request.ts";
import type { InternalTransport } from "./internal-transport.ts";
import type { StaticResponse } from "./model.ts";
import type { Problem } from "./problems.ts";
import { normalisePath } from "./request-path.ts";
import { RESERVED_PREFIX } from "./route-pattern.ts";
import type { RouteMatch, Router } from "./router.ts";
import type { ApplicationStores } from "./stores/application-stores.ts";

/** An application with what is worth telling before it is served. */
export interface LoadedApplication extends Application {
  readonly version: string;
  readonly warnings: readonly Problem[];
  /** In the order of the manifest. */
  readonly routes: readonly LoadedRoute[];
}

export interface LoadedRoute {
  /** With the base, as in `/api/files/...`; `undefined` for a private one. */
  readonly route: string | undefined;
  /** The component, or the trigger of a static response. */
  readonly id: string;
  readonly description: string;
}

export interface Target {
  readonly served: ServedComponent;
  readonly handler: RequestHandler;
}

export type Routed =
  | { readonly kind: "guest"; readonly target: Target }
  | { readonly kind: "static"; readonly response: StaticResponse };

interface Parts {
  readonly name: string;
  readonly version: string;
  readonly base: string;
  readonly warnings: readonly Problem[];
  readonly routes: readonly LoadedRoute[];
  readonly router: Router<Routed>;
  readonly internal: ReadonlyMap<string, Target>;
  readonly targets: readonly Target[];
  readonly transport: InternalTransport;
  readonly stores: ApplicationStores;
}

export class SpinApplication implements LoadedApplication {
  readonly name: string;
  readonly version: string;
  readonly warnings: readonly Problem[];
  readonly routes: readonly LoadedRoute[];
  readonly components: ReadonlyMap<string, ServedComponent>;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.name = parts.name;
    this.version = parts.version;
    this.warnings = parts.warnings;
    this.routes = parts.routes;
    this.components = new Map([...parts.internal].map(([id, { served }]) => [id, served]));
    this.#parts = parts;
  }

  route(request: IncomingRequest): Destination | undefined {
    const { path, query } = pathAndQuery(request);
    if (path.startsWith(RESERVED_PREFIX)) return this.#own(path.slice(RESERVED_PREFIX.length), request.id);
    const match = this.#parts.router.match(path);
    return match === undefined ? undefined : this.#destination(match, path, query);
  }

  routeTo(component: string, request: IncomingRequest): Destination | undefined {
    const target = this.#parts.internal.get(component);
    if (target === undefined) return undefined;
    const { path, query } = pathAndQuery(request);
    // As if its route were `/...`: Spin does the same.
    const route = { base: "/", route: "/...", componentRoute: "/...", pathInfo: path, names: [] };
    return { kind: "guest", component: target.served, handler: target.handler, path, query, route };
  }

  attach(fetchInside: FetchInside): void {
    this.#parts.transport.attach(fetchInside);
  }

  close(): void {
    for (const { handler } of this.#parts.targets) handler.close();
    this.#parts.stores.close();
  }

  #destination(
    { pattern, value, rest, names }: RouteMatch<Routed>,
    path: string,
    query: string,
  ): Destination {
    if (value.kind === "static") {
      const { status, headers, body } = value.response;
      return { kind: "page", page: { status, headers, body: Buffer.from(body) } };
    }
    const base = this.#parts.base.replace(/\/+$/, "");
    const route = {
      ...{ base: base === "" ? "/" : base, route: pattern.text, pathInfo: rest, names },
      componentRoute: pattern.text.slice(base.length) || "/",
    };
    return {
      kind: "guest",
      component: value.target.served,
      handler: value.target.handler,
      path,
      query,
      route,
    };
  }

  /** `/.well-known/spin/…` */
  #own(name: string, id: string): Destination {
    if (name === "health") return { kind: "page", page: { ...statusPage(200, id), body: Buffer.from("OK") } };
    if (name !== "info") return { kind: "page", page: statusPage(404, id) };
    const info = { name: this.name, ...(this.version !== "" && { version: this.version }) };
    const headers: [string, string][] = [["content-type", "application/json"]];
    return { kind: "page", page: { status: 200, headers, body: Buffer.from(JSON.stringify(info, null, 2)) } };
  }
}

/** @throws BadRequestError for a path that has no normal form */
function pathAndQuery({ target }: IncomingRequest): { path: string; query: string } {
  const end = target.indexOf("#");
  const whole = end < 0 ? target : target.slice(0, end);
  const at = whole.indexOf("?");
  const path = normalisePath(at < 0 ? whole : whole.slice(0, at));
  if (path === undefined) throw new BadRequestError(400, "a path with an escape that is none");
  return { path, query: at < 0 ? "" : whole.slice(at + 1) };
}
