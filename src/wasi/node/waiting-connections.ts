// Connections that a listening socket has taken and nobody has accepted yet.
// Owns the queue, and that a listener keeps the process alive only while a guest waits for one.

import type * as net from "node:net";

export class WaitingConnections {
  readonly #server: net.Server;
  readonly #waiting: net.Socket[] = [];
  #arrival: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  /** @param refuse what becomes of a connection when there are `most()` already */
  constructor(server: net.Server, most: () => number, refuse: (socket: net.Socket) => void) {
    this.#server = server;
    server.on("connection", (socket) => {
      if (this.#waiting.length >= most()) {
        refuse(socket);
        return;
      }
      // One that dies before it is accepted is reported by its first read.
      socket.on("error", () => {});
      this.#waiting.push(socket);
      this.#wake?.();
    });
  }

  get ready(): boolean {
    return this.#waiting.length > 0;
  }

  take(): net.Socket | undefined {
    return this.#waiting.shift();
  }

  whenReady(): Promise<void> {
    if (this.ready) return Promise.resolve();
    this.#arrival ??= new Promise((resolve) => {
      this.#server.ref();
      this.#wake = () => {
        this.#wake = undefined;
        this.#arrival = undefined;
        this.#server.unref();
        resolve();
      };
    });
    return this.#arrival;
  }

  /** Ends those that nobody has accepted. */
  destroy(): void {
    for (const socket of this.#waiting.splice(0)) socket.destroy();
  }
}
