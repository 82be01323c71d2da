// Components: wasi:http/incoming-handler of 0.2 or handler of 0.3, and wasi:cli/run as a WAGI program. An instance for each request, as new.
// Owns one request's way through a component; bodies, fields and resources are component-wasi's affair.

import type { Component } from "../component/index.ts";
import { HttpError, type ResponseHead, startHandling } from "../component-wasi/index.ts";
import type { FileSystem } from "../wasi/index.ts";
import type { Answer } from "./answer.ts";
import { ComponentPool, type ComponentPoolOptions, type PooledComponent } from "./component-pool.ts";
import {
  GuestExitError,
  type GuestRequest,
  InvalidAnswerError,
  type RequestHandler,
  type Usage,
} from "./handler.ts";
import type { GuestGrants } from "./idle-instances.ts";
import type { HeaderList } from "./request.ts";
import { Starts } from "./starts.ts";
import { cgiEnvironment, routeFacts, wagiArguments } from "./wagi/environment.ts";
import { noHead } from "./wagi/handler.ts";
import { WagiOutput } from "./wagi/output.ts";

export interface ComponentHandlerOptions extends ComponentPoolOptions {
  /** Words of a WAGI program's arguments; `undefined` for a component that handles requests by wasi:http. */
  readonly argv: string | undefined;
  readonly environment: ReadonlyMap<string, string>;
  readonly preopens: () => Readonly<Record<string, FileSystem>>;
  /** Whether guests get Spin's headers of the route. */
  readonly hasRouteHeaders: boolean;
  readonly onOutput: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
  readonly fuel: bigint | undefined;
  readonly timeoutMs: number;
}

type CallBounds = Parameters<ComponentPool["acquire"]>[1];

/** Milliseconds that a guest may compute before the event loop turns. */
const QUANTUM_MS = 2;

export class ComponentHandler implements RequestHandler {
  readonly #options: ComponentHandlerOptions;
  readonly #pool: ComponentPool;
  readonly #starts = new Starts();

  /** @throws LinkError naming every import that is not there; TypeError for a component of another world */
  constructor(options: ComponentHandlerOptions) {
    this.#options = options;
    requireWorld(options.component, options.argv);
    this.#pool = new ComponentPool(options);
  }

  async handle(request: GuestRequest, answer: Answer, usage: Usage): Promise<void> {
    const begun = performance.now();
    const start = await this.#starts.begin(request.signal);
    usage.waitedMs = performance.now() - begun;
    if (start === undefined) throw new Error("the request was given up while it waited to begin");
    try {
      await this.#run(request, answer, usage, { ...this.#bounds(request), onWait: start.wait });
    } finally {
      start.end();
    }
  }

  async #run(request: GuestRequest, answer: Answer, usage: Usage, call: CallBounds): Promise<void> {
    const output = this.#options.argv === undefined ? undefined : new WagiOutput(answer);
    const pooled = await this.#pool.acquire(this.#grants(request, output), call);
    const { store } = pooled;
    usage.cold = pooled.isNew;
    const fuelBefore = store.fuelConsumed;
    try {
      if (output === undefined) await this.#respond(pooled, request, answer, call);
      else await this.#runProgram(pooled, answer, output, call);
    } finally {
      usage.fuel = store.fuelConsumed - fuelBefore;
      usage.memory = store.bytesUsed;
      usage.denied = pooled.wasi.networkDenials;
      this.#pool.release(pooled);
    }
  }

  close(): void {
    this.#pool.close();
  }

  #grants(request: GuestRequest, output: WagiOutput | undefined): GuestGrants {
    const { environment, preopens, onOutput, argv } = this.#options;
    const shared = {
      preopens: preopens(),
      stderr: (chunk: Uint8Array) => onOutput("stderr", chunk),
    };
    if (output === undefined || argv === undefined) {
      return {
        ...shared,
        env: Object.fromEntries(environment),
        stdout: (chunk: Uint8Array) => onOutput("stdout", chunk),
      };
    }
    return {
      ...shared,
      args: wagiArguments(argv, request),
      env: cgiEnvironment(request, environment),
      stdin: request.body?.input() ?? "null",
      stdout: output,
    };
  }

  async #respond(
    { wasi, instance }: PooledComponent,
    request: GuestRequest,
    answer: Answer,
    call: CallBounds,
  ): Promise<void> {
    const { method, scheme, authority, path, query, body } = request;
    const incoming = {
      ...{ method, scheme, authority, path: query === "" ? path : `${path}?${query}` },
      headers: fieldsOf(headersForGuest(request, this.#options.hasRouteHeaders)),
      body: body?.input() ?? ("null" as const),
      trailers: body?.trailers?.().then((list) => list && fieldsOf(list)),
    };
    const { head, done, stop } = startHandling(instance, incoming, { wasi, call });
    try {
      const response = await head.catch((error: unknown) => {
        throw error instanceof HttpError ? new InvalidAnswerError(noResponse(error)) : error;
      });
      await send(response, answer);
    } catch (error) {
      // The instance is given back: nothing may be running in it.
      stop();
      await done.catch(() => {});
      throw error;
    }
    // It may go on after its answer, within its limits.
    await done;
  }

  async #runProgram(
    { wasi, instance }: PooledComponent,
    answer: Answer,
    output: WagiOutput,
    call: CallBounds,
  ): Promise<void> {
    const status = await wasi.run(instance, call);
    if (status !== 0) throw new GuestExitError(status);
    if (output.bytesOfHead !== undefined) throw new InvalidAnswerError(noHead(output.bytesOfHead));
    answer.end();
  }

  #bounds({ signal }: GuestRequest): CallBounds {
    const { fuel, timeoutMs } = this.#options;
    return { signal, timeoutMs, quantumMs: QUANTUM_MS, ...(fuel !== undefined && { fuel }) };
  }
}

