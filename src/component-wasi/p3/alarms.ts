// Times on the monotonic clock that guests of 0.3 wait for: one timer for all of them, and whatever is past is told in the order of time.

import { type HostWait, noteWait } from "../../component/api/host-notes.ts";
import { PriorityQueue, type Queued } from "../../priority-queue.ts";
import { CLOCK } from "../../wasi/abi.ts";
import { clockTime } from "../../wasi/clock.ts";
import type { Grants } from "../../wasi/grants.ts";
import { waitingMilliseconds } from "../../wasi/polling.ts";

interface Alarm extends Queued<bigint> {
  resolve(): void;
  reject(error: unknown): void;
}

export class Alarms {
  readonly #grants: Grants;
  readonly #alarms = new PriorityQueue<bigint, Alarm>();
  /** What the timer under way is for. */
  #timed: bigint | undefined;

  constructor(grants: Grants) {
    this.#grants = grants;
  }

  /** Until `when`. A virtual clock gets there when nothing else can happen. */
  wait(when: bigint): void | Promise<void> {
    if (this.#now >= when) return;
    let alarm: Alarm | undefined;
    const promise = new Promise<void>((resolve, reject) => {
      alarm = { key: when, place: -1, resolve, reject };
      this.#alarms.add(alarm);
    });
    const wait: HostWait = {
      cancelled: () => {
        if (alarm !== undefined && alarm.place >= 0) this.#alarms.remove(alarm);
      },
    };
    const { virtualClock } = this.#grants;
    if (virtualClock === undefined) this.#setTimer();
    else {
      wait.idle = () => {
        const { first } = this.#alarms;
        if (first === undefined) return;
        virtualClock.advance(first.key > this.#now ? first.key - this.#now : 0n);
        this.#ring();
      };
    }
    return noteWait(promise, wait);
  }

  get #now(): bigint {
    return clockTime(this.#grants, CLOCK.monotonic);
  }

  #ring(): void {
    const now = this.#now;
    for (let { first } = this.#alarms; first !== undefined && first.key <= now; { first } = this.#alarms) {
      this.#alarms.remove(first);
      first.resolve();
    }
  }

  #setTimer(): void {
    const { first } = this.#alarms;
    if (first === undefined || (this.#timed !== undefined && this.#timed <= first.key)) return;
    this.#timed = first.key;
    void this.#sleep(first.key);
  }

  async #sleep(until: bigint): Promise<void> {
    try {
      await this.#grants.parking.wait([], waitingMilliseconds(until - this.#now));
    } catch (error) {
      for (let { first } = this.#alarms; first !== undefined; { first } = this.#alarms) {
        this.#alarms.remove(first);
        first.reject(error);
      }
    }
    this.#ring();
    // An earlier one may have set a timer of its own meanwhile.
    if (this.#timed === until) this.#timed = undefined;
    this.#setTimer();
  }
}
