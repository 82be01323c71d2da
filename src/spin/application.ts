// From a manifest to what a server serves: variables, files, modules and routes, with all that is wrong told before the first request.

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Engine, LinkError, Module, Scheduler } from "../api/index.ts";
import { CompileError } from "../errors.ts";
import type { Application, Destination, ServedComponent } from "../http/application.ts";
import { statusPage } from "../http/failure.ts";
import type { RequestHandler } from "../http/handler.ts";
import { DEFAULT_MAX_MEMORY, DEFAULT_TIMEOUT_MS, type GuestLimits } from "../http/limits.ts";
import { BadRequestError, type IncomingRequest } from "../http/request.ts";
import { WagiHandler } from "../http/wagi/handler.ts";
import { printable } from "../printable.ts";
import { outboundRules } from "./allowed-outbound-hosts.ts";
import { type FileOptions, openFiles } from "./files.ts";
import { parseManifest } from "./manifest.ts";
import type { ComponentDeclaration, Executor, HttpTrigger, Manifest, StaticResponse } from "./model.ts";
import { type Problem, Problems } from "./problems.ts";
import { normalisePath } from "./request-path.ts";
import { parseRoute, RESERVED_PREFIX, type RoutePattern } from "./route-pattern.ts";
import { type RouteMatch, Router } from "./router.ts";
import { type VariableProvider, Variables } from "./variables.ts";
import { describeWasm } from "./wasm-kind.ts";

