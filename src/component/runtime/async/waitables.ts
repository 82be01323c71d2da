// What guests wait for: waitables, which have events, and sets of them (Canonical ABI, "Waitable State").
// Owns which event is delivered to whom. Who blocks until there is one is the built-ins' affair.

import { Trap } from "../../../errors.ts";
import type { Fiber } from "../../../runtime/fiber.ts";
import type { HostMachine } from "../../../runtime/raw-function.ts";
import type { TableEntry } from "../handle-table.ts";
import { Condition } from "./condition.ts";

export const enum EventCode {
  None = 0,
  Subtask = 1,
  StreamRead = 2,
  StreamWrite = 3,
  FutureRead = 4,
  FutureWrite = 5,
  TaskCancelled = 6,
}

export interface WaitableEvent {
  readonly code: EventCode;
  readonly index: number;
  readonly payload: number;
}

export abstract class Waitable implements TableEntry {
  readonly resource = undefined;
  abstract readonly described: string;
  /** In the handle table; 0 while it is in none. */
  index = 0;
  /** Whether a built-in waits for its event, which no set gets then. */
  hasWaiter = false;
  #set: WaitableSet | undefined;
  #event: (() => WaitableEvent) | undefined;
  #arrival: Condition | undefined;

  get isInSet(): boolean {
    return this.#set !== undefined;
  }

  get hasEvent(): boolean {
    return this.#event !== undefined;
  }

  /** `event` says what has happened when it is delivered. It takes the place of one that has not been. */
  setEvent(event: () => WaitableEvent): void {
    this.#event = event;
    this.#set?.add(this);
    this.#arrival?.wake();
  }

  /** That it has an event, for a built-in that waits for that. */
  get arrival(): Condition {
    this.#arrival ??= new Condition(() => this.hasEvent);
    return this.#arrival;
  }

  takeEvent(): WaitableEvent {
    const event = this.#event as () => WaitableEvent;
    this.#event = undefined;
    this.#set?.ready.delete(this);
    return event();
  }

  /** @throws Trap while a built-in waits for it */
  join(set: WaitableSet | undefined): void {
    if (this.hasWaiter) throw new Trap("waitable-in-set");
    this.#move(set);
  }

  #move(set: WaitableSet | undefined): void {
    this.#set?.members.delete(this);
    this.#set?.ready.delete(this);
    this.#set = set;
    set?.members.add(this);
    if (this.hasEvent) set?.add(this);
  }

  /** It is gone from the handle table. */
  protected left(): void {
    this.#move(undefined);
  }

  /** @throws Trap for a synchronous operation on what is in a set */
  requireNoSet(): void {
    if (this.#set !== undefined) throw new Trap("waitable-in-set");
  }
}

export class WaitableSet implements TableEntry {
  readonly resource = undefined;
  readonly described = "waitable set";
  readonly members = new Set<Waitable>();
  /** Those with events, in the order in which they have got them. */
  readonly ready = new Set<Waitable>();
  waiters = 0;
  /** That one of them has an event. */
  readonly arrival = new Condition(() => this.hasEvent);

  /** One of its members has an event. */
  add(waitable: Waitable): void {
    this.ready.add(waitable);
    this.arrival.wake();
  }

  get hasEvent(): boolean {
    return this.ready.size > 0;
  }

  takeEvent(): WaitableEvent {
    const [first] = this.ready as Set<Waitable>;
    return (first as Waitable).takeEvent();
  }

  /** @throws Trap while it has members or is waited on */
  requireUnused(): void {
    if (this.members.size > 0) throw new Trap("waitable-set-not-empty");
    if (this.waiters > 0) throw new Trap("waitable-set-waited-on");
  }
}

/** States of a subtask, as guests see them. */
export const enum SubtaskState {
  Starting = 0,
  Started = 1,
  Returned = 2,
  CancelledBeforeStarted = 3,
  CancelledBeforeReturned = 4,
}

/** A call of an async function, as its caller sees it. */
export class Subtask extends Waitable {
  readonly described = "subtask";
  state = SubtaskState.Starting;
  isCancellationRequested = false;
  isDelivered = false;
  #resolution: Condition | undefined;
  /** The caller knows that it is over: what was lent comes back. */
  readonly #delivered: () => void;
  /** Asks the callee to give up; returns the fiber to go on in, where it is told at once. */
  readonly requestCancellation: (machine: HostMachine) => Fiber | undefined;

  constructor(delivered: () => void, requestCancellation: Subtask["requestCancellation"]) {
    super();
    this.#delivered = delivered;
    this.requestCancellation = requestCancellation;
  }

  get isResolved(): boolean {
    return this.state >= SubtaskState.Returned;
  }

  /** That it is over, for a caller that waits for that. */
  get resolution(): Condition {
    this.#resolution ??= new Condition(() => this.isResolved);
    return this.#resolution;
  }

  /** It has got on: in a table, that is an event. */
  progress(state: SubtaskState): void {
    this.state = state;
    this.#resolution?.wake();
    if (this.index === 0) return;
    this.setEvent(() => {
      if (this.isResolved) this.deliver();
      return { code: EventCode.Subtask, index: this.index, payload: this.state };
    });
  }

  deliver(): void {
    this.isDelivered = true;
    this.#delivered();
  }

  /** @throws Trap before it is over */
  drop(): void {
    if (!this.isDelivered) throw new Trap("subtask-unresolved");
    this.left();
  }
}
