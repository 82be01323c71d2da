// Streams and futures that guests give to the host: a ReadableStream and a Promise.
// Owns the reading end of a channel. A turn of the store does what the host asks for.

import { streamOf } from "../../../host.ts";
import { noteStream } from "../../abi/host-notes.ts";
import type { ListValue } from "../../abi/lists.ts";
import type { InstanceState } from "../instance-state.ts";
import { type Channel, CopyResult, type Party } from "./channel.ts";
import { dropping, HostCopy, READ_LENGTH } from "./host-jobs.ts";
import type { HostBuffer } from "./transfer.ts";

/** A copy of the host's: how it has ended. */
function copy(
  instance: InstanceState,
  channel: Channel,
  buffer: HostBuffer,
  isReader: boolean,
): Promise<CopyResult> {
  // No turn is needed to see that, and there may be none any more.
  if (channel.isDropped) return Promise.resolve(CopyResult.Dropped);
  const { scheduler } = instance;
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
    else scheduler.addJob(instance, new HostCopy(() => channel.copy(party, isReader)));
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

/** What the host gets for the readable end of a guest's stream or future. */
export function hostEnd(channel: Channel, instance: InstanceState): unknown {
  channel.isBetweenHosts = channel.source !== undefined;
  if (channel.kind === "stream") return streamFor(channel, instance);
  const future = futureOf(channel, instance);
  // Who is not interested in it has no unhandled rejection.
  future.catch(() => {});
  return future;
}

async function futureOf(channel: Channel, instance: InstanceState): Promise<unknown> {
  const buffer = new ReadBuffer();
  const result = await copy(instance, channel, buffer, true);
  if (result !== CopyResult.Completed) throw channel.error ?? new Error("the guest has dropped the future");
  return buffer.values?.[0];
}

/** Chunks of a guest's stream, one by one; `undefined` at its end. */
class HostReader {
  readonly #channel: Channel;
  readonly #instance: InstanceState;

  constructor(channel: Channel, instance: InstanceState) {
    this.#channel = channel;
    this.#instance = instance;
    // Whoever has it may read.
    instance.scheduler.hostWaits++;
  }

  #isOver = false;

  /** @throws what has ended the guest */
  async read(): Promise<ListValue | undefined> {
    for (;;) {
      if (this.#isOver) return undefined;
      const buffer = new ReadBuffer();
      const result = await copy(this.#instance, this.#channel, buffer, true);
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
    this.#instance.scheduler.addJob(this.#instance, dropping(this.#channel));
  }

  end(): void {
    this.#channel.drop();
  }

  #end(): void {
    this.#isOver = true;
    this.#instance.scheduler.hostWaits--;
  }
}

function streamFor(channel: Channel, instance: InstanceState): unknown {
  const reader = new HostReader(channel, instance);
  const stream = streamOf(reader);
  noteStream(stream, reader);
  return stream;
}
