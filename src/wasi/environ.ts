// environ_get and environ_sizes_get.

import { type FunctionTable, wasiFunction } from "./function-table.ts";

export const ENVIRON_FUNCTIONS: FunctionTable = {
  /**
   * Copies the environment as `KEY=value` strings. Never fails. Charges each byte, NULs included.
   *
   *     environ -> | p0 u32 | p1 u32 | …        environ_buf -> p0: "HOME=/\0" p1: "LANG=C\0" …
   */
  environ_get: wasiFunction(["u32", "u32"], (call, environ, buffer) => {
    const { memory, state } = call;
    call.charge("perHostByte", state.envBytes);
    memory.writeStrings(state.env, environ, buffer);
  }),

  /**
   * Tells how many variables there are and how many bytes they take, NULs included. Never fails. Charges the call alone.
   *
   *     environc -> | count u32 |        environ_buf_size -> | bytes u32 |
   */
  environ_sizes_get: wasiFunction(["u32", "u32"], ({ memory, state }, count, size) => {
    memory.check(count, 4, 4);
    memory.check(size, 4, 4);
    memory.setU32(count, state.env.length);
    memory.setU32(size, state.envBytes);
  }),
};
