// Calls that wait for an instance: first come, first served within a tenant, and tenants in turn.
// Owns the order. What is in it and when it is taken is the dispatcher's affair.

/** An item's place between its neighbours: leaving takes the same time wherever it stands, and leaves nothing behind. */
interface Place<T> {
  readonly item: T;
  before: Place<T> | undefined;
  after: Place<T> | undefined;
}

interface Line<T> {
  first: Place<T>;
  last: Place<T>;
}

export class FairQueue<T extends { readonly tenant: string | undefined }> {
  /** By tenant, in the order of their turns; none is empty. */
  readonly #lines = new Map<string | undefined, Line<T>>();
  readonly #places = new Map<T, Place<T>>();

  /** Items that wait. */
  get size(): number {
    return this.#places.size;
  }

  push(item: T): void {
    const line = this.#lines.get(item.tenant);
    const place: Place<T> = { item, before: line?.last, after: undefined };
    this.#places.set(item, place);
    if (line === undefined) {
      this.#lines.set(item.tenant, { first: place, last: place });
    } else {
      line.last.after = place;
      line.last = place;
    }
  }

  /** Lets an item go, wherever it stands; false if it does not wait. */
  remove(item: T): boolean {
    const place = this.#places.get(item);
    const line = this.#lines.get(item.tenant);
    if (place === undefined || line === undefined) return false;
    this.#places.delete(item);
    const { before, after } = place;
    if (before !== undefined) before.after = after;
    else if (after !== undefined) line.first = after;
    if (after !== undefined) after.before = before;
    else if (before !== undefined) line.last = before;
    if (before === undefined && after === undefined) this.#lines.delete(item.tenant);
    return true;
  }

  /** Takes the next item of the tenant whose turn it is, among those that `mayRun`. */
  take(mayRun: (tenant: string | undefined) => boolean): T | undefined {
    for (const [tenant, line] of this.#lines) {
      if (!mayRun(tenant)) continue;
      const { item } = line.first;
      this.remove(item);
      // To the end: the others come first now.
      if (this.#lines.delete(tenant)) this.#lines.set(tenant, line);
      return item;
    }
    return undefined;
  }

  /** All items, in the order in which they came. */
  get items(): readonly T[] {
    return [...this.#places.keys()];
  }
}
