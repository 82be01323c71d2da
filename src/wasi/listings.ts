// Snapshots of directories that guests walk through, and how much they may hold in all.

import { WasiError } from "./abi.ts";
import type { HostHeapAccount } from "./budget.ts";
import type { DirectoryEntry, FileSystemDirectory, LazyDirectoryEntry } from "./fs/file-system.ts";
import type { GuestMeter } from "./work.ts";

export type Listing = readonly (DirectoryEntry | LazyDirectoryEntry)[];

/** Who holds a snapshot of a directory. */
export interface ListingHolder {
  readonly directory: FileSystemDirectory;
  /** Taken anew when the guest starts over, and when it was dropped. */
  listing: Listing | undefined;
}

/** Entries that all listings together may have, beside the one that was taken last. */
const MAX_LISTED = 262_144;

/** What an entry takes on the heap of the JavaScript engine, and a UTF-16 unit of its name. */
const ENTRY_BYTES = 112;
const NAME_UNIT_BYTES = 2;

/** The snapshots of one guest. */
export class Listings {
  readonly #hostHeap: HostHeapAccount;
  /** The oldest first, with the bytes of each. */
  readonly #listed = new Map<ListingHolder, number>();
  #entries = 0;

  constructor(hostHeap: HostHeapAccount) {
    this.#hostHeap = hostHeap;
  }

  /**
   * Takes a listing of a directory. A guest could hold one of a large directory with each holder, so the oldest are
   * dropped; who walks through such a one goes on in a new one.
   * @throws WasiError `nomem` if it does not fit, even without all others
   */
  take(holder: ListingHolder, meter: GuestMeter): Listing {
    const before = meter.entries;
    const listing = holder.directory.entries();
    // Those that a file system has not charged itself while it found them.
    meter.charge("perDirectoryEntry", Math.max(0, listing.length - (meter.entries - before)));
    this.drop(holder);
    for (const oldest of this.#listed.keys()) {
      if (this.#entries <= MAX_LISTED) break;
      this.drop(oldest);
    }
    const bytes = bytesOf(listing);
    while (!this.#hostHeap.tryTake(bytes)) {
      const [oldest] = this.#listed.keys();
      if (oldest === undefined) throw new WasiError("nomem");
      this.drop(oldest);
    }
    holder.listing = listing;
    this.#listed.set(holder, bytes);
    this.#entries += listing.length;
    return listing;
  }

  drop(holder: ListingHolder): void {
    const bytes = this.#listed.get(holder);
    if (bytes === undefined) return;
    this.#listed.delete(holder);
    this.#hostHeap.release(bytes);
    this.#entries -= holder.listing?.length ?? 0;
    holder.listing = undefined;
  }
}

function bytesOf(listing: Listing): number {
  let bytes = ENTRY_BYTES * listing.length;
  for (const { name } of listing) bytes += NAME_UNIT_BYTES * name.length;
  return bytes;
}
