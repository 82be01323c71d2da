// Calls that wait for an instance: first come, first served within a tenant, and tenants in turn.
// Owns the order. What is in it and when it is taken is the dispatcher's affair.

interface Line<T> {
  readonly items: T[];
  /** What is before it has been taken. */
  next: number;
}

export class FairQueue<T extends { isOver: boolean; readonly tenant: string | undefined }> {
  /** By tenant, in the order of their turns. */
  readonly #lines = new Map<string | undefined, Line<T>>();
  #size = 0;

  /** Items that wait, without those that are over. */
  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    let line = this.#lines.get(item.tenant);
    if (line === undefined) {
      line = { items: [], next: 0 };
      this.#lines.set(item.tenant, line);
    }
    line.items.push(item);
    this.#size++;
  }

  /** An item is over, and is passed over when it comes to its turn. */
  forget(item: T): void {
    item.isOver = true;
    this.#size--;
  }

  /** Takes the next item of the tenant whose turn it is, among those that `mayRun`. */
  take(mayRun: (tenant: string | undefined) => boolean): T | undefined {
    for (const [tenant, line] of this.#lines) {
      if (!mayRun(tenant)) continue;
      const item = takeFrom(line);
      this.#lines.delete(tenant);
      if (item === undefined) continue;
      // To the end: the others come first now.
      if (line.next < line.items.length) this.#lines.set(tenant, line);
      this.#size--;
      return item;
    }
    return undefined;
  }
}

function takeFrom<T extends { readonly isOver: boolean }>(line: Line<T>): T | undefined {
  while (line.next < line.items.length) {
    const item = line.items[line.next++] as T;
    if (line.next > 1000 && line.next > line.items.length / 2) {
      line.items.splice(0, line.next);
      line.next = 0;
    }
    if (!item.isOver) return item;
  }
  return undefined;
}
