// An end of a stream or future in a guest's handle table: what may be done with it when.
// Owns its state (Canonical ABI, `CopyEnd`).

import { Trap } from "../../../errors.ts";
import type { StreamType } from "../../model/value-type.ts";
import type { InstanceState } from "../instance-state.ts";
import { type Channel, CopyResult, type Party } from "./channel.ts";
import type { Job } from "./thread.ts";
import type { GuestBuffer } from "./transfer.ts";
import { EventCode, Waitable, type WaitableEvent } from "./waitables.ts";

export type EndKind = `${"readable" | "writable"} ${StreamType["kind"]} end`;

const enum CopyState {
  Idle,
  Copying,
  Cancelling,
  Done,
}

export class CopyEnd extends Waitable {
  readonly described: EndKind;
  readonly shared: Channel;
  /** As its instance sees it. */
  readonly type: StreamType;
  readonly #isReadable: boolean;
  #state = CopyState.Idle;
  /** Whether its event is that a part of its buffer has been copied, and the rest still can be. */
  #isPartial = false;

  constructor(shared: Channel, type: StreamType, isReadable: boolean) {
    super();
    this.type = type;
    this.described = `${isReadable ? "readable" : "writable"} ${shared.kind} end`;
    this.shared = shared;
    this.#isReadable = isReadable;
  }

  get kind(): EndKind {
    return this.described;
  }

  get #isStream(): boolean {
    return this.shared.kind === "stream";
  }

  get isCopying(): boolean {
    return this.#state === CopyState.Copying || this.#state === CopyState.Cancelling;
  }

  /** @throws Trap unless a copy may begin */
  requireIdle(): void {
    const { kind } = this.shared;
    if (this.isCopying) throw cannot(`have concurrent operations active on a future/stream`);
    if (this.#state !== CopyState.Done) return;
    const verb = this.#isReadable ? "read from" : "write to";
    throw cannot(`${verb} ${kind} after ${this.#whyDone()}`);
  }

  #whyDone(): string {
    if (this.#isStream) {
      return `being notified that the ${this.#isReadable ? "writable" : "readable"} end dropped`;
    }
    return this.#isReadable ? "previous read succeeded" : "previous write succeeded or readable end dropped";
  }

  /** Begins a copy; the job does it. Its event is there when it is over. @throws Trap */
  copy(instance: InstanceState, buffer: GuestBuffer): Job | undefined {
    this.#state = CopyState.Copying;
    const party: Party = {
      instance,
      buffer,
      copied: (reclaim) => {
        this.#isPartial = buffer.remaining > 0;
        this.setEvent(() => this.#over(CopyResult.Completed, buffer, reclaim));
      },
      done: (result) => {
        this.#isPartial = false;
        this.setEvent(() => this.#over(result, buffer));
      },
    };
    return this.shared.copy(party, this.#isReadable);
  }

  #over(result: CopyResult, buffer: GuestBuffer, reclaim?: () => void): WaitableEvent {
    reclaim?.();
    const isDone = result === CopyResult.Dropped || (!this.#isStream && result === CopyResult.Completed);
    this.#state = isDone ? CopyState.Done : CopyState.Idle;
    return {
      code: this.#code,
      index: this.index,
      payload: this.#isStream ? result | (buffer.progress << 4) : result,
    };
  }

  get #code(): EventCode {
    if (this.#isStream) return this.#isReadable ? EventCode.StreamRead : EventCode.StreamWrite;
    return this.#isReadable ? EventCode.FutureRead : EventCode.FutureWrite;
  }

  /** @throws Trap unless there is a copy that can be given up */
  requireCopying(): void {
    if (this.#state !== CopyState.Copying || this.hasWaiter) {
      throw cannot(`cancel an operation on a ${this.shared.kind} that has none`);
    }
  }

  /** Gives up its copy. */
  cancel(): void {
    this.#state = CopyState.Cancelling;
    if (!this.hasEvent || this.#isPartial) this.shared.cancel();
  }

  /** It is taken out of the table to be dropped. @throws Trap */
  requireDroppable(): void {
    const { kind } = this.shared;
    if (this.isCopying) throw cannot(`${this.#isReadable ? "remove" : "drop"} busy ${kind}`);
    if (!this.#isStream && !this.#isReadable && this.#state !== CopyState.Done) {
      throw cannot("drop future write end without first writing a value");
    }
  }

  drop(): void {
    this.shared.drop();
    this.left();
  }

  /** It is given away. @throws Trap where that cannot be */
  requireLiftable(): void {
    const { kind } = this.shared;
    if (this.isCopying) throw cannot(`remove busy ${kind}`);
    if (this.#state === CopyState.Done) throw cannot(`lift ${kind} after ${this.#whyDone()}`);
    if (this.isInSet) throw cannot(`lift ${kind} while it's in a waitable set`);
  }
}

function cannot(what: string): Trap {
  return new Trap("stream-state", undefined, ` ${what}`);
}
