// wasi:cli 0.3: standard streams as streams. The rest is 0.2's.

import type { WasiError } from "../../wasi/abi.ts";
import { commonCliDefinitions, initialCwd, inputOf, outputOf, type Standard } from "../cli.ts";
import { noFailure } from "../error-codes.ts";
import { hostFunction } from "../resource.ts";
import type { WasiState } from "../state.ts";
import { type ByteSource, type GuestBytes, ofErrno, readVia, writeVia } from "./byte-streams.ts";

/** `wasi:cli/types.error-code`. */
type CliErrorCode = "io" | "illegal-byte-sequence" | "pipe";

function cliCode({ errno }: WasiError): CliErrorCode {
  if (errno === "ilseq") return "illegal-byte-sequence";
  return errno === "pipe" ? "pipe" : "io";
}

const codeOf = /* @__PURE__ */ ofErrno(cliCode);

/** The standard input: what one stream has not given to the guest, the next one does. */
function inputWithRest(state: WasiState): ByteSource {
  const source = inputOf(state);
  return {
    get ready() {
      return state.unreadInput.length > 0 || source.ready;
    },
    whenReady: () => source.whenReady(),
    read(length) {
      const rest = state.unreadInput;
      if (rest.length === 0) return source.read(length);
      state.unreadInput = rest.subarray(length);
      return rest.subarray(0, length);
    },
    unread(bytes) {
      state.unreadInput = bytes;
    },
  };
}

type Definitions = Record<string, unknown>;

export function cliDefinitions3(stateOf: () => WasiState): Readonly<Record<string, Definitions>> {
  const { environment, ...common } = commonCliDefinitions(stateOf);
  const output = (name: Standard): Definitions => ({
    writeViaStream: hostFunction(stateOf, noFailure, (state, data: GuestBytes) =>
      writeVia(state, data, outputOf(state, name), codeOf),
    ),
  });
  return {
    ...common,
    types: {},
    environment: { ...environment, getInitialCwd: initialCwd(stateOf) },
    stdin: {
      readViaStream: hostFunction(stateOf, noFailure, (state) =>
        readVia(state, inputWithRest(state), codeOf),
      ),
    },
    stdout: output("stdout"),
    stderr: output("stderr"),
  };
}
