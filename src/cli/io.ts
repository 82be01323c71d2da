// The command's surroundings as one value, so that every command also runs inside a test.
// Owns the interface and its form for the real process; knows no command.

import { writeSync } from "node:fs";
import { type OutputStream, WasiError, type WasiOptions } from "../wasi/index.ts";
import { nodeHost, outputToDescriptor } from "../wasi/node/index.ts";
import { isTerminal } from "../wasi/node/terminal.ts";
import { pause, readToEnd, systemCode, systemReason } from "./read-module.ts";
import { ClosedOutputError, InputError } from "./usage-error.ts";

/** What a command may touch. */
export interface CommandIo {
  readonly stdin: CommandInput;
  readonly stdout: CommandOutput;
  readonly stderr: CommandOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The guest's standard streams. With `stdinIsTaken` its stdin is at its end: the module came from there. */
  forGuest(stdinIsTaken: boolean): Pick<WasiOptions, "stdin" | "stdout" | "stderr" | "host">;
  /** Calls `listener` for every SIGINT until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
}

export interface CommandInput {
  /** Everything up to the end. */
  readAll(): Uint8Array;
}

export interface CommandOutput {
  readonly isTerminal: boolean;
  /** Writes all of it before it returns. Throws ClosedOutputError when nobody reads any more. */
  write(data: string | Uint8Array): void;
}

function writeAll(fd: number, data: string | Uint8Array): void {
  let rest = typeof data === "string" ? new TextEncoder().encode(data) : data;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (systemCode(error) === "EPIPE") throw new ClosedOutputError();
      if (systemCode(error) !== "EAGAIN") throw new InputError(`cannot write: ${systemReason(error)}`);
      pause();
    }
  }
}

/** A guest that writes to a closed pipe ends as a native program does, by SIGPIPE's default action. */
class EndingOutput implements OutputStream {
  readonly #stream: OutputStream;

  constructor(fd: number) {
    this.#stream = outputToDescriptor(fd);
  }

  get isTerminal(): boolean {
    return this.#stream.isTerminal === true;
  }

  get ready(): boolean {
    return this.#stream.ready !== false;
  }

  write(bytes: Uint8Array): number {
    try {
      return this.#stream.write(bytes);
    } catch (error) {
      if (error instanceof WasiError && error.errno === "pipe") throw new ClosedOutputError();
      throw error;
    }
  }

  async whenReady(): Promise<void> {
    await this.#stream.whenReady?.();
  }

  blockUntilReady(timeoutMs?: number): void {
    this.#stream.blockUntilReady?.(timeoutMs);
  }

  close(): void {
    this.#stream.close?.();
  }
}

function output(fd: number): CommandOutput {
  return {
    write: (data) => writeAll(fd, data),
    get isTerminal() {
      return isTerminal(fd);
    },
  };
}

/** The process's own streams, environment and signals. */
export function processIo(): CommandIo {
  return {
    stdin: { readAll: () => readToEnd(0, "standard input") },
    stdout: output(1),
    stderr: output(2),
    env: process.env,
    forGuest(stdinIsTaken) {
      return {
        host: nodeHost(),
        stdin: stdinIsTaken ? "null" : "inherit",
        stdout: new EndingOutput(1),
        stderr: new EndingOutput(2),
      };
    },
    onInterrupt(listener) {
      process.on("SIGINT", listener);
      return () => process.off("SIGINT", listener);
    },
  };
}
