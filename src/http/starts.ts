// Which of a component's requests begin: one thread runs all guests, and instances of those that take turns cost memory, and the
// processor's caches, without anybody being answered sooner. So few compute at the same time; who waits for its host does not count.

/** Requests of a component whose guests compute. */
const MOST_COMPUTING = 2;
/** Processor time of the process after which a request counts no more: one that computes for long is not to keep others from beginning. */
const LONGEST_MS = 100;

export class Starts {
  #computing = 0;
  /** In the order of arrival. */
  readonly #waiting = new Set<() => void>();

  /** Begins, when the request may; `undefined` when the signal is aborted first. */
  begin(signal: AbortSignal): Start | Promise<Start | undefined> {
    if (this.#computing < MOST_COMPUTING) return this.#start();
    return new Promise((resolve) => {
      const begin = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(this.#start());
      };
      const giveUp = (): void => {
        this.#waiting.delete(begin);
        resolve(undefined);
      };
      if (signal.aborted) return resolve(undefined);
      this.#waiting.add(begin);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  #start(): Start {
    return new Start((change) => this.#change(change));
  }

  #change(change: 1 | -1): void {
    this.#computing += change;
    if (change > 0 || this.#computing >= MOST_COMPUTING) return;
    for (const begin of this.#waiting) {
      this.#waiting.delete(begin);
      begin();
      return;
    }
  }
}

/** One that has begun. */
export class Start {
  readonly #change: (change: 1 | -1) => void;
  /** Of the process, when it began. */
  readonly #cpuBefore = process.cpuUsage();
  #timer: ReturnType<typeof setTimeout>;
  #counts = false;
  #isWaiting = false;
  #isOver = false;

  constructor(change: (change: 1 | -1) => void) {
    this.#change = change;
    this.#count(true);
    this.#timer = setTimeout(() => this.#look(), LONGEST_MS);
  }

  /** On a busy machine the clock says little of what was computed. */
  #look(): void {
    const { user, system } = process.cpuUsage(this.#cpuBefore);
    const left = LONGEST_MS - (user + system) / 1000;
    if (left <= 0) this.end();
    else this.#timer = setTimeout(() => this.#look(), Math.max(left, LONGEST_MS / 10));
  }

  /** Its guest waits for the host, or goes on. What is there after a turn of the event loop was not waited for. */
  readonly wait = (isWaiting: boolean): void => {
    this.#isWaiting = isWaiting;
    if (this.#isOver) return;
    if (!isWaiting) this.#count(true);
    else
      setImmediate(() => {
        if (this.#isWaiting) this.#count(false);
      });
  };

  end(): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    this.#count(false);
  }

  #count(counts: boolean): void {
    if (counts === this.#counts) return;
    this.#counts = counts;
    this.#change(counts ? 1 : -1);
  }
}
