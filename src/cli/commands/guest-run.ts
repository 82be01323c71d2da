// What runs of modules and of components have in common: what is granted, what stops them, and what is known of one while it goes on.

import type { AsyncCallOptions, Store } from "../../api/index.ts";
import { InterruptedError } from "../../errors.ts";
import type { WasiOptions } from "../../wasi/index.ts";
import { buildEnvironment } from "../args/grants.ts";
import type { RunOptions } from "../args/run-options.ts";
import type { CommandIo } from "../io.ts";
import { openDirectories, readEnvFiles } from "./open-grants.ts";

/** What a guest is granted, but for sockets. Throws InputError for what cannot be had. */
export function guestSettings(options: RunOptions, io: CommandIo): WasiOptions {
  const variables = [...readEnvFiles(options.envFiles), ...options.variables];
  return {
    // An invoked function gets its arguments as values.
    args: options.invoke === undefined ? options.args : options.args.slice(0, 1),
    env: buildEnvironment(variables, io.env, options.inheritEnv),
    preopens: openDirectories(options.directories, options.allowPseudo),
    ...io.forGuest(options.file === "-"),
    ...(options.seed !== undefined && { deterministic: { seed: options.seed } }),
  };
}

/** How long Ctrl-C may have to wait for a busy guest, in milliseconds. */
export const QUANTUM_MS = 50;
/** Longer timers overflow into none at all (int32 milliseconds). */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What can stop a guest from outside, as the options of its next call. */
export type Stop = () => AsyncCallOptions;

/** What is known of a run while it goes on, for the report at its end. */
export class Progress {
  readonly begun = performance.now();
  /** When the module was there, and the guest could begin. */
  loaded: number | undefined;
  ended: number | undefined;
  store: Store | undefined;
  exitCode: number | undefined;
}

/** Milliseconds until a time of the monotonic clock. */
export function left(deadline: number): number {
  return Math.max(deadline - performance.now(), 0);
}

/** The same error with what took too long, or the signal's name. */
export function inUsersWords(error: InterruptedError, whatTookLong: string): InterruptedError {
  const detailed = new InterruptedError(
    error.reason,
    false,
    error.reason === "timeout" ? whatTookLong : "SIGINT",
  );
  detailed.backtrace = error.backtrace;
  detailed.fuelConsumed = error.fuelConsumed;
  return detailed;
}

/** The bounds of a guest's next call: its time counts from its first instruction, as what was allowed for it is not spent before. */
export function stopOf({ timeoutMs }: RunOptions, store: Store, signal: AbortSignal): Stop {
  let deadline: number | undefined;
  return () => {
    if (timeoutMs !== undefined && (deadline === undefined || store.fuelConsumed === 0n)) {
      deadline = performance.now() + timeoutMs;
    }
    return { quantumMs: QUANTUM_MS, signal, ...(deadline !== undefined && { timeoutMs: left(deadline) }) };
  };
}
