// From a loaded application to a server that has ended: alone or by workers, first lines, metrics, signals.
// Owns the order of things; each of them has its file.

import cluster from "node:cluster";
import { createServer, type Server } from "node:http";
import { isWildcard, withoutDots } from "../../http/handler.ts";
import { openPort } from "../../http/listening.ts";
import { metricsText, sumOf } from "../../http/metrics.ts";
import { printable } from "../../printable.ts";
import { problemText } from "../../spin/problems.ts";
import type { LoadedApplication } from "../../spin/spin-application.ts";
import type { Address, ServerSettings } from "../args/server-options.ts";
import { STATUS } from "../classify-error.ts";
import type { CommandIo } from "../io.ts";
import { cannotListen } from "./listen-at.ts";
import { ProcessServer } from "./process-server.ts";
import { obeyPrimary, tellPrimary, Workers } from "./workers.ts";

/** What is served, and what is to be said of it. */
export interface Serving {
  /** Loads it: in each process for itself. */
  readonly load: () => LoadedApplication;
  /** The manifest, for messages. */
  readonly file: string;
  readonly settings: ServerSettings;
  readonly io: CommandIo;
  /** Lets go of logs and the like. */
  readonly close: () => void;
  /** Called once, in a process that serves alone: replaces the application when something has changed. */
  readonly watch?:
    | ((replace: (application: LoadedApplication) => void, signal: AbortSignal) => void)
    | undefined;
}

/** Serves until it is to end; gives the exit status. @throws ManifestError, InputError before anything is served */
export function serveApplication(serving: Serving): Promise<number> {
  if (cluster.isWorker) return serveAsWorker(serving);
  return serving.settings.workers === 1 ? serveAlone(serving) : serveByWorkers(serving);
}

// -------------------------------------------------------------------- processes

async function serveAlone(serving: Serving): Promise<number> {
  const { settings, io, close } = serving;
  const application = serving.load();
  warn(application, serving);
  const process = new ProcessServer(application, settings, io);
  const { url } = await process.listen();
  let metrics: Server | undefined;
  const over = new AbortController();
  try {
    metrics = await serveMetrics(settings.metrics, async () => process.server.metrics());
    announce(url, application, settings, io);
    serving.watch?.((next) => process.server.replace(next), over.signal);
    await untilEnd(
      (graceMs) => process.close(graceMs),
      () => {},
      settings.graceMs,
    );
  } finally {
    over.abort();
    metrics?.close();
    close();
  }
  return STATUS.ok;
}

async function serveByWorkers(serving: Serving): Promise<number> {
  const { settings, io, close } = serving;
  // What is wrong is told once, here; the modules themselves are the workers'.
  const application = serving.load();
  warn(application, serving);
  application.close();
  const workers = new Workers(settings, (message) => io.stderr.write(`wasmeter: ${printable(message)}\n`));
  let metrics: Server | undefined;
  try {
    const url = await workers.start();
    metrics = await serveMetrics(settings.metrics, async () => metricsText(sumOf(await workers.metrics())));
    announce(url, application, settings, io);
    await Promise.race([
      untilEnd(
        (graceMs) => workers.stop(graceMs),
        () => workers.kill(),
        settings.graceMs,
      ),
      workers.failure,
    ]);
  } catch (error) {
    workers.kill();
    throw error;
  } finally {
    metrics?.close();
    close();
  }
  return STATUS.ok;
}

async function serveAsWorker({ load, settings, io, close }: Serving): Promise<number> {
  // Ctrl-C reaches every process; it is the primary that decides.
  process.on("SIGINT", () => {});
  try {
    const own = new ProcessServer(load(), settings, io);
    const accept = own.acceptor();
    return await new Promise<number>((resolve) => {
      let isStopping = false;
      const stop = (graceMs: number): void => {
        if (isStopping) return;
        isStopping = true;
        void own.close(graceMs).then(() => resolve(STATUS.ok));
      };
      process.on("SIGTERM", () => stop(settings.graceMs));
      obeyPrimary({ accept, metrics: () => own.server.metricsSnapshot(), stop }, settings.graceMs);
      tellPrimary({ type: "ready" });
    });
  } catch (error) {
    tellPrimary({ type: "failed", message: error instanceof Error ? error.message : String(error) });
    return STATUS.badInput;
  } finally {
    close();
  }
}

/** Waits for SIGINT or SIGTERM, then for the end; at the second signal ends at once. */
async function untilEnd(
  stop: (graceMs: number) => Promise<void>,
  kill: () => void,
  graceMs: number,
): Promise<void> {
  await new Promise<void>((resolve) => {
    let signals = 0;
    const onSignal = (): void => {
      signals++;
      if (signals === 1) {
        void stop(graceMs).then(finish);
        return;
      }
      kill();
      finish();
    };
    const finish = (): void => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
      resolve();
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}

// -------------------------------------------------------------------- what is said

function warn({ warnings }: LoadedApplication, { file, io }: Serving): void {
  for (const warning of warnings) io.stderr.write(`wasmeter: warning: ${problemText(file, warning)}\n`);
}

function announce(
  url: string,
  { name, routes }: LoadedApplication,
  { format }: ServerSettings,
  io: CommandIo,
): void {
  const open = routes.filter(({ route }) => route !== undefined);
  if (format === "json") {
    const shown = open.map(({ route = "", id, description }) => ({
      ...{ id, route: withoutDots(route), wildcard: isWildcard(route) },
      ...(description !== "" && { description }),
    }));
    io.stdout.write(`${JSON.stringify({ base_url: url, name, routes: shown })}\n`);
    return;
  }
  io.stdout.write(`Serving ${url}\nAvailable Routes:\n`);
  for (const { route = "", id, description } of open) {
    const kind = isWildcard(route) ? " (wildcard)" : "";
    io.stdout.write(`  ${printable(id)}: ${url}${printable(withoutDots(route))}${kind}\n`);
    if (description !== "") io.stdout.write(`    ${printable(description)}\n`);
  }
}

async function serveMetrics(
  address: Address | undefined,
  text: () => Promise<string>,
): Promise<Server | undefined> {
  if (address === undefined) return undefined;
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    void text().then((body) => {
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(body);
    });
  });
  await openPort(server, address).catch((error: unknown) => {
    throw cannotListen("--metrics", address.host, address.port, error);
  });
  return server;
}
