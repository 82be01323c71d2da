// Lines to an output, gathered for some milliseconds so that each request does not cost a system call.

import type { CommandOutput } from "../io.ts";

const GATHER_MS = 20;
const GATHERED = 64 * 1024;

export class LineOutput {
  readonly #output: CommandOutput;
  #lines = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isGone = false;

  constructor(output: CommandOutput) {
    this.#output = output;
  }

  write(line: string): void {
    if (this.#isGone) return;
    this.#lines += line;
    if (this.#lines.length >= GATHERED) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = "";
    try {
      if (lines !== "") this.#output.write(lines);
    } catch {
      // Nobody reads the log any more: that is no reason to stop serving.
      this.#isGone = true;
    }
  }
}
