// The socket interface: what an embedder implements to let a guest accept connections.
// Guests of preview1 cannot open sockets; they get listeners as a grant.

/** Something that becomes ready. Nothing is lost while nobody waits. */
export interface Waitable {
  /** Resolves when the next `read`, `accept` or `write` has something to say. Never rejects. One wait at a time is enough. */
  whenReady(): Promise<void>;
  /** Blocks the thread until then, at most `timeoutMs`. Only where the embedder granted blocking. */
  blockUntilReady?(timeoutMs?: number): void;
}

/** A listening stream socket. */
export interface SocketListener extends Waitable {
  /** Whether the guest's descriptor begins with the flag `nonblock`, which the guest can change. Default false. */
  readonly nonblock?: boolean;
  /** Whether `accept` has a connection, or an error. */
  readonly ready: boolean;
  /** The next connection, or `undefined` if there is none yet. Throws `WasiError`. */
  accept(): SocketConnection | undefined;
  close(): void;
}

/** A connected stream socket. */
export interface SocketConnection {
  readonly readable: Waitable;
  readonly writable: Waitable;
  /**
   * At most `length` bytes, which stay if `peek`; empty at the end of the stream; `undefined` if there are none yet. Throws
   * `WasiError`, e.g. `connreset`.
   */
  read(length: number, peek: boolean): Uint8Array | undefined;
  /** Bytes that can be read at once. */
  readonly available: number;
  /** Whether no more bytes will come than those available. */
  readonly ended: boolean;
  /** Whether `write` would take a byte, or throw. */
  readonly canWrite: boolean;
  /** Takes bytes for sending; gives how many, 0 when its buffer is full. Throws `WasiError`, e.g. `pipe`. */
  write(bytes: Uint8Array): number;
  shutdown(read: boolean, write: boolean): void;
  /** A promise, if given, resolves when what was written has been sent or cannot be. */
  close(): void | Promise<void>;
}
