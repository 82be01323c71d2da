// Assembles text with the legacy exception handling, which only wabt reads.

import loadWabt from "wabt";

const wabt = await loadWabt();

/** The module as bytes. Throws the assembler's message on a syntax error. */
export function legacyWat(text: string): Uint8Array {
  const module = wabt.parseWat("module.wat", text, { exceptions: true, tail_call: true });
  try {
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}
