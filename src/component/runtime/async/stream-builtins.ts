// Canonical built-ins of streams and futures.

import {
  type HostMachine,
  type HostRequest,
  type RawHostFunction,
  VALUE_WORDS,
} from "../../../runtime/raw-function.ts";
import { elementCopier } from "../../abi/compile.ts";
import type { StreamType } from "../../model/value-type.ts";
import type { GuestOptions } from "../guest-options.ts";
import type { InstanceState } from "../instance-state.ts";
import { requireMayBlock } from "./blocking.ts";
import { Channel } from "./channel.ts";
import type { Condition } from "./condition.ts";
import { CopyEnd, type EndKind } from "./copy-end.ts";
import type { Job } from "./thread.ts";
import { GuestBuffer } from "./transfer.ts";
import { WaitableFrame } from "./waitable-frame.ts";

export type Direction = "readable" | "writable";

function kindOf(direction: Direction, { kind }: StreamType): EndKind {
  return `${direction} ${kind} end`;
}

/** `stream.new`, `future.new`: both ends. */
export function channelNew(instance: InstanceState, type: StreamType): RawHostFunction {
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      instance.requireMayLeave();
      const channel = new Channel(type);
      R[base] = instance.handles.addWaitable(new CopyEnd(channel, type, true));
      R[base + 1] = instance.handles.addWaitable(new CopyEnd(channel, type, false));
      return undefined;
    },
  };
}

export function dropEnd(instance: InstanceState, type: StreamType, direction: Direction): RawHostFunction {
  const kind = kindOf(direction, type);
  return {
    words: VALUE_WORDS,
    begin({ R }, base) {
      instance.requireMayLeave();
      const index = R[base] as number;
      const end = instance.handles.end(index, kind, type);
      end.requireDroppable();
      instance.handles.take(index);
      end.drop();
      return undefined;
    },
  };
}

/** `read` and `write`. */
export function copyBuiltin(
  instance: InstanceState,
  type: StreamType,
  direction: Direction,
  options: GuestOptions,
): RawHostFunction {
  const kind = kindOf(direction, type);
  const isStream = type.kind === "stream";
  const words = VALUE_WORDS * (isStream ? 3 : 2);
  const copier = type.element === undefined ? undefined : elementCopier(type.element);
  return {
    words,
    begin(machine, base) {
      instance.requireMayLeave();
      if (!options.isAsync) requireMayBlock(instance);
      const { R } = machine;
      const end = instance.handles.end(R[base] as number, kind, type);
      end.requireIdle();
      if (!options.isAsync) end.requireNoSet();
      const length = isStream ? (R[base + 2 * VALUE_WORDS] as number) : 1;
      const pointer = R[base + VALUE_WORDS] as number;
      const buffer = new GuestBuffer(instance, options, copier, pointer, length);
      const copy = new Copy(end, end.copy(instance, buffer), instance, options.isAsync, words);
      return copy.begin(machine, base) ? undefined : copy;
    },
  };
}

/** `cancel-read` and `cancel-write`. */
export function cancelCopy(
  instance: InstanceState,
  type: StreamType,
  direction: Direction,
  isAsync: boolean,
): RawHostFunction {
  const kind = kindOf(direction, type);
  return {
    words: VALUE_WORDS,
    begin(machine, base) {
      instance.requireMayLeave();
      if (!isAsync) requireMayBlock(instance);
      const end = instance.handles.end(machine.R[base] as number, kind, type);
      end.requireCopying();
      if (!isAsync) end.requireNoSet();
      end.cancel();
      const copy = new Copy(end, undefined, instance, isAsync, VALUE_WORDS);
      return copy.begin(machine, base) ? undefined : copy;
    },
  };
}

class Copy extends WaitableFrame {
  readonly #end: CopyEnd;
  readonly #job: Job | undefined;
  readonly #words: number;

  constructor(end: CopyEnd, job: Job | undefined, instance: InstanceState, isAsync: boolean, words: number) {
    super(end, instance, isAsync);
    this.#end = end;
    this.#job = job;
    this.#words = words;
  }

  protected work(machine: HostMachine, base: number): HostRequest | undefined {
    return this.#job?.step(machine, base + this.#words);
  }

  protected get whenOver(): Condition {
    return this.#end.arrival;
  }
}
