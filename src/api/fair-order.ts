// Whose turn is next: who has had the least fuel for its weight, in virtual time (weighted fair queueing).
// Owns that order. What a turn is, and what is done in it, is the scheduler's affair.

/** Who takes turns. */
export interface Share {
  readonly weight: number;
  /** Where it stands in virtual time. */
  virtualStart: number;
  /** Among equals the one that came first is first. */
  arrival: number;
}

/**
 * Virtual time goes on by the fuel that is used divided by the weights of all that are there: what each of them may have had
 * by now. Who comes begins at it, so that nobody saves shares while it is away; who has used more than its share waits for
 * the time to catch up with it, and lets those pass that come and use little.
 */
export class FairOrder<S extends Share> {
  /** A binary heap, the next one at its root. */
  readonly #heap: S[] = [];
  #virtualTime = 0;
  /** Weights of all that wait or have their turn. */
  #weights = 0;
  #arrivals = 0;

  /** Those that wait for a turn. */
  get size(): number {
    return this.#heap.length;
  }

  /** Somebody comes, or comes back. */
  add(share: S): void {
    share.virtualStart = Math.max(share.virtualStart, this.#virtualTime);
    this.#weights += share.weight;
    this.#push(share);
  }

  /** Who is next, still waiting. */
  peek(): S | undefined {
    return this.#heap[0];
  }

  /** Gives a turn to the next one: it is to come {@link again}, or to {@link leave}. */
  take(): S | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first !== undefined && last !== undefined && first !== last) this.#sink(last);
    return first;
  }

  /** What somebody used in its turn. */
  charge(share: S, fuel: number): void {
    share.virtualStart += fuel / share.weight;
    this.#virtualTime += fuel / this.#weights;
  }

  /** Waits for another turn after its turn. */
  again(share: S): void {
    this.#push(share);
  }

  /** Is gone after its turn. */
  leave(share: S): void {
    this.#weights -= share.weight;
  }

  #push(share: S): void {
    share.arrival = this.#arrivals++;
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above] as S;
      if (!isBefore(share, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = share;
  }

  /** Puts one into the root's empty place, and lets it sink. */
  #sink(share: S): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as S, heap[below] as S)) below++;
      const child = heap[below] as S;
      if (!isBefore(child, share)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = share;
  }
}

function isBefore(a: Share, b: Share): boolean {
  return a.virtualStart < b.virtualStart || (a.virtualStart === b.virtualStart && a.arrival < b.arrival);
}
