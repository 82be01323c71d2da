// What the host has to do at its ends of channels, as jobs: a turn of the store does them.

import type { Channel } from "./channel.ts";
import type { Job } from "./thread.ts";

/** Elements that the host reads at once, at most. */
export const READ_LENGTH = 65_536;

/** A read or write of the host's, as a job. */
export class HostCopy implements Job {
  readonly #begin: () => Job | undefined;
  readonly #done: (() => void) | undefined;
  #job: Job | undefined;
  #hasBegun = false;

  constructor(begin: () => Job | undefined, done?: () => void) {
    this.#begin = begin;
    this.#done = done;
  }

  step(...[machine, word]: Parameters<Job["step"]>): ReturnType<Job["step"]> {
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      this.#job = this.#begin();
    }
    const next = this.#job?.step(machine, word);
    if (next === undefined) this.#done?.();
    return next;
  }
}

/** A job in which no guest is asked for anything. */
export interface HostJob extends Job {
  step(): undefined;
}

/** The host has no more to write, or does not read any more. */
export function dropping(channel: Channel): HostJob {
  return {
    step() {
      channel.drop();
      return undefined;
    },
  };
}
