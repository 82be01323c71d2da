// What threads wait for, and in what order they are found to be able to go on: work for each event, however many wait.
// Owns who waits where. Whether a condition holds its owner knows, who says when it may have come true.

import { PriorityQueue, type Queued } from "../../../priority-queue.ts";

/** A thread's wait, for all of some conditions. The lower its key, the earlier it has begun. */
export interface Wait extends Queued<number> {
  readonly conditions: readonly Condition[];
  /** Whether it is for the turn of an instance, which only one can have. */
  readonly isForTurn: boolean;
  /** Where it is: at the first condition that does not hold, or among those that are ready. */
  at: Condition | undefined;
  /** All its conditions hold. */
  becomeReady(): void;
}

/**
 * A wait stands at one condition that did not hold when it was looked at. When that comes true, only the first is looked at; the next
 * one is when that has gone on, as it may have taken away what it was waited for.
 */
export class Condition {
  readonly #holds: () => boolean;
  /** Waits that are for a turn, and all others, as a turn that is taken keeps only those of the first kind back. */
  readonly #waits = [new PriorityQueue<number, Wait>(), new PriorityQueue<number, Wait>()] as const;

  constructor(holds: () => boolean) {
    this.#holds = holds;
  }

  get holds(): boolean {
    return this.#holds();
  }

  add(wait: Wait): void {
    this.#queueOf(wait).add(wait);
  }

  remove(wait: Wait): void {
    this.#queueOf(wait).remove(wait);
  }

  /** It may have come true. */
  wake(): void {
    for (const queue of this.#waits) {
      while (this.#holds()) {
        const { first } = queue;
        if (first === undefined) break;
        queue.remove(first);
        place(first);
        const { at } = first;
        // Who is ready goes on first; and what keeps one back may keep back the next one as well.
        if (at === undefined || queue.first?.conditions.includes(at) === true) break;
      }
    }
  }

  #queueOf({ isForTurn }: Wait): PriorityQueue<number, Wait> {
    return this.#waits[isForTurn ? 0 : 1];
  }
}

/** Puts a wait, which is nowhere, where it belongs now. */
export function place(wait: Wait): void {
  wait.at = wait.conditions.find((condition) => !condition.holds);
  if (wait.at === undefined) wait.becomeReady();
  else wait.at.add(wait);
}

/** A wait is over, or was found to be not ready: others that stand where it stood may be. */
export function passOn({ conditions }: Wait): void {
  for (const condition of conditions) condition.wake();
}
