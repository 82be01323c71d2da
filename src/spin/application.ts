// From a manifest to what a server serves: variables, files, modules and routes, with all that is wrong told before the first request.

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Engine, LinkError, Module, Scheduler } from "../api/index.ts";
import { Component } from "../component/index.ts";
import type { NetworkDenial } from "../component-wasi/index.ts";
import { nodeComponentHost, nodeHttpTransport } from "../component-wasi/node/index.ts";
import { CompileError } from "../errors.ts";
import { ComponentHandler } from "../http/component-handler.ts";
import type { RequestHandler } from "../http/handler.ts";
import { DEFAULT_MAX_MEMORY, DEFAULT_TIMEOUT_MS, type GuestLimits } from "../http/limits.ts";
import { WagiHandler } from "../http/wagi/handler.ts";
import { printable } from "../printable.ts";
import type { FileSystem } from "../wasi/index.ts";
import { outboundRules } from "./allowed-outbound-hosts.ts";
import { type FileOptions, openFiles } from "./files.ts";
import { hostCall } from "./host-call.ts";
import { InternalTransport } from "./internal-transport.ts";
import { parseManifest } from "./manifest.ts";
import type { ComponentDeclaration, Executor, HttpTrigger, Manifest } from "./model.ts";
import { Problems } from "./problems.ts";
import { parseRoute, type RoutePattern } from "./route-pattern.ts";
import { Router } from "./router.ts";
import {
  type LoadedApplication,
  type LoadedRoute,
  type Routed,
  SpinApplication,
  type Target,
} from "./spin-application.ts";
import { absentImports, spinInterfaces } from "./spin-interfaces.ts";
import { ApplicationStores } from "./stores/application-stores.ts";
import { type VariableProvider, Variables } from "./variables.ts";
import { describeWasm } from "./wasm-kind.ts";

export interface ApplicationOptions {
  /** Where variables come from; the first that has a value wins. Default: nowhere, so that defaults count. */
  readonly variables?: readonly VariableProvider[];
  /** Environment variables of every component, which win over those of the manifest. */
  readonly environment?: ReadonlyMap<string, string>;
  /** Components that are served. Default: all. */
  readonly components?: readonly string[];
  /** File systems of every component by path, besides its own files. */
  readonly preopens?: Readonly<Record<string, FileSystem>>;
  /** Whether components get the headers `spin-…` of the route. Default true. */
  readonly routeHeaders?: boolean;
  readonly directMounts?: boolean;
  readonly allowTransientWrite?: boolean;
  /** Directory of what the application keeps, such as its stores. Default `.spin` beside the manifest; `""` for memory. */
  readonly stateDir?: string;
  /** Files of key-value stores by label, besides `default`; `undefined` for one in memory, of this process. Default none. */
  readonly keyValueStores?: ReadonlyMap<string, string | undefined>;
  /** The same of SQLite databases. */
  readonly sqliteDatabases?: ReadonlyMap<string, string | undefined>;
  /** For components that do not say otherwise. */
  readonly limits?: GuestLimits;
  /** What components write, and why their stores cannot be used. Default: thrown away. */
  readonly onOutput?: (component: string, stream: "stdout" | "stderr", chunk: Uint8Array) => void;
}

/** The manifest of a directory. */
export const MANIFEST = "spin.toml";

/** Spin's directory for what an application keeps, beside the manifest. */
export const STATE_DIR = ".spin";

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

/** Fuel for a turn, and milliseconds before the event loop turns: a guest that computes delays others by no more. */
const QUANTUM = 50_000;
const QUANTUM_MS = 2;

