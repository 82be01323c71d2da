// `wasmeter run`: a program with its grants and limits, from the file to its exit status.

import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { Engine, type Engine as EngineType, type Instance, Linker, Module, Store } from "../../api/index.ts";
import { isComponent } from "../../decoder/foreign-bytes.ts";
import { ExitError, InterruptedError, TRAP_MESSAGES, Trap } from "../../errors.ts";
import { isTar } from "../../oci/tar.ts";
import { printable, shownName } from "../../printable.ts";
import { WasiError, WasiPreview1 } from "../../wasi/index.ts";
import { heapLimits } from "../../wasi/node/index.ts";
import { readCostModel } from "../args/cost-model-option.ts";
import { parseVariable } from "../args/grants.ts";
import { FOREIGN_OPTIONS, RUN_OPTIONS, type RunOptions, readRunOptions } from "../args/run-options.ts";
import { formatSize } from "../args/units.ts";
import { describeError, STATUS } from "../classify-error.ts";
import type { Command, CommandContext } from "../command.ts";
import type { CommandIo } from "../io.ts";
import { toJsonLine } from "../output.ts";
import { readModuleOrComponent, systemReason } from "../read-module.ts";
import { stackOverflowHint } from "../show/stack-overflow.ts";
import { InputError, UsageError } from "../usage-error.ts";
import {
  guestSettings,
  inUsersWords,
  LONGEST_TIMER_MS,
  left,
  Progress,
  QUANTUM_MS,
  type Stop,
  stopOf,
} from "./guest-run.ts";
import { invocation } from "./invoke.ts";
import { openListeners, openStdin } from "./open-grants.ts";

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

function createStore(engine: EngineType, { fuel, maxMemory, limits }: RunOptions): Store {
  return new Store(engine, {
    ...(fuel !== undefined && { fuel }),
    limits: {
      ...heapLimits().limits,
      ...(maxMemory !== undefined && { memoryBytes: maxMemory, totalBytes: maxMemory }),
      ...limits,
    },
  });
}

