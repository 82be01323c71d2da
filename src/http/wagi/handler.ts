// WAGI: a program of WASI preview1 answers one request as a CGI program does, and ends.
// Owns one request's way through a guest: what it is given, how it is run and stopped, what its end means.

import type { Engine, Execution, Module, Scheduler } from "../../api/index.ts";
import { ExitError } from "../../errors.ts";
import type { FileSystem } from "../../wasi/index.ts";
import type { Answer } from "../answer.ts";
import {
  GuestExitError,
  type GuestRequest,
  InvalidAnswerError,
  type RequestHandler,
  type Usage,
} from "../handler.ts";
import { cgiEnvironment, wagiArguments } from "./environment.ts";
import { WagiOutput } from "./output.ts";
import { InstancePool, type PooledInstance } from "./pool.ts";

export interface WagiOptions {
  readonly engine: Engine;
  readonly module: Module;
  /** Shares the thread among all guests of the process. */
  readonly scheduler: Scheduler;
  /** Words, in which `${SCRIPT_NAME}` and `${ARGS}` are replaced. */
  readonly argv: string;
  /** The exported function that is called. */
  readonly entrypoint: string;
  readonly environment: ReadonlyMap<string, string>;
  /** File systems of one request by path. */
  readonly preopens: () => Readonly<Record<string, FileSystem>>;
  /** Where standard error goes. */
  readonly onStderr: (chunk: Uint8Array) => void;
  readonly fuel: bigint | undefined;
  readonly timeoutMs: number;
  readonly maxMemory: number;
  readonly deterministic: { readonly seed: bigint } | undefined;
}

export class WagiHandler implements RequestHandler {
  readonly #options: WagiOptions;
  readonly #pool: InstancePool;

  /** @throws LinkError for imports that are not WASI's; TypeError if the entry point is not there */
  constructor(options: WagiOptions) {
    this.#options = options;
    const { engine, module, maxMemory, deterministic, entrypoint } = options;
    if (!module.exports.some(({ name, kind }) => name === entrypoint && kind === "func")) {
      throw new TypeError(
        `it exports no function ${entrypoint}; a WAGI program is a command of WASI preview1`,
      );
    }
    this.#pool = new InstancePool(engine, module, { maxMemory, deterministic });
  }

  async handle(request: GuestRequest, answer: Answer, usage: Usage): Promise<void> {
    const { environment, preopens, argv, onStderr, timeoutMs } = this.#options;
    const output = new WagiOutput(answer);
    const pooled = this.#pool.acquire(
      {
        args: wagiArguments(argv, request),
        env: cgiEnvironment(request, environment),
        stdin: request.body?.input() ?? "null",
        stdout: output,
        stderr: bounded(onStderr),
        preopens: preopens(),
      },
      timeoutMs,
    );
    usage.cold = !pooled.isUsed;
    try {
      await this.#run(pooled, request.signal, usage);
    } finally {
      usage.memory = pooled.store.bytesUsed;
      this.#pool.release(pooled);
    }
    if (output.bytesOfHead !== undefined) throw new InvalidAnswerError(noHead(output.bytesOfHead));
    answer.end();
  }

  close(): void {
    this.#pool.close();
  }

  async #run({ instance }: PooledInstance, signal: AbortSignal, usage: Usage): Promise<void> {
    const { scheduler, entrypoint, fuel } = this.#options;
    const execution: Execution = instance.start(entrypoint);
    const cancel = (): void => execution.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      if (signal.aborted) cancel();
      await scheduler.run(execution, fuel === undefined ? undefined : { fuel });
    } catch (error) {
      if (!(error instanceof ExitError)) throw error;
      if (error.exitCode !== 0) throw new GuestExitError(error.exitCode);
    } finally {
      signal.removeEventListener("abort", cancel);
      usage.fuel = execution.fuelConsumed;
      // One that ran out of fuel could go on.
      execution.cancel();
    }
  }
}

/** Bytes of standard error that are taken of one request: a guest must not fill the disk. */
const MOST_STDERR = 2 ** 20;

function bounded(take: (chunk: Uint8Array) => void): (chunk: Uint8Array) => void {
  let left = MOST_STDERR;
  return (chunk) => {
    if (left === 0) return;
    take(chunk.length <= left ? chunk : chunk.subarray(0, left));
    left = Math.max(0, left - chunk.length);
    if (left === 0) take(Buffer.from("\n(the rest of this request's output is left out)\n"));
  };
}

/** What is wrong with an output that has no head. */
export function noHead(bytes: number): string {
  return bytes === 0
    ? "the guest wrote nothing to standard output; is it a WAGI program?"
    : `the guest wrote ${bytes} bytes to standard output, and no empty line after which a body could follow`;
}
