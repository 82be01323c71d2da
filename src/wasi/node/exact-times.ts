// Times to the nanosecond through an interface that sets microseconds.
// Node's utimes takes seconds as a double and libuv cuts them to microseconds; what was asked for is remembered here for as
// long as the host still reports the cut value.

import type { BigIntStats } from "node:fs";
import type { TimeUpdate } from "../fs/file-system.ts";
import { nodeClock } from "./clock.ts";
import { system } from "./errno.ts";

/** Files whose times are remembered; the oldest are forgotten first and then show microseconds. */
const MAX_REMEMBERED = 4096;

/** Nanoseconds by which our clock may lag behind the system's. A file that is further ahead was changed under another clock. */
const MOST_LAG = 10_000_000n;

interface Remembered {
  readonly access: { readonly stored: bigint; readonly exact: bigint };
  readonly modify: { readonly stored: bigint; readonly exact: bigint };
}

/** The exact times of one file system's files. All values are nanoseconds since 1970-01-01. */
export class ExactTimes {
  readonly #now = nodeClock().realtime;
  readonly #remembered = new Map<string, Remembered>();

  of(found: BigIntStats): { readonly access: bigint; readonly modify: bigint } {
    const known = this.#remembered.get(keyOf(found));
    return {
      access: known?.access.stored === found.atimeNs ? known.access.exact : found.atimeNs,
      modify: known?.modify.stored === found.mtimeNs ? known.modify.exact : found.mtimeNs,
    };
  }

  /**
   * The time now, but not a little earlier than `changed`, when the file was changed by the system's clock: ours is coarser and may
   * lag behind, and a file must not get older by being touched.
   */
  #notBefore(changed: bigint): bigint {
    const now = this.#now();
    const lag = changed - now;
    return lag > 0n && lag < MOST_LAG ? changed : now;
  }

  /** Sets times. `apply` takes seconds. @throws WasiError */
  set(
    access: TimeUpdate,
    modify: TimeUpdate,
    stat: () => BigIntStats,
    apply: (access: number, modify: number) => void,
  ): void {
    const before = stat();
    const old = this.of(before);
    const now = this.#notBefore(before.ctimeNs);
    const exactAccess = access === "now" ? now : (access ?? old.access);
    const exactModify = modify === "now" ? now : (modify ?? old.modify);
    system(() => apply(seconds(exactAccess), seconds(exactModify)));
    const found = stat();
    const key = keyOf(found);
    this.#remembered.delete(key);
    this.#remembered.set(key, {
      access: { stored: found.atimeNs, exact: exactAccess },
      modify: { stored: found.mtimeNs, exact: exactModify },
    });
    if (this.#remembered.size > MAX_REMEMBERED) {
      for (const oldest of this.#remembered.keys()) {
        this.#remembered.delete(oldest);
        break;
      }
    }
  }
}

function keyOf(found: BigIntStats): string {
  return `${found.dev}:${found.ino}`;
}

/** Seconds that libuv cuts to the right microsecond: the middle of it, as a double may be a quarter of one off. */
function seconds(nanoseconds: bigint): number {
  return (Number(nanoseconds / 1000n) + 0.5) / 1e6;
}
