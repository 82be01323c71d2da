// `wasmeter run`: a program with its grants and limits, from the file to its exit status.

import {
  type AsyncCallOptions,
  Engine,
  type Engine as EngineType,
  type Instance,
  Linker,
  Module,
  Store,
} from "../../api/index.ts";
import { ExitError, InterruptedError } from "../../errors.ts";
import { printable, shownName } from "../../printable.ts";
import { WasiError, type WasiOptions, WasiPreview1 } from "../../wasi/index.ts";
import { readCostModel } from "../args/cost-model-option.ts";
import { buildEnvironment } from "../args/grants.ts";
import { FOREIGN_OPTIONS, RUN_OPTIONS, type RunOptions, readRunOptions } from "../args/run-options.ts";
import type { Command, CommandContext } from "../command.ts";
import type { CommandIo } from "../io.ts";
import { readModule } from "../read-module.ts";
import { STATUS } from "../report-error.ts";
import { InputError } from "../usage-error.ts";
import { invocation } from "./invoke.ts";
import { openDirectories, openListeners, openStdin, readEnvFiles } from "./open-grants.ts";

function createEngine({ features, costModel }: RunOptions): EngineType {
  const model = costModel === undefined ? undefined : readCostModel(costModel);
  try {
    return new Engine({ ...(features && { features }), ...(model && { costModel: model }) });
  } catch (error) {
    // The engine judges the prices of a cost model from a file.
    if (error instanceof RangeError || error instanceof TypeError) throw new InputError(error.message);
    throw error;
  }
}

function createStore(engine: EngineType, { fuel, maxMemory, maxCallDepth }: RunOptions): Store {
  return new Store(engine, {
    ...(fuel !== undefined && { fuel }),
    limits: {
      ...(maxMemory !== undefined && { memoryBytes: maxMemory, totalBytes: maxMemory }),
      ...(maxCallDepth !== undefined && { callDepth: maxCallDepth }),
    },
  });
}

/** Opens what is granted. Throws InputError for what cannot be had, with nothing left open. */
async function createWasi(options: RunOptions, io: CommandIo): Promise<WasiPreview1> {
  const variables = [...readEnvFiles(options.envFiles), ...options.variables];
  const settings: WasiOptions = {
    // An invoked function gets its arguments as values.
    args: options.invoke === undefined ? options.args : options.args.slice(0, 1),
    env: buildEnvironment(variables, io.env, options.inheritEnv),
    preopens: openDirectories(options.directories),
    ...io.forGuest(options.file === "-"),
    ...(options.seed !== undefined && { deterministic: { seed: options.seed } }),
  };
  const listeners = await openListeners(options.listenOn);
  try {
    const stdin = options.stdin === undefined ? {} : { stdin: openStdin(options.stdin) };
    const wasi = new WasiPreview1({ ...settings, ...stdin, listeners });
    for (const [index, { address }] of listeners.entries()) {
      if (options.listenOn[index]?.endsWith(":0")) io.stderr.write(`wasmeter: listening on ${address}\n`);
    }
    return wasi;
  } catch (error) {
    for (const listener of listeners) listener.close();
    if (error instanceof WasiError) throw new InputError(`--dir: ${printable(error.message)}`);
    throw error;
  }
}

/** How long Ctrl-C may have to wait for a busy guest, in milliseconds. */
const QUANTUM_MS = 50;
/** Longer timers overflow into none at all (int32 milliseconds). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** What can stop a guest from outside, as the options of its next call. */
type Stop = () => AsyncCallOptions;

/** Calls what was asked for; gives what is to be printed. */
async function runGuest(instance: Instance, options: RunOptions, stop: Stop): Promise<string> {
  const call = (name: string, args: readonly unknown[]): Promise<unknown> =>
    instance.callAsync(name, args, stop());
  if (options.invoke === undefined) {
    if (!instance.module.exports.some(({ name, kind }) => name === "_start" && kind === "func")) {
      throw new InputError(noStart(options.file, instance.module));
    }
    await call("_start", []);
    return "";
  }
  const { name, args, print } = invocation(instance, options);
  const isReactor = instance.module.exports.some(
    (each) => each.name === "_initialize" && each.kind === "func",
  );
  if (isReactor && name !== "_initialize") await call("_initialize", []);
  return print(await call(name, args));
}

