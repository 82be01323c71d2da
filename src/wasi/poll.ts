// poll_oneoff: waits for clocks and descriptors, without spinning.

import { WouldBlockError } from "../errors.ts";
import { CLOCK, ERRNO, type Errno, EVENT_FD_HANGUP, EVENT_TYPE, RIGHT, WasiError } from "./abi.ts";
import { clockTime } from "./clock.ts";
import type { Descriptor } from "./descriptors.ts";
import { canBeFull } from "./fd-io.ts";
import { type Call, type FunctionTable, wasiFunction } from "./function-table.ts";
import type { GuestMemory } from "./guest-memory.ts";
import type { Subscription } from "./layout.ts";
import { lookFirst, MAX_WAIT_MS, waitingMilliseconds, waitParked } from "./polling.ts";
import type { Waitable } from "./sockets.ts";
import type { WasiState } from "./state.ts";
import { blockFor, hasTimers } from "./waiting.ts";

const EVENT_BYTES = 32;
/** More subscriptions in one call are `inval`, as POSIX's poll has it for more than the process may have open. */
const MAX_SUBSCRIPTIONS = 16_384;
const LAST_CLOCK = CLOCK.threadCputime;

interface Event {
  readonly subscription: Subscription;
  readonly error: Errno;
  readonly bytes: bigint;
  readonly flags: number;
}

/** A clock subscription with the time, on the same clock, at which it is over. */
interface Deadline {
  readonly subscription: Subscription;
  readonly clock: number;
  readonly time: bigint;
}

export const POLL_FUNCTIONS: FunctionTable = {
  /**
   * Waits until at least one subscription has something to tell, and tells of all that have. Files are always ready. A
   * mistake in one subscription is that one's event: `badf`, `notcapable` (no `poll_fd_readwrite`, or neither reading nor writing
   * right), `inval` (unknown clock).
   *
   * `inval`: no subscriptions, more than 16,384, or one of unknown type; `canceled`: WASI was closed meanwhile. All
   * subscriptions are read before any event is written. Charges each subscription.
   *
   *     in -> subscriptions (input), as layout.ts draws them
   *     out -> | userdata u64 | error u16 | type u8 | 5 × 0 | nbytes u64 | flags u16 | 6 × 0 | next event …
   *     nevents -> | count u32 |
   */
  poll_oneoff: wasiFunction(["u32", "u32", "u32", "u32"], (call, input, output, count, result) => {
    const { memory, layout } = call;
    memory.check(input, count * layout.subscriptionBytes, 8);
    memory.check(output, count * EVENT_BYTES, 8);
    memory.check(result, 4, 4);
    if (count === 0 || count > MAX_SUBSCRIPTIONS) throw new WasiError("inval", "number of subscriptions");
    call.charge("perSubscription", count);
    const subscriptions: Subscription[] = [];
    for (let i = 0; i < count; i++) {
      subscriptions.push(layout.readSubscription(memory, input + i * layout.subscriptionBytes));
    }
    const poll = new Poll(call, subscriptions);
    const write = (events: readonly Event[]): boolean => {
      memory.refresh();
      if (events.length === 0) return false;
      events.forEach((event, i) => {
        writeEvent(memory, output + i * EVENT_BYTES, event);
      });
      memory.setU32(result, events.length);
      return true;
    };
    const finish = (): boolean => write(poll.events());
    const events = poll.events();
    const unseen = call.state.parking.unseen(poll.waitables);
    // A clock that is over must not win against what is ready, too, but has not been looked at.
    if (events.length > 0 && unseen.length > 0 && call.canWait && hasTimers())
      return lookFirst(call.state, poll, unseen, finish);
    if (write(events)) return;
    return wait(call, poll, finish);
  }),
};