/** Opens what is granted. Throws InputError for what cannot be had, with nothing left open. */
async function createWasi(options: RunOptions, io: CommandIo): Promise<WasiPreview1> {
  if (options.network !== undefined) {
    throw new UsageError(
      `${options.network.names[0]}: guests of WASI preview1 cannot connect anywhere; with --tcplisten HOST:PORT they can accept, and a component (wasm32-wasip2) can be granted the network`,
    );
  }
  const settings = guestSettings(options, io);
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

/** A program's bytes, and the options of a run of it: an image adds what it says. */
interface Program {
  readonly bytes: Uint8Array;
  readonly isComponent: boolean;
  readonly options: RunOptions;
}

/** Throws InputError. */
async function readProgram(options: RunOptions, io: CommandIo): Promise<Program> {
  const { bytes, isComponent: isPlainComponent } = readModuleOrComponent(options.file, io.stdin.readAll);
  if (isPlainComponent || !isTar(bytes)) return { bytes, isComponent: isPlainComponent, options };
  // Loaded only for images, with the system's cryptography.
  const { programOfImage } = await import("../image/open-image.ts");
  const image = programOfImage(bytes, options.file);
  const [name = "", ...args] = options.args;
  const argv0 = name === basename(options.file) ? basename(image.path) : name;
  return {
    bytes: image.bytes,
    isComponent: isComponent(image.bytes),
    options: {
      ...options,
      args: [argv0, ...image.args, ...args],
      variables: [...image.env.map(parseVariable), ...options.variables],
    },
  };
}

/** Decodes and checks the module. Throws InterruptedError past `--load-timeout`, counted from `begun`. */
async function load(
  engine: EngineType,
  { bytes, options: { loadTimeoutMs } }: Program,
  begun: number,
  signal: AbortSignal,
): Promise<Module> {
  try {
    return await Module.compileAsync(engine, bytes, {
      quantumMs: QUANTUM_MS,
      signal,
      ...(loadTimeoutMs !== undefined && { timeoutMs: left(begun + loadTimeoutMs) }),
    });
  } catch (error) {
    throw error instanceof InterruptedError
      ? inUsersWords(error, `loading the module took longer than ${loadTimeoutMs} ms`)
      : error;
  }
}

/** Everything but the reporting. */
async function runProgram(given: RunOptions, { io }: CommandContext, progress: Progress): Promise<number> {
  const interrupt = new AbortController();
  const stopListening = io.onInterrupt(() => interrupt.abort());
  try {
    const engine = createEngine(given);
    const begun = performance.now();
    const program = await readProgram(given, io);
    const { options } = program;
    const { signal } = interrupt;
    if (program.isComponent) {
      // Loaded only for components: a module's start is not to pay for it.
      const { runComponent } = await import("./run-component.ts");
      const store = createStore(engine, options);
      progress.store = store;
      return await runComponent(options, io, { bytes: program.bytes, store, signal, progress });
    }
    const module = await load(engine, program, begun, signal);
    const store = createStore(engine, options);
    progress.store = store;
    return await runModule(options, io, { module, store, signal, progress });
  } finally {
    stopListening();
    progress.ended = performance.now();
  }
}

async function runModule(
  options: RunOptions,
  io: CommandIo,
  {
    module,
    store,
    signal,
    progress,
  }: { module: Module; store: Store; signal: AbortSignal; progress: Progress },
): Promise<number> {
  const { timeoutMs } = options;
  const wasi = await createWasi(options, io);
  const stop = stopOf(options, store, signal);
  // What a guest waits for need not keep the process alive.
  const alive = setInterval(() => {}, LONGEST_TIMER_MS);
  let results = "";
  let status: number = STATUS.ok;
  let instance: Instance | undefined;
  try {
    const linker = new Linker(module.engine);
    const { imports } = module.checked.module;
    const imported = new Set(imports.map((each) => importKey(each.module, each.name)));
    wasi.addTo({
      // What is not imported is not made: all functions of WASI take 1 ms.
      func: (from, name, type, host) =>
        imported.has(importKey(from, name)) && linker.func(from, name, type, host),
    });
    if (options.unknownImportsTrap) linker.trapUnknownImports();
    progress.loaded = performance.now();
    instance = await linker.instantiateAsync(store, module, stop());
    results = await runGuest(instance, options, stop);
  } catch (error) {
    if (error instanceof Trap) throw withStackHint(error, instance);
    if (!(error instanceof ExitError)) {
      throw error instanceof InterruptedError
        ? inUsersWords(error, `the guest ran longer than ${timeoutMs} ms`)
        : error;
    }
    progress.exitCode = error.exitCode;
    status = error.exitCode & 0xff;
  } finally {
    clearInterval(alive);
    wasi.close();
  }
  progress.ended = performance.now();
  // From here on Ctrl-C ends the process: closed connections may still have something to send, and a full pipe blocks.
  await wasi.flushed();
  if (results !== "") io.stdout.write(results);
  return status;
}

function importKey(module: string, name: string): string {
  return `${module} ${name}`;
}

/** The same trap, which says so where the guest's own stack seems to be the reason. */
function withStackHint(trap: Trap, instance: Instance | undefined): Trap {
  const isOutside = trap.code === "out-of-bounds-memory-access";
  const hint = isOutside && instance !== undefined ? stackOverflowHint(instance) : undefined;
  if (hint === undefined) return trap;
  const detail = trap.message.slice(TRAP_MESSAGES[trap.code].length).replace(/^: /, "");
  const explained = new Trap(trap.code, `${detail}; ${hint}`);
  explained.backtrace = trap.backtrace;
  explained.fuelConsumed = trap.fuelConsumed;
  return explained;
}

/** How often a memory could not grow for a limit on bytes. */
function refusedMemory(store: Store | undefined): number {
  const denied = store?.denied ?? [];
  return denied
    .filter(({ limit }) => limit === "memoryBytes" || limit === "totalBytes")
    .reduce((sum, { count }) => sum + count, 0);
}

/** Milliseconds to the microsecond, which is what the clock is good for. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

/** Writes how the run ended as one line of JSON. Throws InputError for a file that cannot be written. */
function writeEnd(path: string, end: object, { stderr }: CommandIo): void {
  const line = `${toJsonLine(end)}\n`;
  if (path === "") stderr.write(line);
  else {
    try {
      writeFileSync(path, line);
    } catch (error) {
      throw new InputError(`--json: cannot write ${printable(path)}: ${systemReason(error)}`);
    }
  }
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
    const { io } = context;
    if (options.json === "" && options.file.endsWith(".json")) {
      throw new UsageError(`the file for --json goes behind an equals sign: --json=${options.file}`);
    }
    for (const note of options.notes) io.stderr.write(`wasmeter: note: ${printable(note)}\n`);
    const progress = new Progress();
    let status: number;
    let failure: object | undefined;
    try {
      status = await runProgram(options, context, progress);
    } catch (error) {
      failure = describeError(error);
      status = options.json === "" ? context.statusOf(error) : context.report(error);
    }
    const { begun, loaded, ended, store, exitCode } = progress;
    const shortage = options.oomExit && status !== STATUS.ok ? refusedMemory(store) : 0;
    if (shortage > 0) {
      const bound = options.maxMemory === undefined ? "its limit" : formatSize(options.maxMemory);
      io.stderr.write(
        `wasmeter: out of memory: the guest failed with status ${status} after it was refused more than ${bound}; --max-memory gives more\n`,
      );
      failure = { reason: "out-of-memory", message: `refused memory ${shortage} times` };
      status = STATUS.limit;
    }
    if (options.fuelReport) io.stderr.write(`fuel consumed: ${store?.fuelConsumed ?? 0n}\n`);
    if (options.json !== undefined) {
      const end = {
        status,
        reason: "exit",
        ...(failure === undefined && { exitCode: exitCode ?? 0 }),
        ...failure,
        fuel: store?.fuelConsumed ?? 0n,
        peakBytes: store?.peakBytesUsed ?? 0,
        denied: store?.denied ?? [],
        loadMs: rounded((loaded ?? ended ?? begun) - begun),
        runMs: rounded(loaded === undefined ? 0 : (ended ?? loaded) - loaded),
      };
      writeEnd(options.json, end, io);
    }
    return status;
  },
};
