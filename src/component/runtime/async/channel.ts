// What the two ends of a stream or future have in common: who has come first with which buffer, and how they meet.
// Owns that (Canonical ABI, "Stream State", "Future State"). How elements get from buffer to buffer is transfer.ts's affair.

import { Trap } from "../../../errors.ts";
import { type ElementCopier, elementCopier } from "../../abi/compile.ts";
import type { StreamType } from "../../model/value-type.ts";
import type { InstanceState } from "../instance-state.ts";
import { type CopyBuffer, Transfer } from "./transfer.ts";

/** An operation that waits for the other end. */
interface Pending {
  readonly party: Party;
  readonly isReader: boolean;
  /** Whether it has got something, which is yet to be delivered. */
  isServed: boolean;
}

export const enum CopyResult {
  Completed = 0,
  Dropped = 1,
  Cancelled = 2,
}

/** One end's operation. */
export interface Party {
  /** `undefined` for the host. */
  readonly instance: InstanceState | undefined;
  readonly buffer: CopyBuffer;
  /** Elements have been copied, and more may be until this is delivered; `reclaim` is to be called then. */
  copied(reclaim: () => void): void;
  done(result: CopyResult): void;
}

/** Who writes to a channel for the host: only what is asked for. */
export interface HostSource {
  /** Whether there is nothing more. */
  readonly isOver: boolean;
  /** A reader waits, for so many elements; none, to be told when there are some. */
  wanted(count: number): void;
  /** Nobody will read any more. */
  dropped(): void;
}

export class Channel {
  readonly kind: StreamType["kind"];
  /** As who has made it sees them; `undefined` where elements hold nothing. */
  readonly copier: ElementCopier | undefined;
  isDropped = false;
  /** Where the host writes to it. */
  source: HostSource | undefined;
  /** Whether the host reads too: a guest has given it back then. */
  isBetweenHosts = false;
  /** What has ended it, where that was an error. */
  error: unknown;
  #pending: Pending | undefined;

  constructor({ kind, element }: StreamType) {
    this.kind = kind;
    this.copier = element === undefined ? undefined : elementCopier(element);
  }

  /** A copy begins at one end; the job, if there is one, does it and tells both. @throws Trap */
  copy(party: Party, isReader: boolean): Transfer | undefined {
    const pending = this.#pending;
    if (this.isDropped) {
      party.done(CopyResult.Dropped);
      return undefined;
    }
    if (isReader && this.source?.isOver === true) {
      this.#endReading(party);
      return undefined;
    }
    if (pending === undefined) {
      this.#wait(party, isReader);
      return undefined;
    }
    const { party: other } = pending;
    this.#requireApart(party, other);
    const [from, to] = isReader ? [other.buffer, party.buffer] : [party.buffer, other.buffer];
    if (this.kind === "future") {
      return new Transfer(from, to, 1, () => {
        this.#pending = undefined;
        other.done(CopyResult.Completed);
        party.done(CopyResult.Completed);
      });
    }
    if (other.buffer.remaining > 0) {
      const count = Math.min(party.buffer.remaining, other.buffer.remaining);
      if (count === 0) {
        party.done(CopyResult.Completed);
        return undefined;
      }
      return new Transfer(from, to, count, () => {
        pending.isServed = true;
        other.copied(() => this.#reclaim(other));
        party.done(CopyResult.Completed);
      });
    }
    if (!isReader && party.buffer.length === 0 && other.buffer.length === 0) {
      party.done(CopyResult.Completed);
      return undefined;
    }
    other.done(CopyResult.Completed);
    this.#wait(party, isReader);
    return undefined;
  }

  #wait(party: Party, isReader: boolean): void {
    this.#pending = { party, isReader, isServed: false };
    if (isReader) this.source?.wanted(party.buffer.remaining);
  }

  /** Who waits to read and has got nothing yet. */
  get reader(): Party | undefined {
    const pending = this.#pending;
    return pending?.isReader === true && !pending.isServed ? pending.party : undefined;
  }

  /**
   * There is no more. That is the next thing to be read: guests that wait for something by reading nothing look at what a read gives only
   * when they read what they have waited for.
   */
  #endReading(party: Party): void {
    const isAsked = party.buffer.length > 0;
    if (isAsked) this.drop();
    party.done(isAsked ? CopyResult.Dropped : CopyResult.Completed);
  }

  /** The host's source has found that it has no more. */
  sourceIsOver(): void {
    const { reader } = this;
    if (reader === undefined) return;
    this.#pending = undefined;
    this.#endReading(reader);
  }

  /** The operation that waits is given up. */
  cancel(): void {
    this.#notify(CopyResult.Cancelled);
  }

  /** One of its ends is gone. */
  drop(error?: unknown): void {
    if (this.isDropped) return;
    this.isDropped = true;
    this.error = error;
    this.#notify(CopyResult.Dropped);
    this.source?.dropped();
  }

  #notify(result: CopyResult): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.party.done(result);
  }

  #reclaim(party: Party): void {
    if (this.#pending?.party === party) this.#pending = undefined;
  }

  /** Within one instance only numbers pass, for now. @throws Trap */
  #requireApart({ instance }: Party, other: Party): void {
    if (instance === undefined || instance !== other.instance) return;
    if (this.copier === undefined || this.copier.isNumber) return;
    throw new Trap("stream-state", undefined, ` read from and write to intra-component ${this.kind}`);
  }
}