function fieldsOf(headers: HeaderList): [name: string, value: Uint8Array][] {
  return headers.map(([name, value]) => [name, Buffer.from(value, "latin1")]);
}

/** The client's headers; with Spin's of the route in place of the client's own `spin-*`. */
function headersForGuest(request: GuestRequest, hasRouteHeaders: boolean): HeaderList {
  if (!hasRouteHeaders) return request.headers;
  return [
    ...request.headers.filter(([name]) => !name.startsWith("spin-")),
    ["spin-path-info", request.route.pathInfo],
    ...routeFacts(request).map(([name, value]): [string, string] => [`spin-${name}`, value]),
  ];
}

async function send({ status, headers, body, trailers }: ResponseHead, answer: Answer): Promise<void> {
  const text = headers.map(([name, value]): [string, string] => [
    name,
    Buffer.from(value).toString("latin1"),
  ]);
  answer.start(status, text);
  const reader = body?.getReader();
  try {
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      if (!answer.ready) await answer.whenReady();
      answer.write(next.value);
    }
  } catch (error) {
    await reader?.cancel().catch(() => {});
    throw error instanceof HttpError ? new InvalidAnswerError("the guest did not finish its body") : error;
  }
  const last = (await trailers) ?? [];
  answer.end(last.map(([name, value]): [string, string] => [name, Buffer.from(value).toString("latin1")]));
}

function noResponse({ code }: HttpError): string {
  return code.tag === "HTTP-response-incomplete"
    ? "the guest returned without a response"
    : `the guest set an error in place of a response: ${code.tag}`;
}

/** Interfaces by which components handle requests. */
const HANDLERS = ["wasi:http/incoming-handler@0.2.", "wasi:http/handler@0.3."] as const;

/** By which they are programs. */
const PROGRAMS = ["wasi:cli/run@0.2.", "wasi:cli/run@0.3."] as const;

/** @throws TypeError for a component of another world */
function requireWorld({ exports }: Component, argv: string | undefined): void {
  const wanted = argv === undefined ? HANDLERS : PROGRAMS;
  const names = exports.map(({ name }) => name);
  const isThere = names.some((name) => wanted.some((each) => name.startsWith(each)));
  if (!isThere) throw new TypeError(wrongWorld(wanted[0], names));
}

function wrongWorld(wanted: string, names: readonly string[]): string {
  const exported = names.length === 0 ? "it exports nothing" : `it exports ${names.slice(0, 8).join(", ")}`;
  const what = `it does not export ${wanted.slice(0, -1)}; ${exported}`;
  return names.some((name) => name.startsWith("wasi:cli/run"))
    ? `${what}; a program is served as WAGI: executor = { type = "wagi" }`
    : what;
}
