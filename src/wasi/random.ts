// random_get.

import { type FunctionTable, wasiFunction } from "./function-table.ts";

/** As much as `crypto.getRandomValues` gives at a time. */
const CHUNK_BYTES = 65_536;

export const RANDOM_FUNCTIONS: FunctionTable = {
  /**
   * Fills a buffer with random bytes. Never fails. Charges each byte.
   *
   *     buf -> | length random bytes |
   */
  random_get: wasiFunction(["u32", "u32"], (call, buffer, length) => {
    const { memory, state } = call;
    memory.check(buffer, length);
    call.charge("perHostByte", length);
    // Not in place: the guest's memory may be shared, which getRandomValues refuses.
    const chunk = new Uint8Array(Math.min(length, CHUNK_BYTES));
    for (let done = 0; done < length; done += CHUNK_BYTES) {
      const part = chunk.subarray(0, Math.min(length - done, CHUNK_BYTES));
      state.random.fill(part);
      memory.refresh();
      memory.write(buffer + done, part);
    }
  }),
};
