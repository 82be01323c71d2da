// wasi:io/streams: input and output streams over what preview1's streams, files and sockets are.
// What output may be written is output.ts's.

import { disposeSymbol } from "../../host.ts";
import { brokenContract } from "../error-codes.ts";
import { HostResource, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { type ByteSink, MAX_TRANSFER, Output } from "./output.ts";
import { Pollable, type Source } from "./poll.ts";
import { CLOSED, streamFailure } from "./stream-failure.ts";

/** What the `blocking-write-…` functions take at most; by the interface. */
const MAX_BLOCKING_WRITE = 4096;

/** A source of bytes, as preview1's `InputStream`. */
export interface ByteSource extends Source {
  /** At most `length` bytes; empty at the end; `undefined` if there are none yet. */
  read(length: number): Uint8Array | undefined;
  /** Called when the guest has dropped the stream. */
  release?(): unknown;
}

/** The resource `input-stream`. */
export class InputStream extends HostResource {
  static {
    resource(streamFailure, InputStream);
  }

  readonly #source: ByteSource;
  #ended = false;
  #dropped = false;

  constructor(state: WasiState, source: ByteSource, parent?: HostResource) {
    super(state, parent);
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
    return new Pollable(this.state, this.source, this);
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

  override [disposeSymbol](): void {
    super[disposeSymbol]();
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

  constructor(state: WasiState, sink: ByteSink, parent?: HostResource) {
    super(state, parent);
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
    return new Pollable(this.state, this.output, this);
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

  override [disposeSymbol](): void {
    super[disposeSymbol]();
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

export function streamsDefinitions(): Record<string, unknown> {
  return { InputStream, OutputStream };
}
