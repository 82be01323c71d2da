// One port of several processes: this one accepts, the workers that are ready get the connections in turn.
// Not node:cluster's own sharing: when its last worker stops listening, it closes what is accepted and on its way to a worker.

import type { Worker } from "node:cluster";
import { createServer, type Server, type Socket } from "node:net";
import { type Listening, listeningAt, openPort } from "../../http/listening.ts";
import type { Address } from "../args/server-options.ts";

/** Connections that wait for a worker to be ready; one more is closed at once. As many as a worker has at most. */
const MOST_WAITING = 10_000;

export class SharedPort {
  readonly #isSecure: boolean;
  readonly #hand: (worker: Worker, connection: Socket) => void;
  readonly #server: Server;
  readonly #ready: Worker[] = [];
  readonly #waiting: Socket[] = [];

  /** @param hand gives a connection to a worker. */
  constructor(isSecure: boolean, hand: (worker: Worker, connection: Socket) => void) {
    this.#isSecure = isSecure;
    this.#hand = hand;
    // What a client sends is the worker's to read.
    this.#server = createServer({ pauseOnConnect: true, noDelay: true }, (connection) => {
      this.#waiting.push(connection);
      this.#handRound();
    });
    this.#server.maxConnections = MOST_WAITING;
  }

  /** Opens it. @throws Node's error, by rejecting, where the address cannot be had */
  async listen(address: Address): Promise<Listening> {
    return listeningAt(await openPort(this.#server, address), this.#isSecure);
  }

  /** A worker takes connections from now on. */
  add(worker: Worker): void {
    this.#ready.push(worker);
    this.#handRound();
  }

  /** A worker has ended. */
  remove(worker: Worker): void {
    const at = this.#ready.indexOf(worker);
    if (at >= 0) this.#ready.splice(at, 1);
  }

  /** Accepts no more. What is accepted was handed on, but for what no worker was there to take. */
  close(): void {
    this.#server.close();
    for (const connection of this.#waiting.splice(0)) connection.destroy();
  }

  #handRound(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#ready.shift();
      if (worker === undefined) return;
      // One that has died and is not told of yet takes no more.
      if (!worker.isConnected()) continue;
      this.#ready.push(worker);
      const connection = this.#waiting.shift();
      if (connection !== undefined) this.#hand(worker, connection);
    }
  }
}
