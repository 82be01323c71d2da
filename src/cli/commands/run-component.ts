// `wasmeter run` of a component: its wasi:cli/run, with WASI 0.2 or 0.3 and what was granted. Loaded only when the file is one.

import type { Store } from "../../api/index.ts";
import { Component, type ComponentInstance, ComponentLinker } from "../../component/index.ts";
import { type NetworkOptions, Wasi } from "../../component-wasi/index.ts";
import { nodeComponentHost } from "../../component-wasi/node/index.ts";
import { callRun, pathOfRun, type RunPath } from "../../component-wasi/run-command.ts";
import { InterruptedError } from "../../errors.ts";
import { printable, shownName } from "../../printable.ts";
import { WasiError } from "../../wasi/index.ts";
import { FLAG_OF } from "../args/network-options.ts";
import type { RunOptions } from "../args/run-options.ts";
import type { CommandIo } from "../io.ts";
import { InputError, UsageError } from "../usage-error.ts";
import { guestSettings, inUsersWords, LONGEST_TIMER_MS, type Progress, stopOf } from "./guest-run.ts";
import { openStdin } from "./open-grants.ts";

/** A component and how it is run. */
interface ComponentRun {
  readonly bytes: Uint8Array;
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** Runs it; gives the exit status. */
export async function runComponent(
  options: RunOptions,
  io: CommandIo,
  { bytes, store, signal, progress }: ComponentRun,
): Promise<number> {
  refuseOptionsOfModules(options);
  const component = new Component(store.engine, bytes);
  const wasi = createWasi(options, io);
  const stop = stopOf(options, store, signal);
  // What a guest waits for need not keep the process alive.
  const alive = setInterval(() => {}, LONGEST_TIMER_MS);
  let status = 0;
  try {
    const linker = new ComponentLinker(store.engine);
    wasi.addTo(linker);
    progress.loaded = performance.now();
    const instance = await linker.instantiateAsync(store, component, stop());
    status = (await callRun(wasi.state, instance, commandPath(options.file, instance), stop())) & 0xff;
    progress.exitCode = status;
  } catch (error) {
    throw error instanceof InterruptedError
      ? inUsersWords(error, `the guest ran longer than ${options.timeoutMs} ms`)
      : error;
  } finally {
    clearInterval(alive);
    wasi.close();
  }
  progress.ended = performance.now();
  await wasi.flushed();
  return status;
}

/** Throws UsageError for what only a module can be asked for. */
function refuseOptionsOfModules({ invoke, listenOn, unknownImportsTrap }: RunOptions): void {
  const refused = (option: string, advice: string): never => {
    throw new UsageError(`${option} is for modules, and the file is a component; ${advice}`);
  };
  if (invoke !== undefined) refused("--invoke", "the command runs its wasi:cli/run");
  if (listenOn.length > 0)
    refused("--tcplisten", `it opens sockets itself: --allow-listen ${listenOn[0] ?? "ADDR:PORT"}`);
  if (unknownImportsTrap) refused("--unknown-imports-trap", "all its imports must be there");
}

/** Opens what is granted. Throws InputError for what cannot be had, UsageError for a rule that cannot be read. */
function createWasi(options: RunOptions, io: CommandIo): Wasi {
  const settings = guestSettings(options, io);
  const stdin = options.stdin === undefined ? {} : { stdin: openStdin(options.stdin) };
  const { network } = options;
  const onDenied: NetworkOptions["onDenied"] = ({ message }) =>
    void io.stderr.write(`wasmeter: ${printable(message)}\n`);
  try {
    return new Wasi({
      ...settings,
      ...stdin,
      network: network?.options === "all" ? "all" : { ...network?.options, onDenied },
      host: nodeComponentHost(),
    });
  } catch (error) {
    if (error instanceof WasiError) throw new InputError(`--dir: ${printable(error.message)}`);
    const [, name = "", rule = ""] =
      /^new Wasi: option network: option (\w+)\[\d+\]: (.*)$/s.exec(String((error as Error).message)) ?? [];
    if (name !== "") throw new UsageError(`--${FLAG_OF[name] ?? name}: ${rule}`);
    throw error;
  }
}

/** Throws InputError if the component is no command. */
function commandPath(file: string, { exports }: ComponentInstance): RunPath {
  const run = pathOfRun(exports);
  if (run !== undefined) return run;
  const names = Object.keys(exports);
  const handler = names.find((name) => /^wasi:http\/(incoming-)?handler@/.test(name));
  const advice =
    handler !== undefined
      ? "it handles requests: wasmeter serve"
      : names.length === 0
        ? "it exports nothing"
        : `it exports ${names.slice(0, 8).map(shownName).join(", ")}`;
  throw new InputError(`${file} exports no wasi:cli/run@0.2, nor @0.3; ${advice}`);
}
