// One request's way through the server: routing, a place to run, time, the guest, what becomes of its failure, the record.
// Knows no sockets: requests come with a Transport for their answer.

import type { RequestRecord } from "./access-log.ts";
import { Admission } from "./admission.ts";
import { Answer, type Transport } from "./answer.ts";
import type { Application, Destination, ServedComponent } from "./application.ts";
import { type Failure, failureOf, type Page, statusPage } from "./failure.ts";
import type { StopReason, Usage } from "./handler.ts";
import { Metrics } from "./metrics.ts";
import { BadRequestError, type IncomingRequest } from "./request.ts";

export interface DispatcherOptions {
  /** Guests that run at the same time. */
  readonly maxConcurrency: number;
  /** Requests that wait for a place, for the server and for each component. */
  readonly maxQueue: number;
  readonly onRecord: (record: RequestRecord) => void;
}

/** Seconds after which a client that found the queue full is asked to come back. */
const RETRY_AFTER = "1";
/** What is logged for a client that left before it was answered, as nginx does. */
const CLIENT_LEFT = 499;
/** A timer holds 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

type GuestDestination = Extract<Destination, { kind: "guest" }>;

/** What becomes known of a request on its way. */
interface Progress {
  component: string | undefined;
  queueMs: number;
  failure: Failure | undefined;
  readonly usage: Usage;
}

export class Dispatcher {
  readonly metrics = new Metrics();
  readonly #options: DispatcherOptions;
  readonly #places: Admission;
  #application: Application;
  /** Places of components that have limits of their own; those of an application that was replaced end with it. */
  #componentPlaces = new WeakMap<ServedComponent, Admission>();
  readonly #running = new Set<(reason: StopReason) => void>();
  #whenIdle: (() => void)[] = [];

  constructor(application: Application, options: DispatcherOptions) {
    this.#application = application;
    this.#options = options;
    this.#places = new Admission(options.maxConcurrency, options.maxQueue);
  }

  get application(): Application {
    return this.#application;
  }

  /** Requests to come go to another application. Those under way go on with theirs. */
  replace(application: Application): void {
    const before = this.#application;
    this.#application = application;
    before.close();
  }

  /** Requests under way, those that wait for a place among them. */
  get active(): number {
    return this.#running.size;
  }

