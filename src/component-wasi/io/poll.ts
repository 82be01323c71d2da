// wasi:io/poll: pollables, and waiting for the first of several without spinning.

import { CLOCK } from "../../wasi/abi.ts";
import { clockTime } from "../../wasi/clock.ts";
import { lookFirst, MAX_WAIT_MS, type Polled, waitingMilliseconds, waitParked } from "../../wasi/polling.ts";
import type { Waitable } from "../../wasi/sockets.ts";
import { hasTimers } from "../../wasi/waiting.ts";
import { brokenContract, noFailure } from "../error-codes.ts";
import { HostResource, hostFunction, resource } from "../resource.ts";
import type { WasiState } from "../state.ts";

/** What can become ready: something with bytes, connections or results. */
export interface Source extends Waitable {
  /** Whether the next attempt would have something to say. */
  readonly ready: boolean;
  /** Whether it is the guest's standard input, whose arrival does not show in a repeatable run; unless it is a terminal. */
  readonly isStandard?: boolean;
  readonly isTerminal?: boolean;
}

/** More pollables in one call trap; as preview1 has it. */
const MAX_POLLED = 16_384;

/** The resource `pollable`. */
export class Pollable extends HostResource {
  static {
    resource(noFailure, Pollable);
  }

  /** @internal What is waited for, or the time on the monotonic clock. */
  readonly target: Source | bigint;

  constructor(state: WasiState, target: Source | bigint, parent?: HostResource) {
    super(state, parent);
    this.target = target;
  }

  ready(): boolean {
    const { state, target } = this;
    if (typeof target === "bigint") return clockTime(state, CLOCK.monotonic) >= target;
    if (!target.ready) state.parking.ask(target);
    return target.ready;
  }

  block(): void | Promise<void> {
    const ready = poll(this.state, [this]);
    return ready instanceof Promise ? ready.then(() => {}) : undefined;
  }
}

/** The pollables of one call. */
class PolledList implements Polled {
  readonly #state: WasiState;
  readonly #pollables: readonly Pollable[];
  readonly #first: bigint | undefined;
  waitables: Waitable[] = [];
  /** Those that are ready, by their place; as the last look found it. */
  ready: number[] = [];

  constructor(state: WasiState, pollables: readonly Pollable[]) {
    this.#state = state;
    this.#pollables = pollables;
    let first: bigint | undefined;
    for (const { target } of pollables) {
      if (typeof target === "bigint" && (first === undefined || target < first)) first = target;
    }
    this.#first = first;
  }

  get hasDeadline(): boolean {
    return this.#first !== undefined;
  }

  nanosecondsLeft(): bigint {
    const left = (this.#first ?? 0n) - clockTime(this.#state, CLOCK.monotonic);
    return left > 0n ? left : 0n;
  }

  millisecondsLeft(): number {
    return this.hasDeadline ? waitingMilliseconds(this.nanosecondsLeft()) : MAX_WAIT_MS;
  }

  /** Looks at all of them; says whether one is ready, and is to be told. */
  look(): boolean {
    const state = this.#state;
    const now = clockTime(state, CLOCK.monotonic);
    const ready: number[] = [];
    const waitables = new Set<Waitable>();
    let isPatient = false;
    this.#pollables.forEach(({ target }, place) => {
      if (typeof target === "bigint") {
        if (now >= target) ready.push(place);
        return;
      }
      if (!target.ready) state.parking.ask(target);
      if (target.ready) ready.push(place);
      else {
        waitables.add(target);
        isPatient ||= state.isPatient(target);
      }
    });
    this.waitables = [...waitables];
    // Whether input is there yet must not show in a repeatable run.
    this.ready = isPatient ? [] : ready;
    return this.ready.length > 0;
  }
}

function poll(state: WasiState, pollables: readonly Pollable[]): Uint32Array | Promise<Uint32Array> {
  if (pollables.length === 0) throw brokenContract("poll: the list is empty");
  if (pollables.length > MAX_POLLED) throw brokenContract(`poll: more than ${MAX_POLLED} pollables`);
  state.meter.charge("perSubscription", pollables.length);
  const list = new PolledList(state, pollables);
  const finish = (): boolean => list.look();
  const done = (): Uint32Array => Uint32Array.from(list.ready);
  const isReady = finish();
  const unseen = state.parking.unseen(list.waitables);
  // A clock that is over must not win against what is ready, too, but has not been looked at.
  if (isReady && unseen.length > 0 && hasTimers()) return lookFirst(state, list, unseen, finish).then(done);
  if (isReady) return done();
  if (list.waitables.length === 0 && state.virtualClock !== undefined) {
    state.virtualClock.advance(list.nanosecondsLeft());
    if (finish()) return done();
  }
  return waitParked(state, list, finish).then(done);
}

export function pollDefinitions(stateOf: () => WasiState): Record<string, unknown> {
  return {
    Pollable,
    /** The places of those that are ready, at least one. Traps on an empty list. Charges each pollable. */
    poll: hostFunction(stateOf, noFailure, poll),
  };
}
