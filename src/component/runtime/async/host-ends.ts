// Streams and futures between guests and the host: a ReadableStream and a Promise, in both directions.
// Owns the host's end of a channel. A turn of the store does what the host asks for.

import { describe } from "../../../checks/describe.ts";
import { Side } from "../../abi/context.ts";
import { Mismatch } from "../../abi/converter.ts";
import type { ListValue } from "../../abi/lists.ts";
import type { StreamType } from "../../model/value-type.ts";
import type { InstanceState } from "../instance-state.ts";
import { Channel, CopyResult, type Party } from "./channel.ts";
import type { Job, Scheduler } from "./thread.ts";
import type { HostBuffer } from "./transfer.ts";

/** Elements that the host reads at once. */
const READ_LENGTH = 65_536;

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

/** A read or write of the host's, as a job. */
class HostCopy implements Job {
  readonly #channel: Channel;
  readonly #party: Party;
  readonly #isReader: boolean;
  #job: Job | undefined;
  #hasBegun = false;

  constructor(channel: Channel, party: Party, isReader: boolean) {
    this.#channel = channel;
    this.#party = party;
    this.#isReader = isReader;
  }

  step(...[machine, word]: Parameters<Job["step"]>): ReturnType<Job["step"]> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#job = this.#channel.copy(this.#party, this.#isReader);
    }
    return this.#job?.step(machine, word);
  }
}

/** A copy of the host's: how it has ended. */
function copy(
  scheduler: Scheduler,
  channel: Channel,
  buffer: HostBuffer,
  isReader: boolean,
): Promise<CopyResult> {
  // No turn is needed to see that, and there may be none any more.
  if (channel.isDropped) return Promise.resolve(CopyResult.Dropped);
  scheduler.hostWaits++;
  return new Promise((resolve) => {
    let reclaims: (() => void) | undefined;
    const end = (result: CopyResult): void => {
      scheduler.hostWaits--;
      reclaims?.();
      resolve(result);
    };
    const party: Party = {
      instance: undefined,
      buffer,
      copied(reclaim) {
        reclaims = reclaim;
        end(CopyResult.Completed);
      },
      done: end,
    };
    // No guest has to do anything for that, and none may be there any more.
    if (channel.isBetweenHosts) channel.copy(party, isReader)?.finish();
    else scheduler.addJob(new HostCopy(channel, party, isReader));
  });
}

class ReadBuffer implements HostBuffer {
  readonly kind = "host";
  readonly length = READ_LENGTH;
  remaining = READ_LENGTH;
  values: ListValue | undefined;

  take(): ListValue {
    return [];
  }

  put(values: ListValue): void {
    this.values = values;
    this.remaining = 0;
  }
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

/** What the host gets for the readable end of a guest's stream or future. */
export function hostEnd(channel: Channel, { scheduler }: InstanceState): unknown {
  channel.isBetweenHosts = channel.isFedByHost;
  if (channel.kind === "stream") return streamOf(channel, scheduler);
  const future = futureOf(channel, scheduler);
  // Who is not interested in it has no unhandled rejection.
  future.catch(() => {});
  return future;
}

async function futureOf(channel: Channel, scheduler: Scheduler): Promise<unknown> {
  const buffer = new ReadBuffer();
  const result = await copy(scheduler, channel, buffer, true);
  if (result !== CopyResult.Completed) throw channel.error ?? new Error("the guest has dropped the future");
  return buffer.values?.[0];
}

/** Chunks of a guest's stream, one by one; `undefined` at its end. */
class HostReader {
  readonly #channel: Channel;
  readonly #scheduler: Scheduler;

  constructor(channel: Channel, scheduler: Scheduler) {
    this.#channel = channel;
    this.#scheduler = scheduler;
    // Whoever has it may read.
    scheduler.hostWaits++;
  }

  #isOver = false;