export interface ApplicationOptions {
  /** Where variables come from; the first that has a value wins. Default: nowhere, so that defaults count. */
  readonly variables?: readonly VariableProvider[];
  /** Environment variables of every component, which win over those of the manifest. */
  readonly environment?: ReadonlyMap<string, string>;
  /** Components that are served. Default: all. */
  readonly components?: readonly string[];
  readonly directMounts?: boolean;
  readonly allowTransientWrite?: boolean;
  /** For components that do not say otherwise. */
  readonly limits?: GuestLimits;
  /** What components write to standard error. Default: thrown away. */
  readonly onOutput?: (component: string, stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

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

/** The manifest of a directory. */
export const MANIFEST = "spin.toml";

/** The manifest's path for what was given: that of a manifest, or of its directory. */
export function manifestPath(given: string): string {
  const stat = statSync(given, { throwIfNoEntry: false });
  return stat?.isDirectory() ? join(given, MANIFEST) : given;
}

/**
 * Reads a manifest and all it names, and makes of it what a server serves.
 * @param path of a manifest, or of its directory
 * @throws ManifestError with every problem; Error (Node's) if there is no manifest
 */
export function loadApplication(path: string, options: ApplicationOptions = {}): LoadedApplication {
  const file = manifestPath(path);
  return makeApplication(parseManifest(readFileSync(file, "utf8"), file), options);
}

/** The same of a manifest that was read already. @throws ManifestError with every problem */
export function makeApplication(manifest: Manifest, options: ApplicationOptions = {}): LoadedApplication {
  return new Loader(manifest, options).load();
}

interface Target {
  readonly served: ServedComponent;
  readonly handler: RequestHandler;
}

type Routed =
  | { readonly kind: "guest"; readonly target: Target }
  | { readonly kind: "static"; readonly response: StaticResponse };

/** Fuel for a turn, and milliseconds before the event loop turns: a guest that computes delays others by no more. */
const QUANTUM = 50_000;
const QUANTUM_MS = 2;

class Loader {
  readonly #manifest: Manifest;
  readonly #options: ApplicationOptions;
  readonly #problems: Problems;
  readonly #variables: Variables;
  readonly #scheduler = new Scheduler({ quantum: QUANTUM, quantumMs: QUANTUM_MS });
  readonly #engines = new Map<string, Engine>();
  /** By engine and contents: a component may be there under several names. */
  readonly #modules = new Map<string, Module>();
  /** By component and executor. */
  readonly #targets = new Map<string, Target>();

  constructor(manifest: Manifest, options: ApplicationOptions) {
    this.#manifest = manifest;
    this.#options = options;
    this.#problems = new Problems(manifest.file);
    this.#variables = new Variables(manifest, options.variables ?? [], this.#problems);
    this.#checkWanted();
  }

  load(): LoadedApplication {
    const router = new Router<Routed>();
    const internal = new Map<string, Target>();
    const routes: LoadedRoute[] = [];
    const seen = new Map<string, HttpTrigger>();
    for (const trigger of this.#manifest.triggers) {
      const { target, id } = trigger;
      if (target === undefined || (target.kind === "component" && !this.#isWanted(target.id))) continue;
      const pattern = trigger.route === undefined ? undefined : this.#pattern(trigger, seen);
      let routed: Routed;
      if (target.kind === "static") routed = { kind: "static", response: target.response };
      else {
        const made = this.#target(target.id, target.executor);
        if (made === undefined) continue;
        internal.set(target.id, internal.get(target.id) ?? made);
        routed = { kind: "guest", target: made };
      }
      const component = target.kind === "component" ? this.#manifest.components.get(target.id) : undefined;
      routes.push({
        route: pattern?.text,
        id: component?.id ?? id,
        description: component?.description ?? "",
      });
      if (pattern !== undefined) router.add(pattern, routed);
    }
    this.#problems.throwIfAny();
    const { name, version, base, warnings } = this.#manifest;
    return new SpinApplication({
      ...{ name, version, base, routes, router, internal },
      warnings: [...warnings, ...this.#problems.warnings],
      targets: [...this.#targets.values()],
    });
  }

  #checkWanted(): void {
    for (const id of this.#options.components ?? []) {
      if (this.#manifest.components.has(id)) continue;
      const names = [...this.#manifest.components.keys()].join(", ");
      this.#problems.error(
        undefined,
        undefined,
        `there is no component '${id}' to be served alone; there are ${names}`,
      );
    }
  }

  #isWanted(id: string): boolean {
    return this.#options.components === undefined || this.#options.components.includes(id);
  }

  #pattern(trigger: HttpTrigger, seen: Map<string, HttpTrigger>): RoutePattern | undefined {
    const { route, path } = trigger;
    const { pattern, problem } = parseRoute(route?.value ?? "", this.#manifest.base);
    if (pattern === undefined) {
      this.#problems.error(route?.line, `${path}.route`, problem);
      return undefined;
    }
    const shape = pattern.segments.map((each) => (each.kind === "name" ? ":" : each.text)).join("/");
    const before = seen.get(`${shape}${pattern.isPrefix ? "/..." : ""}`);
    if (before !== undefined) {
      const advice = "take one of the two away; private = true keeps a component for others only";
      this.#problems.error(
        route?.line,
        `${path}.route`,
        `${pattern.text} is a route in line ${before.route?.line} already; ${advice}`,
      );
    }
    seen.set(`${shape}${pattern.isPrefix ? "/..." : ""}`, trigger);
    return pattern;
  }

  // ------------------------------------------------------------------ components

  #target(id: string, executor: Executor): Target | undefined {
    const key = JSON.stringify([id, executor]);
    const known = this.#targets.get(key);
    if (known !== undefined) return known;
    const component = this.#manifest.components.get(id);
    if (component === undefined) return undefined;
    for (const [name, { line, value }] of component.variables) {
      this.#variables.fill(value, line, `component.${id}.variables.${name}`);
    }
    outboundRules(component, this.#variables, this.#problems);
    const handler = this.#handler(component, executor);
    if (handler === undefined) return undefined;
    const { timeoutMs = DEFAULT_TIMEOUT_MS, maxConcurrency } = this.#limitsOf(component);
    // One component has one set of places, however many executors it has.
    const sibling = [...this.#targets.values()].find(({ served }) => served.id === id);
    const target = { served: sibling?.served ?? { id, timeoutMs, maxConcurrency }, handler };
    this.#targets.set(key, target);
    return target;
  }

  #limitsOf({ limits }: ComponentDeclaration): GuestLimits {
    const given = Object.entries(limits).filter(([, value]) => value !== undefined);
    return { ...this.#options.limits, ...Object.fromEntries(given) };
  }

  #handler(component: ComponentDeclaration, executor: Executor): RequestHandler | undefined {
    const { id, source } = component;
    const key = `component.${id}.source`;
    const fail = (message: string): undefined => {
      this.#problems.error(source.line, key, message);
    };
    const bytes = this.#read(source.value, fail);
    if (bytes === undefined) return undefined;
    const shown = printable(source.value);
    const wasm = describeWasm(bytes);
    if (wasm.problem !== undefined) return fail(`${shown} ${wasm.problem}`);
    if (wasm.kind === "component") {
      return fail(
        `${shown} is a component, and only WAGI programs of WASI preview1 are served so far; build for wasm32-wasip1`,
      );
    }
    if (executor.type === "http") {
      return fail(
        wasm.hasComponentType
          ? `${shown} is a core module that is yet to become a component: wasm-tools component new ${shown} --adapt wasi_snapshot_preview1.reactor.wasm -o app.wasm`
          : `${shown} is a core module, and its trigger's executor takes components; for a WAGI program write executor = { type = "wagi" } in the trigger`,
      );
    }
    const limits = this.#limitsOf(component);
    const { fuel, timeoutMs = DEFAULT_TIMEOUT_MS, maxMemory = DEFAULT_MAX_MEMORY, deterministic } = limits;
    try {
      const engine = this.#engine(limits.costModel ?? "instructions");
      const module = this.#module(engine, bytes);
      return new WagiHandler({
        ...{
          engine,
          module,
          scheduler: this.#scheduler,
          argv: executor.argv,
          entrypoint: executor.entrypoint,
        },
        environment: new Map([...component.environment, ...(this.#options.environment ?? [])]),
        preopens: openFiles(component, this.#fileOptions(), this.#problems),
        onStderr: (chunk) => this.#options.onOutput?.(id, "stderr", chunk),
        ...{ fuel: fuel === undefined ? undefined : BigInt(fuel), timeoutMs, maxMemory, deterministic },
      });
    } catch (error) {
      if (!(error instanceof CompileError || error instanceof LinkError || error instanceof TypeError))
        throw error;
      return fail(`${shown}: ${error.message}`);
    }
  }

  #fileOptions(): FileOptions {
    const { directMounts = false, allowTransientWrite = false } = this.#options;
    return { directory: dirname(resolve(this.#manifest.file)), directMounts, allowTransientWrite };
  }

  #read(source: string, fail: (message: string) => undefined): Uint8Array | undefined {
    try {
      return readFileSync(resolve(dirname(this.#manifest.file), source));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason =
        code === "ENOENT"
          ? "there is no such file; build it first, e.g. with wasmeter up --build"
          : code === "EISDIR"
            ? "it is a directory"
            : printable((error as Error).message);
      return fail(`cannot read ${printable(source)}: ${reason}`);
    }
  }

  #engine(costModel: "instructions" | "bounded"): Engine {
    let engine = this.#engines.get(costModel);
    if (engine === undefined) {
      engine = new Engine({ costModel });
      this.#engines.set(costModel, engine);
    }
    return engine;
  }

  #module(engine: Engine, bytes: Uint8Array): Module {
    const key = `${engine.costModel.name} ${createHash("sha256").update(bytes).digest("hex")}`;
    let module = this.#modules.get(key);
    if (module === undefined) {
      module = new Module(engine, bytes);
      this.#modules.set(key, module);
    }
    return module;
  }
}

// -------------------------------------------------------------------- routing

interface Parts {
  readonly name: string;
  readonly version: string;
  readonly base: string;
  readonly warnings: readonly Problem[];
  readonly routes: readonly LoadedRoute[];
  readonly router: Router<Routed>;
  readonly internal: ReadonlyMap<string, Target>;
  readonly targets: readonly Target[];
}

class SpinApplication implements LoadedApplication {
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

  close(): void {
    for (const { handler } of this.#parts.targets) handler.close();
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
