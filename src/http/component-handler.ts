// Components: wasi:http/incoming-handler of 0.2, and wasi:cli/run as a WAGI program. An instance for each request.
// Owns one request's way through a component; bodies, fields and resources are component-wasi's affair.

import type { Engine } from "../api/index.ts";
import { Store } from "../api/index.ts";
import {
  type Component,
  ComponentLinker,
  type HostInterface,
  type PreparedComponent,
} from "../component/index.ts";
import {
  type ComponentWasiOptions,
  HttpError,
  type ResponseHead,
  startHandling,
  Wasi,
} from "../component-wasi/index.ts";
import type { FileSystem } from "../wasi/index.ts";
import type { Answer } from "./answer.ts";
import {
  GuestExitError,
  type GuestRequest,
  InvalidAnswerError,
  type RequestHandler,
  type Usage,
} from "./handler.ts";
import type { HeaderList } from "./request.ts";
import { cgiEnvironment, routeFacts, wagiArguments } from "./wagi/environment.ts";
import { noHead } from "./wagi/handler.ts";
import { WagiOutput } from "./wagi/output.ts";

export interface ComponentHandlerOptions {
  readonly engine: Engine;
  readonly component: Component;
  /** Words of a WAGI program's arguments; `undefined` for a component that handles requests by wasi:http. */
  readonly argv: string | undefined;
  readonly environment: ReadonlyMap<string, string>;
  readonly preopens: () => Readonly<Record<string, FileSystem>>;
  /** What each guest may reach, and how; clocks and sockets of the process. */
  readonly network: Pick<ComponentWasiOptions, "network" | "transport" | "host">;
  /** Whether guests get Spin's headers of the route. */
  readonly hasRouteHeaders: boolean;
  /** Interfaces besides WASI's, by name. */
  readonly interfaces: Readonly<Record<string, HostInterface>>;
  readonly onOutput: (stream: "stdout" | "stderr", chunk: Uint8Array) => void;
  readonly fuel: bigint | undefined;
  readonly timeoutMs: number;
  readonly maxMemory: number;
  readonly deterministic: { readonly seed: bigint } | undefined;
}

/** Milliseconds that a guest may compute before the event loop turns. */
const QUANTUM_MS = 2;

export class ComponentHandler implements RequestHandler {
  readonly #options: ComponentHandlerOptions;
  readonly #prepared: PreparedComponent;
  #isUsed = false;

  /** @throws LinkError naming every import that is not there; TypeError for a component of another world */
  constructor(options: ComponentHandlerOptions) {
    this.#options = options;
    const { engine, component, argv, interfaces } = options;
    const wanted = argv === undefined ? "wasi:http/incoming-handler@0.2." : "wasi:cli/run@0.2.";
    const names = component.exports.map(({ name }) => name);
    if (!names.some((name) => name.startsWith(wanted))) throw new TypeError(wrongWorld(wanted, names));
    const linker = new ComponentLinker(engine);
    Wasi.addTo(linker);
    for (const [name, host] of Object.entries(interfaces)) linker.instance(name, host);
    this.#prepared = linker.prepare(component);
  }

  async handle(request: GuestRequest, answer: Answer, usage: Usage): Promise<void> {
    const { engine, maxMemory, argv } = this.#options;
    usage.cold = !this.#isUsed;
    this.#isUsed = true;
    const output = argv === undefined ? undefined : new WagiOutput(answer);
    const wasi = new Wasi(this.#grants(request, output));
    const store = new Store(engine, { limits: { memoryBytes: maxMemory, totalBytes: maxMemory }, wasi });
    try {
      if (output === undefined) await this.#respond(wasi, store, request, answer);
      else await this.#run(wasi, store, request, answer, output);
    } finally {
      usage.fuel = store.fuelConsumed;
      usage.memory = store.bytesUsed;
      wasi.close();
    }
  }

  close(): void {
    // Nothing is kept from one request to the next but what was compiled.
  }

  #grants(request: GuestRequest, output: WagiOutput | undefined): ComponentWasiOptions {
    const { environment, preopens, onOutput, network, deterministic, argv } = this.#options;
    const shared = {
      ...network,
      preopens: preopens(),
      deterministic: deterministic ?? false,
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

  async #respond(wasi: Wasi, store: Store, request: GuestRequest, answer: Answer): Promise<void> {
    const call = this.#bounds(request);
    const instance = await this.#prepared.instantiateAsync(store, call);
    const { method, scheme, authority, path, query, body } = request;
    const incoming = {
      ...{ method, scheme, authority, path: query === "" ? path : `${path}?${query}` },
      headers: headersForGuest(request, this.#options.hasRouteHeaders).map(
        ([name, value]): [string, Uint8Array] => [name, Buffer.from(value, "latin1")],
      ),
      body: body?.input() ?? ("null" as const),
    };
    const { head, done } = startHandling(instance, incoming, { wasi, call });
    const response = await head.catch((error: unknown) => {
      throw error instanceof HttpError ? new InvalidAnswerError(noResponse(error)) : error;
    });
    await send(response, answer);
    // It may go on after its answer, within its limits.
    await done;
  }

  async #run(
    wasi: Wasi,
    store: Store,
    request: GuestRequest,
    answer: Answer,
    output: WagiOutput,
  ): Promise<void> {
    const call = this.#bounds(request);
    const instance = await this.#prepared.instantiateAsync(store, call);
    const status = await wasi.run(instance, call);
    if (status !== 0) throw new GuestExitError(status);
    if (output.bytesOfHead !== undefined) throw new InvalidAnswerError(noHead(output.bytesOfHead));
    answer.end();
  }

  #bounds({ signal }: GuestRequest) {
    const { fuel, timeoutMs } = this.#options;
    return { signal, timeoutMs, quantumMs: QUANTUM_MS, ...(fuel !== undefined && { fuel }) };
  }
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

function wrongWorld(wanted: string, names: readonly string[]): string {
  const exported = names.length === 0 ? "it exports nothing" : `it exports ${names.slice(0, 8).join(", ")}`;
  const what = `it does not export ${wanted.slice(0, -1)}; ${exported}`;
  if (names.some((name) => name.startsWith("wasi:http/handler@0.3"))) {
    return `${what}; components of WASI 0.3 are not served so far`;
  }
  return names.some((name) => name.startsWith("wasi:cli/run"))
    ? `${what}; a program is served as WAGI: executor = { type = "wagi" }`
    : what;
}