  /** @throws what has ended the guest */
  async read(): Promise<ListValue | undefined> {
    for (;;) {
      if (this.#isOver) return undefined;
      const buffer = new ReadBuffer();
      const result = await copy(this.#scheduler, this.#channel, buffer, true);
      if (buffer.values !== undefined && buffer.values.length > 0) return buffer.values;
      if (result === CopyResult.Completed) continue;
      this.#end();
      if (this.#channel.error !== undefined) throw this.#channel.error;
      return undefined;
    }
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#end();
    const channel = this.#channel;
    this.#scheduler.addJob({
      step() {
        channel.drop();
        return undefined;
      },
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#scheduler.hostWaits--;
  }
}

function streamOf(channel: Channel, scheduler: Scheduler): unknown {
  const reader = new HostReader(channel, scheduler);
  if (typeof ReadableStream !== "function") return iterableOf(reader);
  return new ReadableStream(
    {
      async pull(controller) {
        const chunk = await reader.read();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  );
}

/** For engines without streams. */
function iterableOf(reader: HostReader): AsyncIterable<ListValue> {
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = await reader.read();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      async return() {
        reader.cancel();
        return { done: true, value: undefined };
      },
    }),
  };
}

/** The channel whose readable end a guest gets for what the host has given. */
export function channelOfHost(type: StreamType, value: unknown, instance: InstanceState): Channel {
  const channel = new Channel(type);
  channel.isFedByHost = true;
  const feeding = new Feeding(channel, instance);
  if (type.kind === "future") void feeding.future(value as PromiseLike<unknown>);
  else void feeding.stream(value as Source);
  return channel;
}

/** Writes what the host has given to a channel. */
class Feeding {
  readonly #channel: Channel;
  readonly #instance: InstanceState;

  constructor(channel: Channel, instance: InstanceState) {
    this.#channel = channel;
    this.#instance = instance;
  }

  async future(promise: PromiseLike<unknown>): Promise<void> {
    const { scheduler } = this.#instance;
    scheduler.hostWaits++;
    try {
      const value = await promise;
      await this.#write([value], "future");
    } catch (error) {
      scheduler.addJob(failing(error));
    } finally {
      scheduler.hostWaits--;
    }
  }

  async stream(source: Source): Promise<void> {
    const { scheduler } = this.#instance;
    const channel = this.#channel;
    scheduler.hostWaits++;
    try {
      for await (const chunk of chunksOf(source)) {
        const values = asList(chunk);
        if (values.length > 0 && (await this.#write(values, "stream")) === CopyResult.Dropped) return;
      }
      if (channel.isBetweenHosts) channel.drop();
      else
        scheduler.addJob({
          step() {
            channel.drop();
            return undefined;
          },
        });
    } catch (error) {
      scheduler.addJob(failing(error));
    } finally {
      scheduler.hostWaits--;
    }
  }

  /** Writes all of the values, unless nobody wants them. @throws TypeError for those of another type */
  async #write(values: ListValue, what: string): Promise<CopyResult> {
    this.#check(values, what);
    const { scheduler } = this.#instance;
    const buffer = new WriteBuffer(values);
    for (;;) {
      const result = await copy(scheduler, this.#channel, buffer, false);
      if (result !== CopyResult.Completed || buffer.remaining === 0) return result;
    }
  }

  #check(values: ListValue, what: string): void {
    const { copier } = this.#channel;
    if (copier === undefined) return;
    const options = {
      encoding: "utf8",
      liftedBytes: 0,
      prices: { perByte: 0, perElement: 0 },
      isHostCall: true,
    } as const;
    const flat = { R: new Int32Array(0), F: new Float32Array(0), D: new Float64Array(0) };
    const side = new Side(options, undefined, this.#instance.boundary(true), flat);
    try {
      copier.check(side, values);
    } catch (error) {
      if (error instanceof Mismatch) throw new TypeError(`${what}${error.path}: ${error.reason}`);
      throw error;
    }
  }
}

/** What the host has given has failed: that ends who runs. */
function failing(error: unknown): Job {
  return {
    step() {
      throw error;
    },
  };
}

async function* chunksOf(source: Source): AsyncGenerator<unknown> {
  if (ArrayBuffer.isView(source) || Array.isArray(source)) {
    yield source;
  } else if ("getReader" in source) {
    const reader = source.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      void reader.cancel().catch(() => {});
    }
  } else {
    yield* source as AsyncIterable<unknown>;
  }
}

/** A chunk: a typed array or array of elements, or one element. */
function asList(chunk: unknown): ListValue {
  return ArrayBuffer.isView(chunk) || Array.isArray(chunk) ? (chunk as unknown as ListValue) : [chunk];
}
