// How many requests run at the same time, and who waits for a place. First come, first served.
// Owns the places and the queue; how long somebody may wait is decided by the one who waits.

export class Admission {
  readonly #places: number;
  readonly #longestQueue: number;
  #running = 0;
  /** In the order of arrival; those who have given up are gone. */
  readonly #waiting = new Set<() => void>();

  constructor(places: number, longestQueue: number) {
    this.#places = places;
    this.#longestQueue = longestQueue;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Takes a place, waiting for one if need be. Whoever got one gives it back by {@link leave}.
   * @returns `full` where the queue is, `gave-up` when the signal is aborted first
   */
  enter(signal: AbortSignal): "entered" | "full" | Promise<"entered" | "gave-up"> {
    if (this.#running < this.#places) {
      this.#running++;
      return "entered";
    }
    if (this.#waiting.size >= this.#longestQueue) return "full";
    return new Promise((resolve) => {
      const admit = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve("entered");
      };
      const giveUp = (): void => {
        this.#waiting.delete(admit);
        resolve("gave-up");
      };
      if (signal.aborted) return resolve("gave-up");
      this.#waiting.add(admit);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  leave(): void {
    // The place goes over to the next one.
    for (const admit of this.#waiting) {
      this.#waiting.delete(admit);
      admit();
      return;
    }
    this.#running--;
  }
}
