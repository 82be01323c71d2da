// The process's standard streams, and any Node stream, as a guest's.

import * as fs from "node:fs";
import type { Readable } from "node:stream";
import { isatty } from "node:tty";
import { WasiError } from "../abi.ts";
import type { InputStream, OutputStream } from "../streams.ts";
import { systemErrorCode, toWasiError } from "./errno.ts";

/** Blocks the thread. */
export function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** How long to wait before a descriptor that is not ready is tried again, in milliseconds. */
const RETRY_MS = 5;

/** A descriptor of the process as a guest's output. Writes wait for slow readers. The guest cannot close it. */
export function outputToDescriptor(fd: number): OutputStream {
  return {
    isTerminal: isatty(fd),
    write(bytes) {
      if (bytes.length === 0) return 0;
      for (;;) {
        try {
          return fs.writeSync(fd, bytes);
        } catch (error) {
          // Pipes that Node has made non-blocking.
          if (systemErrorCode(error) !== "EAGAIN") throw toWasiError(error);
          sleep(RETRY_MS);
        }
      }
    },
  };
}

/** A descriptor of the process as a guest's input whose reads block the thread. */
export function blockingInput(fd: number): InputStream {
  return {
    isTerminal: isatty(fd),
    ready: true,
    available: 1,
    read(length) {
      const buffer = new Uint8Array(Math.min(length, 2 ** 20));
      for (;;) {
        try {
          return buffer.subarray(0, fs.readSync(fd, buffer));
        } catch (error) {
          const code = systemErrorCode(error);
          // Windows reports the end of a pipe or console as an error.
          if (code === "EOF") return buffer.subarray(0, 0);
          if (code !== "EAGAIN") throw toWasiError(error);
          sleep(RETRY_MS);
        }
      }
    },
    whenReady: () => Promise.resolve(),
    blockUntilReady() {},
  };
}

/** A Node stream as a guest's input. It is read only while the guest waits, and keeps the process alive only then. */
export function inputFromStream(open: () => Readable, isTerminal = false): InputStream {
  let stream: Readable | undefined;
  let rest: Uint8Array = new Uint8Array(0);
  let ended = false;
  let failure: unknown;

  const start = (): Readable => {
    if (stream === undefined) {
      stream = open();
      stream.once("end", () => {
        ended = true;
      });
      stream.once("close", () => {
        ended = true;
      });
      stream.once("error", (error) => {
        failure = toWasiError(error);
        ended = true;
      });
    }
    return stream;
  };
  const pull = (): void => {
    if (rest.length > 0) return;
    const source = start();
    const chunk: unknown = source.read();
    if (chunk instanceof Uint8Array) rest = chunk;
    else if (typeof chunk === "string") rest = Buffer.from(chunk);
    else if (source.readableEnded || source.destroyed) ended = true;
  };
  const ready = (): boolean => {
    if (rest.length === 0 && !ended) pull();
    return rest.length > 0 || ended;
  };
  return {
    isTerminal,
    get ready() {
      return ready();
    },
    get available() {
      return rest.length;
    },
    read(length) {
      if (!ready()) return undefined;
      if (rest.length === 0 && failure !== undefined) {
        const error = failure;
        failure = undefined;
        throw error instanceof WasiError ? error : new WasiError("io", String(error));
      }
      const chunk = rest.subarray(0, length);
      rest = rest.subarray(chunk.length);
      return chunk;
    },
    async whenReady() {
      const source = start() as Readable & { ref?(): void; unref?(): void };
      while (!ready()) {
        source.ref?.();
        await new Promise<void>((resolve) => {
          const done = () => {
            for (const name of ["readable", "end", "close", "error"]) source.off(name, done);
            resolve();
          };
          for (const name of ["readable", "end", "close", "error"]) source.on(name, done);
        });
        source.unref?.();
      }
    },
  };
}

/** The process's stdin, asynchronous. */
export function processStdin(): InputStream {
  return inputFromStream(() => process.stdin, isatty(0));
}
