// args_get and args_sizes_get.

import { type FunctionTable, wasiFunction } from "./function-table.ts";

export const ARGS_FUNCTIONS: FunctionTable = {
  /**
   * Copies the command line arguments. Never fails. Charges each byte, NULs included.
   *
   *     argv -> | p0 u32 | p1 u32 | …        argv_buf -> p0: "prog\0" p1: "arg\0" …
   */
  args_get: wasiFunction(["u32", "u32"], (call, argv, buffer) => {
    const { memory, state } = call;
    call.charge("perHostByte", state.argsBytes);
    memory.writeStrings(state.args, argv, buffer);
  }),

  /**
   * Tells how many arguments there are and how many bytes they take, NULs included. Never fails. Charges the call alone.
   *
   *     argc -> | count u32 |        argv_buf_size -> | bytes u32 |
   */
  args_sizes_get: wasiFunction(["u32", "u32"], ({ memory, state }, count, size) => {
    memory.check(count, 4, 4);
    memory.check(size, 4, 4);
    memory.setU32(count, state.args.length);
    memory.setU32(size, state.argsBytes);
  }),
};
