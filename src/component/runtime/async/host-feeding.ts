// Streams and futures that the host gives to guests: a ReadableStream, an iterable or a promise, asked for something only when somebody
// reads.

import { describe } from "../../../checks/describe.ts";
import { Side } from "../../abi/context.ts";
import { Mismatch } from "../../abi/converter.ts";
import type { ListValue } from "../../abi/lists.ts";
import type { StreamType } from "../../model/value-type.ts";
import type { InstanceState } from "../instance-state.ts";
import { Channel, type HostSource, type Party } from "./channel.ts";
import { HostCopy, type HostJob, READ_LENGTH } from "./host-jobs.ts";
import type { HostBuffer } from "./transfer.ts";

/** What the host may give for a stream. */
type Source = ReadableStream<unknown> | AsyncIterable<unknown> | Iterable<unknown>;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** What a value is not, if the host cannot give it for a stream or future. */
export function mismatchOfHost({ kind }: StreamType, value: unknown): string | undefined {
  if (kind === "future") {
    const isPromise = isObject(value) && typeof (value as { then?: unknown }).then === "function";
    return isPromise ? undefined : `${describe(value)} is no promise`;
  }
  const isStream =
    isObject(value) && ("getReader" in value || Symbol.asyncIterator in value || Symbol.iterator in value);
  return isStream ? undefined : `${describe(value)} is no ReadableStream and no iterable`;
}

class WriteBuffer implements HostBuffer {
  readonly kind = "host";
  readonly length: number;
  readonly #values: ListValue;
  #at = 0;

  constructor(values: ListValue) {
    this.#values = values;
    this.length = values.length;
  }

  get remaining(): number {
    return this.length - this.#at;
  }

  take(count: number): ListValue {
    const values = this.#values as unknown[];
    const taken = ArrayBuffer.isView(values)
      ? (values as unknown as Uint8Array).subarray(this.#at, this.#at + count)
      : values.slice(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }

  put(): void {}
}

/** The channel whose readable end a guest gets for what the host has given. */
export function channelOfHost(type: StreamType, value: unknown, instance: InstanceState): Channel {
  const channel = new Channel(type);
  const chunks = type.kind === "future" ? onlyOne(value as PromiseLike<unknown>) : chunksOf(value as Source);
  channel.source = new Feeding(channel, instance, chunks);
  return channel;
}

/** What the host gives, one chunk after the other. `next` gets how many elements are wanted, `return` what has not been. */
interface Chunks {
  next(wanted: number): PromiseLike<IteratorResult<unknown>> | IteratorResult<unknown>;
  return?(unwanted?: ListValue): unknown;
}

function onlyOne(promise: PromiseLike<unknown>): Chunks {
  // Who does not read it has no unhandled rejection.
  promise.then(undefined, () => {});
  return {
    next: async () => ({ done: false, value: [await promise] }),
  };
}

function chunksOf(source: Source): Chunks {
  if (ArrayBuffer.isView(source) || Array.isArray(source)) return [source].values();
  if ("getReader" in source) {
    const reader = source.getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<unknown>>,
      return: () => reader.cancel(),
    };
  }
  return Symbol.asyncIterator in source
    ? (source[Symbol.asyncIterator]() as Chunks)
    : ((source as Iterable<unknown>)[Symbol.iterator]() as Chunks);
}

/** Writes what the host has given to a channel: nothing before somebody wants to read it. */
class Feeding implements HostSource {
  readonly #channel: Channel;
  readonly #instance: InstanceState;
  readonly #chunks: Chunks;
  #buffer = new WriteBuffer([]);
  /** Fetching, or delivering. */
  #isBusy = false;
  isOver = false;

  constructor(channel: Channel, instance: InstanceState, chunks: Chunks) {
    this.#channel = channel;
    this.#instance = instance;
    this.#chunks = chunks;
  }

  wanted(count: number): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    if (this.#buffer.remaining > 0) this.#deliver();
    else void this.#fetch(count > 0 ? count : this.#unasked);
  }

  /**
   * How much is fetched for who wants to know only whether there is something, and reads what there is next. Bytes can be given back;
   * other elements may be connections.
   */
  get #unasked(): number {
    const { copier } = this.#channel;
    return copier?.isNumber === true && copier.size === 1 ? READ_LENGTH : 1;
  }

  dropped(): void {
    void this.#giveBack(this.#buffer.take(this.#buffer.remaining));
  }

  /** The host's mistakes in that are nobody's any more. */
  async #giveBack(unwanted: ListValue): Promise<void> {
    try {
      await this.#chunks.return?.(unwanted);
    } catch {}
  }

  async #fetch(count: number): Promise<void> {
    const { scheduler } = this.#instance;
    const channel = this.#channel;
    scheduler.hostWaits++;
    try {
      do {
        const { done, value } = await this.#chunks.next(count);
        if (done === true) {
          this.isOver = true;
          return this.#do({
            step() {
              channel.sourceIsOver();
              return undefined;
            },
          });
        }
        const values = this.#checked(asList(value));
        this.#buffer = new WriteBuffer(values);
      } while (this.#buffer.length === 0);
      if (channel.isDropped) this.dropped();
      else this.#deliver();
    } catch (error) {
      this.#do(failing(channel, error));
    } finally {
      scheduler.hostWaits--;
    }
  }

  #deliver(): void {
    const channel = this.#channel;
    const buffer = this.#buffer;
    const party: Party = {
      instance: undefined,
      buffer,
      copied(reclaim) {
        if (buffer.remaining === 0) reclaim();
      },
      done() {},
    };
    const delivered = (): void => {
      this.#isBusy = false;
      // It may be another one by now.
      const { reader } = channel;
      if (reader !== undefined) this.wanted(reader.buffer.remaining);
    };
    // Who wanted it may not any more.
    const begin = () => (channel.reader === undefined ? undefined : channel.copy(party, false));
    if (!channel.isBetweenHosts)
      this.#instance.scheduler.addJob(this.#instance, new HostCopy(begin, delivered));
    else {
      begin()?.finish();
      delivered();
    }
  }

  /** Between hosts no guest is needed for it, and none may be there any more. */
  #do(job: HostJob): void {
    if (this.#channel.isBetweenHosts) job.step();
    else this.#instance.scheduler.addJob(this.#instance, job);
  }

  /** The values that are to be written, see {@link Elements.check}. @throws TypeError for values of another type */
  #checked(values: ListValue): ListValue {
    const { copier, kind } = this.#channel;
    if (copier === undefined) return values;
    const options = {
      encoding: "utf8",
      liftedBytes: 0,
      prices: { perByte: 0, perElement: 0 },
      isHostCall: true,
    } as const;
    const flat = { R: new Int32Array(0), F: new Float32Array(0), D: new Float64Array(0) };
    const side = new Side(options, undefined, this.#instance.boundary(true), flat);
    try {
      return copier.check(side, values);
    } catch (error) {
      if (error instanceof Mismatch) throw new TypeError(`${kind}${error.path}: ${error.reason}`);
      throw error;
    }
  }
}

/** What the host has given has failed: that ends the instance that reads it. */
function failing(channel: Channel, error: unknown): HostJob {
  return {
    step() {
      channel.reader?.instance?.fail(error);
      channel.drop(error);
      return undefined;
    },
  };
}

/** A chunk: a typed array or array of elements, or one element. */
function asList(chunk: unknown): ListValue {
  return ArrayBuffer.isView(chunk) || Array.isArray(chunk) ? (chunk as unknown as ListValue) : [chunk];
}