function wait(call: Call, poll: Poll, finish: () => boolean): void | Promise<void> {
  const { virtualClock, blocking } = call.state;
  if (poll.waitables.length === 0 && virtualClock !== undefined) {
    virtualClock.advance(poll.nanosecondsLeft());
    if (finish()) return;
  }
  const needsTimer = poll.hasDeadline && virtualClock === undefined;
  if (call.canWait && !(needsTimer && !hasTimers())) return waitParked(call.state, poll, finish);
  const [first, second] = poll.waitables;
  if (
    blocking === undefined ||
    second !== undefined ||
    (first !== undefined && first.blockUntilReady === undefined)
  ) {
    throw new WouldBlockError("poll_oneoff", call.canWait ? "there are no timers here" : undefined);
  }
  const block = (ms: number): void =>
    first === undefined ? blocking.sleep(ms) : first.blockUntilReady?.(ms);
  do {
    // Subscriptions are not looked through before one can be over.
    do blockFor(call, block, poll.millisecondsLeft());
    while (first === undefined && poll.nanosecondsLeft() > 0n);
  } while (!finish());
}

/** The subscriptions of one call. */
class Poll {
  readonly #call: Call;
  readonly #state: WasiState;
  readonly #deadlines: Deadline[] = [];
  /** When the first of them is over, by clock. */
  readonly #firstTimes = new Map<number, bigint>();
  readonly #others: Subscription[] = [];
  readonly #failed: Event[] = [];
  readonly #order: readonly Subscription[];
  /** What can be waited for, beside clocks. */
  waitables: Waitable[] = [];

  constructor(call: Call, subscriptions: readonly Subscription[]) {
    const { state } = call;
    this.#call = call;
    this.#state = state;
    this.#order = subscriptions;
    const now = clockReadings(state);
    for (const subscription of subscriptions) {
      if (subscription.type !== "clock") {
        this.#others.push(subscription);
        continue;
      }
      const { clock, timeout, absolute } = subscription;
      if (clock > LAST_CLOCK) {
        this.#failed.push(event(subscription, 0n, 0, "inval"));
        continue;
      }
      // CPU clocks stand still while the guest waits, so what is left on them is waited on the monotonic clock.
      const waitsOn = clock > 1 ? 1 : clock === 0 && !absolute ? 1 : clock;
      const left = absolute ? timeout - now(clock) : timeout;
      const time = absolute && waitsOn === clock ? timeout : now(waitsOn) + left;
      this.#deadlines.push({ subscription, clock: waitsOn, time });
      const first = this.#firstTimes.get(waitsOn);
      if (first === undefined || time < first) this.#firstTimes.set(waitsOn, time);
    }
  }

  get hasDeadline(): boolean {
    return this.#deadlines.length > 0;
  }

