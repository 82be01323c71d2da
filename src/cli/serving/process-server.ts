// A server in this process: made, opened, replaced and closed, with its logs. The same alone and as one of several workers.

import { readFileSync } from "node:fs";
import { accessLine, failureLines, type RequestRecord } from "../../http/access-log.ts";
import type { Application } from "../../http/application.ts";
import { HttpServer, type Listening } from "../../http/server.ts";
import { printable } from "../../printable.ts";
import type { ServerSettings } from "../args/server-options.ts";
import type { CommandIo } from "../io.ts";
import { systemCode, systemReason } from "../read-module.ts";
import { InputError } from "../usage-error.ts";
import { LineOutput } from "./line-output.ts";

export class ProcessServer {
  readonly server: HttpServer;
  readonly #settings: ServerSettings;
  readonly #access: LineOutput;
  readonly #failures: LineOutput;

  /** @throws InputError for a certificate or key that cannot be read */
  constructor(application: Application, settings: ServerSettings, io: CommandIo) {
    this.#settings = settings;
    this.#access = new LineOutput(io.stdout);
    this.#failures = new LineOutput(io.stderr);
    const { maxRequests, maxQueue, maxBody, tls } = settings;
    this.server = new HttpServer(application, {
      ...{ maxConcurrency: maxRequests, maxQueue, maxBodyBytes: maxBody },
      tls: tls && { cert: readPem("--tls-cert", tls.cert), key: readPem("--tls-key", tls.key) },
      onRecord: (record) => this.#log(record),
    });
  }

  #log(record: RequestRecord): void {
    const { accessLog, format } = this.#settings;
    if (accessLog) this.#access.write(accessLine(record, format));
    const { failure } = record;
    if (failure !== undefined && failure.kind !== "client-left") {
      this.#failures.write(failureLines(record, format));
    }
  }

  /** @throws InputError for an address that cannot be had */
  async listen(): Promise<Listening> {
    const { findFreePort, listen } = this.#settings;
    const { host } = listen;
    for (let { port } = listen; ; port++) {
      try {
        return await this.server.listen({ host, port });
      } catch (error) {
        const isTaken = systemCode(error) === "EADDRINUSE" || systemCode(error) === "EACCES";
        if (!findFreePort || !isTaken || port === LAST_PORT)
          throw cannotListen("--listen", host, port, error);
      }
    }
  }

  async close(graceMs: number): Promise<void> {
    await this.server.close({ graceMs });
    this.#access.flush();
    this.#failures.flush();
  }
}

const LAST_PORT = 65_535;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use; is another server running?",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "permission denied; ports below 1024 are the system's",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "the host's name cannot be looked up now",
};

export function cannotListen(option: string, host: string, port: number, error: unknown): InputError {
  const shown = printable(host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);
  const code = systemCode(error);
  // What is wrong with a certificate has no code of the system.
  if (code?.startsWith("ERR_OSSL") === true)
    return new InputError(`--tls-cert, --tls-key: ${systemReason(error)}`);
  return new InputError(
    `${option}: cannot listen on ${shown}: ${REASONS[code ?? ""] ?? systemReason(error)}`,
  );
}

function readPem(option: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch (error) {
    throw new InputError(`${option}: cannot read ${printable(path)}: ${systemReason(error)}`);
  }
  if (!text.includes("-----BEGIN")) throw new InputError(`${option}: ${printable(path)} is no PEM file`);
  return text;
}