class Loader {
  readonly #manifest: Manifest;
  readonly #options: ApplicationOptions;
  readonly #problems: Problems;
  readonly #variables: Variables;
  readonly #scheduler = new Scheduler({
    quantum: QUANTUM,
    quantumMs: QUANTUM_MS,
    leastTurn: QUANTUM,
  });
  readonly #engines = new Map<string, Engine>();
  readonly #stores: ApplicationStores;
  readonly #transport = new InternalTransport(nodeHttpTransport());
  /** By engine and contents: a component may be there under several names. */
  readonly #modules = new Map<string, Module>();
  /** By component and executor. */
  readonly #targets = new Map<string, Target>();

  constructor(manifest: Manifest, options: ApplicationOptions) {
    this.#manifest = manifest;
    this.#options = options;
    this.#problems = new Problems(manifest.file);
    this.#variables = new Variables(manifest, options.variables ?? [], this.#problems);
    const { stateDir = join(dirname(resolve(manifest.file)), STATE_DIR) } = options;
    const { keyValueStores = new Map(), sqliteDatabases = new Map() } = options;
    this.#stores = new ApplicationStores({ stateDir, keyValueStores, sqliteDatabases }, this.#problems);
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
      transport: this.#transport,
      stores: this.#stores,
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
    if (wasm.kind === "module" && executor.type === "http") {
      return fail(
        wasm.hasComponentType
          ? `${shown} is a core module that is yet to become a component: wasm-tools component new ${shown} --adapt wasi_snapshot_preview1.reactor.wasm -o app.wasm`
          : `${shown} is a core module, and its trigger's executor takes components; for a WAGI program write executor = { type = "wagi" } in the trigger`,
      );
    }
    try {
      return wasm.kind === "component"
        ? this.#componentHandler(component, executor, bytes)
        : this.#wagiHandler(component, executor, bytes);
    } catch (error) {
      if (!(error instanceof CompileError || error instanceof LinkError || error instanceof TypeError))
        throw error;
      return fail(`${shown}: ${error.message}`);
    }
  }

  /** What both kinds of guests get. */
  #guest(component: ComponentDeclaration) {
    const limits = this.#limitsOf(component);
    const { fuel, timeoutMs = DEFAULT_TIMEOUT_MS, maxMemory = DEFAULT_MAX_MEMORY, deterministic } = limits;
    return {
      engine: this.#engine(limits.costModel ?? "instructions"),
      environment: new Map([...component.environment, ...(this.#options.environment ?? [])]),
      preopens: this.#preopens(component),
      ...{ fuel: fuel === undefined ? undefined : BigInt(fuel), timeoutMs, maxMemory, deterministic },
    };
  }

  /** @throws CompileError, LinkError; TypeError for one that is no command */
  #wagiHandler(component: ComponentDeclaration, executor: Executor, bytes: Uint8Array): RequestHandler {
    const guest = this.#guest(component);
    const { argv, entrypoint } = executor.type === "wagi" ? executor : { argv: "", entrypoint: "_start" };
    this.#readSettings(component);
    return new WagiHandler({
      ...guest,
      ...{ argv, entrypoint, scheduler: this.#scheduler, module: this.#module(guest.engine, bytes) },
      onStderr: (chunk) => this.#options.onOutput?.(component.id, "stderr", chunk),
    });
  }

  /** @throws CompileError, LinkError; TypeError for one of another world */
  #componentHandler(component: ComponentDeclaration, executor: Executor, bytes: Uint8Array): RequestHandler {
    const guest = this.#guest(component);
    const { variables, rules } = this.#readSettings(component);
    const host = nodeComponentHost();
    const compiled = new Component(guest.engine, bytes);
    const stores = this.#stores.granted(component);
    const databases = this.#stores.grantedDatabases(component);
    for (const name of absentImports(compiled)) {
      const message = `it imports ${name}, which is not supported here: calls of it fail with an error that says so`;
      this.#problems.warn(component.source.line, `component.${component.id}.source`, message);
    }
    const onOutput = (stream: "stdout" | "stderr", chunk: Uint8Array): void =>
      this.#options.onOutput?.(component.id, stream, chunk);
    const report = (line: string): void => onOutput("stderr", Buffer.from(`wasmeter: ${line}\n`));
    return new ComponentHandler({
      ...guest,
      component: compiled,
      argv: executor.type === "wagi" ? executor.argv : undefined,
      hasRouteHeaders: this.#options.routeHeaders ?? true,
      network: {
        network: {
          http: rules,
          // A rule for any scheme is one for sockets too.
          connect: rules.flatMap((rule) =>
            rule.startsWith("*://") ? [rule.slice(4).replace(/\/$/, "")] : [],
          ),
          onDenied: (denial) => report(this.#denialText(denial, component.id)),
        },
        host,
        transport: this.#transport,
      },
      interfaces: (caller) => spinInterfaces({ variables, stores, databases }, hostCall(caller, report)),
      onEnd: (store) => databases.end(store),
      onOutput,
    });
  }

  #denialText({ operation, target, message }: NetworkDenial, id: string): string {
    // A file that is served alone has its rules from options.
    if (this.#manifest.file === "") return message;
    return `${operation} ${target} was denied: component.${id}.allowed_outbound_hosts has no rule that allows it`;
  }

  /** Variables and rules of outgoing requests, with the application's variables filled in. Problems are noted. */
  #readSettings(component: ComponentDeclaration): {
    variables: ReadonlyMap<string, string>;
    rules: readonly string[];
  } {
    const variables = new Map<string, string>();
    for (const [name, { line, value }] of component.variables) {
      const text = this.#variables.fill(value, line, `component.${component.id}.variables.${name}`);
      if (text !== undefined) variables.set(name, text);
    }
    return {
      variables,
      rules: outboundRules(component, this.#variables, this.#problems).map(({ text }) => text),
    };
  }

  #preopens(component: ComponentDeclaration): () => Readonly<Record<string, FileSystem>> {
    const own = openFiles(component, this.#fileOptions(), this.#problems);
    const { preopens } = this.#options;
    return preopens === undefined ? own : () => ({ ...own(), ...preopens });
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
