// An established connection, which a socket and the streams of both directions use.

import type { ByteSink } from "../io/output.ts";
import type { ByteSource } from "../io/streams.ts";
import type { Open, WasiState } from "../state.ts";
import type { TcpConnection } from "./socket-host.ts";

/** Closed when the last that use it have let go. */
export class SharedConnection implements Open {
  readonly connection: TcpConnection;
  readonly #state: WasiState;
  #users = 1;
  #sendsNoMore = false;

  /** @throws WasiError `mfile` when too much is open */
  constructor(state: WasiState, connection: TcpConnection) {
    this.#state = state;
    this.connection = connection;
    state.opened(this);
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users === 0) this.#state.closeOne(this);
  }

  close(): void | Promise<void> {
    return this.connection.close();
  }

  shutdown(receive: boolean, send: boolean): void {
    this.connection.shutdown(receive, send);
    this.#sendsNoMore ||= send;
  }

  /** What arrives, for a user of the connection, who lets go with it; `ended` is called then. */
  source(ended: () => void): ByteSource {
    const { connection } = this;
    return {
      get ready() {
        return connection.available > 0 || connection.ended;
      },
      whenReady: () => connection.readable.whenReady(),
      read: (length) => connection.read(length, false),
      release: () => {
        ended();
        this.release();
      },
    };
  }

  /** The other direction. */
  sink(ended: () => void): ByteSink {
    const { connection } = this;
    const sendsNoMore = (): boolean => this.#sendsNoMore;
    return {
      get ready() {
        return connection.canWrite;
      },
      get closed() {
        return sendsNoMore();
      },
      whenReady: () => connection.writable.whenReady(),
      write: (bytes) => connection.write(bytes),
      release: () => {
        ended();
        this.release();
      },
    };
  }
}
