// wasi:cli: environment, arguments, standard streams, terminals and the exit.

import { ExitError } from "../errors.ts";
import { utf8Length } from "../utf8.ts";
import { noFailure } from "./error-codes.ts";
import type { ByteSink } from "./io/output.ts";
import { type ByteSource, InputStream, OutputStream } from "./io/streams.ts";
import { HostResource, hostFunction } from "./resource.ts";
import type { WasiState } from "./state.ts";

/** The resource `terminal-input`, which says that there is one. */
export class TerminalInput extends HostResource {}
/** The resource `terminal-output`. */
export class TerminalOutput extends HostResource {}

type Definitions = Record<string, unknown>;

/** Charges for strings that the guest gets. */
function chargeTexts(state: WasiState, texts: readonly string[]): void {
  let bytes = 0;
  for (const text of texts) bytes += utf8Length(text);
  state.meter.charge("perHostByte", bytes);
}

/** A standard stream, which is the embedder's and stays open when the guest drops it. */
export function inputOf({ stdin }: WasiState): ByteSource {
  return {
    get ready() {
      return stdin.ready;
    },
    isStandard: true,
    isTerminal: stdin.isTerminal === true,
    read: (length) => stdin.read(length),
    whenReady: () => stdin.whenReady(),
  };
}

export type Standard = "stdout" | "stderr";

export function outputOf(state: WasiState, name: Standard): ByteSink {
  const output = state[name];
  return {
    get ready() {
      return output.ready !== false;
    },
    get idle() {
      return output.idle === true;
    },
    write: (bytes) => output.write(bytes),
    ...(output.whenReady && { whenReady: () => output.whenReady?.() ?? Promise.resolve() }),
    ...(output.flush && { flush: () => output.flush?.() ?? Promise.resolve() }),
  };
}

/** What 0.2 and 0.3 have in the same words. */
export function commonCliDefinitions(stateOf: () => WasiState) {
  const terminalOutput = (name: Standard) =>
    hostFunction(stateOf, noFailure, (state) =>
      state[name].isTerminal === true ? new TerminalOutput(state) : undefined,
    );
  return {
    environment: {
      getEnvironment: hostFunction(stateOf, noFailure, (state) => {
        chargeTexts(state, state.env.flat());
        return state.env.map(([name, value]) => [name, value]);
      }),
      getArguments: hostFunction(stateOf, noFailure, (state) => {
        chargeTexts(state, state.args);
        return [...state.args];
      }),
    },
    exit: {
      exit: hostFunction(stateOf, noFailure, (state, status: { readonly tag: "ok" | "err" }) => {
        throw exit(state, status.tag === "ok" ? 0 : 1);
      }),
      exitWithCode: hostFunction(stateOf, noFailure, (state, code: number) => {
        throw exit(state, code);
      }),
    },
    "terminal-input": { TerminalInput },
    "terminal-output": { TerminalOutput },
    "terminal-stdin": {
      getTerminalStdin: hostFunction(stateOf, noFailure, (state) =>
        state.stdin.isTerminal === true ? new TerminalInput(state) : undefined,
      ),
    },
    "terminal-stdout": { getTerminalStdout: terminalOutput("stdout") },
    "terminal-stderr": { getTerminalStderr: terminalOutput("stderr") },
  };
}

/** None: paths begin at preopened directories. */
export function initialCwd(stateOf: () => WasiState): () => undefined {
  return hostFunction(stateOf, noFailure, () => undefined);
}

export function cliDefinitions(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  const { environment, ...common } = commonCliDefinitions(stateOf);
  const output = (name: Standard) =>
    hostFunction(stateOf, noFailure, (state) => new OutputStream(state, outputOf(state, name)));
  return {
    ...common,
    environment: { ...environment, initialCwd: initialCwd(stateOf) },
    stdin: {
      getStdin: hostFunction(stateOf, noFailure, (state) => new InputStream(state, inputOf(state))),
    },
    stdout: { getStdout: output("stdout") },
    stderr: { getStderr: output("stderr") },
  };
}

function exit(state: WasiState, code: number): ExitError {
  state.exitCode = code;
  return new ExitError(code);
}