  /** Time until the first clock subscription is over; 0 if it is, or if there is none. */
  nanosecondsLeft(): bigint {
    let least: bigint | undefined;
    for (const [clock, time] of this.#firstTimes) {
      const left = time - clockTime(this.#state, clock);
      if (least === undefined || left < least) least = left;
    }
    return least === undefined || least < 0n ? 0n : least;
  }

  /** The same in whole milliseconds, rounded up, at most a minute; a minute if there is no clock subscription. */
  millisecondsLeft(): number {
    return this.hasDeadline ? waitingMilliseconds(this.nanosecondsLeft()) : MAX_WAIT_MS;
  }

  /**
   * The events that there are now, in the subscriptions' order; none if repeatable input has to be waited for first. Sets
   * `waitables` to what is not ready.
   */
  events(): Event[] {
    const found = new Map<Subscription, Event>();
    for (const event of this.#failed) found.set(event.subscription, event);
    const now = clockReadings(this.#state);
    for (const { subscription, clock, time } of this.#deadlines) {
      if (now(clock) >= time) found.set(subscription, event(subscription));
    }
    this.waitables = [];
    let isPatient = false;
    for (const subscription of this.#others) {
      if (subscription.type === "clock") continue;
      try {
        const right = subscription.type === "read" ? RIGHT.fdRead : RIGHT.fdWrite;
        // Not by exceptions: sixteen thousand of them take a tenth of a second.
        const descriptor = this.#state.descriptors.find(subscription.fd);
        if (descriptor === undefined) {
          found.set(subscription, event(subscription, 0n, 0, "badf"));
          continue;
        }
        // The witx: poll_fd_readwrite with fd_read (or fd_write) is the right to poll for it.
        const needed = RIGHT.pollFdReadwrite | (descriptor.kind === "listener" ? RIGHT.sockAccept : right);
        if ((descriptor.rightsBase & needed) !== needed) {
          found.set(subscription, event(subscription, 0n, 0, "notcapable"));
          continue;
        }
        const ready = readiness(descriptor, subscription, this.#call);
        if ("whenReady" in ready) {
          this.waitables.push(ready);
          isPatient ||= descriptor.kind === "stream" && this.#state.isRepeatable(descriptor.input);
        } else found.set(subscription, ready);
      } catch (error) {
        found.set(subscription, failure(subscription, error));
      }
    }
    // Whether input is there yet must not show in a repeatable run.
    if (isPatient) return [];
    return this.#order.flatMap((subscription) => found.get(subscription) ?? []);
  }
}

/** What the clocks say, each asked once. */
function clockReadings(state: WasiState): (clock: number) => bigint {
  const readings = new Map<number, bigint>();
  return (clock) => {
    let reading = readings.get(clock);
    if (reading === undefined) {
      reading = clockTime(state, clock);
      readings.set(clock, reading);
    }
    return reading;
  };
}

function event(subscription: Subscription, bytes = 0n, flags = 0, error: Errno = "success"): Event {
  return { subscription, error, bytes, flags };
}

function failure(subscription: Subscription, error: unknown): Event {
  if (!WasiError.isMade(error)) throw error;
  return event(subscription, 0n, 0, error.errno);
}

/** The event of a descriptor that is ready, or what to wait for. */
function readiness(
  descriptor: Descriptor,
  subscription: Subscription,
  { state: { parking, blocking }, canWait }: Call,
): Event | Waitable {
  const reads = subscription.type === "read";
  switch (descriptor.kind) {
    case "directory":
      return event(subscription, 0n, 0, "badf");
    case "file": {
      if (!reads) return event(subscription);
      const left = descriptor.file.stat().size - descriptor.position;
      return event(subscription, left > 0n ? left : 0n);
    }
    case "stream": {
      const { input, output } = descriptor;
      if (!reads && output?.ready === false) return canBeFull(output) ?? event(subscription);
      if (!reads || input === undefined) return event(subscription);
      if (!input.ready) {
        if (!canWait && blocking !== undefined && input.blocksWithoutEnd === true)
          return event(subscription, 1n);
        parking.ask(input);
        if (!input.ready) return input;
      }
      return event(subscription, BigInt(input.available), input.available === 0 ? EVENT_FD_HANGUP : 0);
    }
    case "listener":
      if (!reads) return event(subscription, 0n, 0, "notsup");
      return descriptor.listener.ready ? event(subscription, 1n) : descriptor.listener;
    case "connection": {
      const { connection } = descriptor;
      const flags = connection.ended ? EVENT_FD_HANGUP : 0;
      if (!reads) return connection.canWrite ? event(subscription, 0n, flags) : connection.writable;
      if (connection.available === 0 && !connection.ended) return connection.readable;
      return event(subscription, BigInt(connection.available), flags);
    }
  }
}

function writeEvent(
  memory: GuestMemory,
  address: number,
  { subscription, error, bytes, flags }: Event,
): void {
  memory.setU64(address, subscription.userdata);
  memory.setU16(address + 8, ERRNO[error]);
  const type =
    subscription.type === "clock"
      ? EVENT_TYPE.clock
      : subscription.type === "read"
        ? EVENT_TYPE.fdRead
        : EVENT_TYPE.fdWrite;
  memory.setU16(address + 10, type);
  memory.setU32(address + 12, 0);
  memory.setU64(address + 16, bytes);
  memory.setU64(address + 24, BigInt(flags));
}
