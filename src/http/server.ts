// The server: connections to requests, options, start and end. Owns sockets and their bounds.

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as NodeServer,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { Server as NetServer, type Socket } from "node:net";
import {
  integer,
  MILLISECONDS,
  type OptionTable,
  objectWith,
  optionsOf,
  POSITIVE_MILLISECONDS,
  readOptions,
  required,
  type Shape,
  STRING,
  shape,
  unexpected,
} from "../checks/options.ts";
import type { RequestRecord } from "./access-log.ts";
import { Answer } from "./answer.ts";
import type { Application } from "./application.ts";
import { Dispatcher } from "./dispatcher.ts";
import { statusPage } from "./failure.ts";
import { FetchTransport, requestOfFetch } from "./fetch-exchange.ts";
import { type Listening, listeningAt, openPort } from "./listening.ts";
import { type MetricsSnapshot, metricsText } from "./metrics.ts";
import { incomingRequest, NodeTransport } from "./node-request.ts";
import { BadRequestError } from "./request.ts";

export interface ServerOptions {
  /** Guests that run at the same time in this process. Default 256. */
  readonly maxConcurrency?: number | undefined;
  /** Requests that wait for a place; one more is answered by 503. Default 1,024. */
  readonly maxQueue?: number | undefined;
  /** Connections that are open at the same time; one more is closed at once. Default 10,000. */
  readonly maxConnections?: number | undefined;
  /** Bytes of a request's body; a larger one is answered by 413. Default: any number, as nothing is gathered. */
  readonly maxBodyBytes?: number | undefined;
  /** Bytes of a request's head; a larger one is answered by 431. Default 16 KiB. */
  readonly maxHeaderBytes?: number | undefined;
  /** Milliseconds in which a request's head must arrive. Default 10,000. */
  readonly headersTimeoutMs?: number | undefined;
  /** Milliseconds in which a whole request must arrive. Default 300,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Milliseconds that a connection without a request stays open. Default 5,000. */
  readonly keepAliveMs?: number | undefined;
  /** Milliseconds that a client may take nothing of its answer. Default 60,000. */
  readonly sendTimeoutMs?: number | undefined;
  /** Certificate chain and key as PEM: makes it HTTPS. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Called at the end of each request. */
  readonly onRecord?: ((record: RequestRecord) => void) | undefined;
}

const RECORD_LISTENER: Shape<(record: RequestRecord) => void> = shape(
  "a function",
  (value) => typeof value === "function",
);

const SERVER_OPTIONS = {
  maxConcurrency: integer(1),
  maxQueue: integer(0),
  maxConnections: integer(1),
  maxBodyBytes: integer(0),
  maxHeaderBytes: integer(1024, 2 ** 30),
  headersTimeoutMs: POSITIVE_MILLISECONDS,
  requestTimeoutMs: POSITIVE_MILLISECONDS,
  keepAliveMs: POSITIVE_MILLISECONDS,
  sendTimeoutMs: POSITIVE_MILLISECONDS,
  tls: optionsOf("an object { cert, key } of PEM texts", { cert: required(STRING), key: required(STRING) }),
  onRecord: RECORD_LISTENER,
} satisfies OptionTable<ServerOptions>;

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 3000; 0 for any that is free. */
  readonly port?: number | undefined;
}

const LISTEN_OPTIONS = { host: STRING, port: integer(0, 65_535) } satisfies OptionTable<ListenOptions>;

export interface CloseOptions {
  /** Milliseconds that requests under way get to their end; then their guests are stopped. Default 10,000. */
  readonly graceMs?: number | undefined;
}

const CLOSE_OPTIONS = { graceMs: MILLISECONDS } satisfies OptionTable<CloseOptions>;

export const DEFAULT_GRACE_MS = 10_000;
const DEFAULT_PORT = 3000;

/** How often Node looks for connections whose time is over. */
const TIMEOUT_CHECK_MS = 1_000;
/** Requests on their way when closing begins are still taken: on connections that had one, and on new ones. */
const LAST_REQUESTS_MS = 50;
const FIRST_REQUEST_MS = 1_000;
/** Guests that are stopped answer within this. */
const STOPPING_MS = 1_000;

/** A connection that is open. */
interface ConnectionState {
  /** Requests under way. */
  active: number;
  /** Whether there was a request. */
  served: boolean;
  /** When it was opened, or had its last request. */
  since: number;
}

/** Numbers of requests are unique across processes, and cannot be guessed from one another. */
function idMaker(): () => string {
  const prefix = crypto.randomUUID().slice(0, 8);
  let count = 0;
  return () => `${prefix}-${(count++).toString(36)}`;
}

