// A server in this process: made, opened, replaced and closed, with its logs. The same alone and as one of several workers.

import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { accessLine, failureLines, type RequestRecord } from "../../http/access-log.ts";
import type { Application } from "../../http/application.ts";
import type { Listening } from "../../http/listening.ts";
import { HttpServer } from "../../http/server.ts";
import { printable } from "../../printable.ts";
import type { ServerSettings } from "../args/server-options.ts";
import type { CommandIo } from "../io.ts";
import { systemReason } from "../read-module.ts";
import { InputError } from "../usage-error.ts";
import { LineOutput } from "./line-output.ts";
import { cannotListen, listenAt } from "./listen-at.ts";

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

  /** @throws InputError for an address that cannot be had, and for a certificate that is none */
  listen(): Promise<Listening> {
    return listenAt(this.#settings, (address) => this.server.listen(address));
  }

  /** What takes connections that the primary accepted. @throws InputError for a certificate that is none */
  acceptor(): (connection: Socket) => void {
    try {
      return this.server.acceptor();
    } catch (error) {
      const { host, port } = this.#settings.listen;
      throw cannotListen("--listen", host, port, error);
    }
  }

  async close(graceMs: number): Promise<void> {
    await this.server.close({ graceMs });
    this.#access.flush();
    this.#failures.flush();
  }
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