  /** What has been counted, and how things are now. */
  snapshot(): ReturnType<Metrics["snapshot"]> {
    this.metrics.set("wasmeter_requests_running", {}, this.#places.running);
    this.metrics.set("wasmeter_requests_waiting", {}, this.#places.waiting);
    return this.metrics.snapshot();
  }

  /** Ends all guests. */
  stopAll(): void {
    for (const stop of [...this.#running]) stop("shutdown");
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Answers a request from outside. Never rejects. */
  dispatch(request: IncomingRequest, transport: Transport): Promise<void> {
    return this.#answer(request, transport, () => this.#application.route(request));
  }

  /** Answers a request of one component to another. Never rejects. */
  dispatchTo(component: string, request: IncomingRequest, transport: Transport): Promise<void> {
    return this.#answer(request, transport, () => this.#application.routeTo(component, request));
  }

  async #answer(
    request: IncomingRequest,
    transport: Transport,
    route: () => Destination | undefined,
  ): Promise<void> {
    const time = Date.now();
    const begun = performance.now();
    const answer = new Answer(transport, request.method === "HEAD");
    const progress: Progress = {
      ...{ component: undefined, queueMs: 0, failure: undefined },
      usage: { fuel: 0n, memory: 0, cold: false, denied: 0, waitedMs: 0 },
    };
    try {
      const destination = route();
      if (destination === undefined) sendPage(answer, statusPage(404, request.id));
      else if (destination.kind === "page") sendPage(answer, destination.page);
      else await this.#runGuest(destination, request, answer, progress, begun);
    } catch (error) {
      if (error instanceof BadRequestError) sendPage(answer, statusPage(error.status, request.id));
      else this.#fail(answer, request, progress, failureOf(error, undefined));
    }
    this.#record(request, answer, progress, time, performance.now() - begun);
  }

  async #runGuest(
    destination: GuestDestination,
    request: IncomingRequest,
    answer: Answer,
    progress: Progress,
    begun: number,
  ): Promise<void> {
    const { component, handler, path, query, route } = destination;
    progress.component = component.id;
    const controller = new AbortController();
    let stopped: StopReason | undefined;
    const stop = (reason: StopReason): void => {
      stopped ??= reason;
      controller.abort(reason);
    };
    const leave = (): void => stop("client-left");
    const timer = setTimeout(() => stop("timeout"), Math.min(component.timeoutMs, LONGEST_TIMER_MS));
    request.signal.addEventListener("abort", leave, { once: true });
    this.#running.add(stop);
    const entered: Admission[] = [];
    try {
      if (request.signal.aborted) leave();
      const isFull = await this.#enter(component, controller.signal, entered);
      progress.queueMs = performance.now() - begun;
      if (isFull) {
        sendPage(answer, statusPage(503, request.id, [["retry-after", RETRY_AFTER]]));
        return;
      }
      if (stopped !== undefined) throw new Error("the request was given up while it waited for a place");
      const guestRequest = { ...request, path, query, route, signal: controller.signal };
      await handler.handle(guestRequest, answer, progress.usage);
    } catch (error) {
      this.#fail(answer, request, progress, failureOf(error, stopped));
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener("abort", leave);
      for (const admission of entered) admission.leave();
      this.#running.delete(stop);
      if (this.#running.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }

  /** Gets a place with the component, then with the server: who waits for a busy component takes no place from others. */
  async #enter(component: ServedComponent, signal: AbortSignal, entered: Admission[]): Promise<boolean> {
    const own = this.#placesOf(component);
    for (const admission of own === undefined ? [this.#places] : [own, this.#places]) {
      const result = admission.enter(signal);
      const outcome = typeof result === "string" ? result : await result;
      if (outcome === "full") return true;
      if (outcome === "gave-up") return false;
      entered.push(admission);
    }
    return false;
  }

  #placesOf(component: ServedComponent): Admission | undefined {
    if (component.maxConcurrency === undefined) return undefined;
    let places = this.#componentPlaces.get(component);
    if (places === undefined) {
      places = new Admission(component.maxConcurrency, this.#options.maxQueue);
      this.#componentPlaces.set(component, places);
    }
    return places;
  }

  #fail(answer: Answer, request: IncomingRequest, progress: Progress, failure: Failure): void {
    progress.failure = failure;
    if (failure.kind === "client-left" || !answer.isReplaceable) {
      answer.abort();
      return;
    }
    answer.discard();
    const retry: [string, string][] = failure.status === 503 ? [["retry-after", RETRY_AFTER]] : [];
    sendPage(answer, statusPage(failure.status, request.id, retry));
  }

  #record(
    request: IncomingRequest,
    answer: Answer,
    progress: Progress,
    time: number,
    durationMs: number,
  ): void {
    const { component, failure } = progress;
    const { waitedMs, ...usage } = progress.usage;
    const queueMs = progress.queueMs + waitedMs;
    const status = failure?.kind === "client-left" ? CLIENT_LEFT : (answer.status ?? CLIENT_LEFT);
    const labels = { component: component ?? "" };
    const { metrics } = this;
    metrics.add("wasmeter_requests_total", { ...labels, status: String(status) });
    metrics.observe("wasmeter_request_duration_seconds", labels, durationMs / 1000);
    if (component !== undefined) {
      metrics.observe("wasmeter_queue_seconds", labels, queueMs / 1000);
      metrics.add("wasmeter_fuel_total", labels, Number(usage.fuel));
      metrics.atLeast("wasmeter_guest_memory_bytes_max", labels, usage.memory);
      if (usage.denied > 0) metrics.add("wasmeter_denied_connections_total", labels, usage.denied);
      if (usage.cold) metrics.observe("wasmeter_cold_start_seconds", labels, durationMs / 1000);
      if (failure !== undefined) {
        metrics.add("wasmeter_request_failures_total", { ...labels, reason: failure.kind });
      }
    }
    const { id, method, target, client } = request;
    this.#options.onRecord({
      ...{ id, time, client: client.address, method, target, component, status, bytes: answer.bytes },
      ...{ durationMs, queueMs, failure, ...usage },
    });
  }
}

function sendPage(answer: Answer, { status, headers, body }: Page): void {
  answer.start(status, headers);
  answer.write(body);
  answer.end();
}
