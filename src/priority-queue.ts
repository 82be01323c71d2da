// A queue in which the lowest key comes first, and from which anything can be taken out: a binary heap whose entries know their place.

/** What is in a queue, in one at a time. */
export interface Queued<Key> {
  readonly key: Key;
  /** The queue's: its place there; -1 while it is in none. */
  place: number;
}

export class PriorityQueue<Key extends number | bigint, Entry extends Queued<Key>> {
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** The one with the lowest key. */
  get first(): Entry | undefined {
    return this.#entries[0];
  }

  add(entry: Entry): void {
    this.#up(this.#entries.push(entry) - 1, entry);
  }

  /** Takes an entry out that is in it. */
  remove(entry: Entry): void {
    const { place } = entry;
    entry.place = -1;
    const last = this.#entries.pop() as Entry;
    if (last === entry) return;
    this.#up(place, last);
    this.#down(last.place, last);
  }

  #up(from: number, entry: Entry): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#entries[above] as Entry;
      if (other.key <= entry.key) break;
      this.#put(place, other);
      place = above;
    }
    this.#put(place, entry);
  }

  #down(from: number, entry: Entry): void {
    const entries = this.#entries;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below + 1 < entries.length && (entries[below + 1] as Entry).key < (entries[below] as Entry).key)
        below++;
      const other = entries[below];
      if (other === undefined || other.key >= entry.key) break;
      this.#put(place, other);
      place = below;
    }
    this.#put(place, entry);
  }

  #put(place: number, entry: Entry): void {
    this.#entries[place] = entry;
    entry.place = place;
  }
}
