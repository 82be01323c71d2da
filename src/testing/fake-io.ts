// Surroundings for tests: input from memory, output into memory. Not part of the command.

import { classify } from "../cli/classify-error.ts";
import { PLAIN } from "../cli/colour.ts";
import type { CommandContext } from "../cli/command.ts";
import type { CommandIo } from "../cli/io.ts";
import { reportError } from "../cli/report-error.ts";

/** What a test gives and sees. */
export interface FakeIo extends CommandIo {
  readonly out: () => string;
  readonly err: () => string;
  /** Calls the listeners of SIGINT. */
  readonly interrupt: () => void;
}

/** @param options.outputClosed writing to stdout fails as when its reader has gone */
export function fakeIo(
  options: {
    stdin?: Uint8Array;
    env?: Record<string, string>;
    closedOutput?: Error;
    terminal?: boolean;
  } = {},
): FakeIo {
  const decoder = new TextDecoder();
  const texts = { out: "", err: "" };
  const listeners = new Set<() => void>();
  const sink = (key: "out" | "err") => (data: string | Uint8Array) => {
    if (key === "out" && options.closedOutput !== undefined) throw options.closedOutput;
    texts[key] += typeof data === "string" ? data : decoder.decode(data);
  };
  const stdin = options.stdin ?? new Uint8Array(0);
  return {
    stdin: { readAll: () => stdin },
    stdout: { write: sink("out"), isTerminal: options.terminal === true },
    stderr: { write: sink("err"), isTerminal: options.terminal === true },
    forGuest: (stdinIsTaken) => ({
      stdin: stdinIsTaken ? "null" : stdin,
      stdout: sink("out"),
      stderr: sink("err"),
    }),
    env: options.env ?? {},
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    out: () => texts.out,
    err: () => texts.err,
    interrupt: () => {
      for (const listener of listeners) listener();
    },
  };
}

/** A context whose failures are printed as the real command prints them. */
export function fakeContext(io: FakeIo): CommandContext {
  return {
    io,
    report(error) {
      const { text, status } = reportError(error, { bugsUrl: undefined });
      io.stderr.write(text);
      return status;
    },
    statusOf: (error) => classify(error).status,
    paint: PLAIN,
    commands: async () => [],
  };
}
