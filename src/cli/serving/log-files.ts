// Where components' own output goes: a file each for stdout and stderr, and the command's standard error.
// Owns the files. How much one request may write is the handler's affair.

import { closeSync, mkdirSync, openSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { printable } from "../../printable.ts";
import { systemReason } from "../read-module.ts";
import { InputError } from "../usage-error.ts";

export interface LogSettings {
  /** `undefined` for none. */
  readonly directory: string | undefined;
  readonly truncate: boolean;
  /** Components whose output is shown: all, or those named. */
  readonly shown: "all" | ReadonlySet<string>;
}

export class LogFiles {
  readonly #settings: LogSettings;
  readonly #show: (chunk: Uint8Array) => void;
  readonly #open = new Map<string, number>();

  /** @throws InputError for a directory that cannot be made or written */
  constructor(settings: LogSettings, components: readonly string[], show: (chunk: Uint8Array) => void) {
    this.#settings = settings;
    this.#show = show;
    const { directory, truncate } = settings;
    if (directory === undefined) return;
    try {
      mkdirSync(directory, { recursive: true });
      for (const component of components) {
        for (const stream of ["stdout", "stderr"]) {
          const name = `${component}_${stream}.txt`;
          this.#open.set(name, openSync(join(directory, name), "a"));
          if (truncate) truncateSync(join(directory, name));
        }
      }
    } catch (error) {
      this.close();
      throw new InputError(`--log-dir: cannot write to ${printable(directory)}: ${systemReason(error)}`);
    }
  }

  write(component: string, stream: "stdout" | "stderr", chunk: Uint8Array): void {
    const fd = this.#open.get(`${component}_${stream}.txt`);
    try {
      if (fd !== undefined) writeSync(fd, chunk);
    } catch {
      // A full disk must not end the server; what is shown is still there.
    }
    const { shown } = this.#settings;
    if (shown === "all" || shown.has(component)) this.#show(chunk);
  }

  close(): void {
    for (const fd of this.#open.values()) closeSync(fd);
    this.#open.clear();
  }
}