const APPLICATION = /* @__PURE__ */ objectWith<Application>(
  "an Application, as loadApplication() gives it",
  "route",
  "routeTo",
  "close",
);

/** Serves an application over HTTP, and without sockets by {@link fetch}. */
export class HttpServer {
  readonly #dispatcher: Dispatcher;
  readonly #options: ReturnType<typeof readServerOptions>;
  readonly #nextId = idMaker();
  /** There from {@link listen} or {@link acceptor} on. */
  #node: NodeServer | undefined;
  #isClosing = false;

  /** @throws TypeError, RangeError for options that make no sense */
  constructor(application: Application, options?: ServerOptions) {
    APPLICATION.read(application, "new HttpServer: application");
    this.#options = readServerOptions(options);
    const { maxConcurrency = 256, maxQueue = 1024, onRecord = () => {} } = this.#options;
    this.#dispatcher = new Dispatcher(application, { maxConcurrency, maxQueue, onRecord });
    this.#attach(application);
  }

  /** What is counted, in Prometheus' text format. */
  metrics(): string {
    return metricsText(this.metricsSnapshot());
  }

  /** The same as data, for several processes' to be summed. */
  metricsSnapshot(): MetricsSnapshot {
    const { metrics } = this.#dispatcher;
    if (this.#node !== undefined) metrics.set("wasmeter_connections", {}, this.#connections.size);
    return this.#dispatcher.snapshot();
  }

  /** Requests under way. */
  get active(): number {
    return this.#dispatcher.active;
  }

  /** Serves another application from now on. Requests under way go on with the one before, which is then closed. */
  replace(application: Application): void {
    APPLICATION.read(application, "server.replace: application");
    this.#attach(application);
    this.#dispatcher.replace(application);
  }

  #attach(application: Application): void {
    application.attach?.((component, request) =>
      component === undefined ? this.fetch(request) : this.fetchComponent(component, request),
    );
  }

