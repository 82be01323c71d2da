// proc_exit and proc_raise.

import { ExitError } from "../errors.ts";
import { WasiError } from "./abi.ts";
import { type FunctionTable, wasiFunction } from "./function-table.ts";
import type { WasiState } from "./state.ts";

/** Signals by number; 0 is none. */
const SIGNALS =
  "none hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term chld cont stop tstp ttin ttou urg xcpu xfsz vtalrm prof winch poll pwr sys".split(
    " ",
  );
/** Those that POSIX ignores unless a program asks for them, which it cannot here. */
const IGNORED: readonly string[] = ["none", "chld", "cont", "urg", "winch"];
const STOPPING: readonly string[] = ["stop", "tstp", "ttin", "ttou"];

export const PROC_FUNCTIONS: FunctionTable = {
  /** Ends the guest with an exit code by throwing `ExitError` through it. Never fails, does not return, writes nothing. Charges the call alone. */
  proc_exit: {
    ...wasiFunction(["u32"], ({ state }, code) => exit(state, code)),
    returnsErrno: false,
  },

  /**
   * Does to the guest, and to nothing else, what a signal does by default: ignored ones do nothing, ending ones end it
   * with exit code 128 + signal, as shells report it. `inval`: unknown signal. `notsup`: a signal that stops. Writes nothing.
   * Charges the call alone.
   */
  proc_raise: wasiFunction(["u32"], ({ state }, signal) => {
    const name = SIGNALS[signal];
    if (name === undefined) throw new WasiError("inval", "unknown signal");
    if (STOPPING.includes(name)) throw new WasiError("notsup", "a guest cannot be stopped");
    if (!IGNORED.includes(name)) exit(state, 128 + signal);
  }),
};

function exit(state: WasiState, code: number): never {
  state.exitCode = code;
  throw new ExitError(code);
}
