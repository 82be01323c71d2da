// Snapshots of directories that guests walk through, and how many entries they may hold in all.

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

/** The snapshots of one guest. */
export class Listings {
  /** The oldest first. */
  readonly #listed = new Set<ListingHolder>();
  #entries = 0;

  /**
   * Takes a listing of a directory. A guest could hold one of a large directory with each holder, so the oldest are
   * dropped; who walks through such a one goes on in a new one.
   */
  take(holder: ListingHolder, meter: GuestMeter): Listing {
    const before = meter.entries;
    const listing = holder.directory.entries();
    // Those that a file system has not charged itself while it found them.
    meter.charge("perDirectoryEntry", Math.max(0, listing.length - (meter.entries - before)));
    this.drop(holder);
    holder.listing = listing;
    this.#listed.add(holder);
    this.#entries += listing.length;
    for (const oldest of this.#listed) {
      if (this.#entries - listing.length <= MAX_LISTED) break;
      this.drop(oldest);
    }
    return listing;
  }

  drop(holder: ListingHolder): void {
    if (!this.#listed.delete(holder)) return;
    this.#entries -= holder.listing?.length ?? 0;
    holder.listing = undefined;
  }
}
