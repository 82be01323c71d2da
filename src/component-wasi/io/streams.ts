// wasi:io/streams: input and output streams over what preview1's streams, files and sockets are.
// Output has a permit: what the sink does not take at once is kept, and until it is gone the guest may write nothing.

import { ComponentError } from "../../component/api/component-error.ts";
import { WasiError } from "../../wasi/abi.ts";
import { brokenContract } from "../error-codes.ts";
import { HostResource, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { IoError } from "./error.ts";
import { Pollable, type Source } from "./poll.ts";

/** Bytes of one read at most, and of one permit. A guest that asks for more gets less. */
export const MAX_TRANSFER = 65_536;
/** What the `blocking-write-…` functions take at most; by the interface. */
const MAX_BLOCKING_WRITE = 4096;

/** A source of bytes, as preview1's `InputStream`. */
export interface ByteSource extends Source {
  /** At most `length` bytes; empty at the end; `undefined` if there are none yet. */
  read(length: number): Uint8Array | undefined;
  /** Called when the guest has dropped the stream. */
  release?(): unknown;
}

/** A sink of bytes, as preview1's `OutputStream`. */
export interface ByteSink {
  /** Takes bytes; gives how many, 0 when it is full. */
  write(bytes: Uint8Array): number;
  /** Whether `write` would take a byte, or throw. Always, if left out. */
  readonly ready?: boolean;
  whenReady?(): Promise<void>;
  flush?(): Promise<void>;
  /** Whether `flush` has nothing to wait for. */
  readonly idle?: boolean;
  /** Called when the guest has dropped the stream and everything is written. */
  release?(): unknown;
}

type StreamError =
  | { readonly tag: "closed" }
  | { readonly tag: "last-operation-failed"; readonly val: IoError };

const CLOSED = (): ComponentError<StreamError> => new ComponentError<StreamError>({ tag: "closed" });

/** What the guest gets for a stream's failure: `closed` where the other side has gone, which is no news for `error` to tell. */
export function streamFailure(state: WasiState, error: unknown): unknown {
  if (!WasiError.isMade(error) && !(error instanceof BodyError)) return error;
  if (WasiError.isMade(error) && error.errno === "pipe") return CLOSED();
  return new ComponentError<StreamError>({
    tag: "last-operation-failed",
    val: new IoError(state, error),
  });
}

/** A failure of an HTTP body, with the `error-code` of wasi:http. */
export class BodyError extends Error {
  override name = "BodyError";
  readonly code: unknown;

  constructor(code: unknown) {
    super("the body failed");
    this.code = code;
  }
}

/** The resource `input-stream`. */
export class InputStream extends HostResource {
  static {
    resource(streamFailure, InputStream);
  }

  readonly #source: ByteSource;
  #ended = false;
  #dropped = false;

  constructor(state: WasiState, source: ByteSource) {
    super(state);
    this.#source = source;
  }

  /** What is there, at most `length` bytes and 64 KiB. Throws `closed` at the end. Charges each byte that it gives. */
  read(length: bigint): Uint8Array | Promise<Uint8Array> {
    // Whether input is there yet must not show in a repeatable run.
    return take(this, length, this.state.isPatient(this.#source));
  }

  /** As `read`, but waits for a byte. */
  blockingRead(length: bigint): Uint8Array | Promise<Uint8Array> {
    return take(this, length, true);
  }

  skip(length: bigint): bigint | Promise<bigint> {
    return counted(take(this, length, this.state.isPatient(this.#source)));
  }

  blockingSkip(length: bigint): bigint | Promise<bigint> {
    return counted(take(this, length, true));
  }

  subscribe(): Pollable {
    return new Pollable(this.state, this.source);
  }

  /** @internal Ready too once it has ended. */
  get source(): ByteSource {
    return this.#source;
  }

  /** @internal Whether the end, or a failure, was told. */
  get ended(): boolean {
    return this.#ended;
  }

  set ended(ended: boolean) {
    this.#ended = ended;
  }

  override [Symbol.dispose](): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.state.send(this.#source.release?.());
  }
}

function counted(bytes: Uint8Array | Promise<Uint8Array>): bigint | Promise<bigint> {
  return bytes instanceof Promise ? bytes.then(({ length }) => BigInt(length)) : BigInt(bytes.length);
}

const NOTHING = new Uint8Array(0);

function atMost(length: bigint, most: number): number {
  return length > BigInt(most) ? most : Number(length);
}

/** Takes bytes from a stream. @throws ComponentError `closed` at its end */
function take(stream: InputStream, length: bigint, waits: boolean): Uint8Array | Promise<Uint8Array> {
  const { state, source } = stream;
  if (stream.ended) throw CLOSED();
  const wanted = atMost(length, MAX_TRANSFER);
  if (wanted === 0) return NOTHING;
  const settle = state.chargeTransfer(wanted);
  const attempt = (): Uint8Array | undefined => {
    let chunk: Uint8Array | undefined;
    try {
      chunk = source.read(wanted);
    } catch (error) {
      // The failure is told once; then the stream is closed.
      stream.ended = true;
      settle(0);
      throw error;
    }
    if (chunk === undefined) return undefined;
    settle(chunk.length);
    if (chunk.length > 0) return chunk;
    stream.ended = true;
    throw CLOSED();
  };
  if (waits) return state.waitFor(source, attempt);
  const chunk = attempt();
  if (chunk === undefined) {
    settle(0);
    // The source begins to fetch.
    state.parking.ask(source);
  }
  return chunk ?? NOTHING;
}

/** The resource `output-stream`. */
export class OutputStream extends HostResource {
  static {
    resource(streamFailure, OutputStream);
  }

  /** @internal */
  readonly output: Output;
  #dropped = false;

  constructor(state: WasiState, sink: ByteSink) {
    super(state);
    this.output = new Output(state, sink);
  }

  /** Bytes that the next write may have; 0 while what was written is under way. Throws `closed` when nobody reads any more. */
  checkWrite(): bigint {
    return BigInt(this.output.permit());
  }

  /** Writes what `check-write` has permitted; more traps. Charges each byte. */
  write(contents: Uint8Array): void {
    write(this, contents, contents.length);
  }

  /** Writes at most 4,096 bytes, and waits until they have arrived. */
  blockingWriteAndFlush(contents: Uint8Array): void | Promise<void> {
    if (contents.length > MAX_BLOCKING_WRITE)
      throw brokenContract("blocking-write-and-flush: more than 4096 bytes");
    this.state.chargeTransfer(contents.length);
    return this.output.writeAll(contents);
  }

  /** Begins to flush; `check-write` permits nothing until that is done. */
  flush(): void {
    this.output.beginFlush();
  }

  blockingFlush(): void | Promise<void> {
    return this.output.flushed();
  }

  subscribe(): Pollable {
    return new Pollable(this.state, this.output);
  }

  writeZeroes(length: bigint): void {
    if (length > BigInt(MAX_TRANSFER))
      throw brokenContract("write-zeroes: more than check-write has permitted");
    write(this, undefined, Number(length));
  }

  blockingWriteZeroesAndFlush(length: bigint): void | Promise<void> {
    if (length > BigInt(MAX_BLOCKING_WRITE))
      throw brokenContract("blocking-write-zeroes-and-flush: more than 4096 bytes");
    this.state.chargeTransfer(Number(length));
    return this.output.writeAll(new Uint8Array(Number(length)));
  }

  /** Moves what is there from one stream to another, as far as there is room. Charges each byte. */
  splice(source: InputStream, length: bigint): bigint | Promise<bigint> {
    const wanted = atMost(length, this.output.permit());
    if (wanted === 0) return 0n;
    return this.#move(source, wanted, this.state.isPatient(source.source));
  }

  /** As `splice`, but waits until there is room and a byte. */
  blockingSplice(source: InputStream, length: bigint): bigint | Promise<bigint> {
    if (length === 0n) return 0n;
    const room = this.output.whenPermitted();
    const move = (permit: number): bigint | Promise<bigint> =>
      this.#move(source, atMost(length, permit), true);
    return room instanceof Promise ? room.then(move) : move(room);
  }

  #move(source: InputStream, length: number, waits: boolean): bigint | Promise<bigint> {
    const put = (bytes: Uint8Array): bigint => {
      this.output.put(bytes);
      return BigInt(bytes.length);
    };
    const bytes = take(source, BigInt(length), waits);
    return bytes instanceof Promise ? bytes.then(put) : put(bytes);
  }

  override [Symbol.dispose](): void {
    if (this.#dropped) return;
    this.#dropped = true;
    this.output.release();
  }
}

function write({ state, output }: OutputStream, contents: Uint8Array | undefined, length: number): void {
  if (length > output.permitted) throw brokenContract("write: more than check-write has permitted");
  state.chargeTransfer(length);
  if (length > 0) output.put(contents ?? new Uint8Array(length));
}

/** A sink with what it has not taken yet. */
class Output implements Source {
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
    return (
      this.#failure !== undefined || this.#closed || (this.#busy === undefined && this.#sink.ready !== false)
    );
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
    if (this.#closed) throw CLOSED();
  }
}

export function streamsDefinitions(): Record<string, unknown> {
  return { InputStream, OutputStream };
}