function noStart(file: string, module: Module): string {
  const names = module.exports.filter(({ kind }) => kind === "func").map(({ name }) => name);
  const some = names.slice(0, 8).map(shownName).join(", ") + (names.length > 8 ? " …" : "");
  const advice = names.length === 0 ? "it exports no function at all" : `--invoke calls one of: ${some}`;
  return `${file} exports no _start function; ${advice}`;
}

/** Everything but the reporting. `started` gets the store, whose fuel is reported whatever happens. */
async function runProgram(
  options: RunOptions,
  { io }: CommandContext,
  started: (store: Store) => void,
): Promise<number> {
  const deadline = options.timeoutMs === undefined ? undefined : performance.now() + options.timeoutMs;
  const interrupt = new AbortController();
  const stop: Stop = () => ({
    quantumMs: QUANTUM_MS,
    signal: interrupt.signal,
    ...(deadline !== undefined && { timeoutMs: Math.max(deadline - performance.now(), 0) }),
  });
  const engine = createEngine(options);
  const module = new Module(engine, readModule(options.file, io.stdin.readAll));
  const store = createStore(engine, options);
  started(store);
  const wasi = await createWasi(options, io);
  // What a guest waits for need not keep the process alive.
  const alive = setInterval(() => {}, LONGEST_TIMER_MS);
  const stopListening = io.onInterrupt(() => interrupt.abort());
  let results = "";
  let status: number = STATUS.ok;
  try {
    const linker = new Linker(engine);
    wasi.addTo(linker);
    const instance = await linker.instantiateAsync(store, module, stop());
    results = await runGuest(instance, options, stop);
  } catch (error) {
    if (!(error instanceof ExitError)) {
      throw error instanceof InterruptedError ? inUsersWords(error, options) : error;
    }
    status = error.exitCode & 0xff;
  } finally {
    stopListening();
    clearInterval(alive);
    wasi.close();
  }
  // From here on Ctrl-C ends the process: closed connections may still have something to send, and a full pipe blocks.
  await wasi.flushed();
  if (results !== "") io.stdout.write(results);
  return status;
}

/** The same error with the time that was allowed, or the signal's name. */
function inUsersWords(error: InterruptedError, { timeoutMs }: RunOptions): InterruptedError {
  const detail = error.reason === "timeout" ? `the guest ran longer than ${timeoutMs} ms` : "SIGINT";
  const detailed = new InterruptedError(error.reason, false, detail);
  detailed.backtrace = error.backtrace;
  detailed.fuelConsumed = error.fuelConsumed;
  return detailed;
}

export const run: Command = {
  name: "run",
  summary: "Run a program (the default command)",
  usage: "[run] [options] <file.wasm | -> [args…]",
  options: RUN_OPTIONS,
  foreignOptions: FOREIGN_OPTIONS,
  guestArgs: true,
  notes: `Options after the file belong to the guest. It gets stdin, stdout and stderr; files, environment
and network only as granted.

Exit status: the guest's; 1 bad module, link error or missing file; 2 usage; 124 timeout;
130 interrupted; 134 trap or uncaught exception; 137 out of fuel or another limit.`,
  async execute(line, context) {
    const options = readRunOptions(line);
    let store: Store | undefined;
    let status: number;
    try {
      status = await runProgram(options, context, (created) => {
        store = created;
      });
    } catch (error) {
      status = context.report(error);
    }
    if (options.fuelReport) context.io.stderr.write(`fuel consumed: ${store?.fuelConsumed ?? 0n}\n`);
    return status;
  },
};