  /**
   * Opens the port.
   * @throws TypeError, RangeError for options that make no sense; Error if it listens or was closed; Node's error, by rejecting,
   * where the address cannot be had
   */
  async listen(options?: ListenOptions): Promise<Listening> {
    const { host = "127.0.0.1", port = DEFAULT_PORT } = readOptions("server.listen", options, LISTEN_OPTIONS);
    const node = this.#openNode();
    const address = await openPort(node, { host, port }).catch((error: unknown) => {
      this.#node = undefined;
      throw error;
    });
    return listeningAt(address, this.#options.tls !== undefined);
  }

  /**
   * Instead of {@link listen}: gives what takes connections that somebody else accepted, e.g. the process that owns the port.
   * One above `maxConnections`, or after {@link close}, is closed at once.
   * @throws Error if it listens or was closed; Node's error for a certificate that is none
   */
  acceptor(): (connection: Socket) => void {
    const node = this.#openNode();
    return (connection) => {
      if (this.#isClosing || this.#sockets.size >= node.maxConnections) connection.destroy();
      else node.emit("connection", connection);
    };
  }

  #openNode(): NodeServer {
    if (this.#node !== undefined || this.#isClosing)
      throw new Error("this server listens already, or was closed");
    this.#node = this.#makeNodeServer();
    return this.#node;
  }

  /** Answers a request without a socket. Rejects where a connection would be broken off before the answer's head. */
  async fetch(request: Request): Promise<Response> {
    return this.#fetch(request, (incoming, transport) => this.#dispatcher.dispatch(incoming, transport));
  }

  /** A request of one component to another, which need not have a route: `http://NAME.spin.internal` in Spin. */
  async fetchComponent(component: string, request: Request): Promise<Response> {
    return this.#fetch(request, (incoming, transport) =>
      this.#dispatcher.dispatchTo(component, incoming, transport),
    );
  }

  #fetch(
    request: Request,
    dispatch: (incoming: ReturnType<typeof requestOfFetch>, transport: FetchTransport) => Promise<void>,
  ): Promise<Response> {
    if (!(request instanceof Request)) throw unexpected("server.fetch: request", "a Request", request);
    const leaving = new AbortController();
    const transport = new FetchTransport(() => leaving.abort());
    const { signal } = request;
    if (signal.aborted) leaving.abort();
    else signal.addEventListener("abort", () => leaving.abort(), { once: true });
    void dispatch(requestOfFetch(request, this.#nextId(), leaving.signal), transport);
    return transport.response;
  }

  /**
   * Takes no more connections, lets what is under way come to its end, then stops what is left. Calling it again with less
   * time shortens the time that is left.
   */
  async close(options?: CloseOptions): Promise<void> {
    const { graceMs = DEFAULT_GRACE_MS } = readOptions("server.close", options, CLOSE_OPTIONS);
    this.#isClosing = true;
    const node = this.#node;
    // Not the HTTP server's own: that closes connections whose request is on its way.
    if (node?.listening === true) NetServer.prototype.close.call(node);
    const begun = performance.now();
    const timers = [
      setInterval(() => this.#closeIdle(begun), LAST_REQUESTS_MS),
      setTimeout(() => this.#dispatcher.stopAll(), graceMs),
      setTimeout(() => this.#closeAll(), graceMs + STOPPING_MS),
    ];
    try {
      await this.#allClosed();
      await this.#dispatcher.idle();
    } finally {
      for (const timer of timers) clearTimeout(timer);
      // Ends its look for connections whose time is over.
      node?.close();
      this.#dispatcher.application.close();
    }
  }

  // ------------------------------------------------------------------ connections

  readonly #connections = new Map<Socket, ConnectionState>();
  /** What carries them: the same without TLS, and with TLS also those that have not shaken hands yet. */
  readonly #sockets = new Set<Socket>();

  async #allClosed(): Promise<void> {
    for (const socket of this.#sockets) {
      await new Promise<void>((resolve) => {
        socket.once("close", () => resolve());
      });
    }
  }

  #closeAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Closes connections on which nothing comes any more: soon where there was a request before, later where one may be on its way. */
  #closeIdle(closingSince: number): void {
    const now = performance.now();
    const idle = [...this.#connections].filter(([, { active, served, since }]) => {
      const most = served ? LAST_REQUESTS_MS : FIRST_REQUEST_MS;
      return active === 0 && now - Math.max(since, closingSince) > most;
    });
    // In a process that was held up, requests have arrived that are read only after timers like this one's.
    setImmediate(() => {
      for (const [socket, { active, since }] of idle) {
        if (active === 0 && since < now) socket.destroy();
      }
    });
  }

  #makeNodeServer(): NodeServer {
    const { tls, maxHeaderBytes = 16 * 1024, headersTimeoutMs = 10_000 } = this.#options;
    const { requestTimeoutMs = 300_000, keepAliveMs = 5_000, maxConnections = 10_000 } = this.#options;
    const settings = {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    };
    const node = tls === undefined ? createHttpServer(settings) : createHttpsServer({ ...settings, ...tls });
    node.maxConnections = maxConnections;
    node.on("request", (request, response) => this.#take(request, response, false));
    node.on("checkContinue", (request, response) => this.#take(request, response, true));
    // What else somebody may expect, nobody here can do.
    node.on("checkExpectation", (_request, response: ServerResponse) => response.writeHead(417).end());
    node.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    // Of TLS too, these are the sockets that requests come with.
    node.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      this.#connections.set(socket, { active: 0, served: false, since: performance.now() });
      socket.once("close", () => this.#connections.delete(socket));
    });
    return node;
  }

  #note(socket: Socket, response: ServerResponse): void {
    const state = this.#connections.get(socket);
    if (state === undefined) return;
    state.active++;
    state.served = true;
    response.once("close", () => {
      state.active--;
      state.since = performance.now();
    });
  }

  #take(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const { maxBodyBytes = Number.POSITIVE_INFINITY, sendTimeoutMs = 60_000 } = this.#options;
    if (this.#isClosing) response.shouldKeepAlive = false;
    this.#note(request.socket, response);
    const id = this.#nextId();
    const transport = new NodeTransport(response, sendTimeoutMs);
    try {
      const exchange = { id, request, response, expectsContinue, maxBodyBytes };
      void this.#dispatcher.dispatch(incomingRequest(exchange), transport);
    } catch (error) {
      if (!(error instanceof BadRequestError)) throw error;
      response.shouldKeepAlive = false;
      const { status, headers, body } = statusPage(error.status, id);
      const answer = new Answer(transport, request.method === "HEAD");
      answer.start(status, headers);
      answer.write(body);
      answer.end();
    }
  }
}

function readServerOptions(options: ServerOptions | undefined) {
  return readOptions("createServer", options, SERVER_OPTIONS);
}

/** Makes a server of an application, which `loadApplication` gives. @throws TypeError, RangeError for options that make no sense */
export function createServer(application: Application, options?: ServerOptions): HttpServer {
  return new HttpServer(application, options);
}
