// How handles pass in and out of one instance during one call: what is given away, what is lent, and what ends with the call.
// Owns the bookkeeping of a call. What is at the other end says how it sees resources.

import { describe } from "../../checks/describe.ts";
import { Trap } from "../../errors.ts";
import type { HandleBoundary } from "../abi/context.ts";
import type { HandleType, StreamType } from "../model/value-type.ts";
import type { Channel } from "./async/channel.ts";
import { CopyEnd } from "./async/copy-end.ts";
import { hostEnd } from "./async/host-ends.ts";
import { channelOfHost, mismatchOfHost } from "./async/host-feeding.ts";
import type { BorrowScope, HandleEntry, TableEntry } from "./handle-table.ts";
import type { InstanceState } from "./instance-state.ts";
import { GuestResource, type RuntimeResource } from "./resources.ts";

/** A resource between two components. */
interface Passed {
  readonly resource: RuntimeResource;
  readonly rep: unknown;
}

export class Boundary implements HandleBoundary {
  readonly #instance: InstanceState;
  readonly #isHostCall: boolean;
  /** Given out for the call: to be taken back. */
  #lent: HandleEntry[] | undefined;
  #releases: (() => void)[] | undefined;
  /** Removed from the table by what has been lifted. */
  #removed: { readonly index: number; readonly entry: TableEntry }[] | undefined;
  /** What of the host has passed as a value of this call, and whether it was given away. */
  #offered: Map<unknown, boolean> | undefined;
  /** Borrows that the instance has got for the call. */
  #scope: BorrowScope | undefined;

  constructor(instance: InstanceState, isHostCall: boolean) {
    this.#instance = instance;
    this.#isHostCall = isHostCall;
  }

  lift({ kind, resource: type }: HandleType, index: number): unknown {
    const { handles } = this.#instance;
    const resource = this.#instance.resource(type);
    const isOwn = kind === "own";
    let entry: HandleEntry;
    if (isOwn) {
      entry = handles.get(index, resource);
      if (entry.scope !== undefined) {
        throw new Trap("resource-type-mismatch", index >>> 0, " is lent, and cannot be given away");
      }
      handles.remove(index, resource);
      this.#wasRemoved(index, entry);
    } else {
      entry = handles.get(index, resource);
      entry.lends++;
      this.#lent ??= [];
      this.#lent.push(entry);
    }
    if (!this.#isHostCall) return { resource, rep: entry.rep } satisfies Passed;
    const { value, release } = resource.give(entry.rep, isOwn);
    if (release !== undefined) {
      this.#releases ??= [];
      this.#releases.push(release);
    }
    return value;
  }

  lower({ kind, resource: type }: HandleType, value: unknown): number {
    const resource = this.#instance.resource(type);
    const isOwn = kind === "own";
    const rep = this.#isHostCall ? resource.take(value, isOwn) : (value as Passed).rep;
    if (isOwn) return this.#instance.handles.add({ resource, rep, scope: undefined, lends: 0 });
    // Who defines it is given what it knows it by.
    if (resource instanceof GuestResource && resource.instance === this.#instance) return rep as number;
    this.#scope ??= { borrows: 0 };
    const index = this.#instance.handles.add({ resource, rep, scope: this.#scope, lends: 0 });
    this.#scope.borrows++;
    return index;
  }

  mismatch({ kind, resource: type }: HandleType, value: unknown): string | undefined {
    const resource = this.#instance.resource(type);
    const isOwn = kind === "own";
    return (
      resource.mismatch(value, isOwn) ??
      (resource instanceof GuestResource ? this.#offer(value, isOwn) : undefined)
    );
  }

  /** What can be given away is given once, and not lent beside it. */
  #offer(value: unknown, isOwn: boolean): string | undefined {
    this.#offered ??= new Map();
    const earlier = this.#offered.get(value);
    if (earlier === true || (isOwn && earlier === false))
      return `${describe(value)} is given away, and used again in the same call`;
    this.#offered.set(value, isOwn);
    return undefined;
  }

  liftEnd(type: StreamType, index: number): unknown {
    const { handles } = this.#instance;
    const end = handles.end(index, `readable ${type.kind} end`, type);
    end.requireLiftable();
    handles.take(index);
    this.#wasRemoved(index, end);
    return this.#isHostCall ? hostEnd(end.shared, this.#instance) : end.shared;
  }

  lowerEnd(type: StreamType, value: unknown): number {
    const { handles } = this.#instance;
    const channel = this.#isHostCall ? channelOfHost(type, value, this.#instance) : (value as Channel);
    return handles.addWaitable(new CopyEnd(channel, type, true));
  }

  endMismatch(type: StreamType, value: unknown): string | undefined {
    return mismatchOfHost(type, value) ?? this.#offer(value, true);
  }

  #wasRemoved(index: number, entry: TableEntry): void {
    this.#removed ??= [];
    this.#removed.push({ index, entry });
  }

  /** Undoes what lifting has done to the table, which is to be done again. */
  undo(): void {
    const removed = this.#removed ?? [];
    for (let k = removed.length - 1; k >= 0; k--) {
      const { index, entry } = removed[k] as (typeof removed)[number];
      this.#instance.handles.restore(index, entry);
    }
    this.#removed = undefined;
    this.end();
  }

  /** The call that was lent something is over. */
  end(): void {
    for (const entry of this.#lent ?? []) entry.lends--;
    for (const release of this.#releases ?? []) release();
    this.#lent = undefined;
    this.#releases = undefined;
  }

  /** The instance returns from its call. @throws Trap while it holds borrows that it got for it */
  requireReturned(): void {
    if (this.#scope !== undefined && this.#scope.borrows > 0) throw new Trap("borrows-still-held");
  }
}
