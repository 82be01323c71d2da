// A sink of bytes with what it has not taken yet: permits, flushing, and the end.

import { WasiError } from "../../wasi/abi.ts";
import type { WasiState } from "../state.ts";
import type { Source } from "./poll.ts";
import { CLOSED } from "./stream-failure.ts";

/** Bytes of one read at most, and of one permit. A guest that asks for more gets less. */
export const MAX_TRANSFER = 65_536;

/** A sink of bytes, as preview1's `OutputStream`. */
export interface ByteSink {
  /** Takes bytes; gives how many, 0 when it is full. */
  write(bytes: Uint8Array): number;
  /** Whether `write` would take a byte, or throw. Always, if left out. */
  readonly ready?: boolean;
  /** Whether it takes nothing any more. */
  readonly closed?: boolean;
  whenReady?(): Promise<void>;
  flush?(): Promise<void>;
  /** Whether `flush` has nothing to wait for. */
  readonly idle?: boolean;
  /** Called when the guest has dropped the stream and everything is written. */
  release?(): unknown;
}

/** A sink with what it has not taken yet. */
export class Output implements Source {
  /** What the last `check-write` has permitted and was not used. */
  permitted = 0;
  readonly #state: WasiState;
  readonly #sink: ByteSink;
  #rest: Uint8Array | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** The failure was told; from then on the stream is closed. */
  #closed = false;
  /** Going on while something is under way: what the sink has not taken, or a flush. */
  #busy: Promise<void> | undefined;

  constructor(state: WasiState, sink: ByteSink) {
    this.#state = state;
    this.#sink = sink;
  }

  get ready(): boolean {
    if (this.#failure !== undefined || this.#closed) return true;
    return this.#busy === undefined && (this.#sink.closed === true || this.#sink.ready !== false);
  }

  async whenReady(): Promise<void> {
    if (this.#busy !== undefined) await this.#busy;
    else if (!this.ready) await this.#sink.whenReady?.();
  }

  permit(): number {
    this.#throwIfFailed();
    this.permitted = this.ready ? MAX_TRANSFER : 0;
    return this.permitted;
  }

  whenPermitted(): number | Promise<number> {
    return this.#state.waitFor(this, () => this.permit() || undefined);
  }

  /** Writes what was permitted. */
  put(bytes: Uint8Array): void {
    this.#throwIfFailed();
    this.permitted = Math.max(0, this.permitted - bytes.length);
    const taken = this.#try(bytes);
    if (taken < bytes.length) {
      // A copy: what the sink keeps back outlives the call.
      this.#rest = bytes.slice(taken);
      this.permitted = 0;
      this.#begin(this.#drain());
    } else if (this.#sink.ready === false) this.permitted = 0;
  }

  writeAll(bytes: Uint8Array): void | Promise<void> {
    const room = this.whenPermitted();
    if (room instanceof Promise) {
      const kept = bytes.slice();
      return room.then(() => {
        if (kept.length > 0) this.put(kept);
        return this.flushed();
      });
    }
    if (bytes.length > 0) this.put(bytes);
    return this.flushed();
  }

  beginFlush(): void {
    this.#throwIfFailed();
    const { flush, idle } = this.#sink;
    if (flush === undefined || idle === true || this.#busy !== undefined) return;
    this.permitted = 0;
    this.#begin(flush.call(this.#sink));
  }

  /** Waits until everything has arrived. */
  flushed(): void | Promise<void> {
    this.#throwIfFailed();
    this.permitted = 0;
    if (this.#busy === undefined) {
      if (this.#sink.flush === undefined || this.#sink.idle === true) return;
      this.beginFlush();
    }
    return this.#whenFlushed();
  }

  /** The guest has dropped the stream: what is under way still arrives. */
  release(): void {
    const { release } = this.#sink;
    if (this.#busy === undefined) this.#state.send(release?.call(this.#sink));
    else this.#state.send(this.#busy.then(() => release?.call(this.#sink)));
  }

  async #whenFlushed(): Promise<void> {
    while (this.#busy !== undefined) await this.#state.parking.wait([this]);
    this.#throwIfFailed();
    if (this.#sink.flush !== undefined && this.#sink.idle !== true) {
      this.beginFlush();
      while (this.#busy !== undefined) await this.#state.parking.wait([this]);
      this.#throwIfFailed();
    }
  }

  #begin(work: Promise<void>): void {
    const busy = work
      .catch((error: unknown) => {
        this.#failure ??= { error };
        this.#rest = undefined;
      })
      .then(() => {
        if (this.#busy === busy) this.#busy = undefined;
      });
    this.#busy = busy;
  }

  async #drain(): Promise<void> {
    while (this.#rest !== undefined) {
      if (this.#sink.whenReady === undefined)
        throw new WasiError("io", "a stream took nothing and cannot be waited for");
      await this.#sink.whenReady();
      const rest: Uint8Array = this.#rest;
      const taken = this.#sink.write(rest);
      this.#rest = taken < rest.length ? rest.subarray(taken) : undefined;
    }
  }

  #try(bytes: Uint8Array): number {
    try {
      return this.#sink.write(bytes);
    } catch (error) {
      this.#closed = true;
      throw error;
    }
  }

  /** @throws the failure once, then `closed` */
  #throwIfFailed(): void {
    if (this.#failure !== undefined && !this.#closed) {
      this.#closed = true;
      throw this.#failure.error;
    }
    if (this.#closed || this.#sink.closed === true) throw CLOSED();
  }
}
